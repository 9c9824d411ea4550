//! The file without the desk: to be looked at beside a running one, or without one. It cannot change anything.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::store::{SCHEMA, open_error};
use crate::{Result, StoreError, Tx};

/// How long a snapshot is waited for while the desk writes.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// A read-only view of a desk's file.
pub struct Look {
    db: Connection,
}

impl Look {
    /// Opens the file, whether or not a desk has it.
    ///
    /// # Errors
    /// There is no such file, it is no database, or it was written by a newer version.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(|error| open_error(path, &error))?;
        db.busy_timeout(BUSY_MAX)?;
        let has: i64 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|error| open_error(path, &error))?;
        match has {
            0 => Err(open_error(path, &"it is not a desk's file")),
            newer if newer > SCHEMA => Err(StoreError::Newer { has, knows: SCHEMA }),
            _ => Ok(Self { db }),
        }
    }

    /// Runs `look` on a snapshot.
    ///
    /// # Errors
    /// What `look` returned.
    pub fn read<T>(&self, look: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN")?;
        let result = look(&Tx::new(&self.db));
        self.db.execute_batch("COMMIT")?;
        result
    }

    /// Copies the file as it is at this moment into a new one, without what was deleted. The desk may write meanwhile; its
    /// log grows until the copy is done.
    ///
    /// # Errors
    /// The new file exists, or the disk refuses.
    pub fn copy_into(&self, new: &Path) -> Result<()> {
        let name = new.to_str().ok_or_else(|| open_error(new, &"its name is no text"))?;
        self.db.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    }

    /// What SQLite finds wrong with the file; nothing if it is sound.
    ///
    /// # Errors
    /// The file cannot be read at all.
    pub fn damage(&self) -> Result<Vec<String>> {
        self.check("PRAGMA quick_check(20)")
    }

    /// The same, with every index compared to its table.
    ///
    /// # Errors
    /// The file cannot be read at all.
    pub fn damage_anywhere(&self) -> Result<Vec<String>> {
        self.check("PRAGMA integrity_check(20)")
    }

    fn check(&self, pragma: &str) -> Result<Vec<String>> {
        let mut statement = self.db.prepare(pragma)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        let mut found: Vec<String> = rows.collect::<rusqlite::Result<_>>()?;
        found.retain(|line| line != "ok");
        Ok(found)
    }
}
