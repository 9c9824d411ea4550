//! Did Viber send this request? HMAC-SHA256 over the raw body; not replay protection, which is the dedupe id's.
//!
//! The key is the token's text as it was issued, dashes included. The MAC comes in the header
//! `X-Viber-Content-Signature` and in the query's `sig`; the official Node SDK in fact lives on the latter.
//! developers.viber.com, Callbacks, "signature"; checked 2026-11.

use conversation::Header;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::prelude::*;

/// The header's name, as hosts pass it.
pub const HEADER: &str = "x-viber-content-signature";

/// Bytes of a MAC.
const MAC_BYTES: usize = 32;

/// What is no hexadecimal digit.
const NO_DIGIT: u8 = 16;
/// Each byte as a hexadecimal digit. A table, so that no digit takes longer than another.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digits[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

/// Why a request is not taken for Viber's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SignatureError {
    /// There is none.
    #[error("the request has no signature")]
    Missing,
    /// It is not 64 hex digits, not of this body and key, or there are two that differ.
    #[error("the signature does not fit the body")]
    Bad,
}

/// Checks a request's signature against its body.
///
/// # Errors
/// [`SignatureError`]; which byte was wrong is not told, and not to be learned from the time that it takes.
pub fn verify(key: &str, headers: &[Header], query: &str, body: &[u8]) -> Result<(), SignatureError> {
    let given = given(headers, query)?;
    let mac = decode(given).ok_or(SignatureError::Bad)?;
    // An empty key would let everybody sign; HMAC takes keys of any other length.
    let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| SignatureError::Bad)?;
    hmac.update(body);
    let expected = hmac.finalize().into_bytes();
    if !key.is_empty() && bool::from(expected.as_slice().ct_eq(&mac)) {
        Ok(())
    } else {
        Err(SignatureError::Bad)
    }
}

/// The one signature of a request. Two that are equal are one; two that differ are an attempt at something.
fn given<'a>(headers: &'a [Header], query: &'a str) -> Result<&'a str, SignatureError> {
    let in_headers = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(HEADER))
        .map(|header| header.value.trim());
    let in_query = query.split('&').filter_map(|pair| pair.strip_prefix("sig="));
    let mut all = in_headers.chain(in_query);
    let first = all.next().ok_or(SignatureError::Missing)?;
    if all.all(|other| other.eq_ignore_ascii_case(first)) { Ok(first) } else { Err(SignatureError::Bad) }
}

fn decode(hex: &str) -> Option<[u8; MAC_BYTES]> {
    let digits = hex.as_bytes();
    if digits.len() != MAC_BYTES * 2 {
        return None;
    }
    let mut mac = [0; MAC_BYTES];
    for (byte, pair) in mac.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        if high.max(low) == NO_DIGIT {
            return None;
        }
        *byte = high << 4 | low;
    }
    Some(mac)
}

/// The MAC as lower-case hex: what Viber would send for this key and body. For tests and tools.
#[must_use]
pub fn sign(key: &str, body: &[u8]) -> String {
    use core::fmt::Write as _;
    let mut hex = String::with_capacity(MAC_BYTES * 2);
    if let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        hmac.update(body);
        for byte in hmac.finalize().into_bytes() {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
    }
    hex
}

#[cfg(test)]
#[path = "tests/signature.rs"]
mod tests;
