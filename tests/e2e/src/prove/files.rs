//! G19 at full size: 100,000 wrong links over HTTP, every size asked for twice, and a file of 50 MiB.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::uploads::{Read, open, read};
use e2e::{Bench, Desk};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::report::Report;

const WRONG_LINKS: usize = 100_000;
const CALLERS: usize = 8;
const SIZES: usize = 100;
const LARGEST: usize = 50 << 20;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({})).await?;
    olena.write("the bill, please").await?;
    let task = bench.desk.tasks(&account).await?.pop().context("a task")?;
    let message = send(&bench.desk, &task, b"%PDF-1.4\n").await?;
    wrong_links(report, message["media"].as_str().context("a link")?).await?;
    let mut same = 0;
    for size in 1..=SIZES {
        let bytes = vec![b'x'; size * size * 50];
        same += usize::from(open(&send(&bench.desk, &task, &bytes).await?).await? == bytes);
    }
    report.figure(
        "sizes by HEAD and GET that are the same:",
        format!("{same} of {SIZES}"),
        "100 %",
        same == SIZES,
    );
    large(report, &bench.desk, &task).await
}

/// Sends a file, and says the part of the answer as the customer's phone has it.
async fn send(desk: &Desk, task: &Value, bytes: &[u8]) -> anyhow::Result<Value> {
    let file = desk.upload("a.bin", bytes).await?;
    let reply = desk.reply_with(task, "", &[&file]).await?;
    let part = reply["parts"][0].as_object().and_then(|part| part.values().next());
    let part = part.context("a file")?;
    Ok(json!({"media": part["url"], "size": part["size_bytes"]}))
}

/// What the wrong links led to.
#[derive(Default)]
struct Seen {
    hits: usize,
    differing: usize,
    took: [Vec<Duration>; 2],
}

async fn wrong_links(report: &mut Report, link: &str) -> anyhow::Result<()> {
    let (_, path) = link.rsplit_once("/files/").context("a path")?;
    let (_, name) = path.split_once('/').context("a name")?;
    let base = link.strip_suffix(path).context("a base")?.to_owned();
    let wrong = format!("{base}{:064x}-1900000000000-{:064x}/{name}", 0, 0);
    let unknown = Arc::new(read(Method::GET, &wrong, None).await?);
    ensure!(unknown.status == StatusCode::NOT_FOUND, "{unknown:?}");
    let (mut callers, began) = (JoinSet::new(), Instant::now());
    for caller in 0..CALLERS {
        let (base, path, unknown) = (base.clone(), path.to_owned(), unknown.clone());
        callers.spawn(async move { guess(&base, &path, &unknown, caller).await });
    }
    let mut all = Seen::default();
    while let Some(seen) = callers.join_next().await {
        let seen = seen??;
        all.hits += seen.hits;
        all.differing += seen.differing;
        all.took.iter_mut().zip(seen.took).for_each(|(all, some)| all.extend(some));
        report.progress(format!("{} wrong links", all.took.iter().map(Vec::len).sum::<usize>()));
    }
    let tried = all.took.iter().map(Vec::len).sum::<usize>();
    report.progress(format!("{:.0} a second", tried as f64 / began.elapsed().as_secs_f64()));
    report.figure("wrong links that read a file, of", format!("{tried}: {}", all.hits), "0", all.hits == 0);
    report.figure("with another answer than an unknown one:", all.differing, "0", all.differing == 0);
    let [near, far] = all.took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2].as_secs_f64() * 1e6
    });
    let apart = (near - far).abs() / far;
    report.figure(
        "median of links nearly right and wholly wrong:",
        format!("{near:.0} and {far:.0} µs"),
        "within 10 %",
        apart < 0.1,
    );
    Ok(())
}

/// By turns a link with one letter changed, and one of which nothing is right but the form.
async fn guess(base: &str, path: &str, unknown: &Read, caller: usize) -> anyhow::Result<Seen> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let (segment, name) = path.split_once('/').context("a name")?;
    let mut seen = Seen::default();
    for number in 0..WRONG_LINKS / CALLERS {
        // A letter of the MAC, which is the last 64; each gets each other digit, and a dash.
        let at = segment.len() - 1 - (number / 32) % 64;
        let digit = b"0123456789abcdef-"[(number / 2 + caller) % 17] as char;
        let near = number % 2 == 0 && !segment[at..].starts_with(digit);
        let guessed = if near {
            format!("{}{digit}{}", &segment[..at], &segment[at + 1..])
        } else {
            let random = Sha256::digest(format!("{caller} {number}"));
            let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let mac: String = random.chars().rev().collect();
            format!("{random}-{}-{mac}", 1_900_000_000_000_u64 + number as u64)
        };
        let began = Instant::now();
        let answer = http.get(format!("{base}{guessed}/{name}")).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        seen.took[usize::from(!near)].push(began.elapsed());
        seen.hits += usize::from(status.is_success());
        seen.differing += usize::from(status != unknown.status || body != unknown.bytes);
    }
    Ok(seen)
}

/// The largest file there may be goes through without being held in memory, and one byte more leaves nothing.
async fn large(report: &mut Report, desk: &Desk, task: &Value) -> anyhow::Result<()> {
    let (before, kept) = (desk.peak_bytes()?, desk.blobs()?);
    let bytes = vec![b'x'; LARGEST];
    let message = send(desk, task, &bytes).await?;
    report.progress("50 MiB are in");
    let same = open(&message).await? == bytes;
    let grown = desk.peak_bytes()?.saturating_sub(before);
    report.figure("50 MiB up and down, the same bytes:", same, "true", same);
    report.figure(
        "the most memory ever grew by",
        format!("{} MiB", grown >> 20),
        "< 32 MiB",
        grown < 32 << 20,
    );
    let (status, _) = desk.try_upload("a.bin", vec![b'x'; LARGEST + 1]).await?;
    let left = desk.blobs()? - kept - 1;
    let holds = status == StatusCode::PAYLOAD_TOO_LARGE && left == 0;
    report.figure("a byte more:", format!("{status}, {left} files left"), "413, 0 files", holds);
    Ok(())
}
