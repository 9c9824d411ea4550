//! Replies as calls, in order (S17, S39, S40, I8).

use conversation::{Media, OtherPart, Part, Suggestion};

use super::*;
use crate::support::{Desk, USER, account, body, calls, fixture, kinds, ok, reply};

fn file(url: &str, size: Option<u64>) -> Part {
    Part::File(Media { url: Some(url.to_owned()), size_bytes: size, ..Media::default() })
}

#[test]
fn a_text_is_one_call_with_the_secret_by_name() {
    let commands = Desk::new("").reply(&reply(vec![Part::plain("It is on its way.")]));
    assert_eq!(kinds(&commands), "delivery call");
    let Command::Delivery(pending) = &commands[0] else { panic!() };
    assert_eq!((pending.reply.as_str(), pending.part, &pending.state), ("r1", 0, &DeliveryState::Pending));
    let call = calls(&commands)[0];
    assert_eq!(call.id, format!("send:r1:{USER}:0"));
    assert_eq!(
        (call.method.as_str(), call.url.as_str()),
        ("POST", "https://chatapi.viber.com/pa/send_message")
    );
    assert_eq!(call.timeout_ms, 15_000);
    assert_eq!(call.headers[1].value, CallValue::Secret("api_key".to_owned()));
    assert_eq!(call.headers[0].value, CallValue::Text("application/json".to_owned()));
    assert_eq!(String::from_utf8_lossy(&call.context), r#"{"reply":"r1","part":0}"#);
    assert_eq!(
        String::from_utf8_lossy(&call.body),
        format!(
            r#"{{"min_api_version":1,"receiver":"{USER}","sender":{{"avatar":"https://img.example/shop.jpg","name":"Lamp Shop"}},"text":"It is on its way.","type":"text"}}"#
        )
    );
}

/// S17, S40, I8.
#[test]
fn text_and_files_are_ordered_parts_and_one_that_fails_hides_no_other() {
    let parts = vec![
        Part::plain("See below."),
        file("https://f.example/a.pdf", Some(10)),
        file("a file of nobody's", Some(10)),
        file("https://f.example/c.txt", Some(10)),
    ];
    let commands = Desk::new("").reply(&reply(parts));
    assert_eq!(kinds(&commands), "delivery delivery delivery delivery call call call");
    let states: Vec<String> = commands
        .iter()
        .filter_map(|command| {
            if let Command::Delivery(it) = command {
                Some(format!("{} {:?}", it.part, it.state))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(states, ["0 Pending", "1 Pending", "2 Failed", "3 Pending"]);
    let ids: Vec<&str> = calls(&commands).iter().map(|call| call.id.rsplit(':').next().unwrap()).collect();
    assert_eq!(ids, ["0", "1", "3"]);
}

/// T19.
#[test]
fn a_long_text_is_several_messages_below_every_limit() {
    for text in ["Ж".repeat(20_000), "🙂".repeat(9_000), "\u{1}".repeat(9_000), "word ".repeat(5_000)] {
        let commands = Desk::new("").reply(&reply(vec![Part::plain(text.clone())]));
        let bodies: Vec<_> = calls(&commands).into_iter().map(body).collect();
        let joined: String = bodies.iter().map(|body| body["text"].as_str().unwrap()).collect();
        assert_eq!(joined, text);
        for call in calls(&commands) {
            assert!(call.body.len() < 30_000, "{}", call.body.len());
        }
    }
}

#[test]
fn what_cannot_be_sent_says_why() {
    let desk = Desk::new("");
    let refuse = |desk: &Desk, id: &str, reply: &Reply| {
        handle_reply(&desk.account, &desk.conversation(id), reply).unwrap_err().code
    };
    let hello = reply(vec![Part::plain("hello")]);
    assert_eq!(refuse(&desk, "", &hello), "no-conversation");
    assert_eq!(refuse(&desk, "somebody-else", &hello), "recipient-not-here");
    // S18: what does not notify the customer is not sent.
    assert_eq!(refuse(&desk, USER, &Reply { notify: Vec::new(), ..hello.clone() }), "recipient-not-here");
    assert_eq!(refuse(&desk, USER, &reply(vec![])), "empty-reply");
    assert_eq!(refuse(&desk, USER, &reply(vec![Part::plain("  ")])), "empty-reply");
    assert_eq!(refuse(&desk, USER, &reply(vec![Part::plain("x"); 31])), "reply-too-long");
    assert_eq!(refuse(&Desk::new("["), USER, &hello), "settings-unreadable");
    // I11: other customers in the list are other conversations' matter.
    let both = Reply { notify: vec!["c:other".to_owned(), format!("c:{USER}")], ..hello };
    assert!(handle_reply(&desk.account, &desk.conversation(USER), &both).is_ok());
}

#[test]
fn buttons_stand_below_the_last_message() {
    let suggestions = vec![Suggestion { title: "Yes".to_owned(), value: "yes".to_owned() }];
    let reply =
        Reply { suggestions, ..reply(vec![Part::plain("one"), Part::plain("two"), file("no link", None)]) };
    let commands = Desk::new("").reply(&reply);
    let bodies: Vec<_> = calls(&commands).into_iter().map(body).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies[0].get("keyboard").is_none());
    assert_eq!(bodies[1]["keyboard"]["Buttons"][0]["ActionBody"], "yes");
    assert_eq!(bodies[1]["min_api_version"], 1);
}

/// A button that Viber has no room for is told of on the part that it belongs to.
#[test]
fn buttons_that_do_not_fit_are_told() {
    let suggestions = vec![Suggestion { title: "Yes".to_owned(), value: String::new() }; 13];
    for (part, code) in
        [(Part::plain("one"), "button-left-out"), (file("https://f.example/b.exe", None), "sent-as-link")]
    {
        let commands = Desk::new("").reply(&Reply { suggestions: suggestions.clone(), ..reply(vec![part]) });
        let Command::Delivery(pending) = &commands[0] else { panic!() };
        let problem = pending.problem.as_ref().unwrap();
        assert_eq!(problem.code, code);
        assert!(problem.text.ends_with("Viber has no room for 1 of the buttons: Yes"), "{}", problem.text);
        assert!(SendContext::read(&calls(&commands)[0].context).unwrap().changed.is_some());
    }
}

#[test]
fn a_customer_who_switched_messages_off_is_still_tried() {
    let mut desk = Desk::new("");
    desk.says("hi", 1);
    desk.webhook(&fixture("unsubscribed"));
    assert_eq!(kinds(&desk.reply(&reply(vec![Part::plain("hello")]))), "delivery call", "Viber decides");
}

#[test]
fn a_body_that_is_too_large_fails_alone() {
    let suggestions = vec![Suggestion { title: "x".to_owned(), value: "\u{1}".repeat(250) }; 11];
    let long = Part::plain("Ж".repeat(7_000));
    let commands = Desk::new("").reply(&Reply { suggestions, ..reply(vec![long]) });
    assert_eq!(kinds(&commands), "delivery");
    let Command::Delivery(failed) = &commands[0] else { panic!() };
    assert_eq!(failed.problem.as_ref().unwrap().code, "message-too-large");
    assert!(account("").profile.is_some());
}

/// The operator reads what was changed while it waits, and when it was sent.
#[test]
fn what_was_changed_is_told_until_it_is_sent() {
    let mut desk = Desk::new("");
    let commands = desk.reply(&reply(vec![file("https://f.example/b.exe", Some(10))]));
    let told = |commands: &[Command], state: DeliveryState| {
        let Command::Delivery(delivery) = &commands[0] else { panic!() };
        assert_eq!(delivery.state, state);
        delivery.problem.clone().unwrap()
    };
    let pending = told(&commands, DeliveryState::Pending);
    assert_eq!((pending.class.clone(), pending.code.as_str()), (ProblemClass::Unsupported, "sent-as-link"));
    assert_eq!(pending.text, "Viber delivers no files that end in .exe; the customer gets a link to it");
    let call = calls(&commands)[0].clone();
    let sent = desk.answer(USER, &call, 1, ok(r#"{"status":0,"message_token":7}"#));
    assert_eq!(told(&sent, DeliveryState::Sent), pending);
}

/// A context has 4 KiB, whatever was changed.
#[test]
fn what_was_changed_fits_into_a_context() {
    let other = OtherPart { kind: "\u{1}".repeat(9_000), summary: "x".to_owned(), json: String::new() };
    let commands = Desk::new("").reply(&reply(vec![Part::Other(other)]));
    let context = &calls(&commands)[0].context;
    assert!(context.len() < 1_000, "{}", context.len());
    assert!(SendContext::read(context).unwrap().changed.is_some());
}
