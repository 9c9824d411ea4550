//! Machine code of components on disk, so that a host compiles each one once. Not here: foreign machine code; only what
//! this engine wrote itself, or its `Compiler` for it, is ever read.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use crate::EngineError;

/// The version of wasmtime that is pinned in the workspace's `Cargo.toml`; a test compares them.
pub const WASMTIME_VERSION: &str = "48.0.8";
/// Bytes of the checksum in front of the machine code.
const CHECKSUM_BYTES: usize = 32;

/// A private directory of machine code.
pub(crate) struct Cache {
    directory: PathBuf,
    /// wasmtime's version and whatever else machine code depends on: target, CPU, settings.
    tag: String,
}

impl Cache {
    /// Opens the directory, or makes it. It has to be this user's alone: whoever writes there runs code in this process.
    pub(crate) fn open(directory: &Path, engine: &wasmtime::Engine) -> Result<Self, EngineError> {
        private_directory(directory)
            .map_err(|source| EngineError::Cache { path: directory.to_owned(), source })?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let tag = format!("wasmtime-{WASMTIME_VERSION}-{:016x}", hasher.finish());
        Ok(Self { directory: directory.to_owned(), tag })
    }

    /// Takes the component from the directory. A file that is damaged counts as none.
    pub(crate) fn load(&self, engine: &wasmtime::Engine, digest: &str) -> Option<Component> {
        read(engine, &self.path(digest))
    }

    /// Compiles the component and leaves it there; a directory that cannot be written costs time and nothing else.
    pub(crate) fn compile(
        &self,
        engine: &wasmtime::Engine,
        digest: &str,
        bytes: &[u8],
    ) -> wasmtime::Result<Component> {
        let (component, path) = (Component::from_binary(engine, bytes)?, self.path(digest));
        if let Err(error) = write(&path, &component.serialize()?) {
            tracing::warn!(path = %path.display(), %error, "compiled component not kept");
        }
        Ok(component)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.directory.join(format!("{digest}-{}.bin", self.tag))
    }
}

#[expect(
    unsafe_code,
    reason = "reading machine code back cannot be checked by the compiler; see the SAFETY comment"
)]
fn read(engine: &wasmtime::Engine, path: &Path) -> Option<Component> {
    let file = fs::read(path).ok()?;
    let (checksum, code) = file.split_at_checked(CHECKSUM_BYTES)?;
    if Sha256::digest(code).as_slice() != checksum {
        tracing::warn!(path = %path.display(), "compiled component is damaged, compiling again");
        return None;
    }
    // SAFETY: the bytes are what `Component::serialize` of this wasmtime version gave: only `write` below puts files into
    // a directory that no other user can write to, and the checksum shows that the file is whole. wasmtime itself checks
    // version, target and settings.
    unsafe { Component::deserialize(engine, code) }.ok()
}

/// Writes under another name first: a reader sees the whole file or none, whoever else writes it meanwhile.
fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}-{write}.tmp", std::process::id()));
    let mut file = Sha256::digest(code).to_vec();
    file.extend_from_slice(code);
    fs::write(&temporary, file)?;
    fs::rename(&temporary, path).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(unix)]
fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o022 != 0 {
        let reason = format!("others can write to it (mode {:o}), this host needs mode 700", mode & 0o777);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::WASMTIME_VERSION;

    #[test]
    fn the_version_is_the_pinned_one() {
        let lock = include_str!("../../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"wasmtime\"\nversion = \"{WASMTIME_VERSION}\"")));
    }
}
