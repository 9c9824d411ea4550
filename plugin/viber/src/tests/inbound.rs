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

/// S15, S38, T4, T5: payload | part | title | description's lines after the title.
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
message-sticker-id-as-text | sticker 40133 Some("https://viber.github.io/docs/img/stickers/40133.png") | Sticker from Olena |
message-contact | contact Some("Plumber Ivan") Some("+380501112233") own=false | Contact from Olena |
message-contact-own-number | contact Some("Olena") Some("380671234567") own=true | Phone number from Olena |
message-location | location 50.4501 30.5234 None | Location from Olena |
message-location-caption | location 50.45 -0.5 Some("The back door") | Location from Olena | The back door
message-location-empty | other location | a message of the type location | {"location":{},"type":"location"} | Message from Olena |
message-url | link https://shop.example/p/17?ref=a&b=c None | Link from Olena |
message-unknown-type | other hologram | hologram: look | {"depth":3,"text":"look","type":"hologram"} | Message from Olena | look
message-without-type | other unknown | unknown: typeless | {"text":"typeless"} | Message from Olena | typeless
message-text-emoticons | text Дякую ❤️❤️ за 👍 (1) лампу (see https://shop.example/Lamp_(key)) | Дякую ❤️❤️ за 👍 (1) лампу (see https://shop.example/Lamp_(key)) |
message-text-tracking-data | text And the second one? | And the second one? |
message-text-tap | text yes | yes |
message-text-half-character | text Кінець � | Кінець � |
message-picture-gif | image url=https://dl-media.viber.com/4/media/invented/image/1f2e/g7.gif until=1767229200000 name=dance.gif size=52200 thumbnail=yes caption=Me today 😂 | Photo from Olena | Me today 😂
message-picture-foreign-host | image url=http://pictures.example/p/17.jpeg thumbnail=yes | Photo from Olena |
message-video-null-name | video url=https://dl-media.viber.com/5/media/invented/v/e9.mp4 until=1767229200000 size=268001 ms=2400 | Video from Olena |
message-video-without-media | video | Video from Olena |
message-file-both-sizes | file url=https://dl-media.viber.com/6/media/d6.docx until=1767229200000 name=offer.docx size=20480 | File from Olena |
message-file-without-media | file name=lost.pdf size=1024 | File from Olena |
message-sticker-without-media | sticker 7700001 Some("https://viber.github.io/docs/img/stickers/7700001.png") | Sticker from Olena |
message-sticker-empty | other sticker | a message of the type sticker | {"type":"sticker"} | Message from Olena |
message-contact-other-words | contact Some("Olena") Some("380671234567") own=false | Contact from Olena | my number
message-contact-number-as-number | contact Some("12") Some("380501112233") own=false | Contact from Olena |
message-contact-empty | other contact | a message of the type contact | {"contact":{},"type":"contact"} | Message from Olena |
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

/// The words in a caption, a title or a summary are the customer's; a name, a file's name and what is kept whole are not.
#[test]
fn emoticons_are_read_wherever_the_customer_wrote() {
    let message = Message {
        text: Some("(wink)\nsecond".to_owned()),
        media: Some("https://x.example/(cat).png".to_owned()),
        file_name: Some("(cat).png".to_owned()),
        location: Some((1.0, 2.0)),
        raw: serde_json::json!({ "text": "(wink)" }),
        ..Message::default()
    };
    for (kind, part, title) in [
        ("text", "text 😉\nsecond", "😉"),
        (
            "picture",
            "image url=https://x.example/(cat).png name=(cat).png caption=😉\nsecond",
            "Photo from (cat)",
        ),
        ("location", "location 1 2 Some(\"😉\\nsecond\")", "Location from (cat)"),
        ("url", "link https://x.example/(cat).png Some(\"😉\\nsecond\")", "Link from (cat)"),
        ("poll", "other poll | poll: 😉 | {\"text\":\"(wink)\"}", "Message from (cat)"),
    ] {
        let content = read(&Message { kind: kind.to_owned(), ..message.clone() }, "(cat)");
        assert_eq!((show(&content.parts[0]).as_str(), content.title.as_str()), (part, title));
        assert!(content.description.ends_with("😉\nsecond"), "{}", content.description);
    }
}

/// A sticker's number goes into an address, so it has to be one.
#[test]
fn a_sticker_is_shown_by_a_picture_of_it() {
    let url = |id: &str, media: Option<&str>| {
        let message = Message {
            kind: "sticker".to_owned(),
            sticker_id: Some(id.to_owned()),
            media: media.map(str::to_owned),
            ..Message::default()
        };
        let Part::Sticker(sticker) = read(&message, "").parts.remove(0) else { panic!("{id}") };
        sticker.url
    };
    let page = "https://viber.github.io/docs/img/stickers/17.png";
    assert_eq!(url("17", None).as_deref(), Some(page));
    // Plain http comes through as it came; what is fetched is the host's to decide.
    assert_eq!(url("17", Some("http://x.example/s.png")).as_deref(), Some("http://x.example/s.png"));
    for odd in ["../17", "17?", "-1", "1a"] {
        assert_eq!(url(odd, None), None, "{odd}");
    }
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
