//! Any bytes as the state that a host kept, into every function that reads one; not how states come about.

use conversation::{
    Account, AccountRequest, Answer, AnswerResult, Command, HttpResponse, Outcome, Part, Problem,
    ProblemClass, TaskChange, TaskEvent,
};
use serde_json::Value;

use crate::{check, given};

/// Bytes by which one event may lengthen a state that it only adds to.
const GROWTH_BYTES_MAX: usize = 8 << 10;

/// Goes on from the state with every kind of event.
pub fn run(data: &[u8]) {
    for settings in ["", given::ALL] {
        dialogue(&given::account(settings), data);
    }
    own(data);
}

/// A customer's conversation.
fn dialogue(account: &Account, data: &[u8]) {
    let conversation = given::conversation(given::USER, data);
    let read = check::twice(|| given::untouched(account, &conversation)).map(|outcome| outcome.state);
    let text = r#"{"event":"unsubscribed","timestamp":1767225600500,"user_id":"Zm9vYmFyYmF6cXV4MDEyMw=="}"#;
    let gone = given::inbound(given::USER, text);
    let done =
        TaskEvent { task: format!("t:{}:1", given::USER), change: TaskChange::Completed, at: given::NOW };
    let reply = given::reply(vec![Part::plain("Good morning!")]);
    let context = br#"{"reply":"r-1","part":0}"#.to_vec();
    let answer = answer(r#"{"status":6,"status_message":"notSubscribed"}"#, context);
    let message = check::twice(|| viber::handle_inbound(account, &conversation, &given::message()));
    if let Ok(outcome) = &message {
        routed(data, outcome);
    }
    let results = [
        message,
        check::twice(|| viber::handle_inbound(account, &conversation, &gone)),
        check::twice(|| viber::handle_task_event(account, &conversation, &done)),
        check::twice(|| viber::handle_reply(account, &conversation, &reply)),
        check::twice(|| viber::handle_answer(account, &conversation, &answer)),
    ];
    for result in &results {
        gone_on(account, given::USER, data, result);
        assert_eq!(result.is_ok(), read.is_ok(), "one function reads it, another does not");
    }
    if data.is_empty() {
        assert!(read.is_ok(), "no bytes are a new conversation");
    }
}

/// A message becomes one action, in a task of this conversation that is there, or in a new one; a repeat none.
fn routed(data: &[u8], outcome: &Outcome) {
    let root: Value = serde_json::from_slice(data).unwrap_or_default();
    let mut numbers = root["tasks"].as_array().into_iter().flatten().filter_map(|task| task[0].as_u64());
    let name = |number: u64| format!("t:{}:{number}", given::USER);
    let known: Vec<String> = numbers.by_ref().map(name).collect();
    let mut opened = None;
    let mut actions = 0;
    for command in &outcome.commands {
        match command {
            Command::OpenTask(task) => {
                assert!(!known.contains(&task.id), "a task is opened again");
                assert!(opened.replace(task.id.clone()).is_none(), "two tasks for a message");
            }
            Command::AddAction(action) => {
                let there = known.contains(&action.task) || opened.as_ref() == Some(&action.task);
                assert!(there, "an action in a task that nobody opened");
                actions += 1;
            }
            _ => {}
        }
    }
    let repeat = outcome.commands.is_empty();
    assert_eq!(actions, usize::from(!repeat));
}

/// The account's own conversation.
fn own(data: &[u8]) {
    let account = given::account("");
    let conversation = given::conversation("", data);
    let called = given::inbound("", r#"{"event":"webhook","timestamp":1767225600500}"#);
    let mut results = vec![check::twice(|| viber::handle_inbound(&account, &conversation, &called))];
    for request in [AccountRequest::Connect, AccountRequest::Check, AccountRequest::Disconnect] {
        results.push(check::twice(|| viber::manage_account(&account, &conversation, &request)));
    }
    let root: Value = serde_json::from_slice(data).unwrap_or_default();
    let run = root["run"].as_u64().unwrap_or_default();
    for step in ["account-info", "set-webhook", "remove-webhook"] {
        let context = format!(r#"{{"run":{run},"step":"{step}"}}"#).into_bytes();
        let answer = answer(r#"{"status":0,"id":"pa:1","name":"Lamp Shop","uri":"lampshop"}"#, context);
        results.push(check::twice(|| viber::handle_answer(&account, &conversation, &answer)));
    }
    for result in &results {
        gone_on(&account, "", data, result);
        assert_eq!(result.is_ok(), results[0].is_ok(), "one function reads it, another does not");
        if let Ok(outcome) = result {
            let next = given::conversation("", &outcome.state);
            let again = viber::handle_inbound(&account, &next, &called).expect("what was written is read");
            let next = given::conversation("", &again.state);
            assert_eq!(viber::handle_inbound(&account, &next, &called).map(|it| it.state), Ok(again.state));
        }
    }
}

/// An error that says that the state is at fault, or an outcome whose state is not much longer.
fn gone_on(account: &Account, id: &str, data: &[u8], result: &Result<Outcome, Problem>) {
    match result {
        Ok(outcome) => {
            check::outcome(account, id, outcome);
            assert!(outcome.state.len() <= data.len() + GROWTH_BYTES_MAX, "{} bytes", outcome.state.len());
        }
        Err(problem) => {
            check::problem(problem);
            assert_eq!(problem.class, ProblemClass::Internal);
            assert!(
                ["state-unreadable", "state-from-the-future"].contains(&problem.code.as_str()),
                "{problem:?}"
            );
        }
    }
}

fn answer(body: &str, context: Vec<u8>) -> Answer {
    let response = HttpResponse { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
    let result = AnswerResult::Response(response);
    Answer { call: "c-1".to_owned(), attempt: 1, began_at: 1, result, body: Vec::new(), context }
}
