//! Cutting a text into messages that Viber takes; nothing is lost: the pieces joined are the text.

use crate::graphemes::{fitting, is_mark};
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
/// after a paragraph, else after a line or a sentence, else after a word, else after a grapheme; inside one only where
/// not even one fits.
pub(crate) fn split(text: &str, utf16_max: usize, json_bytes_max: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (mut utf16, mut bytes) = (0, 0);
        let fits = fitting(rest, |c| {
            utf16 += c.len_utf16();
            bytes += json_bytes(c);
            utf16 <= utf16_max && bytes <= json_bytes_max
        });
        // At least one character, so that cutting ends.
        let fits = fits.max(first.len_utf8());
        let end = if fits == rest.len() { fits } else { seam(rest, fits) };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Ends of sentences, and of lines.
const ENDS: &[&str] = &["\n", ". ", "! ", "? ", "… ", "。", "！", "？"];

/// Where to cut a text of which the first `fits` bytes fit. A seam too near the start would make pieces too small for
/// what it gains.
fn seam(text: &str, fits: usize) -> usize {
    let start = &text[..fits];
    let between_graphemes = |at: &usize| !text[*at..].starts_with(is_mark);
    let after = |end: &&str| {
        let ends = start.rmatch_indices(*end).map(|(at, _)| at + end.len());
        ends.take_while(|at| *at >= fits / 2).find(between_graphemes)
    };
    let word = || {
        let blanks = start.char_indices().rev().filter(|(_, c)| c.is_whitespace());
        blanks.map(|(at, c)| at + c.len_utf8()).take_while(|at| *at >= fits / 4).find(between_graphemes)
    };
    let at_word_end = text[fits..].starts_with(char::is_whitespace);
    let paragraph = ["\n\n", "\n\r\n"].iter().filter_map(after).max();
    paragraph
        .or_else(|| ENDS.iter().filter_map(after).max())
        .or(at_word_end.then_some(fits))
        .or_else(word)
        .unwrap_or(fits)
}

#[cfg(test)]
#[path = "tests/split.rs"]
mod tests;
