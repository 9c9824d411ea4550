//! Payloads that others captured or published, where they are at hand; they are not part of this repository.
//!
//! The folder is `VIBER_SAMPLES`, else `shared/viber/samples` beside the workspace. Without it these tests say that they are
//! skipped: the payloads in `tests/data/viber` show the same shapes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use conversation::{Account, Command, Conversation, Header, HttpRequest, Secret};

const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/viber/samples");
    let folder = std::env::var_os("VIBER_SAMPLES").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no foreign samples in {}; set VIBER_SAMPLES to a folder of them", folder.display());
    None
}

/// Start of a file's name, longest first, and the kinds of commands for a customer that nobody knows.
const KINDS: &[(&str, &str)] = &[
    ("callback-message-chat-extension", "-"),
    ("callback-message-", "save-contact open-task add-action"),
    ("callback-conversation-started", "-"),
    ("callback-subscribed", "-"),
    ("callback-unsubscribed", "-"),
    ("callback-delivered", "receipt"),
    ("callback-seen", "receipt"),
    ("callback-failed", "receipt"),
    ("callback-webhook", "-"),
    ("callback-client-status", "-"),
];

#[test]
fn every_callback_is_answered_200_and_gives_its_commands() {
    let Some(folder) = folder() else { return };
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("callback-") || !name.ends_with(".json") {
            continue;
        }
        let (start, expected) =
            KINDS.iter().find(|(start, _)| name.starts_with(start)).expect("a row for every file");
        assert_eq!(kinds(&std::fs::read(&path).unwrap(), &name), *expected, "{name}");
        *seen.entry(*start).or_insert(0) += 1;
    }
    eprintln!("foreign samples: {seen:?}");
}

#[test]
fn published_signatures_hold() {
    let Some(folder) = folder() else { return };
    let Ok(file) = std::fs::read(folder.join("signature-vectors.json")) else { return };
    let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        let headers = [header(text("expected_signature"))];
        let body = text("body").as_bytes();
        assert_eq!(viber::signature::verify(text("token"), &headers, "", body), Ok(()), "{}", text("name"));
        assert_eq!(viber::signature::sign(text("token"), body), text("expected_signature"));
    }
}

fn header(value: &str) -> Header {
    Header { name: viber::signature::HEADER.to_owned(), value: value.to_owned() }
}

/// Receives and handles a callback as the first of its conversation.
fn kinds(body: &[u8], name: &str) -> String {
    let account = Account { now: 1_800_000_000_000, ..Account::default() };
    let secrets = [Secret { name: "api_key".to_owned(), value: KEY.to_owned() }];
    let request = HttpRequest {
        method: "POST".to_owned(),
        headers: vec![header(&viber::signature::sign(KEY, body))],
        body: body.to_vec(),
        ..HttpRequest::default()
    };
    let receipt =
        viber::receive_webhook(&account, &secrets, &request).unwrap_or_else(|_| panic!("{name} is refused"));
    assert_eq!((receipt.response.status, receipt.unreadable.len()), (200, 0), "{name}");
    let mut kinds = Vec::new();
    for inbound in receipt.inbound {
        let conversation = Conversation { id: inbound.conversation.clone(), state: Vec::new() };
        let outcome = viber::handle_inbound(&account, &conversation, &inbound).expect("an outcome");
        kinds.extend(outcome.commands.iter().map(kind));
    }
    if kinds.is_empty() { "-".to_owned() } else { kinds.join(" ") }
}

fn kind(command: &Command) -> &'static str {
    match command {
        Command::SaveContact(_) => "save-contact",
        Command::OpenTask(_) => "open-task",
        Command::AddAction(_) => "add-action",
        Command::Receipt(_) => "receipt",
        _ => "something else",
    }
}
