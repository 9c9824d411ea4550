//! An operator's HTML or Markdown as a text that Viber shows; not a renderer: what Viber cannot show is left out.
//!
//! Viber shows `*bold*`, `_italic_`, `~strike~` and three backticks for code. Links become "words (address)", list
//! items begin with a bullet, tags are never shown (I9).

mod entities;
mod html;
mod markdown;

use alloc::borrow::Cow;

use conversation::{Text, TextFormat};

use crate::prelude::*;

/// The text as Viber shows it.
pub(crate) fn plain(text: &Text) -> Cow<'_, str> {
    match &text.format {
        TextFormat::Plain | TextFormat::Other(_) => Cow::Borrowed(&text.text),
        TextFormat::Html => Cow::Owned(html::plain(&text.text)),
        TextFormat::Markdown => Cow::Owned(markdown::plain(&text.text)),
    }
}

/// Marks around words; blanks stay outside, for Viber takes a mark beside a blank as a character.
fn mark(words: &str, sign: &str) -> String {
    let inner = words.trim();
    if inner.is_empty() {
        return words.to_owned();
    }
    let start = words.len() - words.trim_start().len();
    let end = start + inner.len();
    format!("{}{sign}{inner}{sign}{}", &words[..start], &words[end..])
}

/// A link: the address once, and the words if they say something else.
fn link(words: &str, address: &str) -> String {
    let address = address.trim();
    // Apps find mail addresses and phone numbers by themselves.
    let short = ["mailto:", "tel:"].iter().find_map(|scheme| address.strip_prefix(scheme)).unwrap_or(address);
    let script = ["javascript:", "data:"].iter().any(|scheme| address.starts_with(scheme));
    if address.is_empty() || address.starts_with('#') || script {
        words.to_owned()
    } else if words.trim().is_empty() || bare(words) == bare(address) {
        short.to_owned()
    } else {
        format!("{words} ({short})")
    }
}

/// What of an address a person would write.
fn bare(text: &str) -> &str {
    let text = text.trim().trim_matches(['*', '_', '~', '`']);
    let starts = ["mailto:", "tel:", "https://", "http://"];
    let text = starts.iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
    text.trim_start_matches("www.").trim_end_matches('/')
}

#[cfg(test)]
#[path = "tests/format.rs"]
mod tests;
