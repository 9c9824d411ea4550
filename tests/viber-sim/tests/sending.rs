//! `send_message` and its companions: who receives, which status refuses, which receipts follow.

mod bench;

use bench::Bench;
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_reaches_the_phone_is_delivered_per_device_and_seen_once() {
    let bench = Bench::talking().await;
    let tokens = [bench.send("one").await, bench.send("two").await].map(|answer| {
        assert_eq!((&answer["status"], &answer["billing_status"]), (&json!(0), &json!(1)));
        answer["message_token"].as_u64().unwrap()
    });
    bench.arrived(4).await;
    assert_eq!(bench.events(), ["delivered"; 4]);
    let received: Vec<Value> = bench.received().iter().map(|one| one.json["message_token"].clone()).collect();
    assert_eq!(received, [tokens[0], tokens[0], tokens[1], tokens[1]].map(Value::from));

    let read = bench.act("read", json!({})).await;
    assert_eq!((&read["event"], &read["message_token"]), (&json!("seen"), &json!(tokens[1].to_string())));
    assert_eq!(bench.act("read", json!({})).await["sent"], false);
    assert_eq!(bench.received().len(), 5);
    assert_eq!(bench.received()[4].json["user_id"], json!(bench.user));

    let phone = bench.phone().await;
    let shown: Vec<_> = phone.iter().map(|m| [&m["direction"], &m["text"], &m["state"]]).collect();
    assert_eq!(
        json!(shown),
        json!([["out", "hello", "delivered"], ["in", "one", "seen"], ["in", "two", "seen"]])
    );
    assert_eq!(phone[1]["sender"]["name"], "Bot");
    assert_eq!(phone[1]["message_token"], json!(tokens[0].to_string()));
}

#[tokio::test]
async fn tokens_rise_and_exceed_what_a_float_holds() {
    let bench = Bench::talking().await;
    let mut last = 1_u64 << 53;
    for _ in 0..20 {
        let token = bench.send("x").await["message_token"].as_u64().unwrap();
        assert!(token > last);
        last = token;
    }
    let written = bench.act("write", json!({"text": "x"})).await;
    assert!(written["message_token"].as_str().unwrap().parse::<u64>().unwrap() > last);
}

#[tokio::test]
async fn an_offline_phone_holds_back_delivered() {
    let bench = Bench::talking().await;
    bench.patch("/control/users/u1", json!({"online": false})).await;
    bench.send("x").await;
    bench.act("write", json!({"text": "written meanwhile"})).await;
    assert_eq!(bench.events(), ["message"]);
    bench.patch("/control/users/u1", json!({"online": true})).await;
    bench.arrived(3).await;
    assert_eq!(bench.events(), ["message", "delivered", "delivered"]);
}

#[tokio::test]
async fn a_phone_can_refuse_a_message() {
    let bench = Bench::talking().await;
    bench.act("refuse", json!({"desc": "bad media"})).await;
    bench.send("x").await;
    bench.arrived(1).await;
    assert_eq!(
        (bench.events(), &bench.received()[0].json["desc"]),
        (vec!["failed".to_owned()], &json!("bad media"))
    );
    assert_eq!(bench.phone().await[1]["state"], "failed");
}

#[tokio::test]
async fn status_6_until_the_user_writes() {
    let bench = Bench::ready().await;
    bench.act("open", json!({})).await;
    assert_eq!(bench.send("x").await["status"], 6);
    bench.act("write", json!({"text": "hi"})).await;
    assert_eq!(bench.send("x").await["status"], 0);
    bench.act("unsubscribe", json!({})).await;
    assert_eq!(bench.send("x").await["status"], 6);
    bench.act("write", json!({"text": "hi"})).await;
    assert_eq!(bench.send("x").await["status"], 0);
    bench.act("block", json!({})).await;
    assert_eq!(bench.send("x").await["status"], 6);
}

#[tokio::test]
async fn status_12_after_100_until_a_reply_or_the_next_hour() {
    let bench = Bench::talking().await;
    // Start of an hour, so that the test does not cross one.
    bench.advance(3_600_000 - bench.sim.now() % 3_600_000).await;
    for number in 0..100 {
        assert_eq!(bench.send("x").await["status"], 0, "message {number}");
    }
    assert_eq!(bench.send("x").await["status"], 12);
    bench.act("write", json!({"text": "still here"})).await;
    for _ in 0..100 {
        assert_eq!(bench.send("x").await["status"], 0);
    }
    assert_eq!(bench.send("x").await["status"], 12);
    bench.advance(3_600_000).await;
    assert_eq!(bench.send("x").await["status"], 0);
}

#[tokio::test]
async fn accounts_and_users_refuse_with_their_own_status() {
    let bench = Bench::talking().await;
    for (path, field, status) in [
        ("/control/bots/b1", "blocked", 7),
        ("/control/bots/b1", "deleted", 8),
        ("/control/bots/b1", "suspended", 9),
    ] {
        bench.patch(path, json!({field: true})).await;
        assert_eq!(bench.send("x").await["status"], status, "{field}");
        bench.patch(path, json!({field: false})).await;
    }
    for (field, bad, good, status) in [
        ("registered", json!(false), json!(true), 5),
        ("suitable_device", json!(false), json!(true), 11),
        ("api_version", json!(0), json!(10), 13),
    ] {
        bench.patch("/control/users/u1", json!({field: bad})).await;
        assert_eq!(bench.send("x").await["status"], status, "{field}");
        bench.patch("/control/users/u1", json!({field: good})).await;
    }
    assert_eq!(bench.send("x").await["status"], 0);
}

#[tokio::test]
async fn money_matters_outside_a_session_only() {
    let bench = Bench::talking().await;
    bench
        .patch("/control/bots/b1", json!({"billable": true, "no_balance": true, "quota_used_up": true}))
        .await;
    assert_eq!(bench.send("x").await["billing_status"], 2);
    bench.advance(24 * 3_600_000).await;
    assert_eq!(bench.send("x").await["status"], 24);
    bench.patch("/control/bots/b1", json!({"no_balance": false})).await;
    assert_eq!(bench.send("x").await["status"], 23);
    bench.patch("/control/bots/b1", json!({"quota_used_up": false})).await;
    assert_eq!(bench.send("x").await["billing_status"], 5);
    bench.patch("/control/bots/b1", json!({"billable": false})).await;
    assert_eq!(bench.send("x").await["billing_status"], 3);
}

#[tokio::test]
async fn tokens_of_bots_are_checked() {
    let bench = Bench::start().await;
    let url = format!("{}/pa/get_account_info", bench.sim.base_url());
    let ask = async |token: Option<&str>, body: Value| -> Value {
        let mut request = bench.http.post(&url).body(body.to_string());
        if let Some(token) = token {
            request = request.header("X-Viber-Auth-Token", token);
        }
        request.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(ask(None, json!({})).await["status_message"], "missing_auth_token");
    assert_eq!(ask(Some("wrong"), json!({})).await["status_message"], "invalidAuthToken");
    assert_eq!(ask(None, json!({"auth_token": bench.token})).await["status"], 0);
    bench.patch("/control/bots/b1", json!({"token": "a-new-one"})).await;
    assert_eq!(ask(Some(&bench.token), json!({})).await["status"], 2);
    let unknown = bench.http.post(format!("{}/pa/post", bench.sim.base_url())).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
    assert!(!bench.get("/control/log").await.to_string().contains(&bench.token));
}

/// One message per row: what is sent, and the status it gets.
#[tokio::test]
async fn the_validator() {
    let bench = Bench::talking().await;
    let keyboard = |keyboard: Value| json!({"type": "text", "text": "x", "keyboard": keyboard});
    let button = json!({"ActionBody": "yes", "Text": "Yes"});
    let picture = |media: &str, text: &str| json!({"type": "picture", "media": media, "text": text});
    let file = |size: u64, name: &str| json!({"type": "file", "media": "https://x.example/f", "size": size, "file_name": name});
    let rows = [
        (json!({"text": "x"}), 4),
        (json!({"type": "text"}), 4),
        (json!({"type": "voice"}), 3),
        (json!({"type": "text", "text": "я".repeat(7_000)}), 0),
        (json!({"type": "text", "text": "x".repeat(7_001)}), 3),
        (json!({"type": "text", "text": "🙂".repeat(3_501)}), 3),
        (json!({"type": "text", "text": "x", "pad": "x".repeat(30_000)}), 3),
        (json!({"type": "text", "text": "x", "sender": {"name": "n".repeat(28)}}), 0),
        (json!({"type": "text", "text": "x", "sender": {"name": "n".repeat(29)}}), 3),
        (json!({"type": "text", "text": "x", "sender": {}}), 4),
        (json!({"type": "text", "text": "x", "tracking_data": null}), 3),
        (json!({"type": "text", "text": "x", "min_api_version": 11}), 13),
        (picture("https://x.example/a.jpg?sig=1", ""), 0),
        (picture("https://x.example/a?name=a.jpg", ""), 3),
        (picture("https://x.example/a.png", &"x".repeat(513)), 3),
        (json!({"type": "picture", "media": "https://x.example/a.png"}), 4),
        (file(1, "a.pdf"), 0),
        (file(0, "a.pdf"), 3),
        (file(52_428_801, "a.pdf"), 3),
        (file(1, "a.EXE"), 3),
        (file(1, "noextension"), 3),
        (json!({"type": "video", "media": "https://x.example/a.mp4", "size": 27_262_976}), 0),
        (json!({"type": "video", "media": "https://x.example/a.mp4", "size": 27_262_977}), 3),
        (json!({"type": "contact", "contact": {"name": "A", "phone_number": "+380441234567"}}), 0),
        (json!({"type": "contact", "contact": {"name": "A", "phone_number": "+380 44"}}), 3),
        (json!({"type": "location", "location": {"lat": "50.1", "lon": 30}}), 0),
        (json!({"type": "location", "location": {"lat": 91, "lon": 30}}), 3),
        (json!({"type": "url", "media": "https://x.example"}), 0),
        (json!({"type": "url", "media": format!("https://x.example/{}", "x".repeat(2_000))}), 3),
        (json!({"type": "sticker", "sticker_id": "46105"}), 0),
        (keyboard(json!({"Type": "keyboard", "Buttons": [button]})), 0),
        (keyboard(json!({"Buttons": [button]})), 3),
        (keyboard(json!({"Type": "keyboard", "Buttons": []})), 3),
        (keyboard(json!({"Type": "keyboard", "Buttons": [{"Text": "x", "ActionBody": "x".repeat(251)}]})), 3),
        (
            keyboard(
                json!({"Type": "keyboard", "Buttons": [{"Text": "x", "ActionType": "share-phone", "ActionBody": "p"}]}),
            ),
            14,
        ),
        (json!({"type": "rich_media", "rich_media": {"Type": "rich_media", "Buttons": [button]}}), 14),
        (
            json!({"type": "rich_media", "min_api_version": 2, "rich_media": {"Type": "rich_media", "Buttons": [button]}}),
            0,
        ),
        (json!({"keyboard": {"Type": "keyboard", "Buttons": [button]}}), 0),
    ];
    for (mut message, status) in rows {
        message["receiver"] = bench.user.as_str().into();
        let answer = bench.pa("send_message", message.clone()).await;
        assert_eq!(answer["status"], status, "{answer} for {:.300}", message.to_string());
    }
    assert_eq!(bench.pa("send_message", json!({"type": "text", "text": "x"})).await["status"], 4);
    for (receiver, status) in [("+380441234567", 999), ("AAAAAAAAAAAAAAAAAAAAAA==", 5)] {
        let answer =
            bench.pa("send_message", json!({"receiver": receiver, "type": "text", "text": "x"})).await;
        assert_eq!(answer["status"], status);
        assert_eq!(answer.get("message_token").is_some(), status == 999);
    }
}

/// The official Node SDK writes `null` for what is left out, a keyboard in every message.
#[tokio::test]
async fn null_is_absent_where_viber_s_own_sdk_writes_it() {
    let bench = Bench::talking().await;
    let media = |kind: &str, name: &str| {
        let media = format!("https://x.example/{name}");
        json!({"type": kind, "media": media, "size": 1, "text": null, "thumbnail": null})
    };
    let rows = [
        (json!({"type": "text", "text": "x", "keyboard": null}), 0),
        (json!({"keyboard": null}), 4),
        (json!({"type": "text", "text": null}), 3),
        (media("picture", "a.png"), 0),
        (media("video", "a.mp4"), 0),
        (json!({"type": "video", "media": "https://x.example/a.mp4", "size": 1, "duration": null}), 0),
        (json!({"type": "video", "media": "https://x.example/a.mp4", "size": null}), 3),
    ];
    for (mut message, status) in rows {
        message["receiver"] = bench.user.as_str().into();
        let answer = bench.pa("send_message", message.clone()).await;
        assert_eq!(answer["status"], status, "{answer} for {message}");
    }
    assert_eq!(bench.get("/control/bots/b1/users/u1/phone").await["keyboard"], Value::Null);
}

#[tokio::test]
async fn broadcasts_list_who_was_not_reached() {
    let bench = Bench::talking().await;
    let stranger = bench.post("/control/users", json!({})).await["id"].clone();
    let list = json!([bench.user, stranger, "AAAAAAAAAAAAAAAAAAAAAA=="]);
    let answer =
        bench.pa("broadcast_message", json!({"broadcast_list": list, "type": "text", "text": "x"})).await;
    let failed: Vec<_> = answer["failed_list"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!((&answer["status"], json!(failed)), (&json!(0), json!([6, 5])));
    assert_eq!(bench.phone().await[1]["text"], "x");
}

#[tokio::test]
async fn details_are_rationed_and_online_is_told() {
    let bench = Bench::talking().await;
    for status in [0, 0, 12] {
        assert_eq!(bench.pa("get_user_details", json!({"id": bench.user})).await["status"], status);
    }
    bench.advance(12 * 3_600_000).await;
    let details = bench.pa("get_user_details", json!({"id": bench.user})).await;
    assert_eq!((&details["status"], &details["user"]["name"]), (&json!(0), &json!("Оля")));
    let answer = bench.pa("get_online", json!({"ids": [bench.user, "nobody"]})).await;
    assert_eq!(
        (&answer["users"][0]["online_status"], &answer["users"][1]["online_status"]),
        (&json!(0), &json!(4))
    );
    assert_eq!(bench.pa("get_online", json!({"ids": vec!["x"; 101]})).await["status"], 3);
}
