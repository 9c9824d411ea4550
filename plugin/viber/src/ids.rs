//! The ids that this channel chooses: deterministic, unique in an account; not the host's own ids.
//!
//! Viber's user ids are base64 and hold no `:`, so an id can be taken apart from its end.

use core::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::prelude::*;

/// The customer's contact: `c:<user id>`.
pub(crate) fn contact(user: &str) -> String {
    format!("c:{user}")
}

/// A task of the customer's: `t:<user id>:<number from 1>`.
pub(crate) fn task(user: &str, number: u64) -> String {
    format!("t:{user}:{number}")
}

/// The number of a task of this customer; none if the id is another's.
pub(crate) fn task_number(user: &str, id: &str) -> Option<u64> {
    id.strip_prefix("t:")?.strip_prefix(user)?.strip_prefix(':')?.parse().ok()
}

/// What tells one message of the customer from another: its token, or the start of its bytes' digest.
pub(crate) fn message(token: Option<&str>, body: &[u8]) -> String {
    token.map_or_else(|| digest_hex(body)[..16].to_owned(), str::to_owned)
}

/// A message as an action: `m:<message>`.
pub(crate) fn action(message: &str) -> String {
    format!("m:{message}")
}

/// A note: `n:<message>`.
pub(crate) fn note(message: &str) -> String {
    format!("n:{message}")
}

/// The call that sends a part of a reply: `send:<reply>:<user id>:<part from 0>`.
pub(crate) fn send(reply: &str, user: &str, part: u32) -> String {
    format!("send:{reply}:{user}:{part}")
}

/// A call for the account: `<request>:<time of the request in ms>:<method>`.
pub(crate) fn account_call(request: &str, run: u64, method: &str) -> String {
    format!("{request}:{run}:{method}")
}

/// SHA-256 of bytes, 64 lower-case hex digits.
pub(crate) fn digest_hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T25.
    #[test]
    fn ids_are_made_and_taken_apart() {
        assert_eq!(contact("ab+/c=="), "c:ab+/c==");
        assert_eq!(task("ab+/c==", 3), "t:ab+/c==:3");
        assert_eq!(task_number("ab+/c==", "t:ab+/c==:3"), Some(3));
        for (user, id) in
            [("ab", "t:abc:3"), ("ab", "t:ab:x"), ("ab", "c:ab:3"), ("ab", "t:ab"), ("AB", "t:ab:3")]
        {
            assert_eq!(task_number(user, id), None, "{id}");
        }
        assert_eq!(action(&message(Some("12"), b"x")), "m:12");
        assert_eq!(note("12"), "n:12");
        assert_eq!(send("r:1", "u", 0), "send:r:1:u:0");
        assert_eq!(account_call("connect", 7, "set_webhook"), "connect:7:set_webhook");
    }

    #[test]
    fn the_digest_is_sha_256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // FIPS 180-4 examples
        assert_eq!(digest_hex(b""), empty);
        assert_eq!(message(None, b""), empty[..16]);
    }
}
