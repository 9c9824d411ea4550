//! What is answered to a request, and what it is said to be about.

use conversation::Inbound;

use super::*;
use crate::support::{KEY, NOW, USER, account, fixture, receive, request, secrets};

#[track_caller]
fn inbound(name: &str) -> Inbound {
    let receipt = receive(&account(""), &fixture(name)).unwrap();
    assert_eq!((receipt.response.status, receipt.unreadable.len()), (200, 0), "{name}");
    receipt.inbound.into_iter().next().unwrap_or_else(|| panic!("{name} says nothing"))
}

#[test]
fn requests_that_are_not_vibers_are_refused() {
    let good = request(&fixture("message-text"));
    let unsigned = HttpRequest { headers: Vec::new(), ..good.clone() };
    let changed = HttpRequest { body: b"{}".to_vec(), ..good.clone() };
    let get = HttpRequest { method: "GET".to_owned(), ..good.clone() };
    let no_key: Vec<Secret> = Vec::new();
    let empty_key = vec![Secret { name: "api_key".to_owned(), value: String::new() }];
    let other_key = vec![Secret { name: "other".to_owned(), value: KEY.to_owned() }];
    for (secrets, request, status, code) in [
        (secrets(), &unsigned, 401, "missing-signature"),
        (secrets(), &changed, 401, "bad-signature"),
        (secrets(), &get, 405, "method-not-allowed"),
        (no_key, &good, 401, "missing-key"),
        (empty_key, &good, 401, "missing-key"),
        (other_key, &good, 401, "missing-key"),
    ] {
        let rejection = receive_webhook(&account(""), &secrets, request).unwrap_err();
        assert_eq!((rejection.status, rejection.problem.code.as_str()), (status, code));
        assert_eq!(rejection.problem.class, ProblemClass::Unauthenticated);
        assert!(!rejection.problem.text.contains(KEY));
    }
}

#[test]
fn events_are_named_once_and_for_ever() {
    // (payload, conversation, start of the dedupe id)
    for (name, conversation, dedupe) in [
        ("message-text", USER, "message:61645"),
        ("message-text-token-as-text", USER, "message:61645"),
        ("message-text-without-token", USER, "raw:"),
        ("conversation-started", USER, "conversation_started:61645"),
        ("subscribed", USER, "subscribed:61645"),
        ("unsubscribed", USER, "unsubscribed:61645"),
        ("delivered", USER, "delivered:6164500000900000000:"),
        ("delivered-without-user", "", "delivered:6164500000900000000:"),
        ("seen", USER, "seen:6164500000900000000:"),
        ("failed", USER, "failed:6164500000900000000:"),
        ("webhook", "", "webhook:61645"),
    ] {
        let inbound = inbound(name);
        assert_eq!(inbound.conversation, conversation, "{name}");
        assert!(inbound.dedupe.starts_with(dedupe), "{name}: {}", inbound.dedupe);
        if !dedupe.starts_with("raw:") {
            assert!(inbound.dedupe.ends_with(&format!(":{conversation}")), "{name}: {}", inbound.dedupe);
        }
        assert_eq!(inbound.payload, fixture(name), "the payload is the raw body");
    }
    // I7: the same bytes have the same id; delivered and seen of one message have different ones.
    assert_eq!(inbound("delivered").dedupe, inbound("delivered").dedupe);
    assert_ne!(inbound("delivered").dedupe, inbound("seen").dedupe);
}

/// T3.
#[test]
fn times_are_vibers_unless_they_cannot_be() {
    assert_eq!(inbound("unsubscribed").at, 1_767_225_600_000);
    assert_eq!(inbound("webhook-swapped-fields").at, NOW, "the token stands in the time stamp");
    for (timestamp, at) in [
        ("1767225600", NOW),
        ("0", NOW),
        ("null", NOW),
        ("\"1767225600000\"", 1_767_225_600_000),
        ("1767225600000", 1_767_225_600_000),
        ("1767225701000", 1_767_225_701_000),
        ("1899999999999", NOW),
    ] {
        let body = format!(r#"{{"event":"webhook","timestamp":{timestamp},"message_token":1}}"#);
        let receipt = receive(&account(""), body.as_bytes()).unwrap();
        assert_eq!(receipt.inbound[0].at, at, "{timestamp}");
    }
}

/// T6.
#[test]
fn what_cannot_be_read_is_kept_and_answered_200() {
    for (name, code) in [
        ("not-json", "not-json"),
        ("array", "not-an-object"),
        ("no-event", "missing-field"),
        ("message-without-sender-id", "missing-field"),
        ("message-without-message", "missing-field"),
        ("unsubscribed-without-user", "missing-field"),
        ("seen-without-token", "missing-field"),
        ("unknown-event", "unknown-event"),
    ] {
        let receipt = receive(&account(""), &fixture(name)).unwrap();
        assert_eq!((receipt.response.status, receipt.inbound.len()), (200, 0), "{name}");
        let [unreadable] = &receipt.unreadable[..] else { panic!("{name}") };
        assert_eq!(
            (unreadable.problem.code.as_str(), &unreadable.problem.class),
            (code, &ProblemClass::Malformed)
        );
        assert_eq!(unreadable.payload, fixture(name));
        assert_eq!(unreadable.dedupe, format!("raw:{}", ids::digest_hex(&fixture(name))));
    }
}

#[test]
fn what_is_not_for_a_helpdesk_is_answered_and_forgotten() {
    for name in ["client-status", "action", "message-chat-extension", "message-chat-extension-number"] {
        let receipt = receive(&account(""), &fixture(name)).unwrap();
        assert_eq!(
            (receipt.response.status, receipt.inbound.len(), receipt.unreadable.len()),
            (200, 0, 0),
            "{name}"
        );
    }
}

/// T12.
#[test]
fn the_welcome_message_travels_in_the_answer() {
    let body = fixture("conversation-started");
    let silent = receive(&account(""), &body).unwrap().response;
    assert_eq!((silent.headers.len(), silent.body.len()), (0, 0));

    let settings = r#"{"welcome_message":" Hello! ","ask_for_phone":false}"#;
    let response = receive(&account(settings), &body).unwrap().response;
    assert_eq!(response.headers[0].value, "application/json");
    assert_eq!(
        String::from_utf8(response.body).unwrap(),
        r#"{"min_api_version":1,"sender":{"avatar":"https://img.example/shop.jpg","name":"Lamp Shop"},"text":"Hello!","type":"text"}"#
    );
    for other in ["message-text", "delivered", "subscribed", "webhook"] {
        assert!(receive(&account(settings), &fixture(other)).unwrap().response.body.is_empty(), "{other}");
    }
    // Settings that cannot be read must not keep the event out.
    assert_eq!(receive(&account("["), &body).unwrap().inbound.len(), 1);
}

/// T11: each answer is made of its own request and account, whatever was answered before, to the same customer too.
#[test]
fn a_welcome_is_in_its_own_answer_and_in_no_other() {
    let greets = account(r#"{"welcome_message":"Hello from the lamp shop!"}"#);
    let greets_else = account(r#"{"welcome_message":"Tea is ready."}"#);
    let silent = account("");
    let opened = fixture("conversation-started");
    let says = |account: &Account, payload: &[u8]| {
        String::from_utf8(receive(account, payload).unwrap().response.body).unwrap()
    };
    let first = says(&greets, &opened);
    assert!(first.contains("Hello from the lamp shop!"));
    for payload in ["message-text", "subscribed", "delivered", "seen", "unsubscribed", "webhook", "not-json"]
    {
        assert_eq!(says(&greets, &fixture(payload)), "", "{payload}");
    }
    assert_eq!(says(&silent, &opened), "");
    let other = says(&greets_else, &opened);
    assert!(other.contains("Tea is ready.") && !other.contains("lamp shop!"), "{other}");
    assert_eq!(says(&greets, &opened), first, "asked again, the same bytes");
}

#[test]
fn a_long_welcome_message_stays_within_vibers_limits() {
    let settings = serde_json::json!({ "welcome_message": "Ж".repeat(20_000) }).to_string();
    let response = receive(&account(&settings), &fixture("conversation-started")).unwrap().response;
    let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body["text"].as_str().map(|text| text.chars().count()), Some(7_000));
}
