//! Operators' answers in numbers: customers with phones, each with a task, and many answers in each. Not here: what Viber
//! makes of them, and what should have become of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::{Bench, User};

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Customers who have written “hello”, each with their task. `phone` says of each what the simulator should know of them.
///
/// # Errors
/// The simulator or the desk refuses.
pub async fn customers(
    bench: &Bench,
    account: &str,
    bot: &str,
    count: usize,
    phone: impl Fn(usize) -> Value,
) -> anyhow::Result<Vec<(User, Value)>> {
    let mut people = Vec::new();
    for number in 0..count {
        let person = bench.viber.add_user(bot, &format!("Person {number}"), phone(number)).await?;
        person.write("hello").await?;
        people.push(person);
    }
    let mut tasks = BTreeMap::new();
    for task in bench.desk.tasks(account).await? {
        let name = task["requester"]["name"].as_str().context("a name")?.to_owned();
        ensure!(tasks.insert(name, task).is_none(), "somebody has two tasks");
    }
    let of = |(number, person)| {
        let task = tasks.remove(&format!("Person {number}")).context("each has a task")?;
        Ok((person, task))
    };
    people.into_iter().enumerate().map(of).collect()
}

/// Answers so often in every task, in turns; each answer's text is its own.
///
/// # Errors
/// The desk refuses.
pub async fn answer_each(bench: &Bench, people: &[(User, Value)], times: usize) -> anyhow::Result<()> {
    for time in 0..times {
        for (number, (_, task)) in people.iter().enumerate() {
            bench.desk.reply(task, &text(number, time)).await?;
        }
    }
    Ok(())
}

/// The text of somebody's so-and-so-many-th answer.
#[must_use]
pub fn text(person: usize, time: usize) -> String {
    format!("answer {time} for person {person}")
}

/// The answers in a task, in order: each text and how far it has come.
///
/// # Errors
/// The desk refuses.
pub async fn states(bench: &Bench, task: &Value) -> anyhow::Result<Vec<(String, String)>> {
    let actions = bench.desk.actions(task).await?;
    let told = |action: &Value| -> Option<(String, String)> {
        let state = action["delivery"]["state"].as_str().filter(|_| action["kind"] == "comment")?;
        Some((action["text"].as_str()?.to_owned(), state.to_owned()))
    };
    Ok(actions.iter().filter_map(told).collect())
}

/// Waits until no answer is in one of these states, or this time is over; how far each person's have come.
///
/// # Errors
/// The desk refuses.
pub async fn settled(
    bench: &Bench,
    people: &[(User, Value)],
    under_way: &[&str],
    longest: Duration,
) -> anyhow::Result<Vec<Vec<(String, String)>>> {
    let start = Instant::now();
    loop {
        let mut all = Vec::new();
        for (_, task) in people {
            all.push(states(bench, task).await?);
        }
        let moves = all.iter().flatten().any(|(_, state)| under_way.contains(&state.as_str()));
        if !moves || start.elapsed() > longest {
            return Ok(all);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Phones that report nothing, for every so-many-th person.
pub fn offline_every(nth: usize) -> impl Fn(usize) -> Value {
    move |number| json!({"online": number % nth != 0})
}
