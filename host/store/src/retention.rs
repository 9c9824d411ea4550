//! What has been kept long enough, and forgetting it. Found by readers, forgotten by the writer row by row, so that no
//! commit waits for a long search.

use rusqlite::params;

use crate::{Result, Tx};

/// From when on things are kept, ms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptFrom {
    /// Dedupe ids.
    pub handled: i64,
    /// Done calls, receipts whose message never came, the content of deleted tasks.
    pub rest: i64,
    /// Uploads that nobody used.
    pub uploads: i64,
    /// Files in customers' messages; `None`: for ever.
    pub media: Option<i64>,
}

/// Something that has been kept long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expired {
    /// A dedupe id.
    Handled {
        /// The account.
        account: String,
        /// Of the id, as it is kept.
        dedupe: Vec<u8>,
    },
    /// A done call that nobody can want to send again.
    Call(i64),
    /// Receipts that wait for a message.
    Receipts {
        /// The account.
        account: String,
        /// The messenger's id.
        message_id: String,
    },
    /// What a deleted task says, and its files.
    Task(i64),
    /// An upload that nothing carries.
    Upload(i64),
    /// A file in a customer's message.
    Media(i64),
}

/// A call that is done and that no part of a reply may be sent by again.
const CALL_IS_OVER: &str = "state = 'done' AND began_at < ?2 AND NOT EXISTS
    (SELECT 1 FROM deliveries d WHERE d.call = calls.seq AND d.state IN ('failed', 'unconfirmed'))";

/// A file that no action carries.
const UNUSED: &str = "action IS NULL";

/// Why a customer's file is not there any more.
const FORGOTTEN: &str = r#"{"code": "forgotten", "text": "it was kept as long as the desk's settings say"}"#;

impl Tx<'_> {
    /// What has been kept long enough, no more than `most` of each kind.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn expired(&self, kept: KeptFrom, most: i64) -> Result<Vec<Expired>> {
        let mut found = Vec::new();
        let mut handled =
            self.db.prepare_cached("SELECT account, dedupe FROM handled WHERE at < ?1 LIMIT ?2")?;
        for row in handled.query_map([kept.handled, most], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (account, dedupe) = row?;
            found.push(Expired::Handled { account, dedupe });
        }
        let sql = format!("SELECT seq FROM calls WHERE seq > ?1 AND {CALL_IS_OVER} LIMIT ?3");
        let mut calls = self.db.prepare_cached(&sql)?;
        for seq in calls.query_map([0, kept.rest, most], |row| row.get(0))? {
            found.push(Expired::Call(seq?));
        }
        let mut receipts = self
            .db
            .prepare_cached("SELECT DISTINCT account, message_id FROM receipts WHERE at < ?1 LIMIT ?2")?;
        for row in receipts.query_map([kept.rest, most], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (account, message_id) = row?;
            found.push(Expired::Receipts { account, message_id });
        }
        let mut tasks = self.db.prepare_cached(
            "SELECT id FROM tasks WHERE status = 'deleted' AND updated_at < ?1
             AND EXISTS (SELECT 1 FROM actions WHERE task = tasks.id) LIMIT ?2",
        )?;
        for id in tasks.query_map([kept.rest, most], |row| row.get(0))? {
            found.push(Expired::Task(id?));
        }
        let mut uploads =
            self.db.prepare_cached(&format!("SELECT id FROM files WHERE {UNUSED} AND at < ?1 LIMIT ?2"))?;
        for id in uploads.query_map([kept.uploads, most], |row| row.get(0))? {
            found.push(Expired::Upload(id?));
        }
        let mut media = self.db.prepare_cached(
            "SELECT id FROM media WHERE action IS NOT NULL AND state = 'kept' AND at < ?1 LIMIT ?2",
        )?;
        for id in media.query_map(params![kept.media, most], |row| row.get(0))? {
            found.push(Expired::Media(id?));
        }
        Ok(found)
    }

    /// Forgets what had expired, unless it has changed since.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget(&self, expired: &Expired, kept: KeptFrom) -> Result<()> {
        match expired {
            Expired::Handled { account, dedupe } => self
                .db
                .prepare_cached("DELETE FROM handled WHERE account = ?1 AND dedupe = ?2 AND at < ?3")?
                .execute(params![account, dedupe, kept.handled])?,
            Expired::Call(seq) => self
                .db
                .prepare_cached(&format!("DELETE FROM calls WHERE seq = ?1 AND {CALL_IS_OVER}"))?
                .execute([*seq, kept.rest])?,
            Expired::Receipts { account, message_id } => self
                .db
                .prepare_cached("DELETE FROM receipts WHERE account = ?1 AND message_id = ?2 AND at < ?3")?
                .execute(params![account, message_id, kept.rest])?,
            Expired::Task(id) => self
                .db
                .prepare_cached(
                    "DELETE FROM actions WHERE task IN
                     (SELECT id FROM tasks WHERE id = ?1 AND status = 'deleted' AND updated_at < ?2)",
                )?
                .execute([*id, kept.rest])?,
            Expired::Upload(id) => self
                .db
                .prepare_cached(&format!("DELETE FROM files WHERE id = ?1 AND {UNUSED} AND at < ?2"))?
                .execute([*id, kept.uploads])?,
            Expired::Media(id) => self
                .db
                .prepare_cached(
                    "UPDATE media SET state = 'failed', sha256 = NULL, size = NULL, problem = ?2
                     WHERE id = ?1 AND state = 'kept'",
                )?
                .execute(params![id, FORGOTTEN])?,
        };
        Ok(())
    }
}
