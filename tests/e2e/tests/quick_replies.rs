//! Quick replies through the API, as an operator uses them, and those that a customer taps. Not here: how a console offers
//! them.

use anyhow::ensure;
use e2e::Bench;
use reqwest::{Method, StatusCode};
use serde_json::json;

/// S5: a canned answer reaches the customer with the names put in; edited, it reaches them as it was edited.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quick_reply_is_sent_with_the_names_of_the_task() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let desk = &bench.desk;
    let text = "Hello {{contact.name}}, we open at 9. {{ employee.name }}";
    let quick = desk.post("quick_replies", json!({"title": " Hours ", "text": text})).await?;
    ensure!(quick["title"] == "Hours" && quick["text"] == text, "{quick}");
    let petro = desk.post("employees", json!({"name": "Petro"})).await?;
    let person = bench.viber.add_user(&bot, "Olena <b>", json!({})).await?;
    person.write("when?").await?;
    let task = desk.tasks(&account).await?.remove(0);
    let offered = desk.list(&format!("quick_replies?task={}", task["id"])).await?.remove(0);
    ensure!(offered["filled"] == "Hello Olena <b>, we open at 9. Administrator", "{offered}");
    let actions = format!("tasks/{}/actions", task["id"]);
    let notify = json!([task["requester"]["id"]]);
    for body in [
        json!({"quick_reply": quick["id"], "notify": notify, "author": petro["id"]}),
        json!({"quick_reply": quick["id"], "notify": notify, "text": "At 10 today. {{contact.name}}"}),
    ] {
        let reply = desk.post(&actions, body).await?;
        desk.delivered(&task, &reply, "delivered").await?;
    }
    let expected = ["Hello Olena <b>, we open at 9. Petro", "At 10 today. {{contact.name}}"];
    ensure!(person.texts().await? == expected, "{:?}", person.texts().await?);
    // Without anybody to notify it is a comment like any other.
    let inside = desk.post(&actions, json!({"quick_reply": quick["id"]})).await?;
    ensure!(inside["text"] == "Hello Olena <b>, we open at 9. Administrator", "{inside}");
    ensure!(inside["delivery"]["state"] == "internal" && person.texts().await?.len() == 2);
    Ok(())
}

/// S5: what cannot be used is refused when it is saved, with a reason.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quick_replies_are_kept_by_administrators_and_read_by_operators() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (operate, read) = (bench.desk.add_token("operate")?, bench.desk.add_token("read")?);
    let desk = &bench.desk;
    for (body, code, detail) in [
        (
            json!({"title": "a", "text": "{{contact.phone}}"}),
            "bad-placeholder",
            "{{contact.name}}, {{employee.name}}",
        ),
        (json!({"title": "a", "text": "Hi {{contact.name"}), "bad-placeholder", "without its `}}`"),
        (json!({"title": "a", "text": " "}), "bad-text", "20000"),
        (json!({"title": " ", "text": "a"}), "bad-title", "200"),
    ] {
        let (status, answer) = desk.call(Method::POST, "quick_replies", Some(body)).await?;
        ensure!(status == StatusCode::BAD_REQUEST && answer["code"] == code, "{answer}");
        ensure!(answer["detail"].as_str().is_some_and(|text| text.contains(detail)), "{answer}");
    }
    let id = desk.post("quick_replies", json!({"title": "b", "text": "B"})).await?["id"].take();
    desk.post("quick_replies", json!({"title": "a", "text": "A"})).await?;
    let path = format!("quick_replies/{id}");
    let changed = desk.patch(&path, json!({"text": "{{employee.name}}"})).await?;
    ensure!(changed == json!({"id": id, "title": "b", "text": "{{employee.name}}"}), "{changed}");
    let (status, _) = desk.call(Method::PATCH, &path, Some(json!({"text": "{{x}}"}))).await?;
    ensure!(status == StatusCode::BAD_REQUEST && desk.get(&path).await? == changed, "nothing is changed");
    let titles: Vec<_> = desk.list("quick_replies").await?.iter().map(|one| one["title"].clone()).collect();
    ensure!(titles == ["a", "b"], "by title: {titles:?}");
    for (method, path, token, status) in [
        (Method::GET, "quick_replies", &operate, StatusCode::OK),
        (Method::POST, "quick_replies", &operate, StatusCode::FORBIDDEN),
        (Method::DELETE, path.as_str(), &operate, StatusCode::FORBIDDEN),
        (Method::GET, "quick_replies", &read, StatusCode::FORBIDDEN),
    ] {
        let request =
            desk.request(method.clone(), path).bearer_auth(token).json(&json!({"title": "c", "text": "C"}));
        ensure!(request.send().await?.status() == status, "{method} {path}");
    }
    desk.delete(&path).await?;
    ensure!(desk.call(Method::DELETE, &path, None).await?.0 == StatusCode::NOT_FOUND);
    ensure!(desk.list("quick_replies").await?.len() == 1);
    Ok(())
}

/// The customer's side of it: an answer brings buttons, and what they tap is their message. What can be no button is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_offers_answers_to_tap() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let desk = &bench.desk;
    let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    person.write("Do you sell bells?").await?;
    let task = desk.tasks(&account).await?.remove(0);
    let actions = format!("tasks/{}/actions", task["id"]);
    let body = |suggestions: serde_json::Value| json!({"text": "Shall we send one?", "notify": [task["requester"]["id"]], "suggestions": suggestions});
    let long = "x".repeat(251);
    for (suggestions, code) in [
        (json!(vec![json!({"title": "Yes"}); 21]), "too-many"),
        (json!([{"title": " "}]), "bad-title"),
        (json!([{"title": long}]), "bad-title"),
        (json!([{"title": "Yes", "value": long}]), "bad-title"),
    ] {
        let (status, answer) = desk.call(Method::POST, &actions, Some(body(suggestions))).await?;
        ensure!(status == StatusCode::BAD_REQUEST && answer["code"] == code, "{answer}");
    }
    let offered = json!([{"title": " Yes ", "value": "Yes, send it"}, {"title": "No"}]);
    let reply = desk.post(&actions, body(offered)).await?;
    let kept = json!([{"title": "Yes", "value": "Yes, send it"}, {"title": "No", "value": "No"}]);
    ensure!(reply["suggestions"] == kept, "{reply}");
    desk.delivered(&task, &reply, "delivered").await?;
    person.act("tap", json!({"button": 0})).await?;
    let texts = desk.texts(&task).await?;
    ensure!(texts.last().map(String::as_str) == Some("Yes, send it"), "{texts:?}");
    Ok(())
}
