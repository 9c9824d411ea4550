//! An operator's reply as calls to Viber, in order; not their answers, which are in `answer`.

use conversation::{
    Account, Call, CallHeader, CallValue, Command, Conversation, Delivery, DeliveryState, Outcome, Problem,
    ProblemClass, Reply,
};
use serde::Serialize;
use serde_json::Value;

use crate::limits::{
    BODY_BYTES_MAX, CALL_TIMEOUT_MS, CHANGED_CHARS_MAX, REPLY_PARTS_MAX, SHARE_PHONE_API_VERSION,
};
use crate::message::{self, Draft, Message};
use crate::prelude::*;
use crate::receive::API_KEY;
use crate::saved::{Odd, Saved};
use crate::settings::{self, Settings};
use crate::state::Dialogue;
use crate::{ask_phone, chars, ids, json, keyboard};

/// Where calls go. developers.viber.com, REST API; checked 2026-11.
const API: &str = "https://chatapi.viber.com/pa/";

/// What a call to `send_message` carries for its answer.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct SendContext {
    /// The reply's id.
    pub(crate) reply: String,
    /// Its part.
    pub(crate) part: u32,
    /// What was changed to send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<Changed>,
}

/// What was changed to send a part, until the operator is told that it was sent.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Changed {
    code: String,
    text: String,
}

impl Changed {
    /// A context has 4 KiB, and the reply's id is in it too.
    fn of(problem: Problem) -> Self {
        Self { code: problem.code, text: chars::cut(&problem.text, CHANGED_CHARS_MAX) }
    }

    fn read(mut saved: Saved) -> Result<Self, Odd> {
        Ok(Self { code: saved.text("code")?.ok_or(Odd)?, text: saved.text("text")?.ok_or(Odd)? })
    }

    /// As the operator reads it.
    pub(crate) fn problem(&self) -> Problem {
        Problem::new(ProblemClass::Unsupported, &self.code, self.text.as_str(), "")
    }
}

impl SendContext {
    /// Reads it back.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Odd> {
        let mut saved = Saved::parse(bytes)?;
        let part = saved.number("part")?.and_then(|part| part.try_into().ok());
        Ok(Self {
            reply: saved.text("reply")?.ok_or(Odd)?,
            part: part.ok_or(Odd)?,
            changed: saved.object("changed")?.map(Changed::read).transpose()?,
        })
    }
}

/// Turns a reply into calls, one for each message that it becomes: first the state of every part, then the calls.
///
/// # Errors
/// Class `internal`: `no-conversation`, `recipient-not-here`, `state-…`; class `malformed`: `empty-reply`; class
/// `limit`: `reply-too-long`; class `account`: `settings-unreadable`.
pub fn handle_reply(
    account: &Account,
    conversation: &Conversation,
    reply: &Reply,
) -> Result<Outcome, Problem> {
    let settings = settings::parse(&account.settings)?;
    let mut dialogue = Dialogue::read(&conversation.state)?;
    check(conversation, reply)?;
    let mut drafts = message::drafts(&reply.parts);
    if drafts.is_empty() {
        return Err(Problem::new(
            ProblemClass::Malformed,
            "empty-reply",
            "the reply says nothing",
            "Write something.",
        ));
    }
    if drafts.len() > REPLY_PARTS_MAX {
        let text =
            format!("the reply becomes {} messages, and at most {REPLY_PARTS_MAX} are sent", drafts.len());
        return Err(Problem::new(ProblemClass::Limit, "reply-too-long", text, "Send it in several replies."));
    }
    add_keyboard(&mut drafts, reply, &settings, &mut dialogue);
    let sender = message::sender(account, &settings, &reply.author);
    let (mut states, mut calls) = (Vec::new(), Vec::new());
    for (part, draft) in (0..).zip(drafts) {
        let changed = draft.as_ref().ok().and_then(|message| message.changed.clone());
        match draft.and_then(|message| call(conversation, reply, part, message, &sender)) {
            Ok(call) => {
                states.push(delivery(&reply.id, part, DeliveryState::Pending, changed));
                calls.push(Command::Call(call));
            }
            Err(problem) => states.push(delivery(&reply.id, part, DeliveryState::Failed, Some(problem))),
        }
    }
    dialogue.sends.asked(calls.len());
    states.append(&mut calls);
    Ok(Outcome { facts: dialogue.facts(), state: dialogue.write()?, commands: states })
}

/// A reply that does not notify this conversation's customer is not sent (S18).
fn check(conversation: &Conversation, reply: &Reply) -> Result<(), Problem> {
    let bug = |code, text| Problem::new(ProblemClass::Internal, code, text, "Report this; nothing was sent.");
    if conversation.id.is_empty() {
        return Err(bug("no-conversation", "the reply is for the account's own conversation"));
    }
    if !reply.notify.contains(&ids::contact(&conversation.id)) {
        return Err(bug("recipient-not-here", "the reply notifies nobody of this conversation"));
    }
    Ok(())
}

/// Asks for the phone number in words, once, and adds the buttons. They belong to the last message: the app shows the
/// last keyboard that came, and a message without one removes it. developers.viber.com, Keyboards; checked 2026-11.
fn add_keyboard(drafts: &mut Vec<Draft>, reply: &Reply, settings: &Settings, dialogue: &mut Dialogue) {
    let wanted = ask_phone::wanted(settings, dialogue);
    let button = if wanted { ask_phone::button(settings, dialogue.api_version) } else { None };
    let (keyboard, left_out) = keyboard::keyboard(&reply.suggestions, button);
    if wanted && !dialogue.phone_asked {
        let keyboard_bytes = keyboard.as_ref().map_or(0, |keyboard| json::bytes(keyboard).len());
        dialogue.phone_asked = ask_phone::ask(drafts, settings, keyboard_bytes);
    }
    let Some(last) = drafts.iter_mut().rev().find_map(|draft| draft.as_mut().ok()) else { return };
    if let Some(keyboard) = keyboard {
        last.fields.insert("keyboard".to_owned(), keyboard);
        if button.is_some() {
            last.fields.insert("min_api_version".to_owned(), SHARE_PHONE_API_VERSION.into());
        }
    }
    last.changed = match (last.changed.take(), left_out) {
        (Some(first), Some(more)) => {
            Some(Problem { text: format!("{}; {}", first.text, more.text), ..first })
        }
        (first, more) => first.or(more),
    };
}

fn call(
    conversation: &Conversation,
    reply: &Reply,
    part: u32,
    Message { mut fields, changed }: Message,
    sender: &Value,
) -> Result<Call, Problem> {
    fields.insert("receiver".to_owned(), conversation.id.as_str().into());
    fields.insert("sender".to_owned(), sender.clone());
    fields.entry("min_api_version").or_insert_with(|| 1.into());
    let body = json::bytes(&Value::Object(fields));
    if body.len() > BODY_BYTES_MAX {
        let text = format!("the message has {} bytes, and Viber takes less than 30,000", body.len());
        return Err(Problem::new(
            ProblemClass::Unsupported,
            "message-too-large",
            text,
            "Shorten it or its buttons.",
        ));
    }
    let context = SendContext { reply: reply.id.clone(), part, changed: changed.map(Changed::of) };
    let context = serde_json::to_vec(&context).unwrap_or_default();
    Ok(api_call(ids::send(&reply.id, &conversation.id, part), "send_message", body, context))
}

/// A call of the API with the secret key in its header, so that bodies can be looked at.
pub(crate) fn api_call(id: String, method: &str, body: Vec<u8>, context: Vec<u8>) -> Call {
    let header = |name: &str, value| CallHeader { name: name.to_owned(), value };
    Call {
        id,
        method: "POST".to_owned(),
        url: format!("{API}{method}"),
        headers: vec![
            header("content-type", CallValue::Text("application/json".to_owned())),
            header("x-viber-auth-token", CallValue::Secret(API_KEY.to_owned())),
        ],
        body,
        secret_fields: Vec::new(),
        timeout_ms: CALL_TIMEOUT_MS,
        context,
        extras: Vec::new(),
    }
}

/// Viber has a part of a reply: its id for it, if that is known, and what was changed to send it.
pub(crate) fn sent(reply: &str, part: u32, message_id: Option<String>, changed: Option<Problem>) -> Command {
    let (reply, state) = (reply.to_owned(), DeliveryState::Sent);
    Command::Delivery(Delivery { reply, part, state, message_id, problem: changed })
}

/// The state of a part of a reply.
pub(crate) fn delivery(reply: &str, part: u32, state: DeliveryState, problem: Option<Problem>) -> Command {
    Command::Delivery(Delivery { reply: reply.to_owned(), part, state, message_id: None, problem })
}

#[cfg(test)]
#[path = "tests/outbound.rs"]
mod tests;
