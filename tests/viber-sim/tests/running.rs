//! The simulator as a thing that starts, stops and is observed. Not what it says on the wire.

mod bench;

use bench::{Behave, Bench};
use serde_json::{Value, json};
use viber_sim::Sim;

#[tokio::test]
async fn a_stopped_simulator_frees_its_port_and_calls_nobody() {
    let bench = Bench::ready().await;
    bench.script((0..4).map(|_| Behave::Answer(500, Value::Null)));
    bench.act("write", json!({"text": "x"})).await;
    bench.arrived(4).await;
    assert_eq!(bench.get("/control/queues").await["open"], 1);
    let base = bench.sim.base_url().to_owned();
    let address = base.strip_prefix("http://").unwrap();
    bench.sim.shutdown().await;
    assert!(bench.http.get(format!("{base}/control/clock")).send().await.is_err());
    let again = Sim::start(address).await.unwrap();
    assert_eq!(again.base_url(), base);
}

#[tokio::test]
async fn queues_run_empty() {
    let bench = Bench::talking().await;
    bench.send("x").await;
    bench.arrived(2).await;
    while bench.get("/control/queues").await["open"] != 0 {}
}

#[tokio::test]
async fn the_log_tells_requests_and_callbacks_in_order() {
    let bench = Bench::talking().await;
    let last = bench.get("/control/log").await["last"].clone();
    bench.send("x").await;
    bench.arrived(2).await;
    while bench.get("/control/queues").await["open"] != 0 {}
    let log = bench.get(&format!("/control/log?after={last}")).await;
    let entries: Vec<_> =
        log["items"].as_array().unwrap().iter().map(|entry| (&entry["kind"], &entry["user"])).collect();
    assert_eq!(json!(entries), json!([["request", "u1"], ["callback", "u1"], ["callback", "u1"]]));
}

#[tokio::test]
async fn media_links_can_bear_the_real_name() {
    let bench = Bench::ready().await;
    bench.patch("/control/options", json!({"media_base_url": "https://dl-media.viber.com"})).await;
    bench.act("picture", json!({})).await;
    let link = bench.received()[0].json["message"]["media"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://dl-media.viber.com/media/"));
    let local = link.replace("https://dl-media.viber.com", bench.sim.base_url());
    assert_eq!(bench.http.get(local).send().await.unwrap().status(), 200);
}
