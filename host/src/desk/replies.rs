//! An employee writes in a task: an internal comment, or an answer that notifies customers and so is sent to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use channel_engine::contract::{Author, Media, Part, Reply, Suggestion, Text};
use desk_store::{FileRow, NewAction, StoreError, TaskRow, Tx};
use serde_json::json;

use super::deliveries::reply_id;
use crate::app::App;
use crate::attachments::{Linked, kinds};
use crate::clock::{now_ms, to_column};
use crate::inbox::{Event, InboxError, drain};

/// What an employee writes.
pub struct Comment {
    /// The task it is written in.
    pub task: TaskRow,
    /// Who writes.
    pub author: desk_store::Employee,
    /// What; plain text. May be empty beside attachments.
    pub text: String,
    /// Uploads that it carries, in order.
    pub attachments: Vec<i64>,
    /// Contacts that it is sent to; none: it stays inside.
    pub notify: Vec<i64>,
    /// Answers that those contacts are offered as buttons.
    pub suggestions: Vec<Suggestion>,
}

/// Keeps the comment and, in the same transaction, queues what has to be sent; says the action's id. It returns when
/// the plugin has turned the answer into calls, so the caller sees every part.
///
/// # Errors
/// A contact or an upload does not exist, or the store refuses.
pub async fn write(app: &Arc<App>, comment: Comment) -> Result<i64, InboxError> {
    let shared = app.clone();
    let (action, conversations) = app.store.write(move |tx| keep(tx, &shared, &comment, now_ms())).await?;
    for (account, conversation) in conversations {
        drain(app, &account, &conversation).await?;
    }
    Ok(action)
}

type Conversations = Vec<(String, String)>;

fn keep(tx: &Tx, app: &App, comment: &Comment, now: u64) -> desk_store::Result<(i64, Conversations)> {
    let files = files(tx, comment)?;
    let parts = parts(app, comment, &files, now);
    let action = tx.add_action(&NewAction {
        account: comment.task.account.clone(),
        plugin_id: None,
        task: comment.task.id,
        kind: "comment",
        author_kind: "employee",
        author_id: Some(comment.author.id),
        author_name: comment.author.name.clone(),
        text: comment.text.clone(),
        parts: serde_json::to_value(&parts)?,
        notify: json!(comment.notify),
        suggestions: serde_json::to_value(&comment.suggestions)?,
        at: to_column(now),
        kept_at: to_column(now),
    })?;
    let action = action.ok_or(StoreError::Conflict("the action"))?;
    let first = parts.len().saturating_sub(files.len());
    for (part, (file, link_id)) in (first..).zip(&files) {
        tx.attach_to_action(file, action, part as i64, link_id, to_column(now))?;
    }
    // One reply may go to several customers (I11): each conversation gets it once.
    let mut by_conversation: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for contact in &comment.notify {
        let contact = tx.contact(*contact)?.filter(|contact| contact.account == comment.task.account);
        let contact = contact.ok_or(StoreError::Missing("a contact to notify"))?;
        let key = (contact.account, contact.conversation);
        by_conversation.entry(key).or_default().push(contact.plugin_id);
    }
    let mut conversations = Vec::new();
    for ((account, conversation), notify) in by_conversation {
        let reply = reply(action, comment, notify, parts.clone(), now);
        Event::Reply(reply).queue(tx, &account, &conversation, to_column(now))?;
        conversations.push((account, conversation));
    }
    Ok((action, conversations))
}

/// The uploads, each with the id that its links will name it by.
fn files(tx: &Tx, comment: &Comment) -> desk_store::Result<Vec<(FileRow, String)>> {
    let file = |id: &i64| {
        let file = tx.upload(*id)?.ok_or(StoreError::Missing("an upload of `attachments`"))?;
        Ok((file, Linked::new_id()?))
    };
    comment.attachments.iter().map(file).collect()
}

/// The text, if there is one, and the files behind it. What stays inside gets no link for outside.
fn parts(app: &App, comment: &Comment, files: &[(FileRow, String)], now: u64) -> Vec<Part> {
    let text = Some(comment.text.clone()).filter(|text| !text.trim().is_empty());
    let text = text.map(|text| Part::Text(Text { text, ..Text::default() }));
    let is_sent = !comment.notify.is_empty();
    let file = |(file, link_id): &(FileRow, String)| {
        let linked = Linked::File(link_id.clone());
        let link = is_sent.then(|| app.links.for_customer(&linked, &file.name, now));
        kinds::part(Media {
            url: link.as_ref().map(|(path, _)| format!("{}{path}", app.public_url)),
            url_until: link.map(|(_, until)| until),
            name: Some(file.name.clone()),
            media_type: Some(file.media_type.clone()),
            size_bytes: u64::try_from(file.size).ok(),
            ..Media::default()
        })
    };
    text.into_iter().chain(files.iter().map(file)).collect()
}

fn reply(action: i64, comment: &Comment, notify: Vec<String>, parts: Vec<Part>, now: u64) -> Reply {
    Reply {
        id: reply_id(action),
        task: comment.task.plugin_id.clone(),
        author: Author {
            id: comment.author.id.to_string(),
            name: comment.author.name.clone(),
            avatar: comment.author.avatar.clone(),
        },
        notify,
        parts,
        suggestions: comment.suggestions.clone(),
        at: now,
        extras: Vec::new(),
    }
}

/// What became of a person's wish to send again what did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It is on its way.
    Queued,
    /// Everything arrived, or is on its way.
    Nothing,
    /// A part may have arrived, and nobody said that the customer may get it twice (G6).
    MayDouble,
    /// No message was made of what failed, so there is none to send again.
    NoMessage,
    /// What would be sent has a link to a file that was taken back, or whose time is over.
    DeadLink,
}

/// Sends the parts of an action again that failed or are unconfirmed, as they were; those that arrived are left alone.
///
/// # Errors
/// The store refuses.
pub async fn retry(app: &App, action: i64, may_double: bool) -> desk_store::Result<Retried> {
    let at = to_column(now_ms());
    let retried = app.store.write(move |tx| queue_again(tx, action, may_double, at)).await?;
    app.outbox_bell.notify_one();
    Ok(retried)
}

fn queue_again(tx: &Tx, action: i64, may_double: bool, at: i64) -> desk_store::Result<Retried> {
    let mut rows = tx.deliveries(action)?;
    rows.retain(|row| matches!(row.state.as_str(), "failed" | "unconfirmed"));
    if rows.is_empty() {
        return Ok(Retried::Nothing);
    }
    if !may_double && rows.iter().any(|row| row.state == "unconfirmed") {
        return Ok(Retried::MayDouble);
    }
    if has_dead_link(tx, action, at)? {
        return Ok(Retried::DeadLink);
    }
    let mut retried = Retried::NoMessage;
    for row in rows {
        let Some(call) = row.call else { continue };
        if tx.send_again(call, at)? {
            tx.reset_delivery(row.seq, at)?;
            retried = Retried::Queued;
        }
    }
    Ok(retried)
}

/// The messages are sent as they were made, with the links of that time.
pub(crate) fn has_dead_link(tx: &Tx, action: i64, at: i64) -> desk_store::Result<bool> {
    let files = tx.files_of_action(action)?;
    let Some(row) = tx.action(action)?.filter(|_| !files.is_empty()) else { return Ok(false) };
    let parts: Vec<Part> = serde_json::from_value(row.parts)?;
    let ends = parts.iter().filter_map(|part| kinds::media(part)?.1.url_until);
    Ok(files.iter().any(|file| file.revoked_at.is_some()) || ends.map(to_column).any(|end| end <= at))
}
