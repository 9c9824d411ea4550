//! What Viber posts to a webhook, as plain data; not what follows from it.
//!
//! Order and names are those of developers.viber.com, Callbacks (checked 2026-11). Every field but `event` is optional
//! there or was seen missing, numbers come as texts and the reverse, and what is not known is kept in `raw`.

use serde_json::Value;
use thiserror::Error;

use crate::json;
use crate::prelude::*;

/// Why a callback cannot be used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CallbackError {
    /// The body is not JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// The body is JSON, but no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A field without which the event means nothing is absent or of another type.
    #[error("the field {0} is missing")]
    MissingField(&'static str),
}

impl CallbackError {
    /// The problem's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::NotAnObject => "not-an-object",
            Self::MissingField(_) => "missing-field",
        }
    }
}

/// One callback.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// Milliseconds since the epoch, by Viber's clock; seen swapped with the token in `webhook` events.
    pub timestamp: Option<u64>,
    /// The message's id as decimal digits; a receipt carries the one of the message it speaks of.
    pub message_token: Option<String>,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `set_webhook` is under way.
    Webhook,
    /// A customer who had switched messages off switched them on again; not sent for a first message.
    Subscribed(User),
    /// A customer switched messages off.
    Unsubscribed {
        /// The customer.
        user_id: String,
    },
    /// A customer opened the conversation, by a link or by the button of the info screen.
    ConversationStarted {
        /// The customer.
        user: User,
        /// The link's `context`.
        context: Option<String>,
        /// Whether messages can be sent to them; absent means unknown.
        subscribed: Option<bool>,
    },
    /// A customer wrote.
    Message {
        /// The customer.
        sender: User,
        /// What they wrote.
        message: Box<Message>,
    },
    /// A message of a chat extension, which a helpdesk's bot is not.
    ChatExtension,
    /// A device has a message of ours; one event a device.
    Delivered {
        /// The customer; absent in what some SDKs accept.
        user_id: Option<String>,
    },
    /// The customer read the chat: this message and every one before it.
    Seen {
        /// The customer.
        user_id: Option<String>,
    },
    /// The customer's app refused a message that Viber had accepted.
    Failed {
        /// The customer.
        user_id: Option<String>,
        /// Why.
        desc: Option<String>,
    },
    /// `client_status` (payments) and `action` (undocumented): nothing for a helpdesk.
    Ignored,
    /// An event that nobody has described.
    Unknown(String),
}

/// A customer, as `sender` or `user`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// Unique for customer and bot; case-sensitive base64.
    pub id: String,
    /// Absent, or `Subscriber` where the customer hides it.
    pub name: Option<String>,
    /// Absent without a photo, or a generic picture where the customer hides it.
    pub avatar: Option<String>,
    /// ISO 3166-1 alpha-2, from the phone number.
    pub country: Option<String>,
    /// BCP 47, as `uk-UA`.
    pub language: Option<String>,
    /// The API level that all of the customer's devices support.
    pub api_version: Option<u64>,
}

/// What a customer wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// `text`, `picture` …; empty if absent.
    pub kind: String,
    /// The text, or the caption.
    pub text: Option<String>,
    /// A link to the medium, dead after an hour; missing for forwarded pictures.
    pub media: Option<String>,
    /// A small picture.
    pub thumbnail: Option<String>,
    /// As the sender named it; the text `null` means none.
    pub file_name: Option<String>,
    /// Bytes: `size`, in some models `file_size`.
    pub size: Option<u64>,
    /// Milliseconds, though the docs say seconds.
    pub duration: Option<u64>,
    /// Number or text.
    pub sticker_id: Option<String>,
    /// `contact`.
    pub contact: Option<Card>,
    /// `location`: latitude, longitude.
    pub location: Option<(f64, f64)>,
    /// The whole message.
    pub raw: Value,
}

/// A card in a `contact` message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// The name on it.
    pub name: Option<String>,
    /// With or without `+`.
    pub phone_number: Option<String>,
    /// A link to a picture.
    pub avatar: Option<String>,
}

/// Reads a callback's body.
///
/// # Errors
/// What makes it useless. An unknown event, an unknown message type or an odd field is no error.
pub fn parse(body: &[u8]) -> Result<Callback, CallbackError> {
    let root: Value = json::parse(body).ok_or(CallbackError::NotJson)?;
    if !root.is_object() {
        return Err(CallbackError::NotAnObject);
    }
    let event = parse_event(&root)?;
    let (timestamp, message_token) = (json::number(&root, "timestamp"), json::token(&root, "message_token"));
    Ok(Callback { timestamp, message_token, event })
}

fn parse_event(root: &Value) -> Result<Event, CallbackError> {
    let Some(Value::String(name)) = root.get("event") else {
        return Err(CallbackError::MissingField("event"));
    };
    Ok(match name.as_str() {
        "webhook" => Event::Webhook,
        "subscribed" => Event::Subscribed(parse_user(root, "user", "user.id")?),
        "unsubscribed" => Event::Unsubscribed {
            user_id: json::text(root, "user_id").ok_or(CallbackError::MissingField("user_id"))?,
        },
        "conversation_started" => Event::ConversationStarted {
            user: parse_user(root, "user", "user.id")?,
            context: json::text(root, "context"),
            subscribed: json::flag(root, "subscribed"),
        },
        // A number or a text; an empty one names no chat.
        "message" if root.get("chat_id").is_some_and(|id| !id.is_null() && id != "") => Event::ChatExtension,
        "message" => {
            let sender = parse_user(root, "sender", "sender.id")?;
            let message = root.get("message").filter(|message| message.is_object());
            let message = message.ok_or(CallbackError::MissingField("message"))?;
            Event::Message { sender, message: Box::new(parse_message(message)) }
        }
        "delivered" | "seen" | "failed" => parse_receipt(root, name)?,
        "client_status" | "action" => Event::Ignored,
        _ => Event::Unknown(name.clone()),
    })
}

fn parse_receipt(root: &Value, name: &str) -> Result<Event, CallbackError> {
    json::token(root, "message_token").ok_or(CallbackError::MissingField("message_token"))?;
    let user_id = json::text(root, "user_id");
    Ok(match name {
        "delivered" => Event::Delivered { user_id },
        "seen" => Event::Seen { user_id },
        _ => Event::Failed { user_id, desc: json::text(root, "desc") },
    })
}

fn parse_user(root: &Value, key: &str, field: &'static str) -> Result<User, CallbackError> {
    let user = root.get(key).ok_or(CallbackError::MissingField(field))?;
    Ok(User {
        id: json::text(user, "id").ok_or(CallbackError::MissingField(field))?,
        name: json::text(user, "name"),
        avatar: json::text(user, "avatar"),
        country: json::text(user, "country"),
        language: json::text(user, "language"),
        api_version: json::number(user, "api_version"),
    })
}

fn parse_message(raw: &Value) -> Message {
    Message {
        kind: json::text(raw, "type").unwrap_or_default(),
        text: json::text(raw, "text"),
        media: json::text(raw, "media"),
        thumbnail: json::text(raw, "thumbnail"),
        file_name: json::text(raw, "file_name").filter(|name| name != "null"),
        size: json::number(raw, "size").or_else(|| json::number(raw, "file_size")),
        duration: json::number(raw, "duration"),
        sticker_id: json::text(raw, "sticker_id"),
        contact: raw.get("contact").filter(|card| card.is_object()).map(|card| Card {
            name: json::text(card, "name"),
            phone_number: json::text(card, "phone_number"),
            avatar: json::text(card, "avatar"),
        }),
        location: raw
            .get("location")
            .and_then(|place| Some((json::decimal(place, "lat")?, json::decimal(place, "lon")?))),
        raw: raw.clone(),
    }
}

#[cfg(test)]
#[path = "tests/callback.rs"]
mod tests;
