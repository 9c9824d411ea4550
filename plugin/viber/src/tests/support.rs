//! A helpdesk in a few lines for this crate's tests: it keeps states and hands calls their answers; no test by itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use conversation::{
    Account, AccountRequest, Answer, AnswerResult, Author, Call, Command, Conversation, Fact, Header,
    HttpRequest, HttpResponse, Inbound, Outcome, Part, Problem, Profile, Receipt, Rejection, Reply, Secret,
    TaskChange, TaskEvent,
};

use crate::signature::{self, HEADER};

/// An invented token of the usual shape.
pub(crate) const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
/// The customer of most payloads in `tests/data/viber`.
pub(crate) const USER: &str = "Zm9vYmFyYmF6cXV4MDEyMw==";
/// A little after the payloads' times: 2026-01-01T00:01:40Z.
pub(crate) const NOW: u64 = 1_767_225_700_000;

pub(crate) fn account(settings: &str) -> Account {
    Account {
        id: "acc-1".to_owned(),
        settings: settings.to_owned(),
        webhook_url: "https://desk.example/webhooks/acc-1".to_owned(),
        profile: Some(Profile {
            id: "pa:1".to_owned(),
            name: "Lamp Shop".to_owned(),
            uri: "lampshop".to_owned(),
            avatar: Some("https://img.example/shop.jpg".to_owned()),
            links: Vec::new(),
        }),
        now: NOW,
        extras: Vec::new(),
    }
}

pub(crate) fn secrets() -> Vec<Secret> {
    vec![Secret { name: "api_key".to_owned(), value: KEY.to_owned() }]
}

/// A request as Viber sends it.
pub(crate) fn request(body: &[u8]) -> HttpRequest {
    let signature = Header { name: HEADER.to_owned(), value: signature::sign(KEY, body) };
    HttpRequest {
        method: "POST".to_owned(),
        path: "/webhooks/acc-1".to_owned(),
        query: String::new(),
        headers: vec![signature],
        body: body.to_vec(),
    }
}

pub(crate) fn receive(account: &Account, body: &[u8]) -> Result<Receipt, Rejection> {
    crate::receive_webhook(account, &secrets(), &request(body))
}

/// A payload of `tests/data/viber`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = data().join("viber").join(format!("{name}.json"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data")
}

/// States of conversations, as a host keeps them.
pub(crate) struct Desk {
    pub(crate) account: Account,
    pub(crate) states: BTreeMap<String, Vec<u8>>,
    pub(crate) facts: Vec<Fact>,
}

impl Desk {
    pub(crate) fn new(settings: &str) -> Self {
        Self { account: account(settings), states: BTreeMap::new(), facts: Vec::new() }
    }

    pub(crate) fn conversation(&self, id: &str) -> Conversation {
        Conversation { id: id.to_owned(), state: self.states.get(id).cloned().unwrap_or_default() }
    }

    fn keep(&mut self, id: &str, outcome: Result<Outcome, Problem>) -> Vec<Command> {
        let outcome = outcome.unwrap();
        assert!(outcome.commands.len() <= 64, "an outcome takes 64 commands");
        self.states.insert(id.to_owned(), outcome.state);
        self.facts = outcome.facts;
        outcome.commands
    }

    /// Receives and handles a callback; every inbound's commands.
    pub(crate) fn webhook(&mut self, body: &[u8]) -> Vec<Command> {
        let receipt = receive(&self.account, body).unwrap();
        receipt.inbound.iter().flat_map(|inbound| self.inbound(inbound)).collect()
    }

    pub(crate) fn inbound(&mut self, inbound: &Inbound) -> Vec<Command> {
        let conversation = self.conversation(&inbound.conversation);
        self.keep(&inbound.conversation, crate::handle_inbound(&self.account, &conversation, inbound))
    }

    /// A message with a text and a token.
    pub(crate) fn says(&mut self, text: &str, token: u64) -> Vec<Command> {
        let body = serde_json::json!({
            "event": "message", "timestamp": NOW, "message_token": token,
            "sender": { "id": USER, "name": "Olena Kovalenko" }, "message": { "type": "text", "text": text },
        });
        self.webhook(body.to_string().as_bytes())
    }

    pub(crate) fn task(&mut self, number: u64, change: TaskChange) -> Vec<Command> {
        let event = TaskEvent { task: format!("t:{USER}:{number}"), change, at: NOW };
        let outcome = crate::handle_task_event(&self.account, &self.conversation(USER), &event);
        self.keep(USER, outcome)
    }

    pub(crate) fn reply(&mut self, reply: &Reply) -> Vec<Command> {
        let outcome = crate::handle_reply(&self.account, &self.conversation(USER), reply);
        self.keep(USER, outcome)
    }

    pub(crate) fn answer(
        &mut self,
        id: &str,
        call: &Call,
        attempt: u32,
        result: AnswerResult,
    ) -> Vec<Command> {
        let answer = Answer {
            call: call.id.clone(),
            attempt,
            began_at: self.account.now,
            result,
            body: call.body.clone(),
            context: call.context.clone(),
        };
        let outcome = crate::handle_answer(&self.account, &self.conversation(id), &answer);
        self.keep(id, outcome)
    }

    pub(crate) fn manage(&mut self, request: &AccountRequest) -> Vec<Command> {
        let outcome = crate::manage_account(&self.account, &self.conversation(""), request);
        self.keep("", outcome)
    }
}

pub(crate) fn reply(parts: Vec<Part>) -> Reply {
    Reply {
        id: "r1".to_owned(),
        task: format!("t:{USER}:1"),
        author: Author {
            id: "e1".to_owned(),
            name: "Anna".to_owned(),
            avatar: Some("https://img.example/anna.jpg".to_owned()),
        },
        notify: vec![format!("c:{USER}")],
        parts,
        ..Reply::default()
    }
}

/// HTTP 200 with a JSON body.
pub(crate) fn ok(body: &str) -> AnswerResult {
    http(200, body)
}

pub(crate) fn http(status: u16, body: &str) -> AnswerResult {
    AnswerResult::Response(HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

/// The commands' kinds in order, as WIT names them.
pub(crate) fn kinds(commands: &[Command]) -> String {
    let kind = |command: &Command| match command {
        Command::SaveContact(_) => "save-contact",
        Command::OpenTask(_) => "open-task",
        Command::AddAction(_) => "add-action",
        Command::Note(_) => "note",
        Command::Call(_) => "call",
        Command::Retry(_) => "retry",
        Command::Resume(_) => "resume",
        Command::ManageAccount(_) => "manage-account",
        Command::Delivery(_) => "delivery",
        Command::Receipt(_) => "receipt",
        Command::AccountStatus(_) => "account-status",
        Command::Other(_) => "other",
    };
    if commands.is_empty() { "-".to_owned() } else { commands.iter().map(kind).collect::<Vec<_>>().join(" ") }
}

/// The calls among some commands.
pub(crate) fn calls(commands: &[Command]) -> Vec<&Call> {
    commands
        .iter()
        .filter_map(|command| if let Command::Call(call) = command { Some(call) } else { None })
        .collect()
}

/// A call's body.
pub(crate) fn body(call: &Call) -> serde_json::Value {
    serde_json::from_slice(&call.body).unwrap()
}
