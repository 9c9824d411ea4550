//! The account's machine between Viber's JSON and the host's commands: calls made, answers read.

use conversation::{
    Account, Answer, Command, Conversation, Outcome, Problem, ProblemClass, Retry, RetryScope,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::advice;
use super::machine::{Bot, Drift, Effect, Event, Purpose, State, step};
use crate::answer::context_unreadable;
use crate::limits::{ACCOUNT_ATTEMPTS_MAX, URL_CHARS_MAX};
use crate::outbound::api_call;
use crate::prelude::*;
use crate::saved::{Odd, Saved};
use crate::verdict::{self, Verdict, backoff_ms};
use crate::{chars, ids, json as fields, state, status};

/// What the webhook is to be called for. Without `failed`, refusals by the customer's app would be silent.
/// developers.viber.com, Webhooks, Event types; checked 2026-11.
const EVENT_TYPES: [&str; 7] =
    ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "message"];

/// Characters of a bot's name that are kept; Viber's own limit is far lower.
const NAME_CHARS_MAX: usize = 200;

/// What a call for the account carries for its answer.
#[derive(Debug, Serialize)]
struct Context {
    /// The request's run.
    run: u64,
    /// What was called.
    step: Step,
}

impl Context {
    fn read(bytes: &[u8]) -> Result<Self, Odd> {
        let mut saved = Saved::parse(bytes)?;
        let step = match saved.text("step")?.as_deref() {
            Some("account-info") => Step::AccountInfo,
            Some("set-webhook") => Step::SetWebhook,
            Some("remove-webhook") => Step::RemoveWebhook,
            _ => return Err(Odd),
        };
        Ok(Self { run: saved.number("run")?.ok_or(Odd)?, step })
    }
}

/// What was called.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Step {
    AccountInfo,
    SetWebhook,
    RemoveWebhook,
}

/// Takes one event: state and commands of the account's own conversation.
pub(super) fn run(account: &Account, conversation: &Conversation, event: Event) -> Result<Outcome, Problem> {
    let (mut state, effects) = step(account.now, read(account, conversation)?, event);
    state.v = state::SCHEMA;
    let commands = effects.into_iter().map(|effect| command(account, &state, effect)).collect();
    Ok(Outcome { state: state::write(&state)?, commands, facts: Vec::new() })
}

/// The `webhook` event came.
///
/// # Errors
/// Class `internal`, `state-…`.
pub(crate) fn on_called_back(account: &Account, conversation: &Conversation) -> Result<Outcome, Problem> {
    run(account, conversation, Event::CalledBack)
}

/// An answer to one of the account's calls.
///
/// # Errors
/// Class `internal`: `context-unreadable`, `state-…`.
pub(crate) fn on_answer(
    account: &Account,
    conversation: &Conversation,
    answer: &Answer,
) -> Result<Outcome, Problem> {
    let context = Context::read(&answer.context).map_err(|Odd| context_unreadable())?;
    let state = read(account, conversation)?;
    if context.run != state.run {
        return Ok(Outcome { state: conversation.state.clone(), ..Outcome::default() }); // A3
    }
    let event = match verdict::read(&answer.result) {
        Verdict::Accepted(root) => accepted(account, context.step, &root),
        Verdict::Refused { number, said } => {
            let problem = status::find(number).problem(number, said.as_deref());
            let wanted = if context.step == Step::SetWebhook { said } else { None };
            Event::Refused(advice::of_webhook(problem, wanted.as_deref()))
        }
        Verdict::Again { problem, .. } | Verdict::Lost(problem) if answer.attempt < ACCOUNT_ATTEMPTS_MAX => {
            let after_ms = backoff_ms(answer.attempt); // A5
            let problem = unreachable(&problem);
            let (call, scope) = (answer.call.clone(), RetryScope::Call);
            let commands = vec![Command::Retry(Retry { call, after_ms, scope, body: None, problem })];
            return Ok(Outcome { state: conversation.state.clone(), commands, facts: Vec::new() });
        }
        Verdict::Again { problem, .. } | Verdict::Lost(problem) => Event::Refused(unreachable(&problem)),
        Verdict::Dead(problem) => Event::Refused(problem),
    };
    run(account, conversation, event)
}

/// The account's state. The host may remember the bot where the state was lost: it is the bot still (A2).
fn read(account: &Account, conversation: &Conversation) -> Result<State, Problem> {
    let mut state = state::read(&conversation.state, State::of)?;
    if let (None, Some(profile)) =
        (&state.bot, account.profile.as_ref().filter(|profile| !profile.id.is_empty()))
    {
        let (id, name, uri) = (profile.id.clone(), profile.name.clone(), profile.uri.clone());
        state.bot = Some(Bot { id, name, uri, avatar: profile.avatar.clone() });
    }
    Ok(state)
}

fn accepted(account: &Account, step: Step, root: &Value) -> Event {
    match step {
        Step::SetWebhook | Step::RemoveWebhook => Event::WebhookAccepted,
        Step::AccountInfo => match short(root, "id") {
            Some(id) => Event::Info { bot: bot(id, root), drift: drift(account, root) },
            None => Event::Refused(Problem::new(
                ProblemClass::Account,
                "no-bot-id",
                "Viber's answer does not say which bot the API key belongs to",
                "Try again later.",
            )),
        },
    }
}

fn bot(id: String, root: &Value) -> Bot {
    Bot {
        id,
        name: fields::text(root, "name").map(|name| chars::cut(&name, NAME_CHARS_MAX)).unwrap_or_default(),
        uri: short(root, "uri").unwrap_or_default(),
        avatar: short(root, "icon"),
    }
}

/// A text that can be an id or a link: it is kept in the state, which has to stay short.
fn short(root: &Value, key: &str) -> Option<String> {
    fields::text(root, key).filter(|text| text.len() <= URL_CHARS_MAX)
}

/// What Viber has otherwise than it was set (A4).
fn drift(account: &Account, root: &Value) -> Option<Drift> {
    let problem = |code, text: &str, advice| Problem::new(ProblemClass::Account, code, text, advice);
    let again = "It is being set again by itself; if this comes back, see who else has the bot's key.";
    match fields::text(root, "webhook") {
        None => {
            let text = "the bot had no webhook any more";
            return Some(Drift::Lost(problem("webhook-lost", text, again)));
        }
        Some(url) if url != account.webhook_url => {
            let text = "another system has set its own webhook for the bot, and gets its messages";
            let advice = "Disconnect the bot in the other system, or give it a bot of its own, then connect the account again.";
            return Some(Drift::Taken(problem("webhook-taken", text, advice)));
        }
        Some(_) => {}
    }
    let events: Option<Vec<&str>> = root
        .get("event_types")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect());
    match events {
        Some(events) if EVENT_TYPES.iter().any(|wanted| !events.contains(wanted)) => {
            let text = "the bot's webhook was called for fewer events than it was set for";
            Some(Drift::Lost(problem("webhook-narrowed", text, again)))
        }
        Some(_) | None => None,
    }
}

fn unreachable(last: &Problem) -> Problem {
    let text = format!("Viber could not be reached: {}", last.text);
    let advice = "Check that the helpdesk can reach chatapi.viber.com, then try again.";
    Problem::new(ProblemClass::Transport, "viber-unreachable", text, advice)
}

fn command(account: &Account, state: &State, effect: Effect) -> Command {
    match effect {
        Effect::Status(status) => Command::AccountStatus(*status),
        Effect::Resume => Command::Resume(RetryScope::Account),
        Effect::AskInfo(Purpose::Check) => {
            call(state, "check", "get_account_info", Step::AccountInfo, fields::object([]))
        }
        Effect::AskInfo(Purpose::Connect | Purpose::Disconnect) => {
            call(state, "connect", "get_account_info", Step::AccountInfo, fields::object([]))
        }
        Effect::SetWebhook => {
            let body = fields::object([
                ("url", account.webhook_url.as_str().into()),
                ("event_types", EVENT_TYPES.into_iter().collect()),
                ("send_name", true.into()),
                ("send_photo", true.into()),
            ]);
            call(state, "connect", "set_webhook", Step::SetWebhook, body)
        }
        // An absent or null URL would not remove it.
        Effect::RemoveWebhook => {
            let body = fields::object([("url", "".into())]);
            call(state, "disconnect", "set_webhook", Step::RemoveWebhook, body)
        }
    }
}

fn call(state: &State, request: &str, method: &str, step: Step, body: Map<String, Value>) -> Command {
    let context = serde_json::to_vec(&Context { run: state.run, step }).unwrap_or_default();
    let id = ids::account_call(request, state.run, method);
    Command::Call(api_call(id, method, fields::bytes(&body.into()), context))
}
