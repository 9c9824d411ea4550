//! Files that operators send: uploads, what answers carry, and what was taken back. Not here: their
//! bytes, which the host keeps by their hash, nor who may read them.

use rusqlite::{OptionalExtension, Row, params};

use crate::faults::is_planted;
use crate::{Result, Tx};

/// An upload, or the file of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The desk's id.
    pub id: i64,
    /// The action that carries it.
    pub action: Option<i64>,
    /// Which part of the action.
    pub part: i64,
    /// With an action: what its links name.
    pub link_id: Option<String>,
    /// Clean, with the real extension.
    pub name: String,
    /// By its bytes.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// The SHA-256 of its bytes, hex.
    pub sha256: String,
    /// ms; since when nobody may read it.
    pub revoked_at: Option<i64>,
}

/// A file that was uploaded.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// See [`FileRow`].
    pub name: String,
    /// See [`FileRow`].
    pub media_type: String,
    /// See [`FileRow`].
    pub size: i64,
    /// See [`FileRow`].
    pub sha256: String,
    /// ms.
    pub at: i64,
}

const COLUMNS: &str = "id, action, part, link_id, name, media_type, size, sha256, revoked_at";

fn from_row(row: &Row) -> rusqlite::Result<FileRow> {
    Ok(FileRow {
        id: row.get(0)?,
        action: row.get(1)?,
        part: row.get(2)?,
        link_id: row.get(3)?,
        name: row.get(4)?,
        media_type: row.get(5)?,
        size: row.get(6)?,
        sha256: row.get(7)?,
        revoked_at: row.get(8)?,
    })
}

impl Tx<'_> {
    /// Keeps an upload; says its id.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add_upload(&self, new: &NewFile) -> Result<i64> {
        Ok(self
            .db
            .prepare_cached(
                "INSERT INTO files (name, media_type, size, sha256, at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
            )?
            .query_row(params![new.name, new.media_type, new.size, new.sha256, new.at], |row| row.get(0))?)
    }

    /// An upload that is not forgotten yet: what an action may carry.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn upload(&self, id: i64) -> Result<Option<FileRow>> {
        let sql = format!("SELECT {COLUMNS} FROM files WHERE id = ?1 AND action IS NULL");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// Gives the action a file of its own, as its part. `link_id` is what links name it by, and MUST NOT be guessable.
    ///
    /// # Errors
    /// The action does not exist, or has that part or link already.
    pub fn attach_to_action(
        &self,
        file: &FileRow,
        action: i64,
        part: i64,
        link_id: &str,
        at: i64,
    ) -> Result<()> {
        let FileRow { name, media_type, size, sha256, .. } = file;
        self.db
            .prepare_cached(
                "INSERT INTO files (action, part, link_id, name, media_type, size, sha256, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![action, part, link_id, name, media_type, size, sha256, at])?;
        Ok(())
    }

    /// The files of an action, by its parts.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn files_of_action(&self, action: i64) -> Result<Vec<FileRow>> {
        let sql = format!("SELECT {COLUMNS} FROM files WHERE action = ?1 ORDER BY part");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([action], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The file that links name so, unless it was taken back.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn linked_file(&self, link_id: &str) -> Result<Option<FileRow>> {
        let sql = format!("SELECT {COLUMNS} FROM files WHERE link_id = ?1");
        let row = self.db.prepare_cached(&sql)?.query_row([link_id], from_row).optional()?;
        Ok(row.filter(|row| row.revoked_at.is_none() || is_planted("revoked-served")))
    }

    /// Takes a file of an action back: no link reads it any more. Once more changes nothing; `false` if the action has no
    /// file as this part.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn revoke_file(&self, action: i64, part: i64, at: i64) -> Result<bool> {
        let revoked = self
            .db
            .prepare_cached(
                "UPDATE files SET revoked_at = coalesce(revoked_at, ?3) WHERE action = ?1 AND part = ?2",
            )?
            .execute([action, part, at])?;
        Ok(revoked > 0)
    }

    /// Whether the bytes with this SHA-256 (hex) still belong to something: a customer's file, an upload, a file of an
    /// action. One that was taken back needs none.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_blob_used(&self, sha256: &str) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = ?1)
                     OR EXISTS (SELECT 1 FROM files WHERE sha256 = ?1 AND revoked_at IS NULL)",
            )?
            .query_row([sha256], |row| row.get(0))?)
    }

    /// The SHA-256 of every blob that still belongs to something, in order, from after this one on.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn used_blobs(&self, after: &str, most: i64) -> Result<Vec<String>> {
        let mut statement = self.db.prepare_cached(
            "SELECT sha256 FROM media WHERE sha256 > ?1
             UNION SELECT sha256 FROM files WHERE sha256 > ?1 AND revoked_at IS NULL ORDER BY 1 LIMIT ?2",
        )?;
        let rows = statement.query_map(params![after, most], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
