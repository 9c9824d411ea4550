//! What answers to sent messages lead to: one table of classes, and what the waiting is counted from.

use conversation::{AnswerResult, Call, Part};

use super::*;
use crate::support::{Desk, NOW, USER, body, calls, http, kinds, ok, reply};

fn sent(desk: &mut Desk) -> Call {
    desk.says("hi", 1);
    calls(&desk.reply(&reply(vec![Part::plain("hello")])))[0].clone()
}

/// What became of it, in one line.
fn show(commands: &[Command]) -> String {
    let one = |command: &Command| match command {
        Command::Delivery(it) => {
            let problem = it.problem.as_ref().map(|problem| problem.code.clone());
            format!("{:?} {}", it.state, problem.or(it.message_id.clone()).unwrap_or_default())
                .trim_end()
                .to_owned()
        }
        Command::Retry(it) => format!("retry {:?} {} {}", it.scope, it.after_ms, it.problem.code),
        Command::AccountStatus(it) => format!("account {:?}", it.state),
        Command::ManageAccount(it) => format!("ask {it:?}"),
        Command::Resume(it) => format!("resume {it:?}"),
        Command::SaveContact(it) => format!("card subscribed={:?}", it.subscribed),
        other => format!("{other:?}"),
    };
    commands.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `attempt | HTTP status and body | what follows`
const CASES: &str = r#"
1  | 200 {"status":0,"message_token":6164500000000000001} | Sent 6164500000000000001
1  | 200 {"status":"0","message_token":"17"} | Sent 17
1  | 200 {"status":0} | Sent
1  | 200 {"status":3,"status_message":"badData"} | Failed bad-data
1  | 200 {"status":4} | Failed missing-data
1  | 200 {"status":5} | Failed receiver-not-registered
1  | 200 {"status":6,"status_message":"notSubscribed"} | card subscribed=Some(false), Failed receiver-not-subscribed
1  | 200 {"status":11} | Failed receiver-no-suitable-device
1  | 200 {"status":13} | Failed api-version-not-supported
1  | 200 {"status":14} | Failed incompatible-with-version
1  | 200 {"status":21} | Failed unsupported-country
1  | 200 {"status":23} | Failed free-messages-exceeded
1  | 200 {"status":999,"message_token":5} | Failed bad-receiver-id
1  | 200 {"status":1} | Pending invalid-url, retry Account 900000 invalid-url, account Failed
1  | 200 {"status":2} | Pending invalid-auth-token, retry Account 900000 invalid-auth-token, account Failed
105 | 200 {"status":2} | Failed invalid-auth-token, account Failed
1  | 200 {"status":7} | Pending account-blocked, retry Account 900000 account-blocked, account Failed
1  | 200 {"status":8} | Pending account-not-found, retry Account 900000 account-not-found, account Failed
1  | 200 {"status":9} | Pending account-suspended, retry Account 900000 account-suspended, account Failed
1  | 200 {"status":10} | Pending webhook-not-set, retry Account 30000 webhook-not-set, ask Check
2  | 200 {"status":10} | Pending webhook-not-set, retry Account 900000 webhook-not-set, account Failed
1  | 200 {"status":15} | Pending account-not-authorized, retry Account 900000 account-not-authorized, account Failed
1  | 200 {"status":24} | Pending no-balance, retry Account 900000 no-balance, account Failed
1  | 401 - | Pending invalid-auth-token, retry Account 900000 invalid-auth-token, account Failed
1  | 403 {"status":2} | Pending invalid-auth-token, retry Account 900000 invalid-auth-token, account Failed
1  | 200 {"status":12} | Pending too-many-requests, retry Conversation 3500000 too-many-requests
23 | 200 {"status":12} | Pending too-many-requests, retry Conversation 3500000 too-many-requests
24 | 200 {"status":12} | Failed too-many-requests
1  | 200 {"status":99} | Pending unknown-status, retry Call 32000 unknown-status
2  | 200 {"status":99} | Failed unknown-status
1  | 200 {"status":19} | Pending cannot-send-broadcast, retry Call 32000 cannot-send-broadcast
1  | 429 - | Pending http-too-many-requests, retry Call 1000 http-too-many-requests
1  | 503 - | Pending http-server-error, retry Call 1000 http-server-error
4  | 503 oops | Pending http-server-error, retry Call 8000 http-server-error
11 | 503 - | Pending http-server-error, retry Call 900000 http-server-error
104 | 503 - | Pending http-server-error, retry Call 900000 http-server-error
105 | 503 - | Failed http-server-error
1  | 500 oops | Unconfirmed unconfirmed
1  | 502 - | Unconfirmed unconfirmed
1  | 504 - | Unconfirmed unconfirmed
1  | 200 <html> | Unconfirmed unconfirmed
1  | 200 {"ok":true} | Unconfirmed unconfirmed
1  | 404 - | Failed http-unexpected
"#;

#[test]
fn every_class_of_answer_has_its_consequence() {
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [attempt, answer, expected] = columns[..] else { panic!("three columns, please: {line}") };
        let (status, body) = answer.split_once(' ').unwrap();
        let mut desk = Desk::new("");
        let call = sent(&mut desk);
        let result = http(status.parse().unwrap(), if body == "-" { "" } else { body });
        let commands = desk.answer(USER, &call, attempt.parse().unwrap(), result);
        assert_eq!(show(&commands), expected, "{line}");
    }
}

#[test]
fn transport_decides_between_again_and_unconfirmed() {
    let text = || "timed out".to_owned();
    for (result, expected) in [
        (AnswerResult::NotSent(text()), "Pending not-sent, retry Call 1000 not-sent"),
        (AnswerResult::Unknown(text()), "Unconfirmed unconfirmed"),
        (AnswerResult::Other(text()), "Unconfirmed unconfirmed"),
        (AnswerResult::RefusedByPolicy(text()), "Failed refused-by-policy"),
    ] {
        let mut desk = Desk::new("");
        let call = sent(&mut desk);
        assert_eq!(show(&desk.answer(USER, &call, 1, result)), expected);
    }
}

#[test]
fn a_used_up_limit_waits_for_the_next_clock_hour() {
    for (now, after) in [(NOW, 3_500_000), (NOW - NOW % HOUR_MS, HOUR_MS), (NOW - NOW % HOUR_MS - 1, 1)] {
        let mut desk = Desk::new("");
        let call = sent(&mut desk);
        desk.account.now = now;
        let Command::Retry(retry) = &desk.answer(USER, &call, 1, ok(r#"{"status":12}"#))[1] else { panic!() };
        assert_eq!((retry.after_ms, &retry.call), (after, &call.id));
    }
}

/// T33.
#[test]
fn the_price_becomes_a_fact() {
    for (billing, price) in [
        ("0", Some("free")),
        ("1", Some("in-session")),
        ("2", Some("in-session")),
        ("3", Some("free")),
        ("\"4\"", Some("free")),
        ("5", Some("charged")),
        ("9", None),
    ] {
        let mut desk = Desk::new("");
        let call = sent(&mut desk);
        desk.answer(
            USER,
            &call,
            1,
            ok(&format!(r#"{{"status":0,"message_token":1,"billing_status":{billing}}}"#)),
        );
        let fact = desk.facts.iter().find(|fact| fact.name == "price").map(|fact| fact.value.as_str());
        assert_eq!(fact, price, "{billing}");
    }
}

#[test]
fn failures_carry_words_and_advice_for_a_person() {
    let mut desk = Desk::new("");
    let call = sent(&mut desk);
    let commands = desk.answer(USER, &call, 1, ok(r#"{"status":2,"status_message":"invalidAuthToken"}"#));
    let Command::Delivery(waits) = &commands[0] else { panic!() };
    let Command::AccountStatus(account) = &commands[2] else { panic!() };
    assert_eq!(waits.problem, account.problem);
    let problem = account.problem.as_ref().unwrap();
    assert_eq!(problem.class, ProblemClass::Account);
    assert!(!problem.advice.is_empty() && problem.text.contains("invalidAuthToken"));
    assert_eq!((waits.reply.as_str(), waits.part), ("r1", 0));
}

/// Status 13 is answered by a plainer message, once.
#[test]
fn what_an_old_app_cannot_show_is_left_out_once() {
    let mut desk = Desk::new(r#"{"ask_for_phone":true}"#);
    let mut call = sent(&mut desk);
    let with_button =
        serde_json::json!({"type":"text","text":"hello","min_api_version":3,"keyboard":{"Type":"keyboard"}});
    call.body = with_button.to_string().into_bytes();
    let commands = desk.answer(USER, &call, 1, ok(r#"{"status":13}"#));
    assert_eq!(show(&commands), "Pending api-version-not-supported, retry Call 0 api-version-not-supported");
    let Command::Retry(retry) = &commands[1] else { panic!() };
    call.body = retry.body.clone().expect("another body");
    assert_eq!(body(&call), serde_json::json!({"type":"text","text":"hello","min_api_version":1}));
    assert_eq!(
        show(&desk.answer(USER, &call, 2, ok(r#"{"status":13}"#))),
        "Failed api-version-not-supported"
    );
}

/// The account works again: its health is looked at, so that it says so and the other conversations go on.
#[test]
fn a_message_that_gets_through_again_has_the_account_checked() {
    let mut desk = Desk::new("");
    let call = sent(&mut desk);
    desk.answer(USER, &call, 1, ok(r#"{"status":9}"#));
    let commands = desk.answer(USER, &call, 2, ok(r#"{"status":0,"message_token":5}"#));
    assert_eq!(show(&commands), "Sent 5, ask Check");
}

/// The limit of an hour ends when the customer writes, and what waits goes on at once (G26).
#[test]
fn a_customer_who_writes_ends_the_wait() {
    let mut desk = Desk::new("");
    let call = sent(&mut desk);
    desk.answer(USER, &call, 1, ok(r#"{"status":12}"#));
    assert!(show(&desk.says("still there?", 2)).starts_with("resume Conversation"));
    assert!(!show(&desk.says("hello?", 3)).contains("resume"), "once");
}

/// A lost answer is settled by a later receipt, or by one that came before it was given up (G6).
#[test]
fn a_receipt_settles_a_lost_answer() {
    let token = |at: u64| ((at - 292_057_776_128) << 22) + 9;
    let receipt = |event: &str, token: u64| {
        serde_json::json!({"event": event, "timestamp": NOW, "message_token": token, "user_id": USER})
            .to_string()
    };
    let lost = || AnswerResult::Unknown("reset".to_owned());
    let mut desk = Desk::new("");
    let call = sent(&mut desk);
    assert_eq!(show(&desk.answer(USER, &call, 1, lost())), "Unconfirmed unconfirmed");
    let commands = desk.webhook(receipt("delivered", 1).as_bytes());
    assert_eq!(kinds(&commands), "receipt", "of the customer's own message");
    let arrived = token(NOW + 200);
    let commands = desk.webhook(receipt("delivered", arrived).as_bytes());
    assert_eq!(kinds(&commands), "delivery receipt");
    assert_eq!(show(&commands[..1]), format!("Sent {arrived}"));
    assert_eq!(kinds(&desk.webhook(receipt("seen", arrived).as_bytes())), "receipt", "settled once");
    // The receipt was faster than the time limit.
    let mut desk = Desk::new("");
    let call = sent(&mut desk);
    assert_eq!(kinds(&desk.webhook(receipt("delivered", arrived).as_bytes())), "receipt");
    assert_eq!(show(&desk.answer(USER, &call, 1, lost())), format!("Sent {arrived}"));
}

/// What the next message costs is told before it is sent (T33).
#[test]
fn a_used_up_quota_is_a_fact_until_the_customer_writes() {
    for (status, price) in [(23, "quota-used-up"), (24, "no-balance")] {
        let mut desk = Desk::new("");
        let call = sent(&mut desk);
        desk.answer(USER, &call, 1, ok(&format!(r#"{{"status":{status}}}"#)));
        let fact =
            |desk: &Desk| desk.facts.iter().find(|fact| fact.name == "price").map(|fact| fact.value.clone());
        assert_eq!(fact(&desk).as_deref(), Some(price));
        desk.says("hello", 2);
        assert_eq!(fact(&desk), None, "inside a session answers are free");
    }
}

#[test]
fn the_same_reply_is_the_same_call() {
    let mut desk = Desk::new("");
    let first = sent(&mut desk);
    let again = calls(&desk.reply(&reply(vec![Part::plain("hello")])))[0].clone();
    assert_eq!((first.id.clone(), body(&first)), (again.id.clone(), body(&again)));
    assert_eq!(kinds(&desk.answer(USER, &first, 1, ok(r#"{"status":0,"message_token":1}"#))), "delivery");
}

#[test]
fn a_context_that_is_not_ours_is_a_problem() {
    let mut desk = Desk::new("");
    let mut call = sent(&mut desk);
    call.context = b"{}".to_vec();
    for id in [USER, ""] {
        let answer = Answer {
            call: call.id.clone(),
            attempt: 1,
            began_at: NOW,
            result: ok("{}"),
            body: Vec::new(),
            context: call.context.clone(),
        };
        let problem = handle_answer(&desk.account, &desk.conversation(id), &answer).unwrap_err();
        assert_eq!(problem.code, "context-unreadable");
    }
}
