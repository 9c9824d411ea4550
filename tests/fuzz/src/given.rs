//! What a host gives with each call: an account, secrets, conversations; nothing that a fuzzer chooses.

use conversation::{
    Account, Author, Call, Command, Conversation, Header, HttpRequest, Inbound, Outcome, Part, Problem,
    Profile, Reply, Secret, TaskChange, TaskEvent,
};

/// An invented token of the usual shape.
pub(crate) const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
/// The customer of the payloads in `tests/data/viber`.
pub(crate) const USER: &str = "Zm9vYmFyYmF6cXV4MDEyMw==";
/// A little after the payloads' times: 2026-01-01T00:01:40Z.
pub(crate) const NOW: u64 = 1_767_225_700_000;
/// Settings that ask for all that a channel can do.
pub(crate) const ALL: &str = r#"{"contact_template":"ct-1","task_template":"tt-1","extra_assignees":["e-2"],
    "new_task_when_none_active":false,"send_as_employee":true,"welcome_message":"Hello, {name}!","ask_for_phone":true}"#;

pub(crate) fn account(settings: &str) -> Account {
    Account {
        id: "acc-1".to_owned(),
        settings: settings.to_owned(),
        webhook_url: "https://desk.example/webhooks/acc-1".to_owned(),
        profile: None,
        now: NOW,
        extras: Vec::new(),
    }
}

/// How Viber shows the account once it is connected.
pub(crate) fn profile() -> Profile {
    Profile {
        id: "pa:1".to_owned(),
        name: "Lamp Shop".to_owned(),
        uri: "lampshop".to_owned(),
        avatar: Some("https://img.example/shop.jpg".to_owned()),
        links: Vec::new(),
    }
}

pub(crate) fn secrets() -> Vec<Secret> {
    vec![Secret { name: "api_key".to_owned(), value: KEY.to_owned() }]
}

/// A request as Viber sends it.
pub(crate) fn signed(body: &[u8]) -> HttpRequest {
    let value = viber::signature::sign(KEY, body);
    HttpRequest {
        method: "POST".to_owned(),
        path: "/webhooks/acc-1".to_owned(),
        query: String::new(),
        headers: vec![Header { name: viber::signature::HEADER.to_owned(), value }],
        body: body.to_vec(),
    }
}

pub(crate) fn conversation(id: &str, state: &[u8]) -> Conversation {
    Conversation { id: id.to_owned(), state: state.to_vec() }
}

/// The customer writes.
pub(crate) fn message() -> Inbound {
    inbound(
        USER,
        r#"{"event":"message","timestamp":1767225600500,"message_token":6164600000000000041,
        "sender":{"id":"Zm9vYmFyYmF6cXV4MDEyMw==","name":"Olena Kovalenko","api_version":10},
        "message":{"type":"text","text":"Hello"}}"#,
    )
}

/// What `receive_webhook` would have made of a payload.
pub(crate) fn inbound(conversation: &str, payload: &str) -> Inbound {
    Inbound {
        conversation: conversation.to_owned(),
        dedupe: "d".to_owned(),
        at: NOW,
        payload: payload.as_bytes().to_vec(),
        extras: Vec::new(),
    }
}

/// An operator answers.
pub(crate) fn reply(parts: Vec<Part>) -> Reply {
    Reply {
        id: "r-1".to_owned(),
        task: format!("t:{USER}:1"),
        author: Author {
            id: "e-1".to_owned(),
            name: "Anna Schmidt".to_owned(),
            avatar: Some("https://img.example/anna.jpg".to_owned()),
        },
        notify: vec![format!("c:{USER}")],
        parts,
        at: NOW,
        ..Reply::default()
    }
}

/// What happened is nothing to this conversation: its state is read and written, and no more.
pub(crate) fn untouched(account: &Account, conversation: &Conversation) -> Result<Outcome, Problem> {
    let event = TaskEvent { task: "t:nobody:1".to_owned(), change: TaskChange::Deleted, at: NOW };
    viber::handle_task_event(account, conversation, &event)
}

/// The calls among some commands.
pub(crate) fn calls(commands: &[Command]) -> Vec<&Call> {
    commands
        .iter()
        .filter_map(|command| if let Command::Call(call) = command { Some(call) } else { None })
        .collect()
}
