//! The contract's JSON form. Not here: its binary form, which `calls.rs` sends through a component.

use channel_engine::contract::{
    AccountRequest, Command, Contact, Conversation, Part, Reply, Text, TextFormat,
};

#[test]
fn a_variant_is_an_object_and_a_bare_case_is_a_string() {
    let command = Command::SaveContact(Contact { id: "c1".into(), ..Contact::default() });
    let json = serde_json::to_value(&command).expect("commands serialise");
    assert_eq!(json["save_contact"]["id"], "c1");
    assert_eq!(serde_json::from_value::<Command>(json).expect("commands deserialise"), command);
    assert_eq!(serde_json::to_string(&AccountRequest::Connect).expect("cases serialise"), "\"connect\"");
    let other = serde_json::to_string(&AccountRequest::Other("x".into())).expect("cases serialise");
    assert_eq!(other, r#"{"other":"x"}"#);
}

#[test]
fn bytes_are_text_where_they_can_be() {
    let text = Conversation { id: "c".into(), state: b"{\"v\":1}".to_vec() };
    let json = serde_json::to_string(&text).expect("bytes serialise");
    assert_eq!(json, r#"{"id":"c","state":"{\"v\":1}"}"#);
    assert_eq!(serde_json::from_str::<Conversation>(&json).expect("bytes deserialise"), text);

    let bytes = Conversation { id: "c".into(), state: vec![0xff, 0x00] };
    let json = serde_json::to_string(&bytes).expect("bytes serialise");
    assert_eq!(json, r#"{"id":"c","state":{"base64":"/wA="}}"#);
    assert_eq!(serde_json::from_str::<Conversation>(&json).expect("bytes deserialise"), bytes);
}

#[test]
fn what_may_be_empty_may_be_left_out() {
    let line = r#"{"id": "r1", "task": "t1", "author": {"id": "7", "name": "Anna"}, "at": 5,
        "parts": [{"text": {"text": "hi"}}]}"#;
    let reply: Reply = serde_json::from_str(line).expect("the line is complete");
    assert_eq!(reply.parts, [Part::Text(Text { text: "hi".into(), format: TextFormat::Plain })]);
    assert!(reply.suggestions.is_empty() && reply.extras.is_empty() && reply.notify.is_empty());
}
