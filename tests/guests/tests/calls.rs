//! What a good channel can rely on, shown by echo. Not here: what is refused (`hostile.rs`).

mod common;

use std::path::Path;
use std::time::Instant;

use channel_engine::contract::{
    AccountRequest, AccountStatus, Answer, AnswerResult, Author, CallValue, Command, ConnectionState,
    Conversation, DeliveryState, HttpResponse, Part, Reply, TaskChange, TaskEvent, Text, TextFormat,
};
use channel_engine::{ALLOWED_IMPORTS, Engine, EngineConfig, EngineError, Limits};
use common::{account, engine, engine_with, good_call, handle, load, receive, token, webhook};

fn reply() -> Reply {
    Reply {
        id: "r1".into(),
        task: "task-1".into(),
        author: Author { id: "e1".into(), name: "Anna".into(), avatar: None },
        notify: vec!["ann".into()],
        parts: vec![Part::Text(Text { text: "hi".into(), format: TextFormat::Plain })],
        suggestions: Vec::new(),
        at: 1_700_000_000_000,
        extras: Vec::new(),
    }
}

#[test]
fn a_conversation_from_its_first_message_to_the_sent_reply() {
    let echo = load(&engine(), guests::PLUGIN_ECHO);
    good_call(&echo);
    let receipt = receive(&echo, 1);
    let state = handle(&echo, b"", &receipt.inbound[0]).state;
    let talk = Conversation { id: "ann".into(), state };

    let second = handle(&echo, &talk.state, &receive(&echo, 2).inbound[0]);
    assert!(matches!(&second.commands[..], [Command::AddAction(action)] if action.task == "task-1"));

    let replied = echo.handle_reply(&account("{}"), &talk, &reply()).expect("it ends").expect("it can");
    let [Command::Delivery(pending), Command::Call(call)] = &replied.commands[..] else {
        panic!("{:?}", replied.commands)
    };
    assert_eq!(pending.state, DeliveryState::Pending);
    assert_eq!(call.headers[0].value, CallValue::Secret("token".into()));

    let response = HttpResponse { status: 204, ..HttpResponse::default() };
    let result = AnswerResult::Response(response);
    let answer = Answer {
        call: call.id.clone(),
        attempt: 1,
        began_at: 1,
        result,
        body: call.body.clone(),
        context: call.context.clone(),
    };
    let answered = echo.handle_answer(&account("{}"), &talk, &answer).expect("it ends").expect("it can");
    let [Command::Delivery(sent)] = &answered.commands[..] else { panic!("{:?}", answered.commands) };
    assert_eq!((sent.reply.as_str(), &sent.state), ("r1", &DeliveryState::Sent));

    let event = TaskEvent { task: "task-1".into(), change: TaskChange::Completed, at: 5 };
    let closed = echo.handle_task_event(&account("{}"), &talk, &event).expect("it ends").expect("it can");
    assert!(closed.state.is_empty());
}

#[test]
fn both_kinds_of_refusal_arrive_as_answers() {
    let echo = load(&engine(), guests::PLUGIN_ECHO);
    let result = echo.receive_webhook(&account("{}"), &[token("other")], &webhook(1)).expect("it ends");
    assert_eq!(result.expect_err("the token is wrong").status, 401);

    let talk = Conversation::default();
    let request = AccountRequest::Other("dance".into());
    let result = echo.manage_account(&account("{}"), &talk, &request).expect("it ends");
    assert_eq!(result.expect_err("it cannot").text, "dance");

    let status = AccountStatus { state: ConnectionState::Connected, problem: None, profile: None };
    let result = echo.manage_account(&account("{}"), &talk, &AccountRequest::Connect).expect("it ends");
    assert_eq!(result.expect("it can").commands, [Command::AccountStatus(status)]);
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let (first, second) = (load(&engine(), guests::PLUGIN_ECHO), load(&engine(), guests::PLUGIN_ECHO));
    let one = receive(&first, 7);
    for channel in [&first, &second, &first] {
        let again = receive(channel, 7);
        assert_eq!(again, one);
        assert_eq!(handle(channel, b"", &again.inbound[0]), handle(&first, b"", &one.inbound[0]));
    }
}

#[test]
fn an_inspection_says_what_the_file_is() {
    let echo = load(&engine(), guests::PLUGIN_ECHO);
    let inspection = echo.inspection();
    assert_eq!(inspection.file, guests::PLUGIN_ECHO);
    assert_eq!(inspection.contract_version, "0.1.0");
    assert_eq!(inspection.exports, ["helpdesk:channel/messenger-channel@0.1.0"]);
    assert_eq!(inspection.digest, echo.digest());
    assert_eq!(inspection.digest.len(), 64);
    for import in &inspection.imports {
        let interface = import.split('@').next().unwrap_or_default();
        assert!(ALLOWED_IMPORTS.contains(&interface), "{import}");
    }
    let json = serde_json::to_value(inspection).expect("it serialises");
    assert_eq!(json["size_bytes"], std::fs::metadata(guests::PLUGIN_ECHO).expect("it is built").len());
    assert_eq!(
        (echo.manifest().id.as_str(), &echo.manifest().hosts[..]),
        ("echo", &["echo.example".into()][..])
    );
}

#[test]
fn many_threads_call_at_once_and_wait_their_turn() {
    let engine = engine_with(Limits { calls_at_once_max: 2, ..Limits::default() });
    let echo = load(&engine, guests::PLUGIN_ECHO);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| good_call(&echo)));
        }
    });
}

/// A panic of the guest writes to standard error, where wasmtime-wasi would block on its runtime.
#[tokio::test]
async fn calls_work_on_a_thread_of_an_async_runtime() {
    let engine = engine();
    let hostile = load(&engine, guests::HOSTILE);
    let talk = Conversation::default();
    for (settings, kind) in [("trap", "trap"), ("sleep", "import"), ("stderr_flood 9", "none")] {
        let result = hostile.manage_account(&account(settings), &talk, &AccountRequest::Check);
        assert_eq!(result.err().map_or("none", |error| error.kind()), kind, "{settings}");
    }
    good_call(&load(&engine, guests::PLUGIN_ECHO));
}

#[test]
fn a_small_machine_gets_small_memories() {
    let small = Limits { memory_bytes_max: 1 << 20, calls_at_once_max: 1, ..Limits::default() };
    good_call(&load(&engine_with(small), guests::PLUGIN_ECHO));
}

#[test]
fn a_file_may_be_missing_too_large_or_no_component() {
    let engine = engine_with(Limits { component_bytes_max: 100, ..Limits::default() });
    let kind = |path: &str| engine.load(Path::new(path)).map(|_| ()).expect_err("it is refused").kind();
    assert_eq!(kind("/nonexistent/channel.wasm"), "read");
    assert_eq!(kind(guests::PLUGIN_ECHO), "size");
    for bytes in [&b""[..], b"#!/bin/sh", b"\x7fELF", b"\0asm\x09\0\0\0"] {
        let error = engine.load_bytes("x", bytes).map(|_| ()).expect_err("it is refused");
        assert_eq!(error.kind(), "not_a_component");
    }
    let error = engine.load_bytes("x", b"\0asm\x0d\0\x01\0rubbish").map(|_| ()).expect_err("it is refused");
    assert_eq!(error.kind(), "invalid");
}

mod cache {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    fn directory(name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    fn engine_at(path: &Path) -> Result<Engine, EngineError> {
        Engine::new(EngineConfig { cache_dir: Some(path.to_owned()), ..EngineConfig::default() })
    }

    fn timed_load(engine: &Engine) -> u128 {
        let started = Instant::now();
        good_call(&load(engine, guests::PLUGIN_ECHO));
        started.elapsed().as_millis()
    }

    fn only_file(path: &Path) -> PathBuf {
        let files: Vec<_> = fs::read_dir(path).expect("it was made").collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].as_ref().expect("it can be read").path()
    }

    #[test]
    fn a_component_is_compiled_once_and_again_when_the_file_is_damaged() {
        let path = directory("damaged");
        let cold = timed_load(&engine_at(&path).expect("it starts"));
        let file = only_file(&path);
        let (written, bytes) =
            (fs::metadata(&file).expect("it is there"), fs::read(&file).expect("it is there"));
        let warm = timed_load(&engine_at(&path).expect("it starts"));
        println!("loading took {cold} ms, from the cache {warm} ms");
        let modified =
            |file: &Path| fs::metadata(file).and_then(|data| data.modified()).expect("it has a time");
        assert_eq!(modified(&file), written.modified().expect("it has a time"), "it was compiled again");

        for damage in [&bytes[..bytes.len() / 2], &b""[..], &[&bytes[..100], b"!", &bytes[101..]].concat()] {
            fs::write(&file, damage).expect("it can be damaged");
            timed_load(&engine_at(&path).expect("it starts"));
            assert!(fs::read(only_file(&path)).expect("it is there") == bytes, "it was not compiled again");
        }
        fs::remove_dir_all(path).expect("it can be removed");
    }

    #[cfg(unix)]
    #[test]
    fn the_directory_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = directory("private");
        engine_at(&path).expect("it starts");
        let mode = fs::metadata(&path).expect("it was made").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).expect("it can be opened up");
        let error = engine_at(&path).map(|_| ()).expect_err("others could plant machine code");
        assert!(error.to_string().contains("mode 777"), "{error}");
        fs::remove_dir_all(path).expect("it can be removed");
    }
}
