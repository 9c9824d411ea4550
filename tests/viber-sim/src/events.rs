//! The JSON of callbacks: what a webhook receives. Building only; signing and sending are in `callbacks.rs`.

use serde_json::{Map, Value, json};

use crate::state::World;

/// Identity that bots see when they did not ask for the real one, or the user does not give it.
const PLACEHOLDER_NAME: &str = "Subscriber";
const PLACEHOLDER_AVATAR: &str = "http://dl-media.viber.com/1/share/2/long/bots/generic-avatar%402x.png";

/// Events that Viber knows, in the order of its answers.
pub(crate) const ALL: [&str; 10] = [
    "subscribed",
    "unsubscribed",
    "webhook",
    "conversation_started",
    "client_status",
    "action",
    "delivered",
    "failed",
    "message",
    "seen",
];

/// Events that no filter removes.
const MANDATORY: [&str; 3] = ["message", "subscribed", "unsubscribed"];

/// The `event_types` of answers for a requested filter: absent means all, `[]` the mandatory ones.
pub(crate) fn effective(filter: Option<&[String]>) -> Vec<&'static str> {
    let wanted = |event: &&&str| match filter {
        None => true,
        Some(list) => MANDATORY.contains(event) || list.iter().any(|entry| entry == **event),
    };
    ALL.iter().filter(wanted).copied().collect()
}

/// Fields common to all events.
pub(crate) fn envelope(event: &str, now: u64, token: u64) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("event".into(), event.into());
    fields.insert("timestamp".into(), now.into());
    fields.insert("chat_hostname".into(), hostname(token).into());
    fields.insert("message_token".into(), token.into());
    fields
}

/// An event that names the user by id only: `delivered`, `seen`, `failed`, `unsubscribed`.
pub(crate) fn about(event: &str, now: u64, token: u64, user_id: &str) -> Map<String, Value> {
    let mut fields = envelope(event, now, token);
    fields.insert("user_id".into(), user_id.into());
    fields
}

/// The user object as this bot may see it.
pub(crate) fn user_object(world: &World, bot: usize, user: usize) -> Value {
    let person = &world.users[user];
    let (send_name, send_photo) =
        world.bots[bot].webhook.as_ref().map_or((false, false), |hook| (hook.send_name, hook.send_photo));
    let mut object = Map::new();
    object.insert("id".into(), world.bots[bot].user_ids[user].as_str().into());
    let named = send_name && !person.anonymous;
    object.insert("name".into(), if named { person.name.as_str() } else { PLACEHOLDER_NAME }.into());
    let avatar =
        if send_photo && !person.anonymous { person.avatar.as_deref() } else { Some(PLACEHOLDER_AVATAR) };
    let optional = [
        ("avatar", avatar),
        ("language", person.language.as_deref()),
        ("country", person.country.as_deref()),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            object.insert(key.into(), value.into());
        }
    }
    object.insert("api_version".into(), person.api_version.into());
    Value::Object(object)
}

/// A host name of the shape that answers and callbacks carry.
pub(crate) fn hostname(number: u64) -> String {
    format!("SN-CHAT-{:02}_", number % 40 + 1)
}

/// Bytes of a body, raw or with `\uXXXX` escapes in upper-case hex; both occur in reality.
pub(crate) fn encode(body: &Value, escape_unicode: bool) -> Vec<u8> {
    let text = body.to_string();
    if !escape_unicode {
        return text.into_bytes();
    }
    // In JSON, text outside ASCII occurs inside strings only, so replacing characters is enough.
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            let mut units = [0; 2];
            out.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")));
        }
    }
    out.into_bytes()
}

/// The usual answer of a successful request.
pub(crate) fn ok(number: u64) -> Value {
    json!({"status": 0, "status_message": "ok", "chat_hostname": hostname(number)})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_upper_case_and_surrogates_come_in_pairs() {
        let body = json!({"t": "жк🙂\""});
        assert_eq!(encode(&body, true), br#"{"t":"\u0436\u043A\uD83D\uDE42\""}"#);
        assert_eq!(encode(&body, false), r#"{"t":"жк🙂\""}"#.as_bytes());
    }

    #[test]
    fn filters_add_the_mandatory_events() {
        assert_eq!(effective(None).len(), 10);
        assert_eq!(effective(Some(&[])), ["subscribed", "unsubscribed", "message"]);
        assert_eq!(effective(Some(&["seen".into()])), ["subscribed", "unsubscribed", "message", "seen"]);
    }
}
