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
        let id = id_for(&user, bot)?;
        Ok(User { sim: self.clone(), bot: bot.to_owned(), alias, id })
    }

    /// Lets the next calls of a method go wrong, so many of them.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn fault(&self, method: &str, times: u32, fault: Value) -> anyhow::Result<()> {
        self.post("faults", json!({"method": method, "times": times, "fault": fault})).await.map(drop)
    }

    /// The calls of a method that came, oldest first, as the simulator's log has them.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn calls(&self, method: &str) -> anyhow::Result<Vec<Value>> {
        let log = self.get("log").await?["items"].take();
        let entries = log.as_array().cloned().unwrap_or_default();
        let wanted = |entry: &Value| entry["kind"] == "request" && entry["method"] == method;
        Ok(entries.into_iter().filter(wanted).collect())
    }

    /// Waits until no callback is queued or under way.
    ///
    /// # Errors
    /// There still is one.
    pub async fn quiet(&self) -> anyhow::Result<()> {
        crate::until("no callback is open", || async {
            Ok((self.get("queues").await?["open"] == 0).then_some(()))
        })
        .await
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

    /// `PATCH /control/{path}`.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn patch(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("{}/control/{path}", self.base);
        let response = self.http.patch(&url).json(&body).send().await?;
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

/// The id under which a bot knows a user.
fn id_for(user: &Value, bot: &str) -> anyhow::Result<String> {
    Ok(user["ids"][bot].as_str().or(user["id"].as_str()).context("a user has an id")?.to_owned())
}

impl User {
    /// The same person, seen from another bot.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn at(&self, bot: &str) -> anyhow::Result<Self> {
        let users = self.sim.get("users").await?["items"].take();
        let users = users.as_array().cloned().unwrap_or_default();
        let user =
            users.iter().find(|user| user["alias"] == self.alias.as_str()).context("the user exists")?;
        Ok(Self { bot: bot.to_owned(), id: id_for(user, bot)?, ..self.clone() })
    }

    /// Does something (`write`, `picture`, `read` …) and says how the desk answered the callback.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn act(&self, action: &str, body: Value) -> anyhow::Result<Value> {
        self.sim.post(&format!("bots/{}/users/{}/{action}", self.bot, self.alias), body).await
    }

    /// Changes the person or their phone (`online`, `devices`, `api_version` …).
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn change(&self, fields: Value) -> anyhow::Result<Value> {
        self.sim.patch(&format!("users/{}", self.alias), fields).await
    }

    /// Lets Viber's next answer about the person go wrong, and nobody else's.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn fault(&self, method: &str, fault: Value) -> anyhow::Result<()> {
        let rule = json!({"method": method, "user": self.alias, "times": 1, "fault": fault});
        self.sim.post("faults", rule).await.map(drop)
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

    /// The texts that the phone shows from the bot, oldest first.
    ///
    /// # Errors
    /// The simulator refuses.
    pub async fn texts(&self) -> anyhow::Result<Vec<String>> {
        let received = self.received().await?;
        Ok(received.iter().map(|item| item["text"].as_str().unwrap_or_default().to_owned()).collect())
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
