//! Reading back what this channel wrote: states and contexts, which are JSON; not what Viber writes.
//!
//! Strict where `json` is lenient: these bytes are our own, and one odd value says that something changed them. An absent
//! field is none, since a later version may add one.

use serde_json::{Map, Value};

use crate::prelude::*;

/// The bytes are not what was written.
#[derive(Debug)]
pub(crate) struct Odd;

/// The fields of an object, each taken once.
pub(crate) struct Saved(Map<String, Value>);

impl Saved {
    /// Reads an object.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Odd> {
        Self::of(serde_json::from_slice(bytes).map_err(|_| Odd)?)
    }

    /// A value that has to be an object.
    pub(crate) fn of(value: Value) -> Result<Self, Odd> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Odd),
        }
    }

    /// Whatever it is; null if it is absent.
    pub(crate) fn take(&mut self, key: &str) -> Value {
        self.0.get_mut(key).map(Value::take).unwrap_or_default()
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, Odd> {
        match self.take(key) {
            Value::Null => Ok(None),
            value => text(value).map(Some),
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&mut self, key: &str) -> Result<Option<u64>, Odd> {
        match self.take(key) {
            Value::Null => Ok(None),
            value => number(&value).map(Some),
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, key: &str) -> Result<Option<bool>, Odd> {
        match self.take(key) {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(flag)),
            _ => Err(Odd),
        }
    }

    /// A list; an absent one is empty.
    pub(crate) fn list(&mut self, key: &str) -> Result<Vec<Value>, Odd> {
        match self.take(key) {
            Value::Null => Ok(Vec::new()),
            Value::Array(list) => Ok(list),
            _ => Err(Odd),
        }
    }

    /// An object.
    pub(crate) fn object(&mut self, key: &str) -> Result<Option<Self>, Odd> {
        match self.take(key) {
            Value::Null => Ok(None),
            value => Self::of(value).map(Some),
        }
    }
}

/// A value that has to be a text.
pub(crate) fn text(value: Value) -> Result<String, Odd> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Odd),
    }
}

/// A value that has to be a whole number that is not negative.
pub(crate) fn number(value: &Value) -> Result<u64, Odd> {
    value.as_u64().ok_or(Odd)
}
