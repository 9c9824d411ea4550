//! Pages of the console with one text in every place where people's texts stand. Not here: what must hold of them.

use channel_engine::contract::Fact;
use desk_store::{
    AccountRow, ActionRow, ContactRow, DeliveryRow, Employee, InboxRow, QuickReply, TaskRow, TokenRow,
};
use maud::Markup;
use serde_json::{Value, json};

use super::super::answer::{self, Draft};
use super::super::conversation::Entry;
use super::super::inbox::{self, Asked, Empty, Inbox};
use super::super::layout::{self, Frame, Place};
use super::super::login;
use super::super::look::Look;
use super::super::parts::File;
use super::super::people::Person;
use super::super::session::Reader;
use super::super::settings;
use super::super::task::{self, TaskView};
use crate::desk::quick_replies::Names;

/// Every page, by its name.
pub(super) fn pages(text: &str) -> Vec<(&'static str, String)> {
    let reader = reader(text);
    let look = &reader.look;
    let names = Names { contact: text.into(), employee: text.into() };
    let offered = answer::offer(look, &[quick(text)], &names, "x");
    vec![
        ("login", login::form(look, text, Some(text)).into_string()),
        ("inbox", framed(&reader, text, &inbox::list_pane(look, &inbox(text, Empty::Nothing, 3), true))),
        ("first", framed(&reader, text, &inbox::list_pane(look, &inbox(text, first(text), 0), true))),
        ("nothing", framed(&reader, text, &inbox::list_pane(look, &inbox(text, Empty::Nothing, 0), true))),
        ("task", task_page(text, text)),
        ("quick", framed(&reader, text, &offered)),
        ("settings", framed(&reader, text, &settings::sample(look, text))),
    ]
}

pub(super) fn task_page(text: &str, draft: &str) -> String {
    let reader = reader(text);
    let problem = Some(text.into());
    let draft = Draft { text: draft.into(), suggestions: text.into(), internal: false, problem };
    let main = task::draw(&reader, &view(text), &inbox(text, Empty::Nothing, 2), &draft);
    framed(&reader, text, &main)
}

fn framed(reader: &Reader, text: &str, main: &Markup) -> String {
    let frame = Frame { reader, place: Place::Tasks, here: text, broken: &[text.to_owned()] };
    layout::page(&frame, text, main).into_string()
}

fn first(text: &str) -> Empty {
    Empty::FirstMessage(vec![text.into()])
}

fn reader(text: &str) -> Reader {
    Reader {
        token: TokenRow { name: text.into(), scope: "admin".into(), employee: Some(1) },
        me: employee(1, text),
        look: Look::of(&axum::http::HeaderMap::new(), 1_700_000_000_000),
    }
}

fn employee(id: i64, text: &str) -> Employee {
    Employee { id, name: text.into(), avatar: None, owner: false }
}

fn quick(text: &str) -> QuickReply {
    QuickReply { id: 1, title: text.into(), text: text.into() }
}

fn person(text: &str) -> Person {
    Person { id: 1, name: text.into(), picture: Some("/media/1/x".into()) }
}

fn inbox(text: &str, empty: Empty, rows: i64) -> Inbox {
    let row = |id| InboxRow {
        id,
        title: text.into(),
        status: text.into(),
        updated_at: 1_699_999_999_000,
        requester: 1,
        assignees: text.into(),
        unread: true,
        last_kind: "employee".into(),
        last_name: text.into(),
        last_text: text.into(),
    };
    let mut asked = Asked::default();
    asked.set_words(text);
    Inbox {
        asked,
        items: (1..=rows).map(|id| (row(id), person(text))).collect(),
        more: Some("1-1".into()),
        employees: vec![employee(1, text), employee(2, text)],
        empty,
        broken: vec![text.into()],
        open: Some(1),
    }
}

fn view(text: &str) -> TaskView {
    let fact = |name: &str, value: &str| Fact { name: name.into(), value: value.into(), text: text.into() };
    TaskView {
        task: task(text),
        contact: contact(text),
        person: person(text),
        account: Some(account(text)),
        channel: text.into(),
        offers: true,
        assignees: vec![employee(1, text), employee(2, text)],
        employees: vec![employee(1, text), employee(2, text), employee(3, text)],
        others: vec![1, 2],
        facts: vec![fact("session-until", "1700000100000"), fact("price", text), fact(text, text)],
        entries: entries(text),
        earlier: Some(1),
        quick: vec![quick(text)],
        own: "https://desk.example.com".into(),
        query: String::new(),
    }
}

fn task(text: &str) -> TaskRow {
    TaskRow {
        id: 1,
        account: text.into(),
        plugin_id: text.into(),
        conversation: text.into(),
        title: text.into(),
        description: text.into(),
        status: text.into(),
        requester: 1,
        template: None,
        previous: Some(2),
        next: Some(3),
        created_at: 1,
        updated_at: 1,
    }
}

fn contact(text: &str) -> ContactRow {
    ContactRow {
        id: 1,
        account: text.into(),
        plugin_id: text.into(),
        conversation: text.into(),
        name: text.into(),
        avatar: Some(text.into()),
        phone: Some(text.into()),
        phone_source: Some("typed".into()),
        language: Some(text.into()),
        country: Some(text.into()),
        subscribed: Some(false),
        template: None,
        created_at: 1,
        erased_at: None,
    }
}

fn account(text: &str) -> AccountRow {
    AccountRow {
        id: text.into(),
        channel: text.into(),
        name: text.into(),
        settings: json!({}),
        health: text.into(),
        problem: None,
        profile: Some(json!({"name": text})),
        configured_by: None,
        created_at: 1,
    }
}

/// An action with every kind of part, and answers in every state.
fn entries(text: &str) -> Vec<Entry> {
    let media = json!({"url": text, "name": text, "caption": text, "media_type": text, "size_bytes": 5, "duration_ms": 5});
    let parts = json!([
        {"text": {"text": text}}, {"image": media}, {"image": media}, {"video": media}, {"audio": media}, {"file": media},
        {"location": {"latitude": 1.5, "longitude": 2.5, "caption": text}},
        {"contact": {"name": text, "phone": text, "own_number": true}},
        {"sticker": {"id": text, "url": text}}, {"sticker": {"id": text, "url": "https://a.example/s.png"}},
        {"link": {"url": text, "caption": text}},
        {"other": {"kind": text, "summary": text, "json": text}}, {"later": {"what": text}}, text,
    ]);
    let file = |part, state: &str, path: Option<&str>| File {
        part,
        state: state.into(),
        path: path.map(str::to_owned),
        name: Some(text.into()),
        size: Some(5),
        reason: Some(text.into()),
    };
    let files = vec![
        file(1, "kept", Some("/media/1/x")),
        file(3, "failed", None),
        file(5, "kept", Some("/media/2/x")),
    ];
    let mut entries =
        vec![Entry { row: action(1, "contact", "message", text, parts), deliveries: Vec::new(), files }];
    entries.push(entry(2, "system", "note", text, &[]));
    entries.push(Entry {
        row: ActionRow { notify: json!([]), ..action(3, "employee", "comment", text, json!([])) },
        deliveries: Vec::new(),
        files: Vec::new(),
    });
    for (id, states) in
        [(4, ["failed", "seen"]), (5, ["unconfirmed", "sent"]), (6, ["sent", "delivered"]), (7, [text, text])]
    {
        entries.push(entry(id, "employee", "comment", text, &states));
    }
    entries
}

fn entry(id: i64, author: &str, kind: &str, text: &str, states: &[&str]) -> Entry {
    let deliveries = states.iter().zip(0..).map(|(state, part)| DeliveryRow {
        seq: part,
        action: id,
        conversation: text.into(),
        part,
        state: (*state).into(),
        message_id: None,
        problem: Some(json!({"code": text, "text": text, "advice": text})),
        call: None,
        at: 1,
    });
    Entry {
        row: action(id, author, kind, text, json!([])),
        deliveries: deliveries.collect(),
        files: Vec::new(),
    }
}

fn action(id: i64, author: &str, kind: &str, text: &str, parts: Value) -> ActionRow {
    ActionRow {
        id,
        account: text.into(),
        task: 1,
        kind: kind.into(),
        author_kind: author.into(),
        author_id: None,
        author_name: text.into(),
        text: text.into(),
        parts,
        notify: json!([1]),
        suggestions: json!([{"title": text, "value": text}]),
        at: id * 100_000_000,
    }
}
