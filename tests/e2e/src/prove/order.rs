//! G3 in numbers: 500 conversations of 200 messages each, side by side, while the desk is killed again and again.

use e2e::Bench;
use e2e::callback::Hook;
use e2e::crowd::Crowd;
use e2e::load::Message;
use e2e::stops::kept;
use serde_json::json;

use crate::report::Report;

const CONVERSATIONS: usize = 500;
const MESSAGES: usize = 200;
const CONNECTIONS: usize = 16;
const KILLS: usize = 20;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    // A conversation is one connection's, which posts its next message when the last was answered 200.
    let queues = (0..CONNECTIONS).map(|connection| {
        let ours = (connection..CONVERSATIONS).step_by(CONNECTIONS);
        (0..MESSAGES).flat_map(move |number| ours.clone().map(move |one| Message::of(0, one, number).body()))
    });
    let all = CONVERSATIONS * MESSAGES;
    let say = |answered| report.progress(format!("{answered} of {all}"));
    let seen = Crowd::start(&hook, queues).end(&mut bench.desk, Some(all / (KILLS + 1)), say).await?;
    report.progress(format!("{seen:?}"));
    report.figure("kills meanwhile:", seen.kills, "20", seen.kills >= KILLS);
    report.figure("attempts that they left without 200:", seen.repeated, "some", seen.repeated > 0);
    // A message that is lost, doubled or out of order breaks it off.
    let kept = kept(&bench, &account, 0).await?;
    let whole = kept.values().filter(|count| **count == MESSAGES).count();
    report.figure(
        "conversations with 200 messages in the order that they were accepted in:",
        whole,
        "500",
        whole == CONVERSATIONS,
    );
    bench.desk.metrics().await?.conserved()
}
