//! Loads channels and holds what they share. Not here: their calls.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use wasmtime::component::{Component, Linker};

use crate::cache::Cache;
use crate::channel::{Binding, Channel};
use crate::compiler::{Compiler, NotCompiled};
use crate::contract::Manifest;
use crate::gate::Gate;
use crate::leak::Leaks;
use crate::store::Guest;
use crate::{EngineError, Limits, LoadError, admit, config, ticker, wasi};

/// How an engine is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineConfig {
    /// The bounds of every call.
    pub limits: Limits,
    /// A directory for compiled components, this user's alone; made if it is missing. Without one, each start compiles
    /// anew: about a tenth of a second for a component.
    pub cache_dir: Option<PathBuf>,
    /// Who compiles what is not in the cache, in a process of its own; without one, or without a cache, this process does.
    pub compiler: Option<Compiler>,
    /// Whether the log has what channels write to standard error, and not only how much it was. For their authors, over
    /// events of their own: the message of a panic may quote what a customer wrote.
    pub shows_stderr: bool,
}

/// What all channels of a process share: wasmtime, its pool of instances, the clock. Make one; cloning it costs nothing.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What an engine's channels need of it.
pub(crate) struct Shared {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) limits: Limits,
    pub(crate) gate: Gate,
    pub(crate) shows_stderr: bool,
    linker: Linker<Guest>,
    cache: Option<Cache>,
    compiler: Option<Compiler>,
}

impl Engine {
    /// Starts an engine.
    ///
    /// # Errors
    /// If wasmtime cannot start with the limits on this machine, or the cache's directory cannot be used or is open to
    /// other users.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let EngineConfig { limits, cache_dir, compiler, shows_stderr } = config;
        let wasmtime = config::start(&limits)?;
        let mut linker = Linker::new(&wasmtime);
        wasi::link(&mut linker).map_err(|error| EngineError::Runtime { reason: format!("{error:#}") })?;
        let cache = cache_dir.map(|directory| Cache::open(&directory, &wasmtime)).transpose()?;
        ticker::start(&wasmtime).map_err(EngineError::Ticker)?;
        let gate = Gate::new(limits.calls_at_once_max);
        let shared = Shared { wasmtime, limits, gate, shows_stderr, linker, cache, compiler };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The bounds of every call.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Loads a channel from a file.
    ///
    /// # Errors
    /// [`LoadError`], if the file is no channel that this host can run.
    pub fn load(&self, path: &Path) -> Result<Channel, LoadError> {
        let file = path.display().to_string();
        let fail = |source| LoadError::Read { file: file.clone(), source };
        let mut bytes = Vec::new();
        // One byte more than allowed is enough to see that a file is too large.
        let bytes_max = self.shared.limits.component_bytes_max;
        let opened = File::open(path).map_err(fail)?;
        let size_bytes = opened.metadata().map_err(fail)?.len();
        opened.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 > bytes_max {
            return Err(LoadError::Size { file, size_bytes, bytes_max });
        }
        self.load_bytes(&file, &bytes)
    }

    /// Loads a channel from bytes; `name` stands for the file's in messages.
    ///
    /// # Errors
    /// [`LoadError`], if the bytes are no channel that this host can run.
    pub fn load_bytes(&self, name: &str, bytes: &[u8]) -> Result<Channel, LoadError> {
        let (digest, component) = self.component(name, bytes)?;
        let inspection = admit::inspect(name, bytes.len() as u64, digest, &component)?;
        let pre = self.shared.linker.instantiate_pre(&component).map_err(|error| LoadError::Import {
            file: name.to_owned(),
            found: format!("something that does not fit ({error:#})"),
        })?;
        let functions = admit::find_functions(name, &pre)?;
        let binding = Binding { shared: Arc::clone(&self.shared), pre, functions };
        let manifest: Manifest = binding
            .call(name, &binding.functions.describe, (), &Leaks::of(&[]))
            .map_err(|source| LoadError::Describe { file: name.to_owned(), source })?;
        check_manifest(&manifest).map_err(|reason| LoadError::Manifest { file: name.to_owned(), reason })?;
        Ok(Channel::new(binding, manifest, inspection))
    }

    /// Compiles a component into the cache's directory, and runs nothing of it: what a [`Compiler`]'s program is for. `name`
    /// stands for a file's in messages.
    ///
    /// # Errors
    /// [`LoadError`], if the bytes are too many or no component.
    pub fn compile(&self, name: &str, bytes: &[u8]) -> Result<(), LoadError> {
        self.component(name, bytes).map(drop)
    }

    /// The digest and the machine code of a component: from the cache, or compiled now.
    fn component(&self, name: &str, bytes: &[u8]) -> Result<(String, Component), LoadError> {
        let Shared { wasmtime, limits, cache, compiler, .. } = &*self.shared;
        let (file, size_bytes, bytes_max) = (name.to_owned(), bytes.len() as u64, limits.component_bytes_max);
        if size_bytes > bytes_max {
            return Err(LoadError::Size { file, size_bytes, bytes_max });
        }
        admit::check_header(name, bytes)?;
        let digest = hexadecimal(&Sha256::digest(bytes));
        if let Some(component) = cache.as_ref().and_then(|cache| cache.load(wasmtime, &digest)) {
            return Ok((digest, component));
        }
        let compiled = match (cache, compiler) {
            (Some(cache), Some(compiler)) => {
                compiler.run(bytes).map_err(|failed| match failed {
                    NotCompiled::Invalid(reason) => LoadError::Invalid { file: file.clone(), reason },
                    NotCompiled::Ended(reason) => LoadError::Compile { file: file.clone(), reason },
                })?;
                let reason = "its compiler left nothing in the cache".to_owned();
                return match cache.load(wasmtime, &digest) {
                    Some(component) => Ok((digest, component)),
                    None => Err(LoadError::Compile { file, reason }),
                };
            }
            (Some(cache), None) => cache.compile(wasmtime, &digest, bytes),
            (None, _) => Component::from_binary(wasmtime, bytes),
        };
        let reason = |error: wasmtime::Error| format!("{error:#}");
        let component = compiled.map_err(|error| LoadError::Invalid { file, reason: reason(error) })?;
        Ok((digest, component))
    }
}

/// What a host cannot do without in a manifest.
fn check_manifest(manifest: &Manifest) -> Result<(), String> {
    let is_kebab = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-');
    if manifest.id.is_empty() || !manifest.id.chars().all(is_kebab) {
        return Err(format!("has the id {:?}, this host needs one in kebab-case", manifest.id));
    }
    if !manifest.texts.iter().any(|text| text.language == "en") {
        return Err("has no texts in English, this host needs them".into());
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
