//! What happens when a bot sends: who receives it, which limit refuses it, what the phone then shows and which
//! receipts follow. Works on the state only; no sockets.

use serde_json::{Map, Value, json};

use crate::events;
use crate::phone::{Direction, MessageState};
use crate::rules::{self, Check, Refusal, refuse};
use crate::state::World;

/// Messages to one user in one clock hour (XX:00 to XX:00) without a reply.
pub(crate) const UNANSWERED_MAX: u32 = 100;
/// Receivers of one broadcast.
const BROADCAST_MAX: usize = 300;
const HOUR_MS: u64 = 3_600_000;
/// A session lasts so long from the user's first message. Some sources let every message extend it; this is
/// the shorter reading.
const SESSION_MS: u64 = 24 * HOUR_MS;

/// A message that Viber took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted {
    pub(crate) token: u64,
    pub(crate) billing_status: u8,
    pub(crate) user: usize,
}

/// A callback to be queued.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) event: String,
    pub(crate) token: u64,
    pub(crate) body: Value,
}

/// `send_message`: every check in Viber's order, then the phone.
pub(crate) fn send(
    world: &mut World,
    bot: usize,
    body: &Map<String, Value>,
    now: u64,
) -> Result<Accepted, Refusal> {
    check_bot(world, bot)?;
    let receiver = rules::required(body, "receiver")?;
    rules::check_message(body)?;
    let user = receiver_of(world, bot, receiver)?;
    send_to(world, bot, user, body, now)
}

/// `broadcast_message`: one token for all, refusals listed beside it.
pub(crate) fn broadcast(
    world: &mut World,
    bot: usize,
    body: &Map<String, Value>,
    now: u64,
) -> Result<(Value, Vec<Accepted>), Refusal> {
    check_bot(world, bot)?;
    let Some(list) = rules::required(body, "broadcast_list")?.as_array() else {
        return refuse(3, "badData: broadcast_list is not an array");
    };
    if list.is_empty() || list.len() > BROADCAST_MAX {
        return refuse(3, format!("badData: broadcast_list must have 1 to {BROADCAST_MAX} elements"));
    }
    rules::check_message(body)?;
    let (mut accepted, mut failed) = (Vec::new(), Vec::new());
    for receiver in list {
        let sent = receiver_of(world, bot, receiver).and_then(|user| send_to(world, bot, user, body, now));
        match sent {
            Ok(one) => accepted.push(one),
            Err(Refusal { status, message }) => {
                failed.push(json!({"receiver": receiver, "status": status, "status_message": message}));
            }
        }
    }
    let token = world.next_token(now);
    let mut answer = events::ok(token);
    answer["message_token"] = token.into();
    answer["failed_list"] = failed.into();
    Ok((answer, accepted))
}

/// Whether the account may do anything but ask about itself.
pub(crate) fn check_account(world: &World, bot: usize) -> Check {
    let flags = &world.bots[bot].flags;
    match () {
        () if flags.deleted => refuse(8, "publicAccountNotFound"),
        () if flags.blocked => refuse(7, "publicAccountBlocked"),
        () if flags.suspended => refuse(9, "publicAccountSuspended"),
        () => Ok(()),
    }
}

fn check_bot(world: &World, bot: usize) -> Check {
    check_account(world, bot)?;
    if world.bots[bot].webhook.is_none() {
        return refuse(10, "webhookNotSet");
    }
    Ok(())
}

fn receiver_of(world: &World, bot: usize, receiver: &Value) -> Result<usize, Refusal> {
    let Some(id) = receiver.as_str() else { return refuse(3, "badData: receiver is not a string") };
    if let Some(user) = world.bots[bot].user(id) {
        return Ok(user);
    }
    // Something that is no id at all, such as a phone number, is told apart from an unknown id.
    let shaped = id.len() == 24 && id.ends_with("==");
    if shaped { refuse(5, "receiverNotRegistered") } else { refuse(999, "Bad receiver ID") }
}

fn send_to(
    world: &mut World,
    bot: usize,
    user: usize,
    body: &Map<String, Value>,
    now: u64,
) -> Result<Accepted, Refusal> {
    check_user(world, bot, user, body)?;
    let hour = now / HOUR_MS;
    let chat = world.chat(bot, user);
    if chat.unanswered.0 != hour {
        chat.unanswered = (hour, 0);
    }
    if chat.unanswered.1 >= UNANSWERED_MAX {
        return refuse(12, "tooManyRequests");
    }
    let billing_status = check_money(world, bot, user, now)?;
    world.chat(bot, user).unanswered.1 += 1;
    let token = land(world, bot, user, body, now, false);
    Ok(Accepted { token, billing_status, user })
}

fn check_user(world: &mut World, bot: usize, user: usize, body: &Map<String, Value>) -> Check {
    let person = world.users[user].clone();
    if !person.registered {
        return refuse(5, "receiverNotRegistered");
    }
    let chat = world.chat(bot, user);
    // The documentation names this receiverNotSubscribed; the service writes it differently.
    if !chat.subscribed || chat.blocked {
        return refuse(6, "notSubscribed");
    }
    if !person.suitable_device {
        return refuse(11, "receiverNoSuitableDevice");
    }
    if rules::api_level(body)? > u64::from(person.api_version) {
        return refuse(13, "apiVersionNotSupported");
    }
    Ok(())
}

/// Whether the bot can pay, and the `billing_status` of the message.
fn check_money(world: &mut World, bot: usize, user: usize, now: u64) -> Result<u8, Refusal> {
    let in_session = world.chat(bot, user).session_opened_at.is_some_and(|at| now < at + SESSION_MS);
    let flags = &world.bots[bot].flags;
    match (in_session, flags.billable) {
        (true, false) => Ok(1),
        (true, true) => Ok(2),
        (false, _) if flags.no_balance => refuse(24, "noBalance"),
        (false, _) if flags.quota_used_up => refuse(23, "freeMessagesExceeded"),
        (false, false) => Ok(3),
        (false, true) => Ok(5),
    }
}

/// Puts a bot's message on the phone.
fn land(
    world: &mut World,
    bot: usize,
    user: usize,
    body: &Map<String, Value>,
    now: u64,
    welcome: bool,
) -> u64 {
    let mut raw = body.clone();
    for key in ["receiver", "broadcast_list", "auth_token"] {
        raw.remove(key);
    }
    let token = world.next_token(now);
    let chat = world.chat(bot, user);
    chat.tracking_data = raw.get("tracking_data").and_then(Value::as_str).map(str::to_owned);
    // The client shows the keyboard of the last message: one without a keyboard removes it.
    chat.keyboard = rules::optional(&raw, "keyboard").cloned();
    chat.add(Direction::In, token, now, Value::Object(raw)).welcome = welcome;
    token
}

/// The body of the answer to `conversation_started`: a welcome message if it is a valid one. An invalid one is
/// dropped silently by Viber; the reason goes to the log.
pub(crate) fn welcome(world: &mut World, bot: usize, user: usize, answer: &[u8], now: u64) {
    if answer.iter().all(u8::is_ascii_whitespace) {
        return;
    }
    let checked = match serde_json::from_slice(answer) {
        Ok(Value::Object(message)) => rules::check_message(&message).map(|()| message),
        Ok(_) | Err(_) => refuse(3, "badData: not a JSON object"),
    };
    match checked {
        Ok(message) => {
            let token = land(world, bot, user, &message, now, true);
            if let Some(last) = world.chat(bot, user).messages.back_mut() {
                debug_assert_eq!(last.token, token, "the message that just landed is the last one");
                last.state = MessageState::Delivered;
            }
        }
        Err(Refusal { message, .. }) => {
            world.log.push(now, "welcome_dropped", json!({"reason": message}));
        }
    }
}

/// Receipts for what has arrived on the phone up to `up_to_token`: one `delivered` a device, or `failed`.
pub(crate) fn receipts(
    world: &mut World,
    bot: usize,
    user: usize,
    up_to_token: u64,
    now: u64,
) -> Vec<Planned> {
    let Some(person) = world.users.get_mut(user).filter(|person| person.online) else { return Vec::new() };
    let Some(chat) = world.chats.get_mut(&(bot, user)) else { return Vec::new() };
    let mut arrived = Vec::new();
    for message in &mut chat.messages {
        let pending = message.direction == Direction::In && message.state == MessageState::Sent;
        if !pending || message.token > up_to_token {
            continue;
        }
        let refused = person.refuses > 0;
        person.refuses = person.refuses.saturating_sub(1);
        message.state = if refused { MessageState::Failed } else { MessageState::Delivered };
        arrived.push((message.token, refused));
    }
    let (devices, refusal) = (person.devices, person.refusal.clone());
    let id = &world.bots[bot].user_ids[user];
    let mut planned = Vec::new();
    for (token, refused) in arrived {
        let event = if refused { "failed" } else { "delivered" };
        for device in 0..if refused { 1 } else { devices } {
            // Devices receive one after the other, so their receipts differ in time only.
            let mut body = events::about(event, now + u64::from(device), token, id);
            if refused {
                body.insert("desc".into(), refusal.as_str().into());
            }
            planned.push(Planned { event: event.into(), token, body: Value::Object(body) });
        }
    }
    planned
}
