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
        let fits = fitting(rest, &mut |c| {
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

/// Ends of paragraphs.
const PARAGRAPHS: &[&str] = &["\n\n", "\n\r\n"];
/// Ends of sentences, and of lines.
const SENTENCES: &[&str] = &["\n", ". ", "! ", "? ", "… ", "。", "！", "？"];

/// Where to cut a text of which the first `fits` bytes fit. A seam too near the start would make pieces too small for
/// what it gains.
fn seam(text: &str, fits: usize) -> usize {
    let last = |from: usize, is_seam: &dyn Fn(&str) -> bool| {
        (from.max(1)..=fits).rev().filter(|at| text.is_char_boundary(*at)).find(|at| {
            let (before, after) = text.split_at(*at);
            let ends_line = before.ends_with('\r') && after.starts_with('\n');
            is_seam(before) && !ends_line && !after.starts_with(is_mark)
        })
    };
    let ends = |before: &str, ends: &[&str]| ends.iter().any(|end| before.ends_with(end));
    let at_word_end = text[fits..].starts_with(char::is_whitespace);
    last(fits / 2, &|before| ends(before, PARAGRAPHS))
        .or_else(|| last(fits / 2, &|before| ends(before, SENTENCES)))
        .or(at_word_end.then_some(fits))
        .or_else(|| last(fits / 4, &|before| before.ends_with(char::is_whitespace)))
        .unwrap_or(fits)
}

#[cfg(test)]
#[path = "tests/split.rs"]
mod tests;
