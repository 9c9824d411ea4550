//! How many bytes of text and data a result holds. Not here: the bounds themselves.
//!
//! The bound is on what a channel sends, not on how Rust keeps it: numbers and structure weigh nothing, and there can be
//! no more of them than commands and list items, whose own transfer is bounded.

use crate::contract::{
    AccountRequest, AccountStatus, Action, Call, CallHeader, CallValue, Command, ConnectionState, Contact,
    ContactCard, Delivery, DeliveryReceipt, DeliveryState, Fact, Header, HttpResponse, Inbound, Link,
    Location, Media, Note, OtherCommand, OtherPart, Outcome, Part, PreviousTask, Problem, ProblemClass,
    Profile, Receipt, ReceiptTarget, Rejection, Retry, RetryScope, SecretField, Sticker, Task, Text,
    TextFormat, Unreadable,
};

/// Something that has a weight.
pub(crate) trait Weigh {
    /// Bytes of text and data in it.
    fn weight(&self) -> usize;

    /// The same of many: one by one, unless there is a quicker way.
    fn weight_of(many: &[Self]) -> usize
    where
        Self: Sized,
    {
        many.iter().map(Self::weight).sum()
    }
}

impl Weigh for String {
    fn weight(&self) -> usize {
        self.len()
    }
}

impl<T: Weigh> Weigh for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weigh::weight)
    }
}

impl<T: Weigh> Weigh for Vec<T> {
    fn weight(&self) -> usize {
        T::weight_of(self)
    }
}

impl Weigh for (String, String) {
    fn weight(&self) -> usize {
        self.0.len() + self.1.len()
    }
}

/// A byte of data weighs itself.
impl Weigh for u8 {
    fn weight(&self) -> usize {
        1
    }

    fn weight_of(many: &[Self]) -> usize {
        many.len()
    }
}

macro_rules! weightless {
    ($($name:ty),*) => {
        $(impl Weigh for $name {
            fn weight(&self) -> usize {
                0
            }
        })*
    };
}

weightless!(bool, u16, u32, u64, f64);

/// A record weighs what its fields weigh. All of them have to be named: a new field without a weight does not compile.
macro_rules! records {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Weigh for $name {
            fn weight(&self) -> usize {
                let Self { $($field),* } = self;
                0 $(+ $field.weight())*
            }
        })*
    };
}

/// A variant weighs what its case carries; the cases after the bar carry nothing.
macro_rules! variants {
    ($($name:ident { $($case:ident),* | $($bare:ident),* })*) => {
        $(impl Weigh for $name {
            fn weight(&self) -> usize {
                match self {
                    $($name::$case(value) => value.weight(),)*
                    $($name::$bare { .. } => 0,)*
                }
            }
        })*
    };
}

records! {
    Problem { class, code, text, advice }
    Header { name, value }
    HttpResponse { status, headers, body }
    Inbound { conversation, dedupe, at, payload, extras }
    Unreadable { dedupe, problem, payload }
    Receipt { response, inbound, unreadable }
    Rejection { status, problem }
    Text { text, format }
    Media { url, url_until, name, media_type, size_bytes, duration_ms, thumbnail, caption }
    Location { latitude, longitude, caption }
    ContactCard { name, phone, avatar, own_number }
    Sticker { id, url }
    Link { url, caption }
    OtherPart { kind, summary, json }
    Contact { id, name, avatar, phone, language, country, subscribed, template, extras }
    PreviousTask { task, deleted }
    Task { id, contact, title, description, previous, template, assignees, extras }
    Action { id, task, contact, at, parts, extras }
    Note { id, task, code, text }
    CallHeader { name, value }
    SecretField { pointer, secret }
    Call { id, method, url, headers, body, secret_fields, timeout_ms, context, extras }
    Retry { call, after_ms, scope, body, problem }
    Delivery { reply, part, state, message_id, problem }
    DeliveryReceipt { target, state, at, problem }
    Profile { id, name, uri, avatar, links }
    AccountStatus { state, problem, profile }
    OtherCommand { kind, json }
    Fact { name, value, text }
    Outcome { state, commands, facts }
}

variants! {
    ProblemClass { Other | Unauthenticated, Malformed, Unsupported, Recipient, Account, Limit, Transport, Internal }
    TextFormat { Other | Plain, Markdown, Html }
    Part { Text, Image, Video, Audio, File, Location, Contact, Sticker, Link, Other | }
    CallValue { Text, Secret | }
    RetryScope { Other | Call, Conversation, Account }
    DeliveryState { Other | Pending, Sent, Delivered, Seen, Failed, Unconfirmed }
    ReceiptTarget { Message, UpToMessage, Other | UpToTime }
    ConnectionState { Other | Pending, Connected, Failed, Disconnected }
    Command { SaveContact, OpenTask, AddAction, Note, Call, Retry, Resume, Delivery, Receipt, AccountStatus, ManageAccount, Other | }
    AccountRequest { Other | Connect, Check, Disconnect }
}
