//! G28 at full size: 100 stops in the middle of callbacks.

use std::time::Duration;

use e2e::Bench;
use e2e::callback::Hook;
use e2e::stops::stop_under_load;
use serde_json::json;

use crate::report::Report;

const STOPS: usize = 100;
const CALLERS: usize = 16;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let (mut longest, mut dropped, mut answered, mut unanswered) = (Duration::ZERO, 0, 0, 0);
    // A desk for ten stops: looking for what was kept takes longer the more there is.
    for ten in 0..STOPS / 10 {
        let mut bench = Bench::start().await?;
        let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
        let hook = Hook::of(&bench.viber, &bot).await?;
        for round in 0..10 {
            // From a few milliseconds to half a second, never twice the same.
            let after = Duration::from_millis(5 + (ten * 10 + round) as u64 * 83 % 500);
            let seen = stop_under_load(&mut bench, &account, &hook, round, CALLERS, after).await?;
            longest = longest.max(seen.took);
            dropped += seen.dropped;
            answered += seen.answered;
            unanswered += seen.unanswered;
        }
        report.progress(format!(
            "{} stops, {answered} callbacks answered, {unanswered} repeated",
            ten * 10 + 10
        ));
    }
    // A message lost or doubled would have broken it off.
    report.figure("lost or doubled, of", format!("{answered}: 0"), "0", answered > STOPS);
    report.figure("read and not answered:", dropped, "0", dropped == 0);
    report.figure("longest stop", format!("{longest:?}"), "≤ 10 s", longest <= Duration::from_secs(10));
    Ok(())
}
