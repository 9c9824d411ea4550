//! Cutting texts where a reader does not mind; not the splitting of messages, which loses nothing.

use crate::graphemes::fitting;
use crate::prelude::*;

/// At most `chars_max` characters, the last an ellipsis if something was cut off.
pub(crate) fn cut(text: &str, chars_max: usize) -> String {
    if truncate(text, chars_max).len() == text.len() {
        return text.to_owned();
    }
    let mut short = truncate(text, chars_max.saturating_sub(1)).trim_end().to_owned();
    short.push('…');
    short
}

/// The start of a text that has at most `chars_max` characters and ends between two graphemes, nothing added.
pub(crate) fn truncate(text: &str, chars_max: usize) -> &str {
    start(text, chars_max, |_| 1)
}

/// The start of a text that has at most `utf16_max` UTF-16 units and ends between two graphemes, nothing added: for a
/// name that a customer reads (I10), where Viber does not say what it counts.
pub(crate) fn truncate_utf16(text: &str, utf16_max: usize) -> &str {
    start(text, utf16_max, char::len_utf16)
}

fn start(text: &str, max: usize, size: fn(char) -> usize) -> &str {
    let mut taken = 0;
    let end = fitting(text, &mut |c| {
        taken += size(c);
        taken <= max
    });
    &text[..end]
}

/// The first line that says something, blanks trimmed, control characters as blanks.
pub(crate) fn first_line(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

/// UTF-16 units.
pub(crate) fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_never_splits_a_grapheme() {
        let cases = [
            ("", 3, "", ""),
            ("abc", 3, "abc", "abc"),
            ("abcd", 3, "ab…", "abc"),
            ("Привіт", 4, "При…", "Прив"),
            ("🙂🙂🙂", 2, "🙂…", "🙂🙂"),
            ("ae\u{301}b", 2, "a…", "a"),
            ("🇺🇦🇵🇱", 3, "🇺🇦…", "🇺🇦"),
            ("ab cd", 4, "ab…", "ab c"),
        ];
        for (text, max, short, plain) in cases {
            assert_eq!((cut(text, max).as_str(), truncate(text, max)), (short, plain), "{text} {max}");
        }
    }

    #[test]
    fn a_name_is_cut_by_what_counts_most() {
        for (text, max, cut) in [
            ("", 2, ""),
            ("abc", 3, "abc"),
            ("abcd", 3, "abc"),
            ("🙂🙂", 3, "🙂"),
            ("a🙂", 2, "a"),
            ("a👍🏽", 3, "a"),
            ("👍🏽b", 4, "👍🏽"),
        ] {
            assert_eq!(truncate_utf16(text, max), cut, "{text} {max}");
        }
    }

    #[test]
    fn the_first_line_is_the_first_that_says_something() {
        assert_eq!(first_line("\n \r\n  Hello \tyou \nthere").as_deref(), Some("Hello  you"));
        assert_eq!(first_line(" \n "), None);
        assert_eq!(utf16("a🙂é"), 4);
    }
}
