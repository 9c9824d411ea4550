//! G6 at full size: 2,000 answers, of which Viber takes each and breaks off one in ten before it says so; then the same
//! over a desk that sends again what nobody confirmed, where one in ten is lost before or after it was taken.

use std::time::Duration;

use anyhow::ensure;
use e2e::answers::{answer_each, customers, offline_every, settled, text};
use e2e::random::Random;
use e2e::{Bench, DeskOptions, User};
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
const MINUTE_MS: u64 = 60_000;
/// After two minutes, and twice as long each time: so many times some answer may be lost again.
const ROUNDS_MAX: u32 = 6;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let seed = Random::seed()?;
    report.progress(format!("PROVE_SEED={seed} loses the same answers again"));
    let mut random = Random::new(seed);
    kept_for_a_person(report, &mut random).await?;
    sent_again(report, &mut random).await
}

/// The default: nothing is repeated, and every doubt is told.
async fn kept_for_a_person(report: &mut Report, random: &mut Random) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let people = lose_some(&bench, random, &["after"]).await?;
    report.progress(format!("{ALL} answers are written"));
    settled(&bench, &people, &["pending"], REST_MAX).await?;
    let all = settled(&bench, &people, &["sent"], RECEIPTS_MAX).await?;
    let lost = lost(&bench.viber.calls("send_message").await?);
    let (doubled, missing) = on_phones(&people).await?;
    let (mut unconfirmed, mut settled) = (0, 0);
    for (text, state) in all.iter().flatten() {
        let is_lost = lost.contains(text);
        let is_told = matches!(state.as_str(), "unconfirmed" | "delivered" | "seen");
        ensure!(is_lost || is_told || state == "sent", "an answer that was not lost is {state}");
        unconfirmed += usize::from(is_lost && state == "unconfirmed");
        settled += usize::from(is_lost && is_told && state != "unconfirmed");
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

/// The choice: nothing is missing at the end, and no more comes twice than was in doubt.
async fn sent_again(report: &mut Report, random: &mut Random) -> anyhow::Result<()> {
    let more = ["--resend-minutes", "2"].map(str::to_owned).to_vec();
    let options = DeskOptions { movable_clock: true, more, ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let people = lose_some(&bench, random, &["after", "before"]).await?;
    report.progress(format!("{ALL} answers are written to a desk that sends again"));
    settled(&bench, &people, &["pending"], REST_MAX).await?;
    let mut left = usize::MAX;
    for round in 0..ROUNDS_MAX {
        // A minute more, since the desk looks once a minute; a quiet moment, since it looks by itself.
        bench.pass((2_u64.pow(round + 1) + 1) * MINUTE_MS).await?;
        let all = settled(&bench, &people, &["pending", "unconfirmed"], RECEIPTS_MAX).await?;
        left = all.iter().flatten().filter(|(_, state)| state == "unconfirmed").count();
        report.progress(format!("{left} are unconfirmed"));
        if left == 0 {
            break;
        }
    }
    let lost = lost(&bench.viber.calls("send_message").await?).len();
    let (doubled, missing) = on_phones(&people).await?;
    report.figure("with --resend-minutes 2, answers lost on either way:", lost, "10 %", lost >= LOST / 2);
    report.figure("unconfirmed at the end:", left, "0", left == 0);
    report.figure("on no phone:", missing, "0", missing == 0);
    report.figure("on the phones twice:", doubled, "no more than were lost", doubled <= lost);
    bench.desk.metrics().await?.conserved()
}

/// Answers in every task; one in ten is lost at random, in these ways by turns. Who they were for.
async fn lose_some(bench: &Bench, random: &mut Random, ways: &[&str]) -> anyhow::Result<Vec<(User, Value)>> {
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let people = customers(bench, &account, &bot, PEOPLE, offline_every(OFFLINE_EVERY)).await?;
    for way in ways.iter().cycle().take(LOST) {
        // The next rule is looked at when the one before has hit: one in ten, at random.
        let skip = random.below(2 * ALL as u64 / LOST as u64 - 1);
        let rule = json!({"method": "send_message", "skip": skip, "times": 1, "fault": {"drop": way}});
        bench.viber.post("faults", rule).await?;
    }
    answer_each(bench, &people, ANSWERS).await?;
    Ok(people)
}

/// How many answers the phones show twice, and how many not at all.
async fn on_phones(people: &[(User, Value)]) -> anyhow::Result<(usize, usize)> {
    let (mut doubled, mut missing) = (0, 0);
    for (number, (person, _)) in people.iter().enumerate() {
        let shown = person.texts().await?;
        for time in 0..ANSWERS {
            match shown.iter().filter(|shown| **shown == text(number, time)).count() {
                0 => missing += 1,
                times => doubled += times - 1,
            }
        }
    }
    Ok((doubled, missing))
}

/// The texts whose answers were broken off.
fn lost(calls: &[Value]) -> Vec<String> {
    let dropped = calls.iter().filter(|call| !call["dropped"].is_null());
    dropped.map(|call| call["request"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}
