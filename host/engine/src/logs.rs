//! What a channel writes to standard error, made fit for the host's log. Not here: the host's own log.

use crate::leak::Leaks;

/// Says in the log that a call wrote to standard error, and how much; `shows`: what it wrote too, line by line, bounded,
/// and without what could steer a terminal or what is a secret.
pub(crate) fn log_stderr(plugin: &str, stderr: &[u8], shows: bool, lines_max: usize, leaks: &Leaks) {
    if stderr.is_empty() {
        return;
    }
    if let Some(name) = leaks.in_bytes(stderr) {
        tracing::warn!(
            plugin.id = plugin,
            secret = name,
            "channel wrote a secret to standard error; left out"
        );
        return;
    }
    if !shows {
        tracing::warn!(
            plugin.id = plugin,
            size_bytes = stderr.len(),
            "channel wrote to standard error; left out, it may be what a customer wrote"
        );
        return;
    }
    let text = String::from_utf8_lossy(stderr);
    let mut lines = text.lines();
    for line in lines.by_ref().take(lines_max) {
        tracing::warn!(plugin.id = plugin, line = escaped(line), "channel wrote to standard error");
    }
    let left_out = lines.count();
    if left_out > 0 {
        tracing::warn!(plugin.id = plugin, left_out, "channel wrote more to standard error");
    }
}

/// Replaces control characters by their escapes.
pub(crate) fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for character in line.chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn control_characters_are_shown_and_do_nothing() {
        assert_eq!(escaped("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(escaped("Привіт 🦀"), "Привіт 🦀");
    }
}
