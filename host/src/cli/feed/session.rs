//! What `desk feed` keeps between lines: states, what was handled, and whose task, contact and call is whose. It stands
//! in for the host's store; it carries out no command.

use std::collections::{BTreeMap, BTreeSet};

use channel_engine::contract::{
    Account, Command, Conversation, Outcome, Problem, ProblemClass, Receipt, Secret,
};
use channel_engine::{CallError, Channel};
use serde_json::{Map, Value, json};

use super::line::{Line, WebhookLine};
use super::result::{Fed, Handled};
use crate::inbox::Event;

/// One account's life in memory.
pub(super) struct Session {
    channel: Channel,
    account: Account,
    secrets: Vec<Secret>,
    states: BTreeMap<String, Vec<u8>>,
    handled: BTreeSet<String>,
    /// Tasks, contacts and calls by id.
    made: BTreeMap<String, Made>,
    attempts: BTreeMap<String, u32>,
}

/// Something that the plugin chose an id for.
#[derive(Clone, Default)]
struct Made {
    conversation: String,
    /// Of a call.
    context: Vec<u8>,
    /// Of a call.
    body: Vec<u8>,
}

impl Session {
    pub(super) fn new(channel: Channel, settings: String, secrets: Vec<Secret>) -> Self {
        let account = Account {
            id: "feed".into(),
            settings,
            webhook_url: "https://desk.example/webhooks/feed".into(),
            ..Account::default()
        };
        Self {
            channel,
            account,
            secrets,
            states: BTreeMap::new(),
            handled: BTreeSet::new(),
            made: BTreeMap::new(),
            attempts: BTreeMap::new(),
        }
    }

    /// Feeds a line; the result is what the surface promises for it.
    pub(super) fn feed(&mut self, line: Line) -> anyhow::Result<Fed> {
        self.account.now = line.now;
        let named = line.conversation;
        match (line.webhook, line.task_event, line.reply, line.answer, line.account_request) {
            (Some(webhook), None, None, None, None) => self.webhook(webhook),
            (None, Some(fields), None, None, None) => {
                let owner = self.owner(named, fields.get("task"));
                self.event(owner, "task_event", with_default(fields, "at", line.now))
            }
            (None, None, Some(fields), None, None) => {
                let notified = fields.get("notify").and_then(|notify| notify.get(0));
                let owner = self.owner(named, notified.or_else(|| fields.get("task")));
                self.event(owner, "reply", with_default(fields, "at", line.now))
            }
            (None, None, None, Some(fields), None) => {
                let owner = self.owner(named, fields.get("call"));
                let fields = self.complete_answer(fields)?;
                self.event(owner, "answer", fields)
            }
            (None, None, None, None, Some(request)) => {
                let outcome = self.handle("", &Event::AccountRequest(request));
                Ok(Fed::outcomes(vec![outcome]))
            }
            _ => anyhow::bail!("wants exactly one of webhook, task_event, reply, answer, account_request"),
        }
    }

    fn webhook(&mut self, webhook: WebhookLine) -> anyhow::Result<Fed> {
        let key = self.secrets.iter().find(|secret| secret.name == "api_key");
        let key = key.map(|secret| secret.value.as_str());
        let request = webhook.request(&self.channel.manifest().headers, key)?;
        match self.channel.receive_webhook(&self.account, &self.secrets, &request) {
            Err(error) => Ok(Fed { failure: Some(broken(&error)), ..Fed::default() }),
            Ok(Err(rejection)) => Ok(Fed { rejection: Some(rejection), ..Fed::default() }),
            Ok(Ok(receipt)) => Ok(self.receipt(receipt)),
        }
    }

    fn receipt(&mut self, receipt: Receipt) -> Fed {
        let mut outcomes = Vec::new();
        for inbound in &receipt.inbound {
            let conversation = inbound.conversation.clone();
            outcomes.push(if self.handled.insert(inbound.dedupe.clone()) {
                self.handle(&conversation, &Event::Inbound(inbound.clone()))
            } else {
                Handled { conversation, repeated: true, ..Handled::default() }
            });
        }
        Fed { receipt: Some(receipt), ..Fed::outcomes(outcomes) }
    }

    /// The conversation that a task, contact or call belongs to.
    fn owner(&self, named: Option<String>, id: Option<&Value>) -> Option<String> {
        let derived = || self.made.get(id?.as_str()?).map(|made| made.conversation.clone());
        named.or_else(derived)
    }

    fn complete_answer(&mut self, fields: Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
        let call = fields.get("call").and_then(Value::as_str).unwrap_or_default().to_owned();
        let attempt = self.attempts.entry(call.clone()).or_default();
        *attempt += 1;
        let fields = with_default(fields, "attempt", *attempt);
        let fields = with_default(fields, "began_at", self.account.now);
        let Made { context, body, .. } = self.made.get(&call).cloned().unwrap_or_default();
        let text = |bytes, key| {
            String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("the call's {key} is no text: give `{key}`"))
        };
        let fields = with_default(fields, "body", text(body, "body")?);
        Ok(with_default(fields, "context", text(context, "context")?))
    }

    fn event(
        &mut self,
        owner: Option<String>,
        kind: &str,
        fields: Map<String, Value>,
    ) -> anyhow::Result<Fed> {
        let Some(conversation) = owner else {
            anyhow::bail!("nothing before this line opened the task or made the call: give `conversation`");
        };
        let event: Event = serde_json::from_value(json!({ kind: fields }))?;
        Ok(Fed::outcomes(vec![self.handle(&conversation, &event)]))
    }

    fn handle(&mut self, conversation: &str, event: &Event) -> Handled {
        let state = self.states.get(conversation).cloned().unwrap_or_default();
        let before = Conversation { id: conversation.to_owned(), state };
        let mut handled = Handled { conversation: conversation.to_owned(), ..Handled::default() };
        match event.call(&self.channel, &self.account, &before) {
            Err(error) => handled.failure = Some(broken(&error)),
            Ok(Err(problem)) => handled.failure = Some(problem),
            Ok(Ok(outcome)) => {
                self.remember(conversation, &outcome);
                self.states.insert(conversation.to_owned(), outcome.state);
                handled.commands = outcome.commands;
                handled.facts = outcome.facts;
            }
        }
        handled
    }

    /// Keeps what later lines refer to.
    fn remember(&mut self, conversation: &str, outcome: &Outcome) {
        let conversation = conversation.to_owned();
        for command in &outcome.commands {
            let (id, context, body) = match command {
                Command::SaveContact(contact) => (&contact.id, Vec::new(), Vec::new()),
                Command::OpenTask(task) => (&task.id, Vec::new(), Vec::new()),
                Command::Call(call) => (&call.id, call.context.clone(), call.body.clone()),
                Command::Retry(retry) => {
                    if let (Some(made), Some(body)) = (self.made.get_mut(&retry.call), &retry.body) {
                        made.body.clone_from(body);
                    }
                    continue;
                }
                Command::AccountStatus(status) => {
                    self.account.profile = status.profile.clone().or(self.account.profile.take());
                    continue;
                }
                _ => continue,
            };
            self.made.insert(id.clone(), Made { conversation: conversation.clone(), context, body });
        }
    }
}

fn with_default(mut fields: Map<String, Value>, name: &str, value: impl Into<Value>) -> Map<String, Value> {
    fields.entry(name).or_insert_with(|| value.into());
    fields
}

fn broken(error: &CallError) -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: format!("plugin-{}", error.kind()),
        text: error.to_string(),
        advice: String::new(),
    }
}
