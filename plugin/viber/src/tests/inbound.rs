//! Every type of message as parts, titles and descriptions.

use super::*;
use crate::callback::{self, Event};
use crate::support::fixture;

fn content(name: &str) -> Content {
    let Event::Message { message, .. } = callback::parse(&fixture(name)).unwrap().event else {
        panic!("{name}")
    };
    read(&message, "Olena")
}

/// A part in one line.
fn show(part: &Part) -> String {
    let media = |kind: &str, media: &Media| {
        let mut words = vec![kind.to_owned()];
        let mut add =
            |name: &str, value: Option<String>| words.extend(value.map(|value| format!("{name}={value}")));
        add("url", media.url.as_ref().map(|url| url.split('?').next().unwrap_or_default().to_owned()));
        add("until", media.url_until.map(|at| at.to_string()));
        add("name", media.name.clone());
        add("size", media.size_bytes.map(|size| size.to_string()));
        add("ms", media.duration_ms.map(|ms| ms.to_string()));
        add("thumbnail", media.thumbnail.as_ref().map(|_| "yes".to_owned()));
        add("caption", media.caption.clone());
        words.join(" ")
    };
    match part {
        Part::Text(text) => format!("text {}", text.text),
        Part::Image(it) => media("image", it),
        Part::Video(it) => media("video", it),
        Part::Audio(it) => media("audio", it),
        Part::File(it) => media("file", it),
        Part::Location(at) => format!("location {} {} {:?}", at.latitude, at.longitude, at.caption),
        Part::Contact(card) => format!("contact {:?} {:?} own={}", card.name, card.phone, card.own_number),
        Part::Sticker(sticker) => format!("sticker {} {:?}", sticker.id, sticker.url),
        Part::Link(link) => format!("link {} {:?}", link.url, link.caption),
        Part::Other(other) => format!("other {} | {} | {}", other.kind, other.summary, other.json),
    }
}

/// S15, S38: payload | part | title | description's lines after the title.
const CASES: &str = r#"
message-text | text Good morning! Is my order on its way? | Good morning! Is my order on its way? |
message-text-emoji | text Дякую 🙂👍🏽 | Дякую 🙂👍🏽 |
message-text-escaped | text Коли ви працюєте? | Коли ви працюєте? |
message-picture | image url=https://dl-media.viber.com/4/media/invented/image/1f2e/b2.jpg until=1767229200000 name=1767225600456.jpg thumbnail=yes | Photo from Olena |
message-picture-caption | image url=https://dl-media.viber.com/4/media/invented/image/1f2e/a1.jpg until=1767229200000 name=1767225600123.jpg size=182044 thumbnail=yes caption=The box arrived broken | Photo from Olena | The box arrived broken
message-picture-without-media | image | Photo from Olena |
message-video | video url=https://dl-media.viber.com/5/media/invented/v/c3.mp4 until=1767229200000 name=1767225600789.mp4 size=251904 ms=2450 thumbnail=yes caption=It rattles | Video from Olena | It rattles
message-file | file url=https://dl-media.viber.com/6/media/d4.pdf until=1767229200000 name=invoice 12.pdf size=40961 | File from Olena |
message-file-file-size | file url=https://dl-media.viber.com/6/media/d5.pdf until=1767229200000 name=terms.pdf size=7123 | File from Olena |
message-sticker | sticker 40133 Some("http://content.cdn.viber.com/stickers/100/40100/00040133.png") | Sticker from Olena |
message-sticker-id-as-text | sticker 40133 None | Sticker from Olena |
message-contact | contact Some("Plumber Ivan") Some("+380501112233") own=false | Contact from Olena |
message-contact-own-number | contact Some("Olena") Some("380671234567") own=true | Phone number from Olena | share-phone
message-location | location 50.4501 30.5234 None | Location from Olena |
message-location-caption | location 50.45 -0.5 Some("The back door") | Location from Olena | The back door
message-location-empty | other location | a message of the type location | {"location":{},"type":"location"} | Message from Olena |
message-url | link https://shop.example/p/17?ref=a&b=c None | Link from Olena |
message-unknown-type | other hologram | hologram: look | {"depth":3,"text":"look","type":"hologram"} | Message from Olena | look
message-without-type | other unknown | unknown: typeless | {"text":"typeless"} | Message from Olena | typeless
message-text-empty | other text | a message of the type text | {"type":"text"} | Message from Olena |
"#;

/// S15, T4.
#[test]
fn every_type_becomes_parts() {
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let (name, rest) = line.split_once(" | ").unwrap();
        let (rest, words) = rest.rsplit_once(" |").unwrap();
        let (part, title) = rest.rsplit_once(" | ").unwrap();
        let content = content(name);
        assert_eq!(content.parts.iter().map(show).collect::<Vec<_>>(), [part], "{name}");
        assert_eq!(content.title, title, "{name}");
        let description =
            if words.trim().is_empty() { title.to_owned() } else { format!("{title}\n{}", words.trim()) };
        assert_eq!(content.description, description, "{name}");
    }
}

#[test]
fn a_carousel_is_kept_whole_and_summarised() {
    let Part::Other(other) = &content("message-rich-media").parts[0] else { panic!() };
    assert_eq!((other.kind.as_str(), other.summary.as_str()), ("rich_media", "rich_media: Sale of the week"));
    let json: serde_json::Value = serde_json::from_str(&other.json).unwrap();
    assert_eq!(json["rich_media"]["Buttons"][0]["Text"], "Sale");
}

#[test]
fn only_the_own_number_is_the_customers_phone() {
    assert_eq!(content("message-contact-own-number").phone.as_deref(), Some("380671234567"));
    assert_eq!(content("message-contact").phone, None);
}

#[test]
fn a_title_is_one_short_line() {
    let text = |text: &str| {
        let message = Message { kind: "text".to_owned(), text: Some(text.to_owned()), ..Message::default() };
        read(&message, "Olena")
    };
    let long = "слово ".repeat(100);
    assert_eq!(text(&long).title.chars().count(), 80);
    assert!(text(&long).title.ends_with('…'));
    assert_eq!(text(&long).description, long, "S31: the whole text");
    assert_eq!(text("\n\n  first\tline\nsecond").title, "first line");
    assert_eq!(text("\u{7}a\u{0}b").title, " a b".trim_end());
    assert_eq!(text("  \n ").title, "Message from Olena");
    assert!(text(&"🙂".repeat(200)).title.chars().count() <= 80);
}

/// T8.
#[test]
fn a_links_life_is_read_from_its_query() {
    for (url, until) in [
        ("https://x/a.jpg?Expires=1767229200&Signature=a", Some(1_767_229_200_000)),
        ("https://x/a.jpg?Signature=a&Expires=5", Some(5_000)),
        ("https://x/a.jpg", None),
        ("https://x/a.jpg?Expires=soon", None),
        ("https://x/a.jpg?Expires=18446744073709551615", None),
        ("https://x/Expires=5", None),
    ] {
        assert_eq!(expires(url), until, "{url}");
    }
}
