//! The JSON API, a resource a file. Every handler: extract, call one function, show.

pub(super) mod accounts;
pub(super) mod actions;
pub(super) mod channels;
pub(super) mod contacts;
pub(super) mod directory;
pub(super) mod held;
mod media;
pub(super) mod parked;
pub(super) mod quick_replies;
pub(super) mod tasks;
pub(super) mod uploads;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{ApiError, ApiResult};

/// Rows in a page unless the caller asks for fewer or more.
const PAGE_DEFAULT: i64 = 50;
/// Most rows in a page.
const PAGE_MAX: i64 = 200;

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<i64>,
    /// How many.
    pub(super) limit: Option<i64>,
}

impl Page {
    fn most(&self) -> i64 {
        self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
    }

    /// A list's body. A full page has a cursor: the last row's id.
    fn list(&self, items: Vec<Value>) -> Value {
        let full = i64::try_from(items.len()).is_ok_and(|rows| rows == self.most());
        let last = items.last().and_then(|item| item.get("id")).cloned();
        json!({ "items": items, "next_cursor": if full { last } else { None } })
    }
}

/// A list that is short by its nature and comes whole.
fn whole_list(items: Vec<Value>) -> Value {
    json!({ "items": items, "next_cursor": null })
}

/// A name that people chose.
fn named(name: &str) -> ApiResult<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(ApiError::bad_request("bad-name", "`name` must have 1 to 200 characters"));
    }
    Ok(name.to_owned())
}
