//! The account's states and what moves it between them; rules A1 to A4 of the parent. No JSON of Viber's.

use conversation::{AccountStatus, ConnectionState, Problem, ProblemClass, Profile};
use serde::Serialize;
use serde_json::Value;

use crate::limits::REQUEST_MS_MAX;
use crate::prelude::*;
use crate::saved::{Odd, Saved};
use crate::state::SCHEMA;

/// The account's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct State {
    pub(super) v: u32,
    pub(super) phase: Phase,
    /// The time of the latest request, ms: answers of earlier ones are ignored (A3).
    pub(super) run: u64,
    /// The bot that the account belongs to, once its key was checked (A2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bot: Option<Bot>,
    /// The webhook was set, and Viber has not called it since (A1).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) uncalled: bool,
}

/// Where the account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// Nobody asked for anything yet.
    #[default]
    New,
    /// `get_account_info` is under way, to connect.
    CheckingKey,
    /// `set_webhook` is under way.
    SettingWebhook {
        /// Viber answered that all is well.
        answered: bool,
        /// Viber called the webhook.
        called_back: bool,
    },
    /// A1 holds.
    Connected,
    /// `get_account_info` is under way, to check.
    Checking,
    /// `set_webhook` with an empty URL is under way.
    RemovingWebhook,
    /// Taken down.
    Disconnected,
    /// The latest request did not end well.
    Failed,
}

/// What Viber says of the bot that a key belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Bot {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) avatar: Option<String>,
}

/// What an administrator asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Purpose {
    Connect,
    Check,
    Disconnect,
}

/// What happens to the account.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// An administrator asked.
    Requested(Purpose),
    /// `get_account_info` answered: the bot, and what is not as it was set (only a check minds).
    Info { bot: Bot, drift: Option<Drift> },
    /// `set_webhook` answered 0, be it to set or to remove.
    WebhookAccepted,
    /// The `webhook` event came.
    CalledBack,
    /// The call under way ended badly and is not tried again.
    Refused(Problem),
}

/// What Viber has otherwise than it was set (A4).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Drift {
    /// Nobody else has set anything: it can be set again.
    Lost(Problem),
    /// Another system has set its own: two that take it from each other in turn would both lose messages.
    Taken(Problem),
}

/// What follows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Tell the host how the account is.
    Status(Box<AccountStatus>),
    /// Call `get_account_info`.
    AskInfo(Purpose),
    /// Call `set_webhook` with the account's URL.
    SetWebhook,
    /// Call `set_webhook` with an empty URL.
    RemoveWebhook,
    /// Let go out what waited for the account.
    Resume,
}

/// Takes one event at `now`.
#[must_use]
pub(super) fn step(now: u64, mut state: State, event: Event) -> (State, Vec<Effect>) {
    let effects = match (event, state.phase) {
        // What is under way tells the same, and would be cut off.
        (Event::Requested(Purpose::Check), _) if state.is_busy(now) => Vec::new(),
        // Asking would find no webhook, and set it again.
        (Event::Requested(Purpose::Check), Phase::Disconnected) => {
            vec![told(ConnectionState::Disconnected, None, None)]
        }
        (Event::Requested(purpose), _) => state.begin(now, purpose),
        (Event::Info { bot, .. }, Phase::CheckingKey | Phase::Checking) if state.is_another(&bot) => {
            state.fail(another_bot(&bot, state.bot.as_ref()))
        }
        (Event::Info { bot, .. }, Phase::CheckingKey) => {
            state.bot = Some(bot);
            vec![state.set_webhook()]
        }
        (Event::Info { drift: Some(Drift::Taken(problem)), .. }, Phase::Checking) => state.fail(problem),
        (Event::Info { bot, drift: Some(Drift::Lost(problem)) }, Phase::Checking) => {
            state.bot = Some(bot);
            vec![told(ConnectionState::Pending, Some(problem), None), state.set_webhook()]
        }
        (Event::Info { .. }, Phase::Checking) if state.uncalled => state.fail(never_called()),
        (Event::Info { bot, drift: None }, Phase::Checking) => {
            state.bot = Some(bot);
            state.connected()
        }
        (Event::WebhookAccepted, Phase::SettingWebhook { called_back, .. }) => state.set(true, called_back),
        (Event::CalledBack, phase) => {
            state.uncalled = false;
            if let Phase::SettingWebhook { answered, .. } = phase {
                state.set(answered, true)
            } else {
                Vec::new()
            }
        }
        (Event::WebhookAccepted, Phase::RemovingWebhook) => {
            state.phase = Phase::Disconnected;
            vec![told(ConnectionState::Disconnected, None, None)]
        }
        (
            Event::Refused(problem),
            Phase::CheckingKey | Phase::Checking | Phase::SettingWebhook { .. } | Phase::RemovingWebhook,
        ) => state.fail(problem),
        // Nothing is under way that this could be the answer to.
        (Event::Info { .. } | Event::WebhookAccepted | Event::Refused(_), _) => Vec::new(),
    };
    (state, effects)
}

impl State {
    /// Reads it back.
    pub(super) fn of(mut saved: Saved) -> Result<Self, Odd> {
        let phase = saved.take("phase");
        Ok(Self {
            v: SCHEMA,
            phase: if phase.is_null() { Phase::New } else { Phase::of(phase)? },
            run: saved.number("run")?.unwrap_or_default(),
            bot: saved.object("bot")?.map(Bot::of).transpose()?,
            uncalled: saved.flag("uncalled")?.unwrap_or_default(),
        })
    }

    /// Whether a request is under way; one that takes too long counts as stuck.
    fn is_busy(&self, now: u64) -> bool {
        let under_way = match self.phase {
            Phase::CheckingKey | Phase::SettingWebhook { .. } | Phase::Checking | Phase::RemovingWebhook => {
                true
            }
            Phase::New | Phase::Connected | Phase::Disconnected | Phase::Failed => false,
        };
        under_way && now < self.run.saturating_add(REQUEST_MS_MAX)
    }

    fn set_webhook(&mut self) -> Effect {
        self.phase = Phase::SettingWebhook { answered: false, called_back: false };
        self.uncalled = true;
        Effect::SetWebhook
    }

    fn begin(&mut self, now: u64, purpose: Purpose) -> Vec<Effect> {
        self.run = now;
        match purpose {
            Purpose::Connect => {
                self.phase = Phase::CheckingKey;
                vec![told(ConnectionState::Pending, None, None), Effect::AskInfo(purpose)]
            }
            Purpose::Check => {
                self.phase = Phase::Checking;
                vec![Effect::AskInfo(purpose)]
            }
            Purpose::Disconnect => {
                self.phase = Phase::RemovingWebhook;
                vec![Effect::RemoveWebhook]
            }
        }
    }

    /// A1: both are needed.
    fn set(&mut self, answered: bool, called_back: bool) -> Vec<Effect> {
        if answered && called_back {
            return self.connected();
        }
        self.phase = Phase::SettingWebhook { answered, called_back };
        Vec::new()
    }

    fn connected(&mut self) -> Vec<Effect> {
        self.phase = Phase::Connected;
        vec![told(ConnectionState::Connected, None, self.bot.as_ref().map(profile)), Effect::Resume]
    }

    fn fail(&mut self, problem: Problem) -> Vec<Effect> {
        self.phase = Phase::Failed;
        vec![told(ConnectionState::Failed, Some(problem), None)]
    }

    fn is_another(&self, bot: &Bot) -> bool {
        self.bot.as_ref().is_some_and(|known| known.id != bot.id)
    }
}

impl Phase {
    fn of(value: Value) -> Result<Self, Odd> {
        Ok(match value.as_str() {
            Some("new") => Self::New,
            Some("checking-key") => Self::CheckingKey,
            Some("connected") => Self::Connected,
            Some("checking") => Self::Checking,
            Some("removing-webhook") => Self::RemovingWebhook,
            Some("disconnected") => Self::Disconnected,
            Some("failed") => Self::Failed,
            Some(_) => return Err(Odd),
            None => {
                let mut inside = Saved::of(value)?.object("setting-webhook")?.ok_or(Odd)?;
                Self::SettingWebhook {
                    answered: inside.flag("answered")?.ok_or(Odd)?,
                    called_back: inside.flag("called_back")?.ok_or(Odd)?,
                }
            }
        })
    }
}

impl Bot {
    fn of(mut saved: Saved) -> Result<Self, Odd> {
        Ok(Self {
            id: saved.text("id")?.unwrap_or_default(),
            name: saved.text("name")?.unwrap_or_default(),
            uri: saved.text("uri")?.unwrap_or_default(),
            avatar: saved.text("avatar")?,
        })
    }
}

fn told(state: ConnectionState, problem: Option<Problem>, profile: Option<Profile>) -> Effect {
    Effect::Status(Box::new(AccountStatus { state, problem, profile }))
}

/// The bot as the host shows it, with the link that opens the conversation (S19).
fn profile(bot: &Bot) -> Profile {
    let links = if bot.uri.is_empty() { Vec::new() } else { vec![("deep".to_owned(), deep_link(&bot.uri))] };
    Profile {
        id: bot.id.clone(),
        name: bot.name.clone(),
        uri: bot.uri.clone(),
        avatar: bot.avatar.clone(),
        links,
    }
}

/// `viber://pa?chatURI={name}`. developers.viber.com, Deep links; checked 2026-11.
fn deep_link(uri: &str) -> String {
    let mut link = "viber://pa?chatURI=".to_owned();
    for byte in uri.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    link
}

fn never_called() -> Problem {
    let text = "Viber took the webhook's address but never called it";
    let advice = "Check that the address can be reached from the internet and answers 200, then connect the account again.";
    Problem::new(ProblemClass::Account, "webhook-never-called", text, advice)
}

fn another_bot(new: &Bot, known: Option<&Bot>) -> Problem {
    let known = known.map_or("", |bot| bot.name.as_str());
    let text = format!("the API key belongs to the bot {}, and this account to the bot {known}", new.name);
    let advice = "Enter the key of the account's own bot, or add a new account for the other one.";
    Problem::new(ProblemClass::Account, "another-bot", text, advice)
}
