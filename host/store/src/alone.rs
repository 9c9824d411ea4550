//! A desk's file that no desk has: a copy that is made ready before one starts on it. Not here: the running store.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::store::{SCHEMA, open_error};
use crate::{Result, StoreError, Tx};

/// Runs `work` in a transaction on a file that no process has open. Afterwards there is nothing beside the file.
///
/// # Errors
/// It is no desk's file, or of another version; what `work` returned, and then nothing is changed.
pub fn change_alone<T>(path: &Path, work: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| open_error(path, &error))?;
    let has: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| open_error(path, &error))?;
    if has == 0 {
        return Err(open_error(path, &"it is not a desk's file"));
    }
    if has > SCHEMA {
        return Err(StoreError::Newer { has, knows: SCHEMA });
    }
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    // Closed without a commit, it is as it was.
    db.execute_batch("BEGIN IMMEDIATE")?;
    let done = work(&Tx::new(&db))?;
    db.execute_batch("COMMIT")?;
    Ok(done)
}
