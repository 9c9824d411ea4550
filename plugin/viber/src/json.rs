//! JSON objects: reading fields that may be absent, null or of the neighbouring type, and writing; not a parser.
//!
//! Viber writes numbers as strings and the reverse (`message_token`, `sticker_id`, `chat_id`, `status`), and every field
//! but `event` can be missing; so nothing here fails: a field of a wrong type is a field that is not there.

use serde_json::{Map, Value};

use crate::prelude::*;

/// A value's JSON. Not `Value`'s own `Display`, which would bring a second and a third writer into the component.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    // Writing a value into memory cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// An object of these fields. Not `json!`, which would bring a writer of values out of anything into the component.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert(name.to_owned(), value);
    }
    object
}

/// A value of JSON, even where a text was cut through the middle of a character: Viber writes characters as `\uXXXX`, two of
/// them for an emoji, and one alone stands for nothing. It becomes U+FFFD, and the rest of the message is kept.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).or_else(|_| serde_json::from_slice(&whole_characters(bytes))).ok()
}

fn whole_characters(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(&byte) = rest.first() {
        let taken = match (byte, escaped(rest), rest.get(6..).and_then(escaped)) {
            (b'\\', Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (b'\\', Some(0xD800..=0xDFFF), _) => {
                out.extend_from_slice(br"\uFFFD");
                rest = &rest[6..];
                continue;
            }
            // Also a backslash that is escaped: what follows it is no escape.
            (b'\\', _, _) => 2.min(rest.len()),
            _ => 1,
        };
        out.extend_from_slice(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

/// The UTF-16 unit of an escape at the start.
fn escaped(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(br"\u")?.get(..4)?;
    u16::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
}

/// A text that is not empty; a whole number counts as its digits.
pub(crate) fn text(object: &Value, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number that is not negative; digits in a text count.
pub(crate) fn number(object: &Value, key: &str) -> Option<u64> {
    match object.get(key)? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    }
}

/// A whole number, negative ones too; digits in a text count.
pub(crate) fn integer(object: &Value, key: &str) -> Option<i64> {
    match object.get(key)? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64(),
    }
}

/// A finite number; a number in a text counts, read by the same reader: the one of `core` has 18 KB, tables mostly.
pub(crate) fn decimal(object: &Value, key: &str) -> Option<f64> {
    match object.get(key)? {
        Value::String(text) => serde_json::from_slice::<Value>(text.as_bytes()).ok()?.as_f64(),
        value => value.as_f64(),
    }
}

/// Yes or no; the texts `true` and `false` count.
pub(crate) fn flag(object: &Value, key: &str) -> Option<bool> {
    match object.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Message tokens are above 2^53 and below 2^64: whole digits, never by way of a float, which would round them.
pub(crate) fn token(object: &Value, key: &str) -> Option<String> {
    let token = text(object, key)?;
    (token.len() <= 20 && token.bytes().all(|byte| byte.is_ascii_digit())).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A half of an emoji must not cost the customer's message.
    #[test]
    fn half_a_character_spoils_no_text() {
        for (json, text) in [
            (r#""a\uD83D""#, "a\u{fffd}"),
            (r#""\uDE42b""#, "\u{fffd}b"),
            (r#""\ud83d\ud83d\ude42""#, "\u{fffd}🙂"),
            (r#""\uD83D\u0041 \\uD83D \\\uD83D""#, "\u{fffd}A \\uD83D \\\u{fffd}"),
            (r#""\u041A 🙂 \uD83D\n""#, "К 🙂 \u{fffd}\n"),
        ] {
            assert_eq!(parse(json.as_bytes()).unwrap(), text, "{json}");
        }
        for odd in
            [r#""\uD83D"#, r#""\u12""#, r#""\uD8""#, r#""\uD83D\x""#, r#""\u+123 \uD83D""#, "\\", "[\\uD83D]"]
        {
            assert_eq!(parse(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn fields_are_read_whatever_their_type() {
        let object: Value = serde_json::from_str(
            r#"{"s":"a","e":"","n":7,"ns":"7","m":-3,"f":1.5,"fs":"1.5","t":true,"ts":"true","o":{},"z":null,
                "big":18446744073709551615,"huge":184467440737095516150,"word":"12x",
                "nan":"NaN","endless":"1e999"}"#,
        )
        .unwrap();
        assert_eq!(text(&object, "s").as_deref(), Some("a"));
        assert_eq!(text(&object, "n").as_deref(), Some("7"));
        for key in ["e", "f", "o", "z", "absent", "huge"] {
            assert_eq!(text(&object, key), None, "{key}");
        }
        assert_eq!(
            (number(&object, "n"), number(&object, "ns"), number(&object, "m")),
            (Some(7), Some(7), None)
        );
        assert_eq!(
            (integer(&object, "m"), integer(&object, "ns"), integer(&object, "s")),
            (Some(-3), Some(7), None)
        );
        assert_eq!((decimal(&object, "f"), decimal(&object, "fs")), (Some(1.5), Some(1.5)));
        for key in ["s", "e", "ts", "o", "z", "word", "nan", "endless"] {
            assert_eq!(decimal(&object, key), None, "{key}");
        }
        assert_eq!(
            (flag(&object, "t"), flag(&object, "ts"), flag(&object, "n")),
            (Some(true), Some(true), None)
        );
        assert_eq!(token(&object, "big").as_deref(), Some("18446744073709551615"));
        for key in ["m", "word", "huge", "e"] {
            assert_eq!(token(&object, key), None, "{key}");
        }
    }
}
