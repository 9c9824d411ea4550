//! What users do and how it reaches the webhook: identity, message types, welcome, media, bots kept apart.

mod bench;

use base64::Engine as _;
use bench::{Behave, Bench};
use serde_json::{Value, json};

#[tokio::test]
async fn a_welcome_message_is_the_answer_to_an_opened_link() {
    let bench = Bench::ready().await;
    let welcome = json!({"type": "text", "text": "Вітаємо", "tracking_data": "w1", "keyboard":
        {"Type": "keyboard", "Buttons": [{"ActionType": "share-phone", "ActionBody": "my-phone", "Text": "Phone"}]},
        "min_api_version": 3});
    bench.script([Behave::Answer(200, welcome)]);
    let opened = bench.act("open", json!({"context": "campaign 7"})).await;
    assert_eq!(opened["body"]["text"], "Вітаємо");
    let event = &bench.received()[0].json;
    assert_eq!(
        (&event["type"], &event["context"], &event["subscribed"]),
        (&json!("open"), &json!("campaign 7"), &json!(false))
    );
    let shown = &bench.phone().await[0];
    assert_eq!(
        (&shown["text"], &shown["direction"], &shown["welcome"]),
        (&json!("Вітаємо"), &json!("in"), &json!(true))
    );
    // Nothing confirms a welcome message.
    assert_eq!(bench.act("read", json!({})).await["sent"], false);

    bench.act("tap", json!({"button": 0})).await;
    let message = &bench.received()[1].json["message"];
    let phone = json!({"name": "Оля", "phone_number": "+380000000001"});
    assert_eq!(
        *message,
        json!({"type": "contact", "contact": phone, "text": "my-phone", "tracking_data": "w1"})
    );

    bench.act("open", json!({})).await;
    let event = &bench.received()[2].json;
    assert_eq!((event.get("context"), &event["subscribed"]), (None, &json!(true)));
}

#[tokio::test]
async fn an_invalid_welcome_is_dropped_silently() {
    let bench = Bench::ready().await;
    bench.script([Behave::Answer(200, json!({"type": "text"})), Behave::Answer(200, json!("ok"))]);
    bench.act("open", json!({})).await;
    bench.act("open", json!({})).await;
    assert!(bench.phone().await.is_empty());
}

#[tokio::test]
async fn names_and_photos_are_given_only_when_asked_for() {
    let bench = Bench::ready().await;
    bench.act("write", json!({"text": "1"})).await;
    bench.patch("/control/users/u1", json!({"avatar": "https://photos.example/o.jpg"})).await;
    bench.act("write", json!({"text": "2"})).await;
    bench.patch("/control/users/u1", json!({"anonymous": true})).await;
    bench.act("write", json!({"text": "3"})).await;
    bench.pa("set_webhook", json!({"url": bench.hook_url})).await;
    bench.patch("/control/users/u1", json!({"anonymous": false})).await;
    bench.act("write", json!({"text": "4"})).await;
    let senders: Vec<Value> =
        bench.received().iter().map(|one| one.json["sender"].clone()).filter(|s| !s.is_null()).collect();
    let names: Vec<_> = senders.iter().map(|sender| sender["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Оля", "Оля", "Subscriber", "Subscriber"]);
    assert_eq!(senders[0].get("avatar"), None);
    assert_eq!(senders[1]["avatar"], "https://photos.example/o.jpg");
    assert!(senders[2]["avatar"].as_str().unwrap().contains("generic-avatar"));
    assert_eq!(senders[0]["id"].as_str().unwrap().len(), 24);
}

#[tokio::test]
async fn every_type_of_message() {
    let bench = Bench::ready().await;
    let actions = ["picture", "video", "file", "sticker", "contact", "location", "url", "share_phone"];
    for action in actions {
        let answer = bench.act(action, json!({"text": "t"})).await;
        assert_eq!(answer["status"], 200, "{action}");
    }
    bench.act("send", json!({"message": {"type": "hologram", "depth": 3}})).await;
    let messages: Vec<Value> = bench.received().iter().map(|one| one.json["message"].clone()).collect();
    let types: Vec<_> = messages.iter().map(|message| message["type"].as_str().unwrap()).collect();
    let expected =
        ["picture", "video", "file", "sticker", "contact", "location", "url", "contact", "hologram"];
    assert_eq!(types, expected);
    assert!(messages[1]["duration"].as_u64().unwrap() > 1_000, "milliseconds");
    assert_eq!(messages[8], json!({"type": "hologram", "depth": 3}));
    assert_eq!(messages[7]["text"], "t");
}

#[tokio::test]
async fn media_links_are_served_and_die_after_an_hour() {
    let bench = Bench::ready().await;
    bench.act("picture", json!({})).await;
    bench.act("file", json!({"file_name": "size-5000.pdf"})).await;
    let links: Vec<String> = bench
        .received()
        .iter()
        .map(|one| one.json["message"]["media"].as_str().unwrap().to_owned())
        .collect();
    let fetch = async |link: &str| bench.http.get(link).send().await.unwrap();
    let picture = fetch(&links[0]).await;
    assert_eq!(
        (picture.status().as_u16(), picture.headers()["content-type"].to_str().unwrap()),
        (200, "image/png")
    );
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
    assert_eq!(fetch(&links[1]).await.bytes().await.unwrap().len(), 5_000);
    assert_eq!(fetch(&links[0].replace("Expires=1", "Expires=2")).await.status(), 403);
    bench.advance(3_600_000 + 1_000).await;
    assert_eq!(fetch(&links[0]).await.status(), 403);
}

#[tokio::test]
async fn an_id_is_of_one_bot_and_needs_escaping() {
    let bench = Bench::ready().await;
    bench.post("/control/bots", json!({})).await;
    let users = bench.get("/control/users").await;
    let ids = &users["items"][0]["ids"];
    assert_eq!(ids["b1"], json!(bench.user));
    assert_ne!(ids["b1"], ids["b2"]);
    assert!(bench.user.contains(['/', '+']));
    assert_eq!(base64::engine::general_purpose::STANDARD.decode(&bench.user).unwrap().len(), 16);
    let escaped = bench.user.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let answer = bench.post(&format!("/control/bots/b1/users/{escaped}/write"), json!({"text": "x"})).await;
    assert_eq!(answer["status"], 200);
}

#[tokio::test]
async fn events_of_one_user_arrive_in_order() {
    let bench = Bench::ready().await;
    for number in 0..50 {
        bench.act("write", json!({"text": number.to_string(), "wait": false})).await;
    }
    bench.arrived(50).await;
    let texts: Vec<String> =
        bench.received().iter().map(|one| one.json["message"]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn reset_forgets_everything_but_tokens_still_rise() {
    let bench = Bench::ready().await;
    let before = bench.act("write", json!({"text": "x"})).await["message_token"].clone();
    bench.post("/control/reset", json!({})).await;
    assert_eq!(bench.get("/control/bots").await["items"], json!([]));
    assert_eq!(bench.get("/control/users").await["items"], json!([]));
    bench.post("/control/bots", json!({"token": bench.token})).await;
    bench.post("/control/users", json!({})).await;
    bench.pa("set_webhook", json!({"url": bench.hook_url})).await;
    let after = bench.act("write", json!({"text": "x"})).await["message_token"].clone();
    assert!(after.as_str().unwrap() > before.as_str().unwrap());
}
