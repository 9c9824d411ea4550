//! How far each part of a reply has come, and receipts that wait for their message. Which state may follow which is
//! decided by the caller.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::faults::is_planted;
use crate::{Result, Tx};

/// One part of a reply to one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRow {
    /// The order of sending.
    pub seq: i64,
    /// The action that is sent.
    pub action: i64,
    /// The conversation it goes to.
    pub conversation: String,
    /// Counted from 0.
    pub part: i64,
    /// The contract's delivery state.
    pub state: String,
    /// The messenger's id, once known.
    pub message_id: Option<String>,
    /// The contract's problem.
    pub problem: Option<Value>,
    /// The call that it was sent by, once that was answered.
    pub call: Option<i64>,
    /// ms; of the last change.
    pub at: i64,
}

/// Which of the unconfirmed parts are meant.
#[derive(Debug, Clone, Copy)]
pub struct LostDeliveries {
    /// ms.
    pub now: i64,
    /// Their call was queued after this, ms.
    pub since: i64,
    /// How long they are unconfirmed after the first attempt, ms; twice as long after the second, and so on.
    pub wait: i64,
}

/// A receipt for a message whose id is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptRow {
    /// The messenger's id.
    pub message_id: String,
    /// The contract's delivery state.
    pub state: String,
    /// It speaks of everything sent before, too.
    pub up_to: bool,
    /// The contract's problem.
    pub problem: Option<Value>,
    /// ms.
    pub at: i64,
}

const COLUMNS: &str = "seq, action, conversation, part, state, message_id, problem, call, at";

fn from_row(row: &Row) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        seq: row.get(0)?,
        action: row.get(1)?,
        conversation: row.get(2)?,
        part: row.get(3)?,
        state: row.get(4)?,
        message_id: row.get(5)?,
        problem: json_column(row, 6)?,
        call: row.get(7)?,
        at: row.get(8)?,
    })
}

impl Tx<'_> {
    /// Adds a part in state `pending`, if it is not there yet.
    ///
    /// # Errors
    /// The action does not exist.
    pub fn add_delivery(
        &self,
        action: i64,
        account: &str,
        conversation: &str,
        part: i64,
        at: i64,
    ) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO deliveries (action, account, conversation, part, state, at)
                 VALUES (?1, ?2, ?3, ?4, 'pending', ?5)",
            )?
            .execute(params![action, account, conversation, part, at])?;
        self.changed_action(action)
    }

    /// One part.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn delivery(&self, action: i64, conversation: &str, part: i64) -> Result<Option<DeliveryRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM deliveries WHERE action = ?1 AND conversation = ?2 AND part = ?3");
        Ok(self
            .db
            .prepare_cached(&sql)?
            .query_row(params![action, conversation, part], from_row)
            .optional()?)
    }

    /// Every part of an action, to every conversation.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn deliveries(&self, action: i64) -> Result<Vec<DeliveryRow>> {
        let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE action = ?1 ORDER BY seq");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([action], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The part that the messenger knows by this id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn delivery_by_message(&self, account: &str, message_id: &str) -> Result<Option<DeliveryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE account = ?1 AND message_id = ?2 ORDER BY seq LIMIT 1"
        );
        Ok(self.db.prepare_cached(&sql)?.query_row([account, message_id], from_row).optional()?)
    }

    /// Parts of the conversation that were sent and not seen, up to a place in the order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unseen_deliveries(
        &self,
        account: &str,
        conversation: &str,
        seq_max: i64,
    ) -> Result<Vec<DeliveryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries
             WHERE account = ?1 AND conversation = ?2 AND seq <= ?3 AND state IN ('sent', 'delivered')
             ORDER BY seq"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![account, conversation, seq_max], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Parts of the conversation whose state was last set to sent or delivered until `until`, ms.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unseen_deliveries_until(
        &self,
        account: &str,
        conversation: &str,
        until: i64,
    ) -> Result<Vec<DeliveryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries
             WHERE account = ?1 AND conversation = ?2 AND at <= ?3 AND state IN ('sent', 'delivered')
             ORDER BY seq"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![account, conversation, until], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Parts that are pending since `since` or longer, ms, and of which nothing more can come: nothing is queued in their
    /// conversation, or its channel is none of `channels`, which are loaded.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn forsaken_deliveries(
        &self,
        channels: &[String],
        since: i64,
        most: i64,
    ) -> Result<Vec<DeliveryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries d WHERE state = 'pending' AND at <= ?2
               AND ((SELECT channel FROM accounts a WHERE a.id = d.account) NOT IN (SELECT value FROM json_each(?1))
                 OR NOT EXISTS (SELECT 1 FROM calls c WHERE c.account = d.account
                                AND c.conversation = d.conversation AND c.state <> 'done')
                 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.account = d.account
                                 AND e.conversation = d.conversation))
             ORDER BY seq LIMIT ?3"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![serde_json::to_string(channels)?, since, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Unconfirmed parts whose call may be sent again without a person's word, beyond a place in the order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn lost_deliveries(&self, lost: &LostDeliveries, after: i64, most: i64) -> Result<Vec<DeliveryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries d WHERE state = 'unconfirmed' AND at > ?2 AND at <= ?1 - ?3 AND seq > ?4
               AND EXISTS (SELECT 1 FROM calls c WHERE c.seq = d.call AND c.state = 'done' AND c.by_hand = 0 AND c.at > ?2
                           AND d.at <= ?1 - (?3 << min(c.attempt - 1, 16)))
             ORDER BY seq LIMIT ?5"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![lost.now, lost.since, lost.wait, after, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sets a part's state; a message id or problem of `None` leaves the id and clears the problem.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_delivery(
        &self,
        seq: i64,
        state: &str,
        message_id: Option<&str>,
        problem: Option<&Value>,
        at: i64,
    ) -> Result<()> {
        let action = self
            .db
            .prepare_cached(
                "UPDATE deliveries SET state = ?2, message_id = coalesce(?3, message_id), problem = ?4, at = ?5
                 WHERE seq = ?1 RETURNING action",
            )?
            .query_row(params![seq, state, message_id, problem.map(Value::to_string), at], |row| row.get(0))
            .optional()?;
        action.map_or(Ok(()), |action| self.changed_action(action))
    }

    /// Notes which call a part was sent by.
    ///
    /// # Errors
    /// The call does not exist.
    pub fn set_delivery_call(&self, seq: i64, call: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE deliveries SET call = ?2 WHERE seq = ?1")?
            .execute(params![seq, call])?;
        Ok(())
    }

    /// Puts a part back to `pending`, as if it had never been sent: the messenger's next id is another one.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn reset_delivery(&self, seq: i64, at: i64) -> Result<()> {
        let action = self
            .db
            .prepare_cached(
                "UPDATE deliveries SET state = 'pending', message_id = NULL, problem = NULL, at = ?2
                 WHERE seq = ?1 RETURNING action",
            )?
            .query_row(params![seq, at], |row| row.get(0))
            .optional()?;
        action.map_or(Ok(()), |action| self.changed_action(action))
    }

    /// Keeps a receipt until its message is known.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep_receipt(&self, account: &str, receipt: &ReceiptRow) -> Result<()> {
        if is_planted("early-receipts-dropped") {
            return Ok(());
        }
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO receipts (account, message_id, state, up_to, problem, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                account,
                receipt.message_id,
                receipt.state,
                receipt.up_to,
                receipt.problem.as_ref().map(Value::to_string),
                receipt.at
            ])?;
        Ok(())
    }

    /// Takes the receipts that waited for this message.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn take_receipts(&self, account: &str, message_id: &str) -> Result<Vec<ReceiptRow>> {
        let mut statement = self.db.prepare_cached(
            "DELETE FROM receipts WHERE account = ?1 AND message_id = ?2
             RETURNING message_id, state, up_to, problem, at",
        )?;
        let rows = statement.query_map([account, message_id], |row| {
            Ok(ReceiptRow {
                message_id: row.get(0)?,
                state: row.get(1)?,
                up_to: row.get(2)?,
                problem: json_column(row, 3)?,
                at: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
