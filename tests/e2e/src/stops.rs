//! A stop in the middle of callbacks, and the account of it. Not here: how many stops, and what is said of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::callback::Hook;
use crate::load::{Load, Message};
use crate::{Bench, until};

/// How one stop went.
#[derive(Debug)]
pub struct StopSeen {
    /// From the signal to the end of the process.
    pub took: Duration,
    /// Callbacks answered 200.
    pub answered: usize,
    /// Callbacks that got no answer: they met a closed door, or one that was closing.
    pub unanswered: usize,
    /// Those of them that the desk had read and kept nevertheless: it owed them an answer (G28).
    pub dropped: usize,
}

/// Starts callers, sends SIGTERM after this time, starts the desk again, and compares: what was answered is kept once and in
/// order, and what was not answered was not read. Then what was not answered comes again, as Viber repeats it.
///
/// # Errors
/// A message is lost or doubled; or the desk does not end, or does not start again.
pub async fn stop_under_load(
    bench: &mut Bench,
    account: &str,
    hook: &Hook,
    round: usize,
    callers: usize,
    after: Duration,
) -> anyhow::Result<StopSeen> {
    let load = Load::start(hook, round, callers, Duration::ZERO);
    tokio::time::sleep(after).await;
    let start = Instant::now();
    bench.desk.terminate()?;
    let status = bench.desk.ended().await?;
    let took = start.elapsed();
    ensure!(status.success(), "the desk ended with {status}");
    // Every caller has met the closed door by now.
    let seen = load.end().await;
    bench.desk.start_again()?;
    let before = kept(bench, account, round).await?;
    let is_kept = |message: &&Message| before.get(&message.user).is_some_and(|count| *count > message.number);
    let dropped = seen.unanswered.iter().filter(is_kept).count();
    let unanswered = seen.unanswered.len();
    for message in seen.unanswered.iter().chain(seen.refused.iter().map(|(message, _)| message)) {
        message.insist(hook).await?;
    }
    let sum: usize = kept(bench, account, round).await?.values().sum();
    let sent = seen.took.len() + unanswered + seen.refused.len();
    ensure!(sum == sent, "{sum} messages are kept, {sent} were sent");
    Ok(StopSeen { took, answered: seen.took.len(), unanswered, dropped })
}

/// How many messages the desk has of each user of a round.
///
/// # Errors
/// One is there twice or out of order.
pub async fn kept(bench: &Bench, account: &str, round: usize) -> anyhow::Result<BTreeMap<String, usize>> {
    until("the desk answers", || async { Ok(bench.desk.list("tasks").await.ok()) }).await?;
    let mut kept = BTreeMap::new();
    for task in bench.desk.tasks(account).await? {
        let name = task["requester"]["name"].as_str().context("a name")?;
        let user = name.trim_start_matches("User ").to_owned();
        if !user.starts_with(&format!("user-{round}-")) {
            continue;
        }
        let texts = bench.desk.texts(&task).await?;
        let expected: Vec<_> = (0..texts.len()).map(Message::text).collect();
        ensure!(texts == expected, "{name}: {texts:?}");
        ensure!(kept.insert(user, texts.len()).is_none(), "{name} has two tasks");
    }
    Ok(kept)
}
