//! `kill -9` at random instants under callbacks and operators' answers, and the account of it: what was acknowledged is
//! there, once and in order, in the desk and on the phones. Not here: how many kills, and what is said of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::answers::customers;
use crate::callback::Hook;
use crate::load::Message;
use crate::random::Random;
use crate::stops::kept;
use crate::{Bench, User, until};

/// Customers who write, each one message after the other.
const WRITERS: usize = 24;
/// From one message of a customer to the next at least: 24 customers make 200 callbacks a second.
const WRITE_EVERY: Duration = Duration::from_millis(120);
/// Customers who are answered. With fewer, Viber's limit of messages an hour would be met.
const ANSWERED: usize = 15;
/// From one answer in a task to the next at least: 15 tasks make 20 answers a second.
const ANSWER_EVERY: Duration = Duration::from_millis(750);
/// A start can be killed while it recovers for about so long.
const RECOVERY_MS: u64 = 400;
/// The customer whose messages show that the desk takes work in again.
const PROBE: usize = WRITERS;

/// How many kills of one desk, and from which seed.
pub struct Kills {
    /// Kills under load.
    pub kills: usize,
    /// After every so-many-th of them the next start is killed as well.
    pub recovery_every: usize,
    /// From one to the next, ms.
    pub apart_ms: std::ops::Range<u64>,
    /// What the instants are drawn from.
    pub seed: u64,
}

/// What was seen of them.
#[derive(Debug, Default)]
pub struct KillsSeen {
    /// Callbacks answered 200, each of them kept once.
    pub callbacks: usize,
    /// Attempts that a kill left without 200.
    pub repeated: usize,
    /// Operators' answers that the desk took, each of them kept once.
    pub answers: usize,
    /// Of these, those of which the desk says that it does not know whether they arrived.
    pub unconfirmed: usize,
    /// Kills while a start recovered.
    pub in_recovery: usize,
    /// How long the desk was up between kills.
    pub up: Duration,
    /// The longest time from a start to the first callback answered 200.
    pub slowest_start: Duration,
}

/// Kills a desk of its own as told, and compares.
///
/// # Errors
/// Something acknowledged is lost, doubled or out of order; a sum does not hold; the desk does not start again.
pub async fn kill_under_load(plan: &Kills) -> anyhow::Result<KillsSeen> {
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let people = customers(&bench, &account, &bot, ANSWERED, |_| json!({})).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let (mut writers, mut operators) = (JoinSet::new(), JoinSet::new());
    for writer in 0..WRITERS {
        writers.spawn(write(hook.clone(), writer, stop.clone()));
    }
    for (person, (_, task)) in people.iter().enumerate() {
        let operator = Operator::of(&bench, task);
        let stop = stop.clone();
        operators.spawn(async move { (person, operator.answer(&stop).await) });
    }
    let mut seen = KillsSeen::default();
    let mut random = Random::new(plan.seed);
    for kill in 0..plan.kills {
        let up = random.between_ms(plan.apart_ms.start, plan.apart_ms.end);
        tokio::time::sleep(up).await;
        seen.up += up;
        bench.desk.kill()?;
        if (kill + 1) % plan.recovery_every == 0 {
            bench.desk.start_and_kill(random.between_ms(0, RECOVERY_MS)).await?;
            seen.in_recovery += 1;
        }
        let start = Instant::now();
        bench.desk.start_again()?;
        Message::of(0, PROBE, kill).insist(&hook).await?;
        seen.slowest_start = seen.slowest_start.max(start.elapsed());
    }
    stop.store(true, Ordering::SeqCst);
    seen.callbacks = plan.kills;
    while let Some(written) = writers.join_next().await {
        let (callbacks, repeated) = written??;
        seen.callbacks += callbacks;
        seen.repeated += repeated;
    }
    let sum: usize = kept(&bench, &account, 0).await?.values().sum();
    ensure!(sum == seen.callbacks, "{} callbacks were answered 200, {sum} are kept", seen.callbacks);
    while let Some(answered) = operators.join_next().await {
        let (person, said) = answered?;
        let (person, task) = &people[person];
        compare(&bench, person, task, &said, &mut seen).await?;
    }
    bench.desk.metrics().await?.conserved()?;
    Ok(seen)
}

/// Writes until told to stop: each message is repeated until it is answered 200, as Viber does. How many were, and how
/// many attempts were not.
///
/// # Errors
/// A message is not answered 200 for a long time.
pub async fn write(hook: Hook, writer: usize, stop: Arc<AtomicBool>) -> anyhow::Result<(usize, usize)> {
    let (mut number, mut repeated) = (0, 0);
    while !stop.load(Ordering::SeqCst) {
        let next = tokio::time::Instant::now() + WRITE_EVERY;
        repeated += Message::of(0, writer, number).insist(&hook).await?;
        number += 1;
        tokio::time::sleep_until(next).await;
    }
    Ok((number, repeated))
}

/// Somebody who answers in one task, whatever becomes of the desk.
struct Operator {
    http: reqwest::Client,
    url: String,
    token: String,
    notify: Value,
}

/// An answer, and whether the desk said that it has it.
pub(crate) type Said = (String, bool);

impl Operator {
    fn of(bench: &Bench, task: &Value) -> Self {
        Self {
            http: crate::desk::client(),
            url: format!("{}/api/v1/tasks/{}/actions", bench.desk.base, task["id"]),
            token: bench.desk.token.clone(),
            notify: json!([task["requester"]["id"]]),
        }
    }

    /// Answers until told to stop. What met a desk that was down is not said again: a person would look first.
    async fn answer(&self, stop: &AtomicBool) -> Vec<Said> {
        let mut said = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            let next = tokio::time::Instant::now() + ANSWER_EVERY;
            let text = format!("answer {}", said.len());
            let body = json!({"text": text, "notify": self.notify});
            let posted = self.http.post(&self.url).bearer_auth(&self.token).json(&body).send().await;
            said.push((text, posted.is_ok_and(|answer| answer.status().is_success())));
            tokio::time::sleep_until(next).await;
        }
        said
    }
}

/// Waits until the task's answers have come to rest; then each that was taken is there, and on the phone, once and in order.
pub(crate) async fn compare(
    bench: &Bench,
    person: &User,
    task: &Value,
    said: &[Said],
    seen: &mut KillsSeen,
) -> anyhow::Result<()> {
    let comments = until("every answer has come to rest", || async {
        let actions = bench.desk.actions(task).await?;
        let comments: Vec<_> = actions.into_iter().filter(|action| action["kind"] == "comment").collect();
        Ok(comments.iter().all(|comment| comment["delivery"]["state"] != "pending").then_some(comments))
    })
    .await?;
    let mut possible = Vec::new();
    for comment in &comments {
        let (text, state) = (comment["text"].as_str().context("a text")?, &comment["delivery"]["state"]);
        ensure!(state != "failed", "an answer failed: {comment}");
        possible.push((text.to_owned(), state != "unconfirmed"));
        seen.unconfirmed += usize::from(state == "unconfirmed");
    }
    let texts: Vec<_> = possible.iter().map(|(text, _)| text.clone()).collect();
    once_and_in_order(said, &texts).context("in the task")?;
    once_and_in_order(&possible, &person.texts().await?).context("on the phone")?;
    seen.answers += texts.len();
    Ok(())
}

/// Whether each text is there once and in order. Only those without the mark may be missing.
///
/// # Errors
/// One is missing, doubled or out of order.
pub fn once_and_in_order(expected: &[(String, bool)], there: &[String]) -> anyhow::Result<()> {
    let mut rest = there.iter().peekable();
    for (text, must_be_there) in expected {
        let is_next = rest.next_if_eq(&text).is_some();
        ensure!(is_next || !must_be_there, "{text} is missing: {there:?}");
    }
    ensure!(rest.next().is_none(), "twice, or out of order: {there:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_doubled_or_turned_round_is_found() {
        let expected = [("a".to_owned(), true), ("b".to_owned(), false), ("c".to_owned(), true)];
        let holds = |there: &[&str]| {
            let there: Vec<_> = there.iter().map(ToString::to_string).collect();
            once_and_in_order(&expected, &there).is_ok()
        };
        assert!(holds(&["a", "b", "c"]) && holds(&["a", "c"]));
        assert!(!holds(&["a", "b"]) && !holds(&["a", "b", "b", "c"]) && !holds(&["b", "a", "c"]));
    }
}
