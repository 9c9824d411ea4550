//! The accounts: which there are, how they are, and connecting another one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use desk_store::AccountRow;
use maud::{Markup, html};

use super::super::look::Look;
use super::super::problem;
use super::super::refusal::Refusal;
use super::super::session::Admin;
use super::super::task::channel_name;
use super::super::words::{Words, put};
use super::{Tab, refuse};
use crate::app::App;

/// `GET /settings`.
pub(in super::super) async fn page(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
) -> Result<Response, Refusal> {
    let rows = app.store.read(|tx| tx.accounts()).await.map_err(|error| refuse(&reader, error))?;
    let named = |id: &str| (id.to_owned(), channel_name(&app, &reader.look, id));
    let channels: Vec<_> = app.channels.iter().map(|channel| named(&channel.manifest().id)).collect();
    Ok(super::page(&reader, Tab::Accounts, None, &draw(&reader.look, &rows, &channels)))
}

/// The list; `channels` are ids and names of what can be connected.
pub(in super::super) fn draw(look: &Look, rows: &[AccountRow], channels: &[(String, String)]) -> Markup {
    let words = look.words;
    html! {
        section.stack #accounts data-live {
            @if rows.is_empty() {
                div.card.empty { h2 { (words.first_connect_title) } p { (words.first_connect) } }
            }
            @for row in rows { (card(words, row)) }
        }
        p.row.start {
            @for (id, name) in channels {
                a.button.send href={ "/settings/new/" (id) } { (put(words.connect_with, "channel", name)) }
            }
        }
    }
}

fn card(words: &Words, row: &AccountRow) -> Markup {
    let bot = row.profile.as_ref().and_then(|profile| profile["name"].as_str());
    html! {
        a.card.account href={ "/settings/accounts/" (row.id) } {
            span.row { strong { (row.name) } (health(words, &row.health)) }
            span.faint { (row.channel) @if let Some(bot) = bot { " · " (bot) } }
            @if let Some(why) = &row.problem { span.bad { (problem::text(why)) } }
        }
    }
}

/// The health as a chip.
pub(super) fn health(words: &Words, state: &str) -> Markup {
    let said = match state {
        "connected" => words.health_connected,
        "failed" => words.health_failed,
        "disconnected" => words.health_disconnected,
        _ => words.health_pending,
    };
    html! { span class={ "chip " (state) } { (said) } }
}
