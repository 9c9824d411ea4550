//! Accounts connected, checked and taken down, in every order in which answers and callbacks come (I12, I13).

use conversation::{AccountRequest, AccountStatus, AnswerResult, Call, Command, ConnectionState, TaskChange};

use super::*;
use crate::limits::REQUEST_MS_MAX;
use crate::support::{Desk, NOW, USER, account, body, calls, fixture, http, kinds, ok, reply};

const INFO: &str = r#"{"status":0,"status_message":"ok","id":"pa:98765432109876543210","name":"Lamp Shop","uri":"lamp shop",
    "icon":"https://img.example/icon.jpg","webhook":"https://desk.example/webhooks/acc-1","event_types":["subscribed",
    "unsubscribed","webhook","conversation_started","delivered","failed","message","seen"],"subscribers_count":3}"#;
const DONE: &str = r#"{"status":0,"status_message":"ok"}"#;

fn fresh() -> Desk {
    let mut desk = Desk::new("");
    desk.account.profile = None;
    desk
}

/// Starts connecting; the call that sets the webhook.
fn connect(desk: &mut Desk) -> Call {
    let commands = desk.manage(&AccountRequest::Connect);
    assert_eq!(kinds(&commands), "account-status call");
    let info = calls(&commands)[0].clone();
    let commands = desk.answer("", &info, 1, ok(INFO));
    assert_eq!(kinds(&commands), "call");
    calls(&commands)[0].clone()
}

#[track_caller]
fn status(commands: &[Command]) -> &AccountStatus {
    let mut found = commands.iter().filter_map(|command| match command {
        Command::AccountStatus(it) => Some(it),
        _ => None,
    });
    found.next().expect("a status is told")
}

fn code(commands: &[Command]) -> String {
    let status = status(commands);
    assert_eq!(status.state, ConnectionState::Failed);
    let problem = status.problem.as_ref().unwrap();
    assert!(!problem.advice.is_empty());
    problem.code.clone()
}

/// T16.
#[test]
fn connecting_checks_the_key_then_sets_the_webhook() {
    let mut desk = fresh();
    let commands = desk.manage(&AccountRequest::Connect);
    assert_eq!(status(&commands).state, ConnectionState::Pending);
    let info = calls(&commands)[0];
    assert_eq!(
        (info.id.as_str(), info.url.as_str()),
        (format!("connect:{NOW}:get_account_info").as_str(), "https://chatapi.viber.com/pa/get_account_info")
    );
    assert_eq!((info.method.as_str(), &info.body[..]), ("POST", &b"{}"[..]));
    let set = connect(&mut desk);
    assert_eq!(
        (set.id.as_str(), set.url.as_str()),
        (format!("connect:{NOW}:set_webhook").as_str(), "https://chatapi.viber.com/pa/set_webhook")
    );
    assert_eq!(
        body(&set).to_string(),
        r#"{"event_types":["delivered","seen","failed","subscribed","unsubscribed","conversation_started","message"],"send_name":true,"send_photo":true,"url":"https://desk.example/webhooks/acc-1"}"#
    );
}

/// T32.
#[test]
fn connected_needs_the_answer_and_the_callback_in_either_order() {
    // I13. The usual order: Viber calls while its answer is still to come.
    let mut desk = fresh();
    let set = connect(&mut desk);
    assert_eq!(kinds(&desk.webhook(&fixture("webhook"))), "-");
    let connected = desk.answer("", &set, 1, ok(DONE));
    assert_eq!(status(&connected).state, ConnectionState::Connected);
    let profile = status(&connected).profile.clone().unwrap();
    assert_eq!((profile.id.as_str(), profile.name.as_str()), ("pa:98765432109876543210", "Lamp Shop"));
    assert_eq!(profile.avatar.as_deref(), Some("https://img.example/icon.jpg"));
    assert_eq!(profile.links, [("deep".to_owned(), "viber://pa?chatURI=lamp%20shop".to_owned())], "S19, S20");
    // The other order.
    let mut desk = fresh();
    let set = connect(&mut desk);
    assert_eq!(kinds(&desk.answer("", &set, 1, ok(DONE))), "-", "pending until Viber called");
    assert_eq!(status(&desk.webhook(&fixture("webhook-swapped-fields"))).state, ConnectionState::Connected);
    assert_eq!(kinds(&desk.webhook(&fixture("webhook"))), "-", "told once");
}

/// S13: a public account's answer has what a bot's lacks, and the reverse; nothing of it changes how they connect.
#[test]
fn a_public_account_connects_as_a_bot_does() {
    let public = r#"{"status":0,"status_message":"ok","id":"pa:81234567890123456789","name":"Lamp News","uri":"lampnews",
        "icon":"https://img.example/news.jpg","background":"https://img.example/lamps.jpg","category":"Shops",
        "subcategory":"Lighting","location":{"lon":30.5,"lat":50.4},"country":"UA","chat_flags":[],"subscribers_count":35,
        "members":[{"id":"cHVibGljLW1lbWJlcg==","name":"Olena","avatar":"https://img.example/o.jpg","role":"admin"},
        {"id":"b3RoZXItbWVtYmVy","role":"superadmin"}],"webhook":"https://other.example/hook","event_types":["message"]}"#;
    let bot = r#"{"status":0,"id":"pa:5","name":"Lamp Bot","uri":"lampbot","subscribers_count":0}"#;
    for (answer, name, link) in [
        (public, "Lamp News", "viber://pa?chatURI=lampnews"),
        (bot, "Lamp Bot", "viber://pa?chatURI=lampbot"),
    ] {
        let mut desk = fresh();
        let info = calls(&desk.manage(&AccountRequest::Connect))[0].clone();
        let commands = desk.answer("", &info, 1, ok(answer));
        let set = calls(&commands)[0].clone();
        desk.webhook(&fixture("webhook"));
        let connected = desk.answer("", &set, 1, ok(DONE));
        assert_eq!(status(&connected).state, ConnectionState::Connected, "{name}");
        let profile = status(&connected).profile.clone().unwrap();
        assert_eq!((profile.name.as_str(), &profile.links[0].1[..]), (name, link));
    }
}

#[test]
fn refusals_end_in_failed_with_vibers_words() {
    for (answer, expected) in [
        (ok(r#"{"status":2,"status_message":"invalidAuthToken"}"#), "invalid-auth-token"),
        (ok(r#"{"status":0,"name":"no id"}"#), "no-bot-id"),
        (http(404, ""), "http-unexpected"),
        (AnswerResult::RefusedByPolicy("egress".to_owned()), "refused-by-policy"),
    ] {
        let mut desk = fresh();
        let info = calls(&desk.manage(&AccountRequest::Connect))[0].clone();
        assert_eq!(code(&desk.answer("", &info, 1, answer)), expected);
    }
    let mut desk = fresh();
    let set = connect(&mut desk);
    let words = "java.net.ConnectException: Connection refused";
    let commands = desk.answer("", &set, 1, ok(&format!(r#"{{"status":1,"status_message":"{words}"}}"#)));
    assert_eq!(code(&commands), "invalid-url");
    assert!(
        status(&commands).problem.as_ref().unwrap().text.contains(words),
        "the only diagnosis that there is"
    );
    let mut desk = fresh();
    let set = connect(&mut desk);
    assert_eq!(code(&desk.answer("", &set, 1, ok(r#"{"status":1}"#))), "invalid-url", "without words too");
}

#[test]
fn what_did_not_get_through_is_tried_a_few_times() {
    for result in [
        AnswerResult::NotSent("dns".to_owned()),
        AnswerResult::Unknown("reset".to_owned()),
        http(503, ""),
        ok("<html>"),
    ] {
        let mut desk = fresh();
        let info = calls(&desk.manage(&AccountRequest::Connect))[0].clone();
        for attempt in 1..4 {
            let commands = desk.answer("", &info, attempt, result.clone());
            let Command::Retry(retry) = &commands[0] else { panic!("{commands:?}") };
            assert_eq!((retry.after_ms, &retry.call), (1_000 << (attempt - 1), &info.id));
        }
        assert_eq!(code(&desk.answer("", &info, 4, result)), "viber-unreachable");
    }
}

#[test]
fn a_key_of_another_bot_is_refused() {
    // I12
    let other = INFO.replace("98765432109876543210", "2");
    let mut desk = fresh();
    connect(&mut desk);
    desk.account.now += 1;
    let info = calls(&desk.manage(&AccountRequest::Connect))[0].clone();
    assert_eq!(code(&desk.answer("", &info, 1, ok(&other))), "another-bot");
    // The host's memory counts where ours is lost.
    let mut desk = Desk::new("");
    assert_eq!(account("").profile.unwrap().id, "pa:1");
    let info = calls(&desk.manage(&AccountRequest::Connect))[0].clone();
    assert_eq!(code(&desk.answer("", &info, 1, ok(INFO))), "another-bot");
}

/// T26.
#[test]
fn a_check_compares_what_viber_has() {
    let without = |key: &str| {
        let mut info: serde_json::Value = serde_json::from_str(INFO).unwrap();
        info.as_object_mut().unwrap().remove(key);
        info.to_string()
    };
    let check = |answer: &str| {
        let mut desk = fresh();
        let commands = desk.manage(&AccountRequest::Check);
        assert_eq!(kinds(&commands), "call");
        let call = calls(&commands)[0].clone();
        assert_eq!(call.id, format!("check:{NOW}:get_account_info"));
        desk.answer("", &call, 1, ok(answer))
    };
    assert_eq!(status(&check(INFO)).state, ConnectionState::Connected);
    assert_eq!(status(&check(&without("event_types"))).state, ConnectionState::Connected);
    assert_eq!(code(&check(&INFO.replace("desk.example", "other.example"))), "webhook-taken");
    // What nobody else has set is set again, and told meanwhile.
    for (answer, code) in
        [(without("webhook"), "webhook-lost"), (INFO.replace("\"seen\"", "\"x\""), "webhook-narrowed")]
    {
        let commands = check(&answer);
        assert_eq!(kinds(&commands), "account-status call");
        assert_eq!(status(&commands).state, ConnectionState::Pending);
        assert_eq!(status(&commands).problem.as_ref().unwrap().code, code);
        assert!(calls(&commands)[0].url.ends_with("/set_webhook"), "{answer}");
    }
}

/// Status 10: the customer's conversation asks for a check, which sets the webhook again; then what waited goes out.
#[test]
fn a_removed_webhook_is_set_again() {
    let mut desk = fresh();
    let set = connect(&mut desk);
    desk.webhook(&fixture("webhook"));
    assert_eq!(kinds(&desk.answer("", &set, 1, ok(DONE))), "account-status resume");
    desk.account.now += 1_000;
    let info = calls(&desk.manage(&AccountRequest::Check))[0].clone();
    let without = INFO.replace("\"webhook\":", "\"unset\":");
    let set = calls(&desk.answer("", &info, 1, ok(&without)))[0].clone();
    assert_eq!(kinds(&desk.manage(&AccountRequest::Check)), "-", "one at a time");
    desk.webhook(&fixture("webhook"));
    let commands = desk.answer("", &set, 1, ok(DONE));
    assert_eq!(status(&commands).state, ConnectionState::Connected);
    assert_eq!(kinds(&commands), "account-status resume");
}

/// I13: connected means that Viber called back, so a check does not call connected what never was.
#[test]
fn a_webhook_that_was_never_called_is_no_connection() {
    let mut desk = fresh();
    let set = connect(&mut desk);
    assert_eq!(kinds(&desk.answer("", &set, 1, ok(DONE))), "-");
    assert_eq!(kinds(&desk.manage(&AccountRequest::Check)), "-", "the callback may still come");
    desk.account.now += REQUEST_MS_MAX;
    let info = calls(&desk.manage(&AccountRequest::Check))[0].clone();
    assert_eq!(code(&desk.answer("", &info, 1, ok(INFO))), "webhook-never-called");
    // It came late after all.
    desk.webhook(&fixture("webhook"));
    let info = calls(&desk.manage(&AccountRequest::Check))[0].clone();
    assert_eq!(status(&desk.answer("", &info, 1, ok(INFO))).state, ConnectionState::Connected);
}

/// Taken down by an administrator, and so it stays: a check would find no webhook, and set it again.
#[test]
fn a_check_leaves_a_disconnected_account_alone() {
    let mut desk = fresh();
    let call = calls(&desk.manage(&AccountRequest::Disconnect))[0].clone();
    desk.answer("", &call, 1, ok(DONE));
    let commands = desk.manage(&AccountRequest::Check);
    assert_eq!(kinds(&commands), "account-status");
    assert_eq!(status(&commands).state, ConnectionState::Disconnected);
}

/// T15.
#[test]
fn disconnecting_takes_the_webhook_away() {
    let mut desk = fresh();
    let commands = desk.manage(&AccountRequest::Disconnect);
    assert_eq!(kinds(&commands), "call");
    let call = calls(&commands)[0].clone();
    assert_eq!(
        (call.id.as_str(), &call.body[..]),
        (format!("disconnect:{NOW}:set_webhook").as_str(), &br#"{"url":""}"#[..])
    );
    let commands = desk.answer("", &call, 1, ok(DONE));
    assert_eq!(status(&commands).state, ConnectionState::Disconnected);
    assert_eq!(kinds(&desk.webhook(&fixture("webhook"))), "-");
}

#[test]
fn answers_of_an_earlier_request_are_ignored() {
    let mut desk = fresh();
    let old = calls(&desk.manage(&AccountRequest::Connect))[0].clone();
    desk.account.now += 5;
    let new = calls(&desk.manage(&AccountRequest::Disconnect))[0].clone();
    assert_eq!(kinds(&desk.answer("", &old, 1, ok(INFO))), "-");
    assert_eq!(kinds(&desk.answer("", &old, 1, http(503, ""))), "-");
    assert_eq!(status(&desk.answer("", &new, 1, ok(DONE))).state, ConnectionState::Disconnected);
    assert_eq!(kinds(&desk.answer("", &new, 1, ok(DONE))), "-", "nothing is under way any more");
}

#[test]
fn a_connected_account_can_be_connected_again() {
    let mut desk = fresh();
    let set = connect(&mut desk);
    desk.webhook(&fixture("webhook"));
    desk.answer("", &set, 1, ok(DONE));
    desk.account.now += 1_000;
    let set = connect(&mut desk);
    assert_eq!(kinds(&desk.answer("", &set, 1, ok(DONE))), "-", "the callback of last time does not count");
    assert_eq!(status(&desk.webhook(&fixture("webhook"))).state, ConnectionState::Connected);
}

#[test]
fn requests_of_a_later_contract_are_refused() {
    let desk = fresh();
    let request = AccountRequest::Other("pause".to_owned());
    let problem = manage_account(&desk.account, &desk.conversation(""), &request).unwrap_err();
    assert_eq!((problem.class, problem.code.as_str()), (ProblemClass::Unsupported, "unknown-request"));
}

#[test]
fn the_state_of_schema_1_stays_readable() {
    let mut desk = fresh();
    desk.states.insert(String::new(), br#"{"v":1,"phase":{"setting-webhook":{"answered":true,"called_back":false}},"run":7,"bot":{"id":"pa:9","name":"N","uri":"n"}}"#.to_vec());
    assert_eq!(status(&desk.webhook(&fixture("webhook"))).state, ConnectionState::Connected);
    let later = Conversation { id: String::new(), state: br#"{"v":2}"#.to_vec() };
    let problem = manage_account(&desk.account, &later, &AccountRequest::Check).unwrap_err();
    assert_eq!(problem.code, "state-from-the-future");
}

#[test]
fn customers_and_the_account_have_states_of_their_own() {
    let mut desk = Desk::new("");
    desk.says("hi", 1);
    desk.task(1, TaskChange::Completed);
    desk.reply(&reply(vec![conversation::Part::plain("hello")]));
    assert_eq!(desk.states.keys().collect::<Vec<_>>(), [USER]);
}

#[test]
fn every_phase_is_read_as_it_was_written() {
    use machine::{Bot, Phase, State};
    for phase in [
        Phase::New,
        Phase::CheckingKey,
        Phase::SettingWebhook { answered: true, called_back: false },
        Phase::Connected,
        Phase::Checking,
        Phase::RemovingWebhook,
        Phase::Disconnected,
        Phase::Failed,
    ] {
        let bot = Bot { id: "pa:1".to_owned(), avatar: Some("a".to_owned()), ..Bot::default() };
        let state = State { v: crate::state::SCHEMA, phase, run: NOW, bot: Some(bot), uncalled: true };
        let bytes = crate::state::write(&state).unwrap();
        assert_eq!(crate::state::read(&bytes, State::of).unwrap(), state);
    }
    let odd = br#"{"v":1,"phase":"dancing"}"#;
    assert_eq!(crate::state::read(odd, State::of).unwrap_err().code, "state-unreadable");
}
