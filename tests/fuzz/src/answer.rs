//! Any answer of Viber's to any call of ours, and every way in which a call can fail; not who sends it.
//!
//! The input's first line says what was called (`send`, `info`, `webhook`, `check`, `remove`), what became of it (an HTTP
//! status, or `not-sent`, `unknown`, `policy`, `other`) and the attempt; then come header lines, an empty line, the body.

use std::sync::LazyLock;

use conversation::{
    Account, AccountRequest, Answer, AnswerResult, Call, Command, ConnectionState, Conversation, Delivery,
    DeliveryState, Header, HttpResponse, Outcome, Part,
};
use serde_json::Value;

use crate::sheet::Sheet;
use crate::{check, given};

/// Attempts after which nothing is tried again, whatever the answer: a day of full hours.
const ATTEMPTS_MAX: u32 = 105;

/// Bytes of a state, however long the answer is: a name, two links and an id.
const STATE_BYTES_MAX: usize = 7 << 10;

/// A call that is under way.
struct UnderWay {
    name: &'static str,
    conversation: Conversation,
    call: Call,
}

static UNDER_WAY: LazyLock<Vec<UnderWay>> = LazyLock::new(|| {
    let info = managed("info", &AccountRequest::Connect);
    let known = br#"{"status":0,"id":"pa:1","name":"Lamp Shop","uri":"lampshop"}"#.to_vec();
    let answer = answered(&info.call, 1, AnswerResult::Response(response(200, Vec::new(), known)));
    let account = given::account("");
    let outcome = viber::handle_answer(&account, &info.conversation, &answer).expect("an answer is handled");
    let webhook = under_way("webhook", "", &outcome);
    let check = managed("check", &AccountRequest::Check);
    vec![sent(), info, webhook, check, managed("remove", &AccountRequest::Disconnect)]
});

fn sent() -> UnderWay {
    let account = given::account("");
    let fresh = given::conversation(given::USER, &[]);
    let outcome = viber::handle_inbound(&account, &fresh, &given::message()).expect("a message is handled");
    let conversation = given::conversation(given::USER, &outcome.state);
    let reply = given::reply(vec![Part::plain("Good morning!")]);
    let outcome = viber::handle_reply(&account, &conversation, &reply).expect("a reply is handled");
    under_way("send", given::USER, &outcome)
}

fn managed(name: &'static str, request: &AccountRequest) -> UnderWay {
    let fresh = given::conversation("", &[]);
    let outcome = viber::manage_account(&given::account(""), &fresh, request).expect("a request is handled");
    under_way(name, "", &outcome)
}

fn under_way(name: &'static str, id: &str, outcome: &Outcome) -> UnderWay {
    let calls = given::calls(&outcome.commands);
    let [call] = calls.as_slice() else { panic!("one call for {name}") };
    UnderWay { name, conversation: given::conversation(id, &outcome.state), call: (*call).clone() }
}

fn response(status: u16, headers: Vec<Header>, body: Vec<u8>) -> HttpResponse {
    HttpResponse { status, headers, body }
}

fn answered(call: &Call, attempt: u32, result: AnswerResult) -> Answer {
    Answer {
        call: call.id.clone(),
        attempt,
        began_at: given::account("").now,
        result,
        body: call.body.clone(),
        context: call.context.clone(),
    }
}

/// Gives a call its answer.
pub fn run(data: &[u8]) {
    let sheet = Sheet::read(data);
    let under_way = UNDER_WAY.iter().find(|it| it.name == sheet.word(0)).unwrap_or(&UNDER_WAY[0]);
    let attempt = sheet.word(2).parse().unwrap_or(1).max(1);
    let answer = answered(&under_way.call, attempt, result(&sheet));
    let account = given::account("");
    let outcome = check::twice(|| viber::handle_answer(&account, &under_way.conversation, &answer));
    let outcome = outcome.expect("every answer to a call of ours is handled");
    check::outcome(&account, &under_way.conversation.id, &outcome);
    assert!(outcome.state.len() <= STATE_BYTES_MAX, "a state of {} bytes", outcome.state.len());
    if under_way.name == "send" {
        settled(&outcome, &answer);
    } else {
        moved(&account, under_way, &outcome, &answer);
    }
}

fn result(sheet: &Sheet<'_>) -> AnswerResult {
    let reason = || String::from_utf8_lossy(sheet.body).into_owned();
    match sheet.word(1) {
        "not-sent" => AnswerResult::NotSent(reason()),
        "unknown" => AnswerResult::Unknown(reason()),
        "policy" => AnswerResult::RefusedByPolicy(reason()),
        "other" => AnswerResult::Other(reason()),
        status => {
            let status = status.parse().unwrap_or(200);
            AnswerResult::Response(response(status, sheet.headers.clone(), sheet.body.to_vec()))
        }
    }
}

/// The part of a reply has one new state: it waits and the call is repeated, or it does not and the call is not (G6).
fn settled(outcome: &Outcome, answer: &Answer) {
    let mut deliveries: Vec<&Delivery> = Vec::new();
    let mut retries = 0;
    for command in &outcome.commands {
        match command {
            Command::Delivery(delivery) => deliveries.push(delivery),
            Command::Retry(retry) => {
                assert_eq!(retry.call, answer.call);
                retries += 1;
            }
            Command::AccountStatus(status) => assert_eq!(status.state, ConnectionState::Failed),
            Command::SaveContact(contact) => assert_eq!(contact.subscribed, Some(false)),
            Command::ManageAccount(request) => assert_eq!(*request, AccountRequest::Check),
            other => panic!("not what an answer leads to: {other:?}"),
        }
    }
    let [delivery] = deliveries.as_slice() else { panic!("one state: {deliveries:?}") };
    assert_eq!((delivery.reply.as_str(), delivery.part), ("r-1", 0));
    assert_eq!(retries, usize::from(delivery.state == DeliveryState::Pending));
    assert!(retries == 0 || answer.attempt < ATTEMPTS_MAX, "tried for ever");
    use DeliveryState::{Failed, Pending, Sent, Unconfirmed};
    let possible = match &answer.result {
        AnswerResult::NotSent(_) => vec![Pending, Failed],
        AnswerResult::Unknown(_) | AnswerResult::Other(_) => vec![Unconfirmed],
        AnswerResult::RefusedByPolicy(_) => vec![Failed],
        AnswerResult::Response(response) => match status(response) {
            Some(0) => vec![Sent, Unconfirmed, Pending, Failed],
            _ => vec![Unconfirmed, Pending, Failed],
        },
    };
    assert!(possible.contains(&delivery.state), "{:?} after {:?}", delivery.state, answer.result);
    assert_eq!(delivery.problem.is_none(), delivery.state == Sent);
}

/// An envelope's status, which is a number or its digits.
fn status(response: &HttpResponse) -> Option<i64> {
    let root: Value = serde_json::from_slice(&response.body).ok()?;
    root["status"].as_i64().or_else(|| root["status"].as_str()?.trim().parse().ok())
}

/// The account goes one step: a repeat, the next call, or an end that is told; a webhook that was set waits for Viber's
/// call. An answer to an earlier request moves nothing (A3).
fn moved(account: &Account, under_way: &UnderWay, outcome: &Outcome, answer: &Answer) {
    match outcome.commands.as_slice() {
        [Command::Retry(retry)] => {
            assert_eq!(retry.call, answer.call);
            assert!(answer.attempt < ATTEMPTS_MAX, "tried for ever");
            assert_eq!(outcome.state, under_way.conversation.state, "nothing happened yet");
        }
        [Command::Call(_)] => assert_eq!(under_way.name, "info"),
        [Command::AccountStatus(status)] => match &status.state {
            ConnectionState::Failed => assert!(status.problem.is_some()),
            ConnectionState::Disconnected => assert_eq!(under_way.name, "remove"),
            other => panic!("not where an answer leads to: {other:?}"),
        },
        // What waited for the account goes out.
        [Command::AccountStatus(status), Command::Resume(_)] => {
            assert_eq!((&status.state, under_way.name), (&ConnectionState::Connected, "check"));
        }
        // The webhook was lost, and is set again.
        [Command::AccountStatus(status), Command::Call(_)] => {
            assert_eq!((&status.state, under_way.name), (&ConnectionState::Pending, "check"));
            assert!(status.problem.is_some());
        }
        [] => assert_eq!(under_way.name, "webhook"),
        more => panic!("one step: {more:?}"),
    }
    let later = Account { now: given::NOW + 1, ..account.clone() };
    let conversation = given::conversation("", &outcome.state);
    let asked = viber::manage_account(&later, &conversation, &AccountRequest::Connect);
    let asked = given::conversation("", &asked.expect("what was written is read").state);
    let stale = viber::handle_answer(&later, &asked, answer).expect("an answer that came late is none");
    assert_eq!((stale.state, stale.commands), (asked.state, Vec::new()));
}
