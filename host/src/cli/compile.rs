//! `desk compile`: compiles one component in a process of its own that may use little of anything. `desk serve` starts it for
//! what it has not compiled yet; no person does. Not here: whether the component is a channel, which who loads it decides.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use channel_engine::{Compiler, Engine, EngineConfig, LoadError};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::secrets;

/// For one component, whatever else the machine does. A channel takes a second.
const TIME_MAX: Duration = Duration::from_secs(30);
/// What the process may use: seconds of all processors, bytes of memory, bytes of a file. Where a system does not keep one of
/// them, as macOS that of memory, `TIME_MAX` is left.
const LIMITS: [(Resource, u64); 3] =
    [(Resource::Cpu, 30), (Resource::Data, 1 << 30), (Resource::Fsize, 64 << 20)];

#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// The folder of compiled components
    #[arg(long)]
    cache: PathBuf,
}

/// This program as the compiler of an engine with this folder.
pub(super) fn compiler(cache: &Path) -> io::Result<Compiler> {
    let arguments = vec!["compile".into(), "--cache".into(), cache.into()];
    Ok(Compiler { program: std::env::current_exe()?, arguments, time_max: TIME_MAX })
}

pub(super) fn run(args: &CompileArgs) -> anyhow::Result<()> {
    // First, since it reserves more memory than it will use.
    let limits = super::limits();
    let bytes_max = limits.component_bytes_max;
    let cache_dir = Some(args.cache.clone());
    let engine = Engine::new(EngineConfig { limits, cache_dir, ..EngineConfig::default() })?;
    secrets::forbid_core_files();
    for (resource, most) in LIMITS {
        // A limit that is lower already is not raised again.
        let most = getrlimit(resource).maximum.map_or(most, |there| there.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    let mut component = Vec::new();
    io::stdin().lock().take(bytes_max.saturating_add(1)).read_to_end(&mut component)?;
    match engine.compile("component", &component) {
        Err(LoadError::Invalid { reason, .. }) => {
            eprintln!("{reason}");
            std::process::exit(Compiler::INVALID);
        }
        compiled => Ok(compiled?),
    }
}
