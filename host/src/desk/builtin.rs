//! The desk's own helpdesk: commands become rows, in the transaction they come in.

use channel_engine::contract::{Action, Contact, Extras, Note, PreviousTask, Task};
use desk_store::{ContactChange, NewAction, NewMedia, NewTask, Result, StoreError, TaskRow, Tx};
use serde_json::json;

use super::{Helpdesk, Place, readable};
use crate::attachments::kinds::{self, Kind};
use crate::clock::to_column;

/// The reference helpdesk, on SQLite.
pub struct BuiltIn;

impl Helpdesk for BuiltIn {
    fn save_contact(&self, tx: &Tx, place: &Place, contact: &Contact) -> Result<()> {
        let (contact, picture) = (contact.clone(), contact.avatar.clone());
        let id = tx.save_contact(&ContactChange {
            account: place.account.id.clone(),
            plugin_id: contact.id,
            conversation: place.conversation.to_owned(),
            name: contact.name,
            avatar: contact.avatar,
            phone: contact.phone,
            phone_source: extra(contact.extras, "phone-source"),
            language: contact.language,
            country: contact.country,
            subscribed: contact.subscribed,
            template: contact.template.as_deref().and_then(parse_id),
            at: place.now,
        })?;
        picture.map_or(Ok(()), |url| want_picture(tx, place, id, url))
    }

    fn open_task(&self, tx: &Tx, place: &Place, task: &Task) -> Result<()> {
        let account = &place.account.id;
        let requester = tx.contact_by_plugin_id(account, &task.contact)?;
        let requester = requester.ok_or(StoreError::Missing("the requester"))?;
        let previous = match &task.previous {
            Some(previous) => tx.task_by_plugin_id(account, &previous.task)?,
            None => None,
        };
        let template = match task.template.as_deref().and_then(parse_id) {
            Some(id) => tx.task_template(id)?,
            None => None,
        };
        let first = template.as_ref().and_then(|template| template.assignee);
        tx.open_task(&NewTask {
            account: account.clone(),
            plugin_id: task.id.clone(),
            conversation: place.conversation.to_owned(),
            title: task.title.clone(),
            description: with_context(description(place, task, previous.as_ref()), task),
            requester: requester.id,
            template: template.map(|template| template.id),
            previous: previous.filter(|_| !is_deleted(task.previous.as_ref())).map(|row| row.id),
            assignees: assignees(tx, place, first, &task.assignees)?,
            at: place.now,
        })?;
        Ok(())
    }

    fn add_action(&self, tx: &Tx, place: &Place, action: &Action) -> Result<()> {
        let account = &place.account.id;
        let task = tx.task_by_plugin_id(account, &action.task)?.ok_or(StoreError::Missing("the task"))?;
        let author = tx.contact_by_plugin_id(account, &action.contact)?;
        let author = author.ok_or(StoreError::Missing("the author"))?;
        let added = tx.add_action(&NewAction {
            account: account.clone(),
            plugin_id: Some(action.id.clone()),
            task: task.id,
            kind: "message",
            author_kind: "contact",
            author_id: Some(author.id),
            author_name: author.name,
            text: readable(&action.parts),
            parts: serde_json::to_value(&action.parts)?,
            notify: json!([]),
            suggestions: json!([]),
            at: to_column(action.at),
            kept_at: place.now,
        })?;
        added.map_or(Ok(()), |id| want_files(tx, place, id, action))
    }

    fn note(&self, tx: &Tx, place: &Place, note: &Note) -> Result<()> {
        let account = &place.account.id;
        let task = tx.task_by_plugin_id(account, &note.task)?.ok_or(StoreError::Missing("the task"))?;
        tx.add_action(&NewAction {
            account: account.clone(),
            plugin_id: Some(note.id.clone()),
            task: task.id,
            kind: "note",
            author_kind: "system",
            author_id: None,
            author_name: place.account.name.clone(),
            text: note.text.clone(),
            parts: json!([]),
            notify: json!([]),
            suggestions: json!([]),
            at: place.now,
            kept_at: place.now,
        })?;
        Ok(())
    }
}

/// Asks for the files of a message, whose links die soon. That it is asked for is in the message's own commit.
fn want_files(tx: &Tx, place: &Place, id: i64, action: &Action) -> Result<()> {
    let parts = (0..).zip(&action.parts);
    let files = parts.filter_map(|(part, content)| Some((part, kinds::media(content)?)));
    for (part, (kind, media)) in files {
        let Some(url) = media.url.clone() else { continue };
        tx.want_media(&NewMedia {
            account: place.account.id.clone(),
            action: Some(id),
            part,
            contact: None,
            kind: kind.name(),
            url,
            url_until: media.url_until.map(to_column),
            name: media.name.clone(),
            at: place.now,
        })?;
    }
    Ok(())
}

/// Asks for a person's picture; the one behind a link that was asked for before is there. It is kept as long as that link
/// is theirs: the one before goes.
fn want_picture(tx: &Tx, place: &Place, contact: i64, url: String) -> Result<()> {
    tx.forget_pictures(contact, &url)?;
    tx.want_media(&NewMedia {
        account: place.account.id.clone(),
        contact: Some(contact),
        kind: Kind::Image.name(),
        url,
        at: place.now,
        ..NewMedia::default()
    })
}

fn extra(extras: Extras, name: &str) -> Option<String> {
    extras.into_iter().find_map(|(known, value)| (known == name).then_some(value))
}

/// The desk's ids are numbers; a setting that holds none (an empty field) picks nothing.
fn parse_id(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn is_deleted(previous: Option<&PreviousTask>) -> bool {
    previous.is_some_and(|previous| previous.deleted)
}

/// The message's text, and below it the way to the previous conversation (S44), or that there is none any more (I2).
fn description(place: &Place, task: &Task, previous: Option<&TaskRow>) -> String {
    let below = match (&task.previous, previous) {
        (Some(named), Some(row)) if !named.deleted => {
            format!("Previous conversation: {}/tasks/{}", place.public_url, row.id)
        }
        (Some(_), _) => "The previous conversation was deleted.".to_owned(),
        (None, _) => return task.description.clone(),
    };
    format!("{}\n\n{below}", task.description)
}

/// Below it what the link carried by which the customer came in, if it carried something: where they were. It is anybody's
/// text, so it stays on its one line.
fn with_context(description: String, task: &Task) -> String {
    let context = task.extras.iter().find(|(name, _)| name == "context").map(|(_, value)| value.as_str());
    let words: Vec<_> =
        context.unwrap_or_default().split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.is_empty() { description } else { format!("{description}\n\nCame by a link with: {line}") }
}

/// The template's employee, else who configured the account, else its owner (I1); then the further ones (S36).
fn assignees(tx: &Tx, place: &Place, first: Option<i64>, further: &[String]) -> Result<Vec<i64>> {
    let first = match first.or(place.account.configured_by) {
        Some(employee) => Some(employee),
        None => tx.owner()?.map(|owner| owner.id),
    };
    let mut all: Vec<i64> = first.into_iter().collect();
    for employee in further.iter().filter_map(|id| parse_id(id)) {
        // One who left the company since the setting was made must not keep the task from being opened.
        if tx.employee(employee)?.is_some() && !all.contains(&employee) {
            all.push(employee);
        }
    }
    Ok(all)
}
