//! A ring of what passed between Viber and the program under test. Not a logger: tests and people read it
//! through `/control/log`. Tokens of bots never enter it.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

/// Entries kept; older ones fall out.
const ENTRIES_MAX: usize = 10_000;

/// Bytes of one recorded body; a longer one is replaced by its length.
const BODY_BYTES_MAX: usize = 32_768;

/// The ring.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<(u64, Value)>,
    last: u64,
}

impl Log {
    /// Appends an entry; `fields` must be an object.
    pub(crate) fn push(&mut self, at: u64, kind: &str, fields: Value) {
        self.last += 1;
        let mut entry = Map::new();
        entry.insert("seq".into(), self.last.into());
        entry.insert("at".into(), at.into());
        entry.insert("kind".into(), kind.into());
        if let Value::Object(fields) = fields {
            entry.extend(fields);
        }
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back((self.last, Value::Object(entry)));
    }

    /// Entries newer than `after`, oldest first, and the number of the newest one.
    pub(crate) fn after(&self, after: u64) -> Value {
        let items: Vec<&Value> =
            self.entries.iter().filter(|(seq, _)| *seq > after).map(|(_, e)| e).collect();
        json!({"items": items, "last": self.last})
    }

    /// Forgets the entries but not the numbering, so that a reader's `after` stays valid.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// A body as it is shown in the log: JSON where it is JSON, else text; without the token of a bot.
pub(crate) fn shown(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > BODY_BYTES_MAX {
        return json!({"omitted_bytes": body.len()});
    }
    let mut value = as_value(body);
    if let Some(token) = value.get_mut("auth_token") {
        *token = masked(token.as_str().unwrap_or_default()).into();
    }
    value
}

/// Bytes as JSON if they are JSON, else as text.
pub(crate) fn as_value(body: &[u8]) -> Value {
    match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => String::from_utf8_lossy(body).into_owned().into(),
    }
}

/// The last four characters of a token, enough to tell two of them apart.
pub(crate) fn masked(token: &str) -> String {
    let tail: Vec<char> = token.chars().rev().take(4).collect();
    format!("…{}", tail.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_masked_and_the_ring_is_bounded() {
        assert_eq!(shown(br#"{"auth_token":"4d1-secret-9876"}"#), json!({"auth_token": "…9876"}));
        let mut log = Log::default();
        for _ in 0..=ENTRIES_MAX {
            log.push(1, "request", json!({}));
        }
        assert_eq!(log.entries.len(), ENTRIES_MAX);
        assert_eq!(log.after(ENTRIES_MAX as u64)["items"][0]["seq"], ENTRIES_MAX as u64 + 1);
    }
}
