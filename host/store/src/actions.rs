//! Actions: what was said in a task, by the customer, by an employee, by the desk.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::changes::Change;
use crate::{Result, Tx};

/// An entry in a task.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRow {
    /// The desk's id.
    pub id: i64,
    /// The account of its task.
    pub account: String,
    /// The task.
    pub task: i64,
    /// `message` (a customer's), `comment` (an employee's), `note` (the desk's).
    pub kind: String,
    /// `contact`, `employee`, `system`.
    pub author_kind: String,
    /// The contact or employee.
    pub author_id: Option<i64>,
    /// Their name then.
    pub author_name: String,
    /// What a person reads.
    pub text: String,
    /// JSON list of the contract's parts.
    pub parts: Value,
    /// JSON list of contact ids that it is sent to.
    pub notify: Value,
    /// JSON list of the contract's suggestions: answers that the customer is offered as buttons.
    pub suggestions: Value,
    /// ms.
    pub at: i64,
}

/// What an action starts with.
#[derive(Debug, Clone)]
pub struct NewAction {
    /// See [`ActionRow`].
    pub account: String,
    /// The plugin's id; `None` for an employee's.
    pub plugin_id: Option<String>,
    /// See [`ActionRow`].
    pub task: i64,
    /// See [`ActionRow`].
    pub kind: &'static str,
    /// See [`ActionRow`].
    pub author_kind: &'static str,
    /// See [`ActionRow`].
    pub author_id: Option<i64>,
    /// See [`ActionRow`].
    pub author_name: String,
    /// See [`ActionRow`].
    pub text: String,
    /// See [`ActionRow`].
    pub parts: Value,
    /// See [`ActionRow`].
    pub notify: Value,
    /// See [`ActionRow`].
    pub suggestions: Value,
    /// ms; a customer's by the messenger's clock.
    pub at: i64,
    /// ms; by the desk's clock, which the task's `updated_at` follows.
    pub kept_at: i64,
}

const COLUMNS: &str =
    "id, account, task, kind, author_kind, author_id, author_name, text, parts, notify, suggestions, at";

fn from_row(row: &Row) -> rusqlite::Result<ActionRow> {
    Ok(ActionRow {
        id: row.get(0)?,
        account: row.get(1)?,
        task: row.get(2)?,
        kind: row.get(3)?,
        author_kind: row.get(4)?,
        author_id: row.get(5)?,
        author_name: row.get(6)?,
        text: row.get(7)?,
        parts: json_column(row, 8)?.unwrap_or_default(),
        notify: json_column(row, 9)?.unwrap_or_default(),
        suggestions: json_column(row, 10)?.unwrap_or_default(),
        at: row.get(11)?,
    })
}

impl Tx<'_> {
    /// Adds an action; says its id, or `None` if the plugin's id exists already: then nothing changes.
    ///
    /// # Errors
    /// The task does not exist.
    pub fn add_action(&self, new: &NewAction) -> Result<Option<i64>> {
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO actions (account, plugin_id, task, kind, author_kind, author_id, author_name,
                                      text, parts, notify, suggestions, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (account, plugin_id) DO NOTHING RETURNING id",
            )?
            .query_row(
                params![
                    new.account,
                    new.plugin_id,
                    new.task,
                    new.kind,
                    new.author_kind,
                    new.author_id,
                    new.author_name,
                    new.text,
                    new.parts.to_string(),
                    new.notify.to_string(),
                    new.suggestions.to_string(),
                    new.at
                ],
                |row| row.get(0),
            )
            .optional()?;
        self.db
            .prepare_cached("UPDATE tasks SET updated_at = max(updated_at, ?2) WHERE id = ?1")?
            .execute(params![new.task, new.kept_at])?;
        self.changed(Change::Task(new.task));
        Ok(id)
    }

    /// The action, by the desk's id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn action(&self, id: i64) -> Result<Option<ActionRow>> {
        let sql = format!("SELECT {COLUMNS} FROM actions WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// The task's newest actions below the id `before`, in order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn last_actions(&self, task: i64, before: i64, most: i64) -> Result<Vec<ActionRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM actions WHERE task = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([task, before, most], from_row)?;
        let mut rows: Vec<ActionRow> = rows.collect::<rusqlite::Result<_>>()?;
        rows.reverse();
        Ok(rows)
    }

    /// The task's actions after the cursor, in order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn actions(&self, task: i64, after: i64, most: i64) -> Result<Vec<ActionRow>> {
        let sql = format!("SELECT {COLUMNS} FROM actions WHERE task = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([task, after, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
