//! What a restored backup had not sent: by conversation, to be released or dropped.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use desk_store::{HeldConversation, Tx};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::super::super::api;
use super::super::super::auth;
use super::super::super::extract::Json;
use super::super::look::Look;
use super::super::refusal::Refusal;
use super::super::session::Admin;
use super::super::words::put;
use super::{body, refuse};
use crate::app::App;

/// Conversations that are shown; all can be released or dropped at once.
const SHOWN: i64 = 50;

/// What is held in a conversation, and whose it is.
pub(in super::super) struct Row {
    pub(in super::super) held: HeldConversation,
    /// The customer's name; empty: the account's own.
    pub(in super::super) name: String,
}

pub(super) fn load(tx: &Tx) -> desk_store::Result<Vec<Row>> {
    let row = |held: HeldConversation| {
        let contact = held.contact.map(|id| tx.contact(id)).transpose()?.flatten();
        Ok(Row { name: contact.map(|contact| contact.name).unwrap_or_default(), held })
    };
    tx.held_conversations(SHOWN)?.into_iter().map(row).collect()
}

/// The list; nothing where nothing is held. Pure.
pub(super) fn draw(look: &Look, rows: &[Row]) -> Markup {
    let words = look.words;
    html! {
        @if !rows.is_empty() {
            section.card.stack {
                h2 { (words.held) }
                p.faint { (words.held_help) }
                (choice("", "", words.release_all, words.drop_all))
                @for row in rows {
                    @let (held, name) = (&row.held, if row.name.is_empty() { &row.held.account } else { &row.name });
                    @let count = put(words.held_count, "calls", &held.held.calls.to_string());
                    div.row {
                        span { strong { (name) } " " span.faint { (put(&count, "replies", &held.held.replies.to_string())) } }
                        (choice(&held.account, &held.conversation, words.release, words.drop))
                    }
                }
            }
        }
    }
}

fn choice(account: &str, conversation: &str, release: &str, drop: &str) -> Markup {
    html! {
        form.row.start method="post" action="/settings/held" {
            input type="hidden" name="account" value=(account);
            input type="hidden" name="conversation" value=(conversation);
            button name="deed" value="release" { (release) }
            button name="deed" value="drop" { (drop) }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Release,
    Drop,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    account: String,
    conversation: String,
    deed: Deed,
}

/// `POST /settings/held`: of a conversation, or of all where none is named.
pub(super) async fn let_go(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Refusal> {
    let scope = if chosen.account.is_empty() {
        json!({})
    } else {
        json!({"account": chosen.account, "conversation": chosen.conversation})
    };
    let body = body(scope).map_err(|error| refuse(&reader, error))?;
    let (admin, state) = (auth::Admin(reader.token.clone()), State(app));
    let done = match chosen.deed {
        Deed::Release => api::held::release(admin, state, Json(body)).await,
        Deed::Drop => api::held::drop(admin, state, Json(body)).await,
    };
    done.map_err(|error| refuse(&reader, error))?;
    Ok(Redirect::to("/settings/system").into_response())
}
