//! The state of the desk: the channels that are loaded, events that could not be handled, and what the doctor finds.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use desk_store::ParkedRow;
use maud::{Markup, html};

use super::super::super::api;
use super::super::look::{Look, iso};
use super::super::refusal::Refusal;
use super::super::session::Admin;
use super::{Tab, refuse};
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
    let parked =
        app.store.read(|tx| tx.parked(i64::MAX, PARKED)).await.map_err(|error| refuse(&reader, error))?;
    let findings = api::doctor::findings(&app).await.map_err(|error| refuse(&reader, error))?;
    Ok(super::page(&reader, Tab::System, None, &draw(&reader.look, &loaded, &parked, &findings)))
}

/// The page. Pure.
pub(in super::super) fn draw(
    look: &Look,
    loaded: &[Loaded],
    parked: &[ParkedRow],
    findings: &[Finding],
) -> Markup {
    let words = look.words;
    html! {
        section.card.stack {
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
        }
        section.card.stack #parked data-live {
            h2 { (words.parked) }
            p.faint { (words.parked_help) }
            @if parked.is_empty() { p { (words.parked_none) } }
            @for row in parked { (event(look, row)) }
        }
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

fn event(look: &Look, row: &ParkedRow) -> Markup {
    let text = |name: &str| row.problem[name].as_str().unwrap_or_default();
    let came = row.event.as_str().map_or_else(|| format!("{:#}", row.event), str::to_owned);
    html! {
        article {
            p.faint { time datetime=(iso(row.at)) { (look.full(row.at)) } " · " (row.account) " · " (row.kind) }
            p.bad { (text("text")) }
            p { (text("advice")) }
            details { summary { (look.words.what_came) } pre { (came) } }
        }
    }
}
