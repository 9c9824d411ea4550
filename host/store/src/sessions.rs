//! Browsers that are logged in, and how far each employee has read. Not here: cookies, of which only hashes come this far.

use rusqlite::{OptionalExtension, params};

use crate::{Result, TokenRow, Tx};

impl Tx<'_> {
    /// Keeps a session by its cookie's hash, and forgets those that have ended.
    ///
    /// # Errors
    /// The token does not exist.
    pub fn add_session(&self, hash: &str, token: &str, until: i64, now: i64) -> Result<()> {
        self.db.prepare_cached("DELETE FROM sessions WHERE until <= ?1")?.execute([now])?;
        self.db
            .prepare_cached("INSERT INTO sessions (hash, token, until) VALUES (?1, ?2, ?3)")?
            .execute(params![hash, token, until])?;
        Ok(())
    }

    /// The token that the session was opened with, if it has not ended by `now`, ms.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn session(&self, hash: &str, now: i64) -> Result<Option<TokenRow>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT t.name, t.scope, t.employee FROM sessions s JOIN tokens t ON t.hash = s.token
                 WHERE s.hash = ?1 AND s.until > ?2 AND coalesce(t.expires_at > ?2, 1)",
            )?
            .query_row(params![hash, now], |row| {
                Ok(TokenRow { name: row.get(0)?, scope: row.get(1)?, employee: row.get(2)? })
            })
            .optional()?)
    }

    /// Ends a session; one that is not there is ended.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_session(&self, hash: &str) -> Result<()> {
        self.db.prepare_cached("DELETE FROM sessions WHERE hash = ?1")?.execute([hash])?;
        Ok(())
    }

    /// The newest action of the task, if the employee has not read up to it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unread_action(&self, employee: i64, task: i64) -> Result<Option<i64>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT max(a.id) FROM actions a WHERE a.task = ?2
                 HAVING max(a.id) > coalesce((SELECT action FROM visits WHERE employee = ?1 AND task = ?2), 0)",
            )?
            .query_row([employee, task], |row| row.get(0))
            .optional()?)
    }

    /// Whether the customer wrote something in the task that the employee has not read.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_unread(&self, employee: i64, task: i64) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT coalesce((SELECT id FROM actions WHERE task = ?2 AND author_kind = 'contact' ORDER BY id DESC LIMIT 1), 0)
                   > coalesce((SELECT action FROM visits WHERE employee = ?1 AND task = ?2), 0)",
            )?
            .query_row([employee, task], |row| row.get(0))?)
    }

    /// The employee has read the task up to this action.
    ///
    /// # Errors
    /// The employee or the task does not exist.
    pub fn visit(&self, employee: i64, task: i64, action: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO visits (employee, task, action) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET action = max(action, ?3)",
            )?
            .execute([employee, task, action])?;
        Ok(())
    }
}
