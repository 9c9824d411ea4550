//! A channel that misbehaves in the same desk as a good one: its own requests end as the error that each is, and the
//! good one's customers notice nothing; what is no channel is refused before it runs. Not here: each limit to the byte;
//! the engine's own tests have them.

use std::cell::RefCell;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::{Bench, DeskOptions, desk_program, run_desk, until};
use guests::contained;
use reqwest::StatusCode;
use serde_json::json;

/// Deed, what it is told, and the code of the problem under which the desk parks its account's request; none where it
/// harms nobody.
#[rustfmt::skip]
const DEEDS: &[(&str, &str, Option<&str>)] = &[
    ("trap", "trap", Some("plugin-trap")),
    ("endless_loop", "endless_loop", Some("plugin-deadline")),
    ("memory_bomb", "memory_bomb", Some("plugin-memory")),
    ("deep_recursion", "deep_recursion", Some("plugin-stack")),
    ("commands", "commands 65", Some("plugin-output")),
    ("state", "state 262145", Some("plugin-output")),
    ("transfer", "state 5000000", Some("plugin-output")),
    ("foreign_call", "foreign_call", Some("plugin-output")),
    ("bad_status", "bad_status", None), // Only its webhook has a status.
    ("stderr_flood", "stderr_flood 1000", None),
    ("sleep", "sleep", Some("plugin-import")),
    ("exit", "exit", Some("plugin-import")),
    ("surroundings", "surroundings", None),
    ("half", "half", Some("plugin-trap")),
    ("fill", "fill", Some("plugin-deadline")),
    ("long_title", "long_title 121", Some("plugin-output")),
    ("nowhere", "nowhere", Some("plugin-output")),
    ("bad_text", "bad_text", Some("plugin-output")),
    ("outside", "outside", Some("plugin-output")),
    ("endless_text", "endless_text 4294967295", Some("plugin-output")),
    ("aliases", "aliases 100", Some("plugin-output")),
    ("ansi", "ansi", None),
    ("metadata_url", "metadata_url", None), // The call is refused, not the outcome; see below.
    ("foreign_delivery", "foreign_delivery 1", Some("outcome-refused")), // A message of the good channel's.
    ("realloc_loop", "realloc_loop", Some("plugin-deadline")),
    ("realloc_outside", "realloc_outside", Some("plugin-output")),
    ("bad_case", "bad_case", None), // Only its `handle-inbound` returns one.
    ("random", "random 1073741824", Some("plugin-import")),
    ("handles", "handles 1000000", Some("plugin-import")),
];

/// What is refused when loaded: its name, its file, and what the message says beside the file's name: what it has, and
/// what this host needs.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &[&str])] = &[
    ("loop_in_start", guests::LOOP_IN_START, &["describe", "ms"]),
    ("imports_sockets", guests::IMPORTS_SOCKETS, &["wasi:sockets/instance-network@0.2.0", "wasi:cli/stderr"]),
    ("imports_unknown", guests::IMPORTS_UNKNOWN, &["acme:telemetry/upload@1.0.0", "wasi:io/streams"]),
    ("other_version", guests::OTHER_VERSION, &["messenger-channel@9.9.9", "needs helpdesk:channel/messenger-channel@0.1.0"]),
    ("missing_export", guests::MISSING_EXPORT, &["acme:other/thing@1.0.0", "needs helpdesk:channel/messenger-channel@0.1.0"]),
    ("missing_function", guests::MISSING_FUNCTION, &["`describe` is missing", "0.1.0"]),
    ("wrong_type", guests::WRONG_TYPE, &["`describe` has another type", "0.1.0"]),
    ("core_module", guests::CORE_MODULE, &["core WebAssembly module", "wasm32-wasip2"]),
    ("two_memories", guests::TWO_MEMORIES, &["memories"]),
    ("many_tables", guests::MANY_TABLES, &["tables"]),
];

macro_rules! names {
    (refused: [$($refused:ident)*] deeds: [$($deed:ident)*]) => {
        (&[$(stringify!($refused)),*], &[$(stringify!($deed)),*])
    };
}

/// Every hostile thing that there is, by name.
const NAMES: (&[&str], &[&str]) = guests::for_each_hostile!(names);

#[test]
fn every_hostile_thing_is_in_a_table() -> anyhow::Result<()> {
    let refused: Vec<_> = REFUSED.iter().map(|(name, ..)| *name).collect();
    let deeds: Vec<_> = DEEDS.iter().map(|(name, ..)| *name).collect();
    ensure!(refused == NAMES.0, "{refused:?}, not {:?}", NAMES.0);
    ensure!(deeds == NAMES.1, "{deeds:?}, not {:?}", NAMES.1);
    Ok(())
}

/// Whether a message names the file and says all that it should.
fn explains(message: &str, name: &str, file: &str, parts: &[&str]) -> anyhow::Result<()> {
    for part in parts.iter().chain([&file]) {
        ensure!(message.contains(part), "{name}: it does not say {part}: {message}");
    }
    ensure!(!message.contains("panicked"), "{name}: {message}");
    Ok(())
}

#[test]
fn inspecting_what_is_no_channel_fails_and_says_why() -> anyhow::Result<()> {
    for (name, file, parts) in REFUSED {
        let output = run_desk(Command::new(desk_program()?).args(["inspect", file]))?;
        ensure!(!output.status.success() && output.stdout.is_empty(), "{name}: {output:?}");
        explains(&String::from_utf8_lossy(&output.stderr), name, file, parts)?;
    }
    let output = run_desk(Command::new(desk_program()?).args(["inspect", "nowhere.wasm"]))?;
    ensure!(!output.status.success(), "a file that is not there");
    explains(&String::from_utf8_lossy(&output.stderr), "nowhere", "nowhere.wasm", &["cannot be read"])
}

/// Beside a good channel: a desk that starts without one of those it was told is no help to anybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_does_not_start_with_what_is_no_channel() -> anyhow::Result<()> {
    for (name, file, parts) in REFUSED {
        let data = tempfile::tempdir()?;
        let mut command = Command::new(desk_program()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--plugin", guests::PLUGIN_ECHO, "--plugin", file]);
        command.arg("--data").arg(data.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let process = RefCell::new(command.spawn()?);
        let ended = until("it ends", || async { Ok(process.borrow_mut().try_wait()?) }).await;
        let mut process = process.into_inner();
        // One that did not end, but serves, is a failure and must not stay.
        let killed = process.kill();
        let output = process.wait_with_output()?;
        killed?;
        ensure!(ended.is_ok(), "{name}: the desk serves: {output:?}");
        ensure!(!output.status.success(), "{name}: {output:?}");
        explains(&String::from_utf8_lossy(&output.stderr), name, file, parts)?;
    }
    Ok(())
}

/// Customers of the good channel who write until told to stop; how many messages were answered 200.
async fn write_on(hook: Hook, stop: Arc<AtomicBool>) -> anyhow::Result<u64> {
    let mut written = 0;
    while !stop.load(Ordering::SeqCst) || written < 50 {
        let user = format!("user-{}", written % 10);
        let (status, _) = hook.post(&callback::text(written, &user, &format!("{written}"))).await?;
        ensure!(status == StatusCode::OK, "message {written}: {status}");
        written += 1;
    }
    Ok(written)
}

/// G12, G13.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_channel_harms_only_itself() -> anyhow::Result<()> {
    let plugins = vec![guests::VIBER_CHANNEL.into(), guests::HOSTILE.into()];
    let environment = vec![("DESK_LOG", "desk=debug".into())];
    let options = DeskOptions { plugins, environment, ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let hook = Hook::of(&bench.viber, &bot).await?;
    let customers = tokio::spawn(write_on(hook, stop.clone()));
    let done = every_deed(&bench).await;
    stop.store(true, Ordering::SeqCst);
    let written = customers.await??;
    done?;
    let mut stored = 0;
    for task in bench.desk.tasks(&account).await? {
        stored += u64::try_from(bench.desk.actions(&task).await?.len())?;
    }
    ensure!(stored == written, "{stored} of {written} messages are stored");
    for kind in ["tasks", "contacts"] {
        let all = bench.desk.all(kind).await?;
        ensure!(all.iter().all(|item| item["account"] == account), "{kind} of a hostile account: {all:?}");
    }
    let refused = |log: &str| log.contains("refused_by_policy");
    until("the call to 169.254.169.254 is refused", || async {
        Ok(refused(&bench.desk.log()?).then_some(()))
    })
    .await?;
    let log = bench.desk.log()?;
    ensure!(
        !log.contains(['\u{7}', '\u{8}', '\u{9b}', '\r'])
            && !log.contains("\u{1b}[31m in red")
            && !log.contains("\u{1b}[2J"),
        "its words are no control characters"
    );
    let health = bench.desk.get(&format!("accounts/{account}")).await?["health"]["state"].take();
    ensure!(health == "connected", "{health}");
    Ok(())
}

/// One account for each deed: its request is parked as what it is, its webhook asks the messenger to come again.
async fn every_deed(bench: &Bench) -> anyhow::Result<()> {
    for (name, deed, code) in DEEDS {
        let before = bench.desk.list("parked").await?.len();
        // A good call between, or the channel would be paused.
        bench.desk.post("accounts", json!({"channel": "hostile", "settings": {"deed": "none"}})).await?;
        let body =
            json!({"channel": "hostile", "name": name, "settings": {"deed": contained::settings(deed)}});
        let account = bench.desk.post("accounts", body).await?;
        let url = format!("{}/webhooks/{}", bench.desk.base, account["id"].as_str().context("an id")?);
        let (status, answer) = Hook::new(&url, "").post(b"hello").await?;
        ensure!(status == StatusCode::SERVICE_UNAVAILABLE && answer.is_empty(), "{name}: {status}");
        let parked = bench.desk.list("parked").await?;
        ensure!(parked.len() - before == usize::from(code.is_some()), "{name}: {parked:?}");
        if let Some(code) = code {
            ensure!(parked[0]["problem"]["code"] == *code, "{name}: {}", parked[0]);
            ensure!(parked[0]["kind"] == "account_request", "{name}: {}", parked[0]);
        }
    }
    Ok(())
}
