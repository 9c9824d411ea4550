//! G5 at full size: 1,000 answers over 30 days of the clocks', with every answer of Viber's at random, and some that never
//! change. Every one ends in a state with a reason.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::answers::{answer_each, customers, states};
use e2e::random::Random;
use e2e::{Bench, HOUR_MS, User};
use serde_json::{Value, json};

use crate::report::Report;

const PEOPLE: usize = 100;
const ANSWERS: usize = 10;
/// As many as the simulator's script has room for, without those below.
const RULES: usize = 900;
/// The channel's most attempts of a call.
const ATTEMPTS_MAX: usize = 105;
const TICK_MS: u64 = HOUR_MS / 4;
/// So long the clocks are moved in small steps; whatever waits longer than this has failed already.
const SHORT_TICKS_MS: u64 = 30 * HOUR_MS;
const LONG_TICK_MS: u64 = 12 * HOUR_MS;
const DAYS: u64 = 30;
/// An answer that is older is stale (24 h), and it is noticed within a tick.
const AGE_MAX_S: f64 = 24.5 * 3_600.0;
/// Longer than the outbox ever goes without a look.
const LOOK: Duration = Duration::from_millis(1_300);
const QUIET_MAX: Duration = Duration::from_secs(120);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let seed = Random::seed()?;
    report.progress(format!("PROVE_SEED={seed} gives the same answers of Viber's again"));
    let bench = Bench::start_on_the_hour().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let people = customers(&bench, &account, &bot, PEOPLE, |_| json!({})).await?;
    script(&bench, &mut Random::new(seed)).await?;
    answer_each(&bench, &people, ANSWERS).await?;
    let mut log = Log::default();
    let (mut oldest, mut passed, mut waiting) = (0.0_f64, 0, 1.0);
    while passed < DAYS * 24 * HOUR_MS {
        quiet(&bench, &mut log).await?;
        let metrics = bench.desk.metrics().await?;
        waiting = metrics.get(r#"desk_calls{state="waiting"}"#)?;
        oldest = oldest.max(metrics.get(r#"desk_oldest_seconds{what="call"}"#)?);
        if passed % (6 * HOUR_MS) == 0 {
            let (hours, attempts) = (passed / HOUR_MS, log.attempts.values().sum::<usize>());
            report.progress(format!("after {hours} h: {attempts} attempts, {waiting} calls wait"));
        }
        let tick = if waiting > 0.0 && passed < SHORT_TICKS_MS { TICK_MS } else { LONG_TICK_MS };
        bench.pass(tick).await?;
        passed += tick;
    }
    let mut ends = BTreeMap::<String, usize>::new();
    for (_, task) in &people {
        for (_, state) in states(&bench, task).await? {
            *ends.entry(state).or_default() += 1;
        }
    }
    report.progress(format!("{ends:?}"));
    let of = |state: &str| ends.get(state).copied().unwrap_or_default();
    let (all, pending) = (ends.values().sum::<usize>(), of("pending"));
    report.figure("answers that are not final after 30 days, of", format!("{all}: {pending}"), "0", {
        all == PEOPLE * ANSWERS && pending == 0 && waiting == 0.0
    });
    let mute = without_reason(&bench, &people).await?;
    report.figure("failed or unconfirmed without a reason:", mute, "0", mute == 0);
    let most = log.attempts.values().max().copied().unwrap_or_default();
    report.figure("most attempts of one answer:", most, "≤ 105", most <= ATTEMPTS_MAX);
    let hours = format!("{:.1} h", oldest / 3_600.0);
    report.figure("longest that one waited:", hours, "≤ 24.5 h", oldest <= AGE_MAX_S);
    // One that was due and did not leave would have kept the desk from coming to rest.
    bench.desk.metrics().await?.conserved()
}

/// What Viber answers to the next messages: anything, a few times each; and to four people the same for ever.
async fn script(bench: &Bench, random: &mut Random) -> anyhow::Result<()> {
    let forever = [json!({"http": 503}), json!({"http": 429}), json!({"status": 12}), json!({"status": 19})];
    for (number, fault) in (1..).zip(forever) {
        let user = format!("u{number}");
        let rule = json!({"method": "send_message", "user": user, "times": 1_000_000, "fault": fault});
        bench.viber.post("faults", rule).await?;
    }
    let mut all: Vec<Value> = (1..=24).map(|status| json!({"status": status})).collect();
    all.extend([400, 401, 404, 429, 500, 502, 503, 504].map(|http| json!({"http": http})));
    all.extend([
        json!({"http": 503, "retry_after": 600}),
        json!({"html": true}),
        json!({"status": 999, "with_token": true}),
    ]);
    all.extend(["before", "after"].map(|cut| json!({"drop": cut})));
    for _ in 0..RULES {
        let fault = &all[usize::try_from(random.below(all.len() as u64))?];
        let (skip, times) = (random.below(3), 1 + random.below(3));
        let rule = json!({"method": "send_message", "skip": skip, "times": times, "fault": fault});
        bench.viber.post("faults", rule).await?;
    }
    Ok(())
}

/// How often each answer was sent, by its text.
#[derive(Default)]
struct Log {
    last: u64,
    attempts: BTreeMap<String, usize>,
}

impl Log {
    /// Reads on; whether there was anything new.
    async fn read(&mut self, bench: &Bench) -> anyhow::Result<bool> {
        let page = bench.viber.get(&format!("log?after={}", self.last)).await?;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        for item in items.iter().filter(|item| item["method"] == "send_message") {
            *self.attempts.entry(item["request"]["text"].to_string()).or_default() += 1;
        }
        self.last = page["last"].as_u64().unwrap_or(self.last);
        Ok(!items.is_empty())
    }
}

/// Waits until the desk has looked at its outbox and found nothing that may leave: whatever waits is due later.
async fn quiet(bench: &Bench, log: &mut Log) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        ensure!(start.elapsed() < QUIET_MAX, "the desk does not come to rest");
        tokio::time::sleep(LOOK).await;
        let metrics = bench.desk.metrics().await?;
        let under_way =
            metrics.get(r#"desk_calls{state="sending"}"#)? + metrics.get("desk_events_waiting")?;
        if !log.read(bench).await? && under_way == 0.0 {
            return Ok(());
        }
    }
}

/// Answers that did not arrive, or may not have, and do not say why.
async fn without_reason(bench: &Bench, people: &[(User, Value)]) -> anyhow::Result<usize> {
    let mut count = 0;
    for (_, task) in people {
        for action in bench.desk.actions(task).await? {
            let delivery = &action["delivery"];
            let needs = delivery["state"] == "failed" || delivery["state"] == "unconfirmed";
            count += usize::from(needs && (delivery["reason"].is_null() || delivery["advice"].is_null()));
        }
    }
    Ok(count)
}
