//! An operator's HTML or Markdown as a text that Viber shows; not a renderer: what Viber cannot show is left out.
//!
//! Viber shows `*bold*`, `_italic_`, `~strike~` and three backticks for code. Links become "words (address)", list
//! items begin with a bullet, tags are never shown (I9).

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
    let bare = |text: &str| text.trim().trim_start_matches("mailto:").trim_end_matches('/').to_owned();
    if words.trim().is_empty() || bare(words) == bare(address) {
        return address.to_owned();
    }
    if address.is_empty() || address.starts_with('#') {
        words.to_owned()
    } else {
        format!("{words} ({address})")
    }
}

#[cfg(test)]
#[path = "tests/format.rs"]
mod tests;
