//! Events that the plugin could not read or handle, kept whole for a person.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::changes::Change;
use crate::{Result, Tx};

/// A parked event.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkedRow {
    /// The desk's id.
    pub id: i64,
    /// The account.
    pub account: String,
    /// The plugin's id, or empty.
    pub conversation: String,
    /// `unreadable`, `inbound`, `task_event`, `reply`, `answer`, `account_request`.
    pub kind: String,
    /// The contract's problem.
    pub problem: Value,
    /// What came.
    pub event: Value,
    /// ms.
    pub at: i64,
}

/// What is parked.
#[derive(Debug, Clone)]
pub struct NewParked {
    /// See [`ParkedRow`].
    pub account: String,
    /// See [`ParkedRow`].
    pub conversation: String,
    /// The dedupe id, for inbound things; else empty.
    pub dedupe: String,
    /// See [`ParkedRow`].
    pub kind: &'static str,
    /// See [`ParkedRow`].
    pub problem: Value,
    /// See [`ParkedRow`].
    pub event: Value,
    /// ms.
    pub at: i64,
}

const COLUMNS: &str = "id, account, conversation, kind, problem, event, at";

fn from_row(row: &Row) -> rusqlite::Result<ParkedRow> {
    Ok(ParkedRow {
        id: row.get(0)?,
        account: row.get(1)?,
        conversation: row.get(2)?,
        kind: row.get(3)?,
        problem: json_column(row, 4)?.unwrap_or_default(),
        event: json_column(row, 5)?.unwrap_or_default(),
        at: row.get(6)?,
    })
}

impl Tx<'_> {
    /// Parks an event.
    ///
    /// # Errors
    /// The account does not exist.
    pub fn park(&self, new: &NewParked) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO parked (account, conversation, dedupe, kind, problem, event, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                new.account,
                new.conversation,
                new.dedupe,
                new.kind,
                new.problem.to_string(),
                new.event.to_string(),
                new.at
            ])?;
        self.changed(Change::Parked);
        Ok(())
    }

    /// Parked events before the cursor, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn parked(&self, before: i64, most: i64) -> Result<Vec<ParkedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM parked WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([before, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One parked event.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn parked_event(&self, id: i64) -> Result<Option<ParkedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM parked WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }
}
