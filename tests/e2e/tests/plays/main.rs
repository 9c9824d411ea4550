//! Plays: what goes wrong in Viber, from the cause to what the operator sees of it. Each test is meant to be read: its
//! texts are the operator's view, as [`Bench::sees`] puts it. Not here: what comes from the internet in bad faith.

mod codes;
mod key;
mod late;
mod limit;
mod lost;
mod money;
mod people;
mod receipts;
mod several;
mod webhook;

use e2e::{Bench, SimClient, User, until};
use serde_json::{Value, json};

/// A connected bot, and who writes to it.
struct Shop {
    bench: Bench,
    account: String,
    bot: String,
}

impl Shop {
    /// A bench with one connected bot, and clocks that can be moved.
    async fn open_on_the_hour() -> anyhow::Result<Self> {
        Self::on(Bench::start_on_the_hour().await?).await
    }

    async fn on(bench: Bench) -> anyhow::Result<Self> {
        let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
        Ok(Self { bench, account, bot })
    }

    /// Somebody who has written “hello”, and their task.
    async fn customer(&self, name: &str) -> anyhow::Result<(User, Value)> {
        let person = self.bench.viber.add_user(&self.bot, name, json!({})).await?;
        person.write("hello").await?;
        let task = self.bench.desk.tasks_of(&self.account, name).await?.remove(0);
        Ok((person, task))
    }
}

/// Waits until the phone shows so many messages of the bot.
async fn shows(person: &User, count: usize) -> anyhow::Result<Vec<String>> {
    until(&format!("{count} on the phone"), || async {
        Ok(Some(person.texts().await?).filter(|texts| texts.len() >= count))
    })
    .await
}

/// The answers that Viber gave to calls of `send_message`: their statuses.
async fn statuses(viber: &SimClient) -> anyhow::Result<Vec<i64>> {
    let calls = viber.calls("send_message").await?;
    Ok(calls.iter().map(|call| call["answer"]["status"].as_i64().unwrap_or(-1)).collect())
}
