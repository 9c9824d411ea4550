//! Accounts. Not here: their secrets, which are in `secrets`.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::changes::Change;
use crate::error::place;
use crate::{Result, Tx};

/// A connection of the helpdesk to a messenger.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRow {
    /// The desk's id, in its URLs.
    pub id: String,
    /// The plugin's `manifest.id`.
    pub channel: String,
    /// As people call it.
    pub name: String,
    /// A JSON object without the secret settings.
    pub settings: Value,
    /// `pending`, `connected`, `failed`, `disconnected`.
    pub health: String,
    /// The contract's problem, with `failed`.
    pub problem: Option<Value>,
    /// The contract's profile.
    pub profile: Option<Value>,
    /// The employee who configured it.
    pub configured_by: Option<i64>,
    /// When it was made, ms.
    pub created_at: i64,
}

/// What an account starts with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// See [`AccountRow`].
    pub id: String,
    /// See [`AccountRow`].
    pub channel: String,
    /// See [`AccountRow`].
    pub name: String,
    /// Without the secret ones.
    pub settings: Value,
    /// See [`AccountRow`].
    pub configured_by: Option<i64>,
    /// ms.
    pub at: i64,
}

const COLUMNS: &str = "id, channel, name, settings, health, problem, profile, configured_by, created_at";

fn from_row(row: &Row) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        id: row.get(0)?,
        channel: row.get(1)?,
        name: row.get(2)?,
        settings: json_column(row, 3)?.unwrap_or_default(),
        health: row.get(4)?,
        problem: json_column(row, 5)?,
        profile: json_column(row, 6)?,
        configured_by: row.get(7)?,
        created_at: row.get(8)?,
    })
}

/// A JSON column; NULL is `None`, and damage is an error that names the column.
pub(crate) fn json_column(row: &Row, index: usize) -> rusqlite::Result<Option<Value>> {
    let Some(text) = row.get::<_, Option<String>>(index)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        let fault = format!("no JSON {}", place(&error)).into();
        rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, fault)
    })
}

impl Tx<'_> {
    /// Makes an account, without secrets.
    ///
    /// # Errors
    /// The id is taken.
    pub fn add_account(&self, new: &NewAccount) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO accounts (id, channel, name, settings, configured_by, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                new.id,
                new.channel,
                new.name,
                new.settings.to_string(),
                new.configured_by,
                new.at
            ])?;
        Ok(())
    }

    /// The account, if there is one.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn account(&self, id: &str) -> Result<Option<AccountRow>> {
        let sql = format!("SELECT {COLUMNS} FROM accounts WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// Every account, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn accounts(&self) -> Result<Vec<AccountRow>> {
        let sql = format!("SELECT {COLUMNS} FROM accounts ORDER BY created_at, id");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Replaces name and settings.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_account_settings(&self, id: &str, name: &str, settings: &Value) -> Result<()> {
        self.db
            .prepare_cached("UPDATE accounts SET name = ?2, settings = ?3 WHERE id = ?1")?
            .execute(params![id, name, settings.to_string()])?;
        self.changed(Change::Account(id.to_owned()));
        Ok(())
    }

    /// Sets the health; a profile of `None` leaves the one that is there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_account_health(
        &self,
        id: &str,
        health: &str,
        problem: Option<&Value>,
        profile: Option<&Value>,
    ) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE accounts SET health = ?2, problem = ?3, profile = coalesce(?4, profile) WHERE id = ?1",
            )?
            .execute(params![id, health, problem.map(Value::to_string), profile.map(Value::to_string)])?;
        self.changed(Change::Account(id.to_owned()));
        Ok(())
    }

    /// Removes the account and everything that was kept under it.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_account(&self, id: &str) -> Result<()> {
        self.db.prepare_cached("DELETE FROM actions WHERE account = ?1")?.execute([id])?;
        self.db.prepare_cached("DELETE FROM handled WHERE account = ?1")?.execute([id])?;
        self.db.prepare_cached("DELETE FROM accounts WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Lets no call of the account leave before `until`, ms.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn pause_account(&self, account: &str, until: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE accounts SET paused_until = ?2 WHERE id = ?1")?
            .execute(params![account, until])?;
        Ok(())
    }
}
