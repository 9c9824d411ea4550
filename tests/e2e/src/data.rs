//! The data files that tests read: ours, and foreign samples where they are at hand. Nothing is written here.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;

/// The workspace's folder.
fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// `tests/data/feed`: events for `desk feed` and what it has to print.
#[must_use]
pub fn feed_folder() -> PathBuf {
    workspace().join("tests/data/feed")
}

/// Samples that others captured or published: `VIBER_SAMPLES`, or a folder beside the workspace. They are not part of
/// it; where they are missing this says so on standard error, and there is nothing to test.
#[must_use]
pub fn foreign_samples() -> Option<PathBuf> {
    let named = std::env::var_os("VIBER_SAMPLES").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| workspace().join("../shared/viber/samples"));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no samples in {}; set VIBER_SAMPLES to a folder that has them", folder.display());
    None
}

/// The JSON files of a folder whose names begin so, by name without `.json`, in order.
///
/// # Errors
/// The folder cannot be read, or has none.
pub fn json_files(folder: &Path, prefix: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(stem) = name.strip_suffix(".json").filter(|stem| stem.starts_with(prefix)) {
            files.push((stem.to_owned(), std::fs::read_to_string(&path)?));
        }
    }
    ensure!(!files.is_empty(), "no {prefix}*.json in {}", folder.display());
    files.sort();
    Ok(files)
}

/// A JSON file.
///
/// # Errors
/// It cannot be read or is no JSON.
pub fn json_file(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}
