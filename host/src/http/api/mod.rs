//! The JSON API, a resource a file. Every handler: extract, call one function, show.
//!
//! In each file `Shown` is what the API shows, `New` and `Change` what it takes. Their doc comments are the API's
//! documentation.

pub(super) mod accounts;
pub(super) mod actions;
pub(super) mod channels;
pub(super) mod contact_templates;
pub(super) mod contacts;
pub(super) mod doctor;
pub(super) mod employees;
pub(super) mod events;
pub(super) mod held;
pub(super) mod me;
mod media;
pub(super) mod parked;
pub(super) mod quick_replies;
pub(super) mod task_templates;
pub(super) mod tasks;
pub(super) mod tokens;
pub(super) mod uploads;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::error::{ApiError, ApiResult};

/// Rows in a page unless the caller asks for fewer or more.
const PAGE_DEFAULT: i64 = 50;
/// Most rows in a page.
const PAGE_MAX: i64 = 200;
/// Longest name that people choose, characters.
const NAME_CHARS_MAX: usize = 200;
/// Longest link, characters.
const LINK_CHARS_MAX: usize = 2_000;

/// Where a list goes on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<i64>,
    /// How many at the most, 1 to 200; 50 unless given.
    pub(super) limit: Option<i64>,
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub(super) struct List<T> {
    /// What there is.
    items: Vec<T>,
    /// Where it goes on: give it back as `cursor`. Null: this is the end.
    next_cursor: Option<i64>,
}

impl<T> List<T> {
    /// A list that is short by its nature and comes whole.
    fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self { items: items.into_iter().collect(), next_cursor: None }
    }

    /// A page. A full one has a cursor: the last one's id.
    fn page(items: Vec<T>, page: &Page, id: impl Fn(&T) -> i64) -> Self {
        let full = i64::try_from(items.len()).is_ok_and(|rows| rows == page.most());
        Self { next_cursor: items.last().filter(|_| full).map(id), items }
    }
}

impl Page {
    fn most(&self) -> i64 {
        self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
    }
}

/// What a problem of the contract's says to people.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Why {
    /// A stable word for programs; null: there is no problem.
    code: Option<String>,
    /// What is wrong, for people.
    reason: Option<String>,
    /// What to do about it, for people.
    advice: Option<String>,
}

impl Why {
    /// Of a problem as it is kept.
    fn of(problem: Option<&Value>) -> Self {
        let text = |name: &str| problem.and_then(|it| it[name].as_str()).map(str::to_owned);
        Self { code: text("code"), reason: text("text"), advice: text("advice") }
    }
}

/// A field that was named, if only with null: that clears it.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A name that people chose.
fn named(name: &str) -> ApiResult<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(ApiError::bad_request(
            "bad-name",
            format!("`name` must have 1 to {NAME_CHARS_MAX} characters"),
        ));
    }
    Ok(name.to_owned())
}

/// A link that others will follow.
fn linked(link: Option<String>) -> ApiResult<Option<String>> {
    let is_link = |link: &String| {
        let is_http = link.starts_with("https://") || link.starts_with("http://");
        is_http && !link.contains(char::is_whitespace) && link.chars().count() <= LINK_CHARS_MAX
    };
    match link {
        Some(link) if !is_link(&link) => {
            let detail =
                format!("a link must begin with https:// and have at most {LINK_CHARS_MAX} characters");
            Err(ApiError::bad_request("bad-link", detail))
        }
        link => Ok(link),
    }
}
