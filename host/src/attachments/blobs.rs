//! Files on disk by what is in them: `<data>/blobs/ab/cdef…` is named by its SHA-256, so the same picture sent twice is one
//! file. Not here: names, types and who may read one; those are rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use desk_store::faults::crash_point;
use sha2::{Digest, Sha256};

/// The folder of files.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
    pins: Pins,
}

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Of its bytes, lower-case hex: what it is found by.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// How many are about to write a row that refers to a file, by its hash.
#[derive(Debug, Clone, Default)]
struct Pins(Arc<Mutex<BTreeMap<String, usize>>>);

/// Keeps a file from being deleted until the row that refers to it is on disk: to be held until then.
#[derive(Debug)]
pub struct Pin {
    pins: Pins,
    sha256: String,
}

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// More bytes came than may.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// The disk refused.
    #[error("the file could not be kept: {0}")]
    Disk(#[from] io::Error),
}

/// A file that is being written. Dropped before [`BlobWriter::finish`], it leaves nothing behind.
pub struct BlobWriter {
    file: File,
    /// `None` once it has its name.
    path: Option<PathBuf>,
    root: PathBuf,
    pins: Pins,
    hash: Sha256,
    size: u64,
    limit: u64,
}

impl Blobs {
    /// Opens the folder in the data folder and clears what a crash left half written. Only one desk may do so at a time:
    /// the store's lock is held before.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(data: &Path) -> io::Result<Self> {
        let root = data.join("blobs");
        let unfinished = root.join("new");
        std::fs::create_dir_all(&unfinished)?;
        for entry in std::fs::read_dir(&unfinished)? {
            std::fs::remove_file(entry?.path())?;
        }
        Ok(Self { root, pins: Pins::default() })
    }

    /// Begins a file of at most `limit` bytes.
    ///
    /// # Errors
    /// The disk refuses, or the system has no random numbers.
    pub fn begin(&self, limit: u64) -> io::Result<BlobWriter> {
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        let path = self.root.join("new").join(crate::http::hex(&name));
        let file = File::create_new(&path)?;
        let (root, pins) = (self.root.clone(), self.pins.clone());
        Ok(BlobWriter { file, path: Some(path), root, pins, hash: Sha256::new(), size: 0, limit })
    }

    /// The kept file.
    ///
    /// # Errors
    /// There is none with this hash, or the disk refuses.
    pub fn open_file(&self, sha256: &str) -> io::Result<File> {
        File::open(path_of(&self.root, sha256)?)
    }

    /// Deletes the file unless `is_used` says that a row refers to it, or somebody is about to write one. Says whether it is
    /// gone. Nobody keeps a file meanwhile, so it has to be quick; not for a thread that serves others.
    ///
    /// # Errors
    /// The disk refuses, or what `is_used` returned.
    pub fn delete_unless(
        &self,
        sha256: &str,
        is_used: impl FnOnce() -> io::Result<bool>,
    ) -> io::Result<bool> {
        let path = path_of(&self.root, sha256)?;
        let pinned = self.pins.lock();
        if pinned.contains_key(sha256) || is_used()? {
            return Ok(false);
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(true),
        }
    }

    /// The hashes of the kept files that begin with this byte.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn hashes(&self, first: u8) -> io::Result<Vec<String>> {
        let first = format!("{first:02x}");
        let entries = match std::fs::read_dir(self.root.join(&first)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let hashes = entries.map(|entry| Ok(format!("{first}{}", entry?.file_name().display())));
        // What has another name is nothing of the desk's.
        Ok(hashes.collect::<io::Result<Vec<_>>>()?.into_iter().filter(|hash| is_hash(hash)).collect())
    }
}

impl Pins {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pin(&self, sha256: &str) -> Pin {
        *self.lock().entry(sha256.to_owned()).or_default() += 1;
        Pin { pins: self.clone(), sha256: sha256.to_owned() }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pins = self.pins.lock();
        let left = pins.get(&self.sha256).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            pins.remove(&self.sha256);
        } else {
            pins.insert(self.sha256.clone(), left);
        }
    }
}

impl BlobWriter {
    /// Adds bytes.
    ///
    /// # Errors
    /// See [`BlobError`]; then the file can only be dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let size = self.size.saturating_add(bytes.len() as u64);
        if size > self.limit {
            return Err(BlobError::TooLarge(self.limit));
        }
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.size = size;
        Ok(())
    }

    /// Bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes it durable under its name: bytes first, then the name, then the folder that has the name. Waits for the disk:
    /// not for a thread that serves others. Whoever refers to it in a row holds the pin until that is written.
    ///
    /// # Errors
    /// The disk refuses; nothing stays.
    pub fn finish(mut self) -> Result<(Blob, Pin), BlobError> {
        let blob = Blob { sha256: crate::http::hex(&self.hash.clone().finalize()), size: self.size };
        let path = path_of(&self.root, &blob.sha256)?;
        let Some(folder) = path.parent() else { return Err(io::Error::other("no folder").into()) };
        self.file.sync_all()?;
        let pin = self.pins.pin(&blob.sha256);
        std::fs::create_dir_all(folder)?;
        if let Some(new) = &self.path {
            crash_point("before-blob-name");
            std::fs::rename(new, &path)?;
            crash_point("after-blob-name");
        }
        self.path = None;
        File::open(folder)?.sync_all()?;
        File::open(&self.root)?.sync_all()?;
        Ok((blob, pin))
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // What cannot be removed now is cleared at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Where the file with this hash stands in a data folder, or a backup of one.
///
/// # Errors
/// It is no hash.
pub fn blob_path(data: &Path, sha256: &str) -> io::Result<PathBuf> {
    path_of(&data.join("blobs"), sha256)
}

/// A hash is a name only if it is one: nothing else may become a path.
fn path_of(root: &Path, sha256: &str) -> io::Result<PathBuf> {
    if !is_hash(sha256) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the hash of a file"));
    }
    Ok(root.join(&sha256[..2]).join(&sha256[2..]))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn keep(blobs: &Blobs, bytes: &[u8], limit: u64) -> Result<Blob, BlobError> {
        let mut writer = blobs.begin(limit)?;
        bytes.chunks(3).try_for_each(|chunk| writer.write(chunk))?;
        Ok(writer.finish()?.0)
    }

    fn files(folder: &Path) -> usize {
        let entries =
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
    }

    /// G18.
    #[test]
    fn the_same_bytes_are_one_file() {
        let data = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::open(data.path()).expect("opens");
        let first = keep(&blobs, b"a picture", 100).expect("kept");
        assert_eq!(keep(&blobs, b"a picture", 100).expect("kept"), first);
        assert_eq!(first.size, 9);
        assert_eq!(files(data.path()), 1);
        let mut read = String::new();
        blobs.open_file(&first.sha256).expect("there").read_to_string(&mut read).expect("reads");
        assert_eq!(read, "a picture");
    }

    /// G18: the limit is on bytes that came, to the byte, and what is over it leaves nothing.
    #[test]
    fn what_is_too_large_or_not_ended_leaves_nothing() {
        let data = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::open(data.path()).expect("opens");
        assert!(matches!(keep(&blobs, b"0123456789", 9), Err(BlobError::TooLarge(9))));
        drop(blobs.begin(9).expect("begins"));
        assert_eq!(files(data.path()), 0);
        assert_eq!(keep(&blobs, b"0123456789", 10).expect("kept").size, 10);
        // A crash: the name of the unfinished file stays until the next start.
        let writer = blobs.begin(9).expect("begins");
        std::mem::forget(writer);
        assert_eq!(files(data.path()), 2);
        Blobs::open(data.path()).expect("opens");
        assert_eq!(files(data.path()), 1);
    }

    /// A file goes when nothing has it, and not while a row that will have it is on its way.
    #[test]
    fn a_file_that_is_being_kept_is_not_deleted() {
        let data = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::open(data.path()).expect("opens");
        let mut writer = blobs.begin(100).expect("begins");
        writer.write(b"a picture").expect("writes");
        let (blob, pin) = writer.finish().expect("kept");
        let delete = |is_used: bool| blobs.delete_unless(&blob.sha256, || Ok(is_used)).expect("looks");
        assert!(!delete(false), "its row is on its way");
        drop(pin);
        assert!(!delete(true), "a row has it");
        let first = u8::from_str_radix(&blob.sha256[..2], 16).expect("hex");
        assert_eq!(blobs.hashes(first).expect("listed"), std::slice::from_ref(&blob.sha256));
        assert!(delete(false) && delete(false), "gone, and gone");
        assert_eq!(files(data.path()), 0);
        assert!(blobs.hashes(first).expect("listed").is_empty());
    }

    #[test]
    fn only_a_hash_is_a_path() {
        let data = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::open(data.path()).expect("opens");
        for name in
            ["", "../../etc/passwd", &"A".repeat(64), &format!("../{}", "a".repeat(61)), &"é".repeat(32)]
        {
            assert_eq!(
                blobs.open_file(name).expect_err("refused").kind(),
                io::ErrorKind::InvalidInput,
                "{name}"
            );
        }
    }
}
