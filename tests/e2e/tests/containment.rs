//! What a plugin that breaks down costs: the event that it breaks down over waits and is tried again, then a person
//! decides; a version that keeps failing is paused. All else goes on. Not here: each way of breaking down (`hostile.rs`).

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::{Desk, DeskOptions, until};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// After each try but the last, by the desk's clock; ten minutes in all.
const WAITS_MS: [u64; 4] = [15_000, 60_000, 165_000, 360_000];

/// From a callback's first byte to its answer's last.
const WELCOME_MAX: Duration = Duration::from_secs(2);

/// A desk with the hostile channel and an account of it.
struct Shop {
    desk: Desk,
    account: String,
    hook: Hook,
}

impl Shop {
    async fn open(settings: Value) -> anyhow::Result<Self> {
        let plugins = vec![guests::HOSTILE.into()];
        let options = DeskOptions { plugins, movable_clock: true, ..DeskOptions::default() };
        let desk = Desk::start(options).await?;
        let body = json!({"channel": "hostile", "name": "Shop", "settings": settings});
        let account = desk.post("accounts", body).await?["id"].as_str().context("an id")?.to_owned();
        let hook = Hook::new(&format!("{}/webhooks/{account}", desk.base), "");
        Ok(Self { desk, account, hook })
    }

    /// A customer writes: message `id`, over which the plugin does `deed`. It must be answered 200.
    async fn say(&self, user: &str, id: &str, deed: &str) -> anyhow::Result<()> {
        let (status, _) = self.hook.post(format!("say {user} {id} {deed}").as_bytes()).await?;
        ensure!(status == StatusCode::OK, "{user} {id}: {status}");
        Ok(())
    }

    /// 500 customers open the chat, eight at a time, and the plugin does `deed` with each; every answer is this, in time.
    async fn welcomes(&self, deed: &str, status: StatusCode) -> anyhow::Result<()> {
        let mut under_way = JoinSet::new();
        for number in 0..500 {
            if under_way.len() == 8 {
                under_way.join_next().await.context("one of eight")???;
            }
            let (hook, said) = (self.hook.clone(), format!("say user-{number} hello-{number} {deed}"));
            under_way.spawn(async move {
                let began = Instant::now();
                let (found, body) = hook.post(said.as_bytes()).await?;
                let welcome =
                    if status == StatusCode::OK { format!("welcome, user-{number}") } else { String::new() };
                ensure!((found, &body[..]) == (status, welcome.as_bytes()), "{said}: {found} {body:?}");
                ensure!(began.elapsed() < WELCOME_MAX, "{said}: {:?}", began.elapsed());
                Ok(())
            });
        }
        while let Some(ended) = under_way.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// The plugin is mended.
    async fn mend(&self) -> anyhow::Result<()> {
        let settings = json!({"settings": {"fixed": "yes", "handle_deed": "", "reply_deed": ""}});
        self.desk.patch(&format!("accounts/{}", self.account), settings).await.map(drop)
    }

    /// The ids of the customer's messages that the desk has, in its order.
    async fn has(&self, user: &str) -> anyhow::Result<Vec<String>> {
        let mut ids = Vec::new();
        for task in self.desk.list("tasks?limit=200").await? {
            if task["title"] == user {
                for action in self.desk.all(&format!("tasks/{}/actions", task["id"])).await? {
                    ids.push(action["text"].as_str().unwrap_or_default().to_owned());
                }
            }
        }
        Ok(ids)
    }

    async fn waits_for(&self, user: &str, ids: &[&str]) -> anyhow::Result<()> {
        until(&format!("{user} has {ids:?}"), || async { Ok((self.has(user).await? == ids).then_some(())) })
            .await
    }

    /// How often the plugin's function ended so.
    async fn calls(&self, function: &str, result: &str) -> anyhow::Result<u64> {
        let metrics = self.desk.metrics().await?;
        metrics.conserved()?;
        let line = format!("desk_plugin_calls_total{{function=\"{function}\",result=\"{result}\"}}");
        let count = metrics.get(&line).unwrap_or_default();
        Ok(format!("{count}").parse()?)
    }

    async fn waits_for_calls(&self, function: &str, result: &str, count: u64) -> anyhow::Result<()> {
        until(&format!("{count} calls of {function} end as {result}"), || async {
            Ok((self.calls(function, result).await? == count).then_some(()))
        })
        .await
    }

    /// Asks for a replay; the answer's status.
    async fn replay(&self, id: &Value) -> anyhow::Result<StatusCode> {
        Ok(self.desk.call(Method::POST, &format!("parked/{id}/replay"), None).await?.0)
    }

    async fn parked(&self, count: usize) -> anyhow::Result<Vec<Value>> {
        until(&format!("{count} are parked"), || async {
            let parked = self.desk.list("parked").await?;
            Ok((parked.len() == count).then_some(parked))
        })
        .await
    }
}

/// G10, G11: five tries in ten minutes, nobody else waits, and its own conversation no longer; replayed after the fix it
/// counts once, before the fix it is parked again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisonous_event_is_tried_five_times_and_parked() -> anyhow::Result<()> {
    let shop = Shop::open(json!({})).await?;
    shop.say("olena", "poison", "trap").await?;
    shop.say("olena", "after", "").await?;
    shop.say("olena", "poison", "trap").await?;
    let mut others = Vec::new();
    for (tries, wait) in (1..).zip(WAITS_MS) {
        shop.waits_for_calls("inbound", "trap", tries).await?;
        ensure!(shop.has("olena").await?.is_empty() && shop.desk.list("parked").await?.is_empty(), "{tries}");
        for number in 0..5 {
            others.push(format!("hello-{tries}-{number}"));
            shop.say("ihor", &others[others.len() - 1], "").await?;
        }
        ensure!(shop.has("ihor").await? == others, "nobody else waits");
        shop.desk.advance(wait)?;
    }
    shop.waits_for("olena", &["after"]).await?;
    let parked = shop.parked(1).await?;
    ensure!(parked[0]["attempts"] == 5 && parked[0]["problem"]["code"] == "plugin-trap", "{parked:?}");
    ensure!(shop.calls("inbound", "trap").await? == 5, "no sixth try");

    ensure!(shop.replay(&parked[0]["id"]).await? == StatusCode::ACCEPTED, "it is replayed");
    shop.waits_for_calls("inbound", "trap", 6).await?;
    let parked = shop.parked(1).await?;
    ensure!(parked[0]["attempts"] == 6, "{parked:?}");
    shop.mend().await?;
    let id = &parked[0]["id"];
    ensure!(shop.replay(id).await? == StatusCode::ACCEPTED, "it is replayed");
    ensure!(shop.replay(id).await? == StatusCode::NOT_FOUND, "once");
    shop.waits_for("olena", &["after", "poison"]).await?;
    shop.say("olena", "poison", "trap").await?;
    ensure!(shop.has("olena").await? == ["after", "poison"], "and counts once");
    shop.parked(0).await?;
    let metrics = shop.desk.metrics().await?;
    metrics.conserved()?;
    ensure!(metrics.get("desk_inbound_waiting")? == 0.0, "{}", metrics.text);
    Ok(())
}

/// G15: an hour in which every call fails, with a kill in the middle: each callback is acknowledged, the plugin is seldom
/// called, people see it, and after the fix everything is there, in order and once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_always_fails_is_paused_and_loses_nothing() -> anyhow::Result<()> {
    let mut shop = Shop::open(json!({"handle_deed": "trap"})).await?;
    let (mut calls, mut said) = (0, vec![Vec::new(); 8]);
    for minute in 0..60 {
        for user in [minute % 8, (minute + 3) % 8] {
            let id = format!("m{minute}-{user}");
            shop.say(&format!("user-{user}"), &id, "").await?;
            said[user].push(id);
        }
        if minute == 30 {
            let shown = shop.desk.list("channels").await?.remove(0);
            ensure!(shown["paused"]["code"] == "plugin-trap", "{shown}");
            let metrics = shop.desk.metrics().await?;
            ensure!(metrics.get("desk_channel_paused{channel=\"hostile\"}")? == 1.0, "{}", metrics.text);
            let (good, found) = shop.desk.diagnosis()?;
            ensure!(!good && found.to_string().contains("keeps failing: plugin-trap"), "{found:#}");
            calls += shop.calls("inbound", "trap").await?;
            shop.desk.kill()?;
            shop.desk.start_again()?;
        }
        shop.desk.advance(60_000)?;
    }
    calls += shop.calls("inbound", "trap").await?;
    ensure!((10..=60).contains(&calls), "{calls} calls in an hour");
    let waiting = shop.desk.metrics().await?.get("desk_inbound_waiting")?;
    ensure!(waiting == 120.0, "{waiting} wait");
    shop.mend().await?;
    shop.desk.advance(16 * 60_000)?;
    for (user, ids) in said.iter().enumerate() {
        shop.waits_for(&format!("user-{user}"), &ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    }
    ensure!(shop.desk.list("channels").await?[0]["paused"].is_null(), "the pause is over");
    let parked = shop.parked(1).await?;
    ensure!(parked[0]["kind"] == "account_request", "what its administrator asked at the start: {parked:?}");
    shop.desk.metrics().await?.conserved()
}

/// G11: an operator's answer over which the plugin breaks down fails with the reason, and is replayed with all of its kind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_parked_waits_again_when_it_is_replayed() -> anyhow::Result<()> {
    let shop = Shop::open(json!({})).await?;
    shop.say("olena", "hello", "").await?;
    let task = shop.desk.list("tasks").await?.remove(0);
    let contact = shop.desk.list("contacts").await?.remove(0)["id"].clone();
    let account = format!("accounts/{}", shop.account);
    shop.desk.patch(&account, json!({"settings": {"reply_deed": "trap"}})).await?;
    let path = format!("tasks/{}/actions", task["id"]);
    let state = || async {
        let actions = shop.desk.list(&path).await?;
        Ok::<_, anyhow::Error>(actions[1]["delivery"].clone())
    };
    shop.desk.post(&path, json!({"text": "we have three", "notify": [contact]})).await?;
    for (tries, wait) in (1..).zip(WAITS_MS) {
        shop.waits_for_calls("reply", "trap", tries).await?;
        ensure!(state().await?["state"] == "pending", "{}", state().await?);
        // Something else goes well, or the channel would be paused.
        shop.say("ihor", &format!("hello-{tries}"), "").await?;
        shop.desk.advance(wait)?;
    }
    shop.waits_for_calls("reply", "trap", 5).await?;
    let parked = shop.parked(1).await?;
    ensure!(parked[0]["kind"] == "reply" && parked[0]["attempts"] == 5, "{parked:?}");
    let shown = state().await?;
    ensure!(shown["state"] == "failed" && shown["code"] == "plugin-trap", "{shown}");
    shop.mend().await?;
    let all = json!({"kind": "reply", "code": "plugin-trap", "account": shop.account});
    ensure!(shop.desk.post("parked/replay", all).await?["queued"] == 1, "the one");
    shop.parked(0).await?;
    ensure!(state().await?["state"] == "pending", "{}", state().await?);
    shop.waits_for_calls("reply", "ok", 1).await
}

/// G11: whoever may only read sees no customer's words among the parked, an operator replays, an administrator discards;
/// what could not be read is not replayed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_parked_is_shown_and_changed_by_scope() -> anyhow::Result<()> {
    let mut shop = Shop::open(json!({"deed": "trap"})).await?;
    let reader = shop.desk.add_token("read")?;
    let operator = shop.desk.add_token("operate")?;
    let parked = shop.parked(1).await?.remove(0);
    ensure!(parked["event"]["account_request"] == "connect", "{parked}");
    let shown = shop.desk.request(Method::GET, "parked").bearer_auth(&operator).send().await?;
    let shown: Value = shown.json().await?;
    ensure!(shown["items"][0]["event"].is_null() && shown["items"][0]["attempts"] == 1, "{shown}");
    let (replay, one) = (format!("parked/{}/replay", parked["id"]), format!("parked/{}", parked["id"]));
    for (token, method, path, status) in [
        (&reader, Method::POST, &replay, StatusCode::FORBIDDEN),
        (&operator, Method::DELETE, &one, StatusCode::FORBIDDEN),
        (&operator, Method::POST, &replay, StatusCode::ACCEPTED),
    ] {
        let answer = shop.desk.request(method.clone(), path).bearer_auth(token).send().await?.status();
        ensure!(answer == status, "{method} {path}: {answer}");
    }
    shop.waits_for_calls("account_request", "trap", 1).await?;
    let again = shop.parked(1).await?.remove(0);
    ensure!(again["attempts"] == 2, "{again}");
    shop.desk.delete(&format!("parked/{}", again["id"])).await?;
    shop.parked(0).await?;
    shop.desk.metrics().await?.conserved()
}

/// G5: an answer over which the plugin breaks down leaves nothing pending: the part is unconfirmed after a day. One that the
/// plugin could not be told of in that time fails, and is parked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_channel_says_nothing_of_ends_after_a_day() -> anyhow::Result<()> {
    let shop = Shop::open(json!({})).await?;
    shop.say("olena", "hello", "").await?;
    let task = shop.desk.list("tasks").await?.remove(0);
    let contact = shop.desk.list("contacts").await?.remove(0)["id"].clone();
    let path = format!("tasks/{}/actions", task["id"]);
    let states = |what: &'static str, expected: [&'static str; 2]| {
        let (desk, path) = (&shop.desk, &path);
        async move {
            until(what, || async {
                let actions = desk.list(path).await?;
                let states = [1, 2].map(|index: usize| actions[index]["delivery"]["state"].clone());
                Ok((states == expected).then_some(()))
            })
            .await
        }
    };
    // It takes this one, and says nothing of it; over the next one it breaks down.
    shop.desk.post(&path, json!({"text": "we have three", "notify": [contact]})).await?;
    shop.waits_for_calls("reply", "ok", 1).await?;
    let account = format!("accounts/{}", shop.account);
    shop.desk.patch(&account, json!({"settings": {"reply_deed": "trap", "handle_deed": "trap"}})).await?;
    shop.desk.post(&path, json!({"text": "red ones", "notify": [contact]})).await?;
    shop.waits_for_calls("reply", "trap", 1).await?;
    states("both wait", ["pending", "pending"]).await?;
    shop.desk.advance(24 * 3_600_000 + 61_000)?;
    states("both have an end", ["unconfirmed", "failed"]).await?;
    shop.desk.metrics().await?.conserved()
}

/// G23: what happened more than a day ago is kept and does nothing, until a person replays it; a repeat counts as one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_older_than_a_day_is_parked() -> anyhow::Result<()> {
    let shop = Shop::open(json!({})).await?;
    let day_ago = e2e::callback::now_ms() - 24 * 3_600_000 - 1_000;
    for _ in 0..2 {
        shop.say("olena", "old", &format!("at {day_ago}")).await?;
    }
    shop.say("olena", "young", &format!("at {}", day_ago + 60_000)).await?;
    ensure!(shop.has("olena").await? == ["young"], "the old one does nothing");
    let parked = shop.parked(1).await?;
    ensure!(parked[0]["problem"]["code"] == "stale" && parked[0]["attempts"] == 0, "{parked:?}");
    shop.desk.metrics().await?.conserved()?;
    ensure!(shop.replay(&parked[0]["id"]).await? == StatusCode::ACCEPTED, "a person wants it");
    shop.waits_for("olena", &["young", "old"]).await?;
    shop.parked(0).await?;
    shop.desk.metrics().await?.conserved()
}

/// G8, G12: a plugin that breaks down or never ends over 500 who open the chat: each has its welcome in under 2 s, since the
/// event is on disk by then, and a repeat gets the same bytes and counts once. Where it breaks down before it has read the
/// callback, nobody knows who sent it: an empty 503 as soon, so that it is repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_are_welcomed_in_time_by_a_plugin_that_breaks_down() -> anyhow::Result<()> {
    for deed in ["trap", "endless_loop"] {
        let shop = Shop::open(json!({})).await?;
        shop.welcomes(deed, StatusCode::OK).await?;
        shop.welcomes(deed, StatusCode::OK).await?;
        let metrics = shop.desk.metrics().await?;
        metrics.conserved()?;
        let counts = (metrics.get("desk_inbound_waiting")?, metrics.get("desk_inbound_repeated_total")?);
        ensure!(counts == (500.0, 500.0), "{deed}: {counts:?}");
        // While it is mended the pauses end, and everybody has one task.
        shop.mend().await?;
        shop.desk.advance(16 * 60_000)?;
        until("everybody has a task", || async {
            Ok((shop.desk.all("tasks").await?.len() == 500).then_some(()))
        })
        .await?;
    }
    let shop = Shop::open(json!({"deed": "trap"})).await?;
    shop.welcomes("", StatusCode::SERVICE_UNAVAILABLE).await?;
    ensure!(shop.desk.metrics().await?.get("desk_inbound_received_total")? == 0.0, "nothing unread is kept");
    Ok(())
}
