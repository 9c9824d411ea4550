//! The inbox: the tasks by status and assignee, or found by words, those that were written in last first. It is a page,
//! and the left side of every task's page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use desk_store::{Employee, InboxFilter, InboxRow, Tx};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::extract::Query;
use super::layout::{self, Frame, Place};
use super::look::{Look, iso};
use super::people::{Person, avatar, link};
use super::refusal::Refusal;
use super::session::Reader;
use super::words::put;
use crate::app::App;
use crate::desk::entry;

/// Tasks on a page.
const PAGE: i64 = 50;
/// What can be shown of a list that has all of it; deleted ones only by their own name.
const STATUSES: [&str; 3] = ["active", "inactive", "completed"];
/// Characters of a message that the list shows.
const PREVIEW_CHARS_MAX: usize = 120;

/// What the list is to show, as the address has it. What is not known counts as not said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    status: String,
    who: String,
    q: String,
    before: String,
    /// Of a task: its actions below this one.
    upto: String,
}

impl Asked {
    fn status(&self) -> &str {
        let is_known =
            STATUSES.contains(&self.status.as_str()) || matches!(self.status.as_str(), "deleted" | "all");
        if is_known { &self.status } else { "active" }
    }

    fn statuses(&self) -> Vec<&'static str> {
        match self.status() {
            "all" => STATUSES.to_vec(),
            "deleted" => vec!["deleted"],
            one => STATUSES.into_iter().filter(|known| *known == one).collect(),
        }
    }

    fn words(&self) -> &str {
        self.q.trim()
    }

    /// The same list, narrowed to what is found by these words.
    #[cfg(test)]
    pub(super) fn set_words(&mut self, words: &str) {
        self.q = words.to_owned();
    }

    fn assignee(&self, me: i64) -> Option<i64> {
        if self.who == "me" { Some(me) } else { self.who.parse().ok() }
    }

    fn is_plain(&self) -> bool {
        self.words().is_empty() && self.assignee(0).is_none() && self.before.is_empty()
    }

    /// The place behind which it goes on: `updated_at` and id.
    fn place(&self) -> Option<(i64, i64)> {
        let (at, id) = self.before.split_once('-')?;
        Some((at.parse().ok()?, id.parse().ok()?))
    }

    /// The action below which a task's are shown; the newest ones are below the greatest number.
    pub(super) fn upto(&self) -> i64 {
        self.upto.parse().unwrap_or(i64::MAX)
    }

    /// As a query that has begun, to be kept from page to page; empty where nothing is asked.
    pub(super) fn query(&self, before: &str) -> String {
        let mut query = String::new();
        let pairs =
            [("status", self.status.as_str()), ("who", &self.who), ("q", &self.q), ("before", before)];
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            entry::push_encoded(&mut query, value);
        }
        query
    }

    /// The same, of this very page.
    pub(super) fn here(&self) -> String {
        self.query(&self.before)
    }
}

/// The list, loaded.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) asked: Asked,
    pub(super) items: Vec<(InboxRow, Person)>,
    /// Where it goes on.
    pub(super) more: Option<String>,
    pub(super) employees: Vec<Employee>,
    pub(super) empty: Empty,
    /// Accounts that are not connected though they should be.
    pub(super) broken: Vec<String>,
    /// The task that stands beside it.
    pub(super) open: Option<i64>,
}

/// Why a list is empty, and so what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Empty {
    /// No account yet.
    Connect,
    /// No customer yet; the links by which one can come.
    FirstMessage(Vec<String>),
    /// None of these.
    #[default]
    Nothing,
}

/// Reads the list.
pub(super) fn load(tx: &Tx, app: &App, asked: Asked, me: i64) -> desk_store::Result<Inbox> {
    let rows = if asked.words().is_empty() {
        tx.inbox(&InboxFilter {
            statuses: asked.statuses(),
            assignee: asked.assignee(me),
            before: asked.place(),
            most: PAGE,
            reader: me,
        })?
    } else {
        tx.find_tasks(asked.words(), asked.place().map_or(i64::MAX, |(_, id)| id), PAGE, me)?
    };
    let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows == PAGE);
    let more = rows.last().filter(|_| is_full).map(|row| format!("{}-{}", row.updated_at, row.id));
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let person = tx.contact(row.requester)?.map(|contact| Person::of(tx, app, &contact)).transpose()?;
        items.push((row, person.unwrap_or_default()));
    }
    let accounts = tx.accounts()?;
    let broken = accounts.iter().filter(|row| row.health == "failed").map(|row| row.name.clone()).collect();
    let is_new = items.is_empty() && asked.is_plain() && tx.inbox(&any())?.is_empty();
    let empty = match (is_new, accounts.is_empty()) {
        (true, true) => Empty::Connect,
        (true, false) => {
            Empty::FirstMessage(accounts.iter().filter_map(entry::deep_link).map(str::to_owned).collect())
        }
        (false, _) => Empty::Nothing,
    };
    Ok(Inbox { asked, items, more, employees: tx.employees()?, empty, broken, open: None })
}

/// Any one task that is not deleted.
fn any() -> InboxFilter {
    InboxFilter { statuses: STATUSES.to_vec(), most: 1, ..InboxFilter::default() }
}

/// `GET /`.
pub(super) async fn page(
    reader: Reader,
    State(app): State<Arc<App>>,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let me = reader.me.id;
    let shared = app.clone();
    let loaded = app.store.read(move |tx| load(tx, &shared, asked, me)).await;
    let inbox = loaded.map_err(|error| Refusal::new(reader.look.clone(), error))?;
    let main = html! {
        main #work data-view="list" {
            (list_pane(&reader.look, &inbox, reader.may_administer()))
            section #task-pane aria-label=(reader.look.words.conversation) {
                @if !inbox.items.is_empty() {
                    div.empty { p { (reader.look.words.choose) } p.keys { (reader.look.words.keys) } }
                }
            }
        }
    };
    let here = uri.path_and_query().map_or("/", |path| path.as_str());
    let frame = Frame { reader: &reader, place: Place::Tasks, here, broken: &inbox.broken };
    let page = layout::page(&frame, &title(&reader.look, &inbox), &main);
    Ok(layout::answer(StatusCode::OK, reader.look.language, page))
}

/// The page's name: how much is new, as browsers show it in a tab.
pub(super) fn title(look: &Look, inbox: &Inbox) -> String {
    match unread(inbox) {
        0 => look.words.tasks.to_owned(),
        count => format!("({count}) {}", look.words.tasks),
    }
}

fn unread(inbox: &Inbox) -> usize {
    inbox.items.iter().filter(|(row, _)| row.unread && Some(row.id) != inbox.open).count()
}

/// The left side: what to show, and the tasks.
pub(super) fn list_pane(look: &Look, inbox: &Inbox, may_administer: bool) -> Markup {
    let words = look.words;
    html! {
        section #list-pane aria-label=(words.tasks) {
            (filter(look, inbox))
            ol #list data-live data-unread=(unread(inbox)) {
                @for (row, person) in &inbox.items { (item(look, inbox, row, person)) }
                @if inbox.items.is_empty() { li #none { (empty(look, inbox, may_administer)) } }
            }
            @if let Some(more) = &inbox.more {
                p.more { a.button href={ "/" (inbox.asked.query(more)) } { (words.older_tasks) } }
            }
        }
    }
}

fn filter(look: &Look, inbox: &Inbox) -> Markup {
    let words = look.words;
    let action = inbox.open.map_or_else(|| "/".to_owned(), |id| format!("/tasks/{id}"));
    let who = inbox.asked.who.as_str();
    html! {
        form.filter role="search" method="get" action=(action) data-filter {
            label.unseen for="find" { (words.find) }
            input #find type="search" name="q" value=(inbox.asked.q) placeholder=(words.find_hint) autocomplete="off";
            label.unseen for="status-filter" { (words.status) }
            select #status-filter name="status" {
                @for status in ["active", "inactive", "completed", "deleted", "all"] {
                    option value=(status) selected[inbox.asked.status() == status] { (words.status(status)) }
                }
            }
            label.unseen for="who" { (words.assignee) }
            select #who name="who" {
                option value="" { (words.everybody) }
                option value="me" selected[who == "me"] { (words.mine) }
                @for employee in &inbox.employees {
                    option value=(employee.id) selected[who.parse() == Ok(employee.id)] { (employee.name) }
                }
            }
            button.plain.no-script { (words.show) }
        }
    }
}

fn item(look: &Look, inbox: &Inbox, row: &InboxRow, person: &Person) -> Markup {
    let words = look.words;
    let href = format!("/tasks/{}{}", row.id, inbox.asked.here());
    let is_open = inbox.open == Some(row.id);
    let preview = preview(row);
    html! {
        li #{ "task-" (row.id) } .unread[row.unread && !is_open] {
            a href=(href) title=(row.title) aria-current=[is_open.then_some("true")] {
                (avatar(person))
                span.what {
                    span.row {
                        strong { (person.shown(words)) }
                        time datetime=(iso(row.updated_at)) title=(look.full(row.updated_at)) { (look.brief(row.updated_at)) }
                    }
                    span.preview {
                        @if row.unread && !is_open { span.unseen { (words.new) ": " } }
                        (preview)
                    }
                    span.row.faint {
                        span.names { "#" (row.id) " · " (row.assignees) }
                        @if inbox.asked.statuses().len() > 1 || !inbox.asked.words().is_empty() {
                            span class={ "chip " (row.status) } { (words.state(&row.status)) }
                        }
                    }
                }
            }
        }
    }
}

/// What was written last, in a line; whose it is where it is not the customer's.
fn preview(row: &InboxRow) -> String {
    let text = if row.last_text.trim().is_empty() { &row.title } else { &row.last_text };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().take(PREVIEW_CHARS_MAX).collect();
    if row.last_kind == "employee" { format!("{}: {line}", row.last_name) } else { line }
}

/// An empty list says what to do next.
fn empty(look: &Look, inbox: &Inbox, may_administer: bool) -> Markup {
    let words = look.words;
    html! {
        div.empty {
            @match &inbox.empty {
                Empty::Connect => {
                    h2 { (words.first_connect_title) }
                    p { (words.first_connect) }
                    @if may_administer {
                        p { a.button.send href="/settings" { (words.first_connect_do) } }
                    } @else {
                        p { (words.first_connect_ask) }
                    }
                }
                Empty::FirstMessage(links) => {
                    h2 { (words.first_message_title) }
                    p { (words.first_message) }
                    @for url in links { p { (link(url, url, "")) } }
                }
                Empty::Nothing => {
                    @if inbox.asked.words().is_empty() {
                        p { (words.nothing_here) }
                    } @else {
                        p { (put(words.nothing_found, "words", inbox.asked.words())) }
                    }
                    p { a.button href="/?status=all" { (words.show_all) } }
                }
            }
        }
    }
}
