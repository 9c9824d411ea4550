//! The simulator against clients that nobody here wrote: Viber's own SDKs for Python and Node. Not a test of these SDKs,
//! but what their own faults prevent is written down here, since our side has to do better.
//!
//! They are installed on demand into `foreign` in the target folder; without `python3`, `node`, `npm` or the registries
//! the tests say so and pass. `VIBER_SIM_FOREIGN=0` switches them off.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test with modules and helpers")]

mod bench;
#[path = "foreign/client.rs"]
mod client;
#[path = "foreign/packages.rs"]
mod packages;

use bench::Bench;
use client::Client;
use packages::Interpreter;
use serde_json::{Value, json};

/// What each SDK sends when it is asked for one of each kind; the last is a keyboard alone.
const KINDS: [Option<&str>; 10] = [
    Some("text"),
    Some("picture"),
    Some("video"),
    Some("file"),
    Some("contact"),
    Some("location"),
    Some("url"),
    Some("sticker"),
    Some("rich_media"),
    None,
];

/// A simulator with the SDK's bot, its webhook set, or `None` where the SDK cannot be had.
async fn connected(find: fn() -> Result<Interpreter, String>, script: &str) -> Option<(Bench, Client)> {
    let interpreter = match tokio::task::spawn_blocking(find).await.unwrap() {
        Ok(interpreter) => interpreter,
        Err(reason) => {
            eprintln!("SKIPPED: {script}: {reason}");
            return None;
        }
    };
    let bench = Bench::start().await;
    let api = format!("{}/pa", bench.sim.base_url());
    let client = Client::start(&interpreter, script, &api, &bench.token);
    let connected = client.nth(1, "connected").await;
    let info = bench.pa("get_account_info", json!({})).await;
    // As we ask, and as the SDK asks.
    for account in [&info, &connected["account"]] {
        assert_eq!(account["webhook"], connected["url"]);
        assert_eq!(account["event_types"], connected["event_types"]);
    }
    Some((bench, client))
}

async fn python() -> Option<(Bench, Client)> {
    connected(packages::python, "viberbot_client.py").await
}

async fn node() -> Option<(Bench, Client)> {
    connected(packages::node, "viber_bot_client.js").await
}

/// Another user, with a queue of his own; the alias.
async fn user(bench: &Bench) -> String {
    bench.post("/control/users", json!({})).await["alias"].as_str().unwrap().to_owned()
}

async fn act(bench: &Bench, user: &str, action: &str, body: Value) -> Value {
    bench.post(&format!("/control/bots/b1/users/{user}/{action}"), body).await
}

async fn phone(bench: &Bench, user: &str) -> Vec<Value> {
    let phone = bench.get(&format!("/control/bots/b1/users/{user}/phone")).await;
    phone["items"].as_array().unwrap().clone()
}

/// A message from the phone, the SDK's answer to it, the receipts of the answer. Gives the answer's token on the phone
/// and in the SDK.
async fn converse(bench: &Bench, client: &Client) -> (String, String) {
    // The SDKs verify the signature before they look at the message, so an answer tells that it is right.
    let written = bench.act("write", json!({"text": "Добрий день 🙂"})).await;
    assert_eq!((&written["status"], &written["attempts"]), (&json!(200), &json!(1)));
    let received = client.nth(1, "message").await;
    assert_eq!(received["text"], "Добрий день 🙂");
    assert_eq!(received["token"], written["message_token"]);
    let sent = client.nth(1, "sent").await["tokens"][0].as_str().unwrap().to_owned();
    let items = bench.phone().await;
    assert_eq!((&items[0]["state"], &items[1]["direction"]), (&json!("delivered"), &json!("in")));
    assert_eq!(items[1]["text"], "Echo: Добрий день 🙂");
    let token = items[1]["message_token"].as_str().unwrap().to_owned();
    // The phone's owner has two devices.
    for count in [1, 2] {
        assert_eq!(client.nth(count, "delivered").await["token"], token);
    }
    assert_eq!(bench.act("read", json!({})).await["status"], 200);
    assert_eq!(client.nth(1, "seen").await["token"], token);
    assert_eq!(bench.phone().await[1]["state"], "seen");
    (token, sent)
}

/// Every kind of message that the SDK can send passes the validator, callbacks with escapes too.
async fn all_kinds(bench: &Bench, client: &Client) {
    bench.patch("/control/options", json!({"escape_unicode": true})).await;
    assert_eq!(bench.act("write", json!({"text": "ще"})).await["status"], 200);
    assert_eq!(client.nth(2, "message").await["text"], "ще");
    client.nth(2, "sent").await;
    assert_eq!(bench.act("write", json!({"text": "all"})).await["status"], 200);
    client.nth(3, "sent").await;
    // Neither SDK knows `send_name`, so their bots never learn a name.
    let details = client.nth(1, "details").await;
    assert_eq!((&details["name"], &details["online"]), (&json!("Subscriber"), &json!(0)));
    let items = bench.phone().await;
    let kinds: Vec<_> = items[items.len() - KINDS.len()..].iter().map(|item| item["type"].as_str()).collect();
    assert_eq!(kinds, KINDS);
    let shown = bench.get("/control/bots/b1/users/u1/phone").await;
    assert_eq!(shown["keyboard"]["Buttons"][0]["Text"], "Yes");
    let tapped = bench.act("tap", json!({"button": 0})).await;
    assert_eq!((&tapped["event"], &tapped["status"]), (&json!("message"), &json!(200)));
    assert_eq!(client.nth(4, "message").await["text"], "yes");
}

/// What the simulator recorded about callbacks of one user.
async fn callbacks(bench: &Bench, user: &str) -> Vec<Value> {
    let log = bench.get("/control/log").await;
    let of_user = |entry: &&Value| entry["kind"] == "callback" && entry["user"] == user;
    log["items"].as_array().unwrap().iter().filter(of_user).cloned().collect()
}

#[tokio::test]
async fn viberbot_holds_a_conversation() {
    let Some((bench, mut client)) = python().await else { return };
    let (token, sent) = converse(&bench, &client).await;
    assert_eq!(sent, token);
    all_kinds(&bench, &client).await;
    client.tell("unset");
    // The SDK's fault: it wants `event_types` of an answer that has none, after the webhook is gone.
    assert_eq!(client.nth(1, "unset").await["error"], "KeyError('event_types')");
    assert!(bench.pa("get_account_info", json!({})).await.get("webhook").is_none());
}

#[tokio::test]
async fn viberbot_welcomes_and_reads_the_signature_in_the_header_only() {
    let Some((bench, client)) = python().await else { return };
    bench.act("open", json!({"context": "shop"})).await;
    assert_eq!(bench.phone().await[0]["text"], "Welcome");
    for (signature, status, state) in [
        ("header", 200, "delivered"),
        ("differing", 200, "delivered"),
        ("query", 403, "sent"),
        ("wrong", 403, "sent"),
        ("none", 403, "sent"),
    ] {
        let user = user(&bench).await;
        let answer = act(&bench, &user, "write", json!({"text": "x", "signature": signature})).await;
        assert_eq!(answer["status"], status, "{signature}");
        let items = phone(&bench, &user).await;
        assert_eq!(items[0]["state"], state, "{signature}");
        assert_eq!(items.len(), if status == 200 { 2 } else { 1 }, "{signature}");
    }
    assert!(client.all("raised").is_empty());
}

/// The SDK's fault: what it does not know it raises, which a web framework makes 500, and Viber repeats for an hour.
#[tokio::test]
async fn viberbot_answers_500_to_what_it_does_not_know() {
    let Some((bench, client)) = python().await else { return };
    let sender = json!({"id": bench.user, "name": "Subscriber"});
    let events = [
        (json!({"event": "client_status", "user": sender}), "event type 'client_status' is not supported"),
        (json!({"event": "action"}), "event type 'action' is not supported"),
        (
            json!({"event": "message", "sender": sender, "message": {"type": "poll"}}),
            "message type 'poll' is not supported",
        ),
        // As it was seen in 2024, unlike the documentation, which has `desc`.
        (json!({"event": "failed", "user_id": bench.user, "udid": null}), "KeyError('desc')"),
    ];
    for (number, (mut event, raised)) in events.into_iter().enumerate() {
        let user = user(&bench).await;
        event["timestamp"] = bench.sim.now().into();
        event["message_token"] = (4_912_661_846_655_238_145_u64 + number as u64).into();
        let answer = bench.post("/control/bots/b1/callback", json!({"event": event, "user": user})).await;
        assert_eq!(answer["status"], 500, "{event}");
        // Four attempts at once; the others follow each minute.
        let last = client.nth(4 * (number + 1), "raised").await;
        assert!(last["error"].as_str().unwrap().contains(raised), "{last}");
    }
}

#[tokio::test]
async fn viber_bot_holds_a_conversation() {
    let Some((bench, mut client)) = node().await else { return };
    let (token, sent) = converse(&bench, &client).await;
    // The SDK's fault: tokens of callbacks are read as text, those of answers as floats, so the two never match.
    let distance = sent.parse::<u64>().unwrap().abs_diff(token.parse().unwrap());
    assert!(sent.ends_with("00") && distance <= 1_024, "{sent} is {token} with 17 digits");
    all_kinds(&bench, &client).await;
    // The SDK's fault: `failed` is not among the events it asks for, so a refused message is lost in silence.
    let info = bench.pa("get_account_info", json!({})).await;
    assert!(!info["event_types"].as_array().unwrap().contains(&json!("failed")));
    client.tell("unset");
    assert_eq!(client.nth(1, "unset").await["answer"]["status"], 0);
    assert!(bench.pa("get_account_info", json!({})).await.get("webhook").is_none());
}

/// The SDK's fault: it looks for a header with underscores and capitals, which Node never has, so `?sig=` is all it knows;
/// and it leaves what it refuses without an answer, the connection open.
#[tokio::test]
async fn viber_bot_finds_the_signature_in_the_query_only_and_refuses_without_an_answer() {
    let Some((bench, client)) = node().await else { return };
    bench.patch("/control/options", json!({"callback_timeout_ms": 1_000})).await;
    let unanswered = async |signature: &str| {
        let user = user(&bench).await;
        let answer = act(&bench, &user, "write", json!({"text": "x", "signature": signature})).await;
        assert_eq!((&answer["status"], &answer["attempts"]), (&Value::Null, &json!(4)), "{signature}");
        for callback in callbacks(&bench, &user).await {
            assert!(callback["problem"].as_str().unwrap().contains("TimeoutException"), "{callback}");
        }
        assert_eq!(phone(&bench, &user).await[0]["state"], "sent", "{signature}");
    };
    tokio::join!(unanswered("header"), unanswered("differing"), unanswered("wrong"), unanswered("none"));
    // Each four times: Viber repeats at once what is not answered in time.
    client.nth(16, "warned").await;
    assert!(client.all("message").is_empty());
    bench.patch("/control/options", json!({"callback_timeout_ms": 5_000})).await;
    assert_eq!(bench.act("write", json!({"text": "x", "signature": "query"})).await["status"], 200);
    client.nth(1, "sent").await;
    assert_eq!(client.all("warned").len(), 16);
}

/// The SDK's fault: the last welcome message stays in its buffer and is the answer to everybody from then on.
#[tokio::test]
async fn viber_bot_gives_one_users_welcome_to_the_next() {
    let Some((bench, _client)) = node().await else { return };
    bench.act("open", json!({"context": "a friend"})).await;
    assert_eq!(bench.phone().await[0]["text"], "Welcome from a friend");
    let stranger = user(&bench).await;
    let answer = act(&bench, &stranger, "open", json!({})).await;
    assert_eq!(answer["body"]["text"], "Welcome from a friend");
    assert_eq!(phone(&bench, &stranger).await[0]["text"], "Welcome from a friend");
    assert_eq!(bench.act("write", json!({"text": "x"})).await["body"]["text"], "Welcome from a friend");
}
