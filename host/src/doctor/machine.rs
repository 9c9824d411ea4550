//! The machine under a desk: its process, disk, files and versions. Not here: what the rows say (`rows`).

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::Finding;
use crate::http::hex;
use crate::pressure;
use crate::started::Plugin;

pub(super) fn sqlite() -> Finding {
    let version = desk_store::sqlite_version();
    if desk_store::is_durable_version() {
        return Finding::good("sqlite", version);
    }
    let advice = "Build the desk with the SQLite that it brings: earlier ones can lose committed pages.";
    Finding::wrong("sqlite", format!("{version}, and 3.51.3 or later is needed"), advice)
}

pub(super) fn process(is_held: bool, answers: bool, address: &str) -> Finding {
    match (is_held, answers) {
        (true, true) => Finding::good("process", format!("runs, and answers at {address}")),
        (true, false) => Finding::wrong(
            "process",
            format!("a process holds the data folder, and nothing answers at {address}"),
            "If it has just been started, wait; else see its log, and start it again.",
        ),
        (false, _) => Finding::good("process", "is not running"),
    }
}

pub(super) fn disk(folder: &Path) -> Finding {
    let megabytes = |bytes: u64| bytes / 1_000_000;
    match pressure::disk(folder) {
        Ok(disk) if disk.free >= disk.low_mark() => {
            Finding::good("disk", format!("{} MB are free", megabytes(disk.free)))
        }
        Ok(disk) => Finding::wrong(
            "disk",
            format!("{} MB are free, below {} MB", megabytes(disk.free), megabytes(disk.low_mark())),
            "Make room: below the mark the desk takes nothing in.",
        ),
        Err(error) => Finding::wrong("disk", error.to_string(), "See whether the disk is mounted."),
    }
}

/// Who else on the machine can read the desk's files.
pub(super) fn privacy(database: &Path) -> Finding {
    let folder = database.parent().unwrap_or(Path::new("."));
    let open = |path: &Path, bits: u32| {
        std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & bits != 0)
    };
    if open(folder, 0o007) && open(database, 0o004) {
        return Finding::wrong(
            "privacy",
            format!("every user of this machine can read {}", database.display()),
            format!("chmod 700 {}", folder.display()),
        );
    }
    Finding::good("privacy", "other users of this machine cannot read the data")
}

pub(super) fn plugins(plugins: &[Plugin]) -> Vec<Finding> {
    plugins.iter().map(plugin).collect()
}

fn plugin(plugin: &Plugin) -> Finding {
    let short = |digest: &str| digest.chars().take(12).collect::<String>();
    let Plugin { channel, version, contract, file, digest } = plugin;
    let says = format!("{channel} {version}, contract {contract}, sha256:{}", short(digest));
    match std::fs::read(file) {
        Err(error) => Finding::wrong(
            "plugin",
            format!("{says}: {file}: {error}"),
            "Put the file back, or start the desk with another one: without it the desk does not start again.",
        ),
        Ok(bytes) if hex(&Sha256::digest(&bytes)) == *digest => Finding::good("plugin", says),
        Ok(bytes) => Finding::wrong(
            "plugin",
            format!("{says}: {file} is another one now, sha256:{}", short(&hex(&Sha256::digest(&bytes)))),
            "Start the desk again to use it, or put the old one back.",
        ),
    }
}
