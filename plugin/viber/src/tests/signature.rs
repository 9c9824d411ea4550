//! The signature: vectors of our own, every way to carry it, and every single bit that may flip.

use super::*;

/// Key, body and MAC; computed with another implementation (Python's `hmac`).
const VECTORS: &[(&str, &str, &str)] = &[
    (
        "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978",
        r#"{"event":"webhook","timestamp":1767225600000,"message_token":6164500000000000001}"#,
        "0bb6f932f11fdcb24796306602acd3f45cf35532400afc9808ff2bd38e28cbd7",
    ),
    (
        "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978",
        "",
        "a551a6eb2644dafd036465ca7fed7d1a893807db3eac7f85475d3e665a59f418",
    ),
    ("k", "x", "c38edc8815c8489f64738978f44008f8596345545f0baa68ef6fcf5c53e57189"),
    (
        "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978",
        r#"{"text":"Дякую"}"#,
        "26e755497b07ecb070af0f71b72612f92a78a53e3526ded0e59cc16d43554afe",
    ),
    (
        "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978",
        r#"{"text":"\u0414"}"#,
        "c7807d4f6aeaf32c71d1ba641ea665834aa30660b09073904eb06ea985844193",
    ),
    (
        "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-",
        "body",
        "4f832d30d2f941f540241730e2ba4c7622cc34d5ee7bd3f4872c7c8e06c20cb0",
    ),
];

fn header(value: &str) -> Vec<Header> {
    vec![Header { name: HEADER.to_owned(), value: value.to_owned() }]
}

#[test]
fn vectors_hold() {
    for (key, body, mac) in VECTORS {
        assert_eq!(sign(key, body.as_bytes()), *mac);
        assert_eq!(verify(key, &header(mac), "", body.as_bytes()), Ok(()));
        assert_eq!(verify(key, &header(&mac.to_uppercase()), "", body.as_bytes()), Ok(()), "hex in capitals");
        assert_eq!(verify(key, &[], &format!("sig={mac}"), body.as_bytes()), Ok(()), "in the query");
        let changed = format!("{body} ");
        assert_eq!(verify(key, &header(mac), "", changed.as_bytes()), Err(SignatureError::Bad));
        assert_eq!(verify(&format!("{key}x"), &header(mac), "", body.as_bytes()), Err(SignatureError::Bad));
    }
}

/// T10: what is signed are the bytes that came. The same JSON written another way is another body, and a signature under
/// another name is none.
#[test]
fn the_bytes_that_came_are_signed_and_no_others() {
    let key = "some-key";
    let came =
        "{\"event\": \"message\",\n \"text\": \"\\u0414\\/\", \"token\": 6164500000000000001, \"a\": 1.0}";
    let json: serde_json::Value = serde_json::from_str(came).unwrap();
    let mac = sign(key, came.as_bytes());
    assert_eq!(verify(key, &header(&mac), "", came.as_bytes()), Ok(()));
    for anew in [json.to_string(), serde_json::to_string_pretty(&json).unwrap(), came.replace("\\u0414", "Д")]
    {
        assert_eq!(serde_json::from_str::<serde_json::Value>(&anew).unwrap(), json, "the same to a reader");
        assert_eq!(verify(key, &header(&mac), "", anew.as_bytes()), Err(SignatureError::Bad), "{anew}");
    }
    for name in ["x-viber-signature", "x-content-signature", "x-viber-auth-token", "authorization"] {
        let other = vec![Header { name: name.to_owned(), value: mac.clone() }];
        assert_eq!(verify(key, &other, "", came.as_bytes()), Err(SignatureError::Missing), "{name}");
    }
}

/// G22.
#[test]
fn every_flipped_bit_of_a_body_is_refused() {
    let (key, mut body) = ("some-key", vec![b'a'; 1_024]);
    let mac = header(&sign(key, &body));
    for at in 0..body.len() {
        for bit in 0..8 {
            body[at] ^= 1 << bit;
            assert_eq!(verify(key, &mac, "", &body), Err(SignatureError::Bad), "byte {at}, bit {bit}");
            body[at] ^= 1 << bit;
        }
    }
    assert_eq!(verify(key, &mac, "", &body), Ok(()));
}

#[test]
fn every_flipped_bit_of_a_mac_is_refused() {
    let (key, body) = ("some-key", b"{}");
    let mac = decode(&sign(key, body)).unwrap();
    for at in 0..mac.len() {
        for bit in 0..8 {
            let mut other = mac;
            other[at] ^= 1 << bit;
            let hex: String = other.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(
                verify(key, &header(&hex), "", body),
                Err(SignatureError::Bad),
                "byte {at}, bit {bit}"
            );
        }
    }
}

#[test]
fn where_a_signature_may_stand() {
    let (key, body) = ("some-key", b"{}");
    let good = sign(key, body);
    let bad = sign(key, b"other");
    let one = |value: &str| header(value);
    let two = |a: &str, b: &str| [header(a), header(b)].concat();
    let upper = good.to_uppercase();
    for (headers, query, expected) in [
        (vec![], String::new(), Err(SignatureError::Missing)),
        (vec![], "x=1&y".to_owned(), Err(SignatureError::Missing)),
        (vec![], "signature=1".to_owned(), Err(SignatureError::Missing)),
        (vec![], format!("a=b&sig={good}"), Ok(())),
        (vec![], format!("sig={good}&sig={good}"), Ok(())),
        (vec![], format!("sig={good}&sig={bad}"), Err(SignatureError::Bad)),
        (one(&good), format!("sig={good}"), Ok(())),
        (one(&good), format!("sig={upper}"), Ok(())),
        (one(&good), format!("sig={bad}"), Err(SignatureError::Bad)),
        (one(&bad), format!("sig={good}"), Err(SignatureError::Bad)),
        (one(""), format!("sig={good}"), Err(SignatureError::Bad)),
        (two(&good, &good), String::new(), Ok(())),
        (two(&good, &bad), String::new(), Err(SignatureError::Bad)),
        (two(&bad, &good), String::new(), Err(SignatureError::Bad)),
    ] {
        assert_eq!(verify(key, &headers, &query, body), expected, "{headers:?} {query}");
    }
}

#[test]
fn what_is_no_mac_is_refused() {
    let (key, body) = ("some-key", b"{}");
    let good = sign(key, body);
    for text in [
        "",
        "00",
        &good[..62],
        &format!("{good}00"),
        &good.replace(|c: char| c.is_ascii_digit(), "g"),
        &"é".repeat(32),
    ] {
        assert_eq!(verify(key, &header(text), "", body), Err(SignatureError::Bad), "{text}");
    }
}

#[test]
fn an_empty_key_signs_nothing() {
    let mac = sign("", b"{}");
    assert_eq!(verify("", &header(&mac), "", b"{}"), Err(SignatureError::Bad));
}
