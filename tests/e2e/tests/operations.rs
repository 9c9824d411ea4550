//! What operators of a desk rely on: its numbers, its doctor, what it forgets. Not here: what people in tasks see.

use std::io::{Seek as _, SeekFrom, Write as _};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::{Bench, DeskOptions, until};
use serde_json::{Value, json};

/// G10: the numbers tell what happened, add up before and after a kill, need a token, and name nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_count_everything_and_name_nobody() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({"phone_number": "+380501112233"})).await?;
    olena.write("a red bicycle").await?;
    let task = bench.desk.tasks(&account).await?.pop().context("a task")?;
    let reply = bench.desk.reply(&task, "we have three").await?;
    bench.desk.delivered(&task, &reply, "delivered").await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let body = callback::text(7_000, "some-user-id", "once more");
    for _ in 0..3 {
        hook.post(&body).await?;
    }
    let before = bench.desk.metrics().await?;
    before.conserved()?;
    ensure!(before.get("desk_inbound_repeated_total")? == 2.0, "{}", before.text);
    ensure!(before.get("desk_webhook_responses_total{status=\"200\"}")? >= 5.0, "{}", before.text);
    ensure!(
        before.get("desk_plugin_calls_total{function=\"reply\",result=\"ok\"}")? == 1.0,
        "{}",
        before.text
    );
    ensure!(before.get("desk_plugin_call_seconds_count{function=\"inbound\"}")? >= 2.0, "{}", before.text);
    ensure!(before.get("desk_connections")? >= 1.0, "this one: {}", before.text);
    let connected = format!("desk_account_connected{{account=\"{account}\",channel=\"viber\"}}");
    ensure!(before.get(&connected)? == 1.0, "{}", before.text);
    for secret in ["Olena", "bicycle", "three", "380501112233", "some-user-id", "Bike Shop"] {
        ensure!(!before.text.contains(secret), "{secret} in:\n{}", before.text);
    }
    let nobody = reqwest::get(format!("{}/metrics", bench.desk.base)).await?;
    ensure!(nobody.status() == 401, "{}", nobody.status());
    bench.desk.kill()?;
    bench.desk.start_again()?;
    let after = bench.desk.metrics().await?;
    after.conserved()?;
    for line in ["desk_inbound_received_total", "desk_inbound_repeated_total", "desk_calls{state=\"done\"}"] {
        ensure!(after.get(line)? == before.get(line)?, "{line}: {}", after.text);
    }
    Ok(())
}

/// What the doctor says of an area that is wrong, or nothing if all of it is well.
fn wrong(diagnosis: &Value, area: &str) -> String {
    let findings = diagnosis["findings"].as_array().into_iter().flatten();
    let wrong = findings.filter(|finding| finding["area"] == area && finding["good"] == false);
    wrong.map(|finding| format!("{} → {}", finding["says"], finding["advice"])).collect()
}

/// G10: the doctor finds nothing wrong with a desk that runs well, and nothing with the same one at rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_looks_beside_a_running_desk_and_at_a_stopped_one() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    bench.viber.add_user(&bot, "Olena", json!({})).await?.write("hello").await?;
    let (good, running) = bench.desk.diagnosis()?;
    ensure!(good && running["good"] == true, "{running:#}");
    ensure!(running["counts"]["received"].as_i64() >= Some(1), "{running:#}");
    let text = bench.desk.doctor(&[])?;
    let text = String::from_utf8(text.stdout)?;
    for line in ["✓ process   runs, and answers", "✓ database  sound", "✓ webhook", "✓ plugin    viber"]
    {
        ensure!(text.contains(line), "no `{line}` in:\n{text}");
    }
    ensure!(!text.contains('✗'), "{text}");
    bench.desk.kill()?;
    let (good, stopped) = bench.desk.diagnosis()?;
    ensure!(good, "{stopped:#}");
    ensure!(stopped["counts"] == running["counts"], "{stopped:#}");
    bench.desk.start_again()?;
    Ok(())
}

/// G10: each thing that is wrong is said, with what to do, and the exit code says it too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_what_is_wrong_and_what_to_do() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = folder.path().join("channel.wasm");
    std::fs::copy(guests::VIBER_CHANNEL, &plugin)?;
    let options = DeskOptions { plugins: vec![plugin.clone()], ..DeskOptions::default() };
    let mut bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let refused = bench.add_account("Tea Shop", &json!("no-such-key-0000"), json!({})).await?;
    bench.health(&refused, "failed").await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    hook.post(b"{\"event\": 7}").await?;
    let parked = bench.desk.list("parked").await?.len();
    bench.viber.fault("send_message", 1, json!({"answer_delay_ms": 3_000})).await?;
    let task = bench.desk.tasks(&account).await?.pop().context("a task")?;
    bench.desk.reply(&task, "we have three").await?;
    until("the call is under way", || async {
        let sending = bench.desk.metrics().await?.get("desk_calls{state=\"sending\"}")?;
        Ok((sending == 1.0).then_some(()))
    })
    .await?;
    bench.desk.kill()?;
    std::fs::write(&plugin, b"another")?;
    let (good, said) = bench.desk.diagnosis()?;
    ensure!(!good && said["good"] == false, "{said:#}");
    ensure!(wrong(&said, "account").contains("Tea Shop"), "{said:#}");
    ensure!(wrong(&said, "sending").contains("Start the desk"), "{said:#}");
    ensure!(wrong(&said, "plugin").contains("another one now"), "{said:#}");
    ensure!((parked == 0) == wrong(&said, "parked").is_empty(), "{parked} parked: {said:#}");
    ensure!(wrong(&said, "sums").is_empty() && wrong(&said, "database").is_empty(), "{said:#}");

    let file = bench.desk.data().join("desk.sqlite");
    // Behind the header: SQLite opens it, and finds pages that are none.
    let size = std::fs::metadata(&file)?.len();
    let mut damaged = std::fs::OpenOptions::new().write(true).open(&file)?;
    damaged.seek(SeekFrom::Start(size / 2))?;
    damaged.write_all(&vec![0xA5; usize::try_from(size / 4)?])?;
    let _ = std::fs::remove_file(file.with_extension("sqlite-wal"));
    let (good, said) = bench.desk.diagnosis()?;
    ensure!(!good && !wrong(&said, "database").is_empty(), "{said:#}");
    Ok(())
}

const DAY_MS: u64 = 24 * e2e::HOUR_MS;

/// G10: after a month what is done is forgotten and still adds up; what a person may want to send again is not, and an
/// old callback that comes once more makes no second action.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_is_forgotten_after_a_month_and_what_failed_is_not() -> anyhow::Result<()> {
    let bench = Bench::start_on_the_hour().await?;
    let desk = &bench.desk;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let task = desk.tasks(&account).await?.pop().context("a task")?;
    let sent = desk.reply(&task, "we have three").await?;
    desk.delivered(&task, &sent, "delivered").await?;
    bench.viber.fault("send_message", 1, json!({"drop": "before"})).await?;
    let lost = desk.reply(&task, "and a red one").await?;
    desk.delivered(&task, &lost, "unconfirmed").await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let old = callback::text(9_000, "petro", "only once");
    hook.post(&old).await?;
    let before = desk.metrics().await?;
    ensure!(before.get("desk_calls_forgotten_total")? == 0.0, "{}", before.text);

    bench.pass(31 * DAY_MS).await?;
    let after = until("done calls are forgotten", || async {
        let metrics = desk.metrics().await?;
        Ok((metrics.get("desk_calls_forgotten_total")? > 0.0).then_some(metrics))
    })
    .await?;
    after.conserved()?;
    ensure!(after.get("desk_calls{state=\"done\"}")? >= 1.0, "the lost one's: {}", after.text);
    ensure!(desk.texts(&task).await?.len() == 3, "what was said stays");
    hook.post(&old).await?;
    let petro = desk.tasks(&account).await?.pop().context("a task")?;
    ensure!(desk.texts(&petro).await? == ["only once"], "it is no second action");
    let path = format!("tasks/{}/actions/{}/retry", task["id"], lost["id"]);
    desk.post(&path, json!({"may_double": true})).await?;
    desk.delivered(&task, &lost, "delivered").await?;
    desk.metrics().await?.conserved()
}
