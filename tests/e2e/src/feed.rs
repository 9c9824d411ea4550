//! `desk feed` as a process: lines in, lines out. Not here: what the lines should say.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::desk::{cache_folder, desk_program};

/// A run of `desk feed` with the Viber channel.
pub struct Feed {
    settings: Option<PathBuf>,
    secrets: Option<PathBuf>,
}

impl Feed {
    /// With these files of settings and secrets.
    #[must_use]
    pub fn new(settings: Option<&Path>, secrets: Option<&Path>) -> Self {
        Self { settings: settings.map(Path::to_owned), secrets: secrets.map(Path::to_owned) }
    }

    /// Feeds a file; what is printed.
    ///
    /// # Errors
    /// The command does not end well.
    pub fn file(&self, events: &Path) -> anyhow::Result<String> {
        let mut command = self.command()?;
        printed(command.arg(events).stdin(Stdio::null()).output()?)
    }

    /// Feeds a text by standard input; what is printed.
    ///
    /// # Errors
    /// The command does not end well.
    pub fn text(&self, events: &str) -> anyhow::Result<String> {
        let mut command = self.command()?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        let mut input = process.stdin.take().context("the input is piped")?;
        let events = events.to_owned();
        // Beside reading: both pipes may be full at the same time.
        let writer = std::thread::spawn(move || input.write_all(events.as_bytes()));
        let output = process.wait_with_output()?;
        let written = writer.join().map_err(|_| anyhow::anyhow!("the writer ended early"))?;
        let printed = printed(output)?;
        written?;
        Ok(printed)
    }

    /// Feeds one event; the result.
    ///
    /// # Errors
    /// The command does not end well, or prints another number of results than one.
    pub fn one(&self, event: &Value) -> anyhow::Result<Value> {
        let printed = self.text(&format!("{event}\n"))?;
        ensure!(printed.lines().count() == 1, "one event has one result: {printed}");
        Ok(serde_json::from_str(&printed)?)
    }

    /// A line for a signed callback.
    #[must_use]
    pub fn signed(now: u64, body: &str) -> Value {
        json!({"now": now, "webhook": {"body": body, "sign": true}})
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(desk_program()?);
        command.env("XDG_CACHE_HOME", cache_folder()?);
        command.args(["feed", "--plugin", guests::VIBER_CHANNEL]);
        for (flag, path) in [("--settings", &self.settings), ("--secrets", &self.secrets)] {
            if let Some(path) = path {
                command.arg(flag).arg(path);
            }
        }
        Ok(command)
    }
}

fn printed(output: Output) -> anyhow::Result<String> {
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "desk feed: {}: {errors}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
