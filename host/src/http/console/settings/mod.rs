//! Settings, for administrators only: accounts and their guide, people and templates, quick replies, the state of the desk.
//! What a form does is done by the API's handlers.

mod account;
mod accounts;
mod form;
mod guide;
mod held;
mod parked;
mod people;
mod quick;
#[cfg(test)]
mod sample;
mod system;

#[cfg(test)]
pub(super) use sample::sample;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::answer::Tag;
use super::super::error::ApiError;
use super::layout::{self, Frame, Place};
use super::refusal::Refusal;
use super::session::Reader;
use crate::app::App;

/// Every route of the settings.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/settings", get(accounts::page))
        .route("/settings/new/{channel}", get(account::blank).post(account::create))
        .route("/settings/accounts/{id}", get(account::page).post(account::change))
        .route("/settings/accounts/{id}/check", post(account::check))
        .route("/settings/accounts/{id}/disconnect", post(account::disconnect))
        .route("/settings/people", get(people::page))
        .route("/settings/people/{what}", post(people::add))
        .route("/settings/people/{what}/{id}", post(people::change))
        .route("/settings/quick", get(quick::page).post(quick::add))
        .route("/settings/quick/{id}", post(quick::change))
        .route("/settings/system", get(system::page))
        .route("/settings/doctor", get(system::examine))
        .route("/settings/parked", post(parked::replay_like))
        .route("/settings/parked/{id}", post(parked::settle))
        .route("/settings/held", post(held::let_go))
}

/// Which page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Accounts,
    People,
    Quick,
    System,
}

/// A page of the settings, with why something was not saved.
fn page(reader: &Reader, tab: Tab, problem: Option<&str>, content: &Markup) -> Response {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    layout::answer(status, reader.look.language, draw(reader, tab, problem, content))
}

/// The page. Pure.
fn draw(reader: &Reader, tab: Tab, problem: Option<&str>, content: &Markup) -> Markup {
    let words = reader.look.words;
    let tabs = [
        (Tab::Accounts, "/settings", words.accounts),
        (Tab::People, "/settings/people", words.people),
        (Tab::Quick, "/settings/quick", words.quick_replies),
        (Tab::System, "/settings/system", words.system),
    ];
    let main = html! {
        main #settings {
            h1.unseen #content { (words.settings) }
            nav.tabs aria-label=(words.settings) {
                @for (own, href, name) in tabs {
                    a href=(href) aria-current=[(own == tab).then_some("page")] { (name) }
                }
            }
            @if let Some(problem) = problem { p.problem.card role="alert" { (problem) } }
            (content)
        }
    };
    let here = tabs.iter().find(|(own, ..)| *own == tab).map_or("/settings", |(_, href, _)| href);
    let frame = Frame { reader, place: Place::Settings, here, broken: &[] };
    layout::page(&frame, words.settings, &main)
}

/// What the API refuses, as a page.
fn refuse(reader: &Reader, error: impl Into<ApiError>) -> Refusal {
    Refusal::new(reader.look.clone(), error)
}

/// A form's fields as the body that the API takes.
fn body<T: DeserializeOwned>(fields: Value) -> Result<T, ApiError> {
    serde_json::from_value(fields).map_err(|_| ApiError::bad_form())
}

/// What a form was drawn from, so that it overwrites nothing that its author has not seen.
fn version(tag: &Tag) -> Markup {
    html! { input type="hidden" name="version" value=(tag.as_str()); }
}

/// A field of text with its label.
fn field(id: &str, label: &str, input: &Markup) -> Markup {
    html! { div.field { label for=(id) { (label) } (input) } }
}
