//! What others fell into with Viber's callbacks, tried on the whole way in: payload, commands, facts. Traps of one file
//! are with that file.

use conversation::Command;
use serde_json::{Value, json};

use crate::support::{Desk, NOW, USER, data, fixture, kinds};

/// A callback's body.
fn body(event: &str, token: u64, more: Value) -> Vec<u8> {
    let mut body = json!({ "event": event, "timestamp": NOW, "message_token": token });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string().into_bytes()
}

fn hello(token: u64, sender: Value) -> Vec<u8> {
    body("message", token, json!({ "sender": sender, "message": { "type": "text", "text": "hello" } }))
}

/// Ids of contacts and tasks among some commands, and whether what is sent has a name.
fn made(commands: &[Command]) -> Vec<(String, Option<String>)> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::SaveContact(it) => Some((it.id.clone(), it.name.clone())),
            Command::OpenTask(it) => Some((it.id.clone(), Some(it.contact.clone()))),
            _ => None,
        })
        .collect()
}

/// T4: whichever of the two types a field is written in, it says the same.
#[test]
fn numbers_and_texts_are_one() {
    let message = |number: &dyn Fn(u64) -> Value| {
        let sender = json!({ "id": "7", "api_version": number(10) });
        let message = json!({ "type": "video", "size": number(5), "duration": number(2_400) });
        let mut desk = Desk::new("");
        let more = json!({ "timestamp": number(NOW), "message_token": number(9), "sender": sender, "message": message });
        let video = desk.webhook(&body("message", 0, more));
        let sticker = json!({ "type": "sticker", "sticker_id": number(40_133) });
        let sender = json!({ "id": number(7), "name": number(1_984), "country": number(1) });
        let more = json!({ "message_token": number(10), "sender": sender, "message": sticker });
        let sticker = desk.webhook(&body("message", 0, more));
        let receipt = json!({ "message_token": number(11), "user_id": number(7), "timestamp": number(NOW) });
        let receipt = desk.webhook(&body("seen", 0, receipt));
        (video, sticker, receipt, desk.states)
    };
    let numbers = message(&|number| number.into());
    assert_eq!(numbers, message(&|number| number.to_string().into()));
    assert_eq!(kinds(&numbers.0), "save-contact open-task add-action");
    assert_eq!((kinds(&numbers.1), kinds(&numbers.2)), ("save-contact add-action".into(), "receipt".into()));
}

/// T12: `subscribed: false` with an opened chat is not that somebody switched messages off.
#[test]
fn an_opened_chat_accuses_nobody() {
    let mut desk = Desk::new(r#"{"welcome_message":"Hello!"}"#);
    for with_a_task in [false, true] {
        let commands = desk.webhook(&fixture("conversation-started"));
        assert!(!kinds(&commands).contains("note"), "{commands:?}");
        let fact = desk.facts.iter().find(|fact| fact.name == "subscribed").unwrap();
        assert_eq!(fact.value, "no");
        assert!(fact.text.starts_with("The customer has not written yet, or "), "{}", fact.text);
        if !with_a_task {
            desk.says("hello", 1);
        }
    }
}

/// T13: who just writes has a card and a task, and never causes `subscribed`.
#[test]
fn nobody_waits_for_a_subscription() {
    for first in ["message-text", "message-picture", "message-sticker"] {
        let mut desk = Desk::new("");
        assert_eq!(kinds(&desk.webhook(&fixture(first))), "save-contact open-task add-action");
        for event in ["subscribed", "subscribed-minimal", "conversation-started-subscribed"] {
            assert_eq!(kinds(&desk.webhook(&fixture(event))), "-", "{event} says nothing new");
        }
    }
}

/// T14: a name that Viber puts in place of many is nobody's.
#[test]
fn two_who_hide_their_name_are_two_people() {
    let mut desk = Desk::new("");
    let mut ids = Vec::new();
    for id in ["aGlkZGVuLXVzZXItMDAwMQ==", "aGlkZGVuLXVzZXItMDAwMg=="] {
        let commands = desk.webhook(&hello(1, json!({ "id": id, "name": "Subscriber" })));
        let [(contact, name), (task, requester)] = &made(&commands)[..] else { panic!("{commands:?}") };
        assert_eq!((name.as_deref(), requester.as_ref()), (Some("Viber user"), Some(contact)));
        ids.extend([contact.clone(), task.clone()]);
    }
    assert!(ids[0] != ids[2] && ids[1] != ids[3], "{ids:?}");
    // And the placeholder takes nobody's name away.
    desk.webhook(&fixture("message-text"));
    assert_eq!(kinds(&desk.webhook(&fixture("message-text-placeholder"))), "add-action");
}

/// T25: an id is what it is, in every character and in its case.
#[test]
fn ids_are_kept_letter_by_letter() {
    let mut desk = Desk::new("");
    let mut contacts = Vec::new();
    for id in ["ab+/Cd==", "AB+/cD==", "ab%2B/Cd==", "ab /Cd=="] {
        let commands = desk.webhook(&hello(1, json!({ "id": id, "name": "Olena" })));
        assert!(desk.states.contains_key(id), "the conversation is {id}");
        contacts
            .extend(made(&commands).into_iter().map(|(made, _)| made).filter(|made| made.starts_with("c:")));
    }
    assert_eq!(contacts, ["c:ab+/Cd==", "c:AB+/cD==", "c:ab%2B/Cd==", "c:ab /Cd=="]);
}

/// T31: what comes in is never asked back for; a user's details may be asked for twice in 12 hours.
#[test]
fn no_callback_leads_to_a_call() {
    for settings in ["", r#"{"ask_for_phone":true,"welcome_message":"Hello!","send_as_employee":true}"#] {
        let mut desk = Desk::new(settings);
        let mut handled = 0;
        for path in std::fs::read_dir(data().join("viber")).unwrap().map(|entry| entry.unwrap().path()) {
            let commands = desk.webhook(&std::fs::read(&path).unwrap());
            assert!(!kinds(&commands).contains("call"), "{}: {commands:?}", path.display());
            handled += 1;
        }
        assert!(handled > 60 && desk.states.contains_key(USER), "{handled}");
    }
}

/// T17: each report of the same message says the same, and the host's states only rise.
#[test]
fn a_receipt_may_come_from_every_device() {
    let mut desk = Desk::new("");
    for order in [["delivered", "delivered", "seen"], ["seen", "delivered", "delivered"]] {
        for name in order {
            assert_eq!(kinds(&desk.webhook(&fixture(name))), "receipt", "{name}");
        }
    }
    assert_eq!(desk.webhook(&fixture("delivered")), desk.webhook(&fixture("delivered-chat-id-as-number")));
}
