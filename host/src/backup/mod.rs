//! A copy of a desk, and a desk from such a copy. Not here: what is held after a restore (`outbox::held`).
//!
//! A backup is a folder of its own: `desk.sqlite` as it was at one moment, `blobs/` with the files that its rows refer to,
//! and `backup.json`, which says that it is whole. While it is being made its name ends in `.unfinished`. The master key is
//! never in it: without the key nobody reads the secrets in it, and so the key has to be kept elsewhere.

mod restore;
mod take;

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use desk_store::Look;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use restore::{Restored, restore};
pub use take::take;

use crate::http::hex;

/// The database in a backup.
const DATABASE: &str = "desk.sqlite";
/// What says that a backup is whole: written last.
const MANIFEST: &str = "backup.json";
/// Files of a desk that are looked up at a time.
const FILES_STEP: i64 = 1_000;
/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this description: 1.
    pub format: u32,
    /// The desk's version.
    pub desk: String,
    /// ms; everything that was answered before is in it.
    pub taken_at: i64,
    /// Bytes of the database.
    pub database_bytes: u64,
    /// Of the database, hex.
    pub database_sha256: String,
    /// Files of customers and operators.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Files that the desk itself had not, or erased meanwhile, by their hash.
    pub missing: Vec<String>,
}

impl Manifest {
    /// Reads it from a backup's folder.
    ///
    /// # Errors
    /// There is none, so the backup is not whole; or a later desk wrote it.
    pub fn read(backup: &Path) -> anyhow::Result<Self> {
        let path = backup.join(MANIFEST);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{} has no {MANIFEST}: it is no backup, or one that was not finished", backup.display())
        })?;
        let manifest: Self = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        ensure!(manifest.format == 1, "{} is of a later desk: use that one", path.display());
        Ok(manifest)
    }
}

/// Says how far it has come.
pub type Say<'a> = &'a mut dyn FnMut(String);

/// A folder that is its owner's alone.
fn make_folder(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Copies a file, its owner's alone and on disk when this returns; says its hash and size.
fn copy(from: &Path, to: &Path) -> io::Result<(String, u64)> {
    let mut source = File::open(from)?;
    let mut target = File::options().write(true).create_new(true).mode(0o600).open(to)?;
    let hashed = pump(&mut source, &mut target)?;
    target.sync_all()?;
    Ok(hashed)
}

/// The hash and size of a file.
fn hash(path: &Path) -> io::Result<(String, u64)> {
    pump(&mut File::open(path)?, &mut io::sink())
}

fn pump(source: &mut File, target: &mut dyn io::Write) -> io::Result<(String, u64)> {
    let (mut sha256, mut size, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let read = source.read(&mut chunk)?;
        if read == 0 {
            return Ok((hex(&sha256.finalize()), size));
        }
        sha256.update(&chunk[..read]);
        target.write_all(&chunk[..read])?;
        size += read as u64;
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes names in a folder durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Calls `each` with every file that the rows refer to.
fn each_file(look: &Look, mut each: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let found = look.read(|tx| tx.used_blobs(&after, FILES_STEP))?;
        let Some(last) = found.last() else { return Ok(()) };
        after.clone_from(last);
        found.iter().try_for_each(|sha256| each(sha256))?;
    }
}

/// The whole of it: SQLite's own check, with every index.
fn ensure_sound(look: &Look, name: &Path) -> anyhow::Result<()> {
    let damage = look.damage_anywhere()?;
    ensure!(damage.is_empty(), "{} is damaged: {}", name.display(), damage.join("; "));
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
