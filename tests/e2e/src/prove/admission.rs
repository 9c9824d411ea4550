//! G14 at full size: hundreds of broken components and some that cost much, each loaded or refused in time; and what the
//! compiling apart costs a desk's start.

use std::time::{Duration, Instant};

use e2e::random::Random;
use e2e::{Desk, DeskOptions, desk_program};
use guests::admitted::{Plan, run};

use crate::report::Report;

const CHANGED: usize = 500;
/// The compiler's time, and some for the process.
const LONGEST: Duration = Duration::from_secs(32);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    starts(report).await?;
    let (folder, seed) = (tempfile::tempdir()?, Random::seed()?);
    report.progress(format!("PROVE_SEED={seed}"));
    // A seed of 0 would give nothing but 0.
    let plan = Plan { desk: desk_program()?, changed: CHANGED, seed: seed.max(1), is_patient: true };
    let compiled = folder.path().join("compiled");
    let ran = tokio::task::block_in_place(|| run(&plan, &compiled, |line| report.progress(line)));
    let seen = ran.map_err(|error| anyhow::anyhow!("{error}"))?;
    let (all, (took, name)) = (seen.ends.values().sum::<usize>(), &seen.longest);
    let promised = "each loaded or refused, no crash";
    report.figure("components", format!("{all}: {:?}", seen.ends), promised, all == CHANGED + 6);
    report.figure("longest", format!("{took:.1?} ({name})"), "≤ 30 s and its process", *took <= LONGEST);
    Ok(())
}

/// A first start and a second one, with the Viber channel.
async fn starts(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let options = DeskOptions { data: Some(folder.path().to_owned()), ..DeskOptions::default() };
    let began = Instant::now();
    let mut desk = Desk::start(options).await?;
    let cold = began.elapsed();
    desk.kill()?;
    let began = Instant::now();
    desk.start_again()?;
    let warm = began.elapsed();
    report.figure("start that compiles", format!("{cold:.1?}"), "≤ 30 s", cold <= Duration::from_secs(30));
    report.figure("start after it", format!("{warm:.1?}"), "≤ 5 s", warm <= Duration::from_secs(5));
    Ok(())
}
