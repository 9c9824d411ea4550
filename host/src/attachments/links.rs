//! Links by which a file is read: signed here, with an end, and good for whoever holds them. A customer's works for weeks,
//! since their app fetches a file when they tap it; an operator's for a day or two. Not here: whether the file is still
//! there or was taken back (rows), nor how it is sent (`http::files`).
//!
//! A link is `/files/{id}-{until}-{mac}/{name}`: the file's id, its end in milliseconds, and an HMAC over both and the name.
//! The name is what a messenger takes the type from, so it ends in the real extension, and is plain ASCII: nothing on the
//! way may write it differently.

use std::fmt;

use desk_store::Store;
use desk_store::faults::is_planted;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::secrets::{self, Keys, SealError};

/// How long a customer's link works unless the settings say otherwise, days.
pub const DAYS: u32 = 30;
/// Bytes of randomness in the id of an operator's file.
const ID_BYTES: usize = 32;
const DAY_MS: u64 = 24 * 3_600_000;
/// Characters of a link's name before the extension.
const STEM_CHARS_MAX: usize = 60;

/// A file that a link is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// A customer's, by its row.
    Media(i64),
    /// An operator's, by its 256 random bits, hex.
    File(String),
}

/// Signs links and reads them. Without `Debug` of its key, which is wiped when dropped.
pub struct Links {
    key: Zeroizing<[u8; 32]>,
    days: u32,
}

impl Links {
    /// With the store's key, which outlives a start and goes with a backup; the first start makes it. Customers' links
    /// work for so many days.
    ///
    /// # Errors
    /// The key does not open, or cannot be kept.
    pub async fn open(store: &Store, keys: &Keys, days: u32) -> desk_store::Result<Self> {
        Ok(Self { key: secrets::link_key(store, keys).await?, days })
    }

    /// A customer's link, from the root of the desk, and its end, ms.
    #[must_use]
    pub fn for_customer(&self, file: &Linked, name: &str, now: u64) -> (String, u64) {
        let until = now.saturating_add(u64::from(self.days) * DAY_MS);
        (self.sign(file, name, until), until)
    }

    /// An operator's link, from the root of the desk. It ends with tomorrow: so it stays the same for a day, and a browser
    /// keeps what it has read.
    #[must_use]
    pub fn for_operator(&self, file: &Linked, name: &str, now: u64) -> String {
        self.sign(file, name, (now / DAY_MS + 2) * DAY_MS)
    }

    /// The file, if both segments of the link are as they were signed here, and it has not ended. Takes as long for a link
    /// that is nearly right as for one that is wrong.
    #[must_use]
    pub fn read(&self, segment: &str, name: &str, now: u64) -> Option<Linked> {
        let (signed, mac) = segment.rsplit_once('-')?;
        let is_signed = bool::from(self.mac(signed, name).as_bytes().ct_eq(mac.as_bytes()));
        if !is_signed && !is_planted("links-unsigned") {
            return None;
        }
        let (id, until) = signed.split_once('-')?;
        let until: u64 = until.parse().ok()?;
        (until > now).then(|| Linked::parse(id))?
    }

    fn sign(&self, file: &Linked, name: &str, until: u64) -> String {
        let (signed, name) = (format!("{file}-{until}"), link_name(name));
        format!("/files/{signed}-{}/{name}", self.mac(&signed, &name))
    }

    fn mac(&self, signed: &str, name: &str) -> String {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block[..self.key.len()].copy_from_slice(self.key.as_ref());
        let mut mac = Hmac::<Sha256>::new(&block);
        // With its length, so that no part of one can be taken for the other's.
        mac.update(&(signed.len() as u64).to_be_bytes());
        mac.update(signed.as_bytes());
        mac.update(name.as_bytes());
        crate::http::hex(&mac.finalize().into_bytes())
    }
}

impl Linked {
    /// A new id for an operator's file.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new_id() -> Result<String, SealError> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| SealError::Randomness)?;
        Ok(crate::http::hex(&bytes))
    }

    fn parse(id: &str) -> Option<Self> {
        match id.strip_prefix('m') {
            Some(row) => row.parse().ok().map(Self::Media),
            None => Some(Self::File(id.to_owned())),
        }
    }
}

impl fmt::Display for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Media(row) => write!(f, "m{row}"),
            Self::File(id) => f.write_str(id),
        }
    }
}

/// A file's name as a link has it: letters, digits, and what needs no escape.
fn link_name(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut plain = String::new();
    for c in stem.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            plain.push(c);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    plain.truncate(STEM_CHARS_MAX);
    let stem = match plain.trim_end_matches('-') {
        "" => "file",
        plain => plain,
    };
    let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).collect();
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 20_000 * DAY_MS + 5;

    fn links(fill: u8) -> Links {
        Links { key: Zeroizing::new([fill; 32]), days: DAYS }
    }

    fn file(digit: char) -> Linked {
        Linked::File(digit.to_string().repeat(64))
    }

    /// The two segments that are read.
    fn segments(link: &str) -> (&str, &str) {
        link.strip_prefix("/files/").and_then(|rest| rest.split_once('/')).expect("a link")
    }

    /// G19: a link is for one file, under one name, until its end, from this desk.
    #[test]
    fn a_link_is_for_one_file_and_ends() {
        let links = links(1);
        for linked in [file('a'), Linked::Media(7)] {
            let (link, until) = links.for_customer(&linked, "bill.pdf", NOW);
            let (segment, name) = segments(&link);
            assert_eq!((until, name), (NOW + 30 * DAY_MS, "bill.pdf"));
            assert_eq!(links.read(segment, name, NOW), Some(linked.clone()));
            assert_eq!(links.read(segment, name, until - 1), Some(linked.clone()));
            assert_eq!(links.read(segment, name, until), None, "it has ended");
            assert_eq!(links.read(segment, "bill.exe", NOW), None, "another name");
            assert_eq!(self::links(2).read(segment, name, NOW), None, "another desk's");
            let link = links.for_operator(&linked, "bill.pdf", NOW);
            let (segment, name) = segments(&link);
            assert_eq!(links.read(segment, name, NOW + DAY_MS), Some(linked));
            assert_eq!(links.read(segment, name, NOW + 2 * DAY_MS), None);
        }
    }

    /// G19: of 100,000 guessed and tampered links not one is read: each letter changed to each other, each left out, doubled,
    /// the ends of others', later ends, random ids and MACs.
    #[test]
    fn no_guessed_or_tampered_link_is_read() {
        let (links, mut tried, mut hits) = (links(1), 0, 0);
        let mut look = |segment: &str, name: &str| {
            tried += 1;
            hits += usize::from(links.read(segment, name, NOW).is_some());
        };
        let (link, other) = (
            links.for_customer(&file('a'), "a.png", NOW).0,
            links.for_customer(&file('b'), "a.png", NOW + 1).0,
        );
        let ((segment, name), (other, _)) = (segments(&link), segments(&other));
        for at in 0..segment.len() {
            let (before, after) = (&segment[..at], &segment[at + 1..]);
            for c in (' '..='~').filter(|c| !segment[at..].starts_with(*c)) {
                look(&format!("{before}{c}{after}"), name);
            }
            look(&format!("{before}{after}"), name);
            look(&format!("{before}{}{}", &segment[at..=at], &segment[at..]), name);
            look(before, name);
            if at > 0 {
                look(&format!("{before}{}", &other[at..]), name);
            }
        }
        for at in 0..name.len() {
            for c in (' '..='~').filter(|c| !name[at..].starts_with(*c)) {
                look(segment, &format!("{}{c}{}", &name[..at], &name[at + 1..]));
            }
        }
        let (signed, mac) = segment.rsplit_once('-').expect("a MAC");
        let id = signed.split_once('-').expect("an id").0;
        for days in (0..10_000).filter(|days| *days != u64::from(DAYS)) {
            look(&format!("{id}-{}-{mac}", NOW + days * DAY_MS), name);
            look(&format!("m{days}-{}-{mac}", NOW + DAY_MS), name);
        }
        for _ in 0..35_000 {
            let random = Linked::new_id().expect("random");
            look(&format!("{random}-{}-{mac}", NOW + DAY_MS), name);
            look(&format!("{signed}-{random}"), name);
        }
        assert!(tried > 100_000, "{tried}");
        assert_eq!(hits, 0, "of {tried}");
        println!("{tried} wrong links, {hits} read");
    }

    #[track_caller]
    fn check(name: &str, plain: &str) {
        assert_eq!(link_name(name), plain);
    }

    /// T21, T22: a link ends in the extension of its file, and is written in one way only.
    #[test]
    fn a_links_name_is_plain_and_keeps_its_extension() {
        check("bill.pdf", "bill.pdf");
        check("Звіт за травень.pdf", "file.pdf");
        check("Звіт 2026.PDF", "2026.PDF");
        check("my photo (1).jpg", "my-photo-1.jpg");
        check("../a/..%2f.png", "a-2f.png");
        check("no extension", "no-extension");
        check(&format!("{}.png", "x".repeat(200)), &format!("{}.png", "x".repeat(60)));
        check("", "file");
    }
}
