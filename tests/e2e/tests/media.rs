//! What customers send as files is there after Viber's link has died, and whoever serves a file gets nothing by it but that:
//! T8, T9, G17, G18. Not here: operators' files.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::files::{FileServer, PNG, of_task};
use e2e::{Bench, DeskOptions, HOUR_MS, until};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A host of Viber's that the file server stands for.
const HOST: &str = "content.cdn.viber.com";

async fn with_server(base: &str) -> anyhow::Result<(Bench, String, Hook)> {
    let options =
        DeskOptions { egress: vec![format!("{HOST}={base}")], movable_clock: true, ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    Ok((bench, account, hook))
}

fn picture(token: u64, url: &str) -> Vec<u8> {
    callback::message(token, "someone", &json!({"type": "picture", "media": url, "text": url, "size": 9}))
}

/// The attachments of the only task, oldest first.
async fn attachments(bench: &Bench, account: &str) -> anyhow::Result<Vec<Value>> {
    of_task(bench, &bench.desk.tasks(account).await?.remove(0)).await
}

/// Waits until none waits any more.
async fn settled(bench: &Bench, account: &str, most: Duration) -> anyhow::Result<Vec<Value>> {
    let start = Instant::now();
    loop {
        let all = attachments(bench, account).await?;
        if all.iter().all(|one| one["state"] != "waiting") {
            return Ok(all);
        }
        ensure!(start.elapsed() < most, "not final in {most:?}: {all:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn read(url: &Value) -> anyhow::Result<reqwest::Response> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    Ok(http.get(url.as_str().context("a link")?).send().await?)
}

/// G18, T8: by the time Viber's link is dead, the desk has the picture, byte for byte; and the face of who sent it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_is_there_after_its_link_has_died() -> anyhow::Result<()> {
    let bench = Bench::start_on_the_hour().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let avatar = "https://dl-media.viber.com/avatars/olena.png";
    let person = bench.viber.add_user(&bot, "Олена", json!({"avatar": avatar})).await?;
    person.act("picture", json!({"text": "Ось такий"})).await?;
    let all = settled(&bench, &account, Duration::from_secs(20)).await?;
    ensure!(all.len() == 1 && all[0]["state"] == "kept", "G18: {all:#?}");
    let remote = all[0]["remote_url"].as_str().context("Viber's link")?;
    let path = remote.strip_prefix("https://dl-media.viber.com").context("a link of Viber's")?;
    let original = read(&format!("{}{path}", bench.sim.base_url()).into()).await?.bytes().await?;
    bench.pass(HOUR_MS + 1_000).await?;
    let dead = read(&format!("{}{path}", bench.sim.base_url()).into()).await?;
    ensure!(dead.status() == StatusCode::FORBIDDEN, "T8: the link has died: {}", dead.status());
    let kept = read(&attachments(&bench, &account).await?[0]["url"]).await?;
    ensure!(kept.headers()["content-type"] == "image/png", "G18: {:?}", kept.headers());
    ensure!(kept.headers()["x-content-type-options"] == "nosniff", "G18: {:?}", kept.headers());
    ensure!(kept.bytes().await? == original, "G18: the same bytes");
    let contact = until("the face is kept", || async {
        let contact = bench.desk.list("contacts").await?.remove(0);
        Ok((contact["picture"]["state"] == "kept").then_some(contact))
    });
    let face = read(&contact.await?["picture"]["url"]).await?;
    ensure!(face.status() == StatusCode::OK, "S29: {}", face.status());
    Ok(())
}

/// G18: who has no link of the desk's, or another's, reads nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_photo_is_read_with_its_own_link_only() -> anyhow::Result<()> {
    let files = FileServer::start().await?;
    let (bench, account, hook) = with_server(&files.base).await?;
    for token in 1..=2 {
        hook.post(&picture(token, &format!("https://{HOST}/good.png"))).await?;
    }
    let all = settled(&bench, &account, Duration::from_secs(20)).await?;
    ensure!(bench.desk.blobs()? == 1, "G18: what is the same is kept once: {}", bench.desk.blobs()?);
    let url = all[0]["url"].as_str().context("a link")?.to_owned();
    ensure!(read(&all[0]["url"]).await?.bytes().await? == PNG, "G18: {url}");
    let apart = |url: &str| -> Option<Vec<String>> {
        let (_, path) = url.rsplit_once("/files/")?;
        Some(path.split(['-', '/']).map(str::to_owned).collect())
    };
    let mine = apart(&url).context("a path")?;
    let other = all[1]["url"].as_str().and_then(apart).context("another")?;
    ensure!(mine.len() == 4 && mine[0] != other[0], "{url}");
    let (id, until, mac, name) = (&mine[0], &mine[1], &mine[2], &mine[3]);
    for wrong in [
        format!("{}-{until}-{mac}/{name}", other[0]),
        format!("{id}-{until}-{}/{name}", other[2]),
        format!("{id}-{until}-{mac}0/{name}"),
        format!("{id}-{until}-{}/{name}", &mac[1..]),
        format!("{id}-{until}-{mac}/x{name}"),
        "0-0-0/x".to_owned(),
    ] {
        let answer = read(&format!("{}/files/{wrong}", bench.desk.base).into()).await?;
        ensure!(answer.status() == StatusCode::NOT_FOUND, "{wrong}: {}", answer.status());
    }
    bench.pass(48 * HOUR_MS).await?;
    ensure!(read(&url.into()).await?.status() == StatusCode::NOT_FOUND, "the link has ended");
    Ok(())
}

/// T8, G18: a file whose server is not there is tried until its link's end; then the task says so, and the message stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_that_could_not_be_fetched_says_so_in_its_task() -> anyhow::Result<()> {
    // A port that nobody listens on.
    let closed = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let (bench, account, hook) = with_server(&format!("http://{closed}")).await?;
    let until_ms = (bench.sim.now() / 1_000 + 3_600) * 1_000;
    let url = format!("https://{HOST}/a.png?Expires={}", until_ms / 1_000);
    let (status, _) = hook.post(&picture(1, &url)).await?;
    ensure!(status == StatusCode::OK, "the message does not wait for its file: {status}");
    until("it was tried", || async {
        let one = attachments(&bench, &account).await?.remove(0);
        ensure!(one["url_until"] == until_ms && one["remote_url"] == url.as_str(), "T8: {one}");
        Ok((one["state"] == "waiting" && one["code"] == "unreachable").then_some(()))
    })
    .await?;
    bench.pass(HOUR_MS + 60_000).await?;
    let all = settled(&bench, &account, Duration::from_secs(20)).await?;
    ensure!(all[0]["state"] == "failed" && all[0]["code"] == "link-expired", "G18: {all:#?}");
    ensure!(all[0]["reason"] == "the link had expired" && all[0]["url"].is_null(), "G18: {all:#?}");
    let task = bench.desk.tasks(&account).await?.remove(0);
    ensure!(
        bench.desk.actions(&task).await?[0]["text"].as_str().is_some_and(|text| text.contains(&url)),
        "I15"
    );
    Ok(())
}

/// G18, T9: whatever a file server does, nothing stays but whole files of the right kind, and each has a final word in 70 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_file_server_leaves_nothing_behind() -> anyhow::Result<()> {
    let files = FileServer::start().await?;
    let (bench, account, hook) = with_server(&files.base).await?;
    let expected = [
        ("endless.png", "too-large"),
        ("drip.png", "too-slow"),
        ("silent.png", "too-slow"),
        ("claims-huge.png", "too-large"),
        ("short.png", "broken"),
        ("script.png", "wrong-type"),
        ("bomb.png", "compressed"),
        ("expired.png", "link-expired"),
        ("none.png", "server-refused"),
        ("home.png", "link-refused"),
        ("home6.png", "link-refused"),
        ("circle.png", "too-many-redirects"),
        ("good.png", ""),
        ("moved.png", ""),
    ];
    let began = Instant::now();
    for (token, (file, _)) in (1..).zip(expected) {
        let (status, _) = hook.post(&picture(token, &format!("https://{HOST}/{file}"))).await?;
        ensure!(status == StatusCode::OK, "{file}: {status}");
    }
    let all = settled(&bench, &account, Duration::from_secs(70)).await?;
    println!("all of {} final in {:.1} s", all.len(), began.elapsed().as_secs_f64());
    for (one, (file, code)) in all.iter().zip(expected) {
        let state = if code.is_empty() { "kept" } else { "failed" };
        ensure!(one["state"] == state && one["code"].as_str().unwrap_or_default() == code, "{file}: {one}");
    }
    ensure!(bench.desk.blobs()? == 1, "G18: only the good one, once: {}", bench.desk.blobs()?);
    Ok(())
}

/// G18: a server that is down for a moment costs nothing but that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_fetched_once_its_server_is_back() -> anyhow::Result<()> {
    let files = FileServer::start().await?;
    let (bench, account, hook) = with_server(&files.base).await?;
    hook.post(&picture(1, &format!("https://{HOST}/later.png"))).await?;
    let all = settled(&bench, &account, Duration::from_secs(20)).await?;
    ensure!(all[0]["state"] == "kept" && files.asked() == 3, "G18: {} {all:#?}", files.asked());
    Ok(())
}

/// G18, S38: the picture of a sticker, which comes over plain http, is kept too: who looks at it asks nobody but the desk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sticker_is_kept_as_a_photo_is() -> anyhow::Result<()> {
    let files = FileServer::start().await?;
    let (bench, account, hook) = with_server(&files.base).await?;
    let link = format!("http://{HOST}/good.png");
    let sticker = json!({"type": "sticker", "sticker_id": 40_133, "media": link});
    hook.post(&callback::message(1, "someone", &sticker)).await?;
    let all = settled(&bench, &account, Duration::from_secs(20)).await?;
    ensure!(all.len() == 1 && all[0]["kind"] == "sticker" && all[0]["state"] == "kept", "{all:#?}");
    ensure!(all[0]["remote_url"] == link, "{all:#?}");
    let kept = read(&all[0]["url"]).await?;
    ensure!(kept.headers()["content-type"] == "image/png", "{:?}", kept.headers());
    Ok(())
}

/// G17, T9: no link makes the desk call at its own machine, however it names it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_at_home_is_called() -> anyhow::Result<()> {
    let (bench, account, hook) = with_server("http://127.0.0.1:9").await?;
    let v4 = TcpListener::bind("127.0.0.1:0").await?;
    let port = v4.local_addr()?.port();
    let v6 = TcpListener::bind(("::1", port)).await;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "localhost",
        "localhost.",
        "a.localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "content.cdn.viber.com@127.0.0.1",
        "127.0.0.1.",
    ];
    let links = hosts
        .iter()
        .flat_map(|host| ["http", "https"].map(|scheme| format!("{scheme}://{host}:{port}/a.png")));
    for (token, link) in (1..).zip(links) {
        let (status, _) = hook.post(&picture(token, &link)).await?;
        ensure!(status == StatusCode::OK, "{link}: {status}");
    }
    let all = settled(&bench, &account, Duration::from_secs(20)).await?;
    ensure!(all.len() == 2 * hosts.len(), "each has its word: {}", all.len());
    for one in all {
        ensure!(one["state"] == "failed" && one["code"] == "link-refused", "G17: {one}");
    }
    let visit = tokio::time::timeout(Duration::from_millis(200), v4.accept()).await;
    ensure!(visit.is_err(), "G17: 127.0.0.1 was called");
    if let Ok(v6) = v6 {
        let visit = tokio::time::timeout(Duration::from_millis(200), v6.accept()).await;
        ensure!(visit.is_err(), "G17: ::1 was called");
    }
    Ok(())
}
