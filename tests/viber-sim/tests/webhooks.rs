//! `set_webhook` and the delivery of callbacks: validation, signature, repeats, filters. Not what events say.

mod bench;

use std::time::Duration;

use bench::{Behave, Bench, hmac_hex};
use serde_json::{Value, json};
use viber_sim::Options;

#[tokio::test]
async fn set_webhook_calls_back_while_it_is_open() {
    let bench = Bench::start().await;
    bench.script([Behave::Hang(Duration::from_millis(50))]);
    let call = bench.pa("set_webhook", json!({"url": bench.hook_url}));
    tokio::pin!(call);
    let answer = tokio::select! {
        answer = &mut call => panic!("answered before the webhook did: {answer}"),
        () = bench.arrived(1) => call.await,
    };
    assert_eq!(answer["status"], 0);
    assert_eq!(answer["event_types"].as_array().unwrap().len(), 10);
    assert_eq!(bench.received()[0].json["event"], "webhook");
    let info = bench.pa("get_account_info", json!({})).await;
    assert_eq!(info["webhook"], json!(bench.hook_url));
}

#[tokio::test]
async fn a_failing_webhook_is_status_1_and_nothing_is_stored() {
    let options = Options { callback_timeout: Duration::from_millis(100), ..Options::default() };
    let bench = Bench::start_with(options).await;
    bench.script([
        Behave::Answer(419, Value::Null),
        Behave::Hang(Duration::from_secs(5)),
        Behave::Answer(302, Value::Null),
    ]);
    for expected in
        ["HTTP/1.1 419 unknown status", "TimeoutException: Total timeout 100 ms elapsed", "HTTP/1.1 302"]
    {
        let answer = bench.pa("set_webhook", json!({"url": bench.hook_url})).await;
        assert_eq!(answer["status"], 1);
        assert!(answer["status_message"].as_str().unwrap().contains(expected), "{answer}");
    }
    let refused = bench.pa("set_webhook", json!({"url": "http://127.0.0.1:1/x"})).await;
    assert!(
        refused["status_message"]
            .as_str()
            .unwrap()
            .ends_with("java.net.ConnectException: Connection refused")
    );
    let info = bench.pa("get_account_info", json!({})).await;
    assert_eq!((info.get("webhook"), info.get("event_types")), (None, None));
}

#[tokio::test]
async fn only_the_empty_string_removes_a_webhook() {
    let bench = Bench::ready().await;
    assert_eq!(bench.pa("set_webhook", json!({})).await["status"], 4);
    assert_eq!(bench.pa("set_webhook", json!({"url": null})).await["status"], 3);
    assert!(bench.pa("get_account_info", json!({})).await.get("webhook").is_some());
    assert_eq!(bench.pa("set_webhook", json!({"url": ""})).await["status"], 0);
    assert!(bench.pa("get_account_info", json!({})).await.get("webhook").is_none());
    assert_eq!(bench.send("x").await["status"], 10);
}

#[tokio::test]
async fn https_can_be_required() {
    let bench = Bench::start_with(Options { allow_http: false, ..Options::default() }).await;
    assert_eq!(bench.pa("set_webhook", json!({"url": bench.hook_url})).await["status"], 1);
    assert!(bench.received().is_empty());
}

#[tokio::test]
async fn header_and_query_sign_the_raw_bytes_in_both_encodings() {
    let bench = Bench::ready().await;
    bench.act("write", json!({"text": "жовто-синій 🙂"})).await;
    bench.patch("/control/options", json!({"escape_unicode": true})).await;
    bench.act("write", json!({"text": "жовто-синій 🙂"})).await;
    let received = bench.received();
    for one in &received {
        let expected = Some(hmac_hex(&bench.token, &one.raw));
        assert_eq!((&one.header, &one.query), (&expected, &expected));
        assert_eq!(one.json["message"]["text"], "жовто-синій 🙂");
    }
    assert!(!received[0].raw.is_ascii());
    assert!(
        received[1].raw.is_ascii() && received[1].raw.windows(12).any(|bytes| bytes == b"\\uD83D\\uDE42")
    );
}

#[tokio::test]
async fn signatures_can_be_wrong_or_missing() {
    let bench = Bench::ready().await;
    for signature in ["header", "query", "wrong", "none", "differing"] {
        bench.act("write", json!({"text": "x", "signature": signature})).await;
    }
    let right = |one: &bench::Received, sig: &Option<String>| {
        sig.as_ref().map(|sig| *sig == hmac_hex(&bench.token, &one.raw))
    };
    let seen: Vec<_> =
        bench.received().iter().map(|one| (right(one, &one.header), right(one, &one.query))).collect();
    let expected = [
        (Some(true), None),
        (None, Some(true)),
        (Some(false), Some(false)),
        (None, None),
        (Some(true), Some(false)),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn repeats_come_at_once_then_each_minute_until_200() {
    let bench = Bench::ready().await;
    bench.script((0..6).map(|_| Behave::Answer(500, Value::Null)));
    let answer = bench.act("write", json!({"text": "x"})).await;
    assert_eq!((&answer["status"], &answer["attempts"]), (&json!(500), &json!(1)));
    for expected in [4, 5, 6, 7] {
        bench.arrived(expected).await;
        assert_eq!(bench.received().len(), expected);
        bench.advance(60_000).await;
    }
    // Repeats are the same bytes, and the one answered 200 was the last.
    let received = bench.received();
    assert!(received.iter().all(|one| one.raw == received[0].raw));
    bench.advance(60_000).await;
    bench.act("write", json!({"text": "y"})).await;
    assert_eq!(bench.received().len(), 8);
}

#[tokio::test]
async fn repeats_end_after_an_hour_and_later_events_wait_in_order() {
    let bench = Bench::ready().await;
    bench.script((0..4).map(|_| Behave::Answer(500, Value::Null)));
    bench.act("write", json!({"text": "first"})).await;
    bench.arrived(4).await;
    let queued = bench.act("write", json!({"text": "second"})).await;
    assert_eq!((&queued["sent"], &queued["status"]), (&json!(true), &Value::Null));
    bench.advance(3_700_000).await;
    bench.arrived(5).await;
    assert_eq!(bench.received()[4].json["message"]["text"], "second");
    let log = bench.get("/control/log").await;
    assert!(log["items"].as_array().unwrap().iter().any(|entry| entry["kind"] == "given_up"));
}

#[tokio::test]
async fn a_late_answer_counts_as_none() {
    let options = Options { callback_timeout: Duration::from_millis(80), ..Options::default() };
    let bench = Bench::start_with(options).await;
    bench.pa("set_webhook", json!({"url": bench.hook_url})).await;
    bench.forget();
    bench.script([Behave::Hang(Duration::from_secs(2))]);
    let answer = bench.act("write", json!({"text": "x"})).await;
    assert_eq!((&answer["status"], &answer["attempts"]), (&json!(200), &json!(2)));
    assert_eq!(bench.received().len(), 2);
}

#[tokio::test]
async fn duplicates_on_purpose() {
    let bench = Bench::ready().await;
    let answer = bench.act("write", json!({"text": "x", "repeat": 3})).await;
    assert_eq!(answer["answers"], json!([200, 200, 200]));
    let answer = bench.act("write", json!({"text": "y", "repeat": 4, "parallel": true})).await;
    assert_eq!(answer["answers"], json!([200, 200, 200, 200]));
    assert_eq!(bench.received().len(), 7);
    assert_eq!(bench.phone().await.len(), 2);
}

#[tokio::test]
async fn filters_keep_back_optional_events_only() {
    let bench = Bench::ready().await;
    let answer = bench.pa("set_webhook", json!({"url": bench.hook_url, "event_types": ["seen"]})).await;
    assert_eq!(answer["event_types"], json!(["subscribed", "unsubscribed", "message", "seen"]));
    bench.forget();
    let opened = bench.act("open", json!({})).await;
    assert_eq!((&opened["sent"], &opened["status"]), (&json!(false), &Value::Null));
    bench.act("write", json!({"text": "x"})).await;
    bench.send("y").await;
    bench.act("read", json!({})).await;
    bench.act("unsubscribe", json!({})).await;
    bench.act("subscribe", json!({})).await;
    assert_eq!(bench.events(), ["message", "seen", "unsubscribed", "subscribed"]);
}

#[tokio::test]
async fn raw_callbacks_go_out_verbatim() {
    let bench = Bench::ready().await;
    let event = json!({"event": "action", "message_token": 6_000_000_000_000_000_001_u64, "odd": [null]});
    let answer = bench.post("/control/bots/b1/callback", json!({"event": event})).await;
    assert_eq!((&answer["status"], &answer["message_token"]), (&json!(200), &json!("6000000000000000001")));
    assert_eq!(bench.received()[0].json, event);
}
