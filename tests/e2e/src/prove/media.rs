//! G18 at full size: a file server that does everything wrong, and 500 files of customers' behind that.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::callback::{self, Hook};
use e2e::files::{FileServer, PNG, of_task};
use e2e::{Bench, DeskOptions};
use serde_json::json;

use crate::report::Report;

const HOST: &str = "content.cdn.viber.com";
/// Without end, slow, silent, a false length twice, another type, packed, its link expired.
const BAD: [&str; 8] = [
    "endless.png",
    "drip.png",
    "silent.png",
    "claims-huge.png",
    "short.png",
    "script.png",
    "bomb.png",
    "expired.png",
];
/// Of each so many, before the good ones.
const TIMES: usize = 2;
const GOOD: usize = 500;
const FILE_BYTES_MAX: u64 = 50 << 20;
const BAD_MAX: Duration = Duration::from_secs(70);
const GOOD_MAX: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A file without end is on the disk for a tenth of a second.
const WATCH_EVERY: Duration = Duration::from_millis(2);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let files = FileServer::start().await?;
    let options = DeskOptions { egress: vec![format!("{HOST}={}", files.base)], ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let bad = BAD.iter().cycle().take(BAD.len() * TIMES).map(|file| ("bad", *file));
    let all = bad.chain(std::iter::repeat_n(("good", "good.png"), GOOD));
    let stop = Arc::new(AtomicBool::new(false));
    let (blobs, watched) = (bench.desk.data().join("blobs"), stop.clone());
    let watcher = std::thread::spawn(move || largest(&blobs, &watched));
    let (start, mut token) = (Instant::now(), 0);
    for (user, file) in all {
        token += 1;
        let url = format!("https://{HOST}/{file}");
        let picture = json!({"type": "picture", "media": url, "text": "", "size": 9});
        let (status, _) = hook.post(&callback::message(token, user, &picture)).await?;
        ensure!(status == 200, "{file}: {status}");
    }
    let tasks = [("User bad", BAD.len() * TIMES), ("User good", GOOD)];
    let mut ends = [None; 2];
    while ends.contains(&None) && start.elapsed() < GOOD_MAX {
        for ((name, count), end) in tasks.iter().zip(&mut ends).filter(|(_, end)| end.is_none()) {
            let task = bench.desk.tasks_of(&account, name).await?.remove(0);
            let states: Vec<_> =
                of_task(&bench, &task).await?.into_iter().map(|it| it["state"].clone()).collect();
            if states.len() == *count && states.iter().all(|state| state != "waiting") {
                let wanted = if *name == "User bad" { "failed" } else { "kept" };
                ensure!(states.iter().all(|state| state == wanted), "{name}: {states:?}");
                *end = Some(start.elapsed());
                report.progress(format!("{name}: {count} {wanted} after {:?}", start.elapsed()));
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    stop.store(true, Ordering::SeqCst);
    let largest = watcher.join().map_err(|_| anyhow::anyhow!("the watcher fell over"))??;
    let of = |end: Option<Duration>| end.map_or("not".to_owned(), |end| format!("{end:.1?}"));
    let holds = |end: Option<Duration>, most| end.is_some_and(|end| end <= most);
    report.figure("16 bad files refused after", of(ends[0]), "≤ 70 s", holds(ends[0], BAD_MAX));
    report.figure("500 good files behind them kept after", of(ends[1]), "≤ 5 min", holds(ends[1], GOOD_MAX));
    report.figure("most bytes of one file on the disk:", largest, "≤ 50 MiB, and seen", {
        largest <= FILE_BYTES_MAX && largest > PNG.len() as u64
    });
    let left = sizes(&bench.desk.data().join("blobs"))?;
    report.figure("files on the disk at the end, bytes:", format!("{left:?}"), "the good one", {
        left == [PNG.len() as u64]
    });
    Ok(())
}

/// The most bytes that one file had until it was told to stop.
fn largest(folder: &Path, stop: &AtomicBool) -> anyhow::Result<u64> {
    let mut largest = 0;
    while !stop.load(Ordering::SeqCst) {
        largest = largest.max(sizes(folder)?.into_iter().max().unwrap_or_default());
        std::thread::sleep(WATCH_EVERY);
    }
    Ok(largest)
}

/// The sizes of all files in a folder.
fn sizes(folder: &Path) -> anyhow::Result<Vec<u64>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // One that is gone meanwhile has no size.
        match entry.metadata() {
            Ok(about) if about.is_dir() => all.extend(sizes(&entry.path())?),
            Ok(about) => all.push(about.len()),
            Err(_) => {}
        }
    }
    Ok(all)
}
