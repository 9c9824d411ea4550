//! What the tests share: engines, arguments, one good call. Not here: tests.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::Path;

use channel_engine::contract::{
    Account, Command, Conversation, Header, HttpRequest, Inbound, Outcome, Receipt, Secret,
};
use channel_engine::{Channel, Engine, EngineConfig, Limits};

/// A time limit that a loaded machine keeps too, and that a test can wait for: the default one.
pub(crate) const TIME_MS: u64 = 1_000;

pub(crate) fn engine_with(limits: Limits) -> Engine {
    // Compiled components survive from run to run, so that only the first one waits for Cranelift.
    let cache_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    Engine::new(EngineConfig { limits, cache_dir: Some(cache_dir), ..EngineConfig::default() })
        .expect("the engine starts")
}

pub(crate) fn engine() -> Engine {
    engine_with(Limits { time_ms: TIME_MS, ..Limits::default() })
}

pub(crate) fn load(engine: &Engine, path: &str) -> Channel {
    engine.load(Path::new(path)).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn account(settings: &str) -> Account {
    Account { id: "a1".into(), settings: settings.into(), now: 1_700_000_000_000, ..Account::default() }
}

pub(crate) fn token(value: &str) -> Secret {
    Secret { name: "token".into(), value: value.into() }
}

pub(crate) fn webhook(id: u32) -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        path: "/".into(),
        headers: vec![Header { name: "x-echo-token".into(), value: "t0p".into() }],
        body: format!(r#"{{"id": "{id}", "user": "ann", "text": "hello"}}"#).into_bytes(),
        ..HttpRequest::default()
    }
}

pub(crate) fn receive(echo: &Channel, id: u32) -> Receipt {
    let result = echo.receive_webhook(&account("{}"), &[token("t0p")], &webhook(id));
    result.expect("the call ends").expect("the token is right")
}

pub(crate) fn handle(echo: &Channel, state: &[u8], inbound: &Inbound) -> Outcome {
    let conversation = Conversation { id: inbound.conversation.clone(), state: state.to_vec() };
    let result = echo.handle_inbound(&account("{}"), &conversation, inbound);
    result.expect("the call ends").expect("the payload is echo's own")
}

/// A whole message through echo: what must still work after anything else went wrong.
#[track_caller]
pub(crate) fn good_call(echo: &Channel) {
    let receipt = receive(echo, 1);
    let outcome = handle(echo, b"", &receipt.inbound[0]);
    let [Command::SaveContact(contact), Command::OpenTask(task), Command::AddAction(action)] =
        &outcome.commands[..]
    else {
        panic!("unexpected commands: {:?}", outcome.commands);
    };
    assert_eq!((contact.id.as_str(), task.id.as_str(), action.task.as_str()), ("ann", "task-1", "task-1"));
}
