//! Employees and templates: what a helpdesk has before the first customer writes.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use desk_store::Employee;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::answer::Tag;
use super::super::super::api::{contact_templates, employees, task_templates};
use super::super::super::auth;
use super::super::super::error::ApiError;
use super::super::super::extract::{IfMatch, Json, Path};
use super::super::look::Look;
use super::super::refusal::{self, Refusal};
use super::super::session::{Admin, Reader};
use super::form::Choices;
use super::{Tab, body, field, refuse, version};
use crate::app::App;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Employee,
    TaskTemplate,
    ContactTemplate,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::TaskTemplate => "task_template",
            Self::ContactTemplate => "contact_template",
        }
    }
}

/// One of a list as its form shows it; without an id, one that is to be added.
#[derive(Default)]
struct One<'a> {
    id: Option<i64>,
    version: Option<Tag>,
    name: &'a str,
    /// An employee's.
    avatar: &'a str,
    owner: bool,
    /// A task template's.
    assignee: Option<i64>,
}

async fn load(app: &App, reader: &Reader) -> Result<Choices, Refusal> {
    let loaded = app.store.read(|tx| {
        Ok(Choices {
            employees: tx.employees()?,
            contact_templates: tx.contact_templates()?,
            task_templates: tx.task_templates()?,
        })
    });
    loaded.await.map_err(|error| refuse(reader, error))
}

/// `GET /settings/people`.
pub(super) async fn page(Admin(reader): Admin, State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let all = load(&app, &reader).await?;
    Ok(super::page(&reader, Tab::People, None, &draw(&reader.look, &all)))
}

/// The page. Pure.
pub(in super::super) fn draw(look: &Look, all: &Choices) -> Markup {
    let words = look.words;
    let people = all.employees.iter().map(|one| One {
        id: Some(one.id),
        version: Some(employees::tag(one)),
        name: &one.name,
        avatar: one.avatar.as_deref().unwrap_or_default(),
        owner: one.owner,
        ..One::default()
    });
    let tasks = all.task_templates.iter().map(|one| One {
        id: Some(one.id),
        version: Some(task_templates::tag(one)),
        name: &one.name,
        assignee: one.assignee,
        ..One::default()
    });
    let contacts = all.contact_templates.iter().map(|one| One {
        id: Some(one.id),
        version: Some(contact_templates::tag(one)),
        name: &one.name,
        ..One::default()
    });
    html! {
        section.card.stack { h2 { (words.employees) } (list(look, What::Employee, people, &[])) }
        section.card.stack {
            h2 { (words.task_templates) }
            p.faint { (words.task_templates_help) }
            (list(look, What::TaskTemplate, tasks, &all.employees))
        }
        section.card.stack {
            h2 { (words.contact_templates) }
            (list(look, What::ContactTemplate, contacts, &[]))
        }
    }
}

/// Those that there are, each with its form folded up, and a form for one more.
fn list<'a>(look: &Look, what: What, all: impl Iterator<Item = One<'a>>, people: &[Employee]) -> Markup {
    let words = look.words;
    let name_of = |id: i64| people.iter().find(|one| one.id == id).map(|one| one.name.as_str());
    html! {
        div.folds {
            @for one in all {
                details {
                    summary {
                        (one.name)
                        @if one.owner { " " span.chip { (words.owner) } }
                        @if let Some(name) = one.assignee.and_then(name_of) { " " span.faint { "· " (name) } }
                    }
                    (form(look, what, &one, people))
                }
            }
        }
        (form(look, what, &One::default(), people))
    }
}

fn form(look: &Look, what: What, one: &One, people: &[Employee]) -> Markup {
    let words = look.words;
    let own = one.id.map_or_else(|| what.name().to_owned(), |id| format!("{}-{id}", what.name()));
    let action = match one.id {
        Some(id) => format!("/settings/people/{}/{id}", what.name()),
        None => format!("/settings/people/{}", what.name()),
    };
    html! {
        form.row.start.end method="post" action=(action) {
            @if let Some(tag) = &one.version { (version(tag)) }
            (field(&format!("{own}-name"), words.name, &html! {
                input #{ (own) "-name" } name="name" value=(one.name) required maxlength="200" autocomplete="off";
            }))
            @if what == What::Employee {
                (field(&format!("{own}-avatar"), words.picture, &html! {
                    input #{ (own) "-avatar" } type="url" name="avatar" value=(one.avatar) maxlength="2000" placeholder="https://…"
                        title=(words.picture_help) autocomplete="off";
                }))
            }
            @if what == What::TaskTemplate {
                (field(&format!("{own}-who"), words.assignee, &html! {
                    select #{ (own) "-who" } name="assignee" {
                        option value="" { (words.none_chosen) }
                        @for person in people {
                            option value=(person.id) selected[one.assignee == Some(person.id)] { (person.name) }
                        }
                    }
                }))
            }
            @if one.id.is_none() {
                button { (words.add) }
            } @else {
                button.send { (words.save) }
                @if !one.owner { button name="delete" value="true" formnovalidate { (words.delete) } }
            }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Given {
    name: String,
    #[serde(default)]
    avatar: String,
    #[serde(default)]
    assignee: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    delete: bool,
}

impl Given {
    fn fields(&self, what: What) -> Value {
        match what {
            What::Employee => {
                let avatar = Some(self.avatar.trim()).filter(|avatar| !avatar.is_empty());
                json!({"name": self.name, "avatar": avatar})
            }
            What::TaskTemplate => json!({"name": self.name, "assignee": self.assignee.parse::<i64>().ok()}),
            What::ContactTemplate => json!({"name": self.name}),
        }
    }
}

/// `POST /settings/people/{what}`: one more of them.
pub(super) async fn add(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(what): Path<What>,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let (admin, state, fields) = (auth::Admin(reader.token.clone()), State(app.clone()), given.fields(what));
    let add = async {
        match what {
            What::Employee => employees::add(admin, state, Json(body(fields)?)).await.map(drop),
            What::TaskTemplate => task_templates::add(admin, state, Json(body(fields)?)).await.map(drop),
            What::ContactTemplate => {
                contact_templates::add(admin, state, Json(body(fields)?)).await.map(drop)
            }
        }
    };
    let done = add.await;
    end(&app, &reader, done).await
}

/// `POST /settings/people/{what}/{id}`: saves it, or takes it away.
pub(super) async fn change(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path((what, id)): Path<(What, i64)>,
    Form(given): Form<Given>,
) -> Result<Response, Refusal> {
    let done = if given.delete {
        delete(&app, &reader, what, id, &given).await
    } else {
        save(&app, &reader, what, id, &given).await
    };
    end(&app, &reader, done).await
}

async fn save(app: &Arc<App>, reader: &Reader, what: What, id: i64, given: &Given) -> Result<(), ApiError> {
    let (admin, state, fields) = (auth::Admin(reader.token.clone()), State(app.clone()), given.fields(what));
    let (id, if_match) = (Path(id), IfMatch::version(&given.version));
    match what {
        What::Employee => employees::change(admin, state, id, if_match, Json(body(fields)?)).await.map(drop),
        What::TaskTemplate => {
            task_templates::change(admin, state, id, if_match, Json(body(fields)?)).await.map(drop)
        }
        What::ContactTemplate => {
            contact_templates::change(admin, state, id, if_match, Json(body(fields)?)).await.map(drop)
        }
    }
}

async fn delete(app: &Arc<App>, reader: &Reader, what: What, id: i64, given: &Given) -> Result<(), ApiError> {
    let (admin, state) = (auth::Admin(reader.token.clone()), State(app.clone()));
    let (id, if_match) = (Path(id), IfMatch::version(&given.version));
    match what {
        What::Employee => employees::delete(admin, state, id, if_match).await.map(drop),
        What::TaskTemplate => task_templates::delete(admin, state, id, if_match).await.map(drop),
        What::ContactTemplate => contact_templates::delete(admin, state, id, if_match).await.map(drop),
    }
}

async fn end(app: &App, reader: &Reader, done: Result<(), ApiError>) -> Result<Response, Refusal> {
    let Err(error) = done else { return Ok(Redirect::to("/settings/people").into_response()) };
    let said = refusal::says(reader.look.words, &error);
    let all = load(app, reader).await?;
    Ok(super::page(reader, Tab::People, Some(&said), &draw(&reader.look, &all)))
}
