//! G9 with much to do: 100,000 calls wait in the outbox while the desk is killed and started, looked at while it idles, and
//! then sent; then 100,000 events wait for a plugin that is paused.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::crowd::Crowd;
use e2e::load::{Load, Message, insist};
use e2e::{Bench, Desk, DeskOptions};
use serde_json::{Value, json};

use crate::report::Report;

const WAITING: u64 = 100_000;
const CONVERSATIONS: usize = 1_000;
/// As many contacts as one answer may notify, and as many files as it may have: 550 calls each.
const NOTIFIED: usize = 50;
const FILES: usize = 10;
const CONNECTIONS: usize = 16;
const KILLS: usize = 10;
const IDLE: Duration = Duration::from_secs(10);
const CALLERS: usize = 8;
const PAUSE: Duration = Duration::from_millis(50);
const START_MAX: Duration = Duration::from_secs(5);
const CALLS: &str = r#"desk_calls{state="waiting"}"#;
const EVENTS: &str = "desk_events_waiting";
/// Longest that it may take to fill the desk.
const FILL_MAX: Duration = Duration::from_secs(600);

/// Longest pause of a channel that keeps failing, and some more.
const PAUSED_MS: u64 = 16 * 60_000;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    calls_wait(report).await?;
    events_wait(report).await
}

async fn calls_wait(report: &mut Report) -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let empty = idle(&bench.desk).await?;
    // Viber refuses everything of the account's, so all that is written waits until it does not.
    bench.viber.patch(&format!("bots/{bot}"), json!({"suspended": true})).await?;
    fill(report, &mut bench, &hook).await?;
    let full = idle(&bench.desk).await?;
    let slowest =
        slowest_start(report, &mut bench.desk, &hook, |kill| Message::of(1, 0, kill).body()).await?;
    let load = Load::start(&hook, 2, CALLERS, PAUSE);
    tokio::time::sleep(IDLE).await;
    let seen = load.end().await;
    let waiting = waiting(&bench.desk, CALLS).await?;
    report.figure("calls that wait:", waiting, "100,000", waiting >= WAITING);
    started(report, slowest);
    let idle = format!("{full:?} (empty: {empty:?})");
    report.figure("processor time in 10 s of waiting:", idle, "≤ 1 s", full <= Duration::from_secs(1));
    let (p99, failed) = (seen.percentile(99), seen.refused.len() + seen.unanswered.len());
    let what = format!("p99 of {} callbacks meanwhile:", seen.took.len());
    report.figure(&what, format!("{p99:?}"), "≤ 250 ms", p99 <= Duration::from_millis(250) && failed == 0);
    bench.viber.patch(&format!("bots/{bot}"), json!({"suspended": false})).await?;
    let sent = send(&bench.desk, &account).await?;
    report.figure("sent in 10 s once Viber takes them:", sent, "some", sent > 0);
    bench.desk.metrics().await?.conserved()
}

/// Customers who have written, and answers to them until so many calls wait.
async fn fill(report: &Report, bench: &mut Bench, hook: &Hook) -> anyhow::Result<()> {
    let first = |connection: usize| {
        (connection..CONVERSATIONS).step_by(CONNECTIONS).map(|one| Message::of(0, one, 0).body())
    };
    Crowd::start(hook, (0..CONNECTIONS).map(first)).end(&mut bench.desk, None, |_| ()).await?;
    let desk = &bench.desk;
    let contacts: Vec<Value> = desk.all("contacts").await?.iter().map(|one| one["id"].clone()).collect();
    let task = desk.list("tasks").await?.remove(0);
    let upload = desk.upload("bill.pdf", b"%PDF-1.4\n%%EOF\n").await?["id"].take();
    let (start, mut posted) = (Instant::now(), 0);
    for notify in contacts.chunks(NOTIFIED).cycle() {
        if posted >= WAITING {
            break;
        }
        let body = json!({"text": "hello", "notify": notify, "attachments": vec![upload.clone(); FILES]});
        desk.post(&format!("tasks/{}/actions", task["id"]), body).await?;
        posted += (NOTIFIED * (FILES + 1)) as u64;
    }
    while waiting(desk, CALLS).await? < WAITING {
        ensure!(
            start.elapsed() < FILL_MAX,
            "only {} calls wait after {FILL_MAX:?}",
            waiting(desk, CALLS).await?
        );
        report.progress(format!("{} calls wait", waiting(desk, CALLS).await?));
        tokio::time::sleep(IDLE).await;
    }
    Ok(())
}

/// Kills a desk and starts it again and again; the longest until the first callback was answered 200.
async fn slowest_start(
    report: &Report,
    desk: &mut Desk,
    hook: &Hook,
    callback: impl Fn(usize) -> Vec<u8>,
) -> anyhow::Result<Duration> {
    let mut slowest = Duration::ZERO;
    for kill in 0..KILLS {
        desk.kill()?;
        let start = Instant::now();
        desk.start_again()?;
        insist(hook, &callback(kill)).await?;
        slowest = slowest.max(start.elapsed());
        report.progress(format!("start {}: first 200 after {:?}", kill + 1, start.elapsed()));
    }
    Ok(slowest)
}

fn started(report: &mut Report, slowest: Duration) {
    let kills = format!("slowest of {KILLS} starts after kill -9, to the first 200:");
    report.figure(&kills, format!("{slowest:?}"), "≤ 5 s", slowest <= START_MAX);
}

/// A channel that breaks down over all that customers write, and so is paused; what they write waits. Then it is mended.
async fn events_wait(report: &mut Report) -> anyhow::Result<()> {
    let options =
        DeskOptions { plugins: vec![guests::HOSTILE.into()], movable_clock: true, ..DeskOptions::default() };
    let mut desk = Desk::start(options).await?;
    let body = json!({"channel": "hostile", "name": "Shop", "settings": {"handle_deed": "trap"}});
    let account = desk.post("accounts", body).await?["id"].as_str().context("an id")?.to_owned();
    let hook = Hook::new(&format!("{}/webhooks/{account}", desk.base), "");
    let empty = idle(&desk).await?;
    let say = |user: usize, id: String| format!("say user-{user} {id} ").into_bytes();
    let each = usize::try_from(WAITING)? / CONNECTIONS;
    let queues = (0..CONNECTIONS).map(|connection| {
        let user = move |number| (number * CONNECTIONS + connection) % CONVERSATIONS;
        (0..each).map(move |number| say(user(number), format!("m{connection}-{number}")))
    });
    let progress = |answered| report.progress(format!("{answered} events wait"));
    Crowd::start(&hook, queues).end(&mut desk, None, progress).await?;
    let full = idle(&desk).await?;
    let slowest = slowest_start(report, &mut desk, &hook, |kill| say(0, format!("start-{kill}"))).await?;
    let before = waiting(&desk, EVENTS).await?;
    report.figure("events that wait for a plugin:", before, "100,000", before >= WAITING);
    started(report, slowest);
    let spent = format!("{full:?} (empty: {empty:?})");
    report.figure("processor time in 10 s of waiting:", spent, "≤ 1 s", full <= Duration::from_secs(1));
    let mended = json!({"settings": {"fixed": "yes", "handle_deed": ""}});
    desk.patch(&format!("accounts/{account}"), mended).await?;
    desk.advance(PAUSED_MS)?;
    tokio::time::sleep(IDLE).await;
    let handled = before.saturating_sub(waiting(&desk, EVENTS).await?);
    report.figure("handled in 10 s once it is mended:", handled, "some", handled > 0);
    desk.metrics().await?.conserved()
}

/// How many wait, by the name of their metric.
async fn waiting(desk: &Desk, metric: &str) -> anyhow::Result<u64> {
    let waiting = desk.metrics().await?.get(metric)?;
    format!("{waiting}").parse().context("a whole number")
}

/// The processor time that the desk takes while nobody asks it anything.
async fn idle(desk: &Desk) -> anyhow::Result<Duration> {
    let before = desk.processor_time()?;
    tokio::time::sleep(IDLE).await;
    Ok(desk.processor_time()? - before)
}

/// Says that the account works again; how many calls are done 10 s later.
async fn send(desk: &Desk, account: &str) -> anyhow::Result<u64> {
    let before = waiting(desk, CALLS).await?;
    desk.post(&format!("accounts/{account}/check"), json!({})).await?;
    tokio::time::sleep(IDLE).await;
    Ok(before.saturating_sub(waiting(desk, CALLS).await?))
}
