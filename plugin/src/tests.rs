//! The tables against the contract's text, and values through memory and back; the component itself is tested by hosts.

use core::mem::ManuallyDrop;
use std::collections::BTreeSet;

use conversation::{
    Account, AccountRequest, AccountStatus, Action, Call, CallHeader, CallValue, Command, ConnectionState,
    Contact, ContactCard, Delivery, DeliveryReceipt, DeliveryState, Extras, Fact, Header, HttpRequest, Link,
    Location, Media, Note, OtherCommand, OtherPart, Outcome, Part, PreviousTask, Problem, ProblemClass,
    Profile, ReceiptTarget, Rejection, Retry, RetryScope, Secret, SecretField, Sticker, Task,
};

use crate::abi::{Value, answer};

const CONTRACT: &str = include_str!("../../wit/messenger-channel.wit");

/// A Rust name as WIT writes it: `HttpRequest` and `http_request` are `http-request`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        match c {
            'A'..='Z' if !kebab.is_empty() => kebab.extend(['-', c.to_ascii_lowercase()]),
            '_' => kebab.push('-'),
            c => kebab.push(c.to_ascii_lowercase()),
        }
    }
    kebab
}

/// A Rust type as WIT writes it; what is a type already stays.
fn kebab_type(name: &str) -> String {
    name.split_inclusive(['<', ',', ' ', '>']).map(kebab).collect()
}

/// A record or a variant as WIT writes it, in one line.
pub(crate) fn declaration(kind: &str, name: &str, items: &[(&str, Option<String>)]) -> String {
    let items = items.iter().map(|(name, of)| match (kind, of) {
        ("record", Some(of)) => format!("{}: {}", kebab(name), kebab_type(of)),
        (_, Some(of)) => format!("{}({})", kebab(name), kebab_type(of)),
        (_, None) => kebab(name),
    });
    format!("{kind} {} {{ {} }}", kebab(name), items.collect::<Vec<_>>().join(", "))
}

/// A function as WIT writes it, in one line.
pub(crate) fn function(name: &str, arguments: &[(&str, String)], result: &str) -> String {
    let arguments = arguments.iter().map(|(name, of)| format!("{}: {}", kebab(name), kebab_type(of)));
    format!("{name}: func({}) -> {};", arguments.collect::<Vec<_>>().join(", "), kebab_type(result))
}

/// The contract without comments and layout, and with the two names for types that Rust's tables have as what they mean.
fn contract() -> String {
    let lines = CONTRACT.lines().map(|line| line.split("//").next().unwrap_or_default());
    let text = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    let begin = "package helpdesk:channel@0.1.0; interface messenger-channel { type time-ms = u64; \
                 type extras = list<tuple<string, string>>; ";
    let text = text.strip_prefix(begin).expect("the exports' names hold package, version and interface");
    text.replace('%', "")
        .replace(", }", " }")
        .replace("time-ms", "u64")
        .replace(": extras", ": list<tuple<string, string>>")
}

/// A field in another place would be read as another one: the host knows the contract only.
#[test]
fn the_tables_are_the_contracts() {
    let contract = contract();
    let (types, functions) = contract.split_at(contract.find("describe: func").unwrap());
    let written: BTreeSet<_> = types.split_inclusive('}').map(|it| it.trim().to_owned()).collect();
    let mut tables: BTreeSet<_> = crate::contract::declarations().into_iter().collect();
    tables.insert(String::new());
    assert_eq!(written.difference(&tables).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the tables");
    assert_eq!(tables.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the contract");
    assert_eq!(functions, format!("{} }}", crate::functions().join(" ")));
}

/// What comes back shares its texts with what went, which `answer` keeps; so neither is dropped.
fn there_and_back<T: Value>(value: T) -> ManuallyDrop<T> {
    // SAFETY: `answer` stored a value of this type there.
    #[allow(unsafe_code, reason = "this is what is tested")]
    ManuallyDrop::new(unsafe { T::load(answer(value)) })
}

#[track_caller]
fn comes_back<T: Value + Clone + PartialEq + core::fmt::Debug>(value: &T) {
    assert_eq!(&*there_and_back(value.clone()), value);
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn some(words: &str) -> Option<String> {
    Some(text(words))
}

fn extras() -> Extras {
    vec![(text("x-a"), text("1")), (text("x-b"), String::new())]
}

fn problem(class: ProblemClass) -> Problem {
    Problem::new(class, "code", "text", "advice")
}

#[test]
fn every_part_comes_back() {
    let media =
        Media { url: some("u"), size_bytes: Some(u64::MAX), caption: some("Гарна"), ..Media::default() };
    let card = ContactCard { own_number: true, phone: some("+1"), ..ContactCard::default() };
    comes_back(&vec![
        Part::plain("text"),
        Part::Image(media.clone()),
        Part::Video(Media {
            url_until: Some(1),
            duration_ms: Some(2),
            thumbnail: some("t"),
            ..Media::default()
        }),
        Part::Audio(Media { name: some("n"), media_type: some("m"), ..Media::default() }),
        Part::File(media),
        Part::Location(Location { latitude: 50.5, longitude: -30.25, caption: some("here") }),
        Part::Contact(card),
        Part::Sticker(Sticker { id: text("1"), url: None }),
        Part::Link(Link { url: text("u"), caption: some("c") }),
        Part::Other(OtherPart { kind: text("k"), summary: text("s"), json: text("{}") }),
    ]);
}

fn commands() -> Vec<Command> {
    let id = || text("id");
    let previous = Some(PreviousTask { task: id(), deleted: true });
    let call = Call {
        id: id(),
        method: text("POST"),
        url: text("https://a"),
        headers: vec![CallHeader { name: text("h"), value: CallValue::Secret(text("s")) }],
        body: vec![0, 255],
        secret_fields: vec![SecretField { pointer: text("/a"), secret: text("s") }],
        timeout_ms: u32::MAX,
        context: vec![1],
        extras: extras(),
    };
    let state = DeliveryState::Other(text("later"));
    let reported = DeliveryReceipt {
        target: ReceiptTarget::UpToTime(9),
        state: DeliveryState::Seen,
        at: 8,
        problem: Some(problem(ProblemClass::Other(text("later")))),
    };
    let profile = Profile { id: id(), name: text("n"), uri: text("u"), avatar: None, links: extras() };
    let connected = ConnectionState::Connected;
    vec![
        Command::SaveContact(Contact {
            id: id(),
            subscribed: Some(false),
            extras: extras(),
            ..Contact::default()
        }),
        Command::OpenTask(Task {
            id: id(),
            contact: text("c"),
            title: text("t"),
            description: text("d"),
            previous,
            template: some("e"),
            assignees: vec![text("1"), text("2")],
            extras: Vec::new(),
        }),
        Command::AddAction(Action {
            id: id(),
            task: text("t"),
            contact: text("c"),
            at: 7,
            parts: vec![Part::plain("a"), Part::plain("b")],
            extras: extras(),
        }),
        Command::Note(Note { id: id(), task: text("t"), code: text("c"), text: text("x") }),
        Command::Call(call),
        Command::Retry(Retry {
            call: id(),
            after_ms: 1,
            scope: RetryScope::Account,
            body: Some(vec![7, 8]),
            problem: problem(ProblemClass::Limit),
        }),
        Command::Resume(RetryScope::Conversation),
        Command::Delivery(Delivery { reply: id(), part: 3, state, message_id: some("m"), problem: None }),
        Command::Receipt(reported),
        Command::AccountStatus(AccountStatus { state: connected, problem: None, profile: Some(profile) }),
        Command::ManageAccount(AccountRequest::Check),
        Command::Other(OtherCommand { kind: text("k"), json: text("{}") }),
    ]
}

#[test]
fn answers_come_back() {
    let facts = vec![Fact { name: text("n"), value: text("v"), text: text("t") }];
    let outcome = Outcome { state: vec![1, 2, 3], commands: commands(), facts };
    comes_back::<Result<Outcome, Problem>>(&Ok(outcome));
    comes_back::<Result<Outcome, Problem>>(&Err(problem(ProblemClass::Unauthenticated)));
    comes_back(&Rejection { status: u16::MAX, problem: problem(ProblemClass::Internal) });
    comes_back(&viber::describe());
}

/// As the host passes arguments, and through the function that they are for.
#[test]
fn a_webhook_travels_in_and_out() {
    const KEY: &str = "0123456789abcdef-fedcba9876543210-0f1e2d3c4b5a6978";
    let body = br#"{"event":"delivered","timestamp":1767225600000,"message_token":6164500000000000001,"user_id":"dXNlcg=="}"#;
    let account = there_and_back(Account {
        id: text("a"),
        settings: String::new(),
        webhook_url: text("https://desk.example/webhooks/a"),
        profile: None,
        now: 1_767_225_700_000,
        extras: Vec::new(),
    });
    let secrets = there_and_back(vec![Secret { name: text("api_key"), value: text(KEY) }]);
    let signature = Header { name: text(viber::signature::HEADER), value: viber::signature::sign(KEY, body) };
    let request = there_and_back(HttpRequest {
        method: text("POST"),
        headers: vec![signature],
        body: body.to_vec(),
        ..HttpRequest::default()
    });
    let receipt = there_and_back(viber::receive_webhook(&account, &secrets, &request));
    let receipt = receipt.as_ref().unwrap();
    assert_eq!((receipt.response.status, receipt.inbound.len(), receipt.unreadable.len()), (200, 1, 0));
    assert_eq!(receipt.inbound[0].conversation, "dXNlcg==");
    assert_eq!(receipt.inbound[0].payload, body);
}
