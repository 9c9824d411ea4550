//! Any bytes as the body of a callback that Viber signed; not its signature, which is `signature`'s.

use conversation::{Account, Command, Inbound, Receipt};
use serde_json::Value;

use crate::{check, given};

/// Bytes of a welcome message: as of any message. developers.viber.com, Send Message; checked 2026-11.
const MESSAGE_BYTES_MAX: usize = 30_000;

/// Receives the callback and handles what it is about.
pub fn run(data: &[u8]) {
    for settings in ["", given::ALL] {
        let account = given::account(settings);
        let receipt =
            check::twice(|| viber::receive_webhook(&account, &given::secrets(), &given::signed(data)));
        let receipt = receipt.expect("what Viber signed gets in");
        kept(&receipt, data);
        for inbound in &receipt.inbound {
            handled(&account, inbound);
        }
    }
}

/// Answered 200; and kept whole, as an inbound or as unreadable, or ignored by rule: never lost.
fn kept(receipt: &Receipt, data: &[u8]) {
    assert_eq!(receipt.response.status, 200);
    if !receipt.response.body.is_empty() {
        assert!(receipt.response.body.len() < MESSAGE_BYTES_MAX);
        let welcome: Result<Value, _> = serde_json::from_slice(&receipt.response.body);
        assert!(welcome.is_ok_and(|welcome| welcome["type"] == "text" && welcome["text"] != ""));
    }
    match (receipt.inbound.as_slice(), receipt.unreadable.as_slice()) {
        ([inbound], []) => {
            assert_eq!(inbound.payload, data);
            assert!(!inbound.dedupe.is_empty());
            // A day ahead of the host's clock at most, and not before there was Viber.
            assert!((1_262_304_000_000..=given::NOW + 86_400_000).contains(&inbound.at), "at {}", inbound.at);
        }
        ([], [unreadable]) => {
            assert_eq!(unreadable.payload, data);
            assert!(!unreadable.dedupe.is_empty());
            check::problem(&unreadable.problem);
        }
        ([], []) => assert!(says_nothing(data), "lost"),
        more => panic!("one callback, several things: {more:?}"),
    }
}

/// Events that are nothing for a helpdesk, and messages of a chat extension.
fn says_nothing(data: &[u8]) -> bool {
    let Ok(root) = serde_json::from_slice::<Value>(data) else {
        // Half a character, as `\ud83d`, is no JSON to this reader; the plugin mends it.
        return data.windows(2).any(|pair| pair == br"\u");
    };
    match root["event"].as_str() {
        Some("client_status" | "action") => true,
        Some("message") => !root["chat_id"].is_null() && root["chat_id"] != "",
        _ => false,
    }
}

/// Handled at the start of a conversation, handled once more, and in a conversation where something was before.
fn handled(account: &Account, inbound: &Inbound) {
    let id = &inbound.conversation;
    let first = handle(account, inbound, &[]);
    if let Some(Command::SaveContact(contact)) = first.commands.first() {
        assert_eq!(contact.id, format!("c:{id}"));
        assert!(contact.name.is_some(), "a new card without a name");
    }
    opened(id, &first.commands);
    let again = handle(account, inbound, &first.state);
    assert_eq!(again.state, first.state, "a repeat changes the state");
    // The host keeps receipts by what they speak of: the same one twice is one.
    let is_receipt = |command: &Command| matches!(command, Command::Receipt(_));
    assert!(again.commands.iter().all(is_receipt), "a repeat does something: {:?}", again.commands);
    if !id.is_empty() {
        let before = handle(account, &given::message(), &[]);
        let later = handle(account, inbound, &before.state);
        assert_eq!(handle(account, inbound, &later.state).state, later.state);
    }
}

/// A task is opened by the message that becomes its first action, for a contact that is there (S28, S30).
fn opened(id: &str, commands: &[Command]) {
    let tasks = commands.iter().filter(|command| matches!(command, Command::OpenTask(_))).count();
    let actions = commands.iter().filter(|command| matches!(command, Command::AddAction(_))).count();
    assert_eq!(tasks, actions, "a first message opens a task and is its action");
    if let [Command::SaveContact(contact), Command::OpenTask(task), Command::AddAction(action)] = commands {
        assert_eq!(task.id, format!("t:{id}:1"));
        assert_eq!((&task.contact, &action.contact), (&contact.id, &contact.id));
        assert_eq!(action.task, task.id);
        assert!(!task.description.is_empty());
    } else {
        assert_eq!(tasks, 0, "{commands:?}");
    }
}

fn handle(account: &Account, inbound: &Inbound, state: &[u8]) -> conversation::Outcome {
    let conversation = given::conversation(&inbound.conversation, state);
    let outcome = check::twice(|| viber::handle_inbound(account, &conversation, inbound));
    let outcome = outcome.expect("what the first step named is handled");
    check::outcome(account, &inbound.conversation, &outcome);
    outcome
}
