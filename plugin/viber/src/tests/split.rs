//! Texts cut into messages: nothing lost, nothing too large, seams where a reader expects them.

use super::*;
use crate::chars::utf16;

#[track_caller]
fn check(text: &str, utf16_max: usize, bytes_max: usize) -> Vec<&str> {
    let pieces = split(text, utf16_max, bytes_max);
    assert_eq!(pieces.concat(), text, "the pieces joined are the text");
    for piece in &pieces {
        assert!(!piece.is_empty());
        let json = serde_json::to_string(piece).unwrap();
        assert!(utf16(piece) <= utf16_max || piece.chars().count() == 1, "{piece:?}");
        assert!(json.len() - 2 <= bytes_max || piece.chars().count() == 1, "{piece:?}");
        assert_eq!(
            json.len() - 2,
            piece.chars().map(json_bytes).sum::<usize>(),
            "bytes are counted as written"
        );
    }
    pieces
}

#[test]
fn seams_are_where_a_reader_expects_them() {
    // (text, UTF-16 units, pieces)
    for (text, max, pieces) in [
        ("", 10, &[][..]),
        ("short", 10, &["short"]),
        ("exactly 10", 10, &["exactly 10"]),
        ("first one.\n\nsecond one.", 14, &["first one.\n\n", "second one."]),
        ("a line\nanother line", 12, &["a line\n", "another line"]),
        ("One. Two is longer", 8, &["One. ", "Two is ", "longer"]),
        ("words and words", 8, &["words ", "and ", "words"]),
        ("words and words", 9, &["words and", " words"]),
        ("onelongwordonly", 6, &["onelon", "gwordo", "nly"]),
        ("one longwordonly", 12, &["one ", "longwordonly"]),
        ("🙂🙂🙂", 3, &["🙂", "🙂", "🙂"]),
        ("🙂🙂🙂", 4, &["🙂🙂", "🙂"]),
        ("Привіт усім вам", 9, &["Привіт ", "усім вам"]),
        ("one\r\n\r\ntwo. three", 14, &["one\r\n\r\n", "two. three"]),
        ("xx\r\nyy", 3, &["xx", "\r\n", "yy"]),
        ("xx yy!\r\n\u{bc6}abc", 10, &["xx ", "yy!\r\n\u{bc6}abc"]), // a mark on a line's end
        ("ae\u{301}e\u{301}b", 4, &["ae\u{301}", "e\u{301}b"]),
        ("ab \u{301}cd", 3, &["ab", " \u{301}c", "d"]), // a mark on a blank
        ("👍🏽👍🏽", 6, &["👍🏽", "👍🏽"]),
        ("🇺🇦🇵🇱", 7, &["🇺🇦", "🇵🇱"]),
        ("x👩‍👩‍👧", 8, &["x", "👩‍👩‍👧"]),
        ("x👩‍👩‍👧", 7, &["x", "👩‍👩\u{200d}", "👧"]), // not even one fits
    ] {
        assert_eq!(check(text, max, 10_000), pieces, "{text:?} at {max}");
    }
}

#[test]
fn bytes_count_as_they_are_written() {
    assert_eq!(check("\"\"\"\"", 100, 4), ["\"\"", "\"\""]);
    assert_eq!(check("\u{1}\u{1}\u{1}", 100, 13), ["\u{1}\u{1}", "\u{1}"]);
    assert_eq!(check("жжж", 100, 5), ["жж", "ж"]);
}

#[test]
fn one_character_is_always_taken() {
    assert_eq!(check("🙂a", 1, 1), ["🙂", "a"]);
    assert_eq!(check("ab", 0, 0), ["a", "b"]);
}

#[test]
fn no_text_is_lost_whatever_it_is_made_of() {
    // Deterministic noise from a linear congruential generator: no randomness in tests either.
    let alphabet = ['a', 'ж', '漢', '🙂', ' ', '\n', '.', '"', '\u{1}', '\u{a0}', '\u{200d}'];
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..300 {
        let text: String = (0..next(400)).map(|_| alphabet[next(alphabet.len())]).collect();
        check(&text, 1 + next(60), 1 + next(200));
    }
}

/// T19.
#[test]
fn vibers_own_limits_hold_for_long_texts() {
    use crate::limits::{TEXT_JSON_BYTES_MAX, TEXT_UTF16_MAX};
    for text in [
        "Ж".repeat(20_000),
        "🙂".repeat(20_000),
        "漢字。".repeat(9_000),
        "\u{2}".repeat(9_000),
        "word ".repeat(9_000),
    ] {
        let pieces = check(&text, TEXT_UTF16_MAX, TEXT_JSON_BYTES_MAX);
        assert!(pieces.len() <= 8, "{}", pieces.len());
    }
}

/// A paste of a megabyte takes no longer for being odd: one grapheme, no seam, seams that are none.
#[test]
fn a_megabyte_comes_to_an_end() {
    for piece in ["\u{301}", "a", " \u{301}", "\u{200d}", "🇺", ". \u{301}", "\n", "\u{1}"] {
        let text = piece.repeat((1 << 20) / piece.len());
        let started = std::time::Instant::now();
        let pieces = split(&text, 7_000, 23_000);
        assert_eq!(pieces.iter().map(|piece| piece.len()).sum::<usize>(), text.len());
        assert!(started.elapsed().as_secs() < 5, "{piece:?}");
    }
}
