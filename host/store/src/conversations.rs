//! What the plugin remembers of each conversation, and what was handled. Not here: what it still has to be told (`events`).

use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::accounts::json_column;
use crate::counts::count;
use crate::faults::{self, is_planted};
use crate::{Result, StoreError, Tx};

/// A conversation's state, as the plugin last returned it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConversationRow {
    /// The plugin's own bytes; empty at first.
    pub state: Vec<u8>,
    /// 0 when there is no row yet.
    pub revision: i64,
    /// JSON list of the contract's facts.
    pub facts: Value,
}

/// A dedupe id as it is kept.
fn digest(dedupe: &str) -> [u8; 32] {
    Sha256::digest(dedupe.as_bytes()).into()
}

impl Tx<'_> {
    /// The conversation; an unknown one is empty.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn conversation(&self, account: &str, id: &str) -> Result<ConversationRow> {
        let row = self
            .db
            .prepare_cached(
                "SELECT state, revision, facts FROM conversations WHERE account = ?1 AND id = ?2",
            )?
            .query_row([account, id], |row| {
                let facts = json_column(row, 2)?.unwrap_or_default();
                Ok(ConversationRow { state: row.get(0)?, revision: row.get(1)?, facts })
            })
            .optional()?;
        Ok(row.unwrap_or_default())
    }

    /// Replaces the state that was read at `revision`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else replaced it since.
    pub fn set_conversation(
        &self,
        account: &str,
        id: &str,
        revision: i64,
        state: &[u8],
        facts: &Value,
    ) -> Result<()> {
        let changed = self
            .db
            .prepare_cached(
                "INSERT INTO conversations (account, id, state, revision, facts) VALUES (?1, ?2, ?3, ?4 + 1, ?5)
                 ON CONFLICT DO UPDATE SET state = ?3, revision = ?4 + 1, facts = ?5 WHERE revision = ?4",
            )?
            .execute(params![account, id, state, revision, facts.to_string()])?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Conflict("the conversation")) }
    }

    /// Lets no call of the conversation leave before `until`, ms.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn pause_conversation(&self, account: &str, id: &str, until: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE conversations SET paused_until = ?3 WHERE account = ?1 AND id = ?2")?
            .execute(params![account, id, until])?;
        Ok(())
    }

    /// Whether this was handled before.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_handled(&self, account: &str, dedupe: &str) -> Result<bool> {
        if is_planted("memory-dedupe") {
            return Ok(faults::is_remembered(account, dedupe));
        }
        Ok(self
            .db
            .prepare_cached("SELECT 1 FROM handled WHERE account = ?1 AND dedupe = ?2")?
            .exists(params![account, digest(dedupe)])?)
    }

    /// Remembers that this is handled now; `false` if it was before. It counts as received, and as repeated if it was.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn mark_handled(&self, account: &str, dedupe: &str, at: i64) -> Result<bool> {
        if is_planted("memory-dedupe") {
            return Ok(faults::remember(account, dedupe));
        }
        let added = self
            .db
            .prepare_cached("INSERT OR IGNORE INTO handled (account, dedupe, at) VALUES (?1, ?2, ?3)")?
            .execute(params![account, digest(dedupe), at])?;
        if added == 0 {
            self.count_repeated()?;
            return Ok(false);
        }
        count(self.db, "received")?;
        Ok(true)
    }
}
