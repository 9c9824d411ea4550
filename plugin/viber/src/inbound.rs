//! A customer's message as parts, with the words for a task that it opens; not which task that is.

use conversation::{ContactCard, Link, Location, Media, OtherPart, Part, Sticker};

use crate::callback::Message;
use crate::chars;
use crate::contact::NAMELESS;
use crate::limits::TITLE_CHARS_MAX;
use crate::prelude::*;

/// A message for the helpdesk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    /// At least one.
    pub(crate) parts: Vec<Part>,
    /// The title of a task that it opens, at most [`TITLE_CHARS_MAX`] characters.
    pub(crate) title: String,
    /// The description of a task that it opens (S31, I5).
    pub(crate) description: String,
    /// The customer's own phone number, if that is what they sent.
    pub(crate) phone: Option<String>,
}

/// Reads a message; `name` is the customer's.
pub(crate) fn read(message: &Message, name: &str) -> Content {
    let (noun, part) = part(message);
    let phone = match &part {
        Part::Contact(card) if card.own_number => card.phone.clone(),
        _ => None,
    };
    let came = format!("{noun} from {}", chars::first_line(name).as_deref().unwrap_or(NAMELESS));
    let words = message.text.as_deref().filter(|text| !text.trim().is_empty());
    let (title, description) = match (&part, words) {
        (Part::Text(_), Some(text)) => (chars::first_line(text).unwrap_or(came), text.to_owned()),
        (_, Some(caption)) => (came.clone(), format!("{came}\n{caption}")),
        (_, None) => (came.clone(), came),
    };
    Content { parts: vec![part], title: chars::cut(&title, TITLE_CHARS_MAX), description, phone }
}

/// The part, and what to call it. developers.viber.com, Callbacks, Receive message from user; checked 2026-11.
fn part(message: &Message) -> (&'static str, Part) {
    match message.kind.as_str() {
        "text" => match &message.text {
            Some(text) => ("Message", Part::plain(text.clone())),
            None => other(message),
        },
        "picture" => ("Photo", Part::Image(media(message))),
        "video" => ("Video", Part::Video(media(message))),
        "file" => ("File", Part::File(media(message))),
        "sticker" => ("Sticker", sticker(message)),
        "location" => match message.location {
            Some((latitude, longitude)) => {
                ("Location", Part::Location(Location { latitude, longitude, caption: message.text.clone() }))
            }
            None => other(message),
        },
        "contact" => contact(message),
        "url" => match &message.media {
            Some(url) => ("Link", Part::Link(Link { url: url.clone(), caption: message.text.clone() })),
            None => other(message),
        },
        _ => other(message),
    }
}

fn media(message: &Message) -> Media {
    Media {
        url: message.media.clone(),
        url_until: message.media.as_deref().and_then(expires),
        name: message.file_name.clone(),
        media_type: None,
        size_bytes: message.size,
        duration_ms: message.duration,
        thumbnail: message.thumbnail.clone(),
        caption: message.text.clone(),
    }
}

/// Until when a signed link works, in ms: its query says so in seconds. Captured: an hour after the message.
fn expires(url: &str) -> Option<u64> {
    let (_, query) = url.split_once('?')?;
    let seconds: u64 = query.split('&').find_map(|pair| pair.strip_prefix("Expires="))?.parse().ok()?;
    seconds.checked_mul(1_000)
}

fn sticker(message: &Message) -> Part {
    let id = message.sticker_id.clone().unwrap_or_default();
    Part::Sticker(Sticker { id, url: message.media.clone() })
}

/// A tap on the share-phone button comes as a card with the button's text; a card from the address book has none. It is
/// the client's word: a customer can choose a card of their own making.
fn contact(message: &Message) -> (&'static str, Part) {
    let Some(card) = &message.contact else { return other(message) };
    let own_number = message.text.is_some() && card.phone_number.is_some();
    let part = ContactCard {
        name: card.name.clone(),
        phone: card.phone_number.clone(),
        avatar: card.avatar.clone(),
        own_number,
    };
    (if own_number { "Phone number" } else { "Contact" }, Part::Contact(part))
}

/// A type without a name here, or one without what makes it that: named and kept (I15).
fn other(message: &Message) -> (&'static str, Part) {
    let kind = if message.kind.is_empty() { "unknown" } else { &message.kind };
    let words = message
        .text
        .as_deref()
        .and_then(chars::first_line)
        .or_else(|| crate::json::text(&message.raw, "alt_text"));
    let name = chars::cut(kind, 40);
    let summary = match words {
        Some(words) => format!("{name}: {}", chars::cut(&words, 200)),
        None => format!("a message of the type {name}"),
    };
    let json = serde_json::to_string(&message.raw).unwrap_or_default();
    ("Message", Part::Other(OtherPart { kind: kind.to_owned(), summary, json }))
}

#[cfg(test)]
#[path = "tests/inbound.rs"]
mod tests;
