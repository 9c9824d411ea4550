//! Employees and templates: what a helpdesk has before the first customer writes.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::super::super::api::{contact_templates, employees, task_templates};
use super::super::super::auth;
use super::super::super::error::ApiError;
use super::super::super::extract::{Json, Path};
use super::super::look::Look;
use super::super::refusal::{self, Refusal};
use super::super::session::{Admin, Reader};
use super::form::Choices;
use super::{Tab, field, refuse};
use crate::app::App;

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
    let name_of = |id: i64| all.employees.iter().find(|one| one.id == id).map(|one| one.name.as_str());
    html! {
        section.card.stack {
            h2 { (words.employees) }
            ul.plain-list {
                @for one in &all.employees {
                    li { (one.name) @if one.owner { " " span.chip { (words.owner) } } }
                }
            }
            (add(look, "employee", None))
        }
        section.card.stack {
            h2 { (words.task_templates) }
            p.faint { (words.task_templates_help) }
            ul.plain-list {
                @for one in &all.task_templates {
                    li { (one.name) @if let Some(name) = one.assignee.and_then(name_of) { " " span.faint { "· " (name) } } }
                }
            }
            (add(look, "task_template", Some(all)))
        }
        section.card.stack {
            h2 { (words.contact_templates) }
            ul.plain-list { @for one in &all.contact_templates { li { (one.name) } } }
            (add(look, "contact_template", None))
        }
    }
}

fn add(look: &Look, what: &str, assignees: Option<&Choices>) -> Markup {
    let words = look.words;
    html! {
        form.row.start.end method="post" action={ "/settings/people/" (what) } {
            (field(&format!("{what}-name"), words.name, &html! { input #{ (what) "-name" } name="name" required maxlength="200" autocomplete="off"; }))
            @if let Some(all) = assignees {
                (field(&format!("{what}-who"), words.assignee, &html! {
                    select #{ (what) "-who" } name="assignee" {
                        option value="" { (words.none_chosen) }
                        @for one in &all.employees { option value=(one.id) { (one.name) } }
                    }
                }))
            }
            button { (words.add) }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Added {
    name: String,
    #[serde(default)]
    assignee: String,
}

/// Does what the form asks for.
async fn add_one(app: Arc<App>, reader: &Reader, what: &str, added: Added) -> Result<(), ApiError> {
    let admin = auth::Admin(reader.token.clone());
    let odd = |_| ApiError::bad_request("bad-form", "the form is not ours");
    let (state, name) = (State(app), added.name);
    match what {
        "employee" => {
            let body = serde_json::from_value(json!({"name": name})).map_err(odd)?;
            employees::add(admin, state, Json(body)).await.map(drop)
        }
        "task_template" => {
            let body = json!({"name": name, "assignee": added.assignee.parse::<i64>().ok()});
            let body = serde_json::from_value(body).map_err(odd)?;
            task_templates::add(admin, state, Json(body)).await.map(drop)
        }
        "contact_template" => {
            let body = serde_json::from_value(json!({"name": name})).map_err(odd)?;
            contact_templates::add(admin, state, Json(body)).await.map(drop)
        }
        _ => Err(ApiError::not_found("this list")),
    }
}

/// `POST /settings/people/{what}`: one more of them.
pub(super) async fn add_to(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(what): Path<String>,
    Form(added): Form<Added>,
) -> Result<Response, Refusal> {
    let Err(error) = add_one(app.clone(), &reader, &what, added).await else {
        return Ok(Redirect::to("/settings/people").into_response());
    };
    let said = refusal::says(reader.look.words, &error);
    let all = load(&app, &reader).await?;
    Ok(super::page(&reader, Tab::People, Some(&said), &draw(&reader.look, &all)))
}
