//! What an operator sees of a task, as lines of text that tests compare with what they expect: from the API alone, and
//! without anything that differs from run to run. Not the console's own words and layout.
//!
//! ```text
//! account Bike Shop: connected
//! task “Where is my bike?”, active, for Olena
//! fact session-until: 24 h left
//! fact price: in-session (The last message was inside the session: free of charge.)
//! Olena: Where is my bike?
//! Administrator: On its way. [delivered]
//! Administrator: Here is the bill. [failed] the customer switched messages off …
//!   → The customer must write first; …
//! note: The customer switched messages off in Viber …
//! ```

use std::cell::RefCell;
use std::fmt::Write as _;

use anyhow::ensure;
use serde_json::Value;

use crate::{Bench, Desk, SimClient, until};

/// 2001: a number above it is a time, in ms.
const TIME_MS_MIN: i64 = 1_000_000_000_000;
/// Entries that differ in their numbers only are one line from so many on.
const RUN_MIN: usize = 3;
const HOUR_MS: i64 = crate::HOUR_MS as i64;

impl Bench {
    /// Waits until an operator sees this of a task: its account, facts and entries.
    ///
    /// # Errors
    /// Something else is seen in the end; then with the lines that differ.
    pub async fn sees(&self, task: &Value, expected: &str) -> anyhow::Result<()> {
        settle(expected, || async {
            let task = self.desk.get(&format!("tasks/{}", task["id"])).await?;
            let account = self.desk.get(&format!("accounts/{}", said(&task["account"]))).await?;
            let head = [account_lines(&account), task_line(&task), facts(&self.viber, &task).await?].concat();
            Ok(head + &talk(&self.desk, &task).await?)
        })
        .await
    }

    /// The same with the entries only.
    ///
    /// # Errors
    /// As [`Bench::sees`].
    pub async fn sees_talk(&self, task: &Value, expected: &str) -> anyhow::Result<()> {
        settle(expected, || talk(&self.desk, task)).await
    }

    /// The same with an account's health only, as its administrator sees it.
    ///
    /// # Errors
    /// As [`Bench::sees`].
    pub async fn sees_account(&self, account: &str, expected: &str) -> anyhow::Result<()> {
        settle(expected, || async {
            Ok(account_lines(&self.desk.get(&format!("accounts/{account}")).await?))
        })
        .await
    }
}

/// Looks until the text is as expected, which may be indented as a test's source is.
///
/// # Errors
/// It is another text in the end; then with the lines that differ.
pub async fn settle<F, Looked>(expected: &str, mut look: F) -> anyhow::Result<()>
where
    F: FnMut() -> Looked,
    Looked: Future<Output = anyhow::Result<String>>,
{
    let expected = dedent(expected);
    let last = RefCell::new(String::new());
    let waited = until("it reads as expected", || {
        let looked = look();
        async {
            *last.borrow_mut() = looked.await?;
            Ok((*last.borrow() == expected).then_some(()))
        }
    });
    let waited = waited.await;
    let seen = last.borrow().clone();
    ensure!(
        waited.is_ok(),
        "it does not read as expected (- is missing, + is too much):\n{}",
        difference(&expected, &seen)
    );
    Ok(())
}

fn account_lines(account: &Value) -> String {
    let health = &account["health"];
    let head = format!("account {}: {}", said(&account["name"]), said(&health["state"]));
    with_reason(head, health)
}

fn task_line(task: &Value) -> String {
    let (title, status) = (said(&task["title"]), said(&task["status"]));
    let requester = &task["requester"];
    let deaf = if requester["subscribed"] == false { ", who gets no messages" } else { "" };
    format!("task “{title}”, {status}, for {}{deaf}\n", said(&requester["name"]))
}

async fn facts(viber: &SimClient, task: &Value) -> anyhow::Result<String> {
    let now = viber.get("clock").await?["now"].as_i64().unwrap_or_default();
    let facts = task["facts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |fact: &Value| {
        let (name, value) = (said(&fact["name"]), said(&fact["value"]));
        match value.parse::<i64>() {
            // A time: its text is the same for every one.
            Ok(at) if at > TIME_MS_MIN => format!("fact {name}: {}\n", left(at - now)),
            _ => format!("fact {name}: {value} ({})\n", said(&fact["text"])),
        }
    };
    Ok(facts.iter().map(line).collect())
}

fn left(ms: i64) -> String {
    if ms > 0 { format!("{} h left", (ms + HOUR_MS / 2) / HOUR_MS) } else { "over".to_owned() }
}

/// A task's entries: who, what, and how far it came.
async fn talk(desk: &Desk, task: &Value) -> anyhow::Result<String> {
    let entries: Vec<_> = desk.actions(task).await?.iter().map(Entry::of).collect();
    let mut lines = String::new();
    let mut rest = entries.as_slice();
    while let Some(first) = rest.first() {
        let alike = rest.iter().take_while(|entry| entry.is_like(first)).count();
        let length = if alike < RUN_MIN { 1 } else { alike };
        let last = &rest[length - 1];
        let text = if length == 1 {
            first.text.clone()
        } else {
            format!("{} … {} ({length} entries)", first.text, last.text)
        };
        lines += &format!("{}: {text}{}", first.who, first.how);
        rest = &rest[length..];
    }
    Ok(lines)
}

/// An entry of a task.
struct Entry {
    who: String,
    text: String,
    /// How far it came, why, and what to do; it ends the line.
    how: String,
}

impl Entry {
    fn of(action: &Value) -> Self {
        let who = match said(&action["kind"]) {
            "note" => "note".to_owned(),
            _ => said(&action["author"]["name"]).to_owned(),
        };
        let delivery = &action["delivery"];
        let how = match said(&delivery["state"]) {
            "internal" => "\n".to_owned(),
            state => with_reason(format!(" [{state}{}]", parts(delivery)), delivery),
        };
        Self { who, text: said(&action["text"]).replace('\n', " ⏎ "), how }
    }

    fn is_like(&self, other: &Self) -> bool {
        let shape = |text: &str| text.split(|letter: char| letter.is_ascii_digit()).collect::<String>();
        self.who == other.who && self.how == other.how && shape(&self.text) == shape(&other.text)
    }
}

/// The states of the parts, where a reply has several.
fn parts(delivery: &Value) -> String {
    let parts = delivery["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
    if parts.len() < 2 {
        return String::new();
    }
    let states: Vec<_> = parts.iter().map(|part| said(&part["state"])).collect();
    format!(": {}", states.join(", "))
}

/// A line with the reason behind it, and what to do on the next.
fn with_reason(mut line: String, of: &Value) -> String {
    for (key, before) in [("reason", " "), ("advice", "\n  → ")] {
        if let Some(text) = of[key].as_str().filter(|text| !text.is_empty()) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{before}{text}");
        }
    }
    line + "\n"
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Takes away the indentation that a text has in a test's source.
fn dedent(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let indented = lines().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    lines().map(|line| format!("{}\n", line[indented..].trim_end())).collect()
}

/// Both texts, line by line: `-` is missing, `+` is too much.
fn difference(expected: &str, seen: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), seen.lines().collect());
    // common[i][j]: length of the longest common part of what follows old line i and new line j.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        let (mark, line) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (' ', old[i - 1])
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', old[i - 1])
        } else {
            j += 1;
            ('+', new[j - 1])
        };
        text += &format!("{mark} {line}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_of_a_test_loses_its_indentation_and_no_more() {
        assert_eq!(dedent("\n    a\n      b  \n    c\n  "), "a\n  b\nc\n");
    }

    #[test]
    fn a_difference_shows_what_is_missing_and_what_is_too_much() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n+ d\n");
    }

    #[test]
    fn an_entry_says_how_far_it_came_and_why() {
        let action = json!({"kind": "comment", "author": {"name": "Anna"}, "text": "a\nb", "delivery":
            {"state": "failed", "reason": "no way", "advice": "Walk.", "parts": [{"state": "sent"}, {"state": "failed"}]}});
        let entry = Entry::of(&action);
        assert_eq!((entry.who.as_str(), entry.text.as_str()), ("Anna", "a ⏎ b"));
        assert_eq!(entry.how, " [failed: sent, failed] no way\n  → Walk.\n");
    }

    #[test]
    fn what_is_left_of_a_time_is_whole_hours() {
        assert_eq!([left(24 * HOUR_MS - 900), left(HOUR_MS), left(-1)], ["24 h left", "1 h left", "over"]);
    }
}
