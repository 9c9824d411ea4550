//! G22, the time that a refusal takes: the benchmark `timing` of the Viber channel, and what it says.

use std::process::Command;

use crate::report::Report;

pub(crate) fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Alone: it needs nothing of the desk's, and optimised all of it would take long to build.
    let ended = cargo.args(["bench", "--quiet", "--package", "viber", "--bench", "timing"]).output()?;
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let said = said.lines().filter(|line| line.contains("|t|")).collect::<Vec<_>>();
    let [ours, blind] = said[..] else {
        anyhow::bail!("the benchmark said {said:?}, and {}", String::from_utf8_lossy(&ended.stderr));
    };
    // It judges both.
    let holds = ended.status.success();
    report.figure("refusing a", ours, "|t| < 4.5", holds);
    report.figure("beside it a", blind, "seen: |t| ≥ 4.5", holds);
    Ok(())
}
