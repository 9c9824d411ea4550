//! Events that the plugin could not read or handle, kept whole for a person.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::changes::Change;
use crate::counts::count;
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
    /// How often it was tried.
    pub attempts: i64,
    /// ms.
    pub at: i64,
}

/// Which parked events are meant: those that have all of this in common.
#[derive(Debug, Clone)]
pub struct ParkedFilter {
    /// See [`ParkedRow`].
    pub kind: String,
    /// The problem's code.
    pub code: String,
    /// Of this account only.
    pub account: Option<String>,
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
    pub kind: String,
    /// See [`ParkedRow`].
    pub problem: Value,
    /// See [`ParkedRow`].
    pub event: Value,
    /// See [`ParkedRow`].
    pub attempts: i64,
    /// ms.
    pub at: i64,
}

const COLUMNS: &str = "id, account, conversation, kind, problem, event, attempts, at";

fn from_row(row: &Row) -> rusqlite::Result<ParkedRow> {
    Ok(ParkedRow {
        id: row.get(0)?,
        account: row.get(1)?,
        conversation: row.get(2)?,
        kind: row.get(3)?,
        problem: json_column(row, 4)?.unwrap_or_default(),
        event: json_column(row, 5)?.unwrap_or_default(),
        attempts: row.get(6)?,
        at: row.get(7)?,
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
                "INSERT INTO parked (account, conversation, dedupe, kind, problem, event, attempts, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                new.account,
                new.conversation,
                new.dedupe,
                new.kind,
                new.problem.to_string(),
                new.event.to_string(),
                new.attempts,
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

    /// Parked events that have this in common, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn parked_like(&self, filter: &ParkedFilter) -> Result<Vec<i64>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id FROM parked WHERE kind = ?1 AND problem ->> '$.code' = ?2 AND (?3 IS NULL OR account = ?3)
             ORDER BY id",
        )?;
        let rows =
            statement.query_map(params![filter.kind, filter.code, filter.account], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Puts a parked event back into the queue, behind those of its conversation, to be tried `tries` times more; `false`
    /// if it is gone.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn unpark(&self, id: i64, tries: i64, now: i64) -> Result<bool> {
        let queued = self
            .db
            .prepare_cached(
                "INSERT INTO events (account, conversation, kind, event, attempts, tries_left, due_at, at)
                 SELECT account, conversation, kind, event, attempts, ?2, ?3, ?3 FROM parked WHERE id = ?1
                 RETURNING kind",
            )?
            .query_row([id, tries, now], |row| row.get::<_, String>(0))
            .optional()?;
        let Some(kind) = queued else { return Ok(false) };
        if kind == "inbound" {
            count(self.db, "moved")?;
        }
        self.discard_parked(id)
    }

    /// Forgets a parked event; `false` if it is gone.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn discard_parked(&self, id: i64) -> Result<bool> {
        self.changed(Change::Parked);
        Ok(self.db.prepare_cached("DELETE FROM parked WHERE id = ?1")?.execute([id])? == 1)
    }

    /// Takes an event off the queue and parks it, in the words of `new`; `false` if it was taken already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn park_queued(&self, seq: i64, new: &NewParked) -> Result<bool> {
        if !self.take_event(seq)? {
            return Ok(false);
        }
        if new.kind == "inbound" {
            count(self.db, "moved")?;
        }
        self.park(new)?;
        Ok(true)
    }
}
