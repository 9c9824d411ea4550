//! G23 at full size: 10,000 callbacks are captured, and posted again after a minute, a day and a month.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::crowd::Crowd;
use e2e::load::Message;
use e2e::{Bench, HOUR_MS};
use serde_json::{Value, json};

use crate::report::Report;

const USERS: usize = 500;
const MESSAGES: usize = 20;
const ALL: usize = USERS * MESSAGES;
const CONNECTIONS: usize = 16;
const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Dedupe ids that are not the captured callbacks'.
const FEW: u64 = 100;
const FORGET_MAX: Duration = Duration::from_secs(120);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut bench = Bench::start_on_the_hour().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let captured = captured(bench.sim.now())?;
    post(report, &mut bench, &hook, &captured).await?;
    complete_half(&bench).await?;
    let first = effects(&bench).await?;
    report.figure("effects of 10,000 callbacks:", first[1], "10,000", first[1] == ALL);
    for (when, ms) in [("1 minute", MINUTE_MS), ("1 day", DAY_MS), ("31 days", 30 * DAY_MS)] {
        bench.pass(ms).await?;
        if ms >= 30 * DAY_MS {
            forgotten(report, &bench).await?;
        }
        post(report, &mut bench, &hook, &captured).await?;
        let now = effects(&bench).await?;
        let more: usize = now.iter().zip(&first).map(|(now, first)| now.abs_diff(*first)).sum();
        report.figure(&format!("effects of the same after {when}:"), more, "0", more == 0);
    }
    bench.desk.metrics().await?.conserved()
}

/// The callbacks, as they came at this time.
fn captured(now: u64) -> anyhow::Result<Vec<Vec<u8>>> {
    let numbers = (0..MESSAGES).flat_map(|number| (0..USERS).map(move |user| (user, number)));
    numbers
        .map(|(user, number)| {
            let mut body: Value = serde_json::from_slice(&Message::of(0, user, number).body())?;
            body["timestamp"] = now.into();
            Ok(body.to_string().into_bytes())
        })
        .collect()
}

async fn post(report: &Report, bench: &mut Bench, hook: &Hook, bodies: &[Vec<u8>]) -> anyhow::Result<()> {
    let queues = (0..CONNECTIONS).map(|connection| {
        let ours: Vec<_> = bodies.iter().skip(connection).step_by(CONNECTIONS).cloned().collect();
        ours.into_iter()
    });
    let say = |answered| report.progress(format!("{answered} of {ALL}"));
    Crowd::start(hook, queues).end(&mut bench.desk, None, say).await.map(drop)
}

/// Completes every second task: a message that counted again would open a new one.
async fn complete_half(bench: &Bench) -> anyhow::Result<()> {
    for task in bench.desk.all("tasks").await?.iter().step_by(2) {
        bench.desk.set_status(task, "completed").await?;
    }
    Ok(())
}

/// Waits until the desk has forgotten that it handled them.
async fn forgotten(report: &Report, bench: &Bench) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        let (_, diagnosis) = bench.desk.diagnosis()?;
        let handled = diagnosis["counts"]["handled"].as_u64().context("a count")?;
        if handled < FEW {
            return Ok(());
        }
        ensure!(start.elapsed() < FORGET_MAX, "{handled} dedupe ids are remembered after 31 days");
        report.progress(format!("{handled} dedupe ids are remembered"));
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// What people see: how many tasks there are, entries in them, and contacts.
async fn effects(bench: &Bench) -> anyhow::Result<[usize; 3]> {
    let tasks = bench.desk.all("tasks").await?;
    let mut entries = 0;
    for task in &tasks {
        entries += bench.desk.actions(task).await?.len();
    }
    Ok([tasks.len(), entries, bench.desk.all("contacts").await?.len()])
}
