//! Which message of ours a receipt for an unknown token speaks of, so that a lost answer is settled; not the sending.
//!
//! Where the answer to a send was lost, its token is not known, and a receipt is the only word of it. A token tells when
//! it was made, and calls of a dialogue are made one at a time: one that was made while the lost call was under way, and
//! that no answer and no message of the customer's named, is the lost message's. A receipt may also come before the answer
//! to its own call, so nothing is settled before every call that was asked for has come to its end.

use serde::Serialize;

use crate::limits::CALL_TIMEOUT_MS;
use crate::prelude::*;
use crate::saved::{self, Odd, Saved};

/// A token's upper bits are its time, counted from here. In some thirty captures of 2016 to 2024; nowhere documented, so
/// nothing but the settling of lost answers rests on it: where it did not hold, they would stay unconfirmed.
const TOKEN_EPOCH_MS: u64 = 292_057_776_128;

/// Milliseconds that Viber's clock and the host's may be apart.
const CLOCKS_APART_MS: u64 = 5_000;

/// Entries of each list that are kept, the newest.
const KEPT: usize = 8;

/// What a dialogue remembers of its sends.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Sends {
    /// Tokens that answers named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    known: Vec<String>,
    /// Tokens that only receipts named so far: a receipt may come before the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    heard: Vec<String>,
    /// Sends whose answer was lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lost: Vec<Lost>,
    /// Calls that were asked for and have not come to their end.
    #[serde(skip_serializing_if = "is_zero")]
    open: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A part of a reply whose answer was lost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Lost {
    /// The reply's id.
    pub(crate) reply: String,
    /// Its part.
    pub(crate) part: u32,
    /// When the attempt began, ms.
    pub(crate) began_at: u64,
}

impl Sends {
    /// Reads them back.
    pub(crate) fn of(mut saved: Saved) -> Result<Self, Odd> {
        let mut texts = |key| saved.list(key)?.into_iter().map(saved::text).collect::<Result<Vec<_>, Odd>>();
        let (known, heard) = (texts("known")?, texts("heard")?);
        let lost = saved.list("lost")?.into_iter().map(|value| Lost::of(Saved::of(value)?));
        let lost = lost.collect::<Result<_, _>>()?;
        Ok(Self { known, heard, lost, open: saved.number("open")?.unwrap_or_default() })
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// So many calls were asked for.
    pub(crate) fn asked(&mut self, calls: usize) {
        self.open = self.open.saturating_add(calls as u64);
    }

    /// A call came to its end.
    pub(crate) fn ended(&mut self) {
        // A person may have sent one again, which nobody asked for here.
        self.open = self.open.saturating_sub(1);
    }

    /// An answer named the token.
    pub(crate) fn answered(&mut self, token: &str) {
        self.heard.retain(|heard| heard != token);
        remember(&mut self.known, token.to_owned());
    }

    /// An answer was lost.
    pub(crate) fn lost(&mut self, lost: Lost) {
        remember(&mut self.lost, lost);
    }

    /// A receipt names a token.
    pub(crate) fn heard(&mut self, token: &str) {
        if !self.known.iter().chain(&self.heard).any(|known| known == token) {
            remember(&mut self.heard, token.to_owned());
        }
    }

    /// A lost part and the token that is its own, if each can be the other's only, and nothing is under way that the token
    /// could be of.
    pub(crate) fn settled(&mut self) -> Option<(Lost, String)> {
        if self.open > 0 {
            return None;
        }
        let fitting = |lost: &Lost| self.heard.iter().filter(|token| lost.fits(token)).count();
        let is_only = |token: &str| self.lost.iter().filter(|lost| lost.fits(token)).count() == 1;
        let at = self.lost.iter().position(|lost| {
            fitting(lost) == 1 && self.heard.iter().any(|token| lost.fits(token) && is_only(token))
        })?;
        let lost = self.lost.remove(at);
        let token = self.heard.iter().find(|token| lost.fits(token))?.clone();
        self.answered(&token);
        Some((lost, token))
    }
}

impl Lost {
    fn of(mut saved: Saved) -> Result<Self, Odd> {
        let part = saved.number("part")?.and_then(|part| part.try_into().ok());
        Ok(Self {
            reply: saved.text("reply")?.ok_or(Odd)?,
            part: part.ok_or(Odd)?,
            began_at: saved.number("began_at")?.ok_or(Odd)?,
        })
    }

    /// Whether the token was made while this was under way.
    fn fits(&self, token: &str) -> bool {
        let Some(made_at) = made_at(token) else { return false };
        let from = self.began_at.saturating_sub(CLOCKS_APART_MS);
        let until = self.began_at.saturating_add(u64::from(CALL_TIMEOUT_MS) + CLOCKS_APART_MS);
        (from..=until).contains(&made_at)
    }
}

/// When a token was made, ms.
fn made_at(token: &str) -> Option<u64> {
    let token: u64 = token.parse().ok()?;
    Some((token >> 22) + TOKEN_EPOCH_MS)
}

fn remember<T>(list: &mut Vec<T>, new: T) {
    if list.len() >= KEPT {
        list.remove(0);
    }
    list.push(new);
}

#[cfg(test)]
#[path = "tests/sends.rs"]
mod tests;
