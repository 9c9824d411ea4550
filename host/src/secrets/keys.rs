//! Master keys: what a secret is sealed with and opened by. Pure, but for the randomness of nonces. Not here: where keys
//! come from (`key_file`), and what is sealed (`rows`).
//!
//! A sealed value is `version (1) ∥ key id (8) ∥ nonce (24) ∥ ciphertext ∥ tag (16)`: XChaCha20-Poly1305, whose nonces are
//! long enough to be random. What is sealed with it, without being kept in it, is its place: the account, the setting's
//! name, whether it is the value or a candidate, and the key. So a row that is moved to another account does not open.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use desk_store::StoreError;
use desk_store::faults::is_planted;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest as _, Sha256};

/// Of the form of a sealed value.
const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + ID_BYTES + NONCE_BYTES;

/// The name of a key: the beginning of a hash of it, so that a key is never known by another's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; ID_BYTES]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The keys that are loaded: the first one seals, all open. Never empty.
pub struct Keys(Vec<Key>);

struct Key {
    id: KeyId,
    cipher: XChaCha20Poly1305,
}

/// What is wrong with a text of keys. Never what stands in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A line is no key.
    #[error("line {0} is no key: base64 of 32 bytes, as `openssl rand -base64 32` prints it")]
    Form(usize),
    /// There is no line with a key.
    #[error("there is no key in it")]
    None,
}

/// Which of an account's two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The one that works.
    Value,
    /// The one that is on trial.
    Candidate,
}

/// Where a value stands: it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account.
    pub account: &'a str,
    /// The setting's name.
    pub name: &'a str,
    /// Which of its values.
    pub slot: Slot,
}

/// Why a value cannot be sealed or opened. Names its place, never the value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Sealed with a key that is not loaded.
    #[error("`{name}` of {account} is sealed with the key {key}, which is not loaded")]
    UnknownKey {
        /// The account.
        account: String,
        /// The setting.
        name: String,
        /// The key it wants.
        key: KeyId,
    },
    /// Changed, or from another place.
    #[error("`{name}` of {account} does not open: it is damaged, or was put there from another row")]
    Damaged {
        /// The account.
        account: String,
        /// The setting.
        name: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Randomness,
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        Self::Secret(error.to_string())
    }
}

impl Keys {
    /// Reads keys: base64, one a line (or between commas); the first one seals. Empty lines and `#` comments count for
    /// nothing.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (index, line) in text.split(['\n', ',']).map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bytes = Zeroizing::new(STANDARD.decode(line).map_err(|_| KeyError::Form(index + 1))?);
            keys.push(Key::new(&bytes).ok_or(KeyError::Form(index + 1))?);
        }
        if keys.is_empty() { Err(KeyError::None) } else { Ok(Self(keys)) }
    }

    /// A new key as [`Keys::parse`] reads it, without the line's end.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<Zeroizing<String>, SealError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(|_| SealError::Randomness)?;
        Ok(Zeroizing::new(STANDARD.encode(bytes.as_ref())))
    }

    /// The one that seals.
    #[must_use]
    pub fn first(&self) -> KeyId {
        self.0[0].id
    }

    /// Every one, for a message.
    #[must_use]
    pub fn ids(&self) -> String {
        self.0.iter().map(|key| key.id.to_string()).collect::<Vec<_>>().join(", ")
    }

    /// Seals a value for its place, with the first key.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn seal(&self, place: Place, value: &str) -> Result<Vec<u8>, SealError> {
        let key = &self.0[0];
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Randomness)?;
        let payload = Payload { msg: value.as_bytes(), aad: &associated(place, key.id) };
        // It fails for messages of 256 GB only.
        let sealed = if is_planted("seal-removed") {
            value.as_bytes().to_vec()
        } else {
            key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| damaged(place))?
        };
        let mut out = Vec::with_capacity(HEAD_BYTES + sealed.len());
        out.push(VERSION);
        out.extend(key.id.0);
        out.extend(nonce);
        out.extend(sealed);
        Ok(out)
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// Its key is not loaded, or it is not what was sealed here.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<SecretString, SealError> {
        let id = key_of(sealed).ok_or_else(|| damaged(place))?;
        let key = self.0.iter().find(|key| key.id == id).ok_or_else(|| SealError::UnknownKey {
            account: place.account.to_owned(),
            name: place.name.to_owned(),
            key: id,
        })?;
        let nonce: [u8; NONCE_BYTES] =
            sealed[1 + ID_BYTES..HEAD_BYTES].try_into().map_err(|_| damaged(place))?;
        let payload = Payload { msg: &sealed[HEAD_BYTES..], aad: &associated(place, id) };
        let value = if is_planted("seal-removed") {
            sealed[HEAD_BYTES..].to_vec()
        } else {
            key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| damaged(place))?
        };
        let text = String::from_utf8(value).map_err(|error| {
            drop(Zeroizing::new(error.into_bytes()));
            damaged(place)
        })?;
        Ok(SecretString::from(text))
    }
}

impl Key {
    fn new(bytes: &[u8]) -> Option<Self> {
        let cipher = XChaCha20Poly1305::new_from_slice(bytes).ok()?;
        let hash = Sha256::new().chain_update("desk key id 1").chain_update(bytes).finalize();
        let id = hash.first_chunk().copied()?;
        Some(Self { id: KeyId(id), cipher })
    }
}

/// The key that a sealed value wants; `None` if it is no sealed value.
#[must_use]
pub(super) fn key_of(sealed: &[u8]) -> Option<KeyId> {
    let (version, rest) = sealed.split_first()?;
    let is_whole = *version == VERSION && sealed.len() >= HEAD_BYTES;
    is_whole.then(|| rest.first_chunk().copied().map(KeyId)).flatten()
}

/// What the seal is bound to. Each part with its length, so that two places never make the same bytes.
fn associated(place: Place, key: KeyId) -> Vec<u8> {
    let slot = match place.slot {
        Slot::Value => "value",
        Slot::Candidate => "candidate",
    };
    let mut out = Vec::new();
    for part in ["desk secret".as_bytes(), place.account.as_bytes(), place.name.as_bytes(), slot.as_bytes()] {
        out.extend((part.len() as u64).to_be_bytes());
        out.extend(part);
    }
    out.push(VERSION);
    out.extend(key.0);
    out
}

fn damaged(place: Place) -> SealError {
    SealError::Damaged { account: place.account.to_owned(), name: place.name.to_owned() }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const PLACE: Place = Place { account: "viber-1", name: "api_key", slot: Slot::Value };

    fn keys(fill: &[u8]) -> Keys {
        let lines: Vec<_> = fill.iter().map(|byte| STANDARD.encode([*byte; KEY_BYTES])).collect();
        Keys::parse(&lines.join("\n")).expect("keys")
    }

    /// G20: what is sealed opens in its place, and its bytes do not show it; nor do two of the same show that they are.
    #[test]
    fn a_sealed_value_opens_in_its_place_and_shows_nothing() {
        let keys = keys(&[1]);
        let sealed = keys.seal(PLACE, "4dc8e0b1a5-token").expect("sealed");
        assert_eq!(keys.open(PLACE, &sealed).expect("it opens").expose_secret(), "4dc8e0b1a5-token");
        assert!(!sealed.windows(5).any(|part| b"4dc8e0b1a5-token".windows(5).any(|it| it == part)));
        assert_ne!(
            sealed,
            keys.seal(PLACE, "4dc8e0b1a5-token").expect("sealed"),
            "each has a nonce of its own"
        );
        assert_eq!(sealed.len(), HEAD_BYTES + 16 + 16);
    }

    /// G20: a row that was moved to another account, setting or slot is refused.
    #[test]
    fn a_sealed_value_opens_nowhere_else() {
        let keys = keys(&[1]);
        let sealed = keys.seal(PLACE, "token").expect("sealed");
        for place in [
            Place { account: "viber-2", ..PLACE },
            Place { account: "viber-", name: "1api_key", ..PLACE },
            Place { name: "other", ..PLACE },
            Place { slot: Slot::Candidate, ..PLACE },
        ] {
            assert_eq!(keys.open(place, &sealed).err(), Some(damaged(place)));
        }
    }

    /// G20: not one bit can be changed, and nothing shorter counts.
    #[test]
    fn a_changed_value_is_refused() {
        let keys = keys(&[1, 2]);
        let sealed = keys.seal(PLACE, "token").expect("sealed");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.open(PLACE, &changed).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(keys.open(PLACE, &sealed[..length]).is_err(), "{length} bytes");
        }
    }

    /// G20: the first of several seals, and all open; another one is named as what is missing.
    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, new, both) = (keys(&[1]), keys(&[2]), keys(&[2, 1]));
        let sealed = old.seal(PLACE, "token").expect("sealed");
        assert_eq!(both.open(PLACE, &sealed).expect("it opens").expose_secret(), "token");
        let anew = both.seal(PLACE, "token").expect("sealed");
        assert_eq!(new.open(PLACE, &anew).expect("it opens").expose_secret(), "token");
        let missing = old.open(PLACE, &anew).expect_err("not loaded").to_string();
        assert!(missing.contains(&new.first().to_string()), "{missing}");
    }

    #[test]
    fn a_text_of_keys_is_read_or_its_line_named() {
        let key = STANDARD.encode([7; KEY_BYTES]);
        assert_eq!(Keys::parse(&format!("# ours\n\n {key} \n{key}")).map(|keys| keys.0.len()), Ok(2));
        assert_eq!(Keys::parse(&format!("{key},{key}")).map(|keys| keys.0.len()), Ok(2));
        for (text, error) in [
            (String::new(), KeyError::None),
            ("# nothing".into(), KeyError::None),
            ("a secret that is none".into(), KeyError::Form(1)),
            (format!("{key}\n{}", STANDARD.encode([7; 31])), KeyError::Form(2)),
        ] {
            assert_eq!(Keys::parse(&text).err(), Some(error), "{text}");
        }
        let generated = Keys::generate().expect("a key");
        assert!(Keys::parse(&generated).is_ok());
    }
}
