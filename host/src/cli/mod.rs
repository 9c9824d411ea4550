//! The command line: one sub-command a file, and what they share. Not here: what the commands do to the world.

mod backup;
mod compile;
mod doctor;
mod feed;
mod inspect;
mod key;
mod serve;
mod token;

use std::path::{Path, PathBuf};

use channel_engine::{Engine, EngineConfig, Limits};
use clap::{Parser, Subcommand};
use desk_store::faults::is_planted;
use secrecy::zeroize::Zeroizing;

use crate::secrets::KeySource;
use crate::telemetry::{self, LogFormat};

/// The reference helpdesk for messenger channels.
#[derive(Debug, Parser)]
#[command(name = "desk", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the helpdesk
    Serve(serve::ServeArgs),
    /// Run a channel over events from a file or standard input, without a server or a store
    Feed(feed::FeedArgs),
    /// Say what a component is and whether it fits
    Inspect(inspect::InspectArgs),
    /// The master key of the secrets
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Say whether all is well with a desk, and what to do if not
    Doctor(doctor::DoctorArgs),
    /// Copy everything but the master key into a new folder; the desk may run meanwhile
    Backup(backup::BackupArgs),
    /// Make a desk from a backup; what it had not sent is held until a person decides
    Restore(backup::RestoreArgs),
    /// Compile a component from standard input, with little time and memory; `serve` starts it by itself
    #[command(hide = true)]
    Compile(compile::CompileArgs),
    /// API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// Anything that a person has to read.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(args) => serve::run(args),
            Command::Feed(args) => feed::run(&args),
            Command::Inspect(args) => inspect::run(&args),
            Command::Key(command) => key::run(&command),
            Command::Doctor(args) => doctor::run(&args),
            Command::Backup(args) => backup::run(&args),
            Command::Restore(args) => backup::restore(&args),
            Command::Compile(args) => compile::run(&args),
            Command::Token(command) => token::run(&command),
        }
    }
}

/// An engine with its compiled components in the folder, which a process of its own compiles; what channels write to standard
/// error stays out of the log.
fn engine(components: PathBuf) -> anyhow::Result<Engine> {
    let compiler = Some(compile::compiler(&components)?);
    Ok(Engine::new(EngineConfig {
        limits: limits(),
        cache_dir: Some(components),
        compiler,
        shows_stderr: false,
    })?)
}

/// The limits of plugins' calls: the default ones, unless a fault is planted.
fn limits() -> Limits {
    let mut limits = Limits::default();
    if is_planted("deadline-removed") {
        limits.time_ms = 3_600_000;
    }
    if is_planted("memory-limit-removed") {
        limits.memory_bytes_max = 1 << 30;
    }
    if is_planted("output-limits-removed") {
        (limits.commands_max, limits.state_bytes_max) = (usize::MAX, usize::MAX);
    }
    limits
}

/// An engine for a channel's author, who wants to see what it writes to standard error.
fn authors_engine() -> anyhow::Result<Engine> {
    telemetry::start(LogFormat::Text)?;
    Ok(Engine::new(EngineConfig { cache_dir: user_cache(), shows_stderr: true, ..EngineConfig::default() })?)
}

/// Where the master key is: in the environment, else in the file, else in the data folder.
fn key_source(file: Option<&Path>, data: &Path) -> anyhow::Result<KeySource> {
    // No flag takes the key itself: the system shows flags to everybody.
    let text = std::env::var("DESK_KEY").ok().filter(|text| !text.is_empty()).map(Zeroizing::new);
    KeySource::read(text.as_deref().map(String::as_str), file, data)
}

/// Where commands without a data folder keep compiled components: the user's own cache, if there is one.
fn user_cache() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("desk").join("components"))
}
