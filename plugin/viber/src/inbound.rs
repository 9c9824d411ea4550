//! A customer's message as parts, with the words for a task that it opens; not which task that is.

use conversation::{ContactCard, Link, Location, Media, OtherPart, Part, Sticker};

use crate::callback::Message;
use crate::contact::NAMELESS;
use crate::limits::TITLE_CHARS_MAX;
use crate::prelude::*;
use crate::{chars, emoticons, json, phone};

/// A message for the helpdesk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    /// At least one.
    pub(crate) parts: Vec<Part>,
    /// The title of a task that it opens, at most [`TITLE_CHARS_MAX`] characters.
    pub(crate) title: String,
    /// The description of a task that it opens (S31, I5).
    pub(crate) description: String,
}

/// Where Viber shows its stickers. viber.github.io/docs/tools/sticker-ids; checked 2026-11.
const STICKER_PICTURES: &str = "https://viber.github.io/docs/img/stickers/";

/// Reads a message; `name` is the customer's.
pub(crate) fn read(message: &Message, name: &str) -> Content {
    // What a card that our button sent says is ours, not the customer's.
    let text = message.text.as_deref().filter(|_| phone::shared(message).is_none()).map(emoticons::unicode);
    let (noun, part) = part(message, text.as_deref());
    let came = format!("{noun} from {}", chars::first_line(name).as_deref().unwrap_or(NAMELESS));
    let words = text.as_deref().filter(|text| !text.trim().is_empty());
    let (title, description) = match (&part, words) {
        (Part::Text(_), Some(text)) => (chars::first_line(text).unwrap_or(came), text.to_owned()),
        (_, Some(caption)) => (came.clone(), format!("{came}\n{caption}")),
        (_, None) => (came.clone(), came),
    };
    Content { parts: vec![part], title: chars::cut(&title, TITLE_CHARS_MAX), description }
}

/// The part, and what to call it; `text` as a reader elsewhere sees it. developers.viber.com, Callbacks, Receive message
/// from user; checked 2026-11.
fn part(message: &Message, text: Option<&str>) -> (&'static str, Part) {
    let caption = text.map(str::to_owned);
    let part = match message.kind.as_str() {
        "text" => caption.map(|text| ("Message", Part::plain(text))),
        "picture" => Some(("Photo", Part::Image(media(message, caption)))),
        "video" => Some(("Video", Part::Video(media(message, caption)))),
        "file" => Some(("File", Part::File(media(message, caption)))),
        "sticker" => sticker(message),
        "location" => message.location.map(|(latitude, longitude)| {
            ("Location", Part::Location(Location { latitude, longitude, caption }))
        }),
        "contact" => contact(message),
        "url" => message.media.clone().map(|url| ("Link", Part::Link(Link { url, caption }))),
        _ => None,
    };
    part.unwrap_or_else(|| other(message, text))
}

fn media(message: &Message, caption: Option<String>) -> Media {
    Media {
        url: message.media.clone(),
        url_until: message.media.as_deref().and_then(expires),
        name: message.file_name.clone(),
        media_type: None,
        size_bytes: message.size,
        duration_ms: message.duration,
        thumbnail: message.thumbnail.clone(),
        caption,
    }
}

/// Until when a signed link works, in ms: its query says so in seconds. Captured: an hour after the message.
fn expires(url: &str) -> Option<u64> {
    let (_, query) = url.split_once('?')?;
    let seconds: u64 = query.split('&').find_map(|pair| pair.strip_prefix("Expires="))?.parse().ok()?;
    seconds.checked_mul(1_000)
}

/// A sticker by its picture: the one that came with it, else the one on Viber's own page of them.
fn sticker(message: &Message) -> Option<(&'static str, Part)> {
    let id = message.sticker_id.clone().unwrap_or_default();
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let shown = || is_number.then(|| format!("{STICKER_PICTURES}{id}.png"));
    let url = message.media.clone().or_else(shown);
    let is_one = url.is_some() || !id.is_empty();
    is_one.then_some(("Sticker", Part::Sticker(Sticker { id, url })))
}

fn contact(message: &Message) -> Option<(&'static str, Part)> {
    let card = message.contact.as_ref().filter(|card| card.name.is_some() || card.phone_number.is_some())?;
    let own_number = phone::shared(message).is_some();
    let part = ContactCard {
        name: card.name.clone(),
        phone: card.phone_number.clone(),
        avatar: card.avatar.clone(),
        own_number,
    };
    Some((if own_number { "Phone number" } else { "Contact" }, Part::Contact(part)))
}

/// A type without a name here, or one without what makes it that: named and kept (I15).
fn other(message: &Message, text: Option<&str>) -> (&'static str, Part) {
    let kind = if message.kind.is_empty() { "unknown" } else { &message.kind };
    let words = text.and_then(chars::first_line).or_else(|| json::text(&message.raw, "alt_text"));
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
