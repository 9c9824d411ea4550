//! The welcome message, which is the body of the answer to `conversation_started`; not a message that is sent.

use conversation::{Account, Author};
use serde_json::Value;

use crate::callback::User;
use crate::limits::{BODY_BYTES_MAX, SHARE_PHONE_API_VERSION, TEXT_JSON_BYTES_MAX, TEXT_UTF16_MAX};
use crate::message::{self, Fields};
use crate::prelude::*;
use crate::settings::Settings;
use crate::{json, keyboard, split};

/// The body, or none if there is nothing to say. It is a `send_message` body without a receiver; Viber confirms nothing
/// of it, and drops one that it does not like. developers.viber.com, Callbacks, Conversation started; checked 2026-11.
pub(crate) fn body(account: &Account, settings: &Settings, user: &User) -> Option<Vec<u8>> {
    let text = settings.welcome_message.trim();
    let text = split::split(text, TEXT_UTF16_MAX, TEXT_JSON_BYTES_MAX).into_iter().next()?;
    let mut fields = Fields::new();
    fields.insert("type".to_owned(), "text".into());
    fields.insert("text".to_owned(), text.into());
    fields.insert("sender".to_owned(), message::sender(account, settings, &Author::default()));
    let shares =
        settings.ask_for_phone && user.api_version.is_some_and(|level| level >= SHARE_PHONE_API_VERSION);
    fields.insert("min_api_version".to_owned(), if shares { SHARE_PHONE_API_VERSION } else { 1 }.into());
    if shares {
        fields.insert("keyboard".to_owned(), keyboard::keyboard(&[], Some(&settings.phone_button))?);
    }
    let body = json::bytes(&Value::Object(fields));
    (body.len() <= BODY_BYTES_MAX).then_some(body)
}
