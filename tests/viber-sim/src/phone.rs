//! The chat of a user with a bot, as the phone has it. Data and its view; what changes it is in `sending.rs` and
//! `actions.rs`.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value, json};

/// Messages a chat keeps; older ones disappear from the phone.
const MESSAGES_MAX: usize = 10_000;

/// The chat of one user with one bot.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    pub(crate) subscribed: bool,
    pub(crate) blocked: bool,
    pub(crate) tracking_data: Option<String>,
    pub(crate) keyboard: Option<Value>,
    /// Clock hour and messages sent in it since the user last wrote.
    pub(crate) unanswered: (u64, u32),
    pub(crate) session_opened_at: Option<u64>,
    pub(crate) details_asked_at: Vec<u64>,
    pub(crate) messages: VecDeque<PhoneMessage>,
}

/// A message as the phone has it.
#[derive(Debug)]
pub(crate) struct PhoneMessage {
    pub(crate) direction: Direction,
    pub(crate) token: u64,
    pub(crate) at: u64,
    pub(crate) state: MessageState,
    /// Welcome messages yield no receipts: nothing ever confirms them.
    pub(crate) welcome: bool,
    pub(crate) raw: Value,
}

/// Seen from the phone.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// From the bot.
    In,
    /// Written by the user.
    Out,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageState {
    Sent,
    Delivered,
    Seen,
    /// Refused by the phone, not displayed.
    Failed,
}

impl Chat {
    /// Puts a message on the phone.
    pub(crate) fn add(&mut self, direction: Direction, token: u64, at: u64, raw: Value) -> &mut PhoneMessage {
        if self.messages.len() == MESSAGES_MAX {
            self.messages.pop_front();
        }
        let message = PhoneMessage { direction, token, at, state: MessageState::Sent, welcome: false, raw };
        self.messages.push_back(message);
        let last = self.messages.len() - 1;
        &mut self.messages[last]
    }
}

impl PhoneMessage {
    /// The message as `/control/…/phone` shows it: the usual fields beside the whole.
    pub(crate) fn view(&self) -> Value {
        let mut view = Map::new();
        for key in CONTENT_KEYS {
            view.insert(key.into(), self.raw.get(key).cloned().unwrap_or(Value::Null));
        }
        view.insert("direction".into(), json!(self.direction));
        view.insert("message_token".into(), self.token.to_string().into());
        view.insert("state".into(), json!(self.state));
        view.insert("at".into(), self.at.into());
        view.insert("welcome".into(), self.welcome.into());
        view.insert("raw".into(), self.raw.clone());
        Value::Object(view)
    }
}

/// Fields of a message that the phone's view repeats at the top, `null` where absent.
const CONTENT_KEYS: [&str; 13] = [
    "type",
    "text",
    "sender",
    "media",
    "thumbnail",
    "file_name",
    "size",
    "duration",
    "contact",
    "location",
    "sticker_id",
    "rich_media",
    "keyboard",
];
