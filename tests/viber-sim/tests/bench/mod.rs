//! What the tests share: a simulator in process and a webhook that records, verifies and misbehaves as told. It
//! computes signatures on its own and is not a bot.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "test files include this and use a part of it"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use viber_sim::{Options, Sim};

/// Longest wait for a condition.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// One callback as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub header: Option<String>,
    pub query: Option<String>,
    pub raw: Vec<u8>,
    pub json: Value,
}

/// What the webhook does with the next request.
#[derive(Clone, Debug)]
pub enum Behave {
    Answer(u16, Value),
    Hang(Duration),
}

#[derive(Clone, Default)]
struct Hook {
    received: Arc<Mutex<Vec<Received>>>,
    script: Arc<Mutex<VecDeque<Behave>>>,
}

async fn receive(
    State(hook): State<Hook>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    hook.received.lock().unwrap().push(Received {
        header: headers.get("X-Viber-Content-Signature").map(|value| value.to_str().unwrap().to_owned()),
        query: query.and_then(|query| query.strip_prefix("sig=").map(str::to_owned)),
        raw: body.to_vec(),
        json: serde_json::from_slice(&body).unwrap(),
    });
    let behave = hook.script.lock().unwrap().pop_front();
    match behave {
        None => (StatusCode::OK, String::new()),
        Some(Behave::Answer(status, body)) => {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            (StatusCode::from_u16(status).unwrap(), body)
        }
        Some(Behave::Hang(time)) => {
            tokio::time::sleep(time).await;
            (StatusCode::OK, String::new())
        }
    }
}

/// A simulator with one bot and one user, and the bot's webhook (not yet set).
pub struct Bench {
    pub sim: Sim,
    pub http: reqwest::Client,
    pub hook_url: String,
    pub token: String,
    /// The user's id for the bot.
    pub user: String,
    hook: Hook,
}

impl Bench {
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let sim = Sim::start_with("127.0.0.1:0", options).await.unwrap();
        let hook = Hook::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook_url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(hook.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut bench = Self { sim, http, hook_url, token: String::new(), user: String::new(), hook };
        let bot = bench.post("/control/bots", json!({"name": "Test Bot", "uri": "testbot"})).await;
        bench.token = bot["token"].as_str().unwrap().to_owned();
        let user = bench.post("/control/users", json!({"name": "Оля", "devices": 2})).await;
        bench.user = user["id"].as_str().unwrap().to_owned();
        bench
    }

    /// Started, webhook set with names and photos, callbacks of that forgotten.
    pub async fn ready() -> Self {
        let bench = Self::start().await;
        let answer = bench
            .pa("set_webhook", json!({"url": bench.hook_url, "send_name": true, "send_photo": true}))
            .await;
        assert_eq!(answer["status"], 0, "{answer}");
        bench.forget();
        bench
    }

    /// Ready, and the user has written.
    pub async fn talking() -> Self {
        let bench = Self::ready().await;
        bench.act("write", json!({"text": "hello"})).await;
        bench.forget();
        bench
    }

    /// A REST call with the bot's token.
    pub async fn pa(&self, method: &str, body: Value) -> Value {
        let url = format!("{}/pa/{method}", self.sim.base_url());
        let request = self.http.post(url).header("X-Viber-Auth-Token", &self.token).body(body.to_string());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// Sends a text to the user.
    pub async fn send(&self, text: &str) -> Value {
        self.pa(
            "send_message",
            json!({"receiver": self.user, "type": "text", "text": text, "sender": {"name": "Bot"}}),
        )
        .await
    }

    /// An action of the user.
    pub async fn act(&self, action: &str, body: Value) -> Value {
        self.post(&format!("/control/bots/b1/users/u1/{action}"), body).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.control(reqwest::Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Value {
        self.control(reqwest::Method::PATCH, path, body).await
    }

    pub async fn get(&self, path: &str) -> Value {
        self.control(reqwest::Method::GET, path, Value::Null).await
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let mut request = self.http.request(method, format!("{}{path}", self.sim.base_url()));
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn fault(&self, method: &str, times: u32, fault: Value) {
        self.post("/control/faults", json!({"method": method, "times": times, "fault": fault})).await;
    }

    /// The messages on the phone.
    pub async fn phone(&self) -> Vec<Value> {
        self.get("/control/bots/b1/users/u1/phone").await["items"].as_array().unwrap().clone()
    }

    pub async fn advance(&self, ms: u64) {
        self.post("/control/clock", json!({"advance_ms": ms})).await;
    }

    /// What the webhook does with the following requests; afterwards it answers 200.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behave>) {
        self.hook.script.lock().unwrap().extend(behaviours);
    }

    pub fn received(&self) -> Vec<Received> {
        self.hook.received.lock().unwrap().clone()
    }

    /// Names of the events that have arrived, in order.
    pub fn events(&self) -> Vec<String> {
        self.received().iter().map(|one| one.json["event"].as_str().unwrap().to_owned()).collect()
    }

    pub fn forget(&self) {
        self.hook.received.lock().unwrap().clear();
    }

    /// Waits until so many callbacks have arrived.
    #[track_caller]
    pub fn arrived(&self, count: usize) -> impl Future<Output = ()> {
        let started = Instant::now();
        async move {
            while self.received().len() < count {
                assert!(
                    started.elapsed() < WAIT_MAX,
                    "{count} callbacks did not arrive: {:?}",
                    self.events()
                );
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }
}

/// Written here once more on purpose: the test does not trust the simulator's.
pub fn hmac_hex(key: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
