//! The fault script: each fault as a client experiences it, and what took effect on Viber's side.

mod bench;

use std::time::{Duration, Instant};

use bench::Bench;
use serde_json::{Value, json};

async fn try_send(bench: &Bench) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}/pa/send_message", bench.sim.base_url());
    let body = json!({"receiver": bench.user, "type": "text", "text": "x"});
    bench.http.post(url).header("X-Viber-Auth-Token", &bench.token).body(body.to_string()).send().await
}

#[tokio::test]
async fn scripted_statuses_run_out() {
    let bench = Bench::talking().await;
    bench
        .fault("send_message", 2, json!({"status": 12, "status_message": "later", "with_token": true}))
        .await;
    bench.fault("any", 1, json!({"status": 7})).await;
    assert_eq!(bench.get("/control/faults").await["items"].as_array().unwrap().len(), 2);
    for _ in 0..2 {
        let answer = bench.send("x").await;
        assert_eq!((&answer["status"], &answer["status_message"]), (&json!(12), &json!("later")));
        assert!(answer["message_token"].is_u64());
    }
    let answer = bench.pa("get_account_info", json!({})).await;
    assert_eq!((&answer["status"], answer.get("status_message")), (&json!(7), None));
    assert_eq!(bench.send("x").await["status"], 0);
    assert_eq!(bench.phone().await.len(), 2);
}

#[tokio::test]
async fn faults_can_be_for_one_user_and_for_later() {
    let bench = Bench::talking().await;
    bench.post("/control/users", json!({})).await;
    bench
        .post("/control/faults", json!({"method": "send_message", "user": "u2", "fault": {"status": 21}}))
        .await;
    bench
        .post(
            "/control/faults",
            json!({"method": "send_message", "user": "u1", "skip": 1, "fault": {"status": 99}}),
        )
        .await;
    let statuses =
        [bench.send("x").await, bench.send("x").await, bench.send("x").await].map(|a| a["status"].clone());
    assert_eq!(statuses, [0, 99, 0].map(Value::from));
}

#[tokio::test]
async fn http_errors_and_pages() {
    let bench = Bench::talking().await;
    bench.fault("send_message", 1, json!({"http": 429, "retry_after": 7})).await;
    bench.fault("send_message", 1, json!({"http": 500, "body": "oops"})).await;
    bench.fault("send_message", 1, json!({"html": true})).await;
    let busy = try_send(&bench).await.unwrap();
    assert_eq!((busy.status().as_u16(), &busy.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    let broken = try_send(&bench).await.unwrap();
    assert_eq!((broken.status().as_u16(), broken.text().await.unwrap()), (500, "oops".to_owned()));
    let page = try_send(&bench).await.unwrap();
    assert!(page.status() == 200 && page.text().await.unwrap().starts_with("<html>"));
    assert_eq!(bench.phone().await.len(), 1);
}

#[tokio::test]
async fn dropped_connections_with_and_without_effect() {
    let bench = Bench::talking().await;
    bench.fault("send_message", 1, json!({"drop": "before"})).await;
    assert!(try_send(&bench).await.is_err());
    assert_eq!(bench.phone().await.len(), 1);
    bench.fault("send_message", 1, json!({"drop": "after"})).await;
    assert!(try_send(&bench).await.is_err());
    assert_eq!(bench.phone().await.len(), 2);
    assert_eq!(bench.send("x").await["status"], 0);
    let log = bench.get("/control/log").await;
    let drops: Vec<_> =
        log["items"].as_array().unwrap().iter().filter_map(|e| e.get("dropped")?.as_str()).collect();
    assert_eq!(drops, ["before", "after"]);
}

#[tokio::test]
async fn delays_and_statuses_as_strings() {
    let bench = Bench::talking().await;
    bench
        .fault("send_message", 1, json!({"delay_ms": 60, "answer_delay_ms": 60, "status_as_string": true}))
        .await;
    let started = Instant::now();
    assert_eq!(bench.send("x").await["status"], "0");
    assert!(started.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn a_receipt_can_come_before_the_answer() {
    let bench = Bench::talking().await;
    bench.fault("send_message", 1, json!({"receipt_before_answer": true})).await;
    let answer = bench.send("x").await;
    // Already there when the answer arrives: nothing is waited for.
    assert_eq!(bench.events(), ["delivered", "delivered"]);
    assert_eq!(bench.received()[0].json["message_token"], answer["message_token"]);
}

#[tokio::test]
async fn mistakes_in_control_requests_are_told() {
    let bench = Bench::start().await;
    let post = async |path: &str, body: Value| {
        let url = format!("{}{path}", bench.sim.base_url());
        bench.http.post(url).body(body.to_string()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        post("/control/faults", json!({"method": "send_message", "fault": {"statuss": 1}})).await,
        400
    );
    assert_eq!(post("/control/faults", json!({"method": "sendmessage", "fault": {}})).await, 404);
    assert_eq!(post("/control/bots/b9/users/u1/write", json!({"text": "x"})).await, 404);
    assert_eq!(post("/control/bots/b1/users/u1/write", json!({"text": "x"})).await, 409);
    assert_eq!(post("/control/bots", json!({"token": bench.token})).await, 409);
}
