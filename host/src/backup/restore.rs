//! A desk from a backup: into an empty folder, with the fence raised before there is a desk that could send.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use desk_store::{Held, Look, change_alone, is_in_use};

use super::{DATABASE, Manifest, Say, copy, each_file, ensure_sound, make_folder, megabytes, sync_folder};
use crate::attachments::blob_path;
use crate::outbox::held;

/// The database's name until it is ready: no desk starts on it.
const UNREADY: &str = "restoring.sqlite";
/// What may stand in the folder before: the master key, and what a disk of its own has at its root.
const MAY_BE_THERE: [&str; 2] = ["desk.key", "lost+found"];

/// What a restore brought back.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// What it had not sent.
    pub held: Held,
}

/// Makes the data folder of a desk from a backup. Everything that the backup had not sent is held.
///
/// # Errors
/// The folder is not empty or in use; the backup is not whole, or not as it was; the disk refuses.
pub fn restore(backup: &Path, data: &Path, say: Say) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(backup)?;
    ensure!(
        !is_in_use(&data.join(DATABASE)),
        "a desk runs on {}: restore into another folder",
        data.display()
    );
    make_folder(data).with_context(|| format!("{} cannot be made", data.display()))?;
    ensure_empty(data)?;
    let unready = data.join(UNREADY);
    let (found, _) = copy(&backup.join(DATABASE), &unready).context("the database could not be copied")?;
    ensure!(found == manifest.database_sha256, "the backup's database is not as it was when it was taken");
    let look = Look::open(&unready)?;
    ensure_sound(&look, &unready)?;
    say(format!("database: {}, sound", megabytes(manifest.database_bytes)));
    each_file(&look, |sha256| restore_file(backup, data, sha256, &manifest))?;
    drop(look);
    say(format!("files: {}, each as its hash says", manifest.files));
    let held = change_alone(&unready, |tx| held::raise_fence(tx, manifest.taken_at))
        .context("what was not sent could not be held")?;
    put_into_place(data, &unready)?;
    Ok(Restored { manifest, held })
}

fn ensure_empty(data: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(data)? {
        let name = entry?.file_name();
        if !MAY_BE_THERE.iter().any(|known| name == **known) {
            bail!(
                "{} is not empty, it has {}: restore into a new folder, which may hold desk.key and nothing else",
                data.display(),
                name.display()
            );
        }
    }
    Ok(())
}

fn restore_file(backup: &Path, data: &Path, sha256: &str, manifest: &Manifest) -> anyhow::Result<()> {
    if manifest.missing.iter().any(|missing| missing == sha256) {
        return Ok(());
    }
    let (from, to) = (blob_path(backup, sha256)?, blob_path(data, sha256)?);
    let folder = to.parent().context("a file stands in a folder")?;
    make_folder(folder)?;
    let (found, _) = copy(&from, &to).with_context(|| format!("{} could not be copied", from.display()))?;
    ensure!(found == sha256, "{} is damaged: its bytes are not those that were kept", from.display());
    Ok(sync_folder(folder)?)
}

/// The last step, and one that fails if a desk was started in the folder meanwhile.
fn put_into_place(data: &Path, unready: &Path) -> anyhow::Result<()> {
    sync_folder(data)?;
    std::fs::hard_link(unready, data.join(DATABASE)).context("a desk was started in the folder meanwhile")?;
    std::fs::remove_file(unready)?;
    Ok(sync_folder(data)?)
}
