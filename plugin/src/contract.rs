//! The contract's records and variants, as `wit/messenger-channel.wit` has them, on `conversation`'s types.
//!
//! Names, order and types are the contract's: they say where in memory a field lies. A test holds them against the WIT.

#![allow(unsafe_code, reason = "each entry implements `Value`, which is a promise")]

use alloc::string::String;
use alloc::vec::Vec;

use conversation::{
    Account, AccountRequest, AccountStatus, Action, Answer, AnswerResult, Author, Call, CallHeader,
    CallValue, Command, ConnectionState, Contact, ContactCard, Conversation, Delivery, DeliveryReceipt,
    DeliveryState, Extras, Fact, Header, HttpRequest, HttpResponse, Inbound, Limit, Link, Localized,
    Location, Manifest, Media, Note, OtherCommand, OtherPart, Outcome, Part, PreviousTask, Problem,
    ProblemClass, Profile, Receipt, ReceiptTarget, Rejection, Reply, Retry, RetryScope, Secret, SecretField,
    Sticker, Suggestion, Task, TaskChange, TaskEvent, Text, TextFormat, TimeMs, Unreadable,
};

use crate::abi::tables::{contract, record, variant};
use crate::abi::{Fields, Shape, Value};

contract! {
    // Problems and HTTP.
    variant ProblemClass {
        Unauthenticated, Malformed, Unsupported, Recipient, Account, Limit, Transport, Internal,
        Other(String),
    }
    record Problem { class: ProblemClass, code: String, text: String, advice: String }
    record Header { name: String, value: String }
    record HttpResponse { status: u16, headers: Vec<Header>, body: Vec<u8> }

    // What the plugin says about itself.
    record Localized { language: String, name: String, settings_schema: String, guide: String }
    record Limit { name: String, value: u64 }
    record Manifest {
        id: String, version: String, headers: Vec<String>, hosts: Vec<String>, secrets: Vec<String>,
        features: Vec<String>, limits: Vec<Limit>, texts: Vec<Localized>, extras: Extras,
    }

    // Given with every call.
    record Profile { id: String, name: String, uri: String, avatar: Option<String>, links: Extras }
    record Account {
        id: String, settings: String, webhook_url: String, profile: Option<Profile>, now: TimeMs,
        extras: Extras,
    }
    record Secret { name: String, value: String }
    record Conversation { id: String, state: Vec<u8> }

    // Webhooks.
    record HttpRequest { method: String, path: String, query: String, headers: Vec<Header>, body: Vec<u8> }
    record Inbound { conversation: String, dedupe: String, at: TimeMs, payload: Vec<u8>, extras: Extras }
    record Unreadable { dedupe: String, problem: Problem, payload: Vec<u8> }
    record Receipt { response: HttpResponse, inbound: Vec<Inbound>, unreadable: Vec<Unreadable> }
    record Rejection { status: u16, problem: Problem }

    // Content.
    variant TextFormat { Plain, Markdown, Html, Other(String) }
    record Text { text: String, format: TextFormat }
    record Media {
        url: Option<String>, url_until: Option<TimeMs>, name: Option<String>, media_type: Option<String>,
        size_bytes: Option<u64>, duration_ms: Option<u64>, thumbnail: Option<String>, caption: Option<String>,
    }
    record Location { latitude: f64, longitude: f64, caption: Option<String> }
    record ContactCard { name: Option<String>, phone: Option<String>, avatar: Option<String>, own_number: bool }
    record Sticker { id: String, url: Option<String> }
    record Link { url: String, caption: Option<String> }
    record OtherPart { kind: String, summary: String, json: String }
    variant Part {
        Text(Text), Image(Media), Video(Media), Audio(Media), File(Media), Location(Location),
        Contact(ContactCard), Sticker(Sticker), Link(Link), Other(OtherPart),
    }

    // Commands.
    record Contact {
        id: String, name: Option<String>, avatar: Option<String>, phone: Option<String>,
        language: Option<String>, country: Option<String>, subscribed: Option<bool>, template: Option<String>,
        extras: Extras,
    }
    record PreviousTask { task: String, deleted: bool }
    record Task {
        id: String, contact: String, title: String, description: String, previous: Option<PreviousTask>,
        template: Option<String>, assignees: Vec<String>, extras: Extras,
    }
    record Action { id: String, task: String, contact: String, at: TimeMs, parts: Vec<Part>, extras: Extras }
    record Note { id: String, task: String, code: String, text: String }
    variant CallValue { Text(String), Secret(String) }
    record CallHeader { name: String, value: CallValue }
    record SecretField { pointer: String, secret: String }
    record Call {
        id: String, method: String, url: String, headers: Vec<CallHeader>, body: Vec<u8>,
        secret_fields: Vec<SecretField>, timeout_ms: u32, context: Vec<u8>, extras: Extras,
    }
    variant RetryScope { Call, Conversation, Account, Other(String) }
    record Retry { call: String, after_ms: u64, scope: RetryScope, body: Option<Vec<u8>>, problem: Problem }
    variant DeliveryState { Pending, Sent, Delivered, Seen, Failed, Unconfirmed, Other(String) }
    record Delivery {
        reply: String, part: u32, state: DeliveryState, message_id: Option<String>, problem: Option<Problem>,
    }
    variant ReceiptTarget { Message(String), UpToMessage(String), UpToTime(TimeMs), Other(String) }
    record DeliveryReceipt { target: ReceiptTarget, state: DeliveryState, at: TimeMs, problem: Option<Problem> }
    variant ConnectionState { Pending, Connected, Failed, Disconnected, Other(String) }
    record AccountStatus { state: ConnectionState, problem: Option<Problem>, profile: Option<Profile> }
    record OtherCommand { kind: String, json: String }
    variant Command {
        SaveContact(Contact), OpenTask(Task), AddAction(Action), Note(Note), Call(Call), Retry(Retry),
        Resume(RetryScope), Delivery(Delivery), Receipt(DeliveryReceipt), AccountStatus(AccountStatus),
        ManageAccount(AccountRequest), Other(OtherCommand),
    }
    record Fact { name: String, value: String, text: String }
    record Outcome { state: Vec<u8>, commands: Vec<Command>, facts: Vec<Fact> }

    // What else can happen.
    variant TaskChange { Active, Inactive, Completed, Deleted, Reopened, Other(String) }
    record TaskEvent { task: String, change: TaskChange, at: TimeMs }
    record Author { id: String, name: String, avatar: Option<String> }
    record Suggestion { title: String, value: String }
    record Reply {
        id: String, task: String, author: Author, notify: Vec<String>, parts: Vec<Part>,
        suggestions: Vec<Suggestion>, at: TimeMs, extras: Extras,
    }
    variant AnswerResult {
        Response(HttpResponse), NotSent(String), Unknown(String), RefusedByPolicy(String), Other(String),
    }
    record Answer { call: String, attempt: u32, began_at: TimeMs, result: AnswerResult, body: Vec<u8>, context: Vec<u8> }
    variant AccountRequest { Connect, Check, Disconnect, Other(String) }
}
