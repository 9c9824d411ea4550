//! Files of customers: what is to be fetched, what was kept, and why the rest was not.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::accounts::json_column;
use crate::changes::Change;
use crate::{Result, Tx};

/// A file that a customer sent, or their picture.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaRow {
    /// The desk's id.
    pub id: i64,
    /// The account it came to.
    pub account: String,
    /// The action it is a part of.
    pub action: Option<i64>,
    /// Which part of the action.
    pub part: i64,
    /// Else the contact whose picture it is.
    pub contact: Option<i64>,
    /// `image`, `video`, `audio`, `file`.
    pub kind: String,
    /// Where it was.
    pub url: String,
    /// ms; until when it is there, if that is known.
    pub url_until: Option<i64>,
    /// `waiting`, `kept`, `failed`.
    pub state: String,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// As it is shown; with `kept` a clean one.
    pub name: Option<String>,
    /// With `kept`: the SHA-256 of its bytes, hex.
    pub sha256: Option<String>,
    /// With `kept`: by its bytes.
    pub media_type: Option<String>,
    /// With `kept`: bytes.
    pub size: Option<i64>,
    /// JSON: why it was not kept, or not yet.
    pub problem: Option<Value>,
}

/// A file to be fetched.
#[derive(Debug, Clone, Default)]
pub struct NewMedia {
    /// See [`MediaRow`].
    pub account: String,
    /// See [`MediaRow`].
    pub action: Option<i64>,
    /// See [`MediaRow`].
    pub part: i64,
    /// See [`MediaRow`].
    pub contact: Option<i64>,
    /// See [`MediaRow`].
    pub kind: &'static str,
    /// See [`MediaRow`].
    pub url: String,
    /// See [`MediaRow`].
    pub url_until: Option<i64>,
    /// See [`MediaRow`].
    pub name: Option<String>,
    /// ms.
    pub at: i64,
}

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub struct KeptMedia {
    /// See [`MediaRow`].
    pub sha256: String,
    /// See [`MediaRow`].
    pub size: i64,
    /// See [`MediaRow`].
    pub name: String,
    /// See [`MediaRow`].
    pub media_type: String,
}

const COLUMNS: &str = "id, account, action, part, contact, kind, url, url_until, state, attempts, name, sha256, \
                       media_type, size, problem";

fn from_row(row: &Row) -> rusqlite::Result<MediaRow> {
    Ok(MediaRow {
        id: row.get(0)?,
        account: row.get(1)?,
        action: row.get(2)?,
        part: row.get(3)?,
        contact: row.get(4)?,
        kind: row.get(5)?,
        url: row.get(6)?,
        url_until: row.get(7)?,
        state: row.get(8)?,
        attempts: row.get(9)?,
        name: row.get(10)?,
        sha256: row.get(11)?,
        media_type: row.get(12)?,
        size: row.get(13)?,
        problem: json_column(row, 14)?,
    })
}

impl Tx<'_> {
    /// Asks for a file; one that was asked for before changes nothing.
    ///
    /// # Errors
    /// The account, action or contact does not exist.
    pub fn want_media(&self, new: &NewMedia) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO media (account, action, part, contact, kind, url, url_until, name, due_at, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                new.account,
                new.action,
                new.part,
                new.contact,
                new.kind,
                new.url,
                new.url_until,
                new.name,
                new.at
            ])?;
        Ok(())
    }

    /// Files that may be fetched now, those first whose link dies first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn due_media(&self, now: i64, most: i64) -> Result<Vec<MediaRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM media WHERE state = 'waiting' AND due_at <= ?1
             ORDER BY url_until IS NULL, url_until, id LIMIT ?2"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([now, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A file, by its id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn media(&self, id: i64) -> Result<Option<MediaRow>> {
        let sql = format!("SELECT {COLUMNS} FROM media WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// The files of an action, by its parts.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn media_of_action(&self, action: i64) -> Result<Vec<MediaRow>> {
        let sql = format!("SELECT {COLUMNS} FROM media WHERE action = ?1 ORDER BY part");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([action], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The contact's picture behind this link.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn media_of_contact(&self, contact: i64, url: &str) -> Result<Option<MediaRow>> {
        let sql = format!("SELECT {COLUMNS} FROM media WHERE contact = ?1 AND url = ?2");
        Ok(self.db.prepare_cached(&sql)?.query_row(params![contact, url], from_row).optional()?)
    }

    /// Forgets the contact's pictures but the one behind this link.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget_pictures(&self, contact: i64, but: &str) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM media WHERE contact = ?1 AND url <> ?2")?
            .execute(params![contact, but])?;
        Ok(())
    }

    /// It is kept; `false` if nobody wants it any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep_media(&self, id: i64, kept: &KeptMedia) -> Result<bool> {
        let whose = self
            .db
            .prepare_cached(
                "UPDATE media SET state = 'kept', problem = NULL, sha256 = ?2, size = ?3, name = ?4, media_type = ?5
                 WHERE id = ?1 AND state = 'waiting' RETURNING action, contact",
            )?
            .query_row(params![id, kept.sha256, kept.size, kept.name, kept.media_type], whose)
            .optional()?;
        self.changed_medium(whose)?;
        Ok(whose.is_some())
    }

    /// It could not be fetched: it is tried again at `due_at`, or without one never.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn fail_media(&self, id: i64, problem: &Value, due_at: Option<i64>) -> Result<()> {
        let whose = self
            .db
            .prepare_cached(
                "UPDATE media SET attempts = attempts + 1, problem = ?2, due_at = coalesce(?3, due_at),
                     state = iif(?3 IS NULL, 'failed', 'waiting')
                 WHERE id = ?1 AND state = 'waiting' RETURNING action, contact",
            )?
            .query_row(params![id, problem.to_string(), due_at], whose)
            .optional()?;
        self.changed_medium(whose)
    }

    fn changed_medium(&self, whose: Option<(Option<i64>, Option<i64>)>) -> Result<()> {
        match whose {
            Some((Some(action), _)) => self.changed_action(action)?,
            Some((None, Some(contact))) => self.changed(Change::Contact(contact)),
            Some((None, None)) | None => {}
        }
        Ok(())
    }
}

/// The action or the contact whose file it is.
fn whose(row: &Row) -> rusqlite::Result<(Option<i64>, Option<i64>)> {
    Ok((row.get(0)?, row.get(1)?))
}
