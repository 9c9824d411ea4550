//! What operators of a desk see of it: its metrics and its doctor.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::{Desk, desk_program};

/// `/metrics`, each line by name and labels as they are written.
pub struct Metrics {
    /// The page itself.
    pub text: String,
    values: BTreeMap<String, f64>,
}

impl Metrics {
    /// The value of a line, as `desk_calls{state="done"}`.
    ///
    /// # Errors
    /// There is no such line.
    pub fn get(&self, line: &str) -> anyhow::Result<f64> {
        self.values.get(line).copied().with_context(|| format!("no line {line} in:\n{}", self.text))
    }

    /// G10: what came is what became of it, in every sum.
    ///
    /// # Errors
    /// A sum does not hold, or there is none.
    pub fn conserved(&self) -> anyhow::Result<()> {
        let differences =
            self.values.iter().filter(|(line, _)| line.starts_with("desk_conservation_difference"));
        let wrong: Vec<_> = differences.clone().filter(|(_, value)| **value != 0.0).collect();
        ensure!(differences.count() == 5 && wrong.is_empty(), "{wrong:?} in:\n{}", self.text);
        Ok(())
    }
}

/// Runs `desk backup` on a data folder; what it printed.
///
/// # Errors
/// It does not end well.
pub fn back_up(data: &Path, to: &Path) -> anyhow::Result<String> {
    said(Command::new(desk_program()?).arg("backup").arg("--data").arg(data).arg("--to").arg(to))
}

/// Runs `desk restore`; what it printed.
///
/// # Errors
/// It does not end well.
pub fn restore(from: &Path, data: &Path) -> anyhow::Result<String> {
    said(Command::new(desk_program()?).arg("restore").arg("--from").arg(from).arg("--data").arg(data))
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

impl Desk {
    /// The metrics, asked for as the administrator.
    ///
    /// # Errors
    /// The desk refuses, or a line is none of the format.
    pub async fn metrics(&self) -> anyhow::Result<Metrics> {
        let request = crate::desk::client().get(format!("{}/metrics", self.base)).bearer_auth(&self.token);
        let text = request.send().await?.error_for_status()?.text().await?;
        let mut values = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').with_context(|| format!("no value: {line}"))?;
            ensure!(values.insert(name.to_owned(), value.parse()?).is_none(), "twice: {name}");
        }
        Ok(Metrics { text, values })
    }

    /// Runs `desk backup` into a folder; what it printed.
    ///
    /// # Errors
    /// It does not end well.
    pub fn back_up(&self, to: &Path) -> anyhow::Result<String> {
        back_up(self.data(), to)
    }

    /// Runs `desk doctor` on the desk's folder.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn doctor(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(Command::new(desk_program()?)
            .args(["doctor", "--data"])
            .arg(self.data())
            .args(arguments)
            .output()?)
    }

    /// What `desk doctor --json` says, and whether all is well.
    ///
    /// # Errors
    /// It cannot be started, or prints no JSON.
    pub fn diagnosis(&self) -> anyhow::Result<(bool, Value)> {
        let output = self.doctor(&["--json"])?;
        let said = serde_json::from_slice(&output.stdout);
        let said = said.with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        Ok((output.status.success(), said))
    }
}
