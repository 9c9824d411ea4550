//! G2 at full size: 10,000 callbacks, each up to seven times, shuffled, over 16 connections, while the desk is killed again
//! and again; tokens that are one number to whoever reads them as floats; and three receipts that share a token.

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::crowd::Crowd;
use e2e::load::Message;
use e2e::random::Random;
use e2e::{Bench, Desk};
use serde_json::{Value, json};

use crate::report::Report;

const USERS: usize = 500;
const MESSAGES: usize = 20;
const COPIES_MAX: u64 = 7;
const CONNECTIONS: usize = 16;
const KILLS: usize = 20;
/// Above 2⁵³, where two whole numbers can be one float.
const LARGE_TOKEN: u64 = 6_164_500_000_000_000_000;
const PAIRS: u64 = 100;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let seed = Random::seed()?;
    report.progress(format!("PROVE_SEED={seed} gives the same copies in the same order"));
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let copies = copies(&mut Random::new(seed));
    let (sent, before) = (copies.len(), done(&bench.desk).await?);
    let queues = queues(copies);
    let say = |answered| report.progress(format!("{answered} of {sent}"));
    let seen = Crowd::start(&hook, queues).end(&mut bench.desk, Some(sent / (KILLS + 1)), say).await?;
    report.progress(format!("{seen:?}"));
    let processed = done(&bench.desk).await? - before;
    let all = USERS * MESSAGES;
    report.figure("kills meanwhile:", seen.kills, "20", seen.kills >= KILLS);
    report.figure("processed, of 10,000 callbacks in", format!("{sent} copies: {processed}"), "10,000", {
        processed == all
    });
    let kept = kept(&bench, &account).await?;
    report.figure("messages kept, each once:", kept, "10,000", kept == all);
    large_tokens(report, &bench.desk, &hook).await?;
    receipts(report, &bench.desk, &hook).await?;
    bench.desk.metrics().await?.conserved()
}

/// Every message one to seven times, in any order.
fn copies(random: &mut Random) -> Vec<Vec<u8>> {
    let mut copies = Vec::new();
    for user in 0..USERS {
        for number in 0..MESSAGES {
            let body = Message::of(0, user, number).body();
            copies.extend((0..=random.below(COPIES_MAX)).map(|_| body.clone()));
        }
    }
    random.shuffle(&mut copies);
    copies
}

fn queues(copies: Vec<Vec<u8>>) -> Vec<std::vec::IntoIter<Vec<u8>>> {
    let mut queues = vec![Vec::new(); CONNECTIONS];
    for (number, copy) in copies.into_iter().enumerate() {
        queues[number % CONNECTIONS].push(copy);
    }
    queues.into_iter().map(Vec::into_iter).collect()
}

/// Callbacks that had an effect, ever.
async fn done(desk: &Desk) -> anyhow::Result<usize> {
    let metrics = desk.metrics().await?;
    // A count far below what a float holds exactly.
    Ok(format!("{}", metrics.get("desk_inbound_done_total")?).parse()?)
}

/// Messages in tasks: each user's all, and none twice.
async fn kept(bench: &Bench, account: &str) -> anyhow::Result<usize> {
    let mut sum = 0;
    for task in bench.desk.tasks(account).await? {
        let mut texts = bench.desk.texts(&task).await?;
        sum += texts.len();
        texts.sort();
        texts.dedup();
        ensure!(texts.len() == MESSAGES, "{}: {texts:?}", task["requester"]["name"]);
    }
    Ok(sum)
}

/// Pairs of callbacks that differ in nothing but their tokens, by one.
async fn large_tokens(report: &mut Report, desk: &Desk, hook: &Hook) -> anyhow::Result<()> {
    let (before, now) = (done(desk).await?, callback::now_ms());
    for token in LARGE_TOKEN..LARGE_TOKEN + 2 * PAIRS {
        let mut body: Value = serde_json::from_slice(&callback::text(token, "user-0-0", "again"))?;
        body["timestamp"] = now.into();
        post(hook, &body).await?;
    }
    let processed = done(desk).await? - before;
    let what = "processed, of 100 pairs of tokens that are one number as floats:";
    report.figure(what, processed, "200", processed == 200);
    Ok(())
}

/// `delivered`, `seen` and `failed` share the message's token, and come from each device.
async fn receipts(report: &mut Report, desk: &Desk, hook: &Hook) -> anyhow::Result<()> {
    let (before, now) = (done(desk).await?, callback::now_ms());
    for event in ["delivered", "seen", "failed", "seen", "delivered", "failed"] {
        let user = "user-0-0";
        let body = json!({"event": event, "timestamp": now, "message_token": LARGE_TOKEN,
            "user_id": user, "desc": "x"});
        post(hook, &body).await?;
    }
    let processed = done(desk).await? - before;
    report.figure("processed, of three receipts of one token, twice each:", processed, "3", processed == 3);
    Ok(())
}

async fn post(hook: &Hook, body: &Value) -> anyhow::Result<()> {
    let (status, _) = hook.post(body.to_string().as_bytes()).await.context("a callback")?;
    ensure!(status == 200, "{status}: {body}");
    Ok(())
}
