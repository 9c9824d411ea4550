//! G6 at full size: 2,000 answers, of which Viber takes each and breaks off one in ten before it says so.

use std::time::Duration;

use anyhow::ensure;
use e2e::Bench;
use e2e::answers::{answer_each, customers, offline_every, settled, text};
use e2e::random::Random;
use serde_json::{Value, json};

use crate::report::Report;

const PEOPLE: usize = 100;
const ANSWERS: usize = 20;
const ALL: usize = PEOPLE * ANSWERS;
/// One in ten.
const LOST: usize = ALL / 10;
/// Every second phone is off, so that no receipt tells what the answer did not.
const OFFLINE_EVERY: usize = 2;
const REST_MAX: Duration = Duration::from_secs(300);
/// Receipts come within seconds.
const RECEIPTS_MAX: Duration = Duration::from_secs(20);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let seed = Random::seed()?;
    report.progress(format!("PROVE_SEED={seed} loses the same answers again"));
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let people = customers(&bench, &account, &bot, PEOPLE, offline_every(OFFLINE_EVERY)).await?;
    let mut random = Random::new(seed);
    for _ in 0..LOST {
        // The next rule is looked at when the one before has hit: one in ten, at random.
        let skip = random.below(2 * ALL as u64 / LOST as u64 - 1);
        let rule = json!({"method": "send_message", "skip": skip, "times": 1, "fault": {"drop": "after"}});
        bench.viber.post("faults", rule).await?;
    }
    answer_each(&bench, &people, ANSWERS).await?;
    report.progress(format!("{ALL} answers are written"));
    settled(&bench, &people, &["pending"], REST_MAX).await?;
    let all = settled(&bench, &people, &["sent"], RECEIPTS_MAX).await?;
    let lost = lost(&bench.viber.calls("send_message").await?);
    let (mut doubled, mut missing, mut unconfirmed, mut settled) = (0, 0, 0, 0);
    for (number, (person, _)) in people.iter().enumerate() {
        ensure!(all[number].len() == ANSWERS, "the task has {} answers", all[number].len());
        let shown = person.texts().await?;
        for time in 0..ANSWERS {
            match shown.iter().filter(|shown| **shown == text(number, time)).count() {
                0 => missing += 1,
                1 => {}
                _ => doubled += 1,
            }
        }
        for (text, state) in &all[number] {
            let is_lost = lost.contains(text);
            let is_told = matches!(state.as_str(), "unconfirmed" | "delivered" | "seen");
            ensure!(is_lost || is_told || state == "sent", "an answer that was not lost is {state}");
            unconfirmed += usize::from(is_lost && state == "unconfirmed");
            settled += usize::from(is_lost && is_told && state != "unconfirmed");
        }
    }
    let count = lost.len();
    report.figure("answers lost, of 2,000:", count, "10 %", (LOST / 2..=LOST).contains(&count));
    report.figure("on the phones twice:", doubled, "0", doubled == 0);
    report.figure("on no phone:", missing, "0", missing == 0);
    let told = unconfirmed + settled;
    report.figure(
        "of the lost ones shown as unconfirmed or settled by a receipt:",
        format!("{unconfirmed} + {settled}"),
        "all",
        told == count,
    );
    bench.desk.metrics().await?.conserved()
}

/// The texts whose answers were broken off.
fn lost(calls: &[Value]) -> Vec<String> {
    let dropped = calls.iter().filter(|call| !call["dropped"].is_null());
    dropped.map(|call| call["request"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}
