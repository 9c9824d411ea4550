//! The state of the desk: the channels that are loaded, and what waits for a person: events that could not be handled
//! (`parked`), what a restored backup had not sent (`held`). What the doctor finds is a page of its own: an examination reads
//! the whole file.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use desk_store::ParkedRow;
use maud::{Markup, html};

use super::super::super::api;
use super::super::look::Look;
use super::super::refusal::Refusal;
use super::super::session::Admin;
use super::{Tab, held, parked, refuse};
use crate::app::App;
use crate::doctor::Finding;

/// Parked events that are shown, the newest.
const PARKED: i64 = 50;

/// A channel that is loaded.
pub(in super::super) struct Loaded {
    pub(in super::super) name: String,
    pub(in super::super) version: String,
    pub(in super::super) contract: String,
    pub(in super::super) digest: String,
    pub(in super::super) bytes: i64,
}

/// `GET /settings/system`.
pub(super) async fn page(Admin(reader): Admin, State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let loaded: Vec<_> = app
        .channels
        .iter()
        .map(|channel| Loaded {
            name: channel.manifest().id.clone(),
            version: channel.manifest().version.clone(),
            contract: channel.inspection().contract_version.to_string(),
            digest: channel.digest().to_owned(),
            bytes: i64::try_from(channel.inspection().size_bytes).unwrap_or(i64::MAX),
        })
        .collect();
    let rows = app.store.read(|tx| Ok((tx.parked(i64::MAX, PARKED)?, held::load(tx)?)));
    let (parked, held) = rows.await.map_err(|error| refuse(&reader, error))?;
    Ok(super::page(&reader, Tab::System, None, &draw(&reader.look, &loaded, &held, &parked)))
}

/// `GET /settings/doctor`.
pub(super) async fn examine(Admin(reader): Admin, State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let findings = api::doctor::findings(&app).await.map_err(|error| refuse(&reader, error))?;
    Ok(super::page(&reader, Tab::System, None, &diagnosis(&reader.look, &findings)))
}

/// What the doctor found. Pure. It is not looked at again by itself, as other pages are.
pub(in super::super) fn diagnosis(look: &Look, findings: &[Finding]) -> Markup {
    let words = look.words;
    html! {
        section.card.stack data-still {
            h2 { (words.doctor) }
            @if findings.iter().all(|finding| finding.good) { p.good { (words.doctor_good) } }
            ul.findings {
                @for finding in findings {
                    li.wrong[!finding.good] {
                        span.mark aria-hidden="true" { @if finding.good { "✓" } @else { "✗" } }
                        span { strong { (finding.area) } " " (finding.says) @if !finding.advice.is_empty() { br; (finding.advice) } }
                    }
                }
            }
            p { a.button href="/settings/doctor" { (words.doctor_do) } }
        }
    }
}

/// The page. Pure.
pub(in super::super) fn draw(
    look: &Look,
    loaded: &[Loaded],
    held: &[held::Row],
    parked: &[ParkedRow],
) -> Markup {
    let words = look.words;
    html! {
        section.card.stack {
            h2 { (words.doctor) }
            p.faint { (words.doctor_help) }
            p { a.button href="/settings/doctor" { (words.doctor_do) } }
        }
        (held::draw(look, held))
        (parked::draw(look, parked))
        section.card.stack {
            h2 { (words.channels) }
            @for one in loaded {
                div {
                    p { strong { (one.name) " " (one.version) } }
                    p.faint.mono { "helpdesk:channel@" (one.contract) " · " (look.size(one.bytes)) br; "sha256:" (one.digest) }
                }
            }
        }
    }
}
