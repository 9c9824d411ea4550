//! What is kept of a contact, for them to have and to be rid of; and what is kept no longer. Not here: which rows that is,
//! which the store's own tests compare.

use std::path::Path;

use anyhow::{Context, ensure};
use e2e::{Bench, Desk, DeskOptions, HOUR_MS, until};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const DAY_MS: u64 = 24 * HOUR_MS;
const NAME: &str = "Олена Петренко-Канарейка";
const PHONE: &str = "+380501112233";
const TEXT: &str = "a red bicycle for the kanarienvogel";
/// As an index of words would keep it.
const WORD: &str = "kanarienvogel";
const ANSWER: &str = "the canary has three";

/// Every file of the data folder that customers' words could be in: the database, what is beside it, and the blobs.
fn bytes(desk: &Desk) -> anyhow::Result<Vec<u8>> {
    fn read(path: &Path, all: &mut Vec<u8>) -> std::io::Result<()> {
        if path.is_dir() {
            return std::fs::read_dir(path)?.try_for_each(|entry| read(&entry?.path(), all));
        }
        all.extend(std::fs::read(path)?);
        Ok(())
    }
    let mut all = Vec::new();
    for name in ["desk.sqlite", "desk.sqlite-wal", "blobs"] {
        let path = desk.data().join(name);
        if path.exists() {
            read(&path, &mut all)?;
        }
    }
    Ok(all)
}

fn blobs(desk: &Desk) -> anyhow::Result<usize> {
    let mut count = 0;
    for folder in std::fs::read_dir(desk.data().join("blobs"))? {
        count += std::fs::read_dir(folder?.path())?.count();
    }
    Ok(count)
}

fn found(desk: &Desk, canaries: &[&str]) -> anyhow::Result<Vec<String>> {
    let all = bytes(desk)?;
    let is_in = |canary: &&&str| all.windows(canary.len()).any(|part| part == canary.as_bytes());
    Ok(canaries.iter().filter(is_in).map(|canary| (*canary).to_owned()).collect())
}

/// Waits until the file of the task's newest message is kept; its link.
async fn kept_photo(desk: &Desk, task: &Value) -> anyhow::Result<String> {
    until("the photo is kept", || async {
        let actions = desk.actions(task).await?;
        let kept = actions.iter().flat_map(|action| action["attachments"].as_array().into_iter().flatten());
        let kept = kept.filter(|one| one["state"] == "kept").find_map(|one| one["url"].as_str());
        Ok(kept.map(str::to_owned))
    })
    .await
}

/// A contact is exported whole, then erased whole: from what the API says, from the file, its log and the disk. Who writes
/// again is somebody new, and nobody else has lost anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_is_exported_and_erased_to_the_last_byte() -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let desk = &bench.desk;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let petro = bench.viber.add_user(&bot, "Petro", json!({})).await?;
    petro.write("and I want a blue one").await?;
    let olena = bench.viber.add_user(&bot, NAME, json!({"phone_number": PHONE})).await?;
    olena.write(TEXT).await?;
    olena.act("contact", json!({"name": NAME, "phone_number": PHONE})).await?;
    olena.act("picture", json!({"text": TEXT})).await?;
    let task = desk.tasks_of(&account, NAME).await?.pop().context("her task")?;
    let answer = desk.reply(&task, ANSWER).await?;
    desk.delivered(&task, &answer, "delivered").await?;
    let photo = kept_photo(desk, &task).await?;
    bench.viber.quiet().await?;
    let canaries = [NAME, PHONE, TEXT, WORD, ANSWER, olena.id.as_str()];
    ensure!(found(desk, &canaries)?.len() == canaries.len(), "{:?}", found(desk, &canaries)?);

    let id = task["requester"]["id"].clone();
    let export = desk.get(&format!("contacts/{id}/export")).await?;
    let text = export.to_string();
    for canary in canaries {
        ensure!(text.contains(canary), "{canary} is not exported: {export:#}");
    }
    ensure!(!text.contains("Petro") && !text.contains("blue one"), "{export:#}");
    ensure!(export["tables"]["actions"].as_array().map(Vec::len) == Some(4), "{export:#}");
    ensure!(
        export["attachments"][0]["url"].as_str().is_some_and(|url| url.contains("/files/")),
        "{export:#}"
    );

    let (status, said) = desk.call(Method::DELETE, &format!("contacts/{id}"), None).await?;
    ensure!(status == StatusCode::OK && said["tasks"] == 1 && said["actions"] == 4, "{status} {said:#}");
    ensure!(said["backups"].as_str().is_some_and(|text| text.contains("before")), "{said:#}");
    ensure!(said["log_emptied"] == true, "{said:#}");
    ensure!(found(desk, &canaries)?.is_empty(), "{:?}", found(desk, &canaries)?);
    ensure!(blobs(desk)? == 0, "her photo is on the disk");
    let gone = reqwest::Client::builder().no_proxy().build()?.get(&photo).send().await?.status();
    ensure!(gone == StatusCode::NOT_FOUND, "{gone}");

    for path in [format!("contacts/{id}"), format!("contacts/{id}/export")] {
        ensure!(desk.call(Method::GET, &path, None).await?.0 == StatusCode::NOT_FOUND, "{path}");
    }
    ensure!(desk.call(Method::DELETE, &format!("contacts/{id}"), None).await?.0 == StatusCode::NOT_FOUND);
    let left = desk.get(&format!("tasks/{}", task["id"])).await?;
    ensure!(left["title"] == "erased" && left["status"] == "active", "{left:#}");
    ensure!(left["created_at"] == task["created_at"], "{left:#}");
    olena.write("it is me again").await?;
    let contacts = desk.all("contacts").await?;
    ensure!(contacts.len() == 2 && contacts.iter().all(|contact| contact["id"] != id), "{contacts:#?}");
    ensure!(desk.tasks_of(&account, "Petro").await?.len() == 1, "Petro's is there");
    ensure!(desk.list("parked").await?.is_empty(), "nothing is parked");
    desk.metrics().await?.conserved()
}

/// Customers' files are kept as many days as the setting says, a picture as long as its link is the contact's; then no byte
/// of them is on the disk. The doctor says how long what is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_when_their_days_are_over_and_a_picture_when_there_is_a_new_one() -> anyhow::Result<()> {
    let more = vec!["--keep-media-days".to_owned(), "2".to_owned()];
    let options = DeskOptions { movable_clock: true, more, ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let desk = &bench.desk;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let avatar = |name: &str| json!({"avatar": format!("https://dl-media.viber.com/avatars/{name}.png")});
    let olena = bench.viber.add_user(&bot, "Olena", avatar("old")).await?;
    olena.act("picture", json!({"text": "this one"})).await?;
    let task = desk.tasks(&account).await?.pop().context("a task")?;
    kept_photo(desk, &task).await?;
    let face = || async {
        let contact = desk.list("contacts").await?.remove(0);
        let is_kept = contact["picture"]["state"] == "kept";
        Ok(is_kept.then(|| contact["picture"]["remote_url"].as_str().unwrap_or_default().to_owned()))
    };
    ensure!(until("the face is kept", face).await?.contains("old"));
    olena.change(avatar("new")).await?;
    olena.write("how do I look?").await?;
    until("the new face is kept", || async { Ok(face().await?.filter(|url| url.contains("new"))) }).await?;
    let (_, said) = desk.diagnosis()?;
    ensure!(said["findings"].to_string().contains("customers' files 2 days"), "{said:#}");

    bench.pass(3 * DAY_MS).await?;
    until("the photo's bytes are gone", || async {
        let action = desk.actions(&task).await?.remove(0);
        let one = &action["attachments"][0];
        Ok((one["state"] == "failed" && one["code"] == "forgotten" && blobs(desk)? <= 1).then_some(()))
    })
    .await?;
    ensure!(face().await?.is_some(), "the face stays");
    Ok(())
}
