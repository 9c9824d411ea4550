//! Calls to the messenger that wait, are under way, or are done. Not here: which of them may leave now (`due`), and what an
//! answer means, which is the plugin's.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::{Result, Tx};

/// A call of the plugin's.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// The order.
    pub seq: i64,
    /// The account it is made for.
    pub account: String,
    /// The conversation it belongs to; calls of one go one at a time.
    pub conversation: String,
    /// The plugin's id.
    pub id: String,
    /// JSON of the contract's call, secrets by name.
    pub request: Value,
    /// `queued`, `sending`, `done`.
    pub state: String,
    /// Attempts that were begun.
    pub attempt: i64,
    /// ms; not sent before.
    pub due_at: i64,
    /// ms; when the latest attempt began, 0 if none did.
    pub began_at: i64,
    /// The contract's problem: why it waits.
    pub problem: Option<Value>,
    /// ms; when it was queued, by the plugin or again by a person.
    pub at: i64,
}

/// A call to be queued.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// See [`CallRow`].
    pub account: String,
    /// See [`CallRow`].
    pub conversation: String,
    /// See [`CallRow`].
    pub id: String,
    /// See [`CallRow`].
    pub request: Value,
    /// ms.
    pub at: i64,
}

/// The columns of a call `c`.
pub(crate) const COLUMNS: &str = "c.seq, c.account, c.conversation, c.id, c.request, c.state, c.attempt, c.due_at, c.began_at, c.problem, c.at";

/// Of a call `c`: its answer has not come, or was not recorded.
pub(crate) const ANSWER_IS_OPEN: &str = "NOT EXISTS (SELECT 1 FROM events e WHERE e.call = c.seq)";

pub(crate) fn from_row(row: &Row) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        seq: row.get(0)?,
        account: row.get(1)?,
        conversation: row.get(2)?,
        id: row.get(3)?,
        request: json_column(row, 4)?.unwrap_or_default(),
        state: row.get(5)?,
        attempt: row.get(6)?,
        due_at: row.get(7)?,
        began_at: row.get(8)?,
        problem: json_column(row, 9)?,
        at: row.get(10)?,
    })
}

impl Tx<'_> {
    /// Queues a call; an id that exists changes nothing (C4).
    ///
    /// # Errors
    /// The account does not exist.
    pub fn queue_call(&self, new: &NewCall) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO calls (account, conversation, id, request, state, due_at, at)
                 VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?5) ON CONFLICT (account, id) DO NOTHING",
            )?
            .execute(params![new.account, new.conversation, new.id, new.request.to_string(), new.at])?;
        Ok(())
    }

    /// Calls whose attempt was begun and whose answer was never recorded: after a crash, nobody knows. One whose answer
    /// waits for the plugin is none of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn interrupted_calls(&self) -> Result<Vec<CallRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM calls c WHERE c.state = 'sending' AND {ANSWER_IS_OPEN} ORDER BY c.seq"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Queues a call that is done once more, as it was, since a person says so; `false` if it is not done or not kept any
    /// more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn send_again(&self, seq: i64, at: i64) -> Result<bool> {
        let changed = self
            .db
            .prepare_cached(
                "UPDATE calls SET state = 'queued', due_at = ?2, at = ?2, by_hand = 0
                 WHERE seq = ?1 AND state = 'done'",
            )?
            .execute([seq, at])?;
        Ok(changed == 1)
    }

    /// Queues a call that is done once more, as it was, without a person's word: how long it has waited by then counts from
    /// its beginning. `false` if it is not done or not kept any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn send_lost_again(&self, seq: i64, due_at: i64) -> Result<bool> {
        let changed = self
            .db
            .prepare_cached(
                "UPDATE calls SET state = 'queued', due_at = ?2 WHERE seq = ?1 AND state = 'done' AND by_hand = 0",
            )?
            .execute([seq, due_at])?;
        Ok(changed == 1)
    }

    /// Whether a call of the conversation waits or is under way.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_open_calls(&self, account: &str, conversation: &str) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT 1 FROM calls WHERE account = ?1 AND conversation = ?2 AND state <> 'done'",
            )?
            .exists([account, conversation])?)
    }

    /// Begins an attempt at `now`; says its number, or `None` if the call is not queued any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn begin_attempt(&self, seq: i64, now: i64) -> Result<Option<i64>> {
        Ok(self
            .db
            .prepare_cached(
                "UPDATE calls SET state = 'sending', attempt = attempt + 1, began_at = ?2
                 WHERE seq = ?1 AND state = 'queued' RETURNING attempt",
            )?
            .query_row([seq, now], |row| row.get(0))
            .optional()?)
    }

    /// Ends an attempt: the call is done. `false` if it was not under way.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_call(&self, seq: i64) -> Result<bool> {
        let changed = self
            .db
            .prepare_cached(
                "UPDATE calls SET state = 'done', problem = NULL WHERE seq = ?1 AND state = 'sending'",
            )?
            .execute([seq])?;
        Ok(changed == 1)
    }

    /// Queues a call again, from `due_at` on; how long it has waited by then counts from its beginning.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn queue_again(&self, account: &str, id: &str, due_at: i64, problem: &Value) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE calls SET state = 'queued', due_at = ?3, problem = ?4 WHERE account = ?1 AND id = ?2",
            )?
            .execute(params![account, id, due_at, problem.to_string()])?;
        Ok(())
    }

    /// A call's place, by the plugin's id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn call_seq(&self, account: &str, id: &str) -> Result<Option<i64>> {
        Ok(self
            .db
            .prepare_cached("SELECT seq FROM calls WHERE account = ?1 AND id = ?2")?
            .query_row([account, id], |row| row.get(0))
            .optional()?)
    }

    /// What a call asks for, as it will be sent; `None` if there is no such call.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn call_request(&self, account: &str, id: &str) -> Result<Option<Value>> {
        let request = self
            .db
            .prepare_cached("SELECT request FROM calls WHERE account = ?1 AND id = ?2")?
            .query_row([account, id], |row| json_column(row, 0))
            .optional()?;
        Ok(request.flatten())
    }

    /// Changes what a call asks for, from its next attempt on.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_call_request(&self, account: &str, id: &str, request: &Value) -> Result<()> {
        self.db
            .prepare_cached("UPDATE calls SET request = ?3 WHERE account = ?1 AND id = ?2")?
            .execute(params![account, id, request.to_string()])?;
        Ok(())
    }

    /// Ends the pause of a conversation: what waits in it is due at `now`.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn resume_conversation(&self, account: &str, conversation: &str, now: i64) -> Result<()> {
        self.pause_conversation(account, conversation, 0)?;
        self.db
            .prepare_cached(
                "UPDATE calls SET due_at = ?3
                 WHERE account = ?1 AND conversation = ?2 AND state <> 'done' AND state = 'queued' AND due_at > ?3",
            )?
            .execute(params![account, conversation, now])?;
        Ok(())
    }

    /// Ends the pause of an account: what waits in its conversations is due at `now`, but for those that are paused
    /// themselves.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn resume_account(&self, account: &str, now: i64) -> Result<()> {
        self.pause_account(account, 0)?;
        self.db
            .prepare_cached(
                "UPDATE calls SET due_at = ?2
                 WHERE account = ?1 AND state <> 'done' AND state = 'queued' AND due_at > ?2",
            )?
            .execute(params![account, now])?;
        Ok(())
    }
}
