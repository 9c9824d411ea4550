//! The values of an account's secrets in memory: taken out to be sent or verified with, and never printed. Not here: how
//! they are kept.

use secrecy::{ExposeSecret as _, SecretString};

/// An account's secrets by name. Without `Debug` and `Serialize`, and wiped when dropped.
#[derive(Clone, Default)]
pub struct Secrets(Vec<(String, SecretString)>);

/// What stands where a value was.
const MASK: u8 = b'*';
/// A shorter value would be found everywhere by chance.
const LOOKED_FOR_BYTES_MIN: usize = 8;

impl Secrets {
    /// The value of one, for who sends or verifies.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(has, _)| has == name).map(|(_, value)| value.expose_secret())
    }

    /// Names and values, for who seals them or hands them to `receive-webhook`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose_secret()))
    }

    /// Replaces every value in what came from outside: a server or a proxy may repeat what it was sent.
    pub fn mask(&self, bytes: &mut [u8]) {
        for (_, value) in self.iter().filter(|(_, value)| value.len() >= LOOKED_FOR_BYTES_MIN) {
            let mut at = 0;
            while let Some(found) = find(&bytes[at..], value.as_bytes()) {
                let end = at + found + value.len();
                bytes[at + found..end].fill(MASK);
                at = end;
            }
        }
    }
}

impl FromIterator<(String, SecretString)> for Secrets {
    fn from_iter<T: IntoIterator<Item = (String, SecretString)>>(all: T) -> Self {
        Self(all.into_iter().collect())
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(value: &str) -> Secrets {
        [("api_key".to_owned(), SecretString::from(value))].into_iter().collect()
    }

    /// G21.
    #[test]
    fn what_a_server_repeats_is_masked() {
        let mut page = b"bad token 4dc8e0b1, yes: 4dc8e0b14dc8e0b1".to_vec();
        secrets("4dc8e0b1").mask(&mut page);
        assert_eq!(page, b"bad token ********, yes: ****************");
        let mut text = b"a cat".to_vec();
        secrets("a").mask(&mut text);
        assert_eq!(text, b"a cat", "too short to be looked for");
    }
}
