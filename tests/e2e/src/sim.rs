//! A client of the simulator's control side: what a person with a phone would do.

use anyhow::{Context, ensure};
use reqwest::Client;
use serde_json::{Value, json};

/// The simulator's control side.
#[derive(Clone)]
pub struct SimClient {
    http: Client,
    base: String,
}

/// A person with Viber, seen from one bot.
#[derive(Clone)]
pub struct User {
    sim: SimClient,
    bot: String,
    alias: String,
    /// The id under which the bot knows them.
    pub id: String,
}

impl SimClient {
    /// A client of the simulator at this address.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { http: super::desk::client(), base: base.to_owned() }
    }

    /// Makes a bot; the answer has its token.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn add_bot(&self, name: &str) -> anyhow::Result<Value> {
        self.post("bots", json!({"name": name, "uri": name.to_lowercase().replace(' ', "")})).await
    }

    /// Makes a user who knows this bot. `more` are further fields of the control side's.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn add_user(&self, bot: &str, name: &str, more: Value) -> anyhow::Result<User> {
        let mut body = more;
        body["name"] = name.into();
        let user = self.post("users", body).await?;
        let alias = user["alias"].as_str().context("a user has an alias")?.to_owned();
        let id = user["ids"][bot].as_str().or(user["id"].as_str()).context("a user has an id")?.to_owned();
        Ok(User { sim: self.clone(), bot: bot.to_owned(), alias, id })
    }

    /// `POST /control/{path}`.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("{}/control/{path}", self.base);
        let response = self.http.post(&url).json(&body).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        ensure!(status.is_success(), "simulator, {path}: {status} {answer}");
        Ok(answer)
    }

    /// `GET /control/{path}`.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let response = self.http.get(format!("{}/control/{path}", self.base)).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        ensure!(status.is_success(), "simulator, {path}: {status} {answer}");
        Ok(answer)
    }
}

impl User {
    /// Does something (`write`, `picture`, `read` …) and says how the desk answered the callback.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn act(&self, action: &str, body: Value) -> anyhow::Result<Value> {
        self.sim.post(&format!("bots/{}/users/{}/{action}", self.bot, self.alias), body).await
    }

    /// Writes a text.
    ///
    /// # Errors
    /// The desk did not answer 200.
    pub async fn write(&self, text: &str) -> anyhow::Result<()> {
        let sent = self.act("write", json!({"text": text})).await?;
        ensure!(sent["status"] == 200, "the desk answered the callback: {sent}");
        Ok(())
    }

    /// What the phone shows from the bot, oldest first.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn received(&self) -> anyhow::Result<Vec<Value>> {
        let phone = self.sim.get(&format!("bots/{}/users/{}/phone", self.bot, self.alias)).await?;
        let items = phone["items"].as_array().cloned().unwrap_or_default();
        Ok(items.into_iter().filter(|item| item["direction"] == "in").collect())
    }
}
