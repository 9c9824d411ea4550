//! The welcome message, which is the body of the answer to `conversation_started`; not a message that is sent.

use conversation::{Account, Author};
use serde_json::Value;

use crate::callback::User;
use crate::limits::{BODY_BYTES_MAX, SHARE_PHONE_API_VERSION, TEXT_JSON_BYTES_MAX, TEXT_UTF16_MAX};
use crate::message;
use crate::prelude::*;
use crate::settings::Settings;
use crate::{ask_phone, json, keyboard, split};

/// The body, or none if there is nothing to say. It is a `send_message` body without a receiver; Viber confirms nothing
/// of it, and drops one that it does not like. developers.viber.com, Callbacks, Conversation started; checked 2026-11.
///
/// The phone number is asked for only if the customer is not `subscribed`: those who are have written before, and only
/// the conversation's state, which is not here, says whether their number is known. Replies ask them.
pub(crate) fn body(
    account: &Account,
    settings: &Settings,
    user: &User,
    subscribed: Option<bool>,
) -> Option<Vec<u8>> {
    let welcome = settings.welcome_message.trim();
    let asks = settings.ask_for_phone && subscribed != Some(true);
    let asking = if asks { ask_phone::with_question(welcome, settings, TEXT_JSON_BYTES_MAX) } else { None };
    // A welcome too long for both stays as it is.
    let text = asking.as_deref().unwrap_or(welcome);
    let text = split::split(text, TEXT_UTF16_MAX, TEXT_JSON_BYTES_MAX).into_iter().next()?;
    let mut fields = message::fields("text", [("text", text.into())]);
    fields.insert("sender".to_owned(), message::sender(account, settings, &Author::default()));
    let button = if asks { ask_phone::button(settings, user.api_version) } else { None };
    let level = if button.is_some() { SHARE_PHONE_API_VERSION } else { 1 };
    fields.insert("min_api_version".to_owned(), level.into());
    if let (Some(keyboard), _) = keyboard::keyboard(&[], button) {
        fields.insert("keyboard".to_owned(), keyboard);
    }
    let body = json::bytes(&Value::Object(fields));
    (body.len() <= BODY_BYTES_MAX).then_some(body)
}
