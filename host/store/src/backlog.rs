//! What waits and for how long, for metrics and `desk doctor`. Not here: sums that must hold (`counts`).

use crate::outbox::ANSWER_IS_OPEN;
use crate::{Held, Result, Tx};

/// What waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// When the oldest event that waits for the plugin was queued, ms; not of those that are held.
    pub oldest_event_at: Option<i64>,
    /// When the oldest waiting call was queued, ms; not of those that are held.
    pub oldest_waiting_at: Option<i64>,
    /// When the longest attempt that is under way began, ms; not of one whose answer waits for the plugin.
    pub oldest_sending_at: Option<i64>,
    /// Accounts that are paused.
    pub paused_accounts: i64,
    /// Conversations that are paused.
    pub paused_conversations: i64,
    /// Events that the plugin broke down over and that are tried again.
    pub failing_events: i64,
    /// What is held since a backup was restored.
    pub held: Held,
    /// Parked events by why, most first.
    pub parked: Vec<ParkedReason>,
}

/// Parked events that have kind and reason in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedReason {
    /// As [`crate::ParkedRow::kind`].
    pub kind: String,
    /// The problem's code.
    pub code: String,
    /// The problem's advice; of several, the newest's.
    pub advice: String,
    /// How many.
    pub count: i64,
    /// When the oldest was parked, ms.
    pub oldest_at: i64,
}

impl Tx<'_> {
    /// What waits at `now`, ms.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn backlog(&self, now: i64) -> Result<Backlog> {
        let sql = format!(
            "SELECT (SELECT min(at) FROM events WHERE held IS NULL),
                        (SELECT min(at) FROM calls WHERE state <> 'done' AND state = 'queued' AND held IS NULL),
                        (SELECT min(c.began_at) FROM calls c WHERE c.state = 'sending' AND {ANSWER_IS_OPEN}),
                        (SELECT count(*) FROM accounts WHERE paused_until > ?1),
                        (SELECT count(*) FROM conversations WHERE paused_until > ?1 AND paused_until > 0),
                        (SELECT count(*) FROM events WHERE problem IS NOT NULL)"
        );
        let mut backlog = self.db.prepare_cached(&sql)?.query_row([now], |row| {
            Ok(Backlog {
                oldest_event_at: row.get(0)?,
                oldest_waiting_at: row.get(1)?,
                oldest_sending_at: row.get(2)?,
                paused_accounts: row.get(3)?,
                paused_conversations: row.get(4)?,
                failing_events: row.get(5)?,
                held: Held::default(),
                parked: Vec::new(),
            })
        })?;
        backlog.held = self.held()?;
        backlog.parked = self.parked_reasons()?;
        Ok(backlog)
    }

    fn parked_reasons(&self) -> Result<Vec<ParkedReason>> {
        let mut statement = self.db.prepare_cached(
            "SELECT p.kind, g.code, coalesce(p.problem ->> '$.advice', ''), g.count, g.oldest
             FROM (SELECT coalesce(problem ->> '$.code', '') AS code, count(*) AS count, min(at) AS oldest,
                          max(id) AS newest
                   FROM parked GROUP BY kind, 1) g
             JOIN parked p ON p.id = g.newest ORDER BY g.count DESC, p.kind, g.code",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(ParkedReason {
                kind: row.get(0)?,
                code: row.get(1)?,
                advice: row.get(2)?,
                count: row.get(3)?,
                oldest_at: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
