//! Callbacks of every shape, read.

use super::*;
use crate::support::fixture;

#[track_caller]
fn event(name: &str) -> Event {
    parse(&fixture(name)).unwrap().event
}

#[test]
fn a_message_is_read_field_by_field() {
    let callback = parse(&fixture("message-video")).unwrap();
    assert!(callback.timestamp.is_some());
    let Event::Message { sender, message } = callback.event else { panic!("no message") };
    assert_eq!(sender.name.as_deref(), Some("Olena Kovalenko"));
    assert_eq!((sender.language.as_deref(), sender.country.as_deref()), (Some("uk-UA"), Some("UA")));
    assert_eq!(sender.api_version, Some(10));
    assert_eq!((message.kind.as_str(), message.text.as_deref()), ("video", Some("It rattles")));
    assert_eq!((message.size, message.duration), (Some(251_904), Some(2_450)));
    assert_eq!(message.file_name.as_deref(), Some("1767225600789.mp4"));
}

/// T4.
#[test]
fn numbers_as_texts_and_the_reverse() {
    let text = parse(&fixture("message-text-token-as-text")).unwrap();
    assert!(text.message_token.is_some() && text.timestamp.is_some());
    for (name, id) in [("message-sticker", "40133"), ("message-sticker-id-as-text", "40133")] {
        let Event::Message { message, .. } = event(name) else { panic!("{name}") };
        assert_eq!(message.sticker_id.as_deref(), Some(id), "{name}");
    }
    let Event::Message { message, .. } = event("message-location-caption") else { panic!() };
    assert_eq!(message.location, Some((50.45, -0.5)));
    let Event::Message { message, .. } = event("message-file-file-size") else { panic!() };
    assert_eq!(message.size, Some(7_123));
}

/// T2.
#[test]
fn a_token_keeps_every_digit() {
    // Above 2^53 a float would round it.
    for digits in ["6164599999999999999", "9007199254740993", "18446744073709551615"] {
        let body = format!(r#"{{"event":"webhook","message_token":{digits}}}"#);
        assert_eq!(parse(body.as_bytes()).unwrap().message_token.as_deref(), Some(digits));
    }
    for odd in ["1e3", "-5", "1.5", "184467440737095516150", "null", "[1]"] {
        let body = format!(r#"{{"event":"webhook","message_token":{odd}}}"#);
        assert_eq!(parse(body.as_bytes()).unwrap().message_token, None, "{odd}");
    }
}

/// T4.
#[test]
fn the_word_null_is_no_file_name() {
    let Event::Message { message, .. } = event("message-picture-without-media") else { panic!() };
    assert_eq!((message.file_name, message.media), (None, None));
}

#[test]
fn events_are_told_apart() {
    assert_eq!(event("webhook"), Event::Webhook);
    assert_eq!(event("client-status"), Event::Ignored);
    assert_eq!(event("action"), Event::Ignored);
    assert_eq!(event("message-chat-extension"), Event::ChatExtension);
    assert_eq!(event("unknown-event"), Event::Unknown("reaction".to_owned()));
    assert_eq!(event("delivered-without-user"), Event::Delivered { user_id: None });
    let Event::Failed { desc, .. } = event("failed") else { panic!() };
    assert_eq!(desc.as_deref(), Some("media type not supported"));
    let Event::ConversationStarted { context, subscribed, .. } = event("conversation-started-context") else {
        panic!()
    };
    assert_eq!((context.as_deref(), subscribed), (Some("order=1007"), Some(false)));
    let Event::ConversationStarted { context, subscribed, .. } = event("conversation-started-minimal") else {
        panic!()
    };
    assert_eq!((context, subscribed), (None, None));
}

#[test]
fn what_cannot_be_used_says_why() {
    use CallbackError::{MissingField, NotAnObject, NotJson};
    for (body, error) in [
        ("", NotJson),
        ("{", NotJson),
        ("\u{feff}{}", NotJson),
        ("[]", NotAnObject),
        ("7", NotAnObject),
        ("null", NotAnObject),
        ("{}", MissingField("event")),
        (r#"{"event":7}"#, MissingField("event")),
        (r#"{"event":"message"}"#, MissingField("sender.id")),
        (r#"{"event":"message","sender":"x"}"#, MissingField("sender.id")),
        (r#"{"event":"message","sender":{"id":""}}"#, MissingField("sender.id")),
        (r#"{"event":"message","sender":{"id":"u"},"message":"hi"}"#, MissingField("message")),
        (r#"{"event":"subscribed"}"#, MissingField("user.id")),
        (r#"{"event":"unsubscribed","user_id":null}"#, MissingField("user_id")),
        (r#"{"event":"seen","user_id":"u"}"#, MissingField("message_token")),
    ] {
        assert_eq!(parse(body.as_bytes()), Err(error), "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(parse(deep.as_bytes()), Err(NotJson), "nesting is bounded");
    assert_eq!(parse(&[0xff, 0xfe]), Err(NotJson));
}

/// T5.
#[test]
fn odd_fields_are_absent_fields() {
    let body = br#"{"event":"message","timestamp":"soon","message_token":{},"sender":{"id":"u","name":7,"avatar":[]},
        "message":{"type":"picture","media":{},"size":"big","location":[],"contact":"x"}}"#;
    let callback = parse(body).unwrap();
    assert_eq!((callback.timestamp, callback.message_token), (None, None));
    let Event::Message { sender, message } = callback.event else { panic!() };
    assert_eq!((sender.name.as_deref(), sender.avatar), (Some("7"), None));
    assert_eq!((message.media, message.size, message.location, message.contact), (None, None, None, None));
}
