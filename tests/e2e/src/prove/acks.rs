//! G1 at full size: how long 60,000 callbacks wait for their 200, and that each of them is kept.

use std::time::Duration;

use anyhow::ensure;
use e2e::Bench;
use e2e::callback::Hook;
use e2e::load::Load;
use e2e::stops::kept;
use serde_json::json;

use crate::report::Report;

const CALLBACKS: usize = 60_000;
const CALLERS: usize = 16;
/// 16 callers with this pause are some 250 callbacks a second, where an answer takes 10 ms.
const PAUSE: Duration = Duration::from_millis(50);
const SAY_EVERY: Duration = Duration::from_secs(20);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let load = Load::start(&Hook::of(&bench.viber, &bot).await?, 0, CALLERS, PAUSE);
    let mut answered = 0;
    while answered < CALLBACKS {
        tokio::time::sleep(SAY_EVERY).await;
        ensure!(load.answered() > answered, "nobody is answered any more");
        answered = load.answered();
        report.progress(format!("{answered} callbacks"));
    }
    let seen = load.end().await;
    let failed = seen.refused.len() + seen.unanswered.len();
    let (p99, max) = (seen.percentile(99), seen.percentile(100));
    report.figure("callbacks answered 200", seen.took.len(), "60,000 or more", seen.took.len() >= CALLBACKS);
    report.figure("otherwise answered, or not:", failed, "0", failed == 0);
    report.figure("p50 of the answers", format!("{:?}", seen.percentile(50)), "–", true);
    report.figure("p99 of the answers", format!("{p99:?}"), "≤ 250 ms", p99 <= Duration::from_millis(250));
    report.figure("slowest answer", format!("{max:?}"), "< 2 s", max < Duration::from_secs(2));
    // Each once and in order, or it breaks off.
    let sum: usize = kept(&bench, &account, 0).await?.values().sum();
    report.figure("of these kept, each once and in order:", sum, "all", sum == seen.took.len());
    bench.desk.metrics().await?.conserved()?;
    report.figure("sums that do not hold:", 0, "0", true);
    Ok(())
}
