//! Every hostile component and every deed ends as the kind that it is, and the engine is as good as before. Not here:
//! rules on returned values in detail; `src/output.rs` has them.

mod common;

use std::time::{Duration, Instant};

use channel_engine::contract::{Conversation, HttpRequest, Inbound, Outcome};
use channel_engine::{CallError, Channel, Engine, LoadError};
use common::{TIME_MS, account, engine, good_call, load};

/// Runs a case, and then a good call on the same engine.
fn among_good_calls(case: impl Fn(&Engine)) {
    let engine = engine();
    let echo = load(&engine, guests::PLUGIN_ECHO);
    good_call(&echo);
    for _ in 0..3 {
        case(&engine);
        good_call(&echo);
    }
}

#[track_caller]
fn refused(path: &str, kind: &str, says: &[&str]) {
    among_good_calls(|engine| {
        let error = engine.load(std::path::Path::new(path)).map(|_| ()).expect_err("it is refused");
        let text = error.to_string();
        assert_eq!(error.kind(), kind, "{text}");
        assert!(text.starts_with(path), "{text}");
        says.iter().for_each(|part| assert!(text.contains(part), "{text} does not say {part}"));
    });
}

fn deed(channel: &Channel, settings: &str) -> Result<Outcome, CallError> {
    let account = account(settings);
    let result = channel.handle_inbound(&account, &Conversation::default(), &Inbound::default());
    result.map(|answer| answer.expect("the hostile channel never reports a problem"))
}

/// What a deed with these settings ends with: a kind of error, or none.
#[track_caller]
fn ends(settings: &str, kind: Option<&str>) {
    among_good_calls(|engine| {
        let hostile = load(engine, guests::HOSTILE);
        let result = deed(&hostile, settings);
        assert_eq!(result.as_ref().err().map(CallError::kind), kind, "{settings}: {:?}", result.err());
    });
}

mod refusals {
    use super::*;

    pub(crate) fn loop_in_start() {
        let engine = engine();
        let started = Instant::now();
        let error = engine.load(guests::LOOP_IN_START.as_ref()).map(|_| ()).expect_err("it never starts");
        let LoadError::Describe { source, .. } = error else { panic!("{error}") };
        assert_eq!(source, CallError::Deadline { limit_ms: TIME_MS });
        assert!(started.elapsed() < Duration::from_secs(60), "it includes compiling, and no more");
    }

    pub(crate) fn imports_sockets() {
        refused(
            guests::IMPORTS_SOCKETS,
            "import",
            &["wasi:sockets/instance-network@0.2.0", "wasi:cli/stderr"],
        );
    }

    pub(crate) fn imports_unknown() {
        refused(guests::IMPORTS_UNKNOWN, "import", &["acme:telemetry/upload@1.0.0", "wasi:io/streams"]);
    }

    pub(crate) fn other_version() {
        let found = "helpdesk:channel/messenger-channel@9.9.9";
        refused(guests::OTHER_VERSION, "version", &[found, "needs helpdesk:channel/messenger-channel@0.1.0"]);
    }

    pub(crate) fn missing_export() {
        let needed = "needs helpdesk:channel/messenger-channel@0.1.0";
        refused(guests::MISSING_EXPORT, "interface", &["acme:other/thing@1.0.0", needed]);
    }

    pub(crate) fn missing_function() {
        refused(guests::MISSING_FUNCTION, "function", &["`describe` is missing", "0.1.0"]);
    }

    pub(crate) fn wrong_type() {
        refused(guests::WRONG_TYPE, "function", &["`describe` has another type", "0.1.0"]);
    }

    pub(crate) fn core_module() {
        refused(guests::CORE_MODULE, "not_a_component", &["a core WebAssembly module", "wasm32-wasip2"]);
    }

    pub(crate) fn two_memories() {
        refused(guests::TWO_MEMORIES, "invalid", &["memories"]);
    }
}

mod deeds {
    use super::*;

    pub(crate) fn trap() {
        ends("trap", Some("trap"));
    }

    pub(crate) fn endless_loop() {
        let engine = engine();
        let hostile = load(&engine, guests::HOSTILE);
        let started = Instant::now();
        assert_eq!(deed(&hostile, "endless_loop"), Err(CallError::Deadline { limit_ms: TIME_MS }));
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(TIME_MS - 10), "{took:?}");
        assert!(took <= Duration::from_millis(TIME_MS + 400), "{took:?}");
        good_call(&load(&engine, guests::PLUGIN_ECHO));
    }

    pub(crate) fn memory_bomb() {
        ends("memory_bomb", Some("memory"));
        ends("memory 50000000", None);
        ends("memory 70000000", Some("memory"));
    }

    pub(crate) fn deep_recursion() {
        ends("deep_recursion", Some("stack"));
    }

    pub(crate) fn commands() {
        ends("commands 64", None);
        ends("commands 65", Some("output"));
        ends("commands 10000", Some("output"));
    }

    pub(crate) fn state() {
        ends("state 262144", None);
        ends("state 262145", Some("output"));
    }

    pub(crate) fn transfer() {
        ends("state 5000000", Some("output"));
    }

    pub(crate) fn foreign_call() {
        ends("foreign_call", Some("output"));
    }

    pub(crate) fn bad_status() {
        among_good_calls(|engine| {
            let hostile = load(engine, guests::HOSTILE);
            let result = hostile.receive_webhook(&account(""), &[], &HttpRequest::default());
            assert_eq!(result.expect_err("99 is no status").kind(), "output");
        });
    }

    pub(crate) fn stderr_flood() {
        ends("stderr_flood 3000", None);
    }

    pub(crate) fn sleep() {
        ends("sleep", Some("import"));
    }

    pub(crate) fn exit() {
        ends("exit", Some("import"));
    }

    /// No time, no variables, no files, and the same numbers each time.
    pub(crate) fn surroundings() {
        let engine = engine();
        let hostile = load(&engine, guests::HOSTILE);
        let first = deed(&hostile, "surroundings").expect("it ends");
        std::thread::sleep(Duration::from_millis(20));
        let again = deed(&load(&common::engine(), guests::HOSTILE), "surroundings").expect("it ends");
        assert_eq!(first, again);
        let text = String::from_utf8(first.state).expect("it is text");
        assert!(text.starts_with("SystemTime { tv_sec: 0, tv_nsec: 0 }"), "{text}");
        assert!(text.ends_with("[] 0"), "{text}");
    }
}

macro_rules! tests {
    (refused: [$($refused:ident)*] deeds: [$($deed:ident)*]) => {
        mod refused_when_loaded {
            $(#[test] fn $refused() { super::refusals::$refused(); })*
        }
        mod ended_when_called {
            $(#[test] fn $deed() { super::deeds::$deed(); })*
        }
    };
}

guests::for_each_hostile!(tests);
