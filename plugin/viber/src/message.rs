//! The parts of a reply as the bodies of `send_message`, without receiver and sender; not the calls that carry them.
//!
//! developers.viber.com, Send Message, Message types; checked 2026-11.

use conversation::{
    Account, Author, ContactCard, Link, Location, Media, OtherPart, Part, Problem, ProblemClass, Sticker,
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

/// One message.
#[derive(Debug, PartialEq)]
pub(crate) struct Message {
    /// Its body.
    pub(crate) fields: Fields,
    /// What had to be changed to send it, for the operator.
    pub(crate) changed: Option<Problem>,
}

/// One message, or why a part cannot be one.
pub(crate) type Draft = Result<Message, Problem>;

/// The name under which an account sends that never connected, and so has none: the docs demand one.
const FALLBACK_NAME: &str = "Support";

/// The messages of a reply's parts: first its texts, then the others in their order (S40). A part may be several
/// messages, or none if it is an empty text.
pub(crate) fn drafts(parts: &[Part]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for part in parts {
        if let Part::Text(text) = part {
            texts(&mut drafts, &format::plain(text), None);
        }
    }
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Image(media) => with_caption(&mut drafts, media, attachment::image(media)),
            Part::Video(media) => with_caption(&mut drafts, media, attachment::video(media)),
            // Viber has no type for sounds: they are files.
            Part::Audio(media) | Part::File(media) => {
                with_caption(&mut drafts, media, attachment::file(media));
            }
            Part::Location(place) => location(&mut drafts, place),
            Part::Contact(card) => contact(&mut drafts, card),
            Part::Sticker(picture) => drafts.push(sticker(picture)),
            Part::Link(target) => link(&mut drafts, target),
            Part::Other(it) => other(&mut drafts, it),
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

/// A message that says what the part says.
pub(crate) fn whole(fields: Fields) -> Draft {
    Ok(Message { fields, changed: None })
}

/// A message that says what the part says in another form. `code` is the form; `why` is without a full stop.
pub(crate) fn instead(fields: Fields, code: &str, why: &str) -> Draft {
    Ok(Message { fields, changed: Some(changed(code, why)) })
}

/// What the customer gets instead of a part, by the code of the change, and why.
fn changed(code: &str, why: &str) -> Problem {
    let gets = match code {
        SENT_AS_PICTURE => "a picture",
        SENT_AS_FILE => "a file to download",
        SENT_AS_LINK => "a link to it",
        _ => "it as a text",
    };
    Problem::new(ProblemClass::Unsupported, code, format!("{why}; the customer gets {gets}"), "")
}

/// The form of a sticker that Viber does not have.
pub(crate) const SENT_AS_PICTURE: &str = "sent-as-picture";
/// The form of a picture or a video that Viber would not show.
pub(crate) const SENT_AS_FILE: &str = "sent-as-file";
/// The form of a file that Viber would not deliver.
pub(crate) const SENT_AS_LINK: &str = "sent-as-link";
/// The form of what Viber has nothing for.
const SENT_AS_TEXT: &str = "sent-as-text";

/// Viber, or this channel, cannot send that.
pub(crate) fn unsupported(text: &str) -> Problem {
    Problem::new(
        ProblemClass::Unsupported,
        "unsupported-part",
        text,
        "Send it in another form, as a link for example.",
    )
}

/// A text of one message; none if it is too long for one, for an address must not be cut.
pub(crate) fn text(words: &str) -> Option<Fields> {
    let pieces = split::split(words, TEXT_UTF16_MAX, TEXT_JSON_BYTES_MAX);
    (pieces.len() == 1).then(|| fields("text", [("text", words.into())]))
}

/// Whether it is an address on the web, as Viber takes them.
pub(crate) fn is_web(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control()))
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

/// The same message without what only newer apps have; none if it has nothing of that.
pub(crate) fn plainer(body: &[u8]) -> Option<Vec<u8>> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else { return None };
    let level = fields.get("min_api_version");
    if !fields.contains_key("keyboard") && level.is_none_or(|level| *level == 1) {
        return None;
    }
    // Not `remove`: taking out of a map has 5 KB, and nothing else does it.
    let mut plain = Map::new();
    for (name, value) in fields {
        if name != "keyboard" {
            plain.insert(name, value);
        }
    }
    plain.insert("min_api_version".to_owned(), 1.into());
    Some(json::bytes(&plain.into()))
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= URL_CHARS_MAX
}

fn texts(drafts: &mut Vec<Draft>, text: &str, changed: Option<&Problem>) {
    let pieces = split::split(text, TEXT_UTF16_MAX, TEXT_JSON_BYTES_MAX);
    // A piece of blanks only says nothing, and Viber refuses it.
    let pieces = pieces.into_iter().filter(|piece| !piece.trim().is_empty());
    drafts.extend(pieces.map(|piece| {
        Ok(Message { fields: fields("text", [("text", piece.into())]), changed: changed.cloned() })
    }));
}

/// A medium, and before it its caption as a text of its own where the message cannot carry it.
fn with_caption(drafts: &mut Vec<Draft>, media: &Media, draft: Draft) {
    let caption = media.caption.as_deref().unwrap_or_default();
    let carries = |message: &Message| message.fields.get("text").is_some_and(|text| text == caption);
    if !draft.as_ref().is_ok_and(carries) {
        texts(drafts, caption, None);
    }
    drafts.push(draft);
}

fn location(drafts: &mut Vec<Draft>, place: &Location) {
    let Location { latitude, longitude, caption } = place;
    texts(drafts, caption.as_deref().unwrap_or_default(), None);
    // The Python SDK leaves out the bounds themselves.
    if latitude.abs() < 90.0 && longitude.abs() < 180.0 {
        let location = json::object([("lat", (*latitude).into()), ("lon", (*longitude).into())]);
        drafts.push(whole(fields("location", [("location", location.into())])));
        return;
    }
    let why = "the place is not on Viber's map";
    if !latitude.is_finite() || !longitude.is_finite() {
        drafts.push(Err(unsupported(why)));
        return;
    }
    // The writer of JSON writes floats already; another would be in the component only for this.
    let [lat, lon] = [latitude, longitude]
        .map(|degrees| String::from_utf8_lossy(&json::bytes(&(*degrees).into())).into_owned());
    let mut words = format!("{lat}, {lon}");
    if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 {
        words = format!("{words}\nhttps://www.openstreetmap.org/?mlat={lat}&mlon={lon}");
    }
    texts(drafts, &words, Some(&changed(SENT_AS_TEXT, why)));
}

/// A card; without a number that Viber takes, what is on it.
fn contact(drafts: &mut Vec<Draft>, card: &ContactCard) {
    let trimmed = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let (name, phone) = (trimmed(&card.name), trimmed(&card.phone));
    if let Some(number) = number(&phone) {
        let name = if name.is_empty() { &number } else { &name };
        let name = chars::truncate_utf16(name, CARD_NAME_CHARS_MAX).trim_end();
        let contact = json::object([("name", name.into()), ("phone_number", number.as_str().into())]);
        drafts.push(whole(fields("contact", [("contact", contact.into())])));
        return;
    }
    let why = "Viber's cards need a phone number of at most 18 digits";
    if name.is_empty() && phone.is_empty() {
        drafts.push(Err(unsupported(why)));
    }
    texts(drafts, format!("{name}\n{phone}").trim(), Some(&changed(SENT_AS_TEXT, why)));
}

/// The digits of a phone number, with its leading `+`; none if it is more than a number, or longer than Viber takes.
fn number(phone: &str) -> Option<String> {
    let (plus, rest) = phone.strip_prefix('+').map_or(("", phone), |rest| ("+", rest));
    let is_number = |c: char| c.is_ascii_digit() || c.is_whitespace() || "()-./\u{2011}\u{2013}".contains(c);
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let number = format!("{plus}{digits}");
    (rest.chars().all(is_number) && !digits.is_empty() && number.len() <= CARD_PHONE_CHARS_MAX)
        .then_some(number)
}

/// Viber's stickers have numbers; another's is a picture.
fn sticker(sticker: &Sticker) -> Draft {
    if sticker.id.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(id) = sticker.id.parse::<u64>()
    {
        return whole(fields("sticker", [("sticker_id", id.into())]));
    }
    let why = "Viber has no such sticker";
    let media = Media { url: sticker.url.clone(), ..Media::default() };
    let message = attachment::image(&media).map_err(|_| unsupported(why))?;
    match &message.changed {
        Some(_) => Ok(message),
        None => instead(message.fields, SENT_AS_PICTURE, why),
    }
}

/// A link of its own has no words; with words it is a text.
fn link(drafts: &mut Vec<Draft>, link: &Link) {
    let (url, caption) = (link.url.trim(), link.caption.as_deref().unwrap_or_default().trim());
    if caption.is_empty() && is_web(url) && chars::utf16(url) <= URL_CHARS_MAX {
        drafts.push(whole(fields("url", [("media", url.into())])));
        return;
    }
    if let Some(fields) = text(format!("{caption}\n{url}").trim()) {
        drafts.push(whole(fields));
        return;
    }
    texts(drafts, caption, None);
    let draft = text(url).ok_or_else(|| unsupported("the link is longer than a message"));
    drafts.push(draft.and_then(whole));
}

/// What an operator's helpdesk sends without a name for it here: its line for a person says more than a refusal.
fn other(drafts: &mut Vec<Draft>, other: &OtherPart) {
    let why = format!("Viber has nothing for this: {}", chars::cut(&other.kind, 40));
    if other.summary.trim().is_empty() {
        drafts.push(Err(unsupported(&why)));
    }
    texts(drafts, &other.summary, Some(&changed(SENT_AS_TEXT, &why)));
}

#[cfg(test)]
#[path = "tests/message.rs"]
mod tests;
