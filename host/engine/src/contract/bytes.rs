//! Bytes in JSON: a string where they are UTF-8, else `{"base64": "…"}`. Not here: bytes in the component's memory.
//!
//! States and bodies are nearly always JSON or text, so a person can read a line of events; any other bytes survive too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Both forms that bytes may have in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form<T> {
    /// The bytes are UTF-8.
    Text(T),
    /// They are not.
    Encoded {
        /// RFC 4648, with padding.
        base64: String,
    },
}

/// Writes bytes as a string if they are one, else encoded.
pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Form::Text(text).serialize(serializer),
        Err(_) => Form::<&str>::Encoded { base64: STANDARD.encode(bytes) }.serialize(serializer),
    }
}

/// Reads bytes from either form, whichever would have been written.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    match Form::<String>::deserialize(deserializer)? {
        Form::Text(text) => Ok(text.into_bytes()),
        Form::Encoded { base64 } => STANDARD.decode(base64).map_err(D::Error::custom),
    }
}

/// The same for bytes that may be missing.
pub(super) mod optional {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// As for bytes that are there.
    #[derive(Serialize, Deserialize)]
    struct There(#[serde(with = "super")] Vec<u8>);

    /// Writes them, or null.
    pub(in crate::contract) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::serialize(bytes, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads either form, or null.
    pub(in crate::contract) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<There>::deserialize(deserializer)?.map(|there| there.0))
    }
}
