//! What a person reads of a message's parts, in lists and texts. The parts themselves are kept beside it.

use channel_engine::contract::{ContactCard, Location, Media, Part};

/// One text for all parts, a line each.
#[must_use]
pub fn readable(parts: &[Part]) -> String {
    parts.iter().map(readable_part).collect::<Vec<_>>().join("\n")
}

fn readable_part(part: &Part) -> String {
    match part {
        Part::Text(text) => text.text.clone(),
        Part::Image(media) => readable_media("Photo", media),
        Part::Video(media) => readable_media("Video", media),
        Part::Audio(media) => readable_media("Audio", media),
        Part::File(media) => readable_media("File", media),
        Part::Location(location) => readable_location(location),
        Part::Contact(card) => readable_card(card),
        Part::Sticker(sticker) => format!("Sticker {}", sticker.id),
        Part::Link(link) => with_caption(link.url.clone(), link.caption.as_deref()),
        Part::Other(other) => other.summary.clone(),
    }
}

fn readable_media(what: &str, media: &Media) -> String {
    let named = match &media.name {
        Some(name) => format!("{what}: {name}"),
        None => what.to_owned(),
    };
    with_caption(named, media.caption.as_deref())
}

fn readable_location(location: &Location) -> String {
    let place = format!("Location: {}, {}", location.latitude, location.longitude);
    with_caption(place, location.caption.as_deref())
}

fn readable_card(card: &ContactCard) -> String {
    let known = [card.name.as_deref(), card.phone.as_deref()];
    let known = known.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let what = if card.own_number { "Own phone number" } else { "Contact" };
    if known.is_empty() { what.to_owned() } else { format!("{what}: {known}") }
}

fn with_caption(text: String, caption: Option<&str>) -> String {
    match caption {
        Some(caption) if !caption.is_empty() => format!("{text}\n{caption}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel_engine::contract::{Sticker, Text};

    #[track_caller]
    fn check(part: Part, text: &str) {
        assert_eq!(readable(&[part]), text);
    }

    #[test]
    fn every_part_says_what_it_is() {
        let photo = Media { caption: Some("look".into()), ..Media::default() };
        check(Part::Text(Text { text: "Добрий день 🙂".into(), ..Text::default() }), "Добрий день 🙂");
        check(Part::Image(photo), "Photo\nlook");
        check(Part::File(Media { name: Some("a.pdf".into()), ..Media::default() }), "File: a.pdf");
        check(
            Part::Location(Location { latitude: 50.45, longitude: 30.52, caption: None }),
            "Location: 50.45, 30.52",
        );
        check(
            Part::Contact(ContactCard { phone: Some("+380".into()), ..ContactCard::default() }),
            "Contact: +380",
        );
        check(Part::Sticker(Sticker { id: "7".into(), url: None }), "Sticker 7");
    }
}
