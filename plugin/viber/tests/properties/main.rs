//! What holds for every input, tried with random ones that shrink; not what a particular input means.
//!
//! Only the crate's public functions are called, as a host calls them. Nothing is written down between runs: a failure
//! prints its smallest input, which belongs into a normal test.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use conversation::{
    Account, Action, Answer, AnswerResult, Call, Command, Conversation, Delivery, DeliveryState, Header,
    HttpRequest, HttpResponse, Outcome, Part, Problem, Receipt, Rejection, Reply, Secret, TaskChange,
    TaskEvent, Text, TextFormat,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

mod incoming;
mod outgoing;
mod replies;
mod talk;

use incoming::{PAYLOADS, SETTINGS, body, fault, mutation, odd_payload, odd_value, signed, unsigned};
use outgoing::{answered, marked_up, markup, result, sent_whole, text};
use replies::{any_reply, obeys};
use talk::{Happens, event, happen, repeated};

const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
const USER: &str = "Zm9vYmFyYmF6cXV4MDEyMw==";
/// A little after the payloads' times: 2026-01-01T00:01:40Z.
const NOW: u64 = 1_767_225_700_000;
/// Characters of a reply.
const REPLY_CHARS_MAX: usize = 20_000;
/// Bytes of a state with ordinary texts.
const STATE_BYTES_MAX: usize = 4_096;
/// Pieces of a marked-up text, and so its deepest nesting: the reader of Markdown has its own tests for thousands of
/// levels, which chance would not make.
const MARKUP_PIECES_MAX: usize = 60;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_signed_body_is_answered_200_and_kept(body in body()) {
        signed(&body)?;
    }

    #[test]
    fn what_viber_did_not_sign_is_refused(body in body(), fault in fault()) {
        unsigned(&body, &fault)?;
    }

    #[test]
    fn odd_payloads_are_handled(
        payload in select(PAYLOADS.as_slice()),
        mutations in vec((any::<Index>(), mutation()), 0..6),
        settings in select(SETTINGS),
    ) {
        odd_payload(&payload, &mutations, settings)?;
    }

    #[test]
    fn repeats_change_no_action(
        events in vec(event(), 1..=12),
        repeats in vec((any::<Index>(), any::<Index>()), 0..8),
        settings in select(SETTINGS),
    ) {
        repeated(&events, &repeats, settings)?;
    }

    #[test]
    fn marked_up_text_is_sent(text in markup()) {
        for format in [TextFormat::Html, TextFormat::Markdown] {
            marked_up(&text, format)?;
        }
    }

    #[test]
    fn any_reply_is_as_viber_wants_it(reply in any_reply(), settings in select(SETTINGS)) {
        obeys(&reply, settings)?;
    }

    #[test]
    fn every_answer_settles_or_repeats_a_send(result in result(), attempt in 1..=40_u32, known in any::<bool>()) {
        answered(result, attempt, known)?;
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_plain_text_is_sent_whole(text in text()) {
        sent_whole(&text)?;
    }
}

// --- calling the crate

fn account(settings: &str) -> Account {
    Account { id: "acc-1".to_owned(), settings: settings.to_owned(), now: NOW, ..Account::default() }
}

/// A POST with these signatures.
fn request(body: &[u8], signatures: &[String]) -> HttpRequest {
    let header = |value: &String| Header { name: viber::signature::HEADER.to_owned(), value: value.clone() };
    HttpRequest {
        method: "POST".to_owned(),
        headers: signatures.iter().map(header).collect(),
        body: body.to_vec(),
        ..HttpRequest::default()
    }
}

fn receive(account: &Account, request: &HttpRequest) -> Result<Receipt, Rejection> {
    let secrets = [Secret { name: "api_key".to_owned(), value: KEY.to_owned() }];
    viber::receive_webhook(account, &secrets, request)
}

fn receive_signed(account: &Account, body: &[u8]) -> Result<Receipt, TestCaseError> {
    let receipt = receive(account, &request(body, &[viber::signature::sign(KEY, body)]));
    receipt.map_err(|rejection| TestCaseError::fail(format!("{rejection:?}")))
}

fn outcome(outcome: Result<Outcome, Problem>) -> Result<Outcome, TestCaseError> {
    outcome.map_err(|problem| TestCaseError::fail(format!("{problem:?}")))
}

fn reply(text: &str, format: TextFormat) -> Result<Outcome, Problem> {
    let conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    let reply = Reply {
        id: "r1".to_owned(),
        notify: vec![format!("c:{USER}")],
        parts: vec![Part::Text(Text { text: text.to_owned(), format })],
        ..Reply::default()
    };
    viber::handle_reply(&account(""), &conversation, &reply)
}

fn calls(commands: &[Command]) -> impl Iterator<Item = &Call> {
    commands.iter().filter_map(|command| if let Command::Call(call) = command { Some(call) } else { None })
}

fn actions(commands: &[Command]) -> impl Iterator<Item = &Action> {
    commands.iter().filter_map(|command| if let Command::AddAction(it) = command { Some(it) } else { None })
}

fn deliveries(commands: &[Command]) -> impl Iterator<Item = &Delivery> {
    commands.iter().filter_map(|command| if let Command::Delivery(it) = command { Some(it) } else { None })
}
