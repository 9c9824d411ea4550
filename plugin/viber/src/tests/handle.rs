//! Callbacks and task changes in, commands out: the rules of a conversation with Viber's payloads.

use conversation::{DeliveryState, Part, TaskChange};

use super::*;
use crate::support::{Desk, NOW, USER, account, fixture, kinds, receive};

#[track_caller]
fn task(commands: &[Command]) -> &Task {
    let mut found = commands.iter().filter_map(|command| match command {
        Command::OpenTask(it) => Some(it),
        _ => None,
    });
    found.next().expect("a task is opened")
}

#[track_caller]
fn action(commands: &[Command]) -> &Action {
    let mut found = commands.iter().filter_map(|command| match command {
        Command::AddAction(it) => Some(it),
        _ => None,
    });
    found.next().expect("an action is added")
}

#[track_caller]
fn card(commands: &[Command]) -> &conversation::Contact {
    let mut found = commands.iter().filter_map(|command| match command {
        Command::SaveContact(it) => Some(it),
        _ => None,
    });
    found.next().expect("a contact is saved")
}

/// payload | commands for a new customer | commands for one with a task
const KINDS: &str = "
message-text                      save-contact open-task add-action   add-action
message-text-emoji                save-contact open-task add-action   add-action
message-text-escaped              save-contact open-task add-action   add-action
message-text-pretty               save-contact open-task add-action   add-action
message-text-token-as-text        save-contact open-task add-action   add-action
message-text-without-token        save-contact open-task add-action   add-action
message-text-empty                save-contact open-task add-action   add-action
message-picture                   save-contact open-task add-action   add-action
message-picture-caption           save-contact open-task add-action   add-action
message-picture-without-media     save-contact open-task add-action   add-action
message-video                     save-contact open-task add-action   add-action
message-file                      save-contact open-task add-action   add-action
message-file-file-size            save-contact open-task add-action   add-action
message-sticker                   save-contact open-task add-action   add-action
message-sticker-id-as-text        save-contact open-task add-action   add-action
message-contact                   save-contact open-task add-action   add-action
message-contact-own-number        save-contact open-task add-action   save-contact add-action
message-location                  save-contact open-task add-action   add-action
message-location-caption          save-contact open-task add-action   add-action
message-location-empty            save-contact open-task add-action   add-action
message-url                       save-contact open-task add-action   add-action
message-rich-media                save-contact open-task add-action   add-action
message-unknown-type              save-contact open-task add-action   add-action
message-without-type              save-contact open-task add-action   add-action
message-text-hidden-sender        save-contact open-task add-action   save-contact open-task add-action
message-text-minimal              save-contact open-task add-action   save-contact open-task add-action
message-text-emoticons            save-contact open-task add-action   add-action
message-text-tracking-data        save-contact open-task add-action   add-action
message-text-tap                  save-contact open-task add-action   add-action
message-text-half-character       save-contact open-task add-action   save-contact add-action
message-text-placeholder          save-contact open-task add-action   add-action
message-text-empty-chat-id        save-contact open-task add-action   add-action
message-picture-gif               save-contact open-task add-action   add-action
message-picture-foreign-host      save-contact open-task add-action   add-action
message-video-null-name           save-contact open-task add-action   add-action
message-video-without-media       save-contact open-task add-action   add-action
message-file-both-sizes           save-contact open-task add-action   add-action
message-file-without-media        save-contact open-task add-action   add-action
message-sticker-without-media     save-contact open-task add-action   add-action
message-sticker-empty             save-contact open-task add-action   add-action
message-contact-other-words       save-contact open-task add-action   add-action
message-contact-number-as-number  save-contact open-task add-action   add-action
message-contact-empty             save-contact open-task add-action   add-action
message-chat-extension-number     -                                   -
message-chat-extension            -                                   -
conversation-started              -                                   save-contact
conversation-started-context      -                                   save-contact
conversation-started-subscribed   -                                   -
conversation-started-minimal      -                                   -
subscribed                        -                                   -
subscribed-minimal                -                                   -
unsubscribed                      -                                   save-contact note
delivered                         receipt                             receipt
delivered-without-user            receipt                             receipt
delivered-token-as-text           receipt                             receipt
delivered-chat-id-as-number       receipt                             receipt
seen                              receipt                             receipt
seen-without-user                 receipt                             receipt
failed                            receipt                             receipt
failed-without-reason             receipt                             receipt
failed-udid                       receipt                             receipt
client-status                     -                                   -
action                            -                                   -
unknown-event                     -                                   -
";

/// T5.
#[test]
fn every_shape_gives_its_commands() {
    let mut rows = 0;
    for line in KINDS.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<&str> =
            line.split("  ").map(str::trim).filter(|column| !column.is_empty()).collect();
        let [name, new, later] = columns[..] else { panic!("three columns, please: {line}") };
        assert_eq!(kinds(&Desk::new("").webhook(&fixture(name))), new, "{name}, a new customer");
        let mut desk = Desk::new("");
        let name_and_avatar = fixture("message-text");
        desk.webhook(&String::from_utf8(name_and_avatar).unwrap().replace("6164", "5164").into_bytes());
        assert_eq!(kinds(&desk.webhook(&fixture(name))), later, "{name}, a customer with a task");
        rows += 1;
    }
    let files = std::fs::read_dir(crate::support::data().join("viber")).unwrap().count();
    // The others are two `webhook` events (account tests) and seven that cannot be read (receive tests).
    assert_eq!(rows + 9, files, "every payload has a row");
}

#[test]
fn a_first_message_makes_a_card_and_a_task() {
    // S4, S14, S28–S31, S34–S36
    let settings = r#"{"contact_template":"ct","task_template":"tt","extra_assignees":["e2","e3"]}"#;
    let commands = Desk::new(settings).webhook(&fixture("message-text"));
    let card = card(&commands);
    assert_eq!(
        (card.id.as_str(), card.name.as_deref()),
        (format!("c:{USER}").as_str(), Some("Olena Kovalenko"))
    );
    assert!(card.avatar.as_ref().is_some_and(|url| url.starts_with("https://media-direct")));
    assert_eq!((card.language.as_deref(), card.country.as_deref()), (Some("uk-UA"), Some("UA")));
    assert_eq!(
        (card.subscribed, card.template.as_deref(), card.phone.as_deref()),
        (Some(true), Some("ct"), None)
    );
    let task = task(&commands);
    assert_eq!((task.id.as_str(), task.contact.as_str()), (format!("t:{USER}:1").as_str(), card.id.as_str()));
    assert_eq!(task.description, "Good morning! Is my order on its way?");
    assert_eq!(
        (task.template.as_deref(), &task.assignees[..]),
        (Some("tt"), &["e2".to_owned(), "e3".to_owned()][..])
    );
    assert_eq!((task.previous.clone(), task.extras.len()), (None, 0));
    let action = action(&commands);
    assert!(action.id.starts_with("m:61645"), "{}", action.id);
    assert_eq!((action.task.as_str(), action.at), (task.id.as_str(), 1_767_225_600_000));
    assert_eq!(action.parts, [Part::plain("Good morning! Is my order on its way?")]);
}

#[test]
fn later_messages_follow_the_setting_and_the_tasks() {
    let mut desk = Desk::new("");
    assert_eq!(kinds(&desk.says("one", 1)), "save-contact open-task add-action");
    assert_eq!(action(&desk.says("two", 2)).task, format!("t:{USER}:1"), "S37");
    assert_eq!(kinds(&desk.says("two", 2)), "-", "I7: a repeat does nothing");
    assert_eq!(kinds(&desk.task(1, TaskChange::Completed)), "-");
    let third = desk.says("three", 3);
    let previous = task(&third).previous.clone().unwrap();
    assert_eq!((previous.task, previous.deleted), (format!("t:{USER}:1"), false), "S42, S44");
    assert_eq!(task(&third).title, "three");
    desk.task(2, TaskChange::Deleted);
    let fourth = desk.says("four", 4);
    assert!(task(&fourth).previous.clone().unwrap().deleted, "I2");
    desk.task(3, TaskChange::Inactive);
    desk.task(1, TaskChange::Reopened);
    assert_eq!(action(&desk.says("five", 5)).task, format!("t:{USER}:1"), "S43: any active task");
}

#[test]
fn with_the_setting_off_there_is_one_task() {
    let mut desk = Desk::new(r#"{"new_task_when_none_active":false}"#);
    desk.says("one", 1);
    for (token, change) in [(2, TaskChange::Completed), (3, TaskChange::Inactive), (4, TaskChange::Reopened)]
    {
        desk.task(1, change);
        let commands = desk.says("more", token);
        assert_eq!(
            (kinds(&commands).as_str(), action(&commands).task.as_str()),
            ("add-action", format!("t:{USER}:1").as_str()),
            "S45"
        );
    }
    desk.task(1, TaskChange::Deleted);
    assert_eq!(kinds(&desk.says("after", 5)), "open-task add-action", "I3");
}

#[test]
fn task_events_of_others_change_nothing() {
    let mut desk = Desk::new("");
    desk.says("one", 1);
    let before = desk.states[USER].clone();
    for task in ["t:someone-else:1", "t:1", "", "x", &format!("t:{USER}:9")] {
        let event = TaskEvent { task: task.to_owned(), change: TaskChange::Deleted, at: NOW };
        let outcome = handle_task_event(&desk.account, &desk.conversation(USER), &event).unwrap();
        assert_eq!((outcome.state, outcome.commands.len()), (before.clone(), 0), "{task}");
    }
}

#[test]
fn a_photo_without_words_is_named_after_who_sent_it() {
    // I5
    let commands = Desk::new("").webhook(&fixture("message-picture"));
    assert_eq!(task(&commands).title, "Photo from Olena Kovalenko");
    assert_eq!(task(&commands).description, "Photo from Olena Kovalenko");
    let hidden =
        String::from_utf8(fixture("message-picture")).unwrap().replace("Olena Kovalenko", "Subscriber");
    assert_eq!(task(&Desk::new("").webhook(hidden.as_bytes())).title, "Photo from Viber user");
}

/// T12.
#[test]
fn the_links_context_reaches_the_next_task_once() {
    let mut desk = Desk::new("");
    desk.webhook(&fixture("conversation-started-context"));
    assert!(desk.facts.iter().any(|fact| fact.name == "subscribed" && fact.value == "no"));
    let first = desk.says("hi", 1);
    assert_eq!(task(&first).extras, [("context".to_owned(), "order=1007".to_owned())]);
    desk.task(1, TaskChange::Completed);
    assert_eq!(task(&desk.says("again", 2)).extras, []);
    // `subscribed` wipes it at Viber.
    let mut desk = Desk::new("");
    desk.webhook(&fixture("conversation-started-context"));
    desk.webhook(&fixture("subscribed"));
    assert_eq!(task(&desk.says("hi", 1)).extras, []);
}

#[test]
fn switching_messages_off_is_shown_on_the_card_and_in_the_task() {
    // I14
    let mut desk = Desk::new("");
    desk.says("one", 1);
    let commands = desk.webhook(&fixture("unsubscribed"));
    assert_eq!(card(&commands).subscribed, Some(false));
    let Command::Note(note) = &commands[1] else { panic!("{commands:?}") };
    assert_eq!((note.task.as_str(), note.code.as_str()), (format!("t:{USER}:1").as_str(), "unsubscribed"));
    assert!(note.id.starts_with("n:61645"), "{}", note.id);
    assert_eq!(kinds(&desk.webhook(&fixture("unsubscribed"))), "-", "said once");
    // Writing subscribes again, silently.
    assert_eq!(card(&desk.says("back", 2)).subscribed, Some(true));
}

#[test]
fn receipts_say_what_viber_reports() {
    let mut desk = Desk::new("");
    let token = "6164500000900000000".to_owned();
    let mut receipt = |name: &str| match desk.webhook(&fixture(name)).pop() {
        Some(Command::Receipt(receipt)) => receipt,
        other => panic!("{other:?}"),
    };
    let delivered = receipt("delivered");
    assert_eq!(
        (delivered.target, delivered.state),
        (ReceiptTarget::Message(token.clone()), DeliveryState::Delivered)
    );
    let seen = receipt("seen");
    assert_eq!((seen.target, seen.state), (ReceiptTarget::UpToMessage(token.clone()), DeliveryState::Seen));
    let failed = receipt("failed");
    assert_eq!(
        (failed.target, failed.state, failed.at),
        (ReceiptTarget::Message(token), DeliveryState::Failed, 1_767_225_606_000)
    );
    let problem = failed.problem.unwrap();
    assert!(problem.text.ends_with(": media type not supported"), "{}", problem.text);
    assert_eq!(problem.code, "refused-by-app");
    assert!(receipt("failed-without-reason").problem.is_some());
}

#[test]
fn a_receipt_without_a_user_leaves_the_accounts_state() {
    let mut desk = Desk::new("");
    desk.manage(&conversation::AccountRequest::Connect);
    let before = desk.states[""].clone();
    assert_eq!(kinds(&desk.webhook(&fixture("delivered-without-user"))), "receipt");
    assert_eq!(desk.states[""], before);
    let event = TaskEvent { task: "t::1".to_owned(), change: TaskChange::Deleted, at: NOW };
    let outcome = handle_task_event(&desk.account, &desk.conversation(""), &event).unwrap();
    assert_eq!((outcome.state, outcome.commands.len()), (before, 0));
}

/// T33.
#[test]
fn facts_follow_the_customer() {
    let mut desk = Desk::new("");
    desk.says("one", 1);
    let show = |desk: &Desk| {
        desk.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        show(&desk),
        format!("session-until={0} session-until-at-most={0} subscribed=yes", NOW + 86_400_000)
    );
    desk.webhook(&fixture("message-sticker"));
    assert_eq!(
        show(&desk),
        format!("session-until={0} session-until-at-most={0} subscribed=yes", NOW + 86_400_000),
        "an older message changes nothing"
    );
    desk.webhook(&fixture("unsubscribed"));
    assert!(show(&desk).ends_with("subscribed=no"));
}

/// S23: asked for or not, shared or typed; the number that was shared stays.
#[test]
fn a_phone_number_is_known_only_if_the_customer_gives_it() {
    let told = |commands: &[Command]| {
        let card = card(commands);
        let source = card.extras.iter().find(|(name, _)| name == "phone-source");
        (card.phone.clone().unwrap_or_default(), source.map(|(_, word)| word.clone()).unwrap_or_default())
    };
    let pair = |number: &str, source: &str| (number.to_owned(), source.to_owned());
    let mut desk = Desk::new("");
    assert_eq!(told(&desk.says("+380 50 111 22 33", 1)), pair("", ""), "nobody asked for it");
    assert_eq!(told(&desk.webhook(&fixture("message-contact-own-number"))), pair("380671234567", "shared"));
    // Where the button does nothing, customers type it.
    let mut desk = Desk::new(r#"{"ask_for_phone":true}"#);
    assert_eq!(told(&desk.says("00380 50 111 22 33", 1)), pair("+380501112233", "typed"));
    assert_eq!(kinds(&desk.says("+380 (50) 111-22-33", 2)), "add-action", "the same once more");
    assert_eq!(told(&desk.says("0501112244", 3)), pair("0501112244", "typed"));
    let other = fixture("message-contact");
    assert_eq!(card(&desk.webhook(&other)).phone, None, "another's number");
    assert_eq!(told(&desk.webhook(&fixture("message-contact-own-number"))), pair("380671234567", "shared"));
    assert_eq!(kinds(&desk.says("+380501112233", 4)), "add-action", "a typed one replaces no shared one");
}

#[test]
fn the_same_event_gives_the_same_bytes() {
    for name in ["message-text", "message-picture-caption", "conversation-started-context"] {
        let outcome = || {
            let inbound = receive(&account(""), &fixture(name)).unwrap().inbound.remove(0);
            let conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
            handle_inbound(&account(""), &conversation, &inbound).unwrap()
        };
        assert_eq!(outcome(), outcome(), "{name}");
    }
}

#[test]
fn bytes_that_are_not_ours_are_a_problem_and_no_panic() {
    let mut inbound = receive(&account(""), &fixture("message-text")).unwrap().inbound.remove(0);
    let conversation = |state: &[u8]| Conversation { id: USER.to_owned(), state: state.to_vec() };
    let code = |outcome: Result<Outcome, Problem>| outcome.unwrap_err().code;
    assert_eq!(
        code(handle_inbound(&account(""), &conversation(br#"{"v":2}"#), &inbound)),
        "state-from-the-future"
    );
    assert_eq!(code(handle_inbound(&account(""), &conversation(b"?"), &inbound)), "state-unreadable");
    assert_eq!(code(handle_inbound(&account("["), &conversation(b""), &inbound)), "settings-unreadable");
    inbound.payload = b"{}".to_vec();
    assert_eq!(code(handle_inbound(&account(""), &conversation(b""), &inbound)), "payload-unreadable");
}

#[test]
fn malformed_payloads_never_panic() {
    let names = std::fs::read_dir(crate::support::data().join("viber")).unwrap();
    for path in names.map(|entry| entry.unwrap().path()) {
        let good = std::fs::read(&path).unwrap();
        let mut desk = Desk::new(r#"{"welcome_message":"Hello!","ask_for_phone":true}"#);
        for at in (0..good.len()).step_by(7) {
            desk.webhook(&good[..at]);
        }
        for (at, byte) in (0..good.len()).step_by(5).flat_map(|at| [(at, b'"'), (at, b'0'), (at, 0xff)]) {
            let mut bad = good.clone();
            bad[at] = byte;
            desk.webhook(&bad);
        }
    }
}
