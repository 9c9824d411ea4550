//! G12, G13 at full size: every hostile deed 200 times among 10,000 good calls. Not through a desk: the engine contains
//! them, and this process is its host.

use std::time::Duration;

use guests::contained::{Plan, run};

use crate::report::Report;

const RUNS: usize = 200;
const GOOD_CALLS: u64 = 10_000;
/// Over the deadline, on a machine that is busy.
const OVER_MAX: Duration = Duration::from_millis(400);
/// Growth of this process.
const GROWTH_MAX: u64 = 32 << 20;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let compiled = tempfile::tempdir()?;
    let folder = compiled.path().join("compiled");
    let plan = Plan { runs: RUNS, good_calls: GOOD_CALLS, ..Plan::default() };
    let ran = tokio::task::block_in_place(|| run(&plan, &folder, |case| report.progress(case)));
    let seen = ran.map_err(|error| anyhow::anyhow!("{error}"))?;
    let ((over, deed), grown) = (seen.worst, seen.grown_bytes);
    report.figure("hostile deeds and files", seen.hostile, "at least 25", seen.hostile >= 25);
    // One that is not ends the proof.
    report.figure("runs, each ended as its kind and none with the host:", seen.runs, "200 of each", true);
    let enough = seen.good_calls >= GOOD_CALLS;
    report.figure("good calls meanwhile", seen.good_calls, "at least 10,000", enough);
    report.figure("of these failed", seen.failed, "0", seen.failed == 0);
    report.figure("longest over its deadline", format!("{over:?} ({deed})"), "≤ 400 ms", over <= OVER_MAX);
    report.figure("memory grew by", format!("{} MiB", grown >> 20), "< 32 MiB", grown < GROWTH_MAX);
    Ok(())
}
