//! What a proof says while it runs, and its figures at the end. Not here: how they come about.

use std::fmt::Display;
use std::time::Instant;

/// A proof's report.
pub(crate) struct Report {
    name: &'static str,
    start: Instant,
    lines: Vec<String>,
    holds: bool,
}

impl Report {
    pub(crate) fn begin(name: &'static str, promises: &str, does: &str) -> Self {
        println!("{name} ({promises}): {does}");
        Self { name, start: Instant::now(), lines: Vec::new(), holds: true }
    }

    /// Says how far it has come.
    pub(crate) fn progress(&self, text: impl Display) {
        println!("  {:>5.0} s  {text}", self.start.elapsed().as_secs_f32());
    }

    /// A figure, what was promised, and whether it is kept.
    pub(crate) fn figure(&mut self, what: &str, figure: impl Display, promised: &str, holds: bool) {
        self.holds &= holds;
        let verdict = if holds { "ok" } else { "FAILED" };
        self.lines.push(format!("{}: {what} {figure} (promised {promised}) {verdict}", self.name));
    }

    /// It could not come to its end.
    pub(crate) fn broke(&mut self, error: &anyhow::Error) {
        self.holds = false;
        self.lines.push(format!("{}: broke off: {error:#} FAILED", self.name));
    }

    /// Prints the figures; whether every promise is kept. One without a figure is none.
    pub(crate) fn end(self) -> bool {
        for line in &self.lines {
            println!("{line}");
        }
        self.holds && !self.lines.is_empty()
    }
}
