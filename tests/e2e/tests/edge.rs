//! Clients that are slow, long or rude, a disk that is nearly full, and a stop in the middle of it all: G24, G27, G28 in
//! small numbers. The promised figures are `cargo xtask prove`'s. Not here: the plugin's side of bad input.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::load::Load;
use e2e::raw::{self, Raw};
use e2e::slow::{Part, Slow};
use e2e::stops::stop_under_load;
use e2e::{Bench, DeskOptions, read_of_refused, until};
use reqwest::{Method, StatusCode};
use serde_json::json;

const USER: &str = "Zm9vYmFyYmF6cXV4MDEyMw==";
/// Largest webhook body, by the contract.
const BODY_BYTES_MAX: u64 = 128 << 10;

async fn connected(more: &[&str]) -> anyhow::Result<(Bench, String, Hook)> {
    let more = more.iter().map(|it| (*it).to_owned()).collect();
    let bench = Bench::start_with(DeskOptions { more, ..DeskOptions::default() }, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    Ok((bench, account, hook))
}

/// G24: with room for all, each slow client has its time and no more: 5 s for a head, 10 s for a body.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_client_is_closed_when_its_time_is_over() -> anyhow::Result<()> {
    let (bench, _, hook) = connected(&[]).await?;
    let each = |part, longest: Duration| {
        let (hook, address) = (&hook, bench.desk.address());
        async move {
            let every = Duration::from_millis(500);
            let slow = Slow::start(hook, address, 3, &[part], every);
            let times = slow.all_closed().await;
            let in_time = |time: &Duration| *time > longest - every && *time < longest + every * 3;
            ensure!(times.len() == 3 && times.iter().all(in_time), "{part:?}: {times:?}, not {longest:?}");
            Ok(())
        }
    };
    let head_max = Duration::from_secs(5);
    tokio::try_join!(
        each(Part::Nothing, head_max),
        each(Part::Head, head_max),
        each(Part::Body, Duration::from_secs(10))
    )?;
    Ok(())
}

/// G24: more slow clients than there are places displace each other, and no good caller.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_slow_clients_keeps_no_good_caller_out() -> anyhow::Result<()> {
    const PLACES: usize = 64;
    let (bench, _, hook) = connected(&["--connections-max", "64"]).await?;
    let parts = [Part::Nothing, Part::Head, Part::Body];
    let slow = Slow::start(&hook, bench.desk.address(), 150, &parts, Duration::from_millis(500));
    let load = Load::start(&hook, 0, 4, Duration::from_millis(20));
    tokio::time::sleep(Duration::from_secs(3)).await;
    // The simulator and this test's client have a connection each besides, and SQLite none.
    let (open, sockets) = (slow.open(), bench.desk.sockets()?);
    let seen = load.end().await;
    ensure!(open <= PLACES && sockets <= PLACES + 8, "{open} slow clients, {sockets} sockets");
    ensure!(seen.refused.is_empty() && seen.unanswered.is_empty(), "{seen:?}");
    // So many in 3 s are never far from their pauses; how long the slowest take is for `prove slow` to say, alone.
    ensure!(seen.took.len() > 100, "only {} callbacks were answered", seen.took.len());
    Ok(())
}

/// G24: a client that asks and asks and reads no answer is closed, though it never stops to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_no_answer_is_closed() -> anyhow::Result<()> {
    let (bench, ..) = connected(&[]).await?;
    let before = bench.desk.sockets()?;
    let mut raw = Raw::connect(bench.desk.address()).await?;
    let ask = b"GET /console/console.js HTTP/1.1\r\nHost: desk\r\n\r\n".repeat(200);
    let start = Instant::now();
    // Until the answers fill every buffer between, and nothing more is taken.
    while tokio::time::timeout(Duration::from_millis(500), raw.send(&ask)).await.is_ok() {
        ensure!(start.elapsed() < Duration::from_secs(10), "the desk takes questions without end");
    }
    ensure!(bench.desk.sockets()? > before, "it is connected");
    until("the desk has closed it", || async { Ok((bench.desk.sockets()? <= before).then_some(())) }).await
}

/// G24: 413 after at most 128 KiB, however the size is said or not said; the client sees it though it was still sending.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_huge_body_is_refused_early() -> anyhow::Result<()> {
    let (bench, _, hook) = connected(&[]).await?;
    let mut chunk = b"4000\r\n".to_vec();
    chunk.extend([b'x'; 0x4000]);
    chunk.extend(b"\r\n");
    let cases: [(&str, &[u8], u64); 2] = [
        ("Content-Length: 1000000000\r\n", &[b'x'; 16 << 10], 0),
        ("Transfer-Encoding: chunked\r\n", &chunk, BODY_BYTES_MAX),
    ];
    for (number, (lines, piece, most)) in cases.iter().enumerate() {
        let mut raw = Raw::connect(bench.desk.address()).await?;
        raw.send(&raw::head(&hook, lines)).await?;
        raw.flood(1_000_000_000, piece).await;
        let (status, kept) = raw.answer().await.with_context(|| (*lines).to_owned())?;
        ensure!(status == 413 && !kept, "{lines}: {status}, kept: {kept}");
        let read = read_of_refused(&bench.desk, number + 1).await?;
        ensure!(read <= *most, "{lines}: {read} bytes were read");
    }
    // The longest that need not say how long it is: read to its end, where it turns out to have no signature.
    let mut raw = Raw::connect(bench.desk.address()).await?;
    raw.send(&raw::head(&hook, "Transfer-Encoding: chunked\r\n")).await?;
    raw.send(&[chunk.repeat(7), b"0\r\n\r\n".to_vec()].concat()).await?;
    let (status, _) = raw.answer().await?;
    ensure!(status == 401, "112 KiB in chunks: {status}");
    // A length that is too small: the rest is no request.
    let mut raw = Raw::connect(bench.desk.address()).await?;
    raw.send(&raw::head(&hook, "Content-Length: 10\r\n")).await?;
    raw.flood(1_000_000, &[b'x'; 16 << 10]).await;
    let (status, _) = raw.answer().await?;
    ensure!(status == 401, "ten bytes with no signature: {status}");
    ensure!(raw.closes_within(Duration::from_secs(5)).await, "what follows is taken for a request");
    // Two lengths: whoever is in between may believe the other one.
    let mut raw = Raw::connect(bench.desk.address()).await?;
    raw.send(&raw::head(&hook, "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")).await?;
    raw.send(b"0\r\n\r\n").await?;
    ensure!(raw.answer().await.is_ok_and(|(_, kept)| !kept), "it may be kept for nothing further");
    Ok(())
}

/// G28: what the desk has begun to read when it is asked to stop is read, answered and kept; who is idle is let go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_has_begun_is_answered_through_a_stop() -> anyhow::Result<()> {
    let (mut bench, account, hook) = connected(&[]).await?;
    let (head, body) = raw::callback(&hook, &callback::text(1, USER, "hello"));
    let mut idle = Raw::connect(bench.desk.address()).await?;
    let mut half = Raw::connect(bench.desk.address()).await?;
    half.send(&head).await?;
    half.send(&body[..10]).await?;
    // Seen as work, so that it is read before the signal.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let start = Instant::now();
    bench.desk.terminate()?;
    ensure!(idle.closes_within(Duration::from_secs(2)).await, "an idle connection holds up the stop");
    let refused = until("nobody is let in", || async {
        Ok(Raw::connect(bench.desk.address()).await.is_err().then_some(()))
    });
    refused.await?;
    half.send(&body[10..]).await?;
    let (status, kept) = half.answer().await.context("the request that had begun")?;
    ensure!(status == 200 && !kept, "{status}, kept: {kept}");
    ensure!(bench.desk.ended().await?.success(), "it ends well");
    ensure!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    bench.desk.start_again()?;
    ensure!(bench.desk.tasks(&account).await?.len() == 1, "what was answered is kept");
    Ok(())
}

/// G28: an answer under way comes to its end: after the stop it is not `unconfirmed`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_the_answer_to_what_is_being_sent() -> anyhow::Result<()> {
    let (mut bench, account, _) = connected(&[]).await?;
    let bots = bench.viber.get("bots").await?;
    let bot = bots["items"][0]["alias"].as_str().context("a bot")?.to_owned();
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks_of(&account, "Olena").await?.remove(0);
    bench.viber.fault("send_message", 1, json!({"answer_delay_ms": 1_500})).await?;
    let reply = bench.desk.reply(&task, "good day").await?;
    until("it is on the phone, and not yet answered", || async {
        Ok((!person.received().await?.is_empty()).then_some(()))
    })
    .await?;
    let start = Instant::now();
    bench.desk.terminate()?;
    ensure!(bench.desk.ended().await?.success(), "it ends well");
    // A receipt would settle a cut-off answer too: that it waited is seen by the time and the log.
    ensure!(start.elapsed() > Duration::from_millis(500), "it waited only {:?}", start.elapsed());
    ensure!(!bench.desk.log()?.contains("cut off"), "the call was cut off");
    bench.desk.start_again()?;
    let state = bench.desk.delivery(&task, &reply).await?;
    ensure!(["sent", "delivered", "seen"].iter().any(|it| state["state"] == *it), "{state}");
    ensure!(person.texts().await? == ["good day"], "once on the phone");
    Ok(())
}

/// G28: whoever asks twice is not made to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_at_once() -> anyhow::Result<()> {
    let (mut bench, _, hook) = connected(&[]).await?;
    let mut half = Raw::connect(bench.desk.address()).await?;
    half.send(&raw::head(&hook, "Content-Length: 100\r\n")).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    bench.desk.terminate()?;
    until("it stops", || async { Ok(Raw::connect(bench.desk.address()).await.is_err().then_some(())) })
        .await?;
    let start = Instant::now();
    bench.desk.terminate()?;
    ensure!(!bench.desk.ended().await?.success(), "it says that it was cut short");
    ensure!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    Ok(())
}

/// G28, G1, G2: stops in the middle of callbacks lose nothing, double nothing, and owe nobody an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stops_under_load_drop_nothing_that_was_read() -> anyhow::Result<()> {
    let (mut bench, account, hook) = connected(&[]).await?;
    for (round, after_ms) in [150, 320, 60].into_iter().enumerate() {
        let after = Duration::from_millis(after_ms);
        let seen = stop_under_load(&mut bench, &account, &hook, round, 12, after).await?;
        ensure!(seen.dropped == 0, "read, kept, and not answered: {seen:?}");
        ensure!(seen.took < Duration::from_secs(10), "{seen:?}");
        ensure!(seen.answered > 0, "no callback was under way: the test proves nothing");
    }
    Ok(())
}

/// Takes room on the disk of the temporary folder until it is dropped.
fn take_disk(bytes: u64) -> anyhow::Result<std::fs::File> {
    let file = tempfile::tempfile()?;
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes)?;
    Ok(file)
}

/// G27: below the mark the desk takes nothing in and says so; above it, it does again by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_nearly_full_refuses_until_there_is_room() -> anyhow::Result<()> {
    /// More than other tests write meanwhile.
    const MARGIN: u64 = 1 << 30;
    let disk = rustix::fs::statvfs(std::env::temp_dir())?;
    let free = disk.f_bavail * disk.f_frsize;
    ensure!(free > 4 * MARGIN, "{free} bytes are free: too few to take 2 GiB for a moment");
    let mark = ((free - MARGIN) / 1_000_000).to_string();
    let (bench, account, hook) = connected(&["--free-disk-min-mb", &mark]).await?;
    let status_of = |path: &'static str| {
        let url = format!("{}{path}", bench.desk.base);
        async move { anyhow::Ok(reqwest::get(url).await?.status()) }
    };
    ensure!(status_of("/readyz").await? == StatusCode::OK, "ready at first");
    let taken = take_disk(2 * MARGIN)?;
    until("it is not ready", || async { Ok((status_of("/readyz").await? == 503).then_some(())) }).await?;
    let message = callback::text(1, USER, "hello");
    let (status, _) = hook.post(&message).await?;
    ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
    let employee = || bench.desk.call(Method::POST, "employees", Some(json!({"name": "Ivan"})));
    let (status, problem) = employee().await?;
    ensure!(status == 503 && problem["code"] == "disk-full", "{status} {problem}");
    ensure!(bench.desk.tasks(&account).await?.is_empty(), "nothing was kept, and what is there can be read");
    ensure!(status_of("/healthz").await? == StatusCode::OK, "it lives");
    drop(taken);
    until("it is ready", || async { Ok((status_of("/readyz").await? == 200).then_some(())) }).await?;
    ensure!(hook.post(&message).await?.0 == StatusCode::OK, "the repeat is taken");
    ensure!(employee().await?.0.is_success(), "changes are taken");
    ensure!(bench.desk.tasks(&account).await?.len() == 1, "and kept");
    Ok(())
}
