//! The parts of a reply as the bodies of `send_message`, without receiver and sender; not the calls that carry them.
//!
//! developers.viber.com, Send Message, Message types; checked 2026-11.

use conversation::{
    Account, Author, ContactCard, Link, Location, Media, Part, Problem, ProblemClass, Sticker,
};
use serde_json::{Map, Value};

use crate::limits::{
    CARD_NAME_CHARS_MAX, CARD_PHONE_CHARS_MAX, SENDER_NAME_CHARS_MAX, TEXT_JSON_BYTES_MAX, TEXT_UTF16_MAX,
    URL_CHARS_MAX,
};
use crate::prelude::*;
use crate::settings::Settings;
use crate::{attachment, chars, format, json, split};

/// The fields of a body.
pub(crate) type Fields = Map<String, Value>;

/// One message, or why a part cannot be one.
pub(crate) type Draft = Result<Fields, Problem>;

/// The name under which an account sends that never connected, and so has none: the docs demand one.
const FALLBACK_NAME: &str = "Support";

/// The messages of a reply's parts, in order; a part may be several, or none if it is an empty text.
pub(crate) fn drafts(parts: &[Part]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => texts(&mut drafts, &format::plain(text)),
            Part::Image(media) => with_caption(&mut drafts, media, attachment::image(media)),
            Part::Video(media) => with_caption(&mut drafts, media, attachment::video(media)),
            // Viber has no type for sounds: they are files.
            Part::Audio(media) | Part::File(media) => {
                with_caption(&mut drafts, media, attachment::file(media))
            }
            Part::Location(place) => location(&mut drafts, place),
            Part::Contact(card) => drafts.push(contact(card)),
            Part::Sticker(picture) => drafts.push(sticker(picture)),
            Part::Link(target) => link(&mut drafts, target),
            Part::Other(other) => {
                drafts.push(Err(unsupported(&format!("Viber has nothing for a {}", other.kind))))
            }
        }
    }
    drafts
}

/// A body of `type` with more fields.
pub(crate) fn fields<const N: usize>(kind: &str, more: [(&str, Value); N]) -> Fields {
    let mut fields = json::object(more);
    fields.insert("type".to_owned(), kind.into());
    fields
}

/// Viber, or this channel, cannot send that.
pub(crate) fn unsupported(text: &str) -> Problem {
    Problem::new(
        ProblemClass::Unsupported,
        "unsupported-part",
        text,
        "Send it in another form, as a link for example.",
    )
}

/// As whom a message is sent: the employee if that is wanted and they have a name, else the account (S46, S47, I10).
pub(crate) fn sender(account: &Account, settings: &Settings, author: &Author) -> Value {
    let as_employee = settings.send_as_employee && !author.name.trim().is_empty();
    let profile = account.profile.as_ref();
    let account_avatar = profile.and_then(|profile| profile.avatar.as_deref());
    let (name, avatar) = if as_employee {
        (author.name.trim(), author.avatar.as_deref().filter(|url| is_https(url)).or(account_avatar))
    } else {
        (profile.map_or("", |profile| profile.name.trim()), account_avatar)
    };
    let name = if name.is_empty() {
        FALLBACK_NAME
    } else {
        chars::truncate_utf16(name, SENDER_NAME_CHARS_MAX).trim_end()
    };
    match avatar.filter(|url| is_https(url)) {
        Some(avatar) => json::object([("name", name.into()), ("avatar", avatar.into())]).into(),
        None => json::object([("name", name.into())]).into(),
    }
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= URL_CHARS_MAX
}

fn texts(drafts: &mut Vec<Draft>, text: &str) {
    let pieces = split::split(text, TEXT_UTF16_MAX, TEXT_JSON_BYTES_MAX);
    // A piece of blanks only says nothing, and Viber refuses it.
    let pieces = pieces.into_iter().filter(|piece| !piece.trim().is_empty());
    drafts.extend(pieces.map(|text| Ok(fields("text", [("text", text.into())]))));
}

/// A medium, and its caption as a text of its own where the message could not carry it.
fn with_caption(drafts: &mut Vec<Draft>, media: &Media, draft: Draft) {
    let caption = media.caption.as_deref().unwrap_or_default();
    let carried = draft.as_ref().is_ok_and(|fields| fields.get("text").is_some_and(|text| text == caption));
    drafts.push(draft);
    if !carried {
        texts(drafts, caption);
    }
}

fn location(drafts: &mut Vec<Draft>, place: &Location) {
    let Location { latitude, longitude, caption } = place;
    // The Python SDK leaves out the bounds themselves.
    let on_earth = latitude.abs() < 90.0 && longitude.abs() < 180.0;
    drafts.push(if on_earth {
        let location = json::object([("lat", (*latitude).into()), ("lon", (*longitude).into())]);
        Ok(fields("location", [("location", location.into())]))
    } else {
        Err(unsupported("the place is not on Viber's map"))
    });
    texts(drafts, caption.as_deref().unwrap_or_default());
}

fn contact(card: &ContactCard) -> Draft {
    let phone: String = card
        .phone
        .iter()
        .flat_map(|phone| phone.chars())
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    let name = card.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&phone);
    if phone.is_empty() || phone.len() > CARD_PHONE_CHARS_MAX {
        return Err(unsupported("Viber's cards need a phone number of at most 18 characters"));
    }
    let name = chars::truncate_utf16(name, CARD_NAME_CHARS_MAX);
    let contact = json::object([("name", name.into()), ("phone_number", phone.as_str().into())]);
    Ok(fields("contact", [("contact", contact.into())]))
}

fn sticker(sticker: &Sticker) -> Draft {
    let id: u64 = sticker.id.parse().map_err(|_| unsupported("Viber's stickers have a number"))?;
    Ok(fields("sticker", [("sticker_id", id.into())]))
}

/// A link of its own has no words; with words it is a text.
fn link(drafts: &mut Vec<Draft>, link: &Link) {
    let caption = link.caption.as_deref().map(str::trim).filter(|caption| !caption.is_empty());
    match caption {
        None if link.url.chars().count() <= URL_CHARS_MAX => {
            drafts.push(Ok(fields("url", [("media", link.url.as_str().into())])));
        }
        None => drafts.push(Err(unsupported("Viber takes links of at most 2,000 characters"))),
        Some(caption) => texts(drafts, &format!("{caption}\n{}", link.url)),
    }
}

#[cfg(test)]
#[path = "tests/message.rs"]
mod tests;
