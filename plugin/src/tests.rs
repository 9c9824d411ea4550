//! The shell natively: what goes in comes out, by way of the generated types; the component itself is tested by hosts.

use crate::bindings::Channel;
use crate::bindings::exports::helpdesk::channel::messenger_channel::{self as wit, Guest as _};
use crate::convert::Convert as _;

const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
const BODY: &str = r#"{"event":"message","timestamp":1767225600000,"message_token":6164500000000000001,
    "sender":{"id":"dXNlcg==","name":"Olena"},"message":{"type":"location","location":{"lat":50.5,"lon":30.25},"text":"here"}}"#;

fn account() -> wit::Account {
    wit::Account {
        id: "a".to_owned(),
        settings: String::new(),
        webhook_url: "https://desk.example/webhooks/a".to_owned(),
        profile: None,
        now: 1_767_225_700_000,
        extras: Vec::new(),
    }
}

fn conversation(state: Vec<u8>) -> wit::Conversation {
    wit::Conversation { id: "dXNlcg==".to_owned(), state }
}

fn receive(signature: &str) -> Result<wit::Receipt, wit::Rejection> {
    let header = wit::Header { name: "x-viber-content-signature".to_owned(), value: signature.to_owned() };
    let request = wit::HttpRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: vec![header],
        body: BODY.as_bytes().to_vec(),
    };
    let secret = wit::Secret { name: "api_key".to_owned(), value: KEY.to_owned() };
    Channel::receive_webhook(account(), vec![secret], request)
}

#[test]
fn a_message_travels_through_every_type() {
    let mut receipt = receive(&viber::signature::sign(KEY, BODY.as_bytes())).unwrap();
    assert_eq!((receipt.response.status, receipt.inbound.len()), (200, 1));
    let outcome =
        Channel::handle_inbound(account(), conversation(Vec::new()), receipt.inbound.remove(0)).unwrap();
    let [wit::Command::SaveContact(contact), wit::Command::OpenTask(task), wit::Command::AddAction(action)] =
        &outcome.commands[..]
    else {
        panic!("{:?}", outcome.commands)
    };
    assert_eq!((contact.id.as_str(), task.id.as_str()), ("c:dXNlcg==", "t:dXNlcg==:1"));
    let wit::Part::Location(place) = &action.parts[0] else { panic!("{action:?}") };
    assert_eq!((place.latitude, place.longitude, place.caption.as_deref()), (50.5, 30.25, Some("here")));

    let event =
        wit::TaskEvent { task: task.id.clone(), change: wit::TaskChange::Completed, at: 1_767_225_700_000 };
    let outcome = Channel::handle_task_event(account(), conversation(outcome.state), event).unwrap();
    assert_eq!((outcome.commands.len(), outcome.facts.len()), (0, 2));
}

#[test]
fn refusals_and_failures_travel_too() {
    let rejection = receive("00").unwrap_err();
    assert_eq!((rejection.status, rejection.problem.code.as_str()), (401, "bad-signature"));
    assert!(matches!(rejection.problem.class, wit::ProblemClass::Unauthenticated));
    let later = Channel::manage_account(
        account(),
        conversation(Vec::new()),
        wit::AccountRequest::Other("x".to_owned()),
    );
    assert!(matches!(later.unwrap_err().class, wit::ProblemClass::Unsupported));
}

#[test]
fn parts_come_back_as_they_went() {
    let media = conversation::Media { url: Some("u".to_owned()), size_bytes: Some(7), ..Default::default() };
    let other =
        conversation::OtherPart { kind: "k".to_owned(), summary: "s".to_owned(), json: "{}".to_owned() };
    let parts = vec![
        conversation::Part::plain("text"),
        conversation::Part::Image(media.clone()),
        conversation::Part::Video(media.clone()),
        conversation::Part::Audio(media.clone()),
        conversation::Part::File(media),
        conversation::Part::Contact(conversation::ContactCard { own_number: true, ..Default::default() }),
        conversation::Part::Sticker(conversation::Sticker { id: "1".to_owned(), url: None }),
        conversation::Part::Link(conversation::Link { url: "u".to_owned(), caption: Some("c".to_owned()) }),
        conversation::Part::Other(other),
    ];
    let there: Vec<wit::Part> = parts.clone().convert();
    let back: Vec<conversation::Part> = there.convert();
    assert_eq!(back, parts);
}

#[test]
fn the_manifest_is_vibers() {
    let manifest = Channel::describe();
    assert_eq!((manifest.id.as_str(), manifest.texts.len()), ("viber", 3));
}
