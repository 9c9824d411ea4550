//! A webhook request and what is said about it at once; not what is done about it later.

use crate::prelude::*;
use crate::{Extras, Problem, TimeMs};

/// One header of an HTTP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name; lower case when it comes in.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An HTTP response, in either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// 100 to 599.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

/// A raw request to the account's webhook URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// Upper case.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// What stands behind `?`, undecoded.
    pub query: String,
    /// Those that the manifest names.
    pub headers: Vec<Header>,
    /// As it came, byte for byte; at most 128 KiB.
    pub body: Vec<u8>,
}

/// A secret setting's value. It has no `Debug`: a secret must not get into a log by a format string.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The setting's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One thing that happened at the messenger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// The conversation it belongs to.
    pub conversation: String,
    /// The same for every repeat of the same thing.
    pub dedupe: String,
    /// When it happened, by the messenger's clock.
    pub at: TimeMs,
    /// The plugin's own bytes; at most 128 KiB.
    pub payload: Vec<u8>,
    /// What has no field.
    pub extras: Extras,
}

/// Something authentic that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The same for every repeat of the same bytes.
    pub dedupe: String,
    /// Why.
    pub problem: Problem,
    /// What came.
    pub payload: Vec<u8>,
}

/// An authentic request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// To be sent as it is.
    pub response: HttpResponse,
    /// In the order in which they are to be handled.
    pub inbound: Vec<Inbound>,
    /// To be kept where a person finds it.
    pub unreadable: Vec<Unreadable>,
}

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// 401, 403, 404, 405.
    pub status: u16,
    /// Why.
    pub problem: Problem,
}
