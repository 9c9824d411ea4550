//! What other programs fell into with Viber's API, and a host could: played against a running desk. Not here: traps of the
//! protocol alone, which the plugin's own tests have.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::{Bench, Feed, until};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Viber takes no longer to give up a callback.
const CALLBACK_MAX: Duration = Duration::from_secs(5);

async fn connected(settings: Value) -> anyhow::Result<(Bench, String, Hook)> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", settings).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    Ok((bench, account, hook))
}

/// T7, T8, T9: what a link leads to is not waited for, and not looked at on this machine: it is kept with the time at which
/// Viber lets it die, and shown. A file server that answers nobody hears of none of them, and so of no key either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_media_is_kept_with_its_end_and_nobody_follows_it() -> anyhow::Result<()> {
    let (bench, account, hook) = connected(json!({})).await?;
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let address = server.local_addr()?;
    let until_ms = 1_767_229_200_000_u64;
    for (token, kind) in [(1, "picture"), (2, "video"), (3, "file"), (4, "sticker"), (5, "url")] {
        // Also where no host of a company should look.
        let media = format!("https://{address}/a.jpg?Expires={}&Signature=x", until_ms / 1_000);
        let message = json!({"type": kind, "media": media, "thumbnail": media, "file_name": "a.jpg", "size": 9,
            "duration": 1_000, "sticker_id": 40_133});
        let mut body: Value = serde_json::from_slice(&callback::message(token, "someone", &message))?;
        body["sender"]["avatar"] = format!("http://{address}/avatar.png").into();
        let started = Instant::now();
        let (status, _) = hook.post(body.to_string().as_bytes()).await?;
        ensure!(status == StatusCode::OK && started.elapsed() < CALLBACK_MAX, "T7, {kind}: {status}");
    }
    let task = bench.desk.tasks(&account).await?.remove(0);
    let actions = bench.desk.actions(&task).await?;
    for action in &actions[..3] {
        let attachment = &action["attachments"][0];
        ensure!(attachment["url_until"] == until_ms, "T8: {attachment}");
        let url = attachment["remote_url"].as_str().context("T8: the link is shown")?;
        ensure!(url.ends_with("Signature=x"), "T8: with its signature, or it opens nothing: {url}");
    }
    ensure!(actions.len() == 5, "T8: each is an action: {actions:?}");
    bench.viber.quiet().await?;
    let visit = tokio::time::timeout(Duration::from_millis(200), server.accept()).await;
    ensure!(visit.is_err(), "T9: somebody followed a link that a customer chose");
    Ok(())
}

/// T13, T25: who just writes has a card, without any other event. Ids with `/`, `+` and `=`, and ids that differ in a
/// letter's case only, are different people everywhere: in the store, in the task, on the way out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_that_look_alike_are_different_people() -> anyhow::Result<()> {
    let (bench, account, hook) = connected(json!({})).await?;
    let ids =
        ["aB/+c01234567890abcdef==", "ab/+c01234567890abcdef==", "ab/+C01234567890abcdef==", "ab%2F+c01"];
    for (token, id) in (1..).zip(ids) {
        let (status, _) = hook.post(&callback::text(token, id, id)).await?;
        ensure!(status == StatusCode::OK, "{id}: {status}");
    }
    ensure!(bench.desk.list("contacts").await?.len() == ids.len(), "T25: a card each");
    let tasks = bench.desk.tasks(&account).await?;
    ensure!(tasks.len() == ids.len(), "T25: a task each: {tasks:?}");
    for (task, id) in tasks.iter().zip(ids) {
        ensure!(bench.desk.texts(task).await? == [id], "T25: {task}");
        bench.desk.reply(task, id).await?;
    }
    let calls = until("all are sent", || async {
        let calls = bench.viber.calls("send_message").await?;
        Ok((calls.len() == ids.len()).then_some(calls))
    })
    .await?;
    for call in calls {
        ensure!(call["request"]["receiver"] == call["request"]["text"], "T25: {}", call["request"]);
    }
    Ok(())
}

/// T28: the webhook is a route for a machine: what a browser would have to prove is not asked of it, nor what it would
/// be refused for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_and_no_other_site_matters_to_the_webhook() -> anyhow::Result<()> {
    let (bench, _, hook) = connected(json!({})).await?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    for (token, headers) in [
        (1, vec![]),
        (2, vec![("origin", "https://elsewhere.example"), ("sec-fetch-site", "cross-site")]),
        (3, vec![("cookie", "session=old"), ("authorization", "Bearer desk_wrong")]),
        (4, vec![("content-type", "text/plain"), ("referer", "https://elsewhere.example/")]),
        (5, vec![("x-csrf-token", "wrong"), ("host", "elsewhere.example")]),
    ] {
        let body = callback::text(token, "someone", "hello");
        let mut request = http.post(&hook.url).header(callback::SIGNATURE, callback::sign(&hook.key, &body));
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let status = request.body(body).send().await?.status();
        ensure!(status == StatusCode::OK, "T28, {headers:?}: {status}");
    }
    let tasks = bench.desk.list("tasks").await?;
    ensure!(bench.desk.actions(&tasks[0]).await?.len() == 5, "T28: all five are there");
    Ok(())
}

/// T27: Viber calls the webhook while it is being set, so it is set by a desk that serves: a desk that died in between
/// goes on when it listens again, and one that is connected sets nothing when it starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_set_only_while_the_desk_answers() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let bot = bench.viber.add_bot("Bike Shop").await?;
    bench.viber.fault("set_webhook", 1, json!({"http": 503, "retry_after": 1})).await?;
    let account = bench.add_account("Bike Shop", &bot["token"], json!({})).await?;
    until("it was tried once", || async {
        Ok((!bench.viber.calls("set_webhook").await?.is_empty()).then_some(()))
    })
    .await?;
    bench.desk.kill()?;
    bench.desk.start_again()?;
    bench.health(&account, "connected").await?;
    let set = bench.viber.calls("set_webhook").await?.len();
    ensure!(set == 2, "T27: {set} calls");
    bench.desk.kill()?;
    bench.desk.start_again()?;
    let alias = bot["alias"].as_str().context("a bot has an alias")?;
    bench.viber.add_user(alias, "Olena", json!({})).await?.write("hello").await?;
    ensure!(bench.viber.calls("set_webhook").await?.len() == set, "T27: a start sets no webhook");
    ensure!(bench.desk.tasks(&account).await?.len() == 1, "T27: and needs none");
    Ok(())
}

/// T11, T12: a welcome message is the answer to who opened the chat, with each account's own words; nobody else gets it,
/// and no call sends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_customer_is_welcomed_by_their_own_account() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bikes) = bench.connect("Bike Shop", json!({"welcome_message": "Bikes!"})).await?;
    let (_, tea) = bench.connect("Tea Shop", json!({"welcome_message": "Tea!"})).await?;
    let (_, silent) = bench.connect("Quiet Shop", json!({})).await?;
    let mut people = Vec::new();
    for (number, (bot, welcome)) in
        [(&bikes, "Bikes!"), (&tea, "Tea!"), (&silent, "")].into_iter().cycle().take(9).enumerate()
    {
        people.push((bench.viber.add_user(bot, &format!("Person {number}"), json!({})).await?, welcome));
    }
    let opened = people.iter().map(|(person, _)| {
        let person = person.clone();
        tokio::spawn(async move { person.act("open", json!({})).await })
    });
    for (task, (person, welcome)) in opened.collect::<Vec<_>>().into_iter().zip(&people) {
        let opened = task.await??;
        ensure!(opened["status"] == 200, "{opened}");
        let texts = person.texts().await?;
        ensure!(texts.concat() == *welcome, "T11: {texts:?}, not {welcome}");
        let written = person.act("write", json!({"text": "hello"})).await?;
        ensure!(written["status"] == 200 && person.texts().await? == texts, "T11: once: {written}");
    }
    ensure!(bench.viber.calls("send_message").await?.is_empty(), "T12: no call sends a welcome");
    Ok(())
}

/// T14: all who hide their name have the same name and picture at Viber; they are as many people as wrote, answers go to
/// the one who is meant, and the card of who shows their name later has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_without_a_name_are_not_one_person() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let mut people = Vec::new();
    for text in ["one", "two"] {
        let person = bench.viber.add_user(&bot, text, json!({"anonymous": true})).await?;
        person.write(text).await?;
        people.push(person);
    }
    let tasks = bench.desk.tasks(&account).await?;
    let cards = bench.desk.list("contacts").await?;
    ensure!(tasks.len() == 2 && cards.len() == 2, "T14: {tasks:?}");
    for card in &cards {
        ensure!(card["name"] == "Viber user" && card["avatar"].is_null(), "T14: no name is made up: {card}");
    }
    for (task, person) in tasks.iter().zip(&people) {
        let text = bench.desk.texts(task).await?.concat();
        let reply = bench.desk.reply(task, &text).await?;
        bench.desk.delivered(task, &reply, "delivered").await?;
        ensure!(person.texts().await? == [text], "T14: to the one who is meant");
    }
    let named = callback::text(1, &people[1].id, "my name is Vira");
    Hook::of(&bench.viber, &bot).await?.post(&named).await?;
    let names: Vec<_> = bench.desk.list("contacts").await?.iter().map(|it| it["name"].clone()).collect();
    ensure!(names[0] == "Viber user" && names[1] == format!("User {}", people[1].id), "T14: {names:?}");
    Ok(())
}

/// T23, S40: customers open a file days after it came, on each of their devices. Viber is given the helpdesk's own link
/// letter by letter, and is asked for nothing that would let it end or be used up; the desk hosts no file that it could
/// take away.
#[test]
fn the_link_of_an_answers_file_is_passed_on_as_it_is() -> anyhow::Result<()> {
    let feed = Feed::new(None, Some(&e2e::feed_folder().join("secrets.json")));
    let signed = "?sig=aB%2Fc&for=2027-12-31";
    let files =
        [("image", "lamp.jpg", "picture"), ("video", "how.mp4", "video"), ("file", "bill.pdf", "file")];
    let url = |name: &str| format!("https://desk.example/files/Q2Fu/{name}{signed}");
    let part = |(kind, name, _): &(&str, &str, &str)| {
        json!({*kind: {"url": url(name), "url_until": null, "name": name, "media_type": null, "size_bytes": 9_000,
            "duration_ms": null, "thumbnail": null, "caption": null}})
    };
    let reply = json!({"id": "r", "task": "t:someone:1", "author": {"id": "e", "name": "Anna", "avatar": null},
        "notify": ["c:someone"], "parts": files.iter().map(part).collect::<Vec<_>>(), "suggestions": [],
        "at": 1_767_225_602_000_u64, "extras": []});
    let fed = json!({"now": 1_767_225_602_000_u64, "conversation": "someone", "reply": reply});
    let result = feed.one(&fed)?;
    let commands = result["outcomes"][0]["commands"].as_array().cloned().unwrap_or_default();
    let calls: Vec<_> = commands.iter().filter_map(|it| it.get("call")).collect();
    ensure!(calls.len() == files.len(), "a call each: {result}");
    for (call, (_, name, kind)) in calls.iter().zip(files) {
        let body: Value = serde_json::from_str(call["body"].as_str().context("a body of text")?)?;
        ensure!(body["media"] == url(name) && body["type"] == kind, "T23: {body}");
    }
    Ok(())
}
