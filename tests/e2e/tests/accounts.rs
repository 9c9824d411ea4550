//! Connecting bots: what can go wrong, that a person is told what to do, and that a key never comes out again. Not here:
//! what an account's customers write.

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::{Bench, DeskOptions, until};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Whether the account's health says why, and what to do.
fn says(account: &Value, reason: &str, advice: &str) -> anyhow::Result<()> {
    let health = &account["health"];
    let has = |key: &str, part: &str| health[key].as_str().is_some_and(|text| text.contains(part));
    ensure!(has("reason", reason) && has("advice", advice), "not `{reason}` and `{advice}`: {health}");
    Ok(())
}

/// The bot as the simulator has it.
async fn bot_of(bench: &Bench, alias: &str) -> anyhow::Result<Value> {
    let bots = bench.viber.get("bots").await?["items"].take();
    let bots = bots.as_array().cloned().unwrap_or_default();
    bots.into_iter().find(|bot| bot["alias"] == alias).context("the bot exists")
}

/// S1, T16, S25, S27, I13, S19, S20: the first thing that anybody sees.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connected_means_checked_set_and_called_back() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let shown = bench.desk.get(&format!("accounts/{account}")).await?;
    let there = bot_of(&bench, &bot).await?;
    ensure!(there["webhook"] == shown["webhook_url"], "the webhook is ours: {there}");
    ensure!(there["send_name"] == true && there["send_photo"] == true, "S29 needs names: {there}");
    let events = there["event_types"].to_string();
    for event in ["delivered", "seen", "failed", "conversation_started", "message", "unsubscribed"] {
        ensure!(events.contains(&format!("\"{event}\"")), "{event} is not asked for: {events}");
    }
    ensure!(shown["bot"]["name"] == "Bike Shop" && shown["bot"]["id"] == there["id"], "{shown}");
    ensure!(shown["links"]["deep"] == "viber://pa?chatURI=bikeshop", "S19: {shown}");
    let log = bench.viber.get("log").await?["items"].take();
    let order: Vec<_> = log.as_array().into_iter().flatten().map(step).collect();
    // The call to set it is answered after the webhook was called.
    ensure!(order == ["get_account_info", "webhook 200", "set_webhook"], "I13: {order:?}");
    Ok(())
}

/// An entry of the simulator's log in a word or two.
fn step(entry: &Value) -> String {
    match entry["method"].as_str() {
        Some(method) => method.to_owned(),
        None => format!("{} {}", entry["event"].as_str().unwrap_or_default(), entry["status"]),
    }
}

/// I13.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_fails_with_a_reason_and_can_be_corrected() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let bot = bench.viber.add_bot("Bike Shop").await?;
    let account = bench.add_account("Bike Shop", &json!("no-such-key"), json!({})).await?;
    let failed = bench.health(&account, "failed").await?;
    says(&failed, "does not know the API key", "enter it again")?;
    ensure!(failed["bot"].is_null() && failed["links"] == json!({}), "nothing is known of a bot: {failed}");
    bench.desk.patch(&format!("accounts/{account}"), json!({"settings": {"api_key": bot["token"]}})).await?;
    bench.health(&account, "connected").await?;
    Ok(())
}

/// Viber's own words are the only diagnosis there is: they are shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_viber_refuses_fails_with_vibers_words() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    for (name, text, advice) in [
        ("Late", "java.util.concurrent.TimeoutException: Total timeout 5000 ms elapsed", "5 seconds"),
        ("Refused", "java.net.ConnectException: Connection refused", "firewall"),
        ("Wordless", "", "certificate"),
    ] {
        let bot = bench.viber.add_bot(name).await?;
        let fault = match text {
            "" => json!({"status": 1}),
            text => json!({"status": 1, "status_message": text}),
        };
        bench.viber.fault("set_webhook", 1, fault).await?;
        let account = bench.add_account(name, &bot["token"], json!({})).await?;
        let failed = bench.health(&account, "failed").await?;
        says(&failed, "could not reach our webhook", advice)?;
        says(&failed, text, advice)?;
        // Nothing was wrong after all: connecting again does it.
        bench.desk.patch(&format!("accounts/{account}"), json!({})).await?;
        bench.health(&account, "connected").await?;
    }
    Ok(())
}

/// A trouble that passes is no failure: what is harmless to repeat is repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passing_trouble_only_delays_connecting() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    bench.viber.fault("get_account_info", 1, json!({"http": 502})).await?;
    bench.viber.fault("set_webhook", 1, json!({"drop": "after"})).await?;
    bench.connect("Bike Shop", json!({})).await?;
    ensure!(bench.viber.calls("get_account_info").await?.len() == 2, "asked again");
    Ok(())
}

/// I12: the account stays the bot's that it was made for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_of_another_bot_is_refused() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let own = bot_of(&bench, &bot).await?;
    let other = bench.viber.add_bot("Ski Shop").await?;
    let path = format!("accounts/{account}");
    bench.desk.patch(&path, json!({"settings": {"api_key": other["token"]}})).await?;
    let failed = bench.health(&account, "failed").await?;
    says(&failed, "belongs to the bot Ski Shop", "add a new account")?;
    ensure!(failed["bot"]["name"] == "Bike Shop", "it still is the first bot's: {failed}");
    let alias = other["alias"].as_str().unwrap_or_default();
    ensure!(bot_of(&bench, alias).await?["webhook"].is_null(), "the other bot's webhook is left alone");
    keeps_its_key(&bench, &account, &bot, &other).await?;
    bench.desk.patch(&path, json!({"settings": {"api_key": own["token"]}})).await?;
    bench.health(&account, "connected").await?;
    Ok(())
}

/// A key that was refused has replaced nothing: the first bot's customers are heard, and the other bot's are not.
async fn keeps_its_key(bench: &Bench, account: &str, bot: &str, other: &Value) -> anyhow::Result<()> {
    let customer = bench.viber.add_user(bot, "Olena", json!({})).await?;
    customer.write("Do you hear me?").await?;
    let url = bench.desk.get(&format!("accounts/{account}")).await?["webhook_url"].take();
    let hook = Hook::new(url.as_str().unwrap_or_default(), other["token"].as_str().unwrap_or_default());
    let (status, _) = hook.post(&callback::text(6_164_500_000_000_000_001, "stranger", "And me?")).await?;
    ensure!(status == StatusCode::UNAUTHORIZED, "signed with the refused key: {status}");
    ensure!(bench.desk.list("tasks").await?.len() == 1);
    Ok(())
}

/// One bot has one webhook: the account that lost it says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_whose_bot_is_connected_again_says_so() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (first, bot) = bench.connect("Bike Shop", json!({})).await?;
    let key = bot_of(&bench, &bot).await?["token"].take();
    let second = bench.desk.post("accounts", json!({"settings": {"api_key": key}})).await?;
    bench.health(second["id"].as_str().unwrap_or_default(), "connected").await?;
    says(&bench.health(&first, "failed").await?, "same bot", "Disconnect one")?;
    Ok(())
}

/// T26: the last system that sets a webhook wins, and Viber tells nobody: a check finds out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_notices_that_another_system_took_the_webhook() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let check = format!("accounts/{account}/check");
    bench.desk.post(&check, json!({})).await?;
    until("the check was made", || async {
        Ok((bench.viber.calls("get_account_info").await?.len() == 2).then_some(()))
    })
    .await?;
    bench.health(&account, "connected").await?;
    let key = bot_of(&bench, &bot).await?["token"].take();
    set_webhook(&bench, &key, true).await?;
    bench.desk.post(&check, json!({})).await?;
    says(&bench.health(&account, "failed").await?, "another system", "connect the account again")?;
    bench.desk.patch(&format!("accounts/{account}"), json!({})).await?;
    bench.health(&account, "connected").await?;
    // Removed, and nobody else's: it is set again by itself.
    set_webhook(&bench, &key, false).await?;
    bench.desk.post(&check, json!({})).await?;
    until("the webhook is there again", || async {
        Ok(bot_of(&bench, &bot).await?["webhook"].is_string().then_some(()))
    })
    .await?;
    bench.health(&account, "connected").await?;
    Ok(())
}

/// What another system would do with the same key: its own webhook, or none. It answers, or Viber would not take it.
async fn set_webhook(bench: &Bench, key: &Value, taken: bool) -> anyhow::Result<()> {
    let other = viber_sim::Sim::start("127.0.0.1:0").await?;
    // Any page that answers a POST with 200 will do: this one resets a simulator that nobody uses.
    let url = if taken { format!("{}/control/reset", other.base_url()) } else { String::new() };
    let http = reqwest::Client::builder().no_proxy().build()?;
    let request = http.post(format!("{}/pa/set_webhook", bench.sim.base_url()));
    let request = request.header("X-Viber-Auth-Token", key.as_str().unwrap_or_default());
    let answer: Value = request.json(&json!({"url": url})).send().await?.json().await?;
    ensure!(answer["status"] == 0, "{answer}");
    Ok(())
}

/// T15, I12: removing the account takes the webhook away, and leaves what customers wrote.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnecting_takes_the_webhook_away() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    bench.viber.add_user(&bot, "Olena", json!({})).await?.write("hello").await?;
    bench.desk.delete(&format!("accounts/{account}")).await?;
    bench.health(&account, "disconnected").await?;
    ensure!(bot_of(&bench, &bot).await?["webhook"].is_null(), "Viber calls nobody any more");
    ensure!(bench.desk.tasks(&account).await?.len() == 1, "the task is still there");
    bench.desk.patch(&format!("accounts/{account}"), json!({})).await?;
    bench.health(&account, "connected").await?;
    Ok(())
}

/// A call of each kind, some with the key where it does not belong.
fn every_call(account: &str, key: &str, task: &Value) -> Vec<(Method, String, Option<Value>)> {
    let path = format!("accounts/{account}");
    vec![
        (Method::GET, "accounts".into(), None),
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({"settings": {"api_key": key}}))),
        (Method::PATCH, path.clone(), Some(json!({"settings": {"api_key": [key]}}))),
        (
            Method::POST,
            "accounts".into(),
            Some(json!({"channel": "viber", "settings": {"api_key": {"a": key}}})),
        ),
        (Method::POST, format!("{path}/check"), Some(json!({}))),
        (Method::GET, "contacts".into(), None),
        (Method::GET, "tasks".into(), None),
        (Method::GET, format!("tasks/{}/actions", task["id"]), None),
        (Method::GET, "channels".into(), None),
        (Method::GET, "parked".into(), None),
        (Method::GET, "employees".into(), None),
        (Method::DELETE, path.clone(), None),
    ]
}

/// S26: a key goes in and never comes out, by no answer and in no log; and neither does the API's token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_in_no_answer_and_in_no_log() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({"welcome_message": "hello"})).await?;
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.remove(0);
    bench.viber.fault("send_message", 1, json!({"status": 2, "status_message": "invalidAuthToken"})).await?;
    bench.desk.reply(&task, "hi").await?;
    bench.health(&account, "failed").await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let body = callback::text(1, &person.id, "forged");
    ensure!(hook.post_with(Some("00"), None, &body).await?.0 == StatusCode::UNAUTHORIZED, "refused");
    ensure!(hook.post(b"{").await?.0 == StatusCode::OK, "parked");
    let mut answers = vec![bench.desk.log()?];
    for (method, path, body) in every_call(&account, &hook.key, &task) {
        let (_, answer) = bench.desk.call(method, &path, body).await?;
        answers.push(answer.to_string());
    }
    answers.push(bench.desk.log()?);
    for answer in &answers {
        ensure!(!answer.contains(&hook.key), "the key is in: {answer}");
        ensure!(!answer.contains(&bench.desk.token), "the token is in: {answer}");
    }
    for secret in ["hello", "forged", "Olena", &person.id] {
        ensure!(!answers[0].contains(secret), "`{secret}` is in the log");
    }
    Ok(())
}

/// T26: nobody asked, and still the account says that another system took its webhook; one that was taken down is left
/// alone, and so is one that is being connected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_checked_by_themselves() -> anyhow::Result<()> {
    let options = DeskOptions { check_every_minutes: Some(0.01), ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let (closed, closed_bot) = bench.connect("Ski Shop", json!({})).await?;
    bench.desk.delete(&format!("accounts/{closed}")).await?;
    bench.health(&closed, "disconnected").await?;
    let key = bot_of(&bench, &bot).await?["token"].take();
    set_webhook(&bench, &key, true).await?;
    says(&bench.health(&account, "failed").await?, "another system", "connect the account again")?;
    // A slow connect is not cut off by the checks that come meanwhile.
    bench.viber.fault("set_webhook", 1, json!({"answer_delay_ms": 2_000})).await?;
    bench.desk.patch(&format!("accounts/{account}"), json!({})).await?;
    bench.health(&account, "connected").await?;
    let checks = bench.viber.calls("get_account_info").await?.len();
    until("it is checked again and again", || async {
        let calls = bench.viber.calls("get_account_info").await?.len();
        Ok((calls >= checks + 3).then_some(()))
    })
    .await?;
    bench.health(&account, "connected").await?;
    let closed = bench.desk.get(&format!("accounts/{closed}")).await?;
    ensure!(closed["health"]["state"] == "disconnected", "it was taken down, and stays so: {closed}");
    ensure!(bot_of(&bench, &closed_bot).await?["webhook"].is_null());
    Ok(())
}
