//! Taking a backup while the desk runs. It reads, and holds the desk up by nothing but the disk that both use.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use desk_store::Look;

use super::{
    DATABASE, MANIFEST, Manifest, Say, copy, each_file, ensure_sound, hash, make_folder, megabytes,
    sync_folder, write,
};
use crate::attachments::blob_path;
use crate::clock::{now_ms, to_column};
use crate::pressure;

/// How often the files' progress is said.
const SAID_EVERY: u64 = 1_000;

/// Copies the desk of the data folder into a new folder and compares the copy with what it should be.
///
/// # Errors
/// The new folder exists, there is no desk, the disk refuses, or the copy is not as it should be. What there is then has a
/// name that ends in `.unfinished`.
pub fn take(data: &Path, to: &Path, say: Say) -> anyhow::Result<Manifest> {
    let database = data.join(DATABASE);
    let look = Look::open(&database)?;
    let unfinished = begin(to)?;
    ensure_room(&database, &unfinished)?;
    // Before the snapshot: what is answered until now is in it.
    let taken_at = to_column(now_ms());
    let copied = unfinished.join(DATABASE);
    // Its owner's alone from the first byte on; SQLite takes an empty file as a new one.
    write(&copied, "")?;
    look.copy_into(&copied).context("the database could not be copied")?;
    std::fs::File::open(&copied)?.sync_all()?;
    let copy = Look::open(&copied)?;
    ensure_sound(&copy, &copied)?;
    let (database_sha256, database_bytes) = hash(&copied)?;
    say(format!("database: {}, sound", megabytes(database_bytes)));
    let files = Files { from: data, to: &unfinished, live: &look }.take(&copy, say)?;
    let manifest = Manifest {
        format: 1,
        desk: env!("CARGO_PKG_VERSION").into(),
        taken_at,
        database_bytes,
        database_sha256,
        files: files.count,
        file_bytes: files.bytes,
        missing: files.missing,
    };
    write(&unfinished.join(MANIFEST), &serde_json::to_string_pretty(&manifest)?)?;
    sync_folder(&unfinished)?;
    std::fs::rename(&unfinished, to)?;
    sync_folder(parent(to))?;
    Ok(manifest)
}

/// Makes the folder under the name that it has until it is whole.
fn begin(to: &Path) -> anyhow::Result<PathBuf> {
    ensure!(!to.exists(), "{} exists: name a new folder for the backup", to.display());
    let name = to.file_name().context("--to names no folder")?;
    let mut name = name.to_owned();
    name.push(".unfinished");
    let unfinished = to.with_file_name(name);
    ensure!(
        !unfinished.exists(),
        "{} is what an earlier backup left unfinished: remove it",
        unfinished.display()
    );
    make_folder(&unfinished).with_context(|| format!("{} cannot be made", unfinished.display()))?;
    Ok(unfinished)
}

/// The desk needs its disk; half way is no place to notice that it is full.
fn ensure_room(database: &Path, folder: &Path) -> anyhow::Result<()> {
    let needed = std::fs::metadata(database)?.len();
    let free = pressure::disk(folder)?.free;
    if free < needed {
        std::fs::remove_dir(folder)?;
        bail!("the backup needs {}, and {} are free", megabytes(needed), megabytes(free));
    }
    Ok(())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

struct Files<'a> {
    from: &'a Path,
    to: &'a Path,
    live: &'a Look,
}

#[derive(Default)]
struct Taken {
    count: u64,
    bytes: u64,
    missing: Vec<String>,
}

impl Files<'_> {
    fn take(&self, copy: &Look, say: Say) -> anyhow::Result<Taken> {
        let mut taken = Taken::default();
        make_folder(&self.to.join("blobs"))?;
        each_file(copy, |sha256| {
            match self.one(sha256)? {
                Some(bytes) => {
                    taken.count += 1;
                    taken.bytes += bytes;
                }
                None => taken.missing.push(sha256.to_owned()),
            }
            if taken.count % SAID_EVERY == SAID_EVERY - 1 {
                say(format!("files: {} so far, {}", taken.count, megabytes(taken.bytes)));
            }
            Ok(())
        })?;
        sync_folder(&self.to.join("blobs"))?;
        say(format!("files: {}, {}, each as its hash says", taken.count, megabytes(taken.bytes)));
        for sha256 in &taken.missing {
            if self.live.read(|tx| tx.is_blob_used(sha256))? {
                say(format!("the desk itself has lost the file {sha256}: it is not in the backup"));
            }
        }
        Ok(taken)
    }

    /// Its size; `None` if the desk has it not: erased since the copy was made, or lost before.
    fn one(&self, sha256: &str) -> anyhow::Result<Option<u64>> {
        let (from, to) = (blob_path(self.from, sha256)?, blob_path(self.to, sha256)?);
        let folder = parent(&to);
        if !folder.exists() {
            make_folder(folder)?;
        }
        // A file of a desk never changes, so on the same disk the backup may share it.
        let found = match std::fs::hard_link(&from, &to) {
            Ok(()) => hash(&to),
            Err(_) => copy(&from, &to),
        };
        let (found, bytes) = match found {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            found => found.with_context(|| format!("{} could not be copied", from.display()))?,
        };
        ensure!(found == sha256, "{} is damaged: its bytes are not those that were kept", from.display());
        sync_folder(folder)?;
        Ok(Some(bytes))
    }
}
