//! A person sends an answer again that did not arrive. Not here: what the channel repeats by itself; that is in `sending.rs`.

use anyhow::ensure;
use e2e::{Bench, User};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A bench with a customer who wrote; the customer and their task.
async fn written() -> anyhow::Result<(Bench, User, Value)> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("hello").await?;
    let task = bench.desk.tasks(&account).await?.remove(0);
    Ok((bench, person, task))
}

async fn retry(
    bench: &Bench,
    task: &Value,
    reply: &Value,
    body: Value,
) -> anyhow::Result<(StatusCode, Value)> {
    let path = format!("tasks/{}/actions/{}/retry", task["id"], reply["id"]);
    bench.desk.call(Method::POST, &path, Some(body)).await
}

/// What failed arrives once, when the reason is gone and a person says so; not twice by saying it twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_answer_arrives_once_after_a_retry() -> anyhow::Result<()> {
    let (bench, person, task) = written().await?;
    person.act("unsubscribe", json!({})).await?;
    let reply = bench.desk.reply(&task, "Your bike is ready").await?;
    bench.desk.delivered(&task, &reply, "failed").await?;
    // The reason is still there: it fails again, and says so again.
    ensure!(retry(&bench, &task, &reply, json!({})).await?.0 == StatusCode::ACCEPTED);
    bench.desk.delivered(&task, &reply, "failed").await?;
    person.write("I am back").await?;
    let (status, shown) = retry(&bench, &task, &reply, json!({})).await?;
    ensure!(status == StatusCode::ACCEPTED && shown["id"] == reply["id"], "{shown}");
    bench.desk.delivered(&task, &reply, "delivered").await?;
    ensure!(person.texts().await? == ["Your bike is ready"], "{:?}", person.texts().await?);
    let (status, problem) = retry(&bench, &task, &reply, json!({})).await?;
    ensure!(status == StatusCode::CONFLICT && problem["code"] == "nothing-to-retry", "{problem}");
    let texts = bench.desk.texts(&task).await?;
    ensure!(texts.iter().filter(|text| *text == "Your bike is ready").count() == 1, "one action: {texts:?}");
    let elsewhere = json!({"id": 77});
    ensure!(retry(&bench, &elsewhere, &reply, json!({})).await?.0 == StatusCode::NOT_FOUND);
    Ok(())
}

/// G6: what may have arrived is sent again only by somebody who says that it may come twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unconfirmed_answer_needs_the_word_of_a_person() -> anyhow::Result<()> {
    let (bench, person, task) = written().await?;
    // Her phone is off: a receipt would end the doubt.
    person.change(json!({"online": false})).await?;
    bench.viber.fault("send_message", 1, json!({"drop": "after"})).await?;
    let reply = bench.desk.reply(&task, "At nine").await?;
    bench.desk.delivered(&task, &reply, "unconfirmed").await?;
    let (status, problem) = retry(&bench, &task, &reply, json!({})).await?;
    ensure!(status == StatusCode::CONFLICT && problem["code"] == "may-double", "{problem}");
    ensure!(problem["detail"].as_str().is_some_and(|text| text.contains("twice")), "{problem}");
    ensure!(person.texts().await?.len() == 1, "nothing was sent");
    ensure!(retry(&bench, &task, &reply, json!({"may_double": true})).await?.0 == StatusCode::ACCEPTED);
    bench.desk.delivered(&task, &reply, "sent").await?;
    person.change(json!({"online": true})).await?;
    bench.desk.delivered(&task, &reply, "delivered").await?;
    ensure!(person.texts().await? == ["At nine", "At nine"], "{:?}", person.texts().await?);
    Ok(())
}

/// Of an answer in several messages only those are sent again that did not arrive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_arrived_are_not_sent_again() -> anyhow::Result<()> {
    let (bench, person, task) = written().await?;
    let fault = json!({"method": "send_message", "skip": 1, "times": 1, "fault": {"status": 3}});
    bench.viber.post("faults", fault).await?;
    let text = ["a", "b", "c"].map(|word| format!("{word} ").repeat(3_300)).concat();
    let reply = bench.desk.reply(&task, text.trim()).await?;
    let failed = bench.desk.delivered(&task, &reply, "failed").await?;
    let states = |delivery: &Value| -> Vec<String> {
        let parts = delivery["parts"].as_array().cloned().unwrap_or_default();
        parts.iter().map(|part| part["state"].as_str().unwrap_or_default().to_owned()).collect()
    };
    ensure!(states(&failed).len() >= 3 && states(&failed)[1] == "failed", "{failed}");
    ensure!(retry(&bench, &task, &reply, json!({})).await?.0 == StatusCode::ACCEPTED);
    bench.desk.delivered(&task, &reply, "delivered").await?;
    let mut texts = person.texts().await?;
    ensure!(texts.len() == states(&failed).len(), "each once: {} texts", texts.len());
    texts.sort();
    texts.dedup();
    ensure!(texts.len() == states(&failed).len(), "and all of them");
    Ok(())
}
