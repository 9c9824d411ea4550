//! Graphemes against unicode-segmentation, for every character; nothing here says where a text is cut for a message.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation as _;

use super::*;

/// Where graphemes begin: ours, and the oracle's.
fn beginnings(text: &str) -> (Vec<usize>, BTreeSet<usize>) {
    let mut graphemes = Graphemes::default();
    let ours = text.char_indices().filter(|(_, c)| graphemes.begins(*c)).map(|(at, _)| at).collect();
    (ours, text.grapheme_indices(true).map(|(at, _)| at).collect())
}

/// The one thing that must hold: no beginning of ours is inside one of the oracle's.
#[track_caller]
fn check(text: &str) {
    let (ours, oracle) = beginnings(text);
    assert!(ours.iter().all(|at| oracle.contains(at)), "{text:?}: {ours:?} {oracle:?}");
}

#[test]
fn every_character_is_with_the_one_that_it_belongs_to() {
    // Behind these planes Unicode has nothing but tags and room.
    for c in ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}') {
        check(&format!("a{c}a\r{c}\nक{c}क\u{1100}{c}\u{1161}❤\u{fe0f}\u{200d}{c}🇺{c}🇺"));
    }
}

#[test]
fn what_people_write_is_cut_where_the_oracle_says() {
    for text in [
        "Добрий день! Чи є у вас велосипед 28\"?\r\n\r\nSí, naturally…",
        "e\u{301}и\u{306}a\u{300}\u{323}",
        "👩‍👩‍👧‍👦🏳️‍🌈👍🏽☝🏿🇺🇦🇵🇱🇩1️⃣❤️🙂",
        "각\u{1100}\u{1161}\u{11a8}한국어",
        "नमस्ते क्षत्रिय",
        "สวัสดีครับ น้ำ",
        "漢字。ひらがな\u{3099}",
        "שָׁלוֹם مَرحَبًا",
        "",
    ] {
        let (ours, oracle) = beginnings(text);
        assert_eq!(ours, oracle.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn letters_of_living_scripts_do_not_join() {
    for c in "azAZ09àяіїґЖñßłőžαωאתابجحकखगതกขคあん字漢한글ქჵԱ֏ሀ🙂👍❤☎ \u{a0}.,…—".chars()
    {
        let (ours, _) = beginnings(&format!("x{c}"));
        assert_eq!(ours.len(), 2, "{c}");
    }
}

#[test]
fn the_longest_start_ends_between_graphemes() {
    // (text, characters that fit, what is kept)
    for (text, fit, kept) in [
        ("", 3, ""),
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("ae\u{301}b", 2, "a"),
        ("ae\u{301}b", 3, "ae\u{301}"),
        ("🇺🇦🇵🇱", 3, "🇺🇦"),
        ("x👩‍👩‍👧", 5, "x"),
        ("👩‍👩‍👧", 2, "👩\u{200d}"), // not even one fits
        ("\r\n", 1, "\r"),
        ("abc", 0, ""),
    ] {
        let mut left = fit;
        let end = fitting(text, &mut |_| {
            left -= 1;
            left >= 0
        });
        assert_eq!(&text[..end], kept, "{text:?} {fit}");
    }
}
