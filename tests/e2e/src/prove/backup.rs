//! G34 at size: a desk of 200 MB is backed up while callbacks come, and restored; and nothing that was not sent is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use e2e::{Bench, ops, until};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::report::Report;

/// A fifth of the promised size, and so a fifth of its time.
const BYTES: u64 = 200_000_000;
const TIME_MAX: Duration = Duration::from_secs(120);
const CALLERS: u64 = 16;
/// As long as Viber lets a text be: the file grows by three times this with each.
const TEXT_CHARS: usize = 7_000;
const UNSENT: usize = 20;

/// Callers who write long messages until they are stopped; how many were answered 200.
struct Writers {
    set: JoinSet<anyhow::Result<()>>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

impl Writers {
    fn start(hook: &Hook, round: u64, answered: &Arc<AtomicU64>) -> Self {
        let (mut set, stop) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
        for caller in 0..CALLERS {
            let (hook, stop, answered) = (hook.clone(), stop.clone(), answered.clone());
            set.spawn(async move {
                let mut number = 0;
                while !stop.load(Ordering::SeqCst) {
                    number += 1;
                    let token = (round * CALLERS + caller) * 1_000_000 + number;
                    let text = format!("{token:>7} ").repeat(TEXT_CHARS / 16);
                    let body = callback::text(token, &format!("user-{caller}-{}", number % 50), &text);
                    let (status, _) = hook.post(&body).await?;
                    ensure!(status == 200, "{status}");
                    answered.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            });
        }
        Self { set, stop, answered: answered.clone() }
    }

    async fn end(mut self) -> anyhow::Result<u64> {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.set.join_next().await {
            ended??;
        }
        Ok(self.answered.load(Ordering::SeqCst))
    }
}

fn size(bench: &Bench) -> u64 {
    let size = |name: &str| std::fs::metadata(bench.desk.data().join(name)).map_or(0, |about| about.len());
    size("desk.sqlite") + size("desk.sqlite-wal")
}

/// Lets callers write until the desk has its size.
async fn fill(
    report: &mut Report,
    bench: &Bench,
    hook: &Hook,
    answered: &Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let writers = Writers::start(hook, 1, answered);
    let mut seen = 0;
    while size(bench) < BYTES {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let step = size(bench) / (BYTES / 10);
        if step > seen {
            report.progress(format!(
                "{} MB, {} callbacks",
                size(bench) / 1_000_000,
                answered.load(Ordering::SeqCst)
            ));
            seen = step;
        }
    }
    writers.end().await?;
    Ok(())
}

/// Answers that wait, since Viber has no time for the first; their task, and the first of them.
async fn leave_unsent(bench: &Bench, account: &str, bot: &str) -> anyhow::Result<(Value, Value)> {
    let olena = bench.viber.add_user(bot, "Olena", json!({})).await?;
    olena.write("hello").await?;
    let task = bench.desk.tasks_of(account, "Olena").await?.pop().context("a task")?;
    bench.viber.fault("send_message", 1, json!({"http": 503, "retry_after": 600})).await?;
    let first = bench.desk.reply(&task, "old").await?;
    until("the first waits", || async {
        let delivery = bench.desk.delivery(&task, &first).await?;
        Ok((!delivery["reason"].is_null()).then_some(()))
    })
    .await?;
    for _ in 1..UNSENT {
        bench.desk.reply(&task, "old").await?;
    }
    Ok((task, first))
}

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (backup, data) = (folder.path().join("backup"), folder.path().join("data"));
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let answered = Arc::new(AtomicU64::new(0));
    fill(report, &bench, &hook, &answered).await?;
    let (task, first) = leave_unsent(&bench, &account, &bot).await?;

    let writers = Writers::start(&hook, 2, &answered);
    let before = answered.load(Ordering::SeqCst);
    let started = Instant::now();
    let (desk, to) = (bench.desk.data().to_owned(), backup.clone());
    tokio::task::spawn_blocking(move || ops::back_up(&desk, &to)).await??;
    let took = started.elapsed();
    let after = writers.end().await?;
    report.progress(format!("backed up in {took:.1?}, while {} callbacks were answered", after - before));
    report.figure("backup of 200 MB took", format!("{took:.1?}"), "≤ 120 s", took <= TIME_MAX);
    report.figure("callbacks answered meanwhile:", after - before, "some", after > before);
    bench.desk.kill()?;
    let sent = bench.viber.calls("send_message").await?.len();

    let started = Instant::now();
    ops::restore(&backup, &data)?;
    let took = started.elapsed();
    report.figure("restore took", format!("{took:.1?}"), "≤ 120 s", took <= TIME_MAX);
    bench.desk.start_on(&data)?;
    let (_, diagnosis) = bench.desk.diagnosis()?;
    let findings = diagnosis["findings"].as_array().cloned().unwrap_or_default();
    let sound = findings.iter().any(|one| one["area"] == "database" && one["good"] == true);
    report.figure("integrity_check", if sound { "ok" } else { "damaged" }, "ok", sound);
    let done = diagnosis["counts"]["done"].as_u64().unwrap_or_default();
    report.figure(
        "callbacks answered before the backup and not in it, of",
        format!("{before}: {}", before.saturating_sub(done)),
        "0",
        done >= before,
    );
    let new = bench.desk.reply(&task, "new").await?;
    bench.desk.delivered(&task, &new, "delivered").await?;
    let old = bench.viber.calls("send_message").await?.len() - sent - 1;
    report.figure(
        "old answers sent before they were released, of",
        format!("{UNSENT}: {old}"),
        "0",
        old == 0,
    );
    bench.desk.post("held/release", json!({})).await?;
    bench.desk.delivered(&task, &first, "delivered").await?;
    Ok(())
}
