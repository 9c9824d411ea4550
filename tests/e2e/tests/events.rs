//! What an API's client needs to stand in for the console's page: word of changes, what is new, who calls, whether all is
//! well. Over HTTP, against a running desk. Not here: who may (`api`), nor the console's own stream (`console`).

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use e2e::{Bench, Desk};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

/// A change is told within this.
const TOLD_MAX: Duration = Duration::from_secs(1);
/// A stream ends within this after its token did; the desk asks each 5 s.
const ENDED_MAX: Duration = Duration::from_secs(20);

/// A stream of changes that is being listened to.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(desk: &Desk, token: &str) -> anyhow::Result<Self> {
        let response = desk.request(Method::GET, "events").bearer_auth(token).send().await?;
        ensure!(response.status() == StatusCode::OK, "{}", response.status());
        ensure!(response.headers()["content-type"] == "text/event-stream", "{:?}", response.headers());
        Ok(Self { response, text: String::new() })
    }

    /// What the next event says; `None` at the end.
    async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(data) = event.strip_prefix("event: change\ndata: ") {
                    return Ok(Some(serde_json::from_str(data)?));
                }
                continue;
            }
            match self.response.chunk().await? {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes)?),
                None => return Ok(None),
            }
        }
    }

    /// Reads until an event names this.
    async fn hears(&mut self, what: &str, id: &Value) -> anyhow::Result<()> {
        let heard = tokio::time::timeout(TOLD_MAX, async {
            while let Some(told) = self.next().await? {
                if told[what].as_array().is_some_and(|ids| ids.contains(id)) {
                    return Ok(());
                }
            }
            bail!("it ended")
        });
        heard.await.with_context(|| format!("{what} {id} was not told within {TOLD_MAX:?}"))?
    }
}

/// What a customer, an operator and an administrator do is told to who listens, by its id, within a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_told_as_they_happen() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let (account, bot) = bench.connect("Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let task = desk.list("tasks").await?[0].take();
    let made = desk.post("tokens", json!({"name": "robot", "scope": "read"})).await?;
    let mut stream = Stream::open(desk, made["token"].as_str().context("a token")?).await?;
    olena.write("is somebody there?").await?;
    stream.hears("tasks", &task["id"]).await?;
    desk.patch(&format!("tasks/{}", task["id"]), json!({"title": "Hello"})).await?;
    stream.hears("tasks", &task["id"]).await?;
    desk.patch(&format!("accounts/{account}"), json!({"name": "Bike shop"})).await?;
    stream.hears("accounts", &json!(account)).await?;
    desk.delete(&format!("contacts/{}", task["requester"]["id"])).await?;
    stream.hears("contacts", &task["requester"]["id"]).await
}

/// Who may not read any more hears nothing more, even while there is always something to say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_its_token() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let (_, bot) = bench.connect("Shop", json!({})).await?;
    bench.viber.add_user(&bot, "Olena", json!({})).await?.write("hello").await?;
    let task = format!("tasks/{}", desk.list("tasks").await?[0]["id"]);
    let made = desk.post("tokens", json!({"name": "robot", "scope": "read"})).await?;
    let mut stream = Stream::open(desk, made["token"].as_str().context("a token")?).await?;
    desk.delete(&format!("tokens/{}", made["id"])).await?;
    let begun = Instant::now();
    for title in 0.. {
        ensure!(begun.elapsed() < ENDED_MAX, "it goes on, {title} changes after its token ended");
        desk.patch(&task, json!({"title": format!("Title {title}")})).await?;
        if stream.next().await?.is_none() {
            break;
        }
    }
    Ok(())
}

async fn ids(desk: &Desk, path: &str) -> anyhow::Result<Vec<Value>> {
    Ok(desk.list(path).await?.into_iter().map(|task| task["id"].clone()).collect())
}

/// A program sees what is new, whose it is, and finds it by words, as people do in the console; and reads it for its
/// own employee only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_finds_its_work() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let (_, bot) = bench.connect("Shop", json!({})).await?;
    for (name, text) in [("Olena", "a bicycle"), ("Petro", "a lamp")] {
        bench.viber.add_user(&bot, name, json!({})).await?.write(text).await?;
    }
    let both = ids(desk, "tasks").await?;
    let [lamp, bicycle] = both.as_slice() else { bail!("two tasks: {both:?}") };
    let anna = desk.post("employees", json!({"name": "Anna"})).await?["id"].take();
    let made = desk.post("tokens", json!({"name": "Anna's", "scope": "operate", "employee": anna})).await?;
    let hers = made["token"].as_str().context("a token")?;
    desk.patch(&format!("tasks/{lamp}"), json!({"assignees": [anna]})).await?;
    ensure!(ids(desk, &format!("tasks?assignee={anna}")).await? == [lamp.clone()], "hers");
    ensure!(ids(desk, "tasks?q=ole").await? == [bicycle.clone()], "by the customer's name");
    ensure!(ids(desk, "tasks?q=lamp").await? == [lamp.clone()], "by the title");
    ensure!(ids(desk, "tasks?q=%22%29+OR").await?.is_empty(), "words are no query");
    let (status, why) = desk.call(Method::GET, "tasks?q=lamp&status=active", None).await?;
    ensure!(status == StatusCode::BAD_REQUEST && why["code"] == "bad-query", "{status} {why}");
    let path = format!("tasks/{lamp}");
    ensure!(desk.get(&path).await?["unread"] == true, "nobody has read it");
    let read = desk.request(Method::POST, &format!("{path}/read")).bearer_auth(hers).send().await?;
    ensure!(read.status() == StatusCode::NO_CONTENT, "{}", read.status());
    let mine = desk.request(Method::GET, &path).bearer_auth(hers).send().await?.text().await?;
    ensure!(serde_json::from_str::<Value>(&mine)?["unread"] == false, "she has: {mine}");
    ensure!(desk.get(&path).await?["unread"] == true, "the owner has not");
    let me = desk.request(Method::GET, "me").bearer_auth(hers).send().await?.text().await?;
    let me: Value = serde_json::from_str(&me)?;
    ensure!(me == json!({"employee": anna, "name": "Anna", "scope": "operate"}), "{me}");
    Ok(())
}

/// What the console's page of the system says, a program reads too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_answers_programs() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let findings = bench.desk.list("doctor").await?;
    ensure!(findings.iter().any(|one| one["area"] == "sqlite"), "{findings:?}");
    ensure!(findings.iter().all(|one| one["good"].is_boolean() && one["says"].is_string()), "{findings:?}");
    Ok(())
}
