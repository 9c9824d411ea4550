//! Events that could not be handled: why, what came, and what a person does about them.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use desk_store::ParkedRow;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::super::super::api;
use super::super::super::auth;
use super::super::super::extract::{Json, Path};
use super::super::look::{Look, iso};
use super::super::problem;
use super::super::refusal::Refusal;
use super::super::session::Admin;
use super::{body, refuse};
use crate::app::App;

/// What the plugin could not read: its signature is not kept, so it is not given to it again.
const UNREADABLE: &str = "unreadable";

/// The list. Pure.
pub(super) fn draw(look: &Look, parked: &[ParkedRow]) -> Markup {
    let words = look.words;
    html! {
        section.card.stack #parked data-live="hold" {
            h2 { (words.parked) }
            p.faint { (words.parked_help) }
            @if parked.is_empty() { p { (words.parked_none) } }
            @for row in parked { (event(look, row)) }
        }
    }
}

fn event(look: &Look, row: &ParkedRow) -> Markup {
    let words = look.words;
    let text = |name: &str| row.problem[name].as_str().unwrap_or_default();
    let came = row.event.as_str().map_or_else(|| format!("{:#}", row.event), str::to_owned);
    html! {
        article {
            p.faint { time datetime=(iso(row.at)) { (look.full(row.at)) } " · " (row.account) " · " (row.kind) }
            p.bad { (problem::text(&row.problem)) }
            p { (problem::advice(&row.problem)) }
            details { summary { (words.what_came) } pre { (came) } }
            div.row.start {
                form.row method="post" action={ "/settings/parked/" (row.id) } {
                    @if row.kind != UNREADABLE { button.send { (words.try_again) } }
                    details {
                        summary { (words.discard) }
                        p { (words.discard_warning) }
                        button name="discard" value="true" { (words.discard) }
                    }
                }
                @if row.kind != UNREADABLE {
                    form method="post" action="/settings/parked" {
                        input type="hidden" name="kind" value=(row.kind);
                        input type="hidden" name="code" value=(text("code"));
                        button { (words.try_all) }
                    }
                }
            }
        }
    }
}

fn back() -> Response {
    Redirect::to("/settings/system#parked").into_response()
}

#[derive(Debug, Deserialize)]
pub(super) struct Settled {
    #[serde(default)]
    discard: bool,
}

/// `POST /settings/parked/{id}`: gives it to the plugin again, or takes it away.
pub(super) async fn settle(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Form(settled): Form<Settled>,
) -> Result<Response, Refusal> {
    let (token, state) = (reader.token.clone(), State(app));
    let done = if settled.discard {
        api::parked::discard(auth::Admin(token), state, Path(id)).await.map(drop)
    } else {
        api::parked::replay(auth::Operator(token), state, Path(id)).await.map(drop)
    };
    done.map_err(|error| refuse(&reader, error))?;
    Ok(back())
}

#[derive(Debug, Deserialize)]
pub(super) struct Like {
    kind: String,
    code: String,
}

/// `POST /settings/parked`: gives all of a kind with the same problem to the plugin again.
pub(super) async fn replay_like(
    Admin(reader): Admin,
    State(app): State<Arc<App>>,
    Form(like): Form<Like>,
) -> Result<Response, Refusal> {
    let fields = json!({"kind": like.kind, "code": like.code});
    let body = body(fields).map_err(|error| refuse(&reader, error))?;
    let operator = auth::Operator(reader.token.clone());
    let done = api::parked::replay_like(operator, State(app), Json(body)).await;
    done.map_err(|error| refuse(&reader, error))?;
    Ok(back())
}
