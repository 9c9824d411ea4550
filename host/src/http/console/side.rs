//! Beside a conversation: who it is about, who does it, what an answer costs; and changing the task.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::json;

use super::super::api;
use super::super::auth;
use super::super::error::ApiError;
use super::super::extract::{IfMatch, Json, Path, Query};
use super::inbox::Asked;
use super::look::{Look, iso};
use super::parts::phone;
use super::people::{avatar, linked};
use super::refusal::Refusal;
use super::session::Operator;
use super::task::TaskView;
use super::words::put;
use crate::app::App;

/// Statuses that an operator may set.
const STATUSES: [&str; 4] = ["active", "inactive", "completed", "deleted"];

/// The right side.
pub(super) fn side(look: &Look, view: &TaskView, may_operate: bool) -> Markup {
    let words = look.words;
    html! {
        aside #side data-live aria-label=(words.details) {
            a #close-side href="#content" aria-label=(words.conversation) { "‹ " (words.conversation) }
            (person(look, view))
            (status(look, view, may_operate))
            (assignees(look, view, may_operate))
            (money(look, view))
            (about(look, view))
        }
    }
}

fn person(look: &Look, view: &TaskView) -> Markup {
    let (words, contact) = (look.words, &view.contact);
    html! {
        section.person {
            h2.unseen { (words.customer) }
            p.who { (avatar(&view.person)) strong { (view.person.shown(words)) } }
            dl {
                dt { (words.phone) }
                dd {
                    @match &contact.phone {
                        Some(number) => {
                            (phone(number))
                            @if contact.phone_source.as_deref() == Some("typed") { " " span.faint { (words.phone_typed) } }
                        }
                        None => span.faint { (words.phone_unknown) },
                    }
                }
                dt { (words.gets_messages) }
                dd {
                    @match contact.subscribed {
                        Some(true) => (words.yes),
                        Some(false) => { strong.bad { (words.no) } " " span.faint { (words.must_write_first) } }
                        None => (words.unknown),
                    }
                }
                dt { (words.speaks) }
                dd data-names="language" { (contact.language.as_deref().unwrap_or(words.unknown)) }
                dt { (words.country) }
                dd data-names="region" { (contact.country.as_deref().unwrap_or(words.unknown)) }
            }
        }
    }
}

fn change_path(view: &TaskView) -> String {
    format!("/tasks/{}/change{}", view.task.id, view.query)
}

fn status(look: &Look, view: &TaskView, may_operate: bool) -> Markup {
    let (words, now) = (look.words, view.task.status.as_str());
    let (next, does) =
        if now == "active" { ("completed", words.complete) } else { ("active", words.open_again) };
    html! {
        section {
            form.row method="post" action=(change_path(view)) data-send data-changes {
                label for="status" { (words.status) }
                select #status name="status" disabled[!may_operate] {
                    @for status in STATUSES {
                        option value=(status) selected[status == now] { (words.state(status)) }
                    }
                }
                @if may_operate { button.no-script { (words.save) } }
            }
            @if may_operate {
                form method="post" action=(change_path(view)) data-send {
                    button.wide name="status" value=(next) { (does) }
                }
            }
        }
    }
}

fn assignees(look: &Look, view: &TaskView, may_operate: bool) -> Markup {
    let words = look.words;
    let is_free = |id: i64| view.assignees.iter().all(|one| one.id != id);
    let free: Vec<_> = view.employees.iter().filter(|one| is_free(one.id)).collect();
    html! {
        section {
            h2 { (words.assignees) }
            ul.chips {
                @for one in &view.assignees {
                    li {
                        (one.name)
                        @if may_operate && view.assignees.len() > 1 {
                            form method="post" action=(change_path(view)) data-send {
                                button.plain name="unassign" value=(one.id) aria-label=(put(words.unassign, "name", &one.name)) { "×" }
                            }
                        }
                    }
                }
            }
            @if may_operate && !free.is_empty() {
                form.row method="post" action=(change_path(view)) data-send data-changes {
                    label.unseen for="assign" { (words.assign) }
                    select #assign name="assign" {
                        option value="" { (words.assign) "…" }
                        @for one in free { option value=(one.id) { (one.name) } }
                    }
                    button.no-script { (words.add) }
                }
            }
        }
    }
}

/// What an answer costs, as far as it is known before it is sent.
fn money(look: &Look, view: &TaskView) -> Markup {
    let words = look.words;
    let price = view.fact("price").map(|fact| match fact.value.as_str() {
        "in-session" => words.price_in_session,
        "charged" => words.price_charged,
        "quota-used-up" => words.price_quota,
        "no-balance" => words.price_balance,
        _ => words.price_free,
    });
    let session = session(look, view);
    html! {
        @if session.is_some() || price.is_some() {
            section {
                dl {
                    @if let Some((said, _)) = session {
                        dt { (words.session) }
                        dd { (said) p.faint { (words.session_help) } }
                    }
                    @if let Some(price) = price { dt { (words.price) } dd { (price) } }
                }
            }
        }
    }
}

/// Until when answers are free of charge, and whether they still are.
pub(super) fn session(look: &Look, view: &TaskView) -> Option<(String, bool)> {
    let until: i64 = view.fact("session-until")?.value.parse().ok()?;
    let is_free = until > look.now;
    let said = if is_free {
        put(look.words.session_until, "time", &look.moment(until))
    } else {
        look.words.session_over.to_owned()
    };
    Some((said, is_free))
}

/// Facts that stand elsewhere, in the visitor's language.
const KNOWN_FACTS: [&str; 4] = ["session-until", "session-until-at-most", "price", "subscribed"];

fn about(look: &Look, view: &TaskView) -> Markup {
    let (words, task) = (look.words, &view.task);
    let account = view.account.as_ref().map_or(task.account.as_str(), |account| &account.name);
    html! {
        section {
            dl {
                dt { (words.channel) }
                dd { (view.channel) " · " (account) }
                dt { (words.opened) }
                dd { time datetime=(iso(task.created_at)) { (look.full(task.created_at)) } }
                @if view.others.len() > 1 {
                    dt { (words.other_tasks) }
                    dd {
                        @for id in &view.others {
                            a href={ "/tasks/" (id) (view.query) } aria-current=[(*id == task.id).then_some("page")] { "#" (id) } " "
                        }
                    }
                }
                @for fact in view.facts.iter().filter(|fact| !KNOWN_FACTS.contains(&fact.name.as_str())) {
                    dt { (fact.name) }
                    dd { (if fact.text.is_empty() { &fact.value } else { &fact.text }) }
                }
                dt { (words.description) }
                dd.text { (linked(&task.description, &view.own)) }
            }
        }
    }
}

/// `POST /tasks/{id}/change`: what a form names.
pub(super) async fn change(
    Operator(reader): Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    Form(given): Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let refuse = |error: ApiError| Refusal::new(reader.look.clone(), error);
    let mut assignees =
        app.store.read(move |tx| tx.assignees(id)).await.map_err(|error| refuse(error.into()))?;
    let mut patch = json!({});
    for (name, value) in &given {
        match (name.as_str(), value.parse::<i64>()) {
            ("status", _) => patch["status"] = value.as_str().into(),
            ("assign", Ok(employee)) => {
                assignees.push(employee);
                patch["assignees"] = json!(assignees);
            }
            ("unassign", Ok(employee)) => {
                assignees.retain(|one| *one != employee);
                patch["assignees"] = json!(assignees);
            }
            _ => {}
        }
    }
    let body = serde_json::from_value(patch).map_err(|_| refuse(ApiError::bad_form()))?;
    let changed = api::tasks::change(
        auth::Operator(reader.token.clone()),
        State(app),
        Path(id),
        IfMatch::any(),
        Json(body),
    )
    .await;
    changed.map_err(refuse)?;
    Ok(Redirect::to(&format!("/tasks/{id}{}", asked.here())).into_response())
}
