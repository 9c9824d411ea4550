//! The customer's own phone number, which Viber never tells: shared by our button or typed; not the cards of others.

use serde::Serialize;

use crate::callback::Message;
use crate::keyboard::SHARE_PHONE;
use crate::prelude::*;

/// Bytes of a number that is kept: E.164 has 15 digits, people add blanks and brackets.
const BYTES_MAX: usize = 40;
/// Digits of an international number: the shortest that are dialled from elsewhere, the longest of E.164.
const DIGITS: core::ops::RangeInclusive<usize> = 7..=15;
/// Digits of any other number. Fewer are a date (`01.12.2026`), an order or a price more often than a phone, and the message
/// stands in the task anyway: no number is better than a wrong one.
const BARE_DIGITS: core::ops::RangeInclusive<usize> = 9..=15;

/// A number that the customer says is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phone {
    pub(crate) number: String,
    pub(crate) source: Source,
}

/// How the number came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// By the button, which sends the number that the app is registered with. It is the client's word.
    Shared,
    /// Written as a text, so perhaps with a slip, or another's.
    Typed,
}

impl Source {
    /// The word in states and in a contact's `phone-source`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Typed => "typed",
        }
    }

    /// What [`Source::word`] says.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Shared, Self::Typed].into_iter().find(|source| source.word() == word)
    }
}

/// The number in a message, if it gives one; a typed one only where the account asks for it.
pub(crate) fn given(message: &Message, asked: bool) -> Option<Phone> {
    let (number, source) = match message.kind.as_str() {
        "contact" => (shared(message)?.to_owned(), Source::Shared),
        "text" if asked => (typed(message.text.as_deref()?)?, Source::Typed),
        _ => return None,
    };
    Some(Phone { number, source })
}

/// The number of a card that our button sent: only such a card has the button's own words as its text. One from the
/// address book has none, and words that are not ours may be another bot's.
pub(crate) fn shared(message: &Message) -> Option<&str> {
    let ours = message.text.as_deref().map(str::trim) == Some(SHARE_PHONE);
    let number = message.contact.as_ref()?.phone_number.as_deref()?;
    (ours && number.len() <= BYTES_MAX).then_some(number)
}

/// A text that is a number and nothing else: what customers write where the button does nothing, as on a computer.
/// Separators go, and `00` becomes `+`. A national number stays national: the country of a Viber account is that of its own
/// number, and the customer may well type another one.
fn typed(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plus = text.chars().filter(|c| !is_separator(*c)).position(|c| c == '+');
    let only = text.chars().all(|c| c.is_ascii_digit() || c == '+' || is_separator(c));
    let one_plus_first = text.matches('+').count() <= 1 && plus.unwrap_or_default() == 0;
    if !only || !one_plus_first {
        return None;
    }
    let international = if plus.is_some() { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    match international {
        // No country's code begins with 0.
        Some(rest) => (DIGITS.contains(&rest.len()) && !rest.starts_with('0')).then(|| format!("+{rest}")),
        None => BARE_DIGITS.contains(&digits.len()).then_some(digits),
    }
}

/// What people put between digits; dashes and blanks of every kind, as a phone's keyboard or a copied text has them.
fn is_separator(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}') || c.is_whitespace() && c != '\n'
}

#[cfg(test)]
#[path = "tests/phone.rs"]
mod tests;
