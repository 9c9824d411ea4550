//! The file, its one writer thread with group commit, and its readers. No table is named here.

use std::cell::RefCell;
use std::fs::File;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::changes::{Bell, Change, Changes};
use crate::faults::{crash_point, is_planted};
use crate::{Result, StoreError, WriterStats};

/// Most jobs that share one commit. A commit costs an `fdatasync`; sharing it is the whole speed of the store.
const JOBS_A_COMMIT_MAX: usize = 64;
/// Most jobs that wait for the writer; a writer further behind makes callers wait.
const JOBS_WAITING_MAX: usize = 4_096;
/// Idle readers that are kept open.
const READERS_KEPT_MAX: usize = 4;
/// Below this SQLite can lose committed pages when the WAL is reset (3.51.3's release notes).
const SQLITE_VERSION_MIN: i32 = 3_051_003;
/// How often the file is asked for: whoever asks whether it is in use has it for a moment.
const LOCK_TRIES: u32 = 3;
/// Between two of them.
const LOCK_PAUSE: Duration = Duration::from_millis(20);
/// What a planted fault leaves between its answer and the disk: time in which a kill is noticed.
const SLOW_DISK: Duration = Duration::from_millis(20);
/// The number of the newest migration.
pub(crate) const SCHEMA: i64 = 1;

/// A handle to the desk's file. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    jobs: mpsc::SyncSender<Box<dyn Job>>,
    readers: Mutex<Vec<Connection>>,
    path: std::path::PathBuf,
    stats: Arc<WriterStats>,
    bell: Bell,
    _lock: File,
}

/// A transaction: all that a closure sees of the database.
pub struct Tx<'a> {
    pub(crate) db: &'a Connection,
    /// What was changed so far.
    pub(crate) changes: RefCell<Vec<Change>>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a Connection) -> Self {
        Self { db, changes: RefCell::default() }
    }
}

impl Store {
    /// Opens the file, makes it if it is not there, and starts the writer.
    ///
    /// # Errors
    /// The file cannot be opened, is in use, was written by a newer version, or SQLite would not be durable.
    pub fn open(path: &Path) -> Result<Self> {
        let lock = lock(path)?;
        make_private(path)?;
        let db = Connection::open(path).map_err(|e| open_error(path, &e))?;
        make_durable(&db)?;
        migrate(&db)?;
        let (jobs, queue) = mpsc::sync_channel(JOBS_WAITING_MAX);
        let stats = Arc::new(WriterStats::default());
        let (measured, bell) = (stats.clone(), Bell::new());
        let rung = bell.clone();
        std::thread::Builder::new()
            .name("desk-writer".into())
            .spawn(move || write_loop(&db, &queue, &measured, &rung))
            .map_err(|e| open_error(path, &e))?;
        let inner =
            Inner { jobs, readers: Mutex::default(), path: path.to_owned(), stats, bell, _lock: lock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs `work` in a transaction. The answer comes after the commit is on disk; on an error nothing is kept.
    /// Closures run one after another, in the order of the calls.
    ///
    /// # Errors
    /// What `work` returned, or that the commit failed.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(WriteJob { work: Some(work), result: None, reply: Some(reply) });
        let jobs = self.inner.jobs.clone();
        match jobs.try_send(job) {
            Ok(()) => {}
            Err(mpsc::TrySendError::Full(job)) => tokio::task::spawn_blocking(move || jobs.send(job))
                .await
                .map_err(|_| StoreError::Panicked)?
                .map_err(|_| StoreError::Closed)?,
            Err(mpsc::TrySendError::Disconnected(_)) => return Err(StoreError::Closed),
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `look` on a snapshot. It cannot change anything.
    ///
    /// # Errors
    /// What `look` returned.
    pub async fn read<T, F>(&self, look: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_now(look)).await.map_err(|_| StoreError::Panicked)?
    }

    /// As [`Store::read`], on this thread.
    ///
    /// # Errors
    /// What `look` returned.
    pub fn read_now<T>(&self, look: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        let kept = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match kept {
            Some(db) => db,
            None => self.reader()?,
        };
        db.execute_batch("BEGIN")?;
        let result = look(&Tx::new(&db));
        db.execute_batch("COMMIT")?;
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_KEPT_MAX {
            readers.push(db);
        }
        result
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Word of what is changed from now on, after it is on disk.
    #[must_use]
    pub fn changes(&self) -> Changes {
        self.inner.bell.listen()
    }

    /// What the writer has done since the start.
    #[must_use]
    pub fn stats(&self) -> &WriterStats {
        &self.inner.stats
    }

    /// Moves what is in the write-ahead log into the file, so that the file alone is whole. Before a stop: nothing depends
    /// on it, and the next start has less to do.
    ///
    /// Says whether the log is empty now: somebody who reads an older state, as a backup does, keeps it.
    ///
    /// # Errors
    /// SQLite refused.
    pub async fn checkpoint(&self) -> Result<bool> {
        let path = self.inner.path.clone();
        let run = move || -> Result<bool> {
            let db = Connection::open(path)?;
            db.busy_timeout(Duration::from_secs(5))?;
            let is_kept: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            Ok(!is_kept)
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| StoreError::Panicked)?
    }

    fn reader(&self) -> Result<Connection> {
        let db = Connection::open_with_flags(
            &self.inner.path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        db.busy_timeout(Duration::from_secs(5))?;
        Ok(db)
    }
}

/// SQLite's own version, for `desk doctor` and the start's log line.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

pub(crate) fn open_error(path: &Path, reason: &dyn std::fmt::Display) -> StoreError {
    StoreError::Open { path: path.display().to_string(), reason: reason.to_string() }
}

/// A new file is its owner's alone; SQLite gives the files beside it the same rights.
fn make_private(path: &Path) -> Result<()> {
    let made = File::options().append(true).create(true).mode(0o600).open(path);
    made.map(drop).map_err(|e| open_error(path, &e))
}

/// Whether SQLite's version keeps what was committed.
#[must_use]
pub fn is_durable_version() -> bool {
    rusqlite::version_number() >= SQLITE_VERSION_MIN
}

/// Whether a process has the desk's file.
#[must_use]
pub fn is_in_use(path: &Path) -> bool {
    // Shared, and for a moment only: a desk that starts just then tries again.
    let file = File::open(path.with_extension("lock"));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock)))
}

/// One process a file: two writers with two ideas of what was sent would send twice.
fn lock(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        // What customers write is nobody else's on this machine.
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|e| open_error(path, &e))?;
    }
    let lock_path = path.with_extension("lock");
    let file = File::create(&lock_path).map_err(|e| open_error(&lock_path, &e))?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(std::fs::TryLockError::Error(e)) => return Err(open_error(&lock_path, &e)),
        }
    }
    Err(StoreError::InUse(path.display().to_string()))
}

/// Sets what durability rests on, and reads it back: a build of SQLite may ignore a pragma without a word.
fn make_durable(db: &Connection) -> Result<()> {
    if !is_durable_version() {
        return Err(StoreError::Unsafe {
            what: "version",
            has: rusqlite::version().into(),
            needs: "3.51.3 or later",
        });
    }
    db.busy_timeout(Duration::from_secs(5))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    let (word, number) = if is_planted("synchronous-normal") { ("NORMAL", 1) } else { ("FULL", 2) };
    db.pragma_update(None, "synchronous", word)?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    // What is erased is overwritten, and not only left out; what a stop left in the log goes out of it.
    db.pragma_update(None, "secure_delete", "ON")?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unsafe { what: "journal_mode", has: mode, needs: "wal" });
    }
    let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous != number {
        return Err(StoreError::Unsafe {
            what: "synchronous",
            has: synchronous.to_string(),
            needs: "2 (FULL)",
        });
    }
    Ok(())
}

fn migrate(db: &Connection) -> Result<()> {
    let has: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if has > SCHEMA {
        return Err(StoreError::Newer { has, knows: SCHEMA });
    }
    if has == 0 {
        let script = format!("BEGIN;{}PRAGMA user_version = 1;COMMIT;", include_str!("schema.sql"));
        db.execute_batch(&script)?;
    }
    Ok(())
}

/// A closure on its way through the writer: run inside the commit, answered after it.
trait Job: Send {
    fn run(&mut self, tx: &Tx) -> bool;
    fn answer(self: Box<Self>, committed: bool);
}

struct WriteJob<T, F> {
    work: Option<F>,
    result: Option<Result<T>>,
    reply: Option<oneshot::Sender<Result<T>>>,
}

impl<T, F> Job for WriteJob<T, F>
where
    T: Send,
    F: FnOnce(&Tx) -> Result<T> + Send,
{
    fn run(&mut self, tx: &Tx) -> bool {
        let Some(work) = self.work.take() else { return false };
        // A panic in one closure must not take the others' commit, or the writer, with it.
        let result = catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or(Err(StoreError::Panicked));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(mut self: Box<Self>, committed: bool) {
        let result = match self.result.take() {
            Some(Ok(_)) | None if !committed => Err(StoreError::NotCommitted),
            Some(result) => result,
            None => Err(StoreError::Closed),
        };
        if let Some(reply) = self.reply.take() {
            // Nobody waits any more: the work is done all the same.
            let _ = reply.send(result);
        }
    }
}

/// Gathers what waits, runs each job in a savepoint of its own, commits once, then answers all.
fn write_loop(db: &Connection, queue: &mpsc::Receiver<Box<dyn Job>>, stats: &WriterStats, bell: &Bell) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        while jobs.len() < JOBS_A_COMMIT_MAX {
            let Ok(job) = queue.try_recv() else { break };
            jobs.push(job);
        }
        let began = Instant::now();
        let ran = run(db, &mut jobs);
        if is_planted("ack-before-commit") {
            jobs.drain(..).for_each(|job| job.answer(true));
            std::thread::sleep(SLOW_DISK);
        }
        crash_point("before-commit");
        let committed = ran.and_then(|changes| db.execute_batch("COMMIT").map(|()| changes));
        crash_point("after-commit");
        stats.commits.add(began.elapsed());
        stats.jobs.fetch_add(jobs.len() as u64, Ordering::Relaxed);
        if let Err(error) = &committed {
            tracing::error!(%error, jobs = jobs.len(), "commit was refused; nothing of it is kept");
            stats.refused.fetch_add(1, Ordering::Relaxed);
            // Harmless if there is no transaction left to roll back.
            let _ = db.execute_batch("ROLLBACK");
        }
        let is_kept = committed.is_ok();
        bell.ring(committed.unwrap_or_default());
        for job in jobs {
            job.answer(is_kept);
        }
    }
}

/// All but the commit; says what was changed.
fn run(db: &Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<Vec<Change>> {
    let mut changes = Vec::new();
    db.execute_batch("BEGIN IMMEDIATE")?;
    for job in jobs {
        db.execute_batch("SAVEPOINT job")?;
        let tx = Tx::new(db);
        if job.run(&tx) {
            changes.append(&mut tx.changes.borrow_mut());
        } else {
            db.execute_batch("ROLLBACK TO job")?;
        }
        db.execute_batch("RELEASE job")?;
    }
    Ok(changes)
}
