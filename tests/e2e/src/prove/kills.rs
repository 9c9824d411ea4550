//! G1, G2, G3, G5, G6, G9 and G10 at full size: 200 `kill -9` at random instants, and 50 while a start recovers.

use std::time::Duration;

use anyhow::Context;
use e2e::kills::{Kills, KillsSeen, kill_under_load};
use e2e::random::Random;

use crate::report::Report;

const KILLS: usize = 200;
/// A desk for so many: looking for what was kept takes longer the more there is.
const KILLS_A_DESK: usize = 20;
const RECOVERY_EVERY: usize = 4;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let seed = Random::seed()?;
    report.progress(format!("PROVE_SEED={seed} gives the same instants again"));
    let mut all = KillsSeen::default();
    for desk in 0..KILLS / KILLS_A_DESK {
        let seed = seed + desk as u64;
        let plan =
            Kills { kills: KILLS_A_DESK, recovery_every: RECOVERY_EVERY, apart_ms: 1_000..2_000, seed };
        let seen = kill_under_load(&plan).await.with_context(|| format!("desk {desk}"))?;
        all.callbacks += seen.callbacks;
        all.repeated += seen.repeated;
        all.answers += seen.answers;
        all.unconfirmed += seen.unconfirmed;
        all.in_recovery += seen.in_recovery;
        all.up += seen.up;
        all.slowest_start = all.slowest_start.max(seen.slowest_start);
        let kills = (desk + 1) * KILLS_A_DESK;
        report.progress(format!("{kills} kills and {} in recovery: {all:?}", all.in_recovery));
    }
    // One lost, doubled or out of order, or a sum that does not hold, would have broken it off.
    let (callbacks, answers) = (all.callbacks, all.answers);
    report.figure("kills", KILLS, "200", KILLS == 200);
    report.figure("kills in recovery", all.in_recovery, "50", all.in_recovery == 50);
    report.figure(
        "lost or doubled, of callbacks answered 200",
        format!("{callbacks}: 0"),
        "0",
        callbacks > 10_000,
    );
    let a_second = |count: usize| count as u64 / all.up.as_secs().max(1);
    report.figure(
        "callbacks and answers a second while the desk was up, of 200 and 20 offered:",
        format!("{} and {}", a_second(callbacks), a_second(answers)),
        "–",
        true,
    );
    report.figure("attempts that a kill left without 200:", all.repeated, "some", all.repeated > KILLS / 2);
    report.figure("lost or doubled, of operators' answers", format!("{answers}: 0"), "0", answers > 1_000);
    report.figure("of these told as unconfirmed:", all.unconfirmed, "told", true);
    let slowest = all.slowest_start;
    report.figure(
        "slowest start to first 200:",
        format!("{slowest:?}"),
        "≤ 5 s",
        slowest <= Duration::from_secs(5),
    );
    Ok(())
}
