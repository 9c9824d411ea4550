//! How the demo is told: what people do, and what was found true afterwards. Not: what is checked.

use std::io::IsTerminal;

/// Prints as it goes along, and counts.
pub(crate) struct Transcript {
    colour: bool,
    held: usize,
    failed: usize,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colour, held: 0, failed: 0 }
    }

    pub(crate) fn title(&self, text: &str) {
        println!("\n{}\n", self.paint("1", text));
    }

    /// A new scene.
    pub(crate) fn scene(&self, text: &str) {
        println!("\n  {}", self.paint("1", text));
    }

    /// Something that happens without words.
    pub(crate) fn tell(&self, text: &str) {
        println!("  {}", self.paint("2", text));
    }

    /// Somebody says something.
    pub(crate) fn say(&self, who: &str, text: &str) {
        println!("    {} {text}", self.paint("36", &format!("{who:>9} │")));
    }

    /// A step, with the ids of the requirements that it shows.
    pub(crate) fn check(&mut self, ids: &str, what: &str, held: bool) {
        let mark = if held { self.paint("32", "✓") } else { self.paint("31", "✗") };
        if held {
            self.held += 1;
        } else {
            self.failed += 1;
        }
        println!("    {mark} {what}  {}", self.paint("2", ids));
    }

    /// Says how it went; `true` if every step held and the story came to its end.
    pub(crate) fn finish(&mut self, broke_off: Option<anyhow::Error>) -> bool {
        if let Some(error) = &broke_off {
            self.check("", &format!("the story broke off: {error:#}"), false);
        }
        let sum = format!("{} steps held, {} did not", self.held, self.failed);
        println!("\n  {}", self.paint(if self.failed == 0 { "1;32" } else { "1;31" }, &sum));
        self.failed == 0
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
