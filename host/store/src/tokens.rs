//! API tokens. Not here: the tokens, of which only hashes come this far.

use rusqlite::{OptionalExtension, Row, params};

use crate::{Employee, Result, Tx};

/// What a token may do, and for whom.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRow {
    /// What it is for.
    pub name: String,
    /// `read`, `operate`, `admin`.
    pub scope: String,
    /// Who acts through it.
    pub employee: Option<i64>,
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptToken {
    /// The desk's id.
    pub id: i64,
    /// What it may do.
    pub token: TokenRow,
    /// ms.
    pub created_at: i64,
    /// From when on it counts no more, ms; `None`: never.
    pub expires_at: Option<i64>,
    /// The beginning of the day (UTC) on which it was last used, ms; `None`: it was not.
    pub used_on: Option<i64>,
}

impl KeptToken {
    /// Whether it still counts at `now`, ms.
    #[must_use]
    pub fn is_good(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }
}

const COLUMNS: &str = "id, name, scope, employee, created_at, expires_at, used_on";

fn from_row(row: &Row) -> rusqlite::Result<KeptToken> {
    Ok(KeptToken {
        id: row.get(0)?,
        token: TokenRow { name: row.get(1)?, scope: row.get(2)?, employee: row.get(3)? },
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
        used_on: row.get(6)?,
    })
}

impl Tx<'_> {
    /// Adds a token by its hash; says its id.
    ///
    /// # Errors
    /// The employee does not exist.
    pub fn add_token(&self, hash: &str, token: &TokenRow, at: i64, expires_at: Option<i64>) -> Result<i64> {
        Ok(self
            .db
            .prepare_cached(
                "INSERT INTO tokens (hash, name, scope, employee, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
            )?
            .query_row(params![hash, token.name, token.scope, token.employee, at, expires_at], |row| {
                row.get(0)
            })?)
    }

    /// The token with this hash, whether or not it has expired.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn token(&self, hash: &str) -> Result<Option<KeptToken>> {
        let sql = format!("SELECT {COLUMNS} FROM tokens WHERE hash = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([hash], from_row).optional()?)
    }

    /// Who acts through the token: its employee, else the owner.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn employee_of(&self, token: &TokenRow) -> Result<Option<Employee>> {
        token.employee.map_or_else(|| self.owner(), |id| self.employee(id))
    }

    /// Every token, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tokens(&self) -> Result<Vec<KeptToken>> {
        let sql = format!("SELECT {COLUMNS} FROM tokens ORDER BY id");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Notes that the token was used on this day; an earlier day changes nothing.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn note_token_use(&self, id: i64, day: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE tokens SET used_on = ?2 WHERE id = ?1 AND coalesce(used_on, -1) < ?2")?
            .execute([id, day])?;
        Ok(())
    }

    /// Removes a token: from now on it is nobody's. One that is not there is removed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_token(&self, id: i64) -> Result<()> {
        self.db.prepare_cached("DELETE FROM tokens WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Whether any token exists: no token, first start.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_tokens(&self) -> Result<bool> {
        Ok(self.db.prepare_cached("SELECT 1 FROM tokens LIMIT 1")?.exists([])?)
    }
}
