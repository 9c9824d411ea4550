//! What the plugin still has to be told: events that wait, in order within a conversation, and how often each was tried.
//! Not here: how often and when one may be tried, which is the inbox's to say.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::{Result, Tx};

/// An event to be queued.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The account.
    pub account: String,
    /// The plugin's id; empty for the account's own conversation.
    pub conversation: String,
    /// `inbound`, `task_event`, `reply`, `answer`, `account_request`.
    pub kind: &'static str,
    /// JSON of the event.
    pub event: Value,
    /// The call in the outbox whose answer it is: it is not done before the event is, so its conversation sends nothing.
    pub call: Option<i64>,
    /// How often it may be tried.
    pub tries: i64,
    /// ms.
    pub at: i64,
}

/// An event that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEvent {
    /// Its place in the order.
    pub seq: i64,
    /// See [`NewEvent`].
    pub account: String,
    /// See [`NewEvent`].
    pub conversation: String,
    /// See [`NewEvent`].
    pub kind: String,
    /// See [`NewEvent`].
    pub event: Value,
    /// See [`NewEvent`].
    pub call: Option<i64>,
    /// Not tried before, ms.
    pub due_at: i64,
}

/// How often an event was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Tries that were begun, ever.
    pub attempts: i64,
    /// How many more there may be.
    pub left: i64,
}

pub(crate) const COLUMNS: &str = "seq, account, conversation, kind, event, call, due_at";

pub(crate) fn from_row(row: &Row) -> rusqlite::Result<PendingEvent> {
    Ok(PendingEvent {
        seq: row.get(0)?,
        account: row.get(1)?,
        conversation: row.get(2)?,
        kind: row.get(3)?,
        event: json_column(row, 4)?.unwrap_or_default(),
        call: row.get(5)?,
        due_at: row.get(6)?,
    })
}

impl Tx<'_> {
    /// Queues an event for the plugin, behind those of its conversation; says its place.
    ///
    /// # Errors
    /// The account does not exist.
    pub fn queue_event(&self, new: &NewEvent) -> Result<i64> {
        self.db
            .prepare_cached(
                "INSERT INTO events (account, conversation, kind, event, call, tries_left, due_at, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            )?
            .execute(params![
                new.account,
                new.conversation,
                new.kind,
                new.event.to_string(),
                new.call,
                new.tries,
                new.at
            ])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Replies that are queued since `since` or longer, ms, and not held, behind the place `after`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn late_replies(&self, since: i64, after: i64, most: i64) -> Result<Vec<PendingEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events
             WHERE kind = 'reply' AND held IS NULL AND at <= ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([since, after, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether an equal event waits in its conversation.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_event(&self, account: &str, conversation: &str, event: &Value) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached("SELECT 1 FROM events WHERE account = ?1 AND conversation = ?2 AND event = ?3")?
            .exists(params![account, conversation, event.to_string()])?)
    }

    /// The first event that waits in the conversation and is not held.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn first_event(&self, account: &str, conversation: &str) -> Result<Option<PendingEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events
             WHERE account = ?1 AND conversation = ?2 AND held IS NULL ORDER BY seq LIMIT 1"
        );
        Ok(self.db.prepare_cached(&sql)?.query_row([account, conversation], from_row).optional()?)
    }

    /// Counts a try before it is made, so that one that ends with the process counts too; `None` if the event is gone or
    /// may not be tried any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn begin_event(&self, seq: i64) -> Result<Option<Tries>> {
        Ok(self
            .db
            .prepare_cached(
                "UPDATE events SET attempts = attempts + 1, tries_left = tries_left - 1
                 WHERE seq = ?1 AND tries_left > 0 RETURNING attempts, tries_left",
            )?
            .query_row([seq], |row| Ok(Tries { attempts: row.get(0)?, left: row.get(1)? }))
            .optional()?)
    }

    /// Lets an event wait after a try that failed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn postpone_event(&self, seq: i64, tries_left: i64, due_at: i64, problem: &Value) -> Result<()> {
        self.db
            .prepare_cached("UPDATE events SET tries_left = ?2, due_at = ?3, problem = ?4 WHERE seq = ?1")?
            .execute(params![seq, tries_left, due_at, problem.to_string()])?;
        Ok(())
    }

    /// How often an event was tried; 0 if it is gone.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn event_attempts(&self, seq: i64) -> Result<i64> {
        let attempts = self
            .db
            .prepare_cached("SELECT attempts FROM events WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))
            .optional()?;
        Ok(attempts.unwrap_or_default())
    }

    /// Takes an event off the queue; `false` if it was taken already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn take_event(&self, seq: i64) -> Result<bool> {
        Ok(self.db.prepare_cached("DELETE FROM events WHERE seq = ?1")?.execute([seq])? == 1)
    }
}
