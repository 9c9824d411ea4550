//! G20, G21 at full size: a busy desk at the highest level of its log, and every secret of it looked for in all that it
//! writes and answers.

use e2e::busy::Busy;

use crate::report::Report;

/// To be searched at least.
const BYTES_MIN: u64 = 100_000_000;
/// Should so many rounds not be enough, something is wrong with the search.
const ROUNDS_MAX: u32 = 60;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut busy = Busy::play(&[("DESK_LOG", "trace")]).await?;
    let (mut bytes, mut answers) = (0, 0);
    for round in 1..=ROUNDS_MAX {
        let searched = busy.shows_no_secret().await?;
        bytes += searched.bytes();
        answers += searched.requests;
        report.progress(format!("round {round}: {} MB, {answers} answers: nothing", bytes / 1_000_000));
        if bytes >= BYTES_MIN {
            break;
        }
        busy.round(round).await?;
    }
    busy.refuses_without_room().await?;
    bytes += busy.shows_no_secret().await?.bytes();
    // One that was found would have broken it off.
    let secrets = busy.secrets().len() + 1;
    report.figure("secrets looked for, in some 20 forms each:", secrets, "20", secrets >= 20);
    report.figure("bytes without one of them:", bytes, "≥ 100,000,000", bytes >= BYTES_MIN);
    Ok(())
}
