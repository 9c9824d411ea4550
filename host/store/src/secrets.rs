//! Sealed secrets and the desk's own few values. Not here: cryptography; what is sealed is bytes that nobody here can read.

use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, Tx};

/// A secret setting of an account as the host sealed it.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedSecret {
    /// The account.
    pub account: String,
    /// The setting's name.
    pub name: String,
    /// The value that works.
    pub value: Vec<u8>,
    /// One that was entered later, until the messenger has accepted or refused it.
    pub candidate: Option<Vec<u8>>,
}

const COLUMNS: &str = "account, name, value, candidate";

fn from_row(row: &Row) -> rusqlite::Result<SealedSecret> {
    Ok(SealedSecret { account: row.get(0)?, name: row.get(1)?, value: row.get(2)?, candidate: row.get(3)? })
}

impl Tx<'_> {
    /// Keeps a secret in place of what was there under its account and name.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn put_secret(&self, secret: &SealedSecret) -> Result<()> {
        let sql = format!("INSERT OR REPLACE INTO secrets ({COLUMNS}) VALUES (?1, ?2, ?3, ?4)");
        let SealedSecret { account, name, value, candidate } = secret;
        self.db.prepare_cached(&sql)?.execute(params![account, name, value, candidate])?;
        Ok(())
    }

    /// Forgets the values of the account that were not accepted.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget_candidates(&self, account: &str) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE secrets SET candidate = NULL WHERE account = ?1 AND candidate IS NOT NULL",
            )?
            .execute([account])?;
        Ok(())
    }

    /// The account's secrets, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn secrets(&self, account: &str) -> Result<Vec<SealedSecret>> {
        let sql = format!("SELECT {COLUMNS} FROM secrets WHERE account = ?1 ORDER BY name");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([account], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every account's.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn all_secrets(&self) -> Result<Vec<SealedSecret>> {
        let sql = format!("SELECT {COLUMNS} FROM secrets ORDER BY account, name");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A value of the desk's own.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn meta(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Sets a value of the desk's own.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_meta(&self, name: &str, value: &str) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
            .execute([name, value])?;
        Ok(())
    }
}
