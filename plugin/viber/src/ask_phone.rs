//! Asking a customer for their phone number, which Viber does not pass on (S23): the question and the button; not the
//! numbers that they give, which are read in `phone`.
//!
//! The button is shown by phones of API level 3; a computer shows none, so the question is in words as well.

use crate::limits::{
    PHONE_QUESTION_CHARS_MAX, REPLY_PARTS_MAX, SHARE_PHONE_API_VERSION, TEXT_JSON_BYTES_MAX, TEXT_UTF16_MAX,
};
use crate::message::{self, Draft};
use crate::prelude::*;
use crate::settings::Settings;
use crate::state::Dialogue;
use crate::{chars, split};

/// Whether the number is still wanted.
pub(crate) fn wanted(settings: &Settings, dialogue: &Dialogue) -> bool {
    settings.ask_for_phone && dialogue.card.as_ref().is_none_or(|card| card.phone.is_none())
}

/// The words on the button, if the customer's devices can show it.
pub(crate) fn button(settings: &Settings, api_version: Option<u64>) -> Option<&str> {
    api_version
        .is_some_and(|level| level >= SHARE_PHONE_API_VERSION)
        .then_some(settings.phone_button.as_str())
}

/// A text with the question as its last paragraph, or the question alone if there is no text; none if they are too long
/// for one message of at most `json_bytes_max`, or if there is no question.
pub(crate) fn with_question(text: &str, settings: &Settings, json_bytes_max: usize) -> Option<String> {
    let question = chars::cut(settings.phone_question.trim(), PHONE_QUESTION_CHARS_MAX);
    if question.is_empty() {
        return None;
    }
    let text = text.trim_end();
    let whole = if text.is_empty() { question } else { format!("{text}\n\n{question}") };
    (split::split(&whole, TEXT_UTF16_MAX, json_bytes_max).len() == 1).then_some(whole)
}

/// Puts the question below the last text of a reply, or behind the reply where that has no room; says whether it did.
/// It stands beside what an operator wrote, never alone. `keyboard_bytes` is what the reply's buttons take.
pub(crate) fn ask(drafts: &mut Vec<Draft>, settings: &Settings, keyboard_bytes: usize) -> bool {
    if drafts.iter().all(Result::is_err) {
        return false;
    }
    let room = TEXT_JSON_BYTES_MAX.saturating_sub(keyboard_bytes);
    let texts = drafts.iter_mut().filter_map(|draft| Some(&mut draft.as_mut().ok()?.fields));
    if let Some(fields) = texts.filter(|fields| fields.get("type").is_some_and(|it| it == "text")).last() {
        let text = fields.get("text").and_then(|text| text.as_str()).unwrap_or_default();
        if let Some(whole) = with_question(text, settings, room) {
            fields.insert("text".to_owned(), whole.into());
            return true;
        }
    }
    if drafts.len() == REPLY_PARTS_MAX {
        return false; // The next reply has room.
    }
    let question = with_question("", settings, TEXT_JSON_BYTES_MAX);
    let asked =
        question.map(|text| drafts.push(message::whole(message::fields("text", [("text", text.into())]))));
    asked.is_some()
}

#[cfg(test)]
#[path = "tests/ask_phone.rs"]
mod tests;
