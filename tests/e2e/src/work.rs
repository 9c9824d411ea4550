//! What an operator does in tasks, through the desk's API. Not here: accounts, which `lib` connects.

use anyhow::Context;
use serde_json::{Value, json};

use crate::{Desk, until};

impl Desk {
    /// The tasks of an account, oldest first.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn tasks(&self, account: &str) -> anyhow::Result<Vec<Value>> {
        let mut tasks = self.all(&format!("tasks?account={account}")).await?;
        tasks.reverse();
        Ok(tasks)
    }

    /// The tasks of a customer of an account, by name, oldest first.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn tasks_of(&self, account: &str, customer: &str) -> anyhow::Result<Vec<Value>> {
        let tasks = self.tasks(account).await?;
        Ok(tasks.into_iter().filter(|task| task["requester"]["name"] == customer).collect())
    }

    /// The entries of a task, oldest first.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn actions(&self, task: &Value) -> anyhow::Result<Vec<Value>> {
        self.all(&format!("tasks/{}/actions", task["id"])).await
    }

    /// The texts of a task's entries, oldest first.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn texts(&self, task: &Value) -> anyhow::Result<Vec<String>> {
        let actions = self.actions(task).await?;
        Ok(actions.iter().map(|action| action["text"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// Sets a task's status.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn set_status(&self, task: &Value, status: &str) -> anyhow::Result<Value> {
        self.patch(&format!("tasks/{}", task["id"]), json!({"status": status})).await
    }

    /// Answers in a task, with notification of its requester. Does not wait until it is sent.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn reply(&self, task: &Value, text: &str) -> anyhow::Result<Value> {
        let body = json!({"text": text, "notify": [task["requester"]["id"]]});
        self.post(&format!("tasks/{}/actions", task["id"]), body).await
    }

    /// How far an answer has come.
    ///
    /// # Errors
    /// The desk refuses, or has no such answer.
    pub async fn delivery(&self, task: &Value, reply: &Value) -> anyhow::Result<Value> {
        let actions = self.actions(task).await?;
        let found = actions.into_iter().find(|action| action["id"] == reply["id"]);
        Ok(found.context("the answer is in its task")?["delivery"].take())
    }

    /// Waits until an answer has come so far; says its delivery.
    ///
    /// # Errors
    /// It does not come so far in time; then with how far it has.
    pub async fn delivered(&self, task: &Value, reply: &Value, state: &str) -> anyhow::Result<Value> {
        let waited = until(state, || async {
            let delivery = self.delivery(task, reply).await?;
            Ok((delivery["state"] == state).then_some(delivery))
        });
        match waited.await {
            Ok(delivery) => Ok(delivery),
            Err(error) => Err(error.context(format!("it is {}", self.delivery(task, reply).await?))),
        }
    }
}
