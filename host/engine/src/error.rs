//! What can go wrong when loading and calling. Not here: problems that a channel reports itself; those are results.

use std::io;
use std::path::PathBuf;

use crate::wasi::ALLOWED_IMPORTS;
use crate::{CONTRACT_INTERFACE, CONTRACT_VERSION};

/// An engine could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refuses the settings, or the machine does not have what they ask for.
    #[error("wasmtime cannot start with these limits on this machine: {reason}")]
    Runtime {
        /// What it says.
        reason: String,
    },
    /// The thread that counts time cannot be started.
    #[error("the thread that ends calls on time cannot be started")]
    Ticker(#[source] io::Error),
    /// The cache's directory cannot be used.
    #[error("the cache directory {} cannot be used: {source}", path.display())]
    Cache {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A file is no channel that this host can run. Each message names the file, what it has, and what the host needs.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file is too large.
    #[error("{file}: has {size_bytes} bytes, this host loads at most {bytes_max}")]
    Size {
        /// The file.
        file: String,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        bytes_max: u64,
    },
    /// The bytes are no component.
    #[error("{file}: is {found}, this host needs a WebAssembly component (target wasm32-wasip2)")]
    NotAComponent {
        /// The file.
        file: String,
        /// What the bytes are.
        found: &'static str,
    },
    /// The bytes start as a component and are not a valid one.
    #[error("{file}: is not a valid component: {reason}")]
    Invalid {
        /// The file.
        file: String,
        /// What wasmtime says.
        reason: String,
    },
    /// There is no machine code of it: its [`Compiler`](crate::Compiler) took too long, or broke.
    #[error("{file}: cannot be compiled, {reason}; this host needs one that takes less time and memory")]
    Compile {
        /// The file.
        file: String,
        /// What happened.
        reason: String,
    },
    /// The component wants something that a channel does not get.
    #[error("{file}: imports {found}, this host gives nothing but {}", ALLOWED_IMPORTS.join(", "))]
    Import {
        /// The file.
        file: String,
        /// The first import that is not allowed, or why an allowed one does not fit.
        found: String,
    },
    /// The component has the interface in a version that this host does not speak.
    #[error("{file}: exports {found}, this host needs {CONTRACT_INTERFACE}@{CONTRACT_VERSION}")]
    Version {
        /// The file.
        file: String,
        /// The interface as it is exported.
        found: String,
    },
    /// The component does not have the interface at all.
    #[error("{file}: exports {found}, this host needs {CONTRACT_INTERFACE}@{CONTRACT_VERSION}")]
    Interface {
        /// The file.
        file: String,
        /// All that it exports.
        found: String,
    },
    /// A function of the interface is missing or has another type.
    #[error(
        "{file}: `{function}` {found}, this host needs it as {CONTRACT_INTERFACE}@{CONTRACT_VERSION} has it"
    )]
    Function {
        /// The file.
        file: String,
        /// The function's name.
        function: &'static str,
        /// `is missing`, or how its type differs.
        found: String,
    },
    /// The component could not say what it is.
    #[error("{file}: `describe` did not answer, this host needs its manifest: {source}")]
    Describe {
        /// The file.
        file: String,
        /// How the call ended.
        source: CallError,
    },
    /// The manifest lacks something.
    #[error("{file}: its manifest {reason}")]
    Manifest {
        /// The file.
        file: String,
        /// What it has and what the host needs.
        reason: String,
    },
}

impl LoadError {
    /// A stable name for metrics and for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Size { .. } => "size",
            Self::NotAComponent { .. } => "not_a_component",
            Self::Invalid { .. } => "invalid",
            Self::Compile { .. } => "compile",
            Self::Import { .. } => "import",
            Self::Version { .. } => "version",
            Self::Interface { .. } => "interface",
            Self::Function { .. } => "function",
            Self::Describe { .. } => "describe",
            Self::Manifest { .. } => "manifest",
        }
    }
}

/// A call that did not end with a result. The instance is gone, and nothing else is harmed: the next call is as good as
/// any. All of these are bugs of the channel's, but `Host`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It took too long.
    #[error("the call was ended after {limit_ms} ms")]
    Deadline {
        /// The limit.
        limit_ms: u64,
    },
    /// It wanted too much memory.
    #[error("the call wanted more than {limit_bytes} bytes of memory")]
    Memory {
        /// The limit.
        limit_bytes: usize,
    },
    /// It went too deep.
    #[error("the call used up its stack")]
    Stack,
    /// It crashed. What it wrote to standard error is in the log where [`shows_stderr`](crate::EngineConfig) says so.
    #[error("the call crashed: {message}")]
    Trap {
        /// The trap, and where in the component it happened.
        message: String,
    },
    /// What it returned cannot be used.
    #[error("the call's result was refused: {reason}")]
    Output {
        /// Which rule it breaks.
        reason: String,
    },
    /// It asked the WASI interfaces for something that a channel does not get.
    #[error("the call asked for what a channel does not get: {message}")]
    Import {
        /// What.
        message: String,
    },
    /// The host has a bug.
    #[error("the host failed during the call: {message}")]
    Host {
        /// What happened.
        message: String,
    },
}

impl CallError {
    /// A stable name for metrics and for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Deadline { .. } => "deadline",
            Self::Memory { .. } => "memory",
            Self::Stack => "stack",
            Self::Trap { .. } => "trap",
            Self::Output { .. } => "output",
            Self::Import { .. } => "import",
            Self::Host { .. } => "host",
        }
    }
}
