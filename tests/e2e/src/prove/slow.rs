//! G24 at full size: 2,000 clients that drip a byte a second, while good callbacks go on.

use std::time::Duration;

use anyhow::ensure;
use e2e::Bench;
use e2e::callback::Hook;
use e2e::load::Load;
use e2e::slow::{Part, Slow};
use serde_json::json;

use crate::report::Report;

const CLIENTS: usize = 2_000;
const EVERY: Duration = Duration::from_secs(1);
const GOOD_CALLERS: usize = 8;
/// 8 callers with this pause are some 200 callbacks a second.
const GOOD_PAUSE: Duration = Duration::from_millis(35);
/// Every client that is slow comes again so often.
const WAVES: usize = 2;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let warm = Load::start(&hook, 0, GOOD_CALLERS, GOOD_PAUSE);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = warm.end().await;
    let before = bench.desk.resident_bytes()?;
    report.progress(format!("without them: p99 {:?}, {} MiB", idle.percentile(99), before >> 20));
    let (mut peak, mut longest, mut came) = (before, Duration::ZERO, 0);
    let good = Load::start(&hook, 1, GOOD_CALLERS, GOOD_PAUSE);
    for wave in 1..=WAVES {
        let slow = Slow::start(&hook, bench.desk.address(), CLIENTS, &[Part::Head, Part::Body], EVERY);
        let mut closed = std::pin::pin!(slow.all_closed());
        let times = loop {
            tokio::select! {
                times = &mut closed => break times,
                () = tokio::time::sleep(EVERY) => {
                    peak = peak.max(bench.desk.resident_bytes()?);
                    let sockets = bench.desk.sockets()?;
                    report.progress(format!("wave {wave}: {sockets} sockets, {} MiB", peak >> 20));
                }
            }
        };
        came += times.len();
        longest = longest.max(times.into_iter().max().unwrap_or_default());
    }
    let seen = good.end().await;
    ensure!(came == CLIENTS * WAVES, "only {came} slow clients were let in");
    let failed = seen.refused.len() + seen.unanswered.len();
    let (p99, grown) = (seen.percentile(99), peak.saturating_sub(before));
    if failed > 0 {
        let statuses: Vec<_> = seen.refused.iter().map(|(_, status)| status).collect();
        report.progress(format!("answered {statuses:?}, and not answered: {:?}", seen.why));
    }
    report.figure("good callbacks", seen.took.len(), "more than 1,000", seen.took.len() > 1_000);
    report.figure("good callbacks without 200:", failed, "0", failed == 0);
    report.figure("p99 of good callbacks", format!("{p99:?}"), "≤ 250 ms", p99 <= Duration::from_millis(250));
    report.figure("longest drip", format!("{longest:?}"), "≤ 15 s", longest <= Duration::from_secs(15));
    report.figure("memory grew by", format!("{} MiB", grown >> 20), "< 64 MiB", grown < 64 << 20);
    Ok(())
}
