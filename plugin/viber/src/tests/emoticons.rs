//! Which codes become characters, and what stays as the customer wrote it (S15, S38).

use super::*;

#[test]
fn codes_become_characters() {
    for (text, shown) in [
        ("(smiley)", "🙂"),
        ("Thank you (heart)(heart)!", "Thank you ❤️❤️!"),
        ("((like))", "(👍)"),
        ("(2_hearts) (sun) (!) (V)", "💕 ☀️ ❗ ✌️"),
        ("line (wink)\nline (christmas_tree)", "line 😉\nline 🎄"),
        ("Дякую(heart)🙂", "Дякую❤️🙂"),
        ("((((cat)", "(((🐱"),
        ("(cat(dog)", "(cat🐶"),
    ] {
        assert_eq!(unicode(text), shown);
    }
}

#[test]
fn what_is_no_code_stays_as_it_is() {
    for text in [
        "",
        "(",
        ")",
        "()",
        "(see below)",
        "(1)",
        "(050) 111 22 33",
        "( heart )",
        "(heart",
        "heart)",
        "(Heart) (HEART) (v) (tv) (q)", // no code is written so
        "(серце)",
        "(hearts_and_more_and_more)",
        "https://en.wikipedia.org/wiki/Key_(lock)",
        "see https://shop.example/a(heart)b?c=(like) ",
        ":) <3",
    ] {
        assert_eq!(unicode(text), text);
    }
    assert_eq!(unicode("(lock) https://x.example/(lock)"), "🔒 https://x.example/(lock)");
}

#[test]
fn a_text_without_a_parenthesis_is_not_copied() {
    assert!(matches!(unicode("Good morning ❤️"), Cow::Borrowed(_)));
}

/// The search needs the order, the bound the length; a character that looks like a code would be replaced again.
#[test]
fn the_table_is_in_order_and_of_codes() {
    assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each once");
    assert!(CODES.len() >= 100, "{}", CODES.len());
    assert_eq!(CODES.iter().map(|(code, _)| code.len()).max(), Some(CODE_BYTES_MAX));
    for (code, character) in CODES {
        assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_!$".contains(&byte)), "{code}");
        assert!(!character.is_ascii() && character.chars().count() <= 2, "{code}");
        assert_eq!(unicode(&format!("a ({code}) b")), format!("a {character} b"));
    }
}

/// A message of nothing but parentheses is looked through once.
#[test]
fn parentheses_in_thousands_take_no_time() {
    let many = "(heart".repeat(20_000);
    assert_eq!(unicode(&many), many);
}
