//! What operators send as files is on the customer's phone for weeks, and for nobody else: S17, S40, G19. Not here: files
//! of customers (`media`).

use anyhow::{Context, ensure};
use e2e::files::PNG;
use e2e::uploads::{open, read, read_with};
use e2e::{Bench, Desk, DeskOptions, HOUR_MS, User, until};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const DAY_MS: u64 = 24 * HOUR_MS;

/// A desk with an account, a customer who has written, and their task.
async fn start(options: DeskOptions) -> anyhow::Result<(Bench, User, Value)> {
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    olena.write("the bill, please").await?;
    let task = bench.desk.tasks(&account).await?.pop().context("a task")?;
    Ok((bench, olena, task))
}

fn movable() -> DeskOptions {
    DeskOptions { movable_clock: true, ..DeskOptions::default() }
}

/// The link of a part of an answer, as the customer has it.
fn link(action: &Value, part: usize) -> anyhow::Result<&str> {
    let part = action["parts"][part].as_object().and_then(|part| part.values().next());
    part.and_then(|media| media["url"].as_str()).with_context(|| format!("no link in {action}"))
}

/// An answer with one file; the action.
async fn send(desk: &Desk, task: &Value, name: &str, bytes: &[u8]) -> anyhow::Result<Value> {
    let file = desk.upload(name, bytes).await?;
    let reply = desk.reply_with(task, "", &[&file]).await?;
    desk.delivered(task, &reply, "delivered").await?;
    Ok(reply)
}

/// G19, S17, S40, T23: a text, a picture, a PDF and a list go as four messages in order, and each file is opened on the
/// phone, byte for byte; beside them the operator sees what was sent, and how far each came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_opens_what_an_operator_sent() -> anyhow::Result<()> {
    let (bench, olena, task) = start(DeskOptions::default()).await?;
    let desk = &bench.desk;
    let picture = desk.upload("велосипед.png", PNG).await?;
    let bill = desk.upload("bill.pdf", PDF).await?;
    let list = desk.upload("ціни 2026.csv", "шина;200\n".as_bytes()).await?;
    ensure!(
        bill == json!({"id": bill["id"], "name": "bill.pdf", "media_type": "application/pdf", "size": PDF.len()})
    );
    ensure!(picture["media_type"] == "image/png" && list["media_type"] == "text/plain", "{picture} {list}");
    let reply = desk.reply_with(&task, "Ось рахунок", &[&picture, &bill, &list]).await?;
    let delivery = desk.delivered(&task, &reply, "delivered").await?;
    ensure!(delivery["parts"].as_array().map(Vec::len) == Some(4), "I8: {delivery}");
    let received = olena.received().await?;
    let types: Vec<_> = received.iter().map(|message| message["type"].clone()).collect();
    ensure!(types == ["text", "picture", "file", "file"], "S40: {types:?}");
    ensure!(received[3]["file_name"] == "ціни 2026.csv", "T22: {}", received[3]);
    for (message, bytes) in received[1..].iter().zip([PNG, PDF, "шина;200\n".as_bytes()]) {
        ensure!(open(message).await? == bytes, "G19: {message}");
        let link = message["media"].as_str().unwrap_or_default();
        let end = link.rsplit('.').next().unwrap_or_default();
        ensure!(["png", "pdf", "csv"].contains(&end), "T21: {link}");
    }
    let shown = &reply["attachments"];
    for (at, (file, part)) in [&picture, &bill, &list].into_iter().zip(1..).enumerate() {
        let one = &shown[at];
        ensure!(one["id"] == format!("{}-{part}", reply["id"]) && one["state"] == "kept", "{one}");
        ensure!(["name", "media_type", "size"].iter().all(|key| one[key] == file[key]), "{one}");
        let seen = read(Method::GET, one["url"].as_str().context("a link")?, None).await?;
        ensure!(seen.status == StatusCode::OK && seen.bytes.len() as u64 == file["size"], "{one}");
    }
    // Inside, a file is kept like any other, and has no link that could go out.
    let body = json!({"attachments": [bill["id"]]});
    let inside = desk.post(&format!("tasks/{}/actions", task["id"]), body).await?;
    ensure!(inside["delivery"]["state"] == "internal" && inside["text"] == "", "S18: {inside}");
    ensure!(inside["parts"][0]["file"]["url"].is_null(), "{inside}");
    let seen = read(Method::GET, inside["attachments"][0]["url"].as_str().context("a link")?, None).await?;
    ensure!(seen.bytes == PDF, "{inside}");
    ensure!(desk.blobs()? == 3, "G19: the same bytes are one file: {}", desk.blobs()?);
    ensure!(olena.received().await?.len() == 4, "S18");
    Ok(())
}

/// G19: any other link than the exact one has the answer of a file that never was: the same status, head and body.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_exact_link_reads_a_file() -> anyhow::Result<()> {
    let (bench, _, task) = start(DeskOptions::default()).await?;
    let one = send(&bench.desk, &task, "a.pdf", PDF).await?;
    let two = send(&bench.desk, &task, "a.pdf", b"%PDF-1.4\nanother").await?;
    let (one, two) = (link(&one, 0)?, link(&two, 0)?);
    ensure!(read(Method::GET, one, None).await?.bytes == PDF);
    let base = format!("{}/files/", bench.desk.base);
    let parts = |link: &str| -> Vec<String> {
        link.trim_start_matches(&base).split(['-', '/']).map(str::to_owned).collect()
    };
    let (a, b) = (parts(one), parts(two));
    let never = format!("{base}{}-{}-{}/a.pdf", "0".repeat(64), a[1], "0".repeat(64));
    let mut wrong = vec![
        format!("{base}{}-{}-{}/a.pdf", b[0], a[1], a[2]),
        format!("{base}{}-{}-{}/a.pdf", a[0], a[1], b[2]),
        format!("{base}{}-{}0-{}/a.pdf", a[0], a[1], a[2]),
        format!("{base}{}-0{}-{}/a.pdf", a[0], a[1], a[2]),
        format!("{base}{}-{}-{}/a.exe", a[0], a[1], a[2]),
        format!("{base}{}-{}-{}/%ff", a[0], a[1], a[2]),
        format!("{base}{}-{}-{}/..%2fa.pdf", a[0], a[1], a[2]),
        format!("{base}{}/a.pdf", a[0]),
        format!("{base}m1-{}-{}/a.pdf", a[1], a[2]),
        format!("{base}-/-"),
        format!("{base}%00/%00"),
    ];
    let segment = &one[base.len()..];
    for at in 0..segment.len() {
        let other = if segment[at..].starts_with('0') { '1' } else { '0' };
        wrong.push(format!("{base}{}{other}{}", &segment[..at], &segment[at + 1..]));
    }
    // A slash that was overwritten leaves no link at all, which is another route.
    wrong.retain(|link| link[base.len()..].contains('/'));
    let expected = read(Method::GET, &never, None).await?;
    ensure!(expected.status == StatusCode::NOT_FOUND, "{expected:?}");
    let http = reqwest::Client::builder().no_proxy().build()?;
    for link in &wrong {
        let got = read_with(&http, Method::GET, link, None).await?;
        ensure!(got.status == expected.status && got.bytes == expected.bytes, "{link}: {got:?}");
        ensure!(got.headers == expected.headers, "{link}: {got:?}");
    }
    let count = wrong.len();
    ensure!(count > 150, "{count} wrong links");
    println!("{count} wrong links over HTTP: 0 read, one answer");
    Ok(())
}

/// G19: a phone that was cut off asks for the rest, and gets just that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_a_file_are_sent_as_they_are_asked_for() -> anyhow::Result<()> {
    let (bench, _, task) = start(DeskOptions::default()).await?;
    // More than is read from the disk at a time, and no two pieces of it the same.
    let bytes: Vec<u8> = (0..50_000_u32).flat_map(u32::to_be_bytes).collect();
    let reply = send(&bench.desk, &task, "data.bin", &bytes).await?;
    let link = link(&reply, 0)?;
    let whole = read(Method::GET, link, None).await?;
    ensure!(whole.bytes == bytes && whole.header("accept-ranges") == "bytes", "{:?}", whole.headers);
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=65530-131080", 65_530, 131_080),
        ("bytes=199999-", 199_999, 199_999),
        ("bytes=-70000", 130_000, 199_999),
        ("bytes=100-999999", 100, 199_999),
    ] {
        let got = read(Method::GET, link, Some(range)).await?;
        ensure!(got.status == StatusCode::PARTIAL_CONTENT && got.bytes == bytes[first..=last], "{range}");
        let expected = format!("bytes {first}-{last}/200000");
        ensure!(got.header("content-range") == expected, "{range}: {:?}", got.headers);
    }
    let beyond = read(Method::GET, link, Some("bytes=200000-")).await?;
    ensure!(beyond.status == StatusCode::RANGE_NOT_SATISFIABLE && beyond.bytes.is_empty(), "{beyond:?}");
    ensure!(beyond.header("content-range") == "bytes */200000", "{beyond:?}");
    let several = read(Method::GET, link, Some("bytes=0-1,5-6")).await?;
    ensure!(several.status == StatusCode::OK && several.bytes == bytes, "several are the whole");
    let head = read(Method::HEAD, link, Some("bytes=0-0")).await?;
    ensure!(head.status == StatusCode::OK && head.header("content-length") == "200000", "{head:?}");
    let http = reqwest::Client::builder().no_proxy().build()?;
    for (tag, status) in [(whole.header("etag"), 206), ("\"another\"", 200)] {
        let answer = http.get(link).header("range", "bytes=0-0").header("if-range", tag).send().await?;
        ensure!(answer.status() == status, "If-Range {tag}: {}", answer.status());
    }
    Ok(())
}

/// G19: whatever a file is and is called, nothing of it runs at the desk's address, and its name is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_run_is_inert_and_what_could_lie_is_named() -> anyhow::Result<()> {
    let (bench, _, task) = start(DeskOptions::default()).await?;
    let html: &[u8] = b"<html><script>alert(1)</script></html>";
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    for (name, bytes, kept, how) in [
        ("page.html", html, "page.html", "attachment"),
        ("photo.png", html, "photo.png.html", "attachment"),
        ("logo.svg", svg, "logo.svg", "attachment"),
        ("photo.jpg", svg, "photo.jpg.txt", "attachment"),
        ("a.png", PNG, "a.png", "inline"),
        ("../../etc/пароль", PNG, "пароль.png", "inline"),
        ("..", PDF, "file.pdf", "attachment"),
        ("a\u{202e}fdp.exe\r\nX-Evil: 1", PDF, "afdp.exeX-Evil 1.pdf", "attachment"),
        ("😀\0\u{7f}\".pdf", PDF, "😀.pdf", "attachment"),
    ] {
        let file = bench.desk.upload(name, bytes).await?;
        ensure!(file["name"] == kept, "{name:?} is kept as {}", file["name"]);
        let body = json!({"attachments": [file["id"]]});
        let action = bench.desk.post(&format!("tasks/{}/actions", task["id"]), body).await?;
        let link = action["attachments"][0]["url"].as_str().context("a link")?.to_owned();
        ensure!(link.is_ascii() && !link.contains('%'), "{link}");
        let got = read(Method::GET, &link, None).await?;
        ensure!(got.status == StatusCode::OK && got.bytes == bytes, "{name:?}: {}", got.status);
        ensure!(got.header("content-disposition").starts_with(how), "{name:?}: {:?}", got.headers);
        ensure!(got.header("content-security-policy") == "sandbox; default-src 'none'", "{name:?}");
        ensure!(got.header("x-content-type-options") == "nosniff", "{name:?}");
        let inert = if how == "inline" { "image/png" } else { "application/octet-stream" };
        ensure!(got.header("content-type") == inert && got.header("x-evil").is_empty(), "{:?}", got.headers);
    }
    Ok(())
}

/// G19, T23: a link works through a restart and with another master key, for thirty days and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_outlives_starts_and_keys_and_ends_after_thirty_days() -> anyhow::Result<()> {
    let (mut bench, _, task) = start(movable()).await?;
    let reply = send(&bench.desk, &task, "bill.pdf", PDF).await?;
    let link = link(&reply, 0)?.to_owned();
    bench.desk.kill()?;
    bench.desk.start_again()?;
    ensure!(read(Method::GET, &link, None).await?.bytes == PDF, "after a restart");
    bench.desk.kill()?;
    let mut rotate = std::process::Command::new(e2e::desk_program()?);
    let rotated = rotate.args(["key", "rotate", "--data"]).arg(bench.desk.data()).output()?;
    ensure!(rotated.status.success(), "{rotated:?}");
    bench.desk.start_again()?;
    bench.desk.kill()?;
    // The old key is taken away, as the command says.
    let file = bench.desk.data().join("desk.key");
    let keys = std::fs::read_to_string(&file)?;
    std::fs::write(&file, keys.lines().next().context("the new key")?)?;
    bench.desk.start_again()?;
    ensure!(read(Method::GET, &link, None).await?.bytes == PDF, "with the new master key alone");
    bench.pass(30 * DAY_MS - HOUR_MS).await?;
    ensure!(read(Method::GET, &link, None).await?.bytes == PDF, "T23: on the last day");
    bench.pass(HOUR_MS).await?;
    ensure!(read(Method::GET, &link, None).await?.status == StatusCode::NOT_FOUND, "it has ended");
    let shown = bench.desk.actions(&task).await?.pop().context("the answer")?["attachments"][0].take();
    let seen = read(Method::GET, shown["url"].as_str().context("a link")?, None).await?;
    ensure!(seen.bytes == PDF, "the operator still sees it: {shown}");
    Ok(())
}

/// G19: a file that was taken back is read by nobody, and the task says so; what is left of a deleted task is read no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_taken_back_by_a_person_or_with_its_task() -> anyhow::Result<()> {
    // So that it is not the link's own end that ends it below.
    let more = vec!["--file-days".to_owned(), "60".to_owned()];
    let (bench, olena, task) = start(DeskOptions { more, ..movable() }).await?;
    let desk = &bench.desk;
    let (one, two) = (desk.upload("a.pdf", PDF).await?, desk.upload("b.png", PNG).await?);
    olena.act("refuse", json!({"times": 1})).await?;
    let reply = desk.reply_with(&task, "", &[&one, &two]).await?;
    desk.delivered(&task, &reply, "failed").await?;
    let actions = format!("tasks/{}/actions", task["id"]);
    let attachment = |action: &Value, id: &str| format!("{actions}/{}/attachments/{id}", action["id"]);
    let id = reply["attachments"][0]["id"].as_str().context("an id")?;
    desk.delete(&attachment(&reply, id)).await?;
    desk.delete(&attachment(&reply, id)).await?;
    let shown = desk.actions(&task).await?.pop().context("the answer")?["attachments"].take();
    ensure!(shown[0]["state"] == "revoked" && shown[0]["url"].is_null(), "{shown}");
    ensure!(shown[0]["name"] == "a.pdf" && shown[1]["state"] == "kept", "{shown}");
    let operators = reply["attachments"][0]["url"].as_str().context("a link")?;
    for gone in [link(&reply, 0)?, operators] {
        ensure!(read(Method::GET, gone, None).await?.status == StatusCode::NOT_FOUND, "{gone}");
    }
    ensure!(read(Method::GET, link(&reply, 1)?, None).await?.bytes == PNG, "the other one stays");
    let retry = format!("{actions}/{}/retry", reply["id"]);
    let (status, answer) = desk.call(Method::POST, &retry, Some(json!({"may_double": true}))).await?;
    ensure!(status == StatusCode::CONFLICT && answer["code"] == "dead-link", "{answer}");
    let message = desk.actions(&task).await?.remove(0);
    for wrong in [
        attachment(&reply, "0-0"),
        attachment(&reply, &format!("{}-7", reply["id"])),
        attachment(&reply, "x"),
        attachment(&message, id),
        format!("tasks/999/actions/{}/attachments/{id}", reply["id"]),
    ] {
        let (status, _) = desk.call(Method::DELETE, &wrong, None).await?;
        ensure!(status == StatusCode::NOT_FOUND, "{wrong}: {status}");
    }
    desk.delete(&format!("tasks/{}", task["id"])).await?;
    ensure!(read(Method::GET, link(&reply, 1)?, None).await?.bytes == PNG, "deleted, and not forgotten yet");
    bench.pass(31 * DAY_MS).await?;
    until("the task's content is forgotten", || async {
        Ok(desk.actions(&task).await?.is_empty().then_some(()))
    })
    .await?;
    ensure!(read(Method::GET, link(&reply, 1)?, None).await?.status == StatusCode::NOT_FOUND);
    Ok(())
}

/// G19: what is no file, or too large, or cut off, is refused with a reason and leaves nothing on the disk; an upload that
/// nobody uses is forgotten in a day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_are_bounded_and_leave_nothing() -> anyhow::Result<()> {
    let (mut bench, _, task) = start(movable()).await?;
    let reader = bench.desk.add_token("read")?;
    let desk = &bench.desk;
    let (status, answer) = desk.try_upload("a.pdf", "").await?;
    ensure!(status == StatusCode::BAD_REQUEST && answer["code"] == "empty-file", "{answer}");
    let (status, answer) = desk.try_upload("a.pdf", vec![0; (50 << 20) + 1]).await?;
    ensure!(status == StatusCode::PAYLOAD_TOO_LARGE && answer["code"] == "too-large", "{answer}");
    let forbidden = desk.request(Method::POST, "uploads").bearer_auth(&reader).body("a").send().await?;
    ensure!(forbidden.status() == StatusCode::FORBIDDEN, "{}", forbidden.status());
    let nobody = desk.request(Method::POST, "uploads").body("a").send().await?;
    ensure!(nobody.status() == StatusCode::UNAUTHORIZED, "{}", nobody.status());
    ensure!(desk.blobs()? == 0, "nothing is left: {}", desk.blobs()?);
    // Larger than the API's other bodies may be.
    let large = desk.upload("film.bin", &vec![7; 3 << 20]).await?;
    ensure!(large["size"] == 3 << 20 && desk.blobs()? == 1, "{large}");
    let actions = format!("tasks/{}/actions", task["id"]);
    for (body, status, code) in [
        (json!({"attachments": [999]}), 404, "not-found"),
        (json!({"attachments": vec![large["id"].clone(); 11]}), 400, "too-many"),
        (json!({"attachments": []}), 400, "empty-text"),
        (json!({"attachments": ["x"]}), 422, "bad-json"),
    ] {
        let (got, answer) = desk.call(Method::POST, &actions, Some(body)).await?;
        ensure!(got == status && answer["code"] == code, "{got} {answer}");
    }
    ensure!(desk.actions(&task).await?.len() == 1, "nothing was written");
    bench.pass(DAY_MS + HOUR_MS).await?;
    until("the upload is forgotten", || async {
        let (status, _) = desk
            .call(Method::POST, &actions, Some(json!({"text": "a", "attachments": [large["id"]]})))
            .await?;
        Ok((status == StatusCode::NOT_FOUND).then_some(()))
    })
    .await
}

/// G19, T21: a picture that Viber would not show goes as a file; a program, which Viber refuses, goes as a link, and the
/// operator is told of both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_viber_would_not_show_goes_in_another_form_and_says_so() -> anyhow::Result<()> {
    let (bench, olena, task) = start(DeskOptions::default()).await?;
    let desk = &bench.desk;
    let mut photo = PNG.to_vec();
    photo.resize(1_000_001, 0);
    let (photo, program) =
        (desk.upload("photo.png", &photo).await?, desk.upload("bill.pdf", b"MZ\x90\0abcdef").await?);
    ensure!(program["name"] == "bill.pdf.exe", "{program}");
    let reply = desk.reply_with(&task, "", &[&photo, &program]).await?;
    let codes: Vec<_> = [0, 1].iter().map(|part| reply["delivery"]["parts"][*part]["code"].clone()).collect();
    ensure!(codes == ["sent-as-file", "sent-as-link"], "T21: {}", reply["delivery"]);
    let reason = reply["delivery"]["parts"][1]["reason"].as_str().unwrap_or_default();
    ensure!(reason.contains(".exe"), "{}", reply["delivery"]);
    desk.delivered(&task, &reply, "delivered").await?;
    let received = olena.received().await?;
    ensure!(received[0]["type"] == "file" && received[0]["file_name"] == "photo.png", "{}", received[0]);
    ensure!(open(&received[0]).await?.len() == 1_000_001);
    let text = received[1]["text"].as_str().unwrap_or_default();
    ensure!(received[1]["type"] == "text" && text.starts_with("bill.pdf.exe\nhttp"), "{}", received[1]);
    Ok(())
}
