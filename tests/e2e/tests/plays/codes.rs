//! Every answer that Viber gives to a message: each of its status codes, and the transport's. One table says what the
//! operator sees of each. When it is sent again is in the other plays.

use anyhow::Context;
use e2e::{User, settle};
use serde_json::{Value, json};

use crate::Shop;

/// What Viber answers to the next message for somebody, and the reply that gets it.
struct Case {
    name: String,
    account: String,
    task: Value,
    reply: Value,
}

/// The documented statuses, as they come without words.
fn documented() -> Vec<(String, Value)> {
    let statuses = (1..=24).chain([99]);
    statuses.map(|status| (format!("status {status}"), json!({"status": status}))).collect()
}

/// What else was seen, or can be.
#[rustfmt::skip]
fn others() -> Vec<(String, Value)> {
    let cases = [
        ("status 999, with a token", json!({"status": 999, "with_token": true})),
        ("status 777", json!({"status": 777})),
        ("status -7", json!({"status": -7})),
        ("status \"6\"", json!({"status": 6, "status_as_string": true})),
        ("status 3, with words", json!({"status": 3, "status_message": "badData: text is empty"})),
        ("status 0, no token", json!({"http": 200, "body": r#"{"status":0}"#})),
        ("no status", json!({"http": 200, "body": r#"{"message_token":1}"#})),
        ("a page", json!({"html": true})),
        ("nothing", json!({"http": 200, "body": ""})),
        ("HTTP 302", json!({"http": 302})),
        ("HTTP 400", json!({"http": 400})),
        ("HTTP 401", json!({"http": 401})),
        ("HTTP 403", json!({"http": 403, "body": "<html>"})),
        ("HTTP 404", json!({"http": 404})),
        ("HTTP 413", json!({"http": 413})),
        ("HTTP 429, a minute", json!({"http": 429, "retry_after": 60})),
        ("HTTP 500", json!({"http": 500})),
        ("HTTP 502", json!({"http": 502})),
        ("HTTP 503, a minute", json!({"http": 503, "retry_after": 60})),
        ("HTTP 504", json!({"http": 504})),
    ];
    cases.map(|(name, fault)| (name.to_owned(), fault)).into()
}

/// Answers that are the whole account's: these get a bot of their own, so that they do not stop the others.
fn is_of_the_account(name: &str) -> bool {
    let own = ["1", "2", "7", "8", "9", "10", "15", "24"].map(|number| format!("status {number}"));
    own.iter().any(|other| other == name) || ["HTTP 401", "HTTP 403"].contains(&name)
}

async fn play(shop: &Shop, name: String, fault: Value) -> anyhow::Result<Case> {
    let bench = &shop.bench;
    let (account, bot) = if is_of_the_account(&name) {
        bench.connect(&format!("Shop of {name}"), json!({})).await?
    } else {
        (shop.account.clone(), shop.bot.clone())
    };
    let person: User = bench.viber.add_user(&bot, &name, json!({})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks_of(&account, &name).await?.pop().context("a task")?;
    let fault = json!({"method": "send_message", "user": person.id, "fault": fault});
    bench.viber.post("faults", fault).await?;
    let reply = bench.desk.reply(&task, "hi").await?;
    Ok(Case { name, account, task, reply })
}

/// What the operator sees of each, one after the other.
async fn table(shop: &Shop, cases: &[Case]) -> anyhow::Result<String> {
    let mut text = String::new();
    for case in cases {
        let delivery = shop.bench.desk.delivery(&case.task, &case.reply).await?;
        let said = |key: &str| delivery[key].as_str().unwrap_or_default().to_owned();
        let account = shop.bench.desk.get(&format!("accounts/{}", case.account)).await?;
        let health = match account["health"]["state"].as_str() {
            Some("connected") => String::new(),
            other => format!("; the account: {}", other.unwrap_or_default()),
        };
        text += &format!("{}: {}{health}\n", case.name, [said("state"), said("code")].join(" ").trim_end());
        for (key, mark) in [("reason", "  "), ("advice", "  → ")] {
            if !said(key).is_empty() {
                text += &format!("{mark}{}\n", said(key));
            }
        }
    }
    Ok(text)
}

/// G5, I14, T1, T32: whatever Viber answers, the reply ends in a state with a reason, and with what to do where anybody can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_answer_of_vibers_is_told_to_the_operator() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let mut cases = Vec::new();
    for (name, fault) in documented().into_iter().chain(others()) {
        cases.push(play(&shop, name, fault).await?);
    }
    settle(AT_ONCE, || table(&shop, &cases)).await?;

    cases.retain(|case| AN_HOUR_LATER.contains(&format!("{}:", case.name)));
    shop.bench.to_next_hour().await?;
    settle(AN_HOUR_LATER, || table(&shop, &cases)).await
}

/// What waits goes out by itself when its time has come; a table of what became of it.
const AN_HOUR_LATER: &str = "
    status 1: delivered
    status 2: delivered
    status 7: delivered
    status 8: delivered
    status 9: delivered
    status 12: delivered
    status 15: delivered
    status 19: delivered
    status 24: delivered
    status 99: delivered
    status 777: delivered
    status -7: delivered
    HTTP 401: delivered
    HTTP 403: delivered
    HTTP 429, a minute: delivered
    HTTP 503, a minute: delivered
";

#[rustfmt::skip]
const AT_ONCE: &str = r#"
    status 1: pending invalid-url; the account: failed
      Viber could not reach our webhook (Viber's status 1, invalidUrl)
      → Check DNS, the certificate chain, the firewall, and that the webhook answers 200 within 5 seconds.
    status 2: pending invalid-auth-token; the account: failed
      Viber does not know the API key (Viber's status 2, invalidAuthToken)
      → The key is wrong or was replaced: enter it again.
    status 3: failed bad-data
      Viber found the message malformed (Viber's status 3, badData)
      → Report this with Viber's words: the message was not as Viber wants it.
    status 4: failed missing-data
      Viber misses a field in the message (Viber's status 4, missingData)
      → Report this with Viber's words: the message was not as Viber wants it.
    status 5: failed receiver-not-registered
      the customer has no Viber account any more (Viber's status 5, receiverNotRegistered)
      → Reach the customer in another way.
    status 6: failed receiver-not-subscribed
      the customer switched messages off or never wrote (Viber's status 6, receiverNotSubscribed)
      → The customer must write first; send again after that, or reach them in another way.
    status 7: pending account-blocked; the account: failed
      Viber blocked the bot (Viber's status 7, publicAccountBlocked)
      → Contact Viber support or the partner who created the bot.
    status 8: pending account-not-found; the account: failed
      the API key belongs to no bot (Viber's status 8, publicAccountNotFound)
      → The bot was deleted or the key is wrong: enter the key of an existing bot.
    status 9: pending account-suspended; the account: failed
      Viber suspended the bot (Viber's status 9, publicAccountSuspended)
      → Contact Viber support: terms or payment may be the reason.
    status 10: delivered
    status 11: failed receiver-no-suitable-device
      the customer's Viber is too old for messages of bots (Viber's status 11, receiverNoSuitableDevice)
      → Reach the customer in another way.
    status 12: pending too-many-requests
      Viber's limit of 100 messages an hour without an answer is used up (Viber's status 12, tooManyRequests)
      → It goes on by itself at the next full hour.
    status 13: failed api-version-not-supported
      the customer's Viber is too old for this message (Viber's status 13, apiVersionNotSupported)
      → Send it as plain text, without buttons.
    status 14: failed incompatible-with-version
      the message uses what its API level does not have (Viber's status 14, incompatibleWithVersion)
      → Report this with Viber's words: the message was not as Viber wants it.
    status 15: pending account-not-authorized; the account: failed
      Viber does not allow the bot to do that (Viber's status 15, publicAccountNotAuthorized)
      → Contact Viber support or the partner who created the bot.
    status 16: failed inline-reply-not-allowed
      Viber does not allow the bot to answer inside a chat (Viber's status 16, inchatReplyMessageNotAllowed)
      → Report this with Viber's words: the channel sends nothing of that kind.
    status 17: failed account-not-inline
      the bot is no chat extension (Viber's status 17, publicAccountIsNotInline)
      → Report this with Viber's words: the channel sends nothing of that kind.
    status 18: failed no-public-chat
      the bot has no channel (Viber's status 18, noPublicChat)
      → Report this with Viber's words: the channel sends nothing of that kind.
    status 19: pending cannot-send-broadcast
      Viber could not send the broadcast (Viber's status 19, cannotSendBroadcast)
      → It is tried once more by itself.
    status 20: failed broadcast-not-allowed
      the bot may not broadcast (Viber's status 20, broadcastNotAllowed)
      → Contact Viber support or the partner who created the bot.
    status 21: failed unsupported-country
      Viber does not deliver this to the customer's country (Viber's status 21, unsupportedCountry)
      → Reach the customer in another way.
    status 22: failed payment-unsupported
      payments are switched off for the bot (Viber's status 22, paymentUnsupported)
      → Report this with Viber's words: the channel sends nothing of that kind.
    status 23: failed free-messages-exceeded
      the month's free messages are used up (Viber's status 23, freeMessagesExceeded)
      → Answering works once the customer writes again; for more, switch the bot to billing.
    status 24: pending no-balance; the account: failed
      the bot has no balance (Viber's status 24, noBalance)
      → Top up the bot's balance with Viber or the partner.
    status 99: pending unknown-status
      Viber answered with a status that nobody has described (Viber's status 99)
      → It is tried once more by itself.
    status 999, with a token: failed bad-receiver-id
      Viber does not know the receiver's id (Viber's status 999, badReceiverId)
      → Report this with Viber's words: the message was not as Viber wants it.
    status 777: pending unknown-status
      Viber answered with a status that nobody has described (Viber's status 777)
      → It is tried once more by itself.
    status -7: pending unknown-status
      Viber answered with a status that nobody has described (Viber's status -7)
      → It is tried once more by itself.
    status "6": failed receiver-not-subscribed
      the customer switched messages off or never wrote (Viber's status 6, receiverNotSubscribed)
      → The customer must write first; send again after that, or reach them in another way.
    status 3, with words: failed bad-data
      Viber found the message malformed (Viber's status 3, badData: badData: text is empty)
      → Report this with Viber's words: the message was not as Viber wants it.
    status 0, no token: sent
    no status: unconfirmed unconfirmed
      nobody knows whether it arrived: the answer is not what Viber documents
      → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
    a page: unconfirmed unconfirmed
      nobody knows whether it arrived: the answer is not what Viber documents
      → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
    nothing: unconfirmed unconfirmed
      nobody knows whether it arrived: the answer is not what Viber documents
      → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
    HTTP 302: failed http-unexpected
      Viber answered with HTTP 302
      → Report this if it stays.
    HTTP 400: failed http-unexpected
      Viber answered with HTTP 400
      → Report this if it stays.
    HTTP 401: pending invalid-auth-token; the account: failed
      Viber does not know the API key (Viber's status 2, invalidAuthToken: HTTP 401)
      → The key is wrong or was replaced: enter it again.
    HTTP 403: pending invalid-auth-token; the account: failed
      Viber does not know the API key (Viber's status 2, invalidAuthToken: HTTP 403)
      → The key is wrong or was replaced: enter it again.
    HTTP 404: failed http-unexpected
      Viber answered with HTTP 404
      → Report this if it stays.
    HTTP 413: failed http-unexpected
      Viber answered with HTTP 413
      → Report this if it stays.
    HTTP 429, a minute: pending http-too-many-requests
      Viber asks to slow down (HTTP 429)
      → It is tried again by itself.
    HTTP 500: unconfirmed unconfirmed
      nobody knows whether it arrived: Viber had trouble while it took the message (HTTP 500)
      → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
    HTTP 502: unconfirmed unconfirmed
      nobody knows whether it arrived: Viber had trouble while it took the message (HTTP 502)
      → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
    HTTP 503, a minute: pending http-server-error
      Viber has trouble (HTTP 503)
      → It is tried again by itself.
    HTTP 504: unconfirmed unconfirmed
      nobody knows whether it arrived: Viber had trouble while it took the message (HTTP 504)
      → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
"#;
