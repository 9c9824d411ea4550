//! What holds for every outcome, by the contract; not what one function owes.

use std::collections::BTreeSet;
use std::fmt::Debug;

use conversation::{
    Account, Call, CallValue, Command, Conversation, DeliveryState, Outcome, Part, Problem, Task,
};

use crate::given;

/// Limits of `wit/README.md`.
const COMMANDS_MAX: usize = 64;
const STATE_BYTES_MAX: usize = 256 << 10;
const OUTCOME_BYTES_MAX: usize = 1 << 20;
const CALL_BODY_BYTES_MAX: usize = 64 << 10;
const CALL_CONTEXT_BYTES_MAX: usize = 4 << 10;
const TITLE_CHARS_MAX: usize = 120;

/// Bytes of a problem's text: a sentence for a person, with a few hundred of somebody else's characters in it.
const PROBLEM_BYTES_MAX: usize = 2_000;

/// The same arguments give the same outcome (C2).
pub(crate) fn twice<T: PartialEq + Debug>(call: impl Fn() -> T) -> T {
    let first = call();
    assert_eq!(first, call(), "the same arguments, another outcome");
    first
}

/// Holds an outcome against the contract, and reads its state again.
pub(crate) fn outcome(account: &Account, conversation: &str, outcome: &Outcome) {
    assert!(outcome.commands.len() <= COMMANDS_MAX, "{} commands", outcome.commands.len());
    assert!(outcome.state.len() <= STATE_BYTES_MAX, "a state of {} bytes", outcome.state.len());
    let size: usize = outcome.commands.iter().map(command).sum();
    assert!(size + outcome.state.len() <= OUTCOME_BYTES_MAX, "an outcome of {size} bytes");
    let ids: BTreeSet<_> = given::calls(&outcome.commands).into_iter().map(|call| &call.id).collect();
    assert_eq!(ids.len(), given::calls(&outcome.commands).len(), "two calls with one id");
    read_again(account, &given::conversation(conversation, &outcome.state));
}

/// Reading and writing a state once more changes no byte of it.
fn read_again(account: &Account, conversation: &Conversation) {
    if !conversation.id.is_empty() {
        let again = given::untouched(account, conversation).expect("what was written is read");
        assert_eq!(again.state, conversation.state, "a state changes by being read");
        assert!(again.commands.is_empty());
    }
}

/// Checks a command; its bytes, as far as they can be many.
fn command(command: &Command) -> usize {
    match command {
        Command::SaveContact(contact) => {
            contact.id.len()
                + [&contact.name, &contact.avatar].into_iter().flatten().map(String::len).sum::<usize>()
        }
        Command::OpenTask(task) => self::task(task),
        Command::AddAction(action) => {
            assert!(!action.parts.is_empty(), "an action that says nothing");
            let ids = action.id.len() + action.task.len() + action.contact.len();
            ids + action.parts.iter().map(part).sum::<usize>()
        }
        Command::Note(note) => note.id.len() + note.task.len() + note.text.len(),
        Command::Call(call) => self::call(call),
        Command::Retry(retry) => {
            // At once only where something else is sent.
            let least = if retry.body.is_some() { 0 } else { 1_000 };
            assert!((least..=3_600_000).contains(&retry.after_ms), "again after {} ms", retry.after_ms);
            problem(&retry.problem) + retry.body.as_ref().map_or(0, Vec::len)
        }
        Command::Delivery(delivery) => {
            let ended_badly = matches!(delivery.state, DeliveryState::Failed | DeliveryState::Unconfirmed);
            assert!(!ended_badly || delivery.problem.is_some(), "nobody knows why");
            assert!(!matches!(delivery.state, DeliveryState::Delivered | DeliveryState::Seen));
            delivery.problem.as_ref().map_or(0, problem)
        }
        Command::Receipt(receipt) => receipt.problem.as_ref().map_or(0, problem),
        Command::AccountStatus(status) => status.problem.as_ref().map_or(0, problem),
        Command::Resume(_) | Command::ManageAccount(_) => 0,
        Command::Other(other) => panic!("a command of a later version: {other:?}"),
    }
}

fn task(task: &Task) -> usize {
    assert!(!task.title.trim().is_empty(), "a task without a title");
    assert!(task.title.chars().count() <= TITLE_CHARS_MAX, "a title of many characters");
    assert!(!task.title.contains(['\n', '\r']), "a title of several lines");
    let previous = task.previous.as_ref().map_or(0, |previous| previous.task.len());
    task.id.len() + task.contact.len() + task.title.len() + task.description.len() + previous
}

fn part(part: &Part) -> usize {
    let media = |media: &conversation::Media| {
        let texts = [&media.url, &media.name, &media.thumbnail, &media.caption];
        texts.into_iter().flatten().map(String::len).sum()
    };
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match part {
        Part::Text(text) => text.text.len(),
        Part::Image(it) | Part::Video(it) | Part::Audio(it) | Part::File(it) => media(it),
        Part::Location(place) => {
            assert!(place.latitude.is_finite() && place.longitude.is_finite());
            length(&place.caption)
        }
        Part::Contact(card) => length(&card.name) + length(&card.phone) + length(&card.avatar),
        Part::Sticker(sticker) => sticker.id.len() + length(&sticker.url),
        Part::Link(link) => link.url.len() + length(&link.caption),
        Part::Other(other) => {
            let json: Result<serde_json::Value, _> = serde_json::from_str(&other.json);
            assert!(json.is_ok(), "what is kept as JSON is none");
            other.kind.len() + other.summary.len() + other.json.len()
        }
    }
}

fn call(call: &Call) -> usize {
    assert!(call.url.starts_with("https://chatapi.viber.com/pa/"), "a call to {}", call.url);
    assert!(call.body.len() <= CALL_BODY_BYTES_MAX && call.context.len() <= CALL_CONTEXT_BYTES_MAX);
    assert!((1_000..=60_000).contains(&call.timeout_ms));
    let is_key = |value: &CallValue| *value == CallValue::Secret("api_key".to_owned());
    assert_eq!(call.headers.iter().filter(|header| is_key(&header.value)).count(), 1, "one key a call");
    call.body.len() + call.context.len() + call.id.len()
}

/// Checks a problem; its bytes.
pub(crate) fn problem(problem: &Problem) -> usize {
    let kebab = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    assert!(!problem.code.is_empty() && problem.code.bytes().all(kebab), "a code {:?}", problem.code);
    assert!(!problem.text.is_empty() && problem.text.len() <= PROBLEM_BYTES_MAX, "{}", problem.text.len());
    problem.code.len() + problem.text.len() + problem.advice.len()
}
