//! What comes in: bytes, signatures, payloads that went wrong. Not here: the properties; `main.rs` lists them.

use super::*;

// --- 1: what comes in

pub(super) const EVENTS: &[&str] = &[
    "webhook",
    "subscribed",
    "unsubscribed",
    "conversation_started",
    "message",
    "delivered",
    "seen",
    "failed",
    "client_status",
    "action",
    "something_new",
];

/// Bytes, texts, JSON that says nothing, and JSON with an event and fields of any kind.
pub(super) fn body() -> impl Strategy<Value = Vec<u8>> {
    let event = (select(EVENTS), vec((field(), odd_value()), 0..5)).prop_map(|(event, fields)| {
        let mut root = json!({ "event": event });
        for (name, value) in fields {
            root[name] = value;
        }
        root.to_string().into_bytes()
    });
    prop_oneof![
        2 => vec(any::<u8>(), 0..600),
        1 => any::<String>().prop_map(String::into_bytes),
        1 => odd_value().prop_map(|value| value.to_string().into_bytes()),
        4 => event,
    ]
}

pub(super) fn field() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "event",
            "timestamp",
            "message_token",
            "chat_id",
            "user_id",
            "user",
            "sender",
            "message",
            "desc",
            "context",
        ][..],
    )
}

pub(super) fn odd_value() -> impl Strategy<Value = Value> {
    let name = || select(&["id", "name", "type", "text", "media", "contact", "location", "lat", "lon"][..]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(&["", " ", "null", "text", "contact", "-1", "1e999", "18446744073709551616"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name().prop_map(str::to_owned), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

pub(super) fn signed(body: &[u8]) -> TestCaseResult {
    let account = account(r#"{"welcome_message":"Hello, {name}!"}"#);
    let receipt = receive_signed(&account, body)?;
    prop_assert_eq!(receipt.response.status, 200);
    if !says_nothing(body) {
        prop_assert!(receipt.inbound.len() + receipt.unreadable.len() >= 1);
    }
    let get = HttpRequest { method: "GET".to_owned(), ..request(body, &[viber::signature::sign(KEY, body)]) };
    prop_assert_eq!(receive(&account, &get).map_err(|rejection| rejection.status), Err(405));
    Ok(())
}

/// Events that are nothing for a helpdesk, and messages of a chat extension.
pub(super) fn says_nothing(body: &[u8]) -> bool {
    let root: Value = serde_json::from_slice(body).unwrap_or_default();
    match root["event"].as_str() {
        Some("client_status" | "action") => true,
        Some("message") => is_of_extension(&root),
        _ => false,
    }
}

/// What is wrong with a signature.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Absent,
    Text(String),
    OtherKey(String),
    OtherBody(Vec<u8>),
    Cut(Index),
    /// A good one and one that differs from it.
    Second(String),
}

pub(super) fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Absent),
        "[0-9a-fA-F]{64}|\\PC{0,80}".prop_map(Fault::Text),
        any::<String>().prop_map(Fault::OtherKey),
        vec(any::<u8>(), 1..40).prop_map(Fault::OtherBody),
        any::<Index>().prop_map(Fault::Cut),
        "[0-9a-f]{64}".prop_map(Fault::Second),
    ]
}

pub(super) fn unsigned(body: &[u8], fault: &Fault) -> TestCaseResult {
    let good = viber::signature::sign(KEY, body);
    let signatures = match fault {
        Fault::Absent => vec![],
        Fault::Text(text) => vec![text.clone()],
        Fault::OtherKey(key) => vec![viber::signature::sign(&format!("{key}-"), body)],
        Fault::OtherBody(more) => vec![viber::signature::sign(KEY, &[body, more].concat())],
        Fault::Cut(at) => vec![good[..at.index(good.len())].to_owned()],
        Fault::Second(other) => vec![good, other.clone()],
    };
    let answer = receive(&account(""), &request(body, &signatures));
    prop_assert_eq!(answer.map_err(|rejection| rejection.status), Err(401));
    Ok(())
}

// --- 2: payloads that went wrong

/// Our own payloads, as far as they are JSON.
pub(super) static PAYLOADS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/viber");
    let files = std::fs::read_dir(folder).expect("the folder of payloads");
    let mut paths: Vec<_> = files.map(|file| file.expect("a payload").path()).collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| serde_json::from_slice(&std::fs::read(path).expect("a payload")).ok())
        .collect()
});

pub(super) const SETTINGS: &[&str] =
    &["", r#"{"ask_for_phone":true}"#, r#"{"new_task_when_none_active":false}"#];

#[derive(Clone, Debug)]
pub(super) enum Mutation {
    Drop,
    Replace(Value),
    /// So many lists or objects around it; beyond 127 no reader takes it.
    Nest(usize, bool),
    /// A text becomes a number, a number a text.
    Swap,
}

pub(super) fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        3 => Just(Mutation::Drop),
        3 => odd_value().prop_map(Mutation::Replace),
        1 => (1..150_usize, any::<bool>()).prop_map(|(depth, list)| Mutation::Nest(depth, list)),
        3 => Just(Mutation::Swap),
    ]
}

/// Where everything inside a value stands, as JSON pointers; not the value itself.
pub(super) fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inside {
        let pointer = format!("{here}/{name}");
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

pub(super) fn mutate(root: &mut Value, place: &Index, mutation: &Mutation) {
    let mut found = Vec::new();
    pointers(root, "", &mut found);
    if found.is_empty() {
        return;
    }
    let pointer = place.get(&found);
    let Some(value) = root.pointer_mut(pointer) else { return };
    match mutation {
        Mutation::Replace(other) => *value = other.clone(),
        Mutation::Nest(depth, list) => {
            for _ in 0..*depth {
                let inner = value.take();
                *value = if *list { json!([inner]) } else { json!({ "id": inner }) };
            }
        }
        Mutation::Swap => {
            *value = match value.take() {
                Value::String(text) => text.parse::<u64>().map_or(json!(text.len()), Value::from),
                Value::Number(number) => json!(number.to_string()),
                other => other,
            };
        }
        Mutation::Drop => {
            let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
            if let Some(fields) = root.pointer_mut(parent).and_then(Value::as_object_mut) {
                fields.remove(name);
            }
        }
    }
}

pub(super) fn odd_payload(
    payload: &Value,
    mutations: &[(Index, Mutation)],
    settings: &str,
) -> TestCaseResult {
    let mut root = payload.clone();
    for (place, mutation) in mutations {
        mutate(&mut root, place, mutation);
    }
    let body = root.to_string().into_bytes();
    let account = account(settings);
    let mut commands = Vec::new();
    for inbound in receive_signed(&account, &body)?.inbound {
        let conversation = Conversation { id: inbound.conversation.clone(), state: Vec::new() };
        let outcome = outcome(viber::handle_inbound(&account, &conversation, &inbound))?;
        prop_assert!(outcome.commands.len() <= 64);
        commands.extend(outcome.commands);
    }
    let actions: Vec<&Action> = actions(&commands).collect();
    prop_assert_eq!(actions.len(), usize::from(is_message(&body)));
    prop_assert!(actions.iter().all(|action| !action.parts.is_empty()));
    Ok(())
}

/// A customer's message: of a sender with an id, to this bot. One whose `message` is no object is unreadable, and kept.
pub(super) fn is_message(body: &[u8]) -> bool {
    let Ok(root) = serde_json::from_slice::<Value>(body) else { return false };
    let id = &root["sender"]["id"];
    let has_id = id.as_str().is_some_and(|id| !id.is_empty()) || id.is_u64() || id.is_i64();
    root["event"] == "message" && has_id && root["message"].is_object() && !is_of_extension(&root)
}

fn is_of_extension(root: &Value) -> bool {
    !root["chat_id"].is_null() && root["chat_id"] != ""
}
