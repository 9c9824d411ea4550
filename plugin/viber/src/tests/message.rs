//! Parts of replies as bodies, and as whom they are sent.

use conversation::{Media, OtherPart, Text, TextFormat};

use super::*;
use crate::support::account;

#[track_caller]
fn check(part: Part, expected: &[&str]) {
    check_all(&[part], expected);
}

/// The bodies, with the code of what was changed behind them, or the code of the refusal.
#[track_caller]
fn check_all(parts: &[Part], expected: &[&str]) {
    let shown: Vec<String> = drafts(parts)
        .into_iter()
        .map(|draft| match draft {
            Ok(Message { fields, changed }) => {
                let changed = changed.map(|problem| {
                    assert!(problem.text.contains("the customer gets"), "{}", problem.text);
                    format!(" {}", problem.code)
                });
                format!("{}{}", Value::Object(fields), changed.unwrap_or_default())
            }
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
        ("<pre>x   <b></pre>€</b>", r#"{"text":"```x```\n\n€","type":"text"}"#),
        ("<pre>x    <b></pre>four</b>", r#"{"text":"```x```\n\nfour","type":"text"}"#),
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
        &[r#"{"text":"here","type":"text"}"#, r#"{"location":{"lat":50.4,"lon":30.5},"type":"location"}"#],
    );
    check(
        card(Some("Service"), Some("+38 (044) 111-22-33")),
        &[r#"{"contact":{"name":"Service","phone_number":"+380441112233"},"type":"contact"}"#],
    );
    check(card(None, Some("123")), &[r#"{"contact":{"name":"123","phone_number":"123"},"type":"contact"}"#]);
    check(link("https://x.example/", None), &[r#"{"media":"https://x.example/","type":"url"}"#]);
    check(
        link("https://x.example/", Some("look")),
        &[r#"{"text":"look\nhttps://x.example/","type":"text"}"#],
    );
    check(link("mailto:a@x.example", None), &[r#"{"text":"mailto:a@x.example","type":"text"}"#]);
    check(
        Part::Sticker(Sticker { id: "40133".to_owned(), url: None }),
        &[r#"{"sticker_id":40133,"type":"sticker"}"#],
    );
}

/// What Viber has no form for goes in another, and the operator is told; only what says nothing is refused.
#[test]
fn what_viber_has_no_form_for_goes_in_another() {
    check(
        location(90.0, None),
        &[
            r#"{"text":"90.0, 30.5\nhttps://www.openstreetmap.org/?mlat=90.0&mlon=30.5","type":"text"} sent-as-text"#,
        ],
    );
    check(location(-123.25, None), &[r#"{"text":"-123.25, 30.5","type":"text"} sent-as-text"#]);
    check(location(f64::NAN, None), &["unsupported-part"]);
    check(location(f64::INFINITY, Some("far")), &[r#"{"text":"far","type":"text"}"#, "unsupported-part"]);
    check(card(Some("No number"), None), &[r#"{"text":"No number","type":"text"} sent-as-text"#]);
    check(
        card(Some("Long"), Some("1234567890123456789")),
        &[r#"{"text":"Long\n1234567890123456789","type":"text"} sent-as-text"#],
    );
    // Digits that are no part of the number would make another one.
    check(
        card(None, Some("+380441112233 ext. 5")),
        &[r#"{"text":"+380441112233 ext. 5","type":"text"} sent-as-text"#],
    );
    check(card(Some(" "), Some("")), &["unsupported-part"]);
    let sticker = |id: &str, url: Option<&str>| {
        Part::Sticker(Sticker { id: id.to_owned(), url: url.map(str::to_owned) })
    };
    check(
        sticker("wave", Some("https://f.example/w.png")),
        &[r#"{"media":"https://f.example/w.png","text":"","type":"picture"} sent-as-picture"#],
    );
    check(
        sticker("+7", Some("https://f.example/w.webp")),
        &[r#"{"media":"https://f.example/w.webp","type":"url"} sent-as-link"#],
    );
    check(sticker("", None), &["unsupported-part"]);
    check(sticker("99999999999999999999", None), &["unsupported-part"]);
    let other = |summary: &str| {
        let (kind, summary) = ("poll".to_owned(), summary.to_owned());
        Part::Other(OtherPart { kind, summary, json: "{}".to_owned() })
    };
    check(
        other("A poll: tea or coffee?"),
        &[r#"{"text":"A poll: tea or coffee?","type":"text"} sent-as-text"#],
    );
    check(other(" "), &["unsupported-part"]);
}

#[test]
fn a_long_link_stays_in_one_piece_or_is_refused() {
    let long = |length: usize| format!("https://x.example/{}", "y".repeat(length - 18));
    let text = |words: &str| format!(r#"{{"text":"{words}","type":"text"}}"#);
    check(link(&long(2_000), None), &[&format!(r#"{{"media":"{}","type":"url"}}"#, long(2_000))]);
    check(link(&long(2_001), None), &[&text(&long(2_001))]);
    check(link(&long(6_998), Some("a")), &[&text(&format!("a\\n{}", long(6_998)))]);
    check(link(&long(6_999), Some("a")), &[&text("a"), &text(&long(6_999))]);
    check(link(&long(7_001), Some("a")), &[&text("a"), "unsupported-part"]);
}

/// S40: in order, text before files.
#[test]
fn texts_go_before_the_rest_which_keeps_its_order() {
    let file = |name: &str| {
        let url = Some(format!("https://f.example/{name}.pdf"));
        Part::File(Media { url, size_bytes: Some(1), ..Media::default() })
    };
    let sent = |name: &str| {
        format!(
            r#"{{"file_name":"{name}.pdf","media":"https://f.example/{name}.pdf","size":1,"type":"file"}}"#
        )
    };
    check_all(
        &[file("a"), Part::plain("one"), file("b"), Part::plain("two"), location(50.4, None)],
        &[
            r#"{"text":"one","type":"text"}"#,
            r#"{"text":"two","type":"text"}"#,
            &sent("a"),
            &sent("b"),
            r#"{"location":{"lat":50.4,"lon":30.5},"type":"location"}"#,
        ],
    );
}

#[test]
fn a_caption_that_cannot_travel_with_its_medium_goes_right_before_it() {
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
            &format!(r#"{{"text":"{long}","type":"text"}}"#),
            r#"{"media":"https://f.example/a.png","text":"","type":"picture"}"#,
        ],
    );
    check(
        Part::File(media("https://f.example/a.pdf", "read this")),
        &[
            r#"{"text":"read this","type":"text"}"#,
            r#"{"file_name":"a.pdf","media":"https://f.example/a.pdf","size":10,"type":"file"}"#,
        ],
    );
    check(
        Part::File(media("https://f.example/a.exe", "run this")),
        &[
            r#"{"text":"run this","type":"text"}"#,
            r#"{"media":"https://f.example/a.exe","type":"url"} sent-as-link"#,
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
        // 28 units would end inside the second flag.
        (
            &on,
            author("Anna of the north team 🇺🇦🇵🇱", None),
            r#"{"avatar":"https://img.example/shop.jpg","name":"Anna of the north team 🇺🇦"}"#,
        ),
    ] {
        assert_eq!(sender(&account(""), settings, &author).to_string(), expected);
    }
    let nobody = Account { profile: None, ..account("") };
    assert_eq!(sender(&nobody, &off, &author("", None)).to_string(), r#"{"name":"Support"}"#);
}
