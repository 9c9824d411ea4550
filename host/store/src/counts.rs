//! How much there is and was of what, and whether it adds up. Counted in the database, in the transactions that it is
//! about: after any stop the sums hold as before it.

use rusqlite::Connection;

use crate::faults::is_planted;
use crate::{Result, Tx};

/// How much there is of what, at one moment. What is *ever* is counted since the file was made, and never falls.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Ever: inbound things that the plugin read out of webhooks, repetitions included.
    pub received: i64,
    /// Ever: of these, those that had been handled before and changed nothing.
    pub repeated: i64,
    /// Ever: of these, those whose effects are on disk, and those that waited or were parked and were discarded, erased, or
    /// went with their account.
    pub done: i64,
    /// Of these, those that wait to be tried again.
    pub waiting_inbound: i64,
    /// Of these, those that are parked.
    pub parked_inbound: i64,
    /// Dedupe ids of inbound things that are remembered.
    pub handled: i64,
    /// Ever: dedupe ids that were forgotten, by age or with their account.
    pub forgotten: i64,
    /// Ever: events that were queued for the plugin.
    pub events_queued: i64,
    /// Ever: of these, those that left the queue.
    pub events_taken: i64,
    /// Events that wait for the plugin.
    pub events: i64,
    /// Ever: events of every kind that were parked.
    pub parked_added: i64,
    /// Ever: of these, those that are gone.
    pub parked_removed: i64,
    /// Events of every kind that are parked.
    pub parked: i64,
    /// Ever: calls that were queued.
    pub calls_queued: i64,
    /// Ever: of these, those that are gone, by age or with their account.
    pub calls_forgotten: i64,
    /// Calls that wait.
    pub calls_waiting: i64,
    /// Calls that are under way.
    pub calls_sending: i64,
    /// Calls that are not done.
    pub calls_open: i64,
    /// Calls that are done.
    pub calls_done: i64,
}

/// A sum that must hold at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The thing that is conserved.
    pub name: &'static str,
    /// The equation in words.
    pub rule: &'static str,
    /// Its left side.
    pub total: i64,
    /// Its right side.
    pub parts: i64,
}

impl Sum {
    /// Whether nothing was lost and nothing came from nowhere.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.total == self.parts
    }
}

impl Counts {
    /// Every sum (G10).
    #[must_use]
    pub fn sums(&self) -> [Sum; 5] {
        let sum = |name, rule, total, parts| Sum { name, rule, total, parts };
        [
            sum(
                "inbound",
                "received = done + waiting + parked + repeated",
                self.received,
                self.done + self.waiting_inbound + self.parked_inbound + self.repeated,
            ),
            sum(
                "dedupe ids",
                "received - repeated = remembered + forgotten",
                self.received - self.repeated,
                self.handled + self.forgotten,
            ),
            sum("events", "queued = taken + waiting", self.events_queued, self.events_taken + self.events),
            sum(
                "parked",
                "parked ever = gone + parked",
                self.parked_added,
                self.parked_removed + self.parked,
            ),
            sum(
                "outbox",
                "queued = waiting + sending + done + forgotten",
                self.calls_queued,
                self.calls_waiting + self.calls_sending + self.calls_done + self.calls_forgotten,
            ),
        ]
    }
}

/// Adds one to a counter.
pub(crate) fn count(db: &Connection, name: &str) -> Result<()> {
    db.prepare_cached("UPDATE counters SET value = value + 1 WHERE name = ?1")?.execute([name])?;
    Ok(())
}

impl Tx<'_> {
    /// Counts an inbound thing that was found to be handled before without being marked again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn count_repeated(&self) -> Result<()> {
        count(self.db, "received")?;
        count(self.db, "repeated")
    }

    /// Counts an inbound thing as done, in the transaction of its effects. One that comes from the queue is counted when it
    /// is taken off.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn count_done(&self) -> Result<()> {
        if is_planted("counter-not-written") {
            return Ok(());
        }
        count(self.db, "done")
    }

    /// How much there is of what.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn counts(&self) -> Result<Counts> {
        let ever = |name: &str| -> rusqlite::Result<i64> {
            let mut statement = self.db.prepare_cached("SELECT value FROM counters WHERE name = ?1")?;
            statement.query_row([name], |row| row.get(0))
        };
        let rows = |sql: &str| -> rusqlite::Result<i64> {
            self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))
        };
        let calls_waiting = rows("SELECT count(*) FROM calls WHERE state = 'queued'")?;
        let calls_sending = rows("SELECT count(*) FROM calls WHERE state = 'sending'")?;
        Ok(Counts {
            received: ever("received")?,
            repeated: ever("repeated")?,
            done: ever("done")? + ever("settled")? - ever("moved")?,
            waiting_inbound: rows("SELECT count(*) FROM events WHERE kind = 'inbound'")?,
            parked_inbound: rows("SELECT count(*) FROM parked WHERE kind IN ('inbound', 'unreadable')")?,
            handled: rows("SELECT count(*) FROM handled")?,
            forgotten: ever("forgotten")?,
            events_queued: ever("events_queued")?,
            events_taken: ever("events_taken")?,
            events: rows("SELECT count(*) FROM events")?,
            parked_added: ever("parked_added")?,
            parked_removed: ever("parked_removed")?,
            parked: rows("SELECT count(*) FROM parked")?,
            calls_queued: ever("calls_queued")?,
            calls_forgotten: ever("calls_forgotten")?,
            calls_waiting,
            calls_sending,
            calls_open: calls_waiting + calls_sending,
            calls_done: rows("SELECT count(*) FROM calls WHERE state = 'done'")?,
        })
    }
}
