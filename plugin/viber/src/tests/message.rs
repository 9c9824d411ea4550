//! Parts of replies as bodies, and as whom they are sent.

use conversation::{Media, OtherPart, Text, TextFormat};

use super::*;
use crate::support::account;

#[track_caller]
fn check(part: Part, expected: &[&str]) {
    let shown: Vec<String> = drafts(&[part])
        .into_iter()
        .map(|draft| match draft {
            Ok(fields) => Value::Object(fields).to_string(),
            Err(problem) => problem.code,
        })
        .collect();
    assert_eq!(shown, expected);
}

fn location(latitude: f64, caption: Option<&str>) -> Part {
    Part::Location(Location { latitude, longitude: 30.5, caption: caption.map(str::to_owned) })
}

fn card(name: Option<&str>, phone: Option<&str>) -> Part {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Part::Contact(ContactCard { name: text(name), phone: text(phone), ..ContactCard::default() })
}

fn link(url: &str, caption: Option<&str>) -> Part {
    Part::Link(Link { url: url.to_owned(), caption: caption.map(str::to_owned) })
}

#[test]
fn blanks_that_a_line_break_takes_away_take_no_mark_with_them() {
    for (html, shown) in [
        ("<pre>x   <b></pre>€</b>", r#"{"text":"x\n\n*€*","type":"text"}"#),
        ("<pre>x    <b></pre>four</b>", r#"{"text":"x\n\n*four*","type":"text"}"#),
        ("x&#32;&#32;&#32;<b><br>€</b>", r#"{"text":"x\n*€*","type":"text"}"#),
        ("x&#32;&#32;&#32;<a href='y'><div>€</a>", r#"{"text":"x\n€ (y)","type":"text"}"#),
    ] {
        check(Part::Text(Text { text: html.to_owned(), format: TextFormat::Html }), &[shown]);
    }
}

#[test]
fn parts_become_messages() {
    check(Part::plain("hi"), &[r#"{"text":"hi","type":"text"}"#]);
    check(Part::plain(" \n "), &[]);
    check(
        Part::Text(Text { text: "<b>hi</b>".to_owned(), format: TextFormat::Html }),
        &[r#"{"text":"*hi*","type":"text"}"#],
    );
    check(location(50.4, None), &[r#"{"location":{"lat":50.4,"lon":30.5},"type":"location"}"#]);
    check(
        location(50.4, Some("here")),
        &[r#"{"location":{"lat":50.4,"lon":30.5},"type":"location"}"#, r#"{"text":"here","type":"text"}"#],
    );
    check(location(90.0, None), &["unsupported-part"]);
    check(location(f64::NAN, None), &["unsupported-part"]);
    check(
        card(Some("Service"), Some("+38 (044) 111-22-33")),
        &[r#"{"contact":{"name":"Service","phone_number":"+380441112233"},"type":"contact"}"#],
    );
    check(card(None, Some("123")), &[r#"{"contact":{"name":"123","phone_number":"123"},"type":"contact"}"#]);
    check(card(Some("No number"), None), &["unsupported-part"]);
    check(card(Some("Long"), Some("1234567890123456789")), &["unsupported-part"]);
    check(link("https://x.example/", None), &[r#"{"media":"https://x.example/","type":"url"}"#]);
    check(
        link("https://x.example/", Some("look")),
        &[r#"{"text":"look\nhttps://x.example/","type":"text"}"#],
    );
    check(link(&"x".repeat(2_001), None), &["unsupported-part"]);
    check(
        Part::Sticker(Sticker { id: "40133".to_owned(), url: None }),
        &[r#"{"sticker_id":40133,"type":"sticker"}"#],
    );
    check(Part::Sticker(Sticker { id: "wave".to_owned(), url: None }), &["unsupported-part"]);
    let other = OtherPart { kind: "poll".to_owned(), summary: String::new(), json: "{}".to_owned() };
    check(Part::Other(other), &["unsupported-part"]);
}

#[test]
fn a_caption_that_cannot_travel_with_its_medium_follows_it() {
    let media = |url: &str, caption: &str| Media {
        url: Some(url.to_owned()),
        size_bytes: Some(10),
        caption: Some(caption.to_owned()),
        ..Media::default()
    };
    check(
        Part::Image(media("https://f.example/a.png", "short")),
        &[r#"{"media":"https://f.example/a.png","text":"short","type":"picture"}"#],
    );
    let long = "x".repeat(513);
    check(
        Part::Image(media("https://f.example/a.png", &long)),
        &[
            r#"{"media":"https://f.example/a.png","text":"","type":"picture"}"#,
            &format!(r#"{{"text":"{long}","type":"text"}}"#),
        ],
    );
    check(
        Part::File(media("https://f.example/a.pdf", "read this")),
        &[
            r#"{"file_name":"a.pdf","media":"https://f.example/a.pdf","size":10,"type":"file"}"#,
            r#"{"text":"read this","type":"text"}"#,
        ],
    );
}

/// T20.
#[test]
fn a_message_is_sent_as_the_employee_or_the_account() {
    let author = |name: &str, avatar: Option<&str>| Author {
        id: "e".to_owned(),
        name: name.to_owned(),
        avatar: avatar.map(str::to_owned),
    };
    let on = Settings { send_as_employee: true, ..Settings::default() };
    let off = Settings::default();
    let shop = r#"{"avatar":"https://img.example/shop.jpg","name":"Lamp Shop"}"#;
    for (settings, author, expected) in [
        (&off, author("Anna", Some("https://a/1.jpg")), shop), // S46
        (&on, author("Anna", Some("https://a/1.jpg")), r#"{"avatar":"https://a/1.jpg","name":"Anna"}"#), // S47
        (&on, author("Anna", None), r#"{"avatar":"https://img.example/shop.jpg","name":"Anna"}"#), // I10
        (
            &on,
            author("Anna", Some("http://a/1.jpg")),
            r#"{"avatar":"https://img.example/shop.jpg","name":"Anna"}"#,
        ),
        (&on, author("  ", None), shop),
        (
            &on,
            author("Анна-Марія Костянтинопольська (продажі)", None),
            r#"{"avatar":"https://img.example/shop.jpg","name":"Анна-Марія Костянтинопольськ"}"#,
        ),
    ] {
        assert_eq!(sender(&account(""), settings, &author).to_string(), expected);
    }
    let nobody = Account { profile: None, ..account("") };
    assert_eq!(sender(&nobody, &off, &author("", None)).to_string(), r#"{"name":"Support"}"#);
}
