//! A power cut: what was answered 200 is on the disk, not only on its way to it. Not here: 100 of them, and that a desk
//! which syncs less is caught; those are `cargo xtask prove power`.

use std::time::Duration;

use anyhow::ensure;
use e2e::DeskOptions;
use e2e::power::Power;

/// G1, G2, G3, G4, G6, G10, G18: of what was acknowledged, nothing is lost, and nothing is sent twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_a_power_cut() -> anyhow::Result<()> {
    let mut power = Power::start(DeskOptions::default()).await?;
    let (mut acknowledged, mut lost) = (0, 0);
    for round in 0..2 {
        let seen = power.cut(round, 16, Duration::from_millis(700)).await?;
        acknowledged += seen.acknowledged;
        lost += seen.lost;
        ensure!(lost == 0, "{lost} of {acknowledged} acknowledged messages are lost");
        power.has_photo().await?;
    }
    ensure!(acknowledged > 50, "only {acknowledged} callbacks were answered: the test proves little");
    let (answers, _) = power.answers().await?;
    ensure!(answers == 2, "{answers} answers");
    Ok(())
}
