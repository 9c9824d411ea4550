//! G1 at full size: 100 power cuts, of which nothing may be lost; and the same with a desk that syncs less, which must lose:
//! else the proof is blind.

use anyhow::Context;
use e2e::power::{CutSeen, Power};
use e2e::random::Random;
use e2e::{DeskOptions, FAULTY};

use crate::report::Report;

const CUTS: usize = 100;
/// A desk for so many: looking for what was kept takes longer the more there is.
const CUTS_A_DESK: usize = 20;
const CALLERS: usize = 32;
/// Cuts of the desk that syncs less.
const BLIND_CUTS: usize = 3;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let seed = Random::seed()?;
    report.progress(format!("PROVE_SEED={seed} gives the same instants again"));
    let mut random = Random::new(seed);
    let (mut all, mut answers, mut unconfirmed) = (CutSeen::default(), 0, 0);
    for desk in 0..CUTS / CUTS_A_DESK {
        let mut power = Power::start(DeskOptions::default()).await?;
        let mut photos = 0;
        for round in 0..CUTS_A_DESK {
            let seen = power.cut(round, CALLERS, random.between_ms(2_000, 3_000)).await.context("a cut")?;
            all.acknowledged += seen.acknowledged;
            all.lost += seen.lost;
            photos = seen.photos;
        }
        let settled = power.answers().await?;
        answers += settled.0;
        unconfirmed += settled.1;
        all.photos += photos;
        report.progress(format!("{} cuts: {all:?}, {answers} answers", (desk + 1) * CUTS_A_DESK));
    }
    let (acknowledged, photos) = (all.acknowledged, all.photos);
    report.figure("power cuts", CUTS, "100", CUTS == 100);
    report.figure("acknowledged callbacks", acknowledged, "≥ 10,000", acknowledged >= 10_000);
    report.figure("of these lost:", all.lost, "0", all.lost == 0);
    report.figure("kept photos lost, of", format!("{photos}: 0"), "0", photos > 0);
    let shown = format!("{answers}: 0, {unconfirmed} told as unconfirmed");
    report.figure("answers lost or sent twice, of", shown, "0", answers == CUTS);
    let (acknowledged, lost) = with_normal(&mut random).await?;
    let figure = format!("{acknowledged}: {lost}");
    report.figure("with synchronous=NORMAL planted, lost of", figure, "some, else this is blind", lost > 0);
    Ok(())
}

/// The same with a desk that answers before the disk has it; a start that fails on what the disk kept has lost everything.
async fn with_normal(random: &mut Random) -> anyhow::Result<(usize, usize)> {
    let options = DeskOptions {
        program: Some(FAULTY),
        environment: vec![("DESK_FAULT", "synchronous-normal".to_owned())],
        ..DeskOptions::default()
    };
    let mut power = Power::start(options).await?;
    let (mut acknowledged, mut lost) = (0, 0);
    for round in 0..BLIND_CUTS {
        let seen = power.cut(round, CALLERS, random.between_ms(700, 1_700)).await?;
        acknowledged += seen.acknowledged;
        lost += seen.lost;
    }
    Ok((acknowledged, lost))
}
