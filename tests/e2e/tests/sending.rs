//! What becomes of an answer when Viber refuses it, is slow, or does not answer: nothing is sent twice in silence, and
//! the operator sees how far each came and what to do. Not here: a desk that dies meanwhile; that is in `crash.rs`.

use anyhow::ensure;
use e2e::{Bench, Cable, Desk, DeskOptions, SimClient, User, until};
use serde_json::{Value, json};

/// A fault of Viber's next answers, and what becomes of the reply.
struct Case {
    /// Also the customer's name.
    name: &'static str,
    fault: Value,
    /// The state that the reply comes to rest in.
    state: &'static str,
    /// A part of the reason that the operator reads; empty where there is none.
    reason: &'static str,
    /// Calls of `send_message` for it.
    calls: usize,
    /// Times that it is on the phone.
    shown: usize,
}

const fn case(
    name: &'static str,
    fault: Value,
    state: &'static str,
    reason: &'static str,
    calls: usize,
    shown: usize,
) -> Case {
    Case { name, fault, state, reason, calls, shown }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        case("no fault", json!({"delay_ms": 1}), "delivered", "", 1, 1),
        case("status as a text", json!({"status_as_string": true}), "delivered", "", 1, 1),
        case("receipt first", json!({"receipt_before_answer": true}), "delivered", "", 1, 1),
        case("status 3", json!({"status": 3, "status_message": "too long"}), "failed", "status 3, badData: too long", 1, 0),
        case("status 5", json!({"status": 5}), "failed", "status 5", 1, 0),
        case("status 6", json!({"status": 6, "status_message": "notSubscribed"}), "failed", "status 6", 1, 0),
        case("status 11", json!({"status": 11}), "failed", "status 11", 1, 0),
        case("status 21", json!({"status": 21}), "failed", "status 21", 1, 0),
        // Viber refuses some with a token: a token is no success.
        case("status 999", json!({"status": 999, "with_token": true}), "failed", "status 999", 1, 0),
        // It waits for the next full hour.
        case("status 12", json!({"status": 12}), "pending", "limit of 100 messages", 1, 0),
        case("status -7", json!({"status": -7}), "pending", "status -7", 1, 0),
        case("HTTP 503", json!({"http": 503, "retry_after": 1}), "delivered", "", 2, 1),
        case("HTTP 429", json!({"http": 429, "retry_after": 1}), "delivered", "", 2, 1),
        // It may have been taken before the trouble began.
        case("HTTP 500", json!({"http": 500, "body": "oops"}), "unconfirmed", "HTTP 500", 1, 0),
        case("HTTP 502", json!({"http": 502}), "unconfirmed", "HTTP 502", 1, 0),
        case("HTTP 504", json!({"http": 504}), "unconfirmed", "HTTP 504", 1, 0),
        case("HTML", json!({"html": true}), "unconfirmed", "nobody knows", 1, 0),
        // Until the receipt for it comes.
        case("answer lost", json!({"drop": "after"}), "delivered", "", 1, 1),
        // It did not happen, but the desk cannot know that: the request was on its way.
        case("request lost", json!({"drop": "before"}), "unconfirmed", "nobody knows", 1, 0),
    ]
}

/// A customer who has written, and their task.
async fn customer(bench: &Bench, account: &str, bot: &str, name: &str) -> anyhow::Result<(User, Value)> {
    let person = bench.viber.add_user(bot, name, json!({})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks_of(account, name).await?.remove(0);
    Ok((person, task))
}

/// Calls of `send_message` with this text.
async fn calls(viber: &SimClient, text: &str) -> anyhow::Result<usize> {
    let calls = viber.calls("send_message").await?;
    Ok(calls.iter().filter(|call| call["request"]["text"] == text).count())
}

/// T1, G6.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_way_of_failing_ends_as_it_should() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let mut sent = Vec::new();
    for case in cases() {
        let (person, task) = customer(&bench, &account, &bot, case.name).await?;
        // Not just the next one's: another's second attempt may come before it.
        person.fault("send_message", case.fault.clone()).await?;
        let reply = bench.desk.reply(&task, case.name).await?;
        sent.push((case, person, task, reply));
    }
    for (case, _, task, reply) in &sent {
        settled(&bench.desk, case, task, reply).await?;
    }
    bench.viber.quiet().await?;
    for (case, person, ..) in &sent {
        let (called, shown) = (calls(&bench.viber, case.name).await?, person.received().await?.len());
        ensure!(called == case.calls, "{}: sent {called} times, not {}", case.name, case.calls);
        ensure!(shown == case.shown, "{}: shown {shown} times, not {}", case.name, case.shown);
    }
    let health = bench.desk.get(&format!("accounts/{account}")).await?["health"]["state"].take();
    ensure!(health == "connected", "no customer's trouble stops the account: {health}");
    Ok(())
}

async fn settled(desk: &Desk, case: &Case, task: &Value, reply: &Value) -> anyhow::Result<()> {
    let name = case.name;
    let text = |delivery: &Value, key: &str| delivery[key].as_str().unwrap_or_default().to_owned();
    let what = format!("{name} is {}, since: {}", case.state, case.reason);
    let delivery = until(&what, || async {
        let delivery = desk.delivery(task, reply).await?;
        let is_so = delivery["state"] == case.state && text(&delivery, "reason").contains(case.reason);
        Ok(is_so.then_some(delivery))
    })
    .await?;
    if matches!(case.state, "failed" | "unconfirmed") {
        ensure!(!text(&delivery, "advice").is_empty(), "{name}: no advice: {delivery}");
    }
    Ok(())
}

/// Refusals that are for the whole account: its health says why, and the reply waits until an administrator has connected
/// it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_account_shows_in_its_health() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    for status in [2, 7, 8, 9, 15, 24] {
        let (account, bot) = bench.connect(&format!("Shop {status}"), json!({})).await?;
        let (_, task) = customer(&bench, &account, &bot, "Olena").await?;
        bench.viber.fault("send_message", 1, json!({"status": status})).await?;
        let reply = bench.desk.reply(&task, "hi").await?;
        let health = bench.health(&account, "failed").await?["health"].take();
        bench.desk.delivered(&task, &reply, "pending").await?;
        let says = |key: &str, part: &str| health[key].as_str().is_some_and(|text| text.contains(part));
        ensure!(says("reason", &format!("status {status}")) && says("advice", "."), "{status}: {health}");
        bench.desk.patch(&format!("accounts/{account}"), json!({})).await?;
        bench.health(&account, "connected").await?;
        bench.desk.delivered(&task, &reply, "delivered").await?;
    }
    Ok(())
}

/// What never left the machine is sent when it can be: once, and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_left_is_sent_once_when_the_way_is_open_again() -> anyhow::Result<()> {
    let sim = viber_sim::Sim::start("127.0.0.1:0").await?;
    let mut cable = Cable::to(sim.base_url()).await?;
    let egress = vec![format!("chatapi.viber.com=http://{}", cable.address)];
    let desk = Desk::start(DeskOptions { egress, ..DeskOptions::default() }).await?;
    let bench = Bench { viber: SimClient::new(sim.base_url()), desk, sim };
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let (person, task) = customer(&bench, &account, &bot, "Olena").await?;
    cable.pull().await;
    let mut replies = Vec::new();
    for text in ["one", "two", "three"] {
        replies.push(bench.desk.reply(&task, text).await?);
    }
    // Three API calls later the first attempt has failed, as good as surely; from outside it is not to be seen.
    ensure!(bench.desk.delivery(&task, &replies[0]).await?["state"] == "pending", "it is not given up");
    cable.plug().await?;
    for reply in &replies {
        bench.desk.delivered(&task, reply, "delivered").await?;
    }
    ensure!(person.texts().await? == ["one", "two", "three"], "{:?}", person.texts().await?);
    Ok(())
}

/// The phone can refuse what Viber accepted, minutes later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_the_phone_refuses_ends_failed_with_the_phones_words() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let (person, task) = customer(&bench, &account, &bot, "Olena").await?;
    person.act("refuse", json!({"desc": "media type not supported"})).await?;
    let reply = bench.desk.reply(&task, "hi").await?;
    let delivery = bench.desk.delivered(&task, &reply, "failed").await?;
    ensure!(
        delivery["reason"].as_str().is_some_and(|it| it.contains("media type not supported")),
        "{delivery}"
    );
    Ok(())
}

/// T17, T18, G7: several devices, receipts repeated and for messages that nobody sent: a state only rises (C7).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_only_raise_a_state_and_strange_ones_do_nothing() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let person = bench.viber.add_user(&bot, "Olena", json!({"devices": 4})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.remove(0);
    let mut replies = Vec::new();
    for text in ["one", "two"] {
        let reply = bench.desk.reply(&task, text).await?;
        let delivery = bench.desk.delivered(&task, &reply, "delivered").await?;
        replies.push((reply, delivery["parts"][0]["message_id"].as_str().unwrap_or_default().to_owned()));
    }
    // One `seen` for the whole chat, which names the last message.
    person.act("read", json!({})).await?;
    for (reply, _) in &replies {
        bench.desk.delivered(&task, reply, "seen").await?;
    }
    for event in ["delivered", "failed", "seen"] {
        for token in [replies[0].1.parse()?, 6_164_600_000_000_000_999_u64] {
            let body = json!({"event": event, "timestamp": e2e::callback::now_ms(), "message_token": token, "user_id": person.id});
            let sent = bench
                .viber
                .post(&format!("bots/{bot}/callback"), json!({"event": body, "repeat": 2}))
                .await?;
            ensure!(sent["answers"] == json!([200, 200]), "{event}: {sent}");
        }
    }
    for (reply, _) in &replies {
        let delivery = bench.desk.delivery(&task, reply).await?;
        ensure!(delivery["state"] == "seen", "C7: {delivery}");
    }
    ensure!(bench.desk.list("parked").await?.is_empty(), "nothing is parked");
    Ok(())
}
