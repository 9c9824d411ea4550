//! A task's page: the inbox on its left, the conversation and the answer, who it is about on its right. It is read whole in
//! one go, and whoever opens it has read what stands there.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use channel_engine::contract::Fact;
use desk_store::{AccountRow, ContactRow, Employee, QuickReply, StoreError, TaskRow, Tx};
use maud::{Markup, html};

use super::super::extract::{Path, Query};
use super::answer::{self, Draft};
use super::conversation::{self, Entry};
use super::inbox::{self, Asked, Inbox};
use super::layout::{self, Frame, Place};
use super::look::Look;
use super::people::Person;
use super::refusal::Refusal;
use super::session::Reader;
use super::side;
use crate::app::App;
use crate::desk::tasks;

/// Actions on a page; older ones are a link away.
const ACTIONS: i64 = 100;

/// A task, loaded.
#[derive(Debug)]
pub(super) struct TaskView {
    pub(super) task: TaskRow,
    pub(super) contact: ContactRow,
    pub(super) person: Person,
    pub(super) account: Option<AccountRow>,
    /// The messenger's name as people know it.
    pub(super) channel: String,
    /// Whether an answer can bring buttons to tap.
    pub(super) offers: bool,
    pub(super) assignees: Vec<Employee>,
    pub(super) employees: Vec<Employee>,
    /// Every task of the customer's, oldest first.
    pub(super) others: Vec<i64>,
    pub(super) facts: Vec<Fact>,
    pub(super) entries: Vec<Entry>,
    /// Where older actions begin.
    pub(super) earlier: Option<i64>,
    pub(super) quick: Vec<QuickReply>,
    /// The desk's address, by which links to its own tasks are known.
    pub(super) own: String,
    /// The list's filter, to be kept.
    pub(super) query: String,
}

impl TaskView {
    /// Whether the customer is known not to get messages.
    pub(super) fn is_reachable(&self) -> bool {
        self.contact.subscribed != Some(false)
    }

    pub(super) fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.name == name)
    }

    /// In whose name an answer of `me` reaches the customer.
    pub(super) fn sender<'a>(&'a self, me: &'a Employee) -> &'a str {
        let Some(account) = &self.account else { return &me.name };
        if account.settings["send_as_employee"] == true {
            return &me.name;
        }
        let bot = account.profile.as_ref().and_then(|profile| profile["name"].as_str());
        bot.unwrap_or(&account.name)
    }
}

/// Reads the task; `None` if there is none.
fn load(tx: &Tx, app: &App, look: &Look, id: i64, asked: &Asked) -> desk_store::Result<Option<TaskView>> {
    let Some(task) = tx.task(id)? else { return Ok(None) };
    let contact = tx.contact(task.requester)?.ok_or(StoreError::Missing("the requester"))?;
    let account = tx.account(&task.account)?;
    let employees = tx.employees()?;
    let assignees = tx.assignees(id)?;
    let assignees =
        assignees.iter().filter_map(|id| employees.iter().find(|one| one.id == *id).cloned()).collect();
    let facts = tx.conversation(&task.account, &task.conversation)?.facts;
    let rows = tx.last_actions(id, asked.upto(), ACTIONS)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == ACTIONS);
    Ok(Some(TaskView {
        person: Person::of(tx, app, &contact)?,
        channel: account
            .as_ref()
            .map(|account| channel_name(app, look, &account.channel))
            .unwrap_or_default(),
        offers: account.as_ref().is_some_and(|account| offers(app, &account.channel)),
        account,
        assignees,
        employees,
        others: tx.task_ids_of(contact.id)?,
        facts: serde_json::from_value(facts).unwrap_or_default(),
        earlier: rows.first().filter(|_| is_full).map(|row| row.id),
        entries: rows.into_iter().map(|row| Entry::of(tx, app, row)).collect::<Result<_, _>>()?,
        quick: tx.quick_replies()?,
        own: app.public_url.clone(),
        query: asked.here(),
        task,
        contact,
    }))
}

/// What people call the channel's messenger, in the visitor's language.
pub(super) fn channel_name(app: &App, look: &Look, id: &str) -> String {
    let Some(channel) = app.channels.find(id) else { return id.to_owned() };
    let texts = &channel.manifest().texts;
    let own = texts.iter().find(|texts| texts.language == look.language.code());
    own.or(texts.first()).map_or_else(|| id.to_owned(), |texts| texts.name.clone())
}

/// Whether the channel can show answers as buttons.
fn offers(app: &App, id: &str) -> bool {
    let features = app.channels.find(id).map(|channel| &channel.manifest().features);
    features.is_some_and(|features| features.iter().any(|feature| feature == "suggestions"))
}

/// `GET /tasks/{id}`.
pub(super) async fn page(
    reader: Reader,
    State(app): State<Arc<App>>,
    uri: Uri,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let here = uri.path_and_query().map_or("/", |path| path.as_str());
    show(&app, &reader, Opened { id, asked, here }, &Draft::default()).await
}

/// Which task is opened, and from where.
pub(super) struct Opened<'a> {
    pub(super) id: i64,
    pub(super) asked: Asked,
    pub(super) here: &'a str,
}

/// The page, with what was written and could not be sent.
pub(super) async fn show(
    app: &Arc<App>,
    reader: &Reader,
    opened: Opened<'_>,
    draft: &Draft,
) -> Result<Response, Refusal> {
    let refuse = |error: StoreError| Refusal::new(reader.look.clone(), error);
    let (id, me) = (opened.id, reader.me.id);
    if reader.may_operate() {
        // What is shown now is not new any more.
        tasks::note_read(app, me, id).await.map_err(refuse)?;
    }
    let (shared, look) = (app.clone(), reader.look.clone());
    let loaded = app.store.read(move |tx| {
        let view = load(tx, &shared, &look, id, &opened.asked)?;
        let inbox = Inbox { open: Some(id), ..inbox::load(tx, &shared, opened.asked, me)? };
        Ok(view.map(|view| (view, inbox)))
    });
    let Some((view, inbox)) = loaded.await.map_err(refuse)? else {
        return Err(Refusal::not_found(reader.look.clone()));
    };
    let main = draw(reader, &view, &inbox, draft);
    let frame = Frame { reader, place: Place::Tasks, here: opened.here, broken: &inbox.broken };
    let page = layout::page(&frame, &inbox::title(&reader.look, &inbox), &main);
    let status = if draft.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(layout::answer(status, reader.look.language, page))
}

/// The page's content. Pure.
pub(super) fn draw(reader: &Reader, view: &TaskView, inbox: &Inbox, draft: &Draft) -> Markup {
    let look = &reader.look;
    html! {
        main #work data-view="task" data-task=(view.task.id) data-contact=(view.contact.id) {
            (inbox::list_pane(look, inbox, reader.may_administer()))
            section #task-pane aria-label=(look.words.conversation) {
                (head(look, view))
                (conversation::log(look, view, reader.may_operate()))
                @if reader.may_operate() {
                    (answer::form(look, view, &reader.me, draft))
                } @else {
                    p.read-only { (look.words.read_only) }
                }
            }
            (side::side(look, view, reader.may_operate()))
        }
    }
}

fn head(look: &Look, view: &TaskView) -> Markup {
    let words = look.words;
    let task = &view.task;
    let title = if task.title.trim().is_empty() { format!("#{}", task.id) } else { task.title.clone() };
    let to = |id: i64| format!("/tasks/{id}{}", view.query);
    html! {
        header #task-head data-live {
            a #back href={ "/" (view.query) } { "‹ " span { (words.tasks) } }
            h1 #content title=(title) tabindex="-1" { (title) }
            @if let Some(previous) = task.previous { a.step href=(to(previous)) { (words.previous) } }
            @if let Some(next) = task.next { a.step href=(to(next)) { (words.next) } }
            a #more href="#side" { (words.details) }
        }
    }
}
