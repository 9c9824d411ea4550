//! The conversation as people know it from messengers: day lines, bubbles, how far each answer has come. Not here: what is
//! in a bubble (`parts`).

use std::collections::BTreeMap;

use desk_store::{ActionRow, DeliveryRow, Tx};
use maud::{Markup, html};

use super::look::{Look, iso};
use super::parts::{self, File};
use super::people::linked;
use super::problem;
use super::task::TaskView;
use super::words::put;
use crate::app::App;
use crate::desk::deliveries;

/// An action with what belongs to it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) row: ActionRow,
    pub(super) deliveries: Vec<DeliveryRow>,
    pub(super) files: Vec<File>,
}

impl Entry {
    pub(super) fn of(tx: &Tx, app: &App, row: ActionRow) -> desk_store::Result<Self> {
        let media = tx.media_of_action(row.id)?;
        let mut files: Vec<_> = media.iter().map(|medium| File::of(app, medium)).collect();
        files.extend(tx.files_of_action(row.id)?.into_iter().map(|file| File::sent(app, file)));
        Ok(Self {
            deliveries: if row.author_kind == "employee" { tx.deliveries(row.id)? } else { Vec::new() },
            files,
            row,
        })
    }

    /// Written by an employee for employees.
    fn is_internal(&self) -> bool {
        self.row.author_kind == "employee" && self.row.notify.as_array().is_none_or(Vec::is_empty)
    }
}

/// The conversation, to be scrolled.
pub(super) fn log(look: &Look, view: &TaskView, may_retry: bool) -> Markup {
    let words = look.words;
    html! {
        div #log tabindex="0" role="region" aria-label=(words.conversation) {
            @if let Some(earlier) = view.earlier {
                p.more { a.button href={ "/tasks/" (view.task.id) "?upto=" (earlier) } { (words.earlier) } }
            }
            ol #actions data-live {
                @if view.entries.is_empty() { li #no-actions .day { span { (words.no_actions) } } }
                @for (at, entry) in view.entries.iter().enumerate() {
                    @let before = at.checked_sub(1).and_then(|at| view.entries.get(at));
                    @let is_new_day = before.is_none_or(|before| {
                        look.day_number(before.row.at) != look.day_number(entry.row.at)
                    });
                    @if is_new_day {
                        li #{ "day-" (entry.row.id) } .day { span { (look.day(entry.row.at)) } }
                    }
                    (action(look, view, entry, may_retry))
                }
            }
            span #end {}
            a #down href="#end" hidden { (words.new_below) }
        }
    }
}

fn stamp(look: &Look, at: i64) -> Markup {
    html! { time datetime=(iso(at)) title=(look.full(at)) { (look.clock(at)) } }
}

fn action(look: &Look, view: &TaskView, entry: &Entry, may_retry: bool) -> Markup {
    let (words, row) = (look.words, &entry.row);
    let id = format!("action-{}", row.id);
    if row.kind == "note" {
        return html! {
            li #(id) .note { span.unseen { (words.note) ": " } (linked(&row.text, &view.own)) " " (stamp(look, row.at)) }
        };
    }
    let is_theirs = row.author_kind == "contact";
    let name = if row.author_name.trim().is_empty() { words.nameless } else { &row.author_name };
    let side = if is_theirs { "theirs" } else { "mine" };
    let class = if entry.is_internal() { "mine internal" } else { side };
    // What a screen reader says when it comes in.
    let said = is_theirs.then(|| format!("{}: {}", put(words.wrote, "name", name), row.text));
    html! {
        li #(id) class=(class) data-said=[said] {
            div.bubble {
                @if entry.is_internal() { p.label { (words.internal) } }
                p.author { (name) }
                (parts::all(look, view, entry))
                (offered(look, entry))
                p.foot {
                    (stamp(look, row.at))
                    @if !is_theirs && !entry.is_internal() { (marks(look, &entry.deliveries)) }
                }
                @if !is_theirs && !entry.is_internal() { (trouble(look, view, entry, may_retry)) }
            }
        }
    }
}

/// The buttons that the customer was offered.
fn offered(look: &Look, entry: &Entry) -> Markup {
    let titles: Vec<_> = entry.row.suggestions.as_array().into_iter().flatten().collect();
    html! {
        @if !titles.is_empty() {
            ul.offered aria-label=(look.words.offered) {
                @for one in titles { li { (one["title"].as_str().unwrap_or_default()) } }
            }
        }
    }
}

// --- How far it has come -------------------------------------------------------------------------------------------

/// The sign of a state.
fn sign(state: &str) -> &'static str {
    match state {
        "pending" => "◷",
        "sent" => "✓",
        "delivered" | "seen" => "✓✓",
        "failed" => "✗",
        _ => "?",
    }
}

fn mark(state: &str, said: &str) -> Markup {
    html! { span class={ "mark " (state) } role="img" aria-label=(said) title=(said) { (sign(state)) } }
}

/// A mark for the whole answer, or one a part where the parts differ.
fn marks(look: &Look, rows: &[DeliveryRow]) -> Markup {
    let (state, _) = deliveries::whole(rows);
    let is_one = rows.iter().all(|row| row.state == state);
    html! {
        @if is_one {
            (mark(state, look.words.delivery(state)))
        } @else {
            @for (row, number) in rows.iter().zip(1..) {
                @let said = put(look.words.part, "n", &i32::to_string(&number));
                (mark(&row.state, &put(&said, "state", look.words.delivery(&row.state))))
            }
        }
    }
}

/// Why it is not there and what to do, with the way to send it again; else why a part waits, or in which other form it went.
fn trouble(look: &Look, view: &TaskView, entry: &Entry, may_retry: bool) -> Markup {
    let (state, why) = deliveries::whole(&entry.deliveries);
    if !matches!(state, "failed" | "unconfirmed") {
        let reasons = entry.deliveries.iter().filter_map(|row| row.problem.as_ref());
        let reasons: BTreeMap<_, _> =
            reasons.map(|why| (why["text"].as_str().unwrap_or_default(), why)).collect();
        return html! { @for (text, why) in reasons { @if !text.is_empty() { p.faint { (problem::text(why)) } } } };
    }
    let why = why.cloned().unwrap_or_default();
    html! {
        div class={ "trouble " (state) } {
            p { strong { (look.words.delivery(state)) ". " } (problem::class(look.words, &why)) }
            p { (problem::text(&why)) " " (problem::advice(&why)) }
            @if may_retry { (retry(look, view, entry)) }
        }
    }
}

/// What may have arrived goes out again only by the operator's word.
fn retry(look: &Look, view: &TaskView, entry: &Entry) -> Markup {
    let words = look.words;
    let action = format!("/tasks/{}/actions/{}/retry{}", view.task.id, entry.row.id, view.query);
    let is_doubtful = entry.deliveries.iter().any(|row| row.state == "unconfirmed");
    html! {
        form method="post" action=(action) data-send {
            @if is_doubtful {
                details {
                    summary { (words.retry) }
                    p { (words.may_double) }
                    button name="may_double" value="true" { (words.retry_anyway) }
                }
            } @else {
                button { (words.retry) }
            }
        }
    }
}
