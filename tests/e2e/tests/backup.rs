//! A backup that is taken while customers write, and a desk from it that sends nothing old by itself: G34. Not here: its
//! size and time, which `cargo xtask prove backup` measures.

use std::time::Duration;

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::load::{Load, Message};
use e2e::ops::restore;
use e2e::plain_browser::PlainBrowser;
use e2e::{Bench, User, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

const CALLERS: usize = 4;
/// Between an answer and the next message: this is about what is kept, not about how fast.
const PAUSE: Duration = Duration::from_millis(20);

/// A customer with a task and three answers, the first of which Viber wants again in ten minutes.
async fn with_unsent(bench: &Bench, account: &str, bot: &str, name: &str) -> anyhow::Result<(User, Value)> {
    let user = bench.viber.add_user(bot, name, json!({})).await?;
    user.write("hello").await?;
    let task = bench.desk.tasks_of(account, name).await?.pop().context("a task")?;
    bench.viber.fault("send_message", 1, json!({"http": 503, "retry_after": 600})).await?;
    let first = bench.desk.reply(&task, "one").await?;
    until("the first waits", || async {
        let delivery = bench.desk.delivery(&task, &first).await?;
        Ok((delivery["reason"] != Value::Null).then_some(()))
    })
    .await?;
    bench.desk.reply(&task, "two").await?;
    bench.desk.reply(&task, "three").await?;
    Ok((user, task))
}

async fn answers(bench: &Bench, task: &Value) -> anyhow::Result<Vec<Value>> {
    let mut actions = bench.desk.actions(task).await?;
    actions.retain(|action| action["kind"] == "comment");
    Ok(actions)
}

/// G34: what was answered before a backup began is in it; nothing that it had not sent leaves before a person says so, and
/// what is written after the restore does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_from_a_backup_has_everything_and_sends_nothing_old_by_itself() -> anyhow::Result<()> {
    // Before the bench, so that it goes after it: its desk ends in there.
    let folder = tempfile::tempdir()?;
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let acknowledged = Load::start(&hook, 1, CALLERS, PAUSE);
    let (olena, hers) = with_unsent(&bench, &account, &bot, "Olena").await?;
    let (petro, his) = with_unsent(&bench, &account, &bot, "Petro").await?;
    let acknowledged = acknowledged.end().await;
    ensure!(acknowledged.unanswered.is_empty() && acknowledged.refused.is_empty());

    let (backup, data) = (folder.path().join("backup"), folder.path().join("data"));
    let meanwhile = Load::start(&hook, 2, CALLERS, PAUSE);
    let said = bench.desk.back_up(&backup)?;
    ensure!(said.contains("sound") && said.contains("master key is not in it"), "{said}");
    ensure!(!backup.join("desk.key").exists(), "the key is in the backup");
    meanwhile.end().await;
    bench.desk.kill()?;
    let sent = bench.viber.calls("send_message").await?.len();

    let said = restore(&backup, &data)?;
    ensure!(said.contains("held: 6 calls and 0 replies"), "{said}");
    bench.desk.start_on(&data)?;
    let (_, diagnosis) = bench.desk.diagnosis()?;
    let findings = diagnosis["findings"].to_string();
    ensure!(findings.contains("6 calls and 0 replies are held"), "{diagnosis:#}");
    ensure!(diagnosis["findings"][3]["says"] == "sound", "{diagnosis:#}");

    let mut kept = 0;
    for task in bench.desk.tasks(&account).await? {
        let user = task["requester"]["name"].as_str().unwrap_or_default().to_owned();
        if user.starts_with("User user-") {
            let texts = bench.desk.texts(&task).await?;
            let whole: Vec<_> = (0..texts.len()).map(Message::text).collect();
            ensure!(texts == whole, "{user}: {texts:?}");
            kept += if user.starts_with("User user-1-") { texts.len() } else { 0 };
        }
    }
    ensure!(kept == acknowledged.took.len(), "{kept} of {} are there", acknowledged.took.len());

    // Both what is held and what is new is seen by the operator, and only the new is sent.
    for action in answers(&bench, &hers).await? {
        let delivery = &action["delivery"];
        ensure!(delivery["state"] == "pending" && delivery["code"] == "held", "{delivery:#}");
        ensure!(delivery["reason"].as_str().unwrap_or_default().contains("it may have been sent"));
    }
    let new = bench.desk.reply(&hers, "four").await?;
    bench.desk.delivered(&hers, &new, "delivered").await?;
    let held = bench.desk.get("held").await?;
    ensure!(held["calls"] == 6 && held["items"].as_array().map(Vec::len) == Some(2), "{held:#}");
    ensure!(bench.desk.metrics().await?.get("desk_held{what=\"call\"}")? == 6.0);
    ensure!(bench.viber.calls("send_message").await?.len() == sent + 1, "something old was sent");
    ensure!(olena.texts().await?.last().map(String::as_str) == Some("four"));

    decide(&bench, &account, (&olena, &hers), (&petro, &his)).await?;
    bench.desk.metrics().await?.conserved()
}

/// A person lets the one customer's answers go by the API, and gives the other's up in the console.
async fn decide(
    bench: &Bench,
    account: &str,
    (olena, hers): (&User, &Value),
    (petro, his): (&User, &Value),
) -> anyhow::Result<()> {
    let of = |user: &User| json!({"account": account, "conversation": user.id});
    let counted = bench.desk.post("held/release", of(olena)).await?;
    ensure!(counted == json!({"calls": 3, "replies": 0}), "{counted}");
    for action in answers(bench, hers).await? {
        bench.desk.delivered(hers, &action, "delivered").await?;
    }
    let texts = olena.texts().await?;
    ensure!(texts[texts.len() - 3..] == ["one", "two", "three"], "in their order: {texts:?}");
    let sent = bench.viber.calls("send_message").await?.len();
    let visitor = PlainBrowser::signed_in(&bench.desk, &bench.desk.token).await?;
    let (_, page) = visitor.get("/settings/system").await?;
    ensure!(page.contains("Held back after a restore") && page.contains("Calls: 3"), "{page}");
    let form = [("account", account), ("conversation", petro.id.as_str()), ("deed", "drop")];
    let dropped = visitor.post("/settings/held", &form).await?;
    ensure!(dropped.status() == StatusCode::SEE_OTHER, "{}", dropped.status());
    ensure!(!visitor.get("/settings/system").await?.1.contains("Held back"), "nothing is held any more");
    for action in answers(bench, his).await? {
        bench.desk.delivered(his, &action, "unconfirmed").await?;
    }
    let last = answers(bench, his).await?.pop().context("an answer")?;
    let (reason, advice) = (&last["delivery"]["reason"], &last["delivery"]["advice"]);
    ensure!(reason.as_str().unwrap_or_default().contains("then dropped") && advice != "", "{last:#}");
    ensure!(bench.viber.calls("send_message").await?.len() == sent, "what is dropped is not sent");
    ensure!(bench.desk.get("held").await?["calls"] == 0);
    Ok(())
}

/// G34: a half backup is none, a changed one is refused, and no desk that is there is overwritten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_half_or_changed_backup_is_restored_and_no_desk_overwritten() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    bench.connect("Bike Shop", json!({})).await?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    bench.desk.back_up(&path("backup"))?;
    let refused = |from: &str, to: &std::path::Path, why: &str| -> anyhow::Result<()> {
        let error = restore(&path(from), to).err().with_context(|| format!("not refused: {why}"))?;
        ensure!(format!("{error:#}").contains(why), "{error:#}");
        Ok(())
    };
    let again = bench.desk.back_up(&path("backup")).err().context("it exists")?;
    ensure!(again.to_string().contains("name a new folder"), "{again}");
    refused("backup", bench.desk.data(), "a desk runs on")?;
    std::fs::create_dir(path("full"))?;
    std::fs::write(path("full").join("letter.txt"), "mine")?;
    refused("backup", &path("full"), "is not empty, it has letter.txt")?;
    std::fs::rename(path("backup").join("backup.json"), path("backup.json"))?;
    refused("backup", &path("a"), "was not finished")?;
    std::fs::rename(path("backup.json"), path("backup").join("backup.json"))?;
    let database = path("backup").join("desk.sqlite");
    let mut bytes = std::fs::read(&database)?;
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    std::fs::write(&database, bytes)?;
    refused("backup", &path("b"), "not as it was when it was taken")
}
