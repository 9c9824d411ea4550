//! What holds for every input, tried with random ones that shrink; not what a particular input means.
//!
//! Only the crate's public functions are called, as a host calls them. Nothing is written down between runs: a failure
//! prints its smallest input, which belongs into a normal test.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use conversation::{
    Account, Action, Answer, AnswerResult, Call, Command, Conversation, Delivery, DeliveryState, Header,
    HttpRequest, HttpResponse, Outcome, Part, Problem, Receipt, Rejection, Reply, Secret, TaskChange,
    TaskEvent, Text, TextFormat,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
const USER: &str = "Zm9vYmFyYmF6cXV4MDEyMw==";
/// A little after the payloads' times: 2026-01-01T00:01:40Z.
const NOW: u64 = 1_767_225_700_000;
/// Characters of a reply.
const REPLY_CHARS_MAX: usize = 20_000;
/// Bytes of a state with ordinary texts.
const STATE_BYTES_MAX: usize = 4_096;
/// Pieces of a marked-up text, and so its deepest nesting: the reader of Markdown has its own tests for thousands of
/// levels, which chance would not make.
const MARKUP_PIECES_MAX: usize = 60;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_signed_body_is_answered_200_and_kept(body in body()) {
        signed(&body)?;
    }

    #[test]
    fn what_viber_did_not_sign_is_refused(body in body(), fault in fault()) {
        unsigned(&body, &fault)?;
    }

    #[test]
    fn odd_payloads_are_handled(
        payload in select(PAYLOADS.as_slice()),
        mutations in vec((any::<Index>(), mutation()), 0..6),
        settings in select(SETTINGS),
    ) {
        odd_payload(&payload, &mutations, settings)?;
    }

    #[test]
    fn repeats_change_no_action(
        events in vec(event(), 1..=12),
        repeats in vec((any::<Index>(), any::<Index>()), 0..8),
        settings in select(SETTINGS),
    ) {
        repeated(&events, &repeats, settings)?;
    }

    #[test]
    fn marked_up_text_is_sent(text in markup()) {
        for format in [TextFormat::Html, TextFormat::Markdown] {
            marked_up(&text, format)?;
        }
    }

    #[test]
    fn every_answer_settles_or_repeats_a_send(result in result(), attempt in 1..=40_u32, known in any::<bool>()) {
        answered(result, attempt, known)?;
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_plain_text_is_sent_whole(text in text()) {
        sent_whole(&text)?;
    }
}

// --- calling the crate

fn account(settings: &str) -> Account {
    Account { id: "acc-1".to_owned(), settings: settings.to_owned(), now: NOW, ..Account::default() }
}

/// A POST with these signatures.
fn request(body: &[u8], signatures: &[String]) -> HttpRequest {
    let header = |value: &String| Header { name: viber::signature::HEADER.to_owned(), value: value.clone() };
    HttpRequest {
        method: "POST".to_owned(),
        headers: signatures.iter().map(header).collect(),
        body: body.to_vec(),
        ..HttpRequest::default()
    }
}

fn receive(account: &Account, request: &HttpRequest) -> Result<Receipt, Rejection> {
    let secrets = [Secret { name: "api_key".to_owned(), value: KEY.to_owned() }];
    viber::receive_webhook(account, &secrets, request)
}

fn receive_signed(account: &Account, body: &[u8]) -> Result<Receipt, TestCaseError> {
    let receipt = receive(account, &request(body, &[viber::signature::sign(KEY, body)]));
    receipt.map_err(|rejection| TestCaseError::fail(format!("{rejection:?}")))
}

fn outcome(outcome: Result<Outcome, Problem>) -> Result<Outcome, TestCaseError> {
    outcome.map_err(|problem| TestCaseError::fail(format!("{problem:?}")))
}

fn reply(text: &str, format: TextFormat) -> Result<Outcome, Problem> {
    let conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    let reply = Reply {
        id: "r1".to_owned(),
        notify: vec![format!("c:{USER}")],
        parts: vec![Part::Text(Text { text: text.to_owned(), format })],
        ..Reply::default()
    };
    viber::handle_reply(&account(""), &conversation, &reply)
}

fn calls(commands: &[Command]) -> impl Iterator<Item = &Call> {
    commands.iter().filter_map(|command| if let Command::Call(call) = command { Some(call) } else { None })
}

fn actions(commands: &[Command]) -> impl Iterator<Item = &Action> {
    commands.iter().filter_map(|command| if let Command::AddAction(it) = command { Some(it) } else { None })
}

fn deliveries(commands: &[Command]) -> impl Iterator<Item = &Delivery> {
    commands.iter().filter_map(|command| if let Command::Delivery(it) = command { Some(it) } else { None })
}

// --- 1: what comes in

const EVENTS: &[&str] = &[
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
fn body() -> impl Strategy<Value = Vec<u8>> {
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

fn field() -> impl Strategy<Value = &'static str> {
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

fn odd_value() -> impl Strategy<Value = Value> {
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

fn signed(body: &[u8]) -> TestCaseResult {
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
fn says_nothing(body: &[u8]) -> bool {
    let root: Value = serde_json::from_slice(body).unwrap_or_default();
    match root["event"].as_str() {
        Some("client_status" | "action") => true,
        Some("message") => !root["chat_id"].is_null(),
        _ => false,
    }
}

/// What is wrong with a signature.
#[derive(Clone, Debug)]
enum Fault {
    Absent,
    Text(String),
    OtherKey(String),
    OtherBody(Vec<u8>),
    Cut(Index),
    /// A good one and one that differs from it.
    Second(String),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Absent),
        "[0-9a-fA-F]{64}|\\PC{0,80}".prop_map(Fault::Text),
        any::<String>().prop_map(Fault::OtherKey),
        vec(any::<u8>(), 1..40).prop_map(Fault::OtherBody),
        any::<Index>().prop_map(Fault::Cut),
        "[0-9a-f]{64}".prop_map(Fault::Second),
    ]
}

fn unsigned(body: &[u8], fault: &Fault) -> TestCaseResult {
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
static PAYLOADS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/viber");
    let files = std::fs::read_dir(folder).expect("the folder of payloads");
    let mut paths: Vec<_> = files.map(|file| file.expect("a payload").path()).collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| serde_json::from_slice(&std::fs::read(path).expect("a payload")).ok())
        .collect()
});

const SETTINGS: &[&str] = &["", r#"{"ask_for_phone":true}"#, r#"{"new_task_when_none_active":false}"#];

#[derive(Clone, Debug)]
enum Mutation {
    Drop,
    Replace(Value),
    /// So many lists or objects around it; beyond 127 no reader takes it.
    Nest(usize, bool),
    /// A text becomes a number, a number a text.
    Swap,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        3 => Just(Mutation::Drop),
        3 => odd_value().prop_map(Mutation::Replace),
        1 => (1..150_usize, any::<bool>()).prop_map(|(depth, list)| Mutation::Nest(depth, list)),
        3 => Just(Mutation::Swap),
    ]
}

/// Where everything inside a value stands, as JSON pointers; not the value itself.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
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

fn mutate(root: &mut Value, place: &Index, mutation: &Mutation) {
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

fn odd_payload(payload: &Value, mutations: &[(Index, Mutation)], settings: &str) -> TestCaseResult {
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
fn is_message(body: &[u8]) -> bool {
    let Ok(root) = serde_json::from_slice::<Value>(body) else { return false };
    let id = &root["sender"]["id"];
    let has_id = id.as_str().is_some_and(|id| !id.is_empty()) || id.is_u64() || id.is_i64();
    root["event"] == "message" && has_id && root["message"].is_object() && root["chat_id"].is_null()
}

// --- 3: one conversation

#[derive(Clone, Debug)]
enum Happens {
    /// The same number is the same message.
    Message(u64),
    /// Without a token the bytes tell messages apart.
    Tokenless(u64),
    Task(u64, TaskChange),
    Receipt(&'static str, u64),
    /// The customer switches messages on or off, or opens the conversation.
    Customer(&'static str),
}

fn event() -> impl Strategy<Value = Happens> {
    let change = select(vec![
        TaskChange::Active,
        TaskChange::Inactive,
        TaskChange::Completed,
        TaskChange::Deleted,
        TaskChange::Reopened,
        TaskChange::Other("later".to_owned()),
    ]);
    prop_oneof![
        4 => (0..6_u64).prop_map(Happens::Message),
        1 => (0..3_u64).prop_map(Happens::Tokenless),
        3 => (0..5_u64, change).prop_map(|(number, change)| Happens::Task(number, change)),
        1 => (select(&["delivered", "seen", "failed"][..]), 0..4_u64)
            .prop_map(|(kind, token)| Happens::Receipt(kind, token)),
        1 => select(&["subscribed", "unsubscribed", "conversation_started"][..]).prop_map(Happens::Customer),
    ]
}

/// The callback of an event; none for a task's.
fn callback(event: &Happens) -> Option<Value> {
    let user = json!({ "id": USER, "name": "Olena Kovalenko", "language": "uk-UA", "country": "UA",
        "avatar": "https://media-direct.cdn.viber.com/download_photo?dlid=1a2b3c4d5e", "api_version": 10 });
    let text = |number: &u64| json!({ "type": "text", "text": format!("Message {number}") });
    Some(match event {
        Happens::Message(number) => json!({ "event": "message", "timestamp": NOW + number, "sender": user,
            "message_token": 6_164_500_000_004_194_304 + number, "message": text(number) }),
        Happens::Tokenless(number) => {
            json!({ "event": "message", "timestamp": NOW, "sender": user, "message": text(number) })
        }
        Happens::Receipt(kind, token) => json!({ "event": kind, "timestamp": NOW, "user_id": USER,
            "message_token": 6_164_500_000_900_000_000 + token, "desc": "refused" }),
        Happens::Customer(kind) => json!({ "event": kind, "timestamp": NOW, "user_id": USER, "user": user,
            "context": "lamp-42", "subscribed": false, "message_token": 6_164_500_000_800_000_000_u64 }),
        Happens::Task(..) => return None,
    })
}

/// What follows from an event in a conversation whose state is replaced.
fn happen(
    account: &Account,
    state: &mut Conversation,
    event: &Happens,
) -> Result<Vec<Command>, TestCaseError> {
    let mut commands = Vec::new();
    if let Some(callback) = callback(event) {
        for inbound in receive_signed(account, callback.to_string().as_bytes())?.inbound {
            prop_assert_eq!(&inbound.conversation, USER);
            let outcome = outcome(viber::handle_inbound(account, state, &inbound))?;
            state.state = outcome.state;
            commands.extend(outcome.commands);
        }
    } else if let Happens::Task(number, change) = event {
        let event = TaskEvent { task: format!("t:{USER}:{number}"), change: change.clone(), at: NOW };
        let outcome = outcome(viber::handle_task_event(account, state, &event))?;
        state.state = outcome.state;
        commands.extend(outcome.commands);
    }
    valid(account, state)?;
    Ok(commands)
}

/// A state is short, and reading and writing it once more changes no byte.
fn valid(account: &Account, conversation: &Conversation) -> TestCaseResult {
    prop_assert!(conversation.state.len() < STATE_BYTES_MAX, "{} bytes", conversation.state.len());
    let foreign = TaskEvent { task: "t:nobody:1".to_owned(), change: TaskChange::Deleted, at: NOW };
    let again = outcome(viber::handle_task_event(account, conversation, &foreign))?;
    prop_assert_eq!(&again.state, &conversation.state);
    Ok(())
}

/// The ids of the actions that some events lead to, each once, as are those of tasks.
fn fold<'a>(
    account: &Account,
    events: impl Iterator<Item = &'a Happens>,
) -> Result<BTreeSet<String>, TestCaseError> {
    let mut conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    let (mut ids, mut tasks) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        for command in happen(account, &mut conversation, event)? {
            match command {
                Command::OpenTask(task) => prop_assert!(tasks.insert(task.id), "a task is opened twice"),
                Command::AddAction(action) => {
                    prop_assert!(tasks.contains(&action.task), "an action in a task that nobody opened");
                    prop_assert!(ids.insert(action.id), "an action is added twice");
                }
                _ => {}
            }
        }
    }
    Ok(ids)
}

fn repeated(events: &[Happens], repeats: &[(Index, Index)], settings: &str) -> TestCaseResult {
    let mut more: Vec<&Happens> = events.iter().collect();
    for (which, place) in repeats {
        more.insert(place.index(more.len() + 1), which.get(events));
    }
    let account = account(settings);
    prop_assert_eq!(fold(&account, events.iter())?, fold(&account, more.into_iter())?);
    Ok(())
}

// --- 4: what goes out

/// Any characters, and runs of the same few: long words, blanks, ends of sentences and paragraphs.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            any::<String>(),
            "[a-z]{1,12}|[а-я]{1,12}",
            select(
                &[
                    " ",
                    "\n",
                    "\n\n",
                    ". ",
                    "。",
                    "\u{a0}",
                    "\r\n",
                    "\t",
                    "\u{1}",
                    "\"",
                    "🙂",
                    "👩‍👩‍👧",
                    "e\u{301}"
                ][..]
            )
            .prop_map(str::to_owned),
        ];
    let run = (piece, prop_oneof![4 => 1..4_usize, 1 => 1..9_000_usize]);
    vec(run, 0..40).prop_map(|runs| {
        let pieces = runs.iter().flat_map(|(piece, times)| std::iter::repeat_n(piece, *times));
        pieces.flat_map(|piece| piece.chars()).take(REPLY_CHARS_MAX).collect()
    })
}

fn sent_whole(text: &str) -> TestCaseResult {
    let outcome = match reply(text, TextFormat::Plain) {
        Err(problem) if text.trim().is_empty() => {
            prop_assert_eq!(problem.code, "empty-reply");
            return Ok(());
        }
        result => outcome(result)?,
    };
    let mut rest = text;
    for piece in texts(&outcome.commands)? {
        // Pieces that are blank are not sent; nothing else is left out.
        let Some((gap, after)) = rest.split_once(piece.as_str()) else {
            return Err(TestCaseError::fail("a piece that is not in the text"));
        };
        prop_assert!(gap.trim().is_empty(), "left out: {:?}", gap);
        rest = after;
    }
    prop_assert!(rest.trim().is_empty(), "left out: {:?}", rest);
    Ok(())
}

/// The texts of the calls, each below every limit; every part has a delivery.
fn texts(commands: &[Command]) -> Result<Vec<String>, TestCaseError> {
    let mut texts = Vec::new();
    for call in calls(commands) {
        prop_assert!(call.body.len() < 30_000, "{} bytes", call.body.len());
        let body: Value = serde_json::from_slice(&call.body).expect("a call's body is JSON");
        let text = body["text"].as_str().expect("a text").to_owned();
        prop_assert!(text.encode_utf16().count() <= 7_000);
        prop_assert!(!text.trim().is_empty());
        texts.push(text);
    }
    prop_assert_eq!(deliveries(commands).count(), texts.len());
    prop_assert!(commands.len() <= 64);
    Ok(texts)
}

const MARKS: &[&str] = &[
    "<a href=\"https://x.example/?a=1&amp;b\">",
    "<!--",
    "-->",
    "<!",
    "<",
    ">",
    "&",
    "&#32;",
    "&#x20AC;",
    "&nbsp;",
    "&#0;",
    ";",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "`",
    "```",
    "\n```\n",
    "~~~",
    "[",
    "](",
    ")",
    "![",
    "<https://",
    "# ",
    "###### ",
    "- ",
    "> ",
    "\\",
    "\\&",
    "---",
    "1. ",
    "\n",
    "\n\n",
    " ",
    "    ",
    "\t",
    "'",
    "\"",
    "=",
    "href=",
    "ſ",
    "İ",
];

/// Pieces of HTML and of Markdown, good and broken, between words of any length in bytes.
fn markup() -> impl Strategy<Value = String> {
    let html = "</?(b|i|em|s|a|code|pre|p|div|br|ul|li|td|h1|script|style|x)/?>|<(b|a|img) (href|alt)=[\"']?";
    let piece = prop_oneof![
        3 => html.prop_map(String::from),
        4 => select(MARKS).prop_map(str::to_owned),
        2 => select(&["a", "word", "é", "€", "🙂", "ж ж", "\u{a0}", "\u{2028}"][..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    // Few pieces, so that blanks, line breaks and open elements meet often.
    let layout = select(&["<pre>", "</pre>", "<b>", "</b>", "<br>", "   ", "€", "x"][..]);
    prop_oneof![
        vec(piece, 0..MARKUP_PIECES_MAX).prop_map(|pieces| pieces.concat()),
        vec(layout, 0..20).prop_map(|pieces| pieces.concat()),
    ]
}

fn marked_up(text: &str, format: TextFormat) -> TestCaseResult {
    match reply(text, format) {
        Ok(outcome) => prop_assert!(!texts(&outcome.commands)?.is_empty()),
        Err(problem) => prop_assert_eq!(problem.code, "empty-reply"),
    }
    Ok(())
}

// --- 5: what Viber answers

fn result() -> impl Strategy<Value = AnswerResult> {
    let status = prop_oneof![-2..30_i64, Just(999), any::<i64>()];
    let status = prop_oneof![
        4 => status.clone().prop_map(Value::from),
        1 => status.prop_map(|status| status.to_string().into()),
        1 => odd_value(),
    ];
    let envelope = (status, odd_value(), odd_value(), odd_value()).prop_map(|(status, token, said, billing)| {
        json!({ "status": status, "message_token": token, "status_message": said, "billing_status": billing })
            .to_string()
            .into_bytes()
    });
    let body = prop_oneof![3 => envelope, 1 => body()];
    let code = prop_oneof![
        3 => Just(200),
        2 => select(&[401, 403, 404, 429, 500, 502, 503, 504][..]),
        1 => any::<u16>(),
    ];
    let wait =
        proptest::option::of(prop_oneof![any::<u64>().prop_map(|wait| wait.to_string()), any::<String>()]);
    let response = (code, body, wait).prop_map(|(status, body, wait)| {
        let header = |value| Header { name: "Retry-After".to_owned(), value };
        AnswerResult::Response(HttpResponse { status, headers: wait.into_iter().map(header).collect(), body })
    });
    prop_oneof![
        6 => response,
        1 => any::<String>().prop_map(AnswerResult::NotSent),
        1 => any::<String>().prop_map(AnswerResult::Unknown),
        1 => any::<String>().prop_map(AnswerResult::RefusedByPolicy),
        1 => any::<String>().prop_map(AnswerResult::Other),
    ]
}

/// `known`: the customer wrote before.
fn answered(result: AnswerResult, attempt: u32, known: bool) -> TestCaseResult {
    let account = account("");
    let mut conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    if known {
        happen(&account, &mut conversation, &Happens::Message(1))?;
    }
    let sent = outcome(reply("hello", TextFormat::Plain))?;
    let call = calls(&sent.commands).next().expect("a call");
    let unknown = matches!(result, AnswerResult::Unknown(_) | AnswerResult::Other(_));
    let answer = Answer { call: call.id.clone(), attempt, result, context: call.context.clone() };
    let commands = outcome(viber::handle_answer(&account, &conversation, &answer))?.commands;
    let states: Vec<&DeliveryState> = deliveries(&commands).map(|delivery| &delivery.state).collect();
    let retries = commands.iter().filter(|command| matches!(command, Command::Retry(_))).count();
    prop_assert!(!states.is_empty());
    // A part that waits is pending, and one that does not wait is not.
    prop_assert!(retries <= 1);
    prop_assert!(states.iter().all(|state| (**state == DeliveryState::Pending) == (retries == 1)));
    if unknown {
        prop_assert_eq!((states, retries), (vec![&DeliveryState::Unconfirmed], 0));
    }
    Ok(())
}
