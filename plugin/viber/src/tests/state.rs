//! States that were written, read; and what is refused.

use conversation::routing::{Event, Policy, step};

use super::*;

#[test]
fn a_new_conversation_has_no_bytes() {
    let dialogue = Dialogue::read(b"").unwrap();
    assert_eq!(dialogue, Dialogue::default());
    assert_eq!(dialogue.name(), "Viber user");
}

#[test]
fn what_is_written_is_read_again_and_small() {
    let mut dialogue = Dialogue::default();
    for number in 0..100 {
        let policy = Policy { new_task_when_none_active: true };
        let message = format!("61645000000000{number:05}");
        let (routing, _) = step(dialogue.routing(), policy, Event::Message(message));
        dialogue.set_routing(routing);
    }
    let (name, phone) = (Some("Олена".to_owned()), Some("+380501112233".to_owned()));
    dialogue.card = Some(Card { name, phone, phone_source: Some(Source::Typed), ..Card::default() });
    (dialogue.subscribed, dialogue.api_version, dialogue.wrote_at) = (Some(true), Some(10), Some(7));
    (dialogue.context, dialogue.price) = (Some("c".to_owned()), Some("free".to_owned()));
    dialogue.phone_asked = true;
    let bytes = dialogue.write().unwrap();
    assert_eq!(Dialogue::read(&bytes).unwrap(), dialogue);
    assert_eq!(dialogue.write().unwrap(), bytes, "the same state has the same bytes");
    assert!(bytes.len() < 2_000, "{}", bytes.len());
}

#[test]
fn the_format_of_schema_1_stays_readable() {
    // Written by the first version; a later one MUST read it.
    let old = br#"{"v":1,"opened":2,"tasks":[[1,"completed"],[2,"active"]],"recent":["m1"],"card":{"name":"Ada","phone":"1"},
        "subscribed":false,"wrote_at":5,"price":"charged","unknown":{}}"#;
    let dialogue = Dialogue::read(old).unwrap();
    assert_eq!(dialogue.routing().latest_active().map(|task| task.number), Some(2));
    assert_eq!((dialogue.name(), dialogue.subscribed, dialogue.wrote_at), ("Ada", Some(false), Some(5)));
    assert!(!dialogue.phone_asked, "a state of before the question");
}

#[test]
fn states_that_are_not_ours_are_refused() {
    for (bytes, code) in [
        (&br#"{"v":2,"anything":[]}"#[..], "state-from-the-future"),
        (br#"{"v":99}"#, "state-from-the-future"),
        (b"{}", "state-unreadable"),
        (b"x", "state-unreadable"),
        (br#"{"v":1,"tasks":7}"#, "state-unreadable"),
        (br#"{"v":1,"opened":5}"#, "state-unreadable"),
        (br#"{"v":1,"opened":1,"tasks":[[1,"vanished"]]}"#, "state-unreadable"),
        (br#"{"v":1,"card":{"phone":"1","phone_source":"guessed"}}"#, "state-unreadable"),
    ] {
        let problem = Dialogue::read(bytes).unwrap_err();
        assert_eq!((problem.class, problem.code.as_str()), (ProblemClass::Internal, code));
    }
}

#[test]
fn facts_say_what_an_operator_should_know() {
    let mut dialogue = Dialogue::default();
    let show = |dialogue: &Dialogue| {
        dialogue
            .facts()
            .iter()
            .map(|fact| format!("{}={}", fact.name, fact.value))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(show(&dialogue), "subscribed=unknown");
    dialogue.customer_wrote(1_000);
    dialogue.customer_wrote(60_000);
    dialogue.subscribed = Some(true);
    dialogue.price = Some("in-session".to_owned());
    assert_eq!(
        show(&dialogue),
        "session-until=86401000 session-until-at-most=86460000 price=in-session subscribed=yes"
    );
    dialogue.subscribed = Some(false);
    assert!(show(&dialogue).ends_with("subscribed=no"));
    // Viber says the same of one who never wrote.
    assert!(dialogue.facts().iter().any(|fact| fact.text.contains("has not written yet, or switched")));
    // The session is over by either reading: the next message opens a new one.
    dialogue.customer_wrote(200_000_000);
    assert!(show(&dialogue).starts_with("session-until=286400000 session-until-at-most=286400000"));
}
