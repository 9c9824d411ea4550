//! G22, the time that a refusal takes: the benchmark `timing` of the Viber channel, and what it says.

use std::process::Command;

use anyhow::Context;

use crate::report::Report;

/// Above it a difference is no chance.
const T_MAX: f64 = 4.5;

pub(crate) fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Alone: it needs nothing of the desk's, and optimised all of it would take long to build.
    let ended = cargo.args(["bench", "--quiet", "--package", "viber", "--bench", "timing"]).output()?;
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let said = said.lines().filter(|line| line.contains("|t|")).collect::<Vec<_>>();
    let [ours, blind] = said[..] else {
        anyhow::bail!("the benchmark said {said:?}, and {}", String::from_utf8_lossy(&ended.stderr));
    };
    let (t, early) = (t_of(ours)?, t_of(blind)?);
    report.figure("refusing a", ours, "|t| < 4.5", t < T_MAX);
    report.figure("beside it a", blind, "seen: |t| ≥ 4.5", early >= T_MAX);
    Ok(())
}

fn t_of(line: &str) -> anyhow::Result<f64> {
    let word = line.split("|t| ").nth(1).and_then(|rest| rest.split([' ', ',']).next());
    word.and_then(|word| word.parse().ok()).with_context(|| format!("no figure: {line}"))
}
