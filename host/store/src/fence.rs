//! What a restored backup had not sent. It may have been sent after the backup was taken, so it is held, apart from
//! everything else, until a person releases or drops it. Not here: what an operator is told of it.

use rusqlite::{Row, params};
use serde_json::Value;

use crate::events::{self, COLUMNS, PendingEvent};
use crate::faults::is_planted;
use crate::outbox::ANSWER_IS_OPEN;
use crate::{CallRow, Result, Tx};

/// How much is held.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Held {
    /// Calls to the messenger.
    pub calls: i64,
    /// Answers of operators of which no call was made yet.
    pub replies: i64,
    /// When the backup was taken that they came back with, ms; of several, the latest.
    pub taken_at: Option<i64>,
}

impl Held {
    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls == 0 && self.replies == 0
    }
}

/// What is held of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldConversation {
    /// The account.
    pub account: String,
    /// The plugin's id.
    pub conversation: String,
    /// Who writes in it.
    pub contact: Option<i64>,
    /// How much.
    pub held: Held,
}

/// Which of the held things are meant; `None` does not narrow.
#[derive(Debug, Clone, Default)]
pub struct HeldScope {
    /// One account.
    pub account: Option<String>,
    /// One conversation; of every account that has one of this id, unless `account` is given too.
    pub conversation: Option<String>,
}

/// The rows of a scope, whose account and conversation are parameters 1 and 2.
const IN_SCOPE: &str =
    "held IS NOT NULL AND (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR conversation = ?2)";

impl Tx<'_> {
    /// Holds every call that is not done, but for the accounts' own, and the queued events of this kind. `taken_at`, ms, is
    /// when the backup was taken. The parts of replies that are pending say `problem` from now on.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn raise_fence(&self, kind: &str, taken_at: i64, problem: &Value) -> Result<Held> {
        if is_planted("fence-removed") {
            return self.held();
        }
        // Whether the desk before sent what is done here a second time, nobody knows.
        self.db.execute("UPDATE calls SET by_hand = 1", [])?;
        // A call that was under way may have arrived, as one that was to leave a moment later. One whose answer waits for the
        // plugin has arrived.
        let sql = format!(
            "UPDATE calls AS c SET state = 'queued', held = ?1
             WHERE state <> 'done' AND conversation <> '' AND {ANSWER_IS_OPEN}"
        );
        self.db.execute(&sql, [taken_at])?;
        self.db.execute("UPDATE events SET held = ?1 WHERE kind = ?2", params![taken_at, kind])?;
        self.db
            .execute("UPDATE deliveries SET problem = ?1 WHERE state = 'pending'", [problem.to_string()])?;
        self.held()
    }

    /// Lets ids begin far above those that there are: those that were given since the backup was taken are known outside,
    /// in links, and must not come to mean something else.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn leave_ids_out(&self, how_many: i64) -> Result<()> {
        self.db.execute("UPDATE sqlite_sequence SET seq = seq + ?1", [how_many])?;
        Ok(())
    }

    /// How much is held.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn held(&self) -> Result<Held> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT coalesce(sum(is_call), 0), coalesce(sum(1 - is_call), 0), max(held) FROM (
                     SELECT 1 AS is_call, held FROM calls WHERE held IS NOT NULL
                     UNION ALL SELECT 0, held FROM events WHERE held IS NOT NULL)",
            )?
            .query_row([], |row| held_from(row, 0))?)
    }

    /// What is held, by conversation; no more than `most` of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn held_conversations(&self, most: i64) -> Result<Vec<HeldConversation>> {
        let mut statement = self.db.prepare_cached(
            "SELECT h.account, h.conversation, sum(is_call), sum(1 - is_call), max(held),
                    (SELECT min(c.id) FROM contacts c WHERE c.account = h.account AND c.conversation = h.conversation)
             FROM (SELECT account, conversation, 1 AS is_call, held FROM calls WHERE held IS NOT NULL
                   UNION ALL SELECT account, conversation, 0, held FROM events WHERE held IS NOT NULL) h
             GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ?1",
        )?;
        let rows = statement.query_map([most], |row| {
            Ok(HeldConversation {
                account: row.get(0)?,
                conversation: row.get(1)?,
                contact: row.get(5)?,
                held: held_from(row, 2)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The held events of a scope, in their order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn held_events(&self, scope: &HeldScope) -> Result<Vec<PendingEvent>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE {IN_SCOPE} ORDER BY seq");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![scope.account, scope.conversation], events::from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Lets what is held of a scope go: due at `now`, before what was queued later. Pending parts that say `code` say
    /// nothing any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn release_held(&self, scope: &HeldScope, code: &str, now: i64) -> Result<Held> {
        let HeldScope { account, conversation } = scope;
        let mut released = Held::default();
        let sql = format!("UPDATE calls SET held = NULL, by_hand = 0, due_at = ?3, at = ?3 WHERE {IN_SCOPE}");
        released.calls = count(self.db.prepare_cached(&sql)?.execute(params![account, conversation, now])?);
        let sql = format!("UPDATE events SET held = NULL, at = ?3 WHERE {IN_SCOPE}");
        released.replies =
            count(self.db.prepare_cached(&sql)?.execute(params![account, conversation, now])?);
        self.db
            .prepare_cached(
                "UPDATE deliveries SET problem = NULL WHERE state = 'pending' AND problem ->> '$.code' = ?3
                 AND (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR conversation = ?2)",
            )?
            .execute(params![account, conversation, code])?;
        Ok(released)
    }

    /// Takes the held calls of a scope out of the queue, as ones that are under way and whose answer nobody will hear: they
    /// may have been sent. Who calls this tells the plugin so, now or at the next start.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn drop_held_calls(&self, scope: &HeldScope) -> Result<Vec<CallRow>> {
        let sql = format!(
            "UPDATE calls SET state = 'sending', attempt = max(attempt, 1), began_at = max(began_at, held), held = NULL
             WHERE {IN_SCOPE}
             RETURNING seq, account, conversation, id, request, state, attempt, due_at, began_at, problem, at"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params![scope.account, scope.conversation], crate::outbox::from_row)?;
        let mut rows: Vec<CallRow> = rows.collect::<rusqlite::Result<_>>()?;
        rows.sort_by_key(|row| row.seq);
        Ok(rows)
    }
}

fn held_from(row: &Row, first: usize) -> rusqlite::Result<Held> {
    Ok(Held { calls: row.get(first)?, replies: row.get(first + 1)?, taken_at: row.get(first + 2)? })
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
