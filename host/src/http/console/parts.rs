//! What is in a bubble, part by part: photos, files, places, cards, stickers, and what is not known as what it is. Pure.

use channel_engine::contract::{ContactCard, Link, Location, Media, OtherPart, Part, Sticker};
use desk_store::{FileRow, MediaRow};
use maud::{Markup, html};
use serde_json::Value;

use super::conversation::Entry;
use super::look::Look;
use super::people::{file_path, link, linked};
use super::task::TaskView;
use super::words::put;
use crate::app::App;
use crate::attachments::Linked;

/// What became of a customer's file.
#[derive(Debug, Clone, Default)]
pub(super) struct File {
    /// Which part of the action.
    pub(super) part: i64,
    /// `waiting`, `kept`, `failed`.
    pub(super) state: String,
    /// Where the desk keeps it.
    pub(super) path: Option<String>,
    pub(super) name: Option<String>,
    pub(super) size: Option<i64>,
    /// Why it is not kept.
    pub(super) reason: Option<String>,
}

impl File {
    pub(super) fn of(app: &App, row: &MediaRow) -> Self {
        let problem = row.problem.as_ref();
        Self {
            part: row.part,
            state: row.state.clone(),
            path: row
                .sha256
                .as_ref()
                .map(|_| file_path(app, &Linked::Media(row.id), row.name.as_deref().unwrap_or_default())),
            name: row.name.clone(),
            size: row.size,
            reason: problem.and_then(|problem| problem["text"].as_str()).map(str::to_owned),
        }
    }

    /// What an employee sent.
    pub(super) fn sent(app: &App, row: FileRow) -> Self {
        let link = row.link_id.filter(|_| row.revoked_at.is_none());
        Self {
            part: row.part,
            state: "kept".into(),
            path: link.map(|id| file_path(app, &Linked::File(id), &row.name)),
            name: Some(row.name),
            size: Some(row.size),
            reason: None,
        }
    }
}

/// What a part is shown with.
struct Shown<'a> {
    look: &'a Look,
    /// The desk's address.
    own: &'a str,
    file: Option<&'a File>,
}

/// Every part of an action; its text alone where it has none.
pub(super) fn all(look: &Look, view: &TaskView, entry: &Entry) -> Markup {
    let parts = entry.row.parts.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if parts.is_empty() { p.text { (linked(&entry.row.text, &view.own)) } }
        @for (part, index) in parts.iter().zip(0..) {
            @let file = entry.files.iter().find(|file| file.part == index);
            (one(&Shown { look, own: &view.own, file }, part))
        }
    }
}

fn one(shown: &Shown, part: &Value) -> Markup {
    let words = shown.look.words;
    match serde_json::from_value(part.clone()) {
        Ok(Part::Text(text)) => html! { p.text { (linked(&text.text, shown.own)) } },
        Ok(Part::Image(media)) => image(shown, &media),
        Ok(Part::Video(media)) => medium(shown, &media, "▶", words.video),
        Ok(Part::Audio(media)) => medium(shown, &media, "♪", words.audio),
        Ok(Part::File(media)) => medium(shown, &media, "▤", words.file),
        Ok(Part::Location(location)) => place(shown, &location),
        Ok(Part::Contact(card)) => contact(shown, &card),
        Ok(Part::Sticker(sticker)) => show_sticker(shown, &sticker),
        Ok(Part::Link(shared)) => show_link(shown, &shared),
        Ok(Part::Other(other)) => unknown(shown, &other),
        // Of a later version of the contract.
        Err(_) => {
            let other = OtherPart { json: part.to_string(), ..OtherPart::default() };
            unknown(shown, &other)
        }
    }
}

/// A sign, and what stands beside it.
fn boxed(sign: &str, content: &Markup) -> Markup {
    html! { div.part { span.sign aria-hidden="true" { (sign) } div { (content) } } }
}

fn caption(shown: &Shown, caption: Option<&str>) -> Markup {
    let caption = caption.filter(|caption| !caption.trim().is_empty());
    html! { @if let Some(caption) = caption { p.text { (linked(caption, shown.own)) } } }
}

/// From the desk only: another host would learn who looks, and could show something else to each.
fn image(shown: &Shown, media: &Media) -> Markup {
    let Some(path) = shown.file.and_then(|file| file.path.as_deref()) else {
        return medium(shown, media, "▣", shown.look.words.photo);
    };
    let name = media.name.as_deref().unwrap_or(shown.look.words.photo);
    let alt = media.caption.as_deref().filter(|caption| !caption.trim().is_empty()).unwrap_or(name);
    html! {
        a.frame href=(path) target="_blank" rel="noopener" { img.photo src=(path) alt=(alt); }
        (caption(shown, media.caption.as_deref()))
    }
}

fn medium(shown: &Shown, media: &Media, sign: &str, kind: &str) -> Markup {
    let look = shown.look;
    let kept = shown.file.filter(|file| file.path.is_some());
    let name = kept.and_then(|file| file.name.as_deref()).or(media.name.as_deref()).unwrap_or(kind);
    let size = kept.and_then(|file| file.size).or_else(|| i64::try_from(media.size_bytes?).ok());
    let facts = [
        (name != kind).then(|| kind.to_owned()),
        size.map(|bytes| look.size(bytes)),
        media.duration_ms.map(length),
        gone(shown, media),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let own = kept.and_then(|file| file.path.as_deref());
    html! {
        (boxed(sign, &html! {
            @if let Some(path) = own {
                a href=(path) target="_blank" rel="noopener" { (name) }
            } @else if let Some(url) = &media.url {
                (link(url, name, ""))
            } @else {
                (name)
            }
            p.faint { (facts) }
        }))
        (caption(shown, media.caption.as_deref()))
    }
}

/// Why a link may not work, if that is known.
fn gone(shown: &Shown, media: &Media) -> Option<String> {
    let words = shown.look.words;
    if shown.file.is_some_and(|file| file.path.is_some()) {
        return None;
    }
    if media.url.is_none() {
        return Some(words.no_link.to_owned());
    }
    match shown.file.map(|file| (file.state.as_str(), file.reason.as_deref())) {
        Some(("waiting", _)) => Some(words.being_kept.to_owned()),
        Some(("failed", why)) => Some(put(words.not_kept, "why", why.unwrap_or("?"))),
        _ => {
            let until = i64::try_from(media.url_until?).ok()?;
            (until < shown.look.now).then(|| words.link_gone.to_owned())
        }
    }
}

/// `1:05`.
fn length(ms: u64) -> String {
    let seconds = (ms / 1_000).max(1);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn place(shown: &Shown, location: &Location) -> Markup {
    let words = shown.look.words;
    let (latitude, longitude) = (location.latitude, location.longitude);
    let map = format!(
        "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    );
    html! {
        (boxed("◎", &html! {
            p { (words.location) ": " (latitude) ", " (longitude) }
            (link(&map, words.map, ""))
        }))
        (caption(shown, location.caption.as_deref()))
    }
}

fn contact(shown: &Shown, card: &ContactCard) -> Markup {
    let words = shown.look.words;
    let kind = if card.own_number { words.own_number } else { words.contact_card };
    let name = card.name.as_deref().filter(|name| !name.trim().is_empty());
    boxed(
        "☎",
        &html! {
            @if let Some(name) = name { p { (name) } }
            @if let Some(number) = &card.phone { p { (phone(number)) } }
            p.faint { (kind) }
        },
    )
}

/// A phone number that can be called.
pub(super) fn phone(number: &str) -> Markup {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! { a.phone href={ "tel:" (digits) } { (number) } }
}

fn show_sticker(shown: &Shown, sticker: &Sticker) -> Markup {
    let said = put(shown.look.words.sticker, "id", &sticker.id);
    html! {
        @if let Some(path) = shown.file.and_then(|file| file.path.as_deref()) {
            img.sticker src=(path) alt=(said);
        } @else {
            (boxed("☻", &html! { p { (said) } }))
        }
    }
}

fn show_link(shown: &Shown, shared: &Link) -> Markup {
    html! {
        (boxed("↗", &link(&shared.url, &shared.url, shown.own)))
        (caption(shown, shared.caption.as_deref()))
    }
}

/// A kind of content without a name yet: what is said of it, and all that came.
fn unknown(shown: &Shown, other: &OtherPart) -> Markup {
    let words = shown.look.words;
    let summary = if other.summary.trim().is_empty() { words.unknown_content } else { &other.summary };
    boxed(
        "…",
        &html! {
            p { (summary) }
            details { summary { (words.what_came) } pre { (other.json) } }
        },
    )
}
