//! The answer: what is written, whether the customer gets it, quick replies; and sending again what did not arrive. What a
//! form does is done by the API's handlers.

use std::sync::Arc;

use axum::Form;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use channel_engine::contract::TextFormat;
use desk_store::{Employee, QuickReply, StoreError};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::super::api;
use super::super::auth;
use super::super::error::ApiError;
use super::super::extract::{Json, Path, Query};
use super::inbox::Asked;
use super::look::Look;
use super::refusal::{self, Refusal};
use super::session::Operator;
use super::task::{self, Opened, TaskView};
use super::words::put;
use super::{layout, side};
use crate::app::App;
use crate::desk::quick_replies::{Names, fill};

/// Quick replies that are offered at a time.
const OFFERED: usize = 8;
/// Characters of a name in a button.
const NAME_CHARS_MAX: usize = 24;

/// What was written and not sent.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    /// Answers to tap, with `;` between them.
    pub(super) suggestions: String,
    /// Whether it was to stay inside.
    pub(super) internal: bool,
    /// Why it was not sent.
    pub(super) problem: Option<String>,
}

/// The form. The switch shows by itself, without a script, which of the two will happen.
pub(super) fn form(look: &Look, view: &TaskView, me: &Employee, draft: &Draft) -> Markup {
    let words = look.words;
    let (id, name) = (view.task.id, view.person.shown(words));
    let action = format!("/tasks/{id}/answer{}", view.query);
    html! {
        form #answer method="post" action=(action) data-quick={ "/tasks/" (id) "/quick" }
            data-doubt=(words.perhaps_sent) data-place-on=(words.place_answer) data-place-off=(words.place_comment) {
            label.switch {
                input #notify type="checkbox" name="notify" value=(view.contact.id) checked[!draft.internal];
                span { (words.notify) }
            }
            (reach(look, view, me))
            ul #quick role="listbox" aria-label=(words.quick_replies) hidden {}
            label.unseen for="text" { (words.answer) }
            textarea #text name="text" rows="3" placeholder=(words.place_answer) aria-controls="quick" aria-expanded="false"
                role="combobox" aria-autocomplete="list" { "\n" (draft.text) }
            @if view.offers { (buttons(look, name, draft)) }
            p #answer-problem .problem role="alert" { (draft.problem.as_deref().unwrap_or_default()) }
            input #attachments type="hidden" name="attachments";
            ul.chips #files data-to="/uploads" data-remove=(words.take_off) {}
            p #drop aria-hidden="true" { (words.drop_here) }
            div.row {
                @if !view.quick.is_empty() {
                    label.unseen for="quick-reply" { (words.quick_replies) }
                    select #quick-reply .no-script name="quick_reply" {
                        option value="" { (words.quick_choose) }
                        @for reply in &view.quick { option value=(reply.id) { (reply.title) } }
                    }
                }
                label.button.only-script for="choose" { (words.attach) }
                input #choose .unseen.only-script type="file" multiple;
                button #send .send data-busy=(words.sending) {
                    span.on { (put(words.send, "name", &short(name))) }
                    span.off { (words.add_comment) }
                }
            }
        }
    }
}

/// Answers that the customer may tap.
fn buttons(look: &Look, name: &str, draft: &Draft) -> Markup {
    let words = look.words;
    html! {
        details #offer .on open[!draft.suggestions.is_empty()] {
            summary { (words.offer) }
            label.unseen for="suggestions" { (words.offered) }
            input #suggestions name="suggestions" value=(draft.suggestions) placeholder=(words.offer_hint) maxlength="2000"
                autocomplete="off" aria-describedby="offer-help";
            p.faint #offer-help { (put(words.offer_help, "name", name)) }
            ul.offered #offered aria-label=(words.offered) {}
        }
    }
}

/// Who will get it, from whom, and what it costs; or that it stays inside.
fn reach(look: &Look, view: &TaskView, me: &Employee) -> Markup {
    let (words, name) = (look.words, view.person.shown(look.words));
    let will = put(words.will_get, "name", name);
    let will = put(&put(&will, "channel", &view.channel), "sender", view.sender(me));
    html! {
        p #reach data-live {
            @if view.is_reachable() {
                span.on {
                    (will)
                    @if let Some((said, is_free)) = side::session(look, view) {
                        " " span.cost.free[is_free] { (said) "." }
                    }
                }
            } @else {
                span.on.bad { (put(words.not_reachable, "name", name)) }
            }
            span.off { (words.will_stay) }
        }
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    format!("{}…", name.chars().take(NAME_CHARS_MAX - 1).collect::<String>())
}

#[derive(Debug, Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    text: String,
    /// The contact that is notified.
    notify: Option<i64>,
    #[serde(default)]
    quick_reply: String,
    /// Answers to tap, with `;` between them.
    #[serde(default)]
    suggestions: String,
    /// Ids of uploads, with commas between: forms have no lists.
    #[serde(default)]
    attachments: String,
}

/// `POST /uploads?name=…`: a file that is going to be sent, as the API takes it; for the script, which reads the answer.
pub(super) async fn upload(
    Operator(reader): Operator,
    State(app): State<Arc<App>>,
    query: Query<api::uploads::AddQuery>,
    body: Body,
) -> Result<Response, ApiError> {
    let made = api::uploads::add(auth::Operator(reader.token), State(app), query, body).await?;
    Ok(made.into_response())
}

/// `POST /tasks/{id}/answer`. What cannot be sent comes back with what was written.
pub(super) async fn write(
    Operator(reader): Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    Form(written): Form<Written>,
) -> Result<Response, Refusal> {
    // Browsers send line ends as CR LF.
    let text = written.text.replace("\r\n", "\n");
    let notify: Vec<i64> = written.notify.into_iter().collect();
    let attachments: Vec<i64> = written.attachments.split(',').filter_map(|id| id.parse().ok()).collect();
    let quick_reply = written.quick_reply.parse::<i64>().ok();
    // What stays inside offers nothing.
    let titles = written.suggestions.split(';').map(str::trim);
    let titles = titles.filter(|title| !title.is_empty() && !notify.is_empty());
    let suggestions: Vec<_> = titles.map(|title| json!({"title": title})).collect();
    let body = json!({
        "text": text, "notify": notify, "quick_reply": quick_reply, "attachments": attachments,
        "suggestions": suggestions,
    });
    let there = format!("/tasks/{id}{}", asked.here());
    let done = match serde_json::from_value(body) {
        Ok(body) => {
            let operator = auth::Operator(reader.token.clone());
            api::actions::write(operator, State(app.clone()), Path(id), Json(body)).await.map(drop)
        }
        Err(_) => Err(ApiError::bad_form()),
    };
    let Err(error) = done else { return Ok(Redirect::to(&format!("{there}#end")).into_response()) };
    if error.status() == StatusCode::NOT_FOUND {
        return Err(Refusal::new(reader.look, error));
    }
    let problem = Some(refusal::says(reader.look.words, &error));
    let draft = Draft { text, suggestions: written.suggestions, internal: notify.is_empty(), problem };
    task::show(&app, &reader, Opened { id, asked, here: &there }, &draft).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Again {
    #[serde(default)]
    may_double: bool,
}

/// `POST /tasks/{id}/actions/{action}/retry`.
pub(super) async fn retry(
    Operator(reader): Operator,
    State(app): State<Arc<App>>,
    Path((id, action)): Path<(i64, i64)>,
    Query(asked): Query<Asked>,
    Form(again): Form<Again>,
) -> Result<Response, Refusal> {
    let refuse = |error: ApiError| Refusal::new(reader.look.clone(), error);
    let body = serde_json::from_value(json!({"may_double": again.may_double}));
    let body = body.map_err(|_| refuse(ApiError::bad_form()))?;
    let operator = auth::Operator(reader.token.clone());
    let done = api::actions::retry(operator, State(app), Path((id, action)), Json(body)).await;
    done.map_err(refuse)?;
    Ok(Redirect::to(&format!("/tasks/{id}{}#end", asked.here())).into_response())
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    find: String,
}

/// `GET /tasks/{id}/quick?find=…`: the quick replies whose title has these letters, as they read in the task.
pub(super) async fn quick(
    Operator(reader): Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(typed): Query<Typed>,
) -> Result<Response, Refusal> {
    let loaded = app.store.read(move |tx| {
        let task = tx.task(id)?.ok_or(StoreError::Missing("the task"))?;
        Ok((tx.quick_replies()?, tx.contact(task.requester)?.map(|contact| contact.name)))
    });
    let loaded = loaded.await.map_err(|error| Refusal::new(reader.look.clone(), error))?;
    let names = Names { contact: loaded.1.unwrap_or_default(), employee: reader.me.name.clone() };
    let page = offer(&reader.look, &loaded.0, &names, &typed.find);
    Ok(layout::answer(StatusCode::OK, reader.look.language, page))
}

/// The offer, to be put in by the script: what an option says is its `data-text`.
pub(super) fn offer(look: &Look, all: &[QuickReply], names: &Names, find: &str) -> Markup {
    let find = find.trim().to_lowercase();
    let found: Vec<_> =
        all.iter().filter(|one| one.title.to_lowercase().contains(&find)).take(OFFERED).collect();
    html! {
        ul #quick role="listbox" aria-label=(look.words.quick_replies) {
            @for (reply, at) in found.iter().zip(0..) {
                @let text = fill(&reply.text, names, &TextFormat::Plain);
                li #{ "quick-" (i32::to_string(&at)) } role="option" aria-selected=(at == 0) data-text=(text) {
                    strong { (reply.title) } span.faint { (text) }
                }
            }
            @if found.is_empty() { li.faint { (look.words.quick_none) } }
        }
    }
}
