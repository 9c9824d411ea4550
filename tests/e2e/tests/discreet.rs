//! What a desk logs says nothing about anybody: G21, and that customers' and operators' words stay where they belong. Not
//! here: what keys are kept as (`secrets.rs`).

use anyhow::{Context, ensure};
use e2e::busy::{Busy, PEOPLE};
use e2e::canary::Canaries;
use serde_json::Value;

/// What a busy desk logs, each of which some line has: else the test would be blind.
const LINES: [&str; 9] = [
    "webhook refused",
    "channel wrote to standard error; left out",
    "channel wrote a secret to standard error; left out",
    "the plugin could not handle an event; it is parked",
    "the plugin failed on a webhook",
    "unknown command ignored",
    "a body over the limit was refused",
    "a call brought no answer",
    "stopping",
];

/// The log of a desk that was busy, line by line, after its end; nobody is in it.
async fn log_of(mut busy: Busy) -> anyhow::Result<Vec<String>> {
    busy.bench.desk.terminate()?;
    busy.bench.desk.ended().await?;
    let log = busy.bench.desk.log()?;
    let canaries = Canaries::of(busy.private())?;
    for line in log.lines() {
        canaries.absent("a line", line.as_bytes())?;
    }
    for expected in LINES {
        ensure!(log.contains(expected), "no line says `{expected}`");
    }
    eprintln!(
        "{} lines, {} bytes, {} texts looked for",
        log.lines().count(),
        log.len(),
        busy.private().len()
    );
    Ok(log.lines().map(str::to_owned).collect())
}

/// What the test looks for is what the desk handled: each stands in an answer of its API or in its database.
fn is_not_blind(busy: &Busy) -> anyhow::Result<()> {
    let files = ["desk.sqlite", "desk.sqlite-wal"].map(|name| busy.bench.desk.data().join(name));
    let bytes: Vec<u8> = files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect();
    for (what, text) in PEOPLE {
        let one = Canaries::of([(*what, *text)])?;
        ensure!(one.find(&bytes).is_some(), "the desk never had {what}");
    }
    Ok(())
}

/// G21: in JSON at the default level: each line is an object, and says nothing about anybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_desk_logs_nobody() -> anyhow::Result<()> {
    let busy = Busy::play(&[("DESK_LOG_FORMAT", "json")]).await?;
    is_not_blind(&busy)?;
    for line in log_of(busy).await? {
        let fields: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        for name in ["timestamp", "level", "target", "message"] {
            ensure!(fields[name].is_string(), "no {name}: {line}");
        }
        let level = fields["level"].as_str().unwrap_or_default();
        ensure!(["INFO", "WARN", "ERROR"].contains(&level), "{line}");
    }
    Ok(())
}

/// G21: as text with everything that `DESK_LOG` can ask for: libraries stay silent, and ours say as little.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_desk_logs_nobody_at_the_highest_level() -> anyhow::Result<()> {
    let everything = "trace,hyper_util=trace,wasmtime_wasi=trace,desk::access=trace";
    let busy = Busy::play(&[("DESK_LOG", everything)]).await?;
    let lines = log_of(busy).await?;
    let is_ours = |line: &str| ["desk", "channel_engine"].iter().any(|ours| line.starts_with(ours));
    for line in &lines {
        // The time, the level, then whose line it is.
        let (level, target) =
            (line.split_whitespace().nth(1), line.split_whitespace().nth(2).unwrap_or_default());
        ensure!(is_ours(target) || level == Some("WARN"), "a library speaks: {line}");
    }
    for expected in
        ["route=\"/webhooks/{account}\"", "route=\"/files/{id}/{name}\"", "route=\"(none)\"", "call made"]
    {
        ensure!(lines.iter().any(|line| line.contains(expected)), "no line has {expected}");
    }
    Ok(())
}
