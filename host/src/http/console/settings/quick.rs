//! Quick replies: canned answers with placeholders.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use desk_store::QuickReply;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::super::super::api::quick_replies;
use super::super::super::auth;
use super::super::super::error::ApiError;
use super::super::super::extract::{IfMatch, Json, Path};
use super::super::look::Look;
use super::super::refusal::{self, Refusal};
use super::super::session::{Admin, Reader};
use super::{Tab, body, field, refuse, version};
use crate::app::App;

/// `GET /settings/quick`.
pub(super) async fn page(Admin(reader): Admin, State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    show(&app, &reader, None).await
}

async fn show(app: &App, reader: &Reader, problem: Option<&str>) -> Result<Response, Refusal> {
    let all = app.store.read(|tx| tx.quick_replies()).await.map_err(|error| refuse(reader, error))?;
    Ok(super::page(reader, Tab::Quick, problem, &draw(&reader.look, &all)))
}

/// The page. Pure.
pub(in super::super) fn draw(look: &Look, all: &[QuickReply]) -> Markup {
    let words = look.words;
    let none = QuickReply { id: 0, title: String::new(), text: String::new() };
    html! {
        p.faint { (words.quick_help) }
        @for one in all {
            details.card {
                summary { strong { (one.title) } " " span.faint.brief { (one.text) } }
                (form(look, &format!("/settings/quick/{}", one.id), one))
            }
        }
        section.card.stack {
            h2 { (words.quick_new) }
            (form(look, "/settings/quick", &none))
        }
    }
}

fn form(look: &Look, action: &str, one: &QuickReply) -> Markup {
    let words = look.words;
    let (title, text) = (format!("title-{}", one.id), format!("text-{}", one.id));
    html! {
        form.stack method="post" action=(action) {
            @if one.id != 0 { (version(&quick_replies::tag(one))) }
            (field(&title, words.title, &html! { input #(title) name="title" value=(one.title) required maxlength="200" autocomplete="off"; }))
            (field(&text, words.text, &html! { textarea #(text) name="text" rows="4" required { "\n" (one.text) } }))
            div.row.start {
                button.send { (words.save) }
                @if one.id != 0 { button name="delete" value="true" formnovalidate { (words.delete) } }
            }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Written {
    title: String,
    text: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    delete: bool,
}

/// `POST /settings/quick`.
pub(super) async fn add(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Form(written): Form<Written>,
) -> Result<Response, Refusal> {
    let done = save(&app, &reader, None, written).await;
    end(&app, &reader, done).await
}

/// `POST /settings/quick/{id}`: saves it, or takes it away.
pub(super) async fn change(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Form(written): Form<Written>,
) -> Result<Response, Refusal> {
    let done = save(&app, &reader, Some(id), written).await;
    end(&app, &reader, done).await
}

async fn save(app: &Arc<App>, reader: &Reader, id: Option<i64>, written: Written) -> Result<(), ApiError> {
    let (admin, state) = (auth::Admin(reader.token.clone()), State(app.clone()));
    let fields = json!({"title": written.title, "text": written.text.replace("\r\n", "\n")});
    let if_match = IfMatch::version(&written.version);
    match id {
        None => quick_replies::add(admin, state, Json(body(fields)?)).await.map(drop),
        Some(id) if written.delete => quick_replies::delete(admin, state, Path(id), if_match).await.map(drop),
        Some(id) => {
            quick_replies::change(admin, state, Path(id), if_match, Json(body(fields)?)).await.map(drop)
        }
    }
}

async fn end(app: &App, reader: &Reader, done: Result<(), ApiError>) -> Result<Response, Refusal> {
    match done {
        Ok(()) => Ok(Redirect::to("/settings/quick").into_response()),
        Err(error) => show(app, reader, Some(&refusal::says(reader.look.words, &error))).await,
    }
}
