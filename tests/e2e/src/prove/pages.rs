//! The console with 100,000 tasks in the store: how long its pages take, and how soon a customer's message is on one.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::crowd::Crowd;
use e2e::plain_browser::PlainBrowser;
use e2e::{Bench, browser};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::report::Report;

const TASKS: usize = 100_000;
const CONNECTIONS: usize = 16;
const LOOKS: usize = 200;
const PAGE_MAX: Duration = Duration::from_millis(50);
const MESSAGE_MAX_MS: u64 = 1_000;
/// A word that every thousandth customer writes, and one that all do.
const RARE: &str = "penny-farthing";
const COMMON: &str = "bicycle";

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    bench.desk.post("quick_replies", json!({"title": "Greeting", "text": "Good day!"})).await?;
    let queue = |connection: usize| (connection..TASKS).step_by(CONNECTIONS).map(first_message);
    let crowd = Crowd::start(&hook, (0..CONNECTIONS).map(queue));
    crowd
        .end(&mut bench.desk, None, |done| report.progress(format!("{done} customers have written")))
        .await?;

    let visitor = PlainBrowser::signed_in(&bench.desk, &bench.desk.token).await?;
    let deep = format!("/?before={}-{}", callback::now_ms(), TASKS / 2);
    let search = |word: &str| format!("/?q={word}");
    let pages: Vec<(&str, String)> = vec![
        ("the inbox", "/".into()),
        ("the inbox, everything", "/?status=all".into()),
        ("the inbox, mine", "/?who=me".into()),
        ("the inbox, far down", deep),
        ("a search that finds few", search(RARE)),
        ("a search that finds all", search(COMMON)),
        ("a task", format!("/tasks/{}", TASKS / 3)),
        ("quick replies in a task", format!("/tasks/{}/quick?find=gre", TASKS / 3)),
        ("the accounts", "/settings".into()),
        ("an account", format!("/settings/accounts/{account}")),
        ("people", "/settings/people".into()),
        ("quick replies", "/settings/quick".into()),
        ("the state of the desk", "/settings/system".into()),
    ];
    // The doctor's is none of them: an examination reads the whole file.
    for (name, path) in pages {
        let took = looks(&visitor, &path).await?;
        let (median, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        report.progress(format!("{name}: {median:.1?}"));
        report.figure(
            &format!("{name}: median {median:.1?}, p99"),
            format!("{p99:.1?}"),
            "≤ 50 ms",
            p99 <= PAGE_MAX,
        );
    }
    live(report, &bench).await
}

/// Each from somebody else, so each is a task.
fn first_message(number: usize) -> Vec<u8> {
    let word = if number.is_multiple_of(1_000) { RARE } else { "wheel" };
    let text = format!("Question {number} about a {COMMON} and its {word}");
    callback::text(number as u64 + 1, &format!("customer-{number}"), &text)
}

/// How long the page took each time, the shortest first.
async fn looks(visitor: &PlainBrowser, path: &str) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for _ in 0..LOOKS {
        let start = Instant::now();
        let (status, page) = visitor.get(path).await?;
        took.push(start.elapsed());
        ensure!(status == StatusCode::OK && !page.is_empty(), "{path}: {status}");
    }
    took.sort_unstable();
    Ok(took)
}

/// In a real browser, from the customer's message to the words on the page.
async fn live(report: &mut Report, bench: &Bench) -> anyhow::Result<()> {
    let Some(said) = browser::drive(bench, "bench/live.spec.js").await? else { return Ok(()) };
    let line = said.lines().find_map(|line| line.trim().strip_prefix("FIGURES ")).context("no figures")?;
    let figures: Value = serde_json::from_str(line)?;
    for place in ["inbox", "task"] {
        let mut took: Vec<u64> =
            figures[place].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        took.sort_unstable();
        let longest = *took.last().context("a message")?;
        let what = format!("from a message to the open {place}: median {} ms, longest", took[took.len() / 2]);
        report.figure(&what, format!("{longest} ms"), "≤ 1 s", longest <= MESSAGE_MAX_MS);
    }
    Ok(())
}
