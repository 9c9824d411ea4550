//! Quick replies: canned answers as they were saved. What their placeholders mean is the caller's.

use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, Tx};

/// A canned answer.
#[derive(Debug, Clone, PartialEq)]
pub struct QuickReply {
    /// The desk's id.
    pub id: i64,
    /// What operators find it by.
    pub title: String,
    /// With placeholders.
    pub text: String,
}

fn from_row(row: &Row) -> rusqlite::Result<QuickReply> {
    Ok(QuickReply { id: row.get(0)?, title: row.get(1)?, text: row.get(2)? })
}

impl Tx<'_> {
    /// Adds a quick reply; says the id.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add_quick_reply(&self, title: &str, text: &str) -> Result<i64> {
        Ok(self
            .db
            .prepare_cached("INSERT INTO quick_replies (title, text) VALUES (?1, ?2) RETURNING id")?
            .query_row([title, text], |row| row.get(0))?)
    }

    /// The quick reply.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn quick_reply(&self, id: i64) -> Result<Option<QuickReply>> {
        Ok(self
            .db
            .prepare_cached("SELECT id, title, text FROM quick_replies WHERE id = ?1")?
            .query_row([id], from_row)
            .optional()?)
    }

    /// Every quick reply, by title.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn quick_replies(&self) -> Result<Vec<QuickReply>> {
        let mut statement =
            self.db.prepare_cached("SELECT id, title, text FROM quick_replies ORDER BY title, id")?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Replaces title and text.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_quick_reply(&self, reply: &QuickReply) -> Result<()> {
        self.db
            .prepare_cached("UPDATE quick_replies SET title = ?2, text = ?3 WHERE id = ?1")?
            .execute(params![reply.id, reply.title, reply.text])?;
        Ok(())
    }

    /// Removes it; `false` if there is none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_quick_reply(&self, id: i64) -> Result<bool> {
        Ok(self.db.prepare_cached("DELETE FROM quick_replies WHERE id = ?1")?.execute([id])? == 1)
    }
}
