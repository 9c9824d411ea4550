//! When and how the phone number is asked for: in words once, by a button until it is known (S23).

use conversation::{Media, Part, Suggestion};
use serde_json::Value;

use super::*;
use crate::support::{Desk, body, calls, fixture, receive, reply};

const ASKS: &str = r#"{"ask_for_phone":true,"phone_button":"My number","phone_question":" Your number? "}"#;

fn text(words: &str) -> Part {
    Part::plain(words)
}

fn file(name: &str) -> Part {
    Part::File(Media {
        url: Some(format!("https://f.example/{name}")),
        size_bytes: Some(10),
        ..Media::default()
    })
}

/// What a reply sends: each message's words or kind, and the share-phone button's words in brackets.
fn sent(desk: &mut Desk, parts: Vec<Part>) -> Vec<String> {
    calls(&desk.reply(&reply(parts))).into_iter().map(|call| shown(&body(call))).collect()
}

fn shown(body: &Value) -> String {
    let words = body["text"].as_str().or(body["type"].as_str()).unwrap_or_default();
    let rows = body["keyboard"]["Buttons"].as_array();
    let button = rows.and_then(|rows| rows.last()).filter(|last| last["ActionType"] == "share-phone");
    assert_eq!(body["min_api_version"] == 3, button.is_some(), "14 and 13 are refusals: {body}");
    let button = button.map(|button| format!(" [{}]", button["Text"].as_str().unwrap()));
    format!("{words}{}", button.unwrap_or_default())
}

/// S23: a computer and an old app show no button, so the words come without one.
#[test]
fn the_first_reply_asks_in_words_and_later_ones_by_the_button_alone() {
    let mut desk = Desk::new(ASKS);
    desk.webhook(&fixture("message-text"));
    assert_eq!(sent(&mut desk, vec![text("Hello")]), ["Hello\n\nYour number? [My number]"]);
    assert_eq!(sent(&mut desk, vec![text("Again")]), ["Again [My number]"]);
    desk.webhook(&fixture("message-contact-own-number"));
    assert_eq!(sent(&mut desk, vec![text("Thanks")]), ["Thanks"], "known");

    // No API level came.
    let mut desk = Desk::new(ASKS);
    desk.says("hi", 1);
    assert_eq!(sent(&mut desk, vec![text("Hello")]), ["Hello\n\nYour number?"]);
    assert_eq!(sent(&mut desk, vec![text("Again")]), ["Again"]);
}

#[test]
fn nobody_is_asked_who_gave_it_or_where_it_is_not_wanted() {
    let mut desk = Desk::new(ASKS);
    desk.says("+380 50 111 22 33", 1);
    assert_eq!(sent(&mut desk, vec![text("Hello")]), ["Hello"], "typed before");
    for settings in ["", r#"{"phone_question":"Your number?"}"#] {
        assert_eq!(sent(&mut Desk::new(settings), vec![text("Hello")]), ["Hello"], "{settings}");
    }
    for empty in ["", " "] {
        let settings = serde_json::json!({ "ask_for_phone": true, "phone_question": empty });
        let mut desk = Desk::new(&settings.to_string());
        desk.webhook(&fixture("message-text"));
        assert_eq!(sent(&mut desk, vec![text("Hello")]), ["Hello [Share my phone number]"]);
    }
}

#[test]
fn the_question_stands_below_the_last_text_and_never_in_a_file() {
    let mut desk = Desk::new(ASKS);
    desk.webhook(&fixture("message-text"));
    let parts = vec![text("one"), text("two"), file("a.pdf"), Part::Image(Media::default())];
    assert_eq!(sent(&mut desk, parts), ["one", "two\n\nYour number?", "file [My number]"]);

    let mut desk = Desk::new(ASKS);
    desk.webhook(&fixture("message-text"));
    assert_eq!(sent(&mut desk, vec![file("a.pdf")]), ["file", "Your number? [My number]"]);
}

#[test]
fn it_is_a_message_of_its_own_where_the_text_is_full() {
    for full in ["Ж".repeat(7_000), "\u{1}".repeat(3_830), "a".repeat(6_990)] {
        let mut desk = Desk::new(ASKS);
        desk.webhook(&fixture("message-text"));
        assert_eq!(sent(&mut desk, vec![text(&full)]), [full.as_str(), "Your number? [My number]"]);
    }
    // With the question and these buttons together the body would be too large.
    let suggestions = vec![Suggestion { title: "x".to_owned(), value: "\u{1}".repeat(250) }; 4];
    let full = "\u{1}".repeat(3_800);
    let mut desk = Desk::new(ASKS);
    let commands = desk.reply(&reply_with(vec![text(&full)], suggestions));
    assert_eq!(
        calls(&commands).iter().map(|call| body(call)["text"].clone()).collect::<Vec<_>>(),
        [full.as_str(), "Your number?"]
    );
}

fn reply_with(parts: Vec<Part>, suggestions: Vec<Suggestion>) -> conversation::Reply {
    conversation::Reply { suggestions, ..reply(parts) }
}

#[test]
fn what_was_not_asked_is_asked_by_the_next_reply() {
    let mut desk = Desk::new(ASKS);
    assert!(
        sent(&mut desk, vec![Part::Image(Media::default())]).is_empty(),
        "nothing is sent, nor a question alone"
    );
    let files = sent(&mut desk, vec![file("a.pdf"); REPLY_PARTS_MAX]);
    assert_eq!(files, vec!["file"; REPLY_PARTS_MAX], "an outcome takes no more");
    assert_eq!(sent(&mut desk, vec![text("Hello")]), ["Hello\n\nYour number?"]);
}

#[test]
fn a_long_question_is_cut() {
    let settings = serde_json::json!({ "ask_for_phone": true, "phone_question": "Ж".repeat(9_000) });
    let mut desk = Desk::new(&settings.to_string());
    let [whole] = &sent(&mut desk, vec![text("Hello")])[..] else { panic!() };
    assert_eq!(whole.chars().count(), "Hello\n\n".len() + PHONE_QUESTION_CHARS_MAX);
}

/// S23, T12: the welcome is the answer to the callback, and is sent for the question's sake as well.
#[test]
fn the_welcome_asks_in_words_too() {
    let welcome = |settings: &str, name: &str| {
        let answer = receive(&crate::support::account(settings), &fixture(name)).unwrap().response.body;
        if answer.is_empty() {
            return "-".to_owned();
        }
        shown(&serde_json::from_slice(&answer).unwrap())
    };
    let hello = r#"{"ask_for_phone":true,"phone_button":"My number","phone_question":"Your number?","welcome_message":"Hello!"}"#;
    assert_eq!(welcome(hello, "conversation-started"), "Hello!\n\nYour number? [My number]");
    assert_eq!(welcome(hello, "conversation-started-minimal"), "Hello!\n\nYour number?");
    // They wrote before: their number may be known, and only replies can tell.
    assert_eq!(welcome(hello, "conversation-started-subscribed"), "Hello!");
    assert_eq!(welcome(ASKS, "conversation-started"), "Your number? [My number]");
    assert_eq!(welcome(ASKS, "conversation-started-subscribed"), "-");
    assert_eq!(welcome("", "conversation-started"), "-");
    let full = "Ж".repeat(7_000);
    let settings = serde_json::json!({ "ask_for_phone": true, "welcome_message": full }).to_string();
    assert_eq!(welcome(&settings, "conversation-started-minimal"), full, "no room for the question");
}
