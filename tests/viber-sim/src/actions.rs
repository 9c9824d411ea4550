//! What users do on their phones, as changes of the state and callbacks that follow. Works on the state only;
//! the HTTP around it is in `control_actions.rs`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::delivery::Signature;
use crate::phone::{Direction, MessageState};
use crate::sending::{self, Planned};
use crate::state::World;
use crate::{events, media};

/// A session lasts 24 h; see `sending.rs`.
const SESSION_MS: u64 = 24 * 3_600_000;

/// The body of an action; each action uses some of it. Unknown fields are refused to catch typing errors.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Details {
    pub(crate) context: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) message: Option<Map<String, Value>>,
    pub(crate) media: Option<String>,
    pub(crate) thumbnail: Option<String>,
    pub(crate) file_name: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) duration: Option<u64>,
    pub(crate) lat: Option<f64>,
    pub(crate) lon: Option<f64>,
    pub(crate) name: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) sticker_id: Option<Value>,
    pub(crate) button: usize,
    pub(crate) times: Option<u32>,
    pub(crate) desc: Option<String>,
    pub(crate) silent: bool,
    /// How the callback is sent, not what is in it.
    pub(crate) repeat: Option<u32>,
    pub(crate) parallel: bool,
    pub(crate) wait: Option<bool>,
    pub(crate) signature: Signature,
}

/// Where an action happens.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Where links to media lead.
    pub(crate) media_base: &'a str,
    pub(crate) bot: usize,
    pub(crate) user: usize,
    pub(crate) now: u64,
}

/// Does it. The last callback is the one whose answer is reported; an `Err` says why it cannot be done.
pub(crate) fn act(
    world: &mut World,
    at: Place<'_>,
    action: &str,
    details: &Details,
) -> Result<Vec<Planned>, String> {
    match action {
        "open" => Ok(vec![open(world, at, details)]),
        "read" => Ok(read(world, at)),
        "subscribe" => Ok(vec![subscribe(world, at)]),
        "unsubscribe" => Ok(vec![unsubscribe(world, at)]),
        "block" => {
            // Silent: whether Viber tells the bot is undocumented, and a bot that hears nothing is harder.
            let chat = world.chat(at.bot, at.user);
            (chat.subscribed, chat.blocked) = (false, true);
            Ok(Vec::new())
        }
        "refuse" => {
            let person = &mut world.users[at.user];
            person.refuses = details.times.unwrap_or(1);
            person.refusal = details.desc.clone().unwrap_or_else(|| "message validation failed".into());
            Ok(Vec::new())
        }
        _ => {
            let message = content(world, at, action, details)?;
            Ok(vec![write(world, at, message, details.silent)])
        }
    }
}

fn open(world: &mut World, at: Place<'_>, details: &Details) -> Planned {
    let token = world.next_token(at.now);
    let mut body = events::envelope("conversation_started", at.now, token);
    body.insert("type".into(), "open".into());
    if let Some(context) = &details.context {
        body.insert("context".into(), context.as_str().into());
    }
    body.insert("user".into(), events::user_object(world, at.bot, at.user));
    body.insert("subscribed".into(), world.chat(at.bot, at.user).subscribed.into());
    Planned { event: "conversation_started".into(), token, body: Value::Object(body) }
}

fn subscribe(world: &mut World, at: Place<'_>) -> Planned {
    let chat = world.chat(at.bot, at.user);
    (chat.subscribed, chat.blocked, chat.tracking_data) = (true, false, None);
    let token = world.next_token(at.now);
    let mut body = events::envelope("subscribed", at.now, token);
    body.insert("user".into(), events::user_object(world, at.bot, at.user));
    Planned { event: "subscribed".into(), token, body: Value::Object(body) }
}

fn unsubscribe(world: &mut World, at: Place<'_>) -> Planned {
    world.chat(at.bot, at.user).subscribed = false;
    let token = world.next_token(at.now);
    let body = events::about("unsubscribed", at.now, token, &world.bots[at.bot].user_ids[at.user]);
    Planned { event: "unsubscribed".into(), token, body: Value::Object(body) }
}

/// Reading the chat: what had not been delivered is now, then one `seen` however many were unread.
fn read(world: &mut World, at: Place<'_>) -> Vec<Planned> {
    let mut planned = sending::receipts(world, at.bot, at.user, u64::MAX, at.now);
    let chat = world.chat(at.bot, at.user);
    let mut last = None;
    for message in &mut chat.messages {
        if message.direction == Direction::In && message.state == MessageState::Delivered {
            message.state = MessageState::Seen;
            last = if message.welcome { last } else { Some(message.token) };
        }
    }
    if let Some(token) = last {
        let body = events::about("seen", at.now, token, &world.bots[at.bot].user_ids[at.user]);
        planned.push(Planned { event: "seen".into(), token, body: Value::Object(body) });
    }
    planned
}

/// Any message: it subscribes, resets the counter of unanswered messages and may open a session.
fn write(world: &mut World, at: Place<'_>, mut message: Map<String, Value>, silent: bool) -> Planned {
    let token = world.next_token(at.now);
    let chat = world.chat(at.bot, at.user);
    (chat.subscribed, chat.blocked, chat.unanswered.1) = (true, false, 0);
    if chat.session_opened_at.is_none_or(|opened| at.now >= opened + SESSION_MS) {
        chat.session_opened_at = Some(at.now);
    }
    if let Some(data) = &chat.tracking_data {
        message.entry("tracking_data").or_insert_with(|| data.as_str().into());
    }
    chat.add(Direction::Out, token, at.now, Value::Object(message.clone()));
    let mut body = events::envelope("message", at.now, token);
    body.insert("sender".into(), events::user_object(world, at.bot, at.user));
    body.insert("message".into(), Value::Object(message));
    body.insert("silent".into(), silent.into());
    Planned { event: "message".into(), token, body: Value::Object(body) }
}

/// The message object of an action that sends one.
fn content(
    world: &mut World,
    at: Place<'_>,
    action: &str,
    details: &Details,
) -> Result<Map<String, Value>, String> {
    let text = details.text.as_deref();
    let message = match action {
        "write" => json!({"type": "text", "text": text.ok_or("write needs \"text\"")?}),
        "send" => return details.message.clone().ok_or_else(|| "send needs \"message\"".into()),
        "picture" => file(at, details, "picture", "png"),
        "video" => file(at, details, "video", "mp4"),
        "file" => file(at, details, "file", "pdf"),
        "sticker" => {
            let id = details.sticker_id.clone().unwrap_or_else(|| 46_105.into());
            let media = format!("{}/avatars/sticker-46105.png", at.media_base);
            json!({"type": "sticker", "sticker_id": id, "media": details.media.clone().unwrap_or(media)})
        }
        "contact" => {
            let name = details.name.as_deref().unwrap_or("Somebody Else");
            let number = details.phone_number.as_deref().unwrap_or("+380000009999");
            with_text(json!({"type": "contact", "contact": {"name": name, "phone_number": number}}), text)
        }
        "location" => {
            let (lat, lon) = (details.lat.unwrap_or(49.8397), details.lon.unwrap_or(24.0297));
            with_text(json!({"type": "location", "location": {"lat": lat, "lon": lon}}), text)
        }
        "url" => with_text(
            json!({"type": "url", "media": details.media.as_deref().unwrap_or("https://example.com/")}),
            text,
        ),
        "share_phone" => {
            let shown = button_where(world, at, |action, _| action == "share-phone");
            let text = text.map(str::to_owned).or_else(|| shown.map(|(_, body)| body));
            share_phone(world, at, text.as_deref().unwrap_or("share-phone"))
        }
        "tap" => tap(world, at, details)?,
        other => return Err(format!("no action \"{other}\"")),
    };
    match message {
        Value::Object(message) => Ok(message),
        _ => Err("a message is an object".into()),
    }
}

fn file(at: Place<'_>, details: &Details, kind: &str, extension: &str) -> Value {
    let stem = if kind == "file" { "document".to_owned() } else { at.now.to_string() };
    let name = details.file_name.clone().unwrap_or_else(|| format!("{stem}.{extension}"));
    // A name that cannot be generated or needs escapes is still sent, beside a link to a file that exists.
    let stored = if media::exists(&name) { name.clone() } else { format!("{kind}-{}.{extension}", at.now) };
    let (link, size) = media::link(at.media_base, &stored, at.now);
    let mut message =
        json!({"type": kind, "media": details.media.clone().unwrap_or(link), "file_name": name});
    message["size"] = details.size.unwrap_or(size as u64).into();
    if kind != "file" {
        let (thumbnail, _) = media::link(at.media_base, "thumbnail.png", at.now);
        message["thumbnail"] = details.thumbnail.clone().unwrap_or(thumbnail).into();
    }
    if kind == "video" {
        // Milliseconds on this way, seconds on the other.
        message["duration"] = details.duration.unwrap_or(2_450).into();
    }
    with_text(message, details.text.as_deref())
}

fn tap(world: &mut World, at: Place<'_>, details: &Details) -> Result<Value, String> {
    let (action, body) = button_where(world, at, |_, index| index == details.button)
        .ok_or_else(|| format!("no button {} on the phone", details.button))?;
    match action.as_str() {
        "reply" | "open-url" => Ok(json!({"type": "text", "text": body})),
        "share-phone" => Ok(share_phone(world, at, &body)),
        "location-picker" => {
            let (lat, lon) = (details.lat.unwrap_or(49.8397), details.lon.unwrap_or(24.0297));
            Ok(json!({"type": "location", "location": {"lat": lat, "lon": lon}, "text": body}))
        }
        silent => Err(format!("a tap on a button of type \"{silent}\" reports nothing")),
    }
}

fn share_phone(world: &World, at: Place<'_>, text: &str) -> Value {
    let person = &world.users[at.user];
    let contact = json!({"name": person.name, "phone_number": person.phone_number});
    json!({"type": "contact", "contact": contact, "text": text})
}

/// Type and body of the first button of the keyboard on the phone that fits.
fn button_where(
    world: &mut World,
    at: Place<'_>,
    fits: impl Fn(&str, usize) -> bool,
) -> Option<(String, String)> {
    let keyboard = world.chat(at.bot, at.user).keyboard.as_ref()?;
    let buttons = keyboard.get("Buttons")?.as_array()?;
    buttons.iter().enumerate().find_map(|(index, button)| {
        let action = button.get("ActionType").and_then(Value::as_str).unwrap_or("reply");
        let body = button.get("ActionBody").and_then(Value::as_str).unwrap_or_default();
        fits(action, index).then(|| (action.to_owned(), body.to_owned()))
    })
}

fn with_text(mut message: Value, text: Option<&str>) -> Value {
    if let Some(text) = text {
        message["text"] = text.into();
    }
    message
}
