//! Keys and tokens stand nowhere but where they belong: G20, G21. Not here: what a log says of people (`discreet.rs`), and
//! the same at full size (`cargo xtask prove canaries`).

use std::process::Command;

use anyhow::{Context, ensure};
use e2e::busy::Busy;
use e2e::callback::Hook;
use e2e::canary::Canaries;
use e2e::{Bench, User, desk_program, run_desk, until};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// G20, G21: 20 keys, tokens, signatures, the master key: in no answer of any route to anybody, no output, no log at the
/// highest level, no file, however they are written there; not even when a channel tries to tell the one that it sees.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_desk_shows_no_secret() -> anyhow::Result<()> {
    let mut busy = Busy::play(&[("DESK_LOG", "trace")]).await?;
    ensure!(busy.secrets().len() >= 19, "and the master key");
    let running = busy.shows_no_secret().await?;
    busy.refuses_without_room().await?;
    busy.bench.desk.terminate()?;
    busy.bench.desk.ended().await?;
    busy.bench.desk.start_again()?;
    let again = busy.shows_no_secret().await?;
    let bytes = running.bytes() + again.bytes();
    eprintln!("{} secrets in {bytes} bytes, {} answers: 0", busy.secrets().len() + 1, running.requests * 2);
    Ok(())
}

/// A connected bot with a customer who has written; the bot's key and the customer's task.
async fn written(bench: &Bench) -> anyhow::Result<(String, User, Value)> {
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let key = Hook::of(&bench.viber, &bot).await?.key;
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.pop().context("a task")?;
    Ok((key, person, task))
}

/// G20: the master key changes while answers go out: each arrives, once, and the old key is not needed any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_fails_while_the_master_key_changes() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (_, person, task) = written(&bench).await?;
    let file = bench.desk.data().join("desk.key");
    for round in 0..3 {
        for number in 0..20 {
            bench.desk.reply(&task, &format!("{round}-{number}")).await?;
        }
        // In the middle of them.
        match round {
            0 => {
                let mut rotate = Command::new(desk_program()?);
                let made = run_desk(rotate.args(["key", "rotate", "--data"]).arg(bench.desk.data()))?;
                ensure!(made.status.success(), "{made:?}");
            }
            1 => {
                let text = std::fs::read_to_string(&file)?;
                ensure!(text.lines().count() == 2, "the new one and the old one");
                std::fs::write(&file, text.lines().next().unwrap_or_default())?;
            }
            _ => break,
        }
        bench.desk.terminate()?;
        bench.desk.ended().await?;
        bench.desk.start_again()?;
    }
    // A receipt that came while the desk was down comes again after a minute.
    let is_sent = |action: &Value| {
        ["internal", "sent", "delivered"].iter().any(|state| action["delivery"]["state"] == *state)
    };
    until("all are sent", || async {
        Ok(bench.desk.actions(&task).await?.iter().all(is_sent).then_some(()))
    })
    .await?;
    let expected: Vec<_> = (0..60).map(|number| format!("{}-{}", number / 20, number % 20)).collect();
    ensure!(person.texts().await? == expected, "each once and in order: {:?}", person.texts().await?);
    ensure!(bench.desk.log()?.contains("secrets were sealed anew"), "with the new key");
    Ok(())
}

/// G20: without the key that it was sealed with a desk does not start on a database, changes nothing in it, and says what
/// to do; with it, wherever it lies, all is as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_worth_nothing_without_its_key() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (key, person, task) = written(&bench).await?;
    let file = bench.desk.data().join("desk.key");
    let kept = tempfile::tempdir()?;
    let elsewhere = kept.path().join("master.key");
    bench.desk.kill()?;
    std::fs::rename(&file, &elsewhere)?;
    let canaries = Canaries::of([("the account's key", key.as_str())])?;
    canaries.absent_from_files(bench.desk.data(), &[])?;
    let other = "c29tZWJvZHkgZWxzZSdzIGtleSwgMzIgYnl0ZXMgbG8=";
    for (text, says) in [
        (None, "put it back from where you keep it"),
        (Some(other), "is not the master key of this database"),
        (Some(other), "Put the right one back"),
        (Some("no key"), "line 1 is no key: base64 of 32 bytes"),
    ] {
        if let Some(text) = text {
            std::fs::write(&file, text)?;
        }
        let refusal = bench.desk.start_again().err().context("it starts")?.to_string();
        ensure!(refusal.contains(says), "it does not say `{says}`: {refusal}");
        ensure!(!refusal.contains(other), "it shows a key: {refusal}");
    }
    let path = elsewhere.to_str().context("a path")?;
    bench.desk.restart_with(&["--key-file", path])?;
    let reply = bench.desk.reply(&task, "here again").await?;
    bench.desk.delivered(&task, &reply, "delivered").await?;
    person.write("good").await
}

/// G20, G21: a customer who knows the bot's key and writes it is heard like any other; only the key is not kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_writes_the_key_is_heard() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (key, person, task) = written(&bench).await?;
    person.write(&format!("is {key} yours? I found it")).await?;
    person.write("hello?").await?;
    let texts = bench.desk.texts(&task).await?;
    let masked = format!("is {} yours? I found it", "*".repeat(key.len()));
    ensure!(texts == ["hello", &masked, "hello?"], "{texts:?}");
    let canaries = Canaries::of([("the account's key", key.as_str())])?;
    canaries.absent_from_files(bench.desk.data(), &[])?;
    Ok(())
}

/// G20: a key behind a misspelt name is not kept in plain: the name is refused, and the right ones are said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_under_a_misspelt_name_is_refused() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, _) = bench.connect("Bike Shop", json!({})).await?;
    let key = "5eed5eed5eed5eed-5eed5eed5eed5eed-5eed5eed5eed5eed";
    let settings = [json!({"api_key": key, "apikey": key}), json!({"api_key": key, key: true})];
    for settings in settings {
        let new = json!({"channel": "viber", "name": "Second", "settings": settings});
        let changed = json!({"settings": settings});
        for (method, path, body) in
            [(Method::POST, "accounts".into(), new), (Method::PATCH, format!("accounts/{account}"), changed)]
        {
            let (status, problem) = bench.desk.call(method, &path, Some(body)).await?;
            ensure!(status == StatusCode::BAD_REQUEST && problem["code"] == "unknown-setting", "{problem}");
            let detail = problem["detail"].as_str().unwrap_or_default();
            ensure!(detail.contains("api_key") && detail.contains("welcome_message"), "{detail}");
            ensure!(!detail.contains(key), "{detail}");
        }
    }
    ensure!(bench.desk.list("accounts").await?.len() == 1, "nothing was made");
    Ok(())
}
