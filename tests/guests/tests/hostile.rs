//! Every hostile component and every deed ends as the kind that it is, and the engine is as good as before. Not here:
//! rules on returned values in detail; `src/output.rs` has them.

mod common;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use channel_engine::contract::{Conversation, HttpRequest, Inbound, Outcome};
use channel_engine::{CallError, Channel, Engine, Limits, LoadError};
use common::{TIME_MS, account, engine, good_call, load};
use guests::contained::{self, Plan};

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
        let error = engine.load(Path::new(path)).map(|_| ()).expect_err("it is refused");
        let text = error.to_string();
        assert_eq!(error.kind(), kind, "{text}");
        assert!(text.starts_with(path), "{text}");
        says.iter().for_each(|part| assert!(text.contains(part), "{text} does not say {part}"));
    });
}

fn deed(channel: &Channel, settings: &str) -> Result<Outcome, CallError> {
    let account = account(&guests::contained::settings(settings));
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

    pub(crate) fn many_tables() {
        refused(guests::MANY_TABLES, "invalid", &["tables"]);
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

    /// A host answers it as `refused-by-policy`; the engine sends nothing.
    pub(crate) fn metadata_url() {
        ends("metadata_url", None);
    }

    /// A host that knows whose the reply is refuses it; the engine does not know.
    pub(crate) fn foreign_delivery() {
        ends("foreign_delivery", None);
    }

    /// G12: before any function of the contract is called, while the host writes its arguments.
    pub(crate) fn realloc_loop() {
        ends("realloc_loop", Some("deadline"));
    }

    /// G12: arguments are written to no place that the channel does not have.
    pub(crate) fn realloc_outside() {
        ends("realloc_outside", Some("output"));
    }

    pub(crate) fn bad_case() {
        ends("bad_case", Some("output"));
    }

    pub(crate) fn random() {
        ends("random 65536", None);
        ends("random 1073741824", Some("import"));
    }

    pub(crate) fn handles() {
        ends("handles 1000", None);
        ends("handles 1000000", Some("import"));
    }

    pub(crate) fn half() {
        ends("half", Some("trap"));
    }

    /// G12: an instruction that takes long ends too, if not to the millisecond.
    pub(crate) fn fill() {
        ends("fill", Some("deadline"));
    }

    pub(crate) fn long_title() {
        ends("long_title 120", None);
        ends("long_title 121", Some("output"));
    }

    pub(crate) fn nowhere() {
        ends("nowhere", Some("output"));
    }

    pub(crate) fn bad_text() {
        ends("bad_text", Some("output"));
    }

    pub(crate) fn outside() {
        ends("outside", Some("output"));
    }

    pub(crate) fn endless_text() {
        ends("endless_text 100000000", Some("output"));
        ends("endless_text 4294967295", Some("output"));
    }

    /// G12: small in the guest, large in the host, if it believed it.
    pub(crate) fn aliases() {
        ends("aliases 100", Some("output"));
    }

    /// What it writes is a line of the log like any other; `logs.rs` shows that it steers no terminal.
    pub(crate) fn ansi() {
        ends("ansi", None);
    }

    pub(crate) fn bad_status() {
        among_good_calls(|engine| {
            let hostile = load(engine, guests::HOSTILE);
            let result = hostile.receive_webhook(&account(""), &[], &HttpRequest::default());
            assert_eq!(result.expect_err("99 is no status").kind(), "output");
        });
    }

    pub(crate) fn stderr_flood() {
        ends("stderr_flood 1000", None);
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

fn compiled() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled")
}

/// G12, G13: `cargo xtask prove hostile` in small: everything of its kind, no good call failed, nothing grows.
#[test]
fn hostile_and_good_calls_go_on_side_by_side() {
    let plan = Plan { runs: 4, good_calls: 200, ..Plan::default() };
    let seen = contained::run(&plan, &compiled(), |_| {}).unwrap_or_else(|error| panic!("{error}"));
    assert!(seen.hostile >= 25 && seen.good_calls >= 200 && seen.failed == 0, "{seen:?}");
    assert!(seen.grown_bytes < 32 << 20, "{seen:?}");
}

/// G12, G13: with a limit taken out the same goes red.
#[test]
fn a_limit_that_is_taken_out_is_noticed() {
    let red = |take_out: fn(&mut Limits), deed: &str| {
        let mut plan = Plan { runs: 1, ..Plan::default() };
        take_out(&mut plan.limits);
        match contained::run(&plan, &compiled(), |_| {}) {
            Err(error) => assert!(error.to_string().starts_with(deed), "{error}"),
            Ok(seen) => assert!(seen.worst.0 > Duration::from_millis(400), "{deed}: {seen:?}"),
        }
    };
    red(|limits| limits.memory_bytes_max = 512 << 20, "memory");
    red(|limits| limits.commands_max = usize::MAX, "commands 65");
    red(|limits| limits.state_bytes_max = usize::MAX, "state 262145");
    red(|limits| limits.time_ms = 4_000, "endless_loop");
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
