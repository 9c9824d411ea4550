//! The contract's types as `conversation`'s and back: field by field, case by case, by name; nothing that decides.
//!
//! `in` lists what the host gives, `out` what it gets, `both` what travels in both directions. A field or a case that one
//! side does not have does not compile.

use conversation as ours;

use crate::bindings::exports::helpdesk::channel::messenger_channel as wit;

/// A value of one side as the other's.
pub(crate) trait Convert<T> {
    /// The same value.
    fn convert(self) -> T;
}

/// Types that are the same on both sides.
macro_rules! same {
    ($($kind:ty),*) => { $(impl Convert<$kind> for $kind {
        fn convert(self) -> $kind {
            self
        }
    })* };
}

same!(bool, u8, u16, u32, u64, f64, String, (String, String));

impl<A: Convert<B>, B> Convert<Vec<B>> for Vec<A> {
    fn convert(self) -> Vec<B> {
        self.into_iter().map(Convert::convert).collect()
    }
}

impl<A: Convert<B>, B> Convert<Option<B>> for Option<A> {
    fn convert(self) -> Option<B> {
        self.map(Convert::convert)
    }
}

impl<A: Convert<B>, B, E: Convert<F>, F> Convert<Result<B, F>> for Result<A, E> {
    fn convert(self) -> Result<B, F> {
        self.map(Convert::convert).map_err(Convert::convert)
    }
}

/// Records: every field, by its name.
macro_rules! record {
    (in $name:ident { $($field:ident),* }) => { record!(@ wit, ours, $name { $($field),* }); };
    (out $name:ident { $($field:ident),* }) => { record!(@ ours, wit, $name { $($field),* }); };
    (both $name:ident { $($field:ident),* }) => {
        record!(in $name { $($field),* });
        record!(out $name { $($field),* });
    };
    (@ $from:ident, $to:ident, $name:ident { $($field:ident),* }) => {
        impl Convert<$to::$name> for $from::$name {
            fn convert(self) -> $to::$name {
                let $from::$name { $($field),* } = self;
                $to::$name { $($field: $field.convert()),* }
            }
        }
    };
}

/// Variants: first the cases without a value, then those with one.
macro_rules! variant {
    (in $name:ident { $($bare:ident),*; $($full:ident),* }) => {
        variant!(@ wit, ours, $name { $($bare),*; $($full),* });
    };
    (out $name:ident { $($bare:ident),*; $($full:ident),* }) => {
        variant!(@ ours, wit, $name { $($bare),*; $($full),* });
    };
    (both $name:ident { $($bare:ident),*; $($full:ident),* }) => {
        variant!(in $name { $($bare),*; $($full),* });
        variant!(out $name { $($bare),*; $($full),* });
    };
    (@ $from:ident, $to:ident, $name:ident { $($bare:ident),*; $($full:ident),* }) => {
        impl Convert<$to::$name> for $from::$name {
            fn convert(self) -> $to::$name {
                match self {
                    $($from::$name::$bare => $to::$name::$bare,)*
                    $($from::$name::$full(value) => $to::$name::$full(value.convert()),)*
                }
            }
        }
    };
}

// What the plugin says about itself, and problems.
record!(out Manifest { id, version, headers, hosts, secrets, features, limits, texts, extras });
record!(out Localized { language, name, settings_schema, guide });
record!(out Limit { name, value });
record!(out Problem { class, code, text, advice });
variant!(out ProblemClass {
    Unauthenticated, Malformed, Unsupported, Recipient, Account, Limit, Transport, Internal; Other
});

// Given with every call.
record!(in Account { id, settings, webhook_url, profile, now, extras });
record!(both Profile { id, name, uri, avatar, links });
record!(in Secret { name, value });
record!(in Conversation { id, state });

// Webhooks.
record!(both Header { name, value });
record!(in HttpRequest { method, path, query, headers, body });
record!(both HttpResponse { status, headers, body });
record!(both Inbound { conversation, dedupe, at, payload, extras });
record!(out Unreadable { dedupe, problem, payload });
record!(out Receipt { response, inbound, unreadable });
record!(out Rejection { status, problem });

// Content.
variant!(both TextFormat { Plain, Markdown, Html; Other });
record!(both Text { text, format });
record!(both Media { url, url_until, name, media_type, size_bytes, duration_ms, thumbnail, caption });
record!(both Location { latitude, longitude, caption });
record!(both ContactCard { name, phone, avatar, own_number });
record!(both Sticker { id, url });
record!(both Link { url, caption });
record!(both OtherPart { kind, summary, json });
variant!(both Part { ; Text, Image, Video, Audio, File, Location, Contact, Sticker, Link, Other });

// Commands.
record!(out Contact { id, name, avatar, phone, language, country, subscribed, template, extras });
record!(out PreviousTask { task, deleted });
record!(out Task { id, contact, title, description, previous, template, assignees, extras });
record!(out Action { id, task, contact, at, parts, extras });
record!(out Note { id, task, code, text });
variant!(out CallValue { ; Text, Secret });
record!(out CallHeader { name, value });
record!(out SecretField { pointer, secret });
record!(out Call { id, method, url, headers, body, secret_fields, timeout_ms, context, extras });
variant!(out RetryScope { Call, Conversation, Account; Other });
record!(out Retry { call, after_ms, scope, problem });
variant!(out DeliveryState { Pending, Sent, Delivered, Seen, Failed, Unconfirmed; Other });
record!(out Delivery { reply, part, state, message_id, problem });
variant!(out ReceiptTarget { ; Message, UpToMessage, UpToTime, Other });
record!(out DeliveryReceipt { target, state, at, problem });
variant!(out ConnectionState { Pending, Connected, Failed, Disconnected; Other });
record!(out AccountStatus { state, problem, profile });
record!(out OtherCommand { kind, json });
variant!(out Command {
    ; SaveContact, OpenTask, AddAction, Note, Call, Retry, Delivery, Receipt, AccountStatus, Other
});
record!(out Fact { name, value, text });
record!(out Outcome { state, commands, facts });

// What the helpdesk asks.
variant!(in TaskChange { Active, Inactive, Completed, Deleted, Reopened; Other });
record!(in TaskEvent { task, change, at });
record!(in Author { id, name, avatar });
record!(in Suggestion { title, value });
record!(in Reply { id, task, author, notify, parts, suggestions, at, extras });
variant!(in AnswerResult { ; Response, NotSent, Unknown, RefusedByPolicy, Other });
record!(in Answer { call, attempt, result, context });
variant!(in AccountRequest { Connect, Check, Disconnect; Other });
