//! Links by which an operator's browser reads a customer's file: signed, for a day or two, and not kept. Not the links that
//! customers get, which have to work much longer.

use std::fmt;
use std::io;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Milliseconds of a day. A ticket ends at the end of tomorrow, so that it stays the same for a day and a browser keeps
/// what it has read.
const DAY_MS: u64 = 24 * 3_600_000;

/// Signs and checks tickets. The key is new at each start: what was signed before ends with the process.
#[derive(Clone)]
pub struct Tickets {
    key: [u8; 32],
}

impl Tickets {
    /// With a new key.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn new() -> io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        Ok(Self { key })
    }

    /// What stands behind the file's id in its link.
    #[must_use]
    pub fn sign(&self, media: i64, now: u64) -> String {
        let until = (now / DAY_MS + 2) * DAY_MS;
        format!("{until}-{}", crate::http::hex(&self.mac(media, until).finalize().into_bytes()))
    }

    /// Whether it was signed here for this file, and has not ended.
    #[must_use]
    pub fn is_good(&self, media: i64, ticket: &str, now: u64) -> bool {
        let Some((until, mac)) = ticket.split_once('-') else { return false };
        let Ok(until) = until.parse::<u64>() else { return false };
        // Compared as text of one length, letter by letter to the end: in constant time.
        let right = crate::http::hex(&self.mac(media, until).finalize().into_bytes());
        let differs = right.bytes().zip(mac.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        until > now && right.len() == mac.len() && differs == 0
    }

    fn mac(&self, media: i64, until: u64) -> Hmac<Sha256> {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block[..self.key.len()].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block);
        mac.update(&media.to_be_bytes());
        mac.update(&until.to_be_bytes());
        mac
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G18.
    #[test]
    fn a_ticket_is_for_one_file_and_ends() {
        let (tickets, now) = (Tickets::new().expect("a key"), 20_000 * DAY_MS + 5);
        let ticket = tickets.sign(7, now);
        assert!(tickets.is_good(7, &ticket, now));
        assert!(tickets.is_good(7, &ticket, now + DAY_MS));
        assert!(!tickets.is_good(7, &ticket, now + 2 * DAY_MS));
        assert!(!tickets.is_good(8, &ticket, now));
        assert!(!Tickets::new().expect("another key").is_good(7, &ticket, now));
        let (until, mac) = ticket.split_once('-').expect("two halves");
        let later = until.parse::<u64>().expect("a number") + DAY_MS;
        for wrong in [
            format!("{later}-{mac}"),
            format!("{until}-"),
            until.to_owned(),
            String::new(),
            format!("{until}-{}0", &mac[1..]),
        ] {
            assert!(!tickets.is_good(7, &wrong, now), "{wrong}");
        }
    }
}
