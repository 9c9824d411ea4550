//! Cutting a text into messages that Viber takes; nothing is lost: the pieces joined are the text.

use crate::prelude::*;

/// Bytes of a character inside a JSON text, as `serde_json` writes it: two for what has a short escape, six for other
/// control characters, its UTF-8 for the rest.
fn json_bytes(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => c.len_utf8(),
    }
}

/// Pieces of at most `utf16_max` UTF-16 units and `json_bytes_max` bytes as JSON each; none for an empty text. Cut
/// after a paragraph, else after a line or a sentence, else after a word, else after a character.
pub(crate) fn split(text: &str, utf16_max: usize, json_bytes_max: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let fits = fitting(rest, utf16_max, json_bytes_max);
        let end = if fits == rest.len() {
            fits
        } else {
            seam(&rest[..fits], rest[fits..].starts_with(char::is_whitespace))
        };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// The end of the longest start of `text` that fits; at least one character, so that cutting ends.
fn fitting(text: &str, utf16_max: usize, json_bytes_max: usize) -> usize {
    let (mut utf16, mut bytes) = (0, 0);
    for (at, c) in text.char_indices() {
        utf16 += c.len_utf16();
        bytes += json_bytes(c);
        if (utf16 > utf16_max || bytes > json_bytes_max) && at > 0 {
            return at;
        }
    }
    text.len()
}

/// Where to cut what fits. A seam too near the start would make pieces too small for what it gains.
fn seam(fits: &str, at_word_end: bool) -> usize {
    let after = |ends: &[&str]| {
        let last = |end: &&str| fits.rfind(*end).map(|at| at + end.len());
        ends.iter().filter_map(last).max().filter(|&at| at >= fits.len() / 2)
    };
    let word = || {
        let blank = fits.char_indices().rfind(|(_, c)| c.is_whitespace());
        blank.map(|(at, c)| at + c.len_utf8()).filter(|&at| at >= fits.len() / 4)
    };
    after(&["\n\n"])
        .or_else(|| after(&["\n", ". ", "! ", "? ", "… ", "。", "！", "？"]))
        .or(at_word_end.then_some(fits.len()))
        .or_else(word)
        .unwrap_or(fits.len())
}

#[cfg(test)]
#[path = "tests/split.rs"]
mod tests;
