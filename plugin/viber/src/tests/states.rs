//! States that were ever written, kept as files: each is read by this version, and what it writes has a file; not what a
//! state means.
//!
//! A file in `tests/data/states` is never changed and never deleted: a desk somewhere has such a state. A new shape of
//! states gets a new file: add a play, or a name, and run these tests with `NEW_STATES=1`, which writes the missing ones.

use std::collections::BTreeSet;
use std::path::PathBuf;

use conversation::{AccountRequest, AnswerResult, Call, Conversation, Part, Reply, TaskChange};
use serde_json::{Value, json};

use crate::support::{Desk, NOW, USER, calls, data, fixture, kinds, ok, reply};

const INFO: &str = r#"{"status":0,"id":"pa:98765432109876543210","name":"Lamp Shop","uri":"lampshop","icon":
    "https://img.example/icon.jpg","webhook":"https://desk.example/webhooks/acc-1","event_types":["subscribed",
    "unsubscribed","webhook","conversation_started","delivered","failed","message","seen"]}"#;
const DONE: &str = r#"{"status":0}"#;

/// What each file's state becomes when the customer writes, or when the account is checked: commands, and facts.
const BECOMES: &[(&str, &str)] = &[
    ("1-account-checking", "-"),
    ("1-account-checking-key", "-"),
    ("1-account-connected", "call"),
    ("1-account-disconnected", "account-status"),
    ("1-account-failed", "call"),
    ("1-account-removing-webhook", "-"),
    ("1-account-setting-webhook", "-"),
    (
        "1-customer-context",
        "save-contact open-task add-action; session-until session-until-at-most subscribed=yes",
    ),
    ("1-customer-new", "add-action; session-until session-until-at-most subscribed=yes"),
    ("1-customer-tasks-phone", "add-action; session-until session-until-at-most subscribed=yes"),
    (
        "1-customer-unsubscribed-context",
        "save-contact add-action; session-until session-until-at-most subscribed=yes",
    ),
    (
        "1-customer-waits",
        "resume add-action; session-until session-until-at-most price=in-session subscribed=yes",
    ),
    (
        "1-customer-waits-open",
        "resume add-action; session-until session-until-at-most price=in-session subscribed=yes",
    ),
];

/// A token that Viber would make `after` ms after now.
fn token(after: u64) -> u64 {
    ((NOW + after - 292_057_776_128) << 22) + 9
}

fn receipt(token: u64) -> Vec<u8> {
    json!({"event": "delivered", "timestamp": NOW, "message_token": token, "user_id": USER})
        .to_string()
        .into_bytes()
}

/// Sends a reply and gives it an answer.
fn send(desk: &mut Desk, id: &str, result: AnswerResult) {
    let commands = desk.reply(&Reply { id: id.to_owned(), ..reply(vec![Part::plain("Hello")]) });
    let call = calls(&commands)[0].clone();
    desk.answer(USER, &call, 1, result);
}

fn lost() -> AnswerResult {
    AnswerResult::Unknown("reset".to_owned())
}

fn customers() -> Vec<(&'static str, Vec<u8>)> {
    let mut states = Vec::new();
    let mut keep = |name, desk: &Desk| states.push((name, desk.states[USER].clone()));

    let mut desk = Desk::new("");
    desk.webhook(&fixture("message-text"));
    keep("1-customer-new", &desk);

    let mut desk = Desk::new(r#"{"ask_for_phone": true}"#);
    for (number, change) in [(1, TaskChange::Completed), (2, TaskChange::Deleted), (3, TaskChange::Active)] {
        desk.says("hello", 6_164_500_000_000_000_000 + number);
        desk.task(number, change);
    }
    desk.webhook(&fixture("message-contact-own-number"));
    send(&mut desk, "r1", ok(r#"{"status":0,"message_token":6164500000900000001}"#));
    keep("1-customer-tasks-phone", &desk);

    let mut desk = Desk::new(r#"{"ask_for_phone": true}"#);
    desk.webhook(&fixture("conversation-started-context"));
    send(&mut desk, "r1", ok(r#"{"status":6}"#));
    keep("1-customer-context", &desk);

    let mut desk = Desk::new("");
    desk.webhook(&fixture("message-text"));
    desk.webhook(&fixture("conversation-started-context"));
    desk.webhook(&fixture("unsubscribed"));
    keep("1-customer-unsubscribed-context", &desk);

    let mut desk = Desk::new("");
    desk.webhook(&fixture("message-text"));
    send(
        &mut desk,
        "r1",
        ok(&json!({"status": 0, "billing_status": 1, "message_token": token(0)}).to_string()),
    );
    send(&mut desk, "r2", lost());
    desk.webhook(&receipt(token(90_000)));
    send(&mut desk, "r3", ok(r#"{"status":2}"#));
    send(&mut desk, "r4", ok(r#"{"status":12}"#));
    keep("1-customer-waits-open", &desk);
    states
}

/// The account in every phase.
fn accounts() -> Vec<(&'static str, Vec<u8>)> {
    let mut states = Vec::new();
    let mut keep = |name, desk: &Desk| states.push((name, desk.states[""].clone()));
    let request = |desk: &mut Desk, request| -> Call { calls(&desk.manage(&request))[0].clone() };

    let mut desk = Desk::new("");
    desk.account.profile = None;
    let info = request(&mut desk, AccountRequest::Connect);
    keep("1-account-checking-key", &desk);
    let set = calls(&desk.answer("", &info, 1, ok(INFO)))[0].clone();
    keep("1-account-setting-webhook", &desk);
    desk.answer("", &set, 1, ok(DONE));
    desk.webhook(&fixture("webhook"));
    keep("1-account-connected", &desk);
    request(&mut desk, AccountRequest::Check);
    keep("1-account-checking", &desk);
    let remove = request(&mut desk, AccountRequest::Disconnect);
    keep("1-account-removing-webhook", &desk);
    desk.answer("", &remove, 1, ok(DONE));
    keep("1-account-disconnected", &desk);
    let info = request(&mut desk, AccountRequest::Connect);
    desk.answer("", &info, 1, ok(r#"{"status":2}"#));
    keep("1-account-failed", &desk);
    states
}

fn folder() -> PathBuf {
    data().join("states")
}

/// Every file's name, without its ending, and its bytes.
fn files() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Where objects stand in a value and which keys they have.
fn shapes(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&str> = fields.keys().map(String::as_str).collect();
            keys.sort_unstable();
            found.insert(format!("{at}{{{}}}", keys.join(" ")));
            fields.iter().for_each(|(key, value)| shapes(&format!("{at}.{key}"), value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| shapes(&format!("{at}[]"), item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a state becomes, in words.
fn becomes(name: &str, state: Vec<u8>) -> String {
    let mut desk = Desk::new("");
    if name.contains("-account-") {
        desk.states.insert(String::new(), state);
        return kinds(&desk.manage(&AccountRequest::Check));
    }
    desk.states.insert(USER.to_owned(), state);
    let done = kinds(&desk.says("again", 6_164_500_000_777_000_000));
    let facts: Vec<String> = desk
        .facts
        .iter()
        .map(|fact| match fact.name.as_str() {
            "subscribed" | "price" => format!("{}={}", fact.name, fact.value),
            _ => fact.name.clone(),
        })
        .collect();
    send(&mut desk, "r9", ok(r#"{"status":0,"message_token":6164500000900000009}"#));
    format!("{done}; {}", facts.join(" "))
}

/// A desk that is upgraded has states of every version before.
#[test]
fn every_state_that_was_ever_written_is_read() {
    let files = files();
    for (name, state) in &files {
        let expected = BECOMES.iter().find(|(known, _)| known == name);
        let (_, expected) = expected.unwrap_or_else(|| panic!("say in BECOMES what {name} becomes"));
        assert_eq!(becomes(name, state.clone()), *expected, "{name}");
    }
    assert_eq!(files.len(), BECOMES.len(), "a file of a state is gone: a desk somewhere still has it");
}

/// What this version writes has a file, so that the next can be tried with it.
#[test]
fn what_is_written_has_a_file() {
    let states = [customers(), accounts()].concat();
    for (name, state) in &states {
        let path = folder().join(format!("{name}.json"));
        if std::env::var_os("NEW_STATES").is_some() && !path.exists() {
            std::fs::write(path, state).unwrap();
        }
    }
    let shapes_of = |states: &mut dyn Iterator<Item = Vec<u8>>| {
        let mut found = BTreeSet::new();
        states.for_each(|state| shapes("", &serde_json::from_slice(&state).unwrap(), &mut found));
        found
    };
    let kept = shapes_of(&mut files().into_iter().map(|(_, state)| state));
    let written = shapes_of(&mut states.into_iter().map(|(_, state)| state));
    let new: Vec<_> = written.difference(&kept).collect();
    assert!(
        new.is_empty(),
        "states have a new shape: give its play a new name, for no old file may change, and run this with NEW_STATES=1: {new:?}"
    );
}

/// Messages, tasks, replies with each kind of end, receipts: as many as a customer has in years.
fn live(desk: &mut Desk, user: &Value, reply_id: &str) -> usize {
    let mut longest = 0;
    for number in 0..2_000_u64 {
        let body = json!({"event": "message", "timestamp": NOW, "message_token": token(number), "sender": user,
            "message": {"type": "text", "text": "hello"}});
        desk.webhook(body.to_string().as_bytes());
        if number % 40 == 0 {
            desk.task(number / 40 + 1, TaskChange::Completed);
        }
        if number % 10 == 0 {
            let id = format!("{reply_id}{number}");
            match number % 30 {
                0 => send(
                    desk,
                    &id,
                    ok(&json!({"status": 0, "message_token": token(number + 5_000_000)}).to_string()),
                ),
                10 => send(desk, &id, lost()),
                _ => send(desk, &id, ok(r#"{"status":12}"#)),
            }
            desk.webhook(&receipt(token(number + 9_000_000)));
        }
        longest = longest.max(desk.states[USER].len());
    }
    longest
}

#[test]
fn a_state_stays_small_however_long_the_dialogue() {
    let mut desk = Desk::new("");
    let user = json!({"id": USER, "name": "Олена Коваленко-Шевченко", "language": "uk-UA", "country": "UA",
        "avatar": "https://media-direct.cdn.viber.com/download_photo?dlid=1a2b3c4d5e", "api_version": 10});
    let bytes = live(&mut desk, &user, "reply-");
    assert!((1_000..=4_096).contains(&bytes), "{bytes}");
    let conversation = Conversation { id: USER.to_owned(), state: desk.states[USER].clone() };
    assert!(serde_json::from_slice::<Value>(&conversation.state).unwrap()["opened"].as_u64() >= Some(50));
}

/// The most that a customer can make of it: every text as long as it is kept, of the characters that take most bytes.
#[test]
fn a_state_has_a_bound() {
    let mut desk = Desk::new("");
    let user = json!({"id": USER, "name": "🙂".repeat(300), "language": "\u{1}".repeat(35), "country": "\u{1}".repeat(35),
        "avatar": format!("https://x.example/{}", "\u{1}".repeat(1_982)), "api_version": u64::MAX});
    let mut bytes = live(&mut desk, &user, &"r".repeat(60));
    let opened = json!({"event": "conversation_started", "timestamp": NOW, "message_token": 1, "user": user,
        "context": "\u{1}".repeat(1_200), "subscribed": false});
    desk.webhook(opened.to_string().as_bytes());
    bytes = bytes.max(desk.states[USER].len());
    assert!((18_000..=crate::state::BYTES_MAX).contains(&bytes), "{bytes}");
}
