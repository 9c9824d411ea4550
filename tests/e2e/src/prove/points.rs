//! G1 to G7 and G9 at each crash point: a desk dies there, for each of its first 5 times, and again while it recovers.

use std::process::Command;

use anyhow::{Context, ensure};
use e2e::FAULTY;
use e2e::points::Points;

use crate::report::Report;

const TIMES: usize = 5;
/// Of the points, so many are tried in the recovery from each death, another choice each time.
const AGAIN: usize = 5;
/// They are reached in a recovery only.
const RECOVERY: &str = "recover";
/// The environment variable that names the only one to walk: to look into a failure.
const ONLY: &str = "PROVE_POINT";

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let program = std::env::current_exe()?.with_file_name(FAULTY);
    let listed = Command::new(&program).arg("points").output();
    let listed = listed.with_context(|| format!("{} is not built", program.display()))?;
    let listed = String::from_utf8(listed.stdout)?;
    let points: Vec<&str> = listed.lines().collect();
    ensure!(points.len() > AGAIN, "only {} points are listed", points.len());
    let (mut runs, mut died, mut died_again, mut reached) = (0, 0, 0, 0);
    let mut turn = points.iter().cycle();
    let only = std::env::var(ONLY).ok();
    let walked = |point: &&&str| only.as_deref().map_or(!point.contains(RECOVERY), |only| only == **point);
    for point in points.iter().filter(walked) {
        // A desk for each point: looking for what was kept takes longer the more there is.
        let mut desk = Points::start().await?;
        let mut here = 0;
        for time in 1..=TIMES {
            let again: Vec<&str> = turn.by_ref().take(AGAIN).copied().collect();
            let seen = desk.die(&format!("{point}:{time}"), &again).await?;
            runs += 2 + AGAIN;
            here += usize::from(seen.died);
            died_again += seen.died_again;
        }
        died += here;
        reached += usize::from(here == TIMES);
        report.progress(format!(
            "{point}: died {here} of {TIMES} times, {died_again} deaths in recoveries so far"
        ));
    }
    let walked = points.iter().filter(walked).count();
    // Anything lost, doubled or out of order, or a sum that does not hold, would have broken it off.
    report.figure("starts of a desk", runs, "about 400", runs >= 400);
    report.figure("points reached 5 times, of", format!("{walked}: {reached}"), "all", reached == walked);
    report.figure("deaths under load:", died, "each compared", died > 0);
    report.figure("deaths in recovery:", died_again, "each compared", died_again > 0);
    Ok(())
}
