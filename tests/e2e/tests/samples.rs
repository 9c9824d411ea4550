//! Callbacks that others captured or published, through `desk feed` and through a running desk. The samples are not ours
//! and not part of the workspace: where they are missing, the tests say so and end. Not here: our own payloads.

use std::path::Path;

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::{Bench, Feed, foreign_samples, json_file, json_files};
use reqwest::StatusCode;
use serde_json::{Value, json};

const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
/// A year in which all samples are of the past, ms.
const NOW: u64 = 1_767_225_600_000;

/// A first message: the card, the task, and in it an action with a part of this kind.
const fn message(part: &'static str) -> (&'static [&'static str], &'static str) {
    (&["save_contact", "open_task", "add_action"], part)
}

const NOTHING: (&[&str], &str) = (&[], "");
const RECEIPT: (&[&str], &str) = (&["receipt"], "");

/// File, without `callback-` and `.json`; the kinds of commands for a customer who is new; the kind of the action's part.
#[rustfmt::skip]
const SAMPLES: &[(&str, (&[&str], &str))] = &[
    ("client-status-payment-docs", NOTHING),
    ("conversation-started-captured", NOTHING),
    ("conversation-started-docs", NOTHING),
    ("conversation-started-no-subscribed-courier", NOTHING),
    ("delivered-captured", RECEIPT),
    ("delivered-docs", RECEIPT),
    ("delivered-sdk", RECEIPT),
    ("delivered-with-chat-id-sdk", RECEIPT),
    ("failed-courier", RECEIPT),
    ("failed-docs", RECEIPT),
    ("message-chat-extension-sdk", NOTHING), // Inline bots only: nobody wrote to us.
    ("message-contact-captured", message("contact")),
    ("message-contact-sdk", message("contact")),
    ("message-docs-omnibus", message("text")),
    ("message-file-sdk", message("file")),
    ("message-location-captured", message("location")),
    ("message-location-sdk", message("location")),
    ("message-location-with-text-courier", message("location")),
    ("message-picture-captured", message("image")),
    ("message-picture-nocaption-captured", message("image")),
    ("message-picture-sdk", message("image")),
    ("message-rich-media-sdk", message("other")),
    ("message-sticker-captured", message("sticker")),
    ("message-sticker-sdk", message("sticker")),
    ("message-text-courier", message("text")),
    ("message-text-emoji-captured", message("text")),
    ("message-text-escaped-captured", message("text")),
    ("message-text-placeholder-sender-captured", message("text")),
    ("message-text-sdk", message("text")),
    ("message-text-unicode-sdk", message("text")),
    ("message-unknown-type-courier", message("other")), // I15
    ("message-url-sdk", message("link")),
    ("message-video-captured", message("video")),
    ("message-video-sdk", message("video")),
    ("message-video-without-media-courier", message("video")),
    ("seen-captured", RECEIPT),
    ("seen-docs", RECEIPT),
    ("subscribed-courier", NOTHING),
    ("subscribed-docs", NOTHING),
    ("unsubscribed-captured", NOTHING),
    ("unsubscribed-docs", NOTHING),
    ("webhook-captured", NOTHING),
    ("webhook-captured-2022", NOTHING),
    ("webhook-swapped-fields-courier", NOTHING),
];

/// File, body, kinds of commands, kind of part.
type Sample = (String, String, &'static [&'static str], &'static str);

/// The samples with their rows; each file has one, and each row a file.
fn samples(folder: &Path) -> anyhow::Result<Vec<Sample>> {
    let files = json_files(folder, "callback-")?;
    for (name, _) in SAMPLES {
        let known = files.iter().any(|(file, _)| file.trim_start_matches("callback-") == *name);
        ensure!(known, "the table has a row for {name}, and there is no such file");
    }
    let mut rows = Vec::new();
    for (file, body) in files {
        let row = SAMPLES.iter().find(|(name, _)| file.trim_start_matches("callback-") == *name);
        let (_, (kinds, part)) = row.with_context(|| format!("{file}.json has no row in the table"))?;
        rows.push((file, body, *kinds, *part));
    }
    Ok(rows)
}

/// The names of tagged values, as `add_action` in `{"add_action": {…}}`.
fn kinds(list: &Value) -> Vec<&str> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_object()?.keys().next()).map(String::as_str).collect()
}

/// A file of secrets with this key.
fn secrets(folder: &Path, key: &str) -> anyhow::Result<Feed> {
    let path = folder.join("secrets.json");
    std::fs::write(&path, json!({"api_key": key}).to_string())?;
    Ok(Feed::new(None, Some(&path)))
}

#[test]
fn every_sample_leads_to_its_commands() -> anyhow::Result<()> {
    let Some(folder) = foreign_samples() else { return Ok(()) };
    let temporary = tempfile::tempdir()?;
    let feed = secrets(temporary.path(), KEY)?;
    for (file, body, expected, part) in samples(&folder)? {
        let result = feed.one(&Feed::signed(NOW, &body)).with_context(|| file.clone())?;
        ensure!(result["receipt"]["response"]["status"] == 200, "{file}: {result}");
        ensure!(result["receipt"]["unreadable"] == json!([]), "{file}: {result}");
        let commands = &result["outcomes"][0]["commands"];
        ensure!(kinds(commands) == expected, "{file}: {:?}, not {expected:?}", kinds(commands));
        ensure!(result["outcomes"][0].get("failure").is_none(), "{file}: {result}");
        if let Some(action) = commands.get(2) {
            let parts = kinds(&action["add_action"]["parts"]);
            ensure!(parts == [part], "{file}: {parts:?}, not {part}");
        }
    }
    Ok(())
}

/// Samples share users and tokens, so each gets an account of its own; the bot is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_has_its_effect_in_a_running_desk() -> anyhow::Result<()> {
    let Some(folder) = foreign_samples() else { return Ok(()) };
    let bench = Bench::start().await?;
    let bot = bench.viber.add_bot("Bike Shop").await?;
    for (file, body, expected, part) in samples(&folder)? {
        let account = bench.add_account(&file, &bot["token"], json!({})).await?;
        let url = format!("{}/webhooks/{account}", bench.desk.base);
        let hook = Hook::new(&url, bot["token"].as_str().unwrap_or_default());
        let body = as_of_now(&body);
        for _ in ["first", "repeated"] {
            let (status, _) = hook.post(body.as_bytes()).await?;
            ensure!(status == StatusCode::OK, "{file}: {status}");
        }
        let tasks = bench.desk.list(&format!("tasks?account={account}")).await?;
        ensure!(tasks.len() == usize::from(expected.contains(&"open_task")), "{file}: {tasks:?}");
        let Some(task) = tasks.first() else { continue };
        ensure!(!task["title"].as_str().unwrap_or_default().is_empty(), "{file}: a task has a title");
        let actions = bench.desk.list(&format!("tasks/{}/actions", task["id"])).await?;
        ensure!(actions.len() == 1 && kinds(&actions[0]["parts"]) == [part], "{file}: {actions:?}");
        let sender = serde_json::from_str::<Value>(&body)?["sender"]["name"].take();
        let name = &task["requester"]["name"];
        // Who hides their name is not called by the word that Viber puts there.
        ensure!(
            if sender == "Subscriber" { name != "Subscriber" } else { *name == sender },
            "{file}: {name}"
        );
    }
    ensure!(bench.desk.list("parked").await?.is_empty(), "no sample is parked");
    Ok(())
}

/// The sample as if it happened now, and else to the byte as it is: what is older than a day is not handled (G23).
fn as_of_now(body: &str) -> String {
    let Some(at) = body.find("\"timestamp\"") else { return body.to_owned() };
    let Some(from) = body[at..].find(|c: char| c.is_ascii_digit()).map(|from| at + from) else {
        return body.to_owned();
    };
    let rest = body[from..].trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}{}{rest}", &body[..from], e2e::callback::now_ms())
}

/// Published and derived signatures, each with its own key: they hold, and with another digit they do not.
#[test]
fn every_published_signature_holds_and_no_other() -> anyhow::Result<()> {
    let Some(folder) = foreign_samples() else { return Ok(()) };
    let vectors = json_file(&folder.join("signature-vectors.json"))?["vectors"].take();
    let vectors = vectors.as_array().context("a list of vectors")?;
    let temporary = tempfile::tempdir()?;
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().context("a vector has it as text");
        let feed = secrets(temporary.path(), text("token")?)?;
        let given = |signature: &str| {
            let headers = [["X-Viber-Content-Signature", signature]];
            feed.one(&json!({"now": NOW, "webhook": {"headers": headers, "body": vector["body"]}}))
        };
        let right = text("expected_signature")?;
        let accepted = given(right)?;
        ensure!(accepted["receipt"]["response"]["status"] == 200, "{}: {accepted}", vector["name"]);
        for place in [0, 31, 63] {
            let digit = if right.as_bytes()[place] == b'0' { "1" } else { "0" };
            let refused = given(&format!("{}{digit}{}", &right[..place], &right[place + 1..]))?;
            ensure!(refused["rejection"]["status"] == 401, "{}, digit {place}: {refused}", vector["name"]);
        }
    }
    Ok(())
}
