//! Compiling in a process of its own: a component that makes the compiler run for minutes, or break, costs that process and
//! not this one. Not here: how little that process may use, which its own program says; the compiling itself.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Bytes of what a compiler says that are read.
const SAID_BYTES_MAX: u64 = 4_096;

/// A program that compiles for an engine whatever is not in its cache. It gets a component at its standard input and an empty
/// environment, and hands the component to [`Engine::compile`](crate::Engine::compile) of an engine with the same limits
/// and cache directory, but without a compiler. It ends with 0, or with [`Compiler::INVALID`] if the component is not valid,
/// and says at its standard error why. It should give itself limits of processor time and memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// The program.
    pub program: PathBuf,
    /// What it is told.
    pub arguments: Vec<OsString>,
    /// How long it may take; then it is ended.
    pub time_max: Duration,
}

/// Why there is no machine code.
pub(crate) enum NotCompiled {
    /// The component is not valid.
    Invalid(String),
    /// Something else: it took too long, or the compiler broke.
    Ended(String),
}

impl Compiler {
    /// The exit code that says that the component is not valid.
    pub const INVALID: i32 = 3;

    /// Has a component compiled; when this returns well, its machine code is in the cache's directory.
    pub(crate) fn run(&self, component: &[u8]) -> Result<(), NotCompiled> {
        let broken = |error| NotCompiled::Ended(format!("{}: {error}", self.program.display()));
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(broken)?;
        let pipes = (child.stdin.take(), child.stderr.take());
        let (tell, told) = mpsc::channel();
        let said = thread::scope(|scope| {
            // Its standard error ends when it does. Who listens may have gone away meanwhile.
            scope.spawn(move || tell.send(talk(pipes, component)).ok());
            let said = told.recv_timeout(self.time_max);
            if said.is_err() {
                // It may have ended by itself this moment.
                let _ = child.kill();
            }
            said
        });
        let status = child.wait().map_err(broken)?;
        match said {
            Ok(_) if status.success() => Ok(()),
            Ok(said) if status.code() == Some(Self::INVALID) => Err(NotCompiled::Invalid(said)),
            Ok(said) => Err(NotCompiled::Ended(format!("the compiler ended with {status} {said}"))),
            Err(_) => Err(NotCompiled::Ended(format!("it takes longer than {:?}", self.time_max))),
        }
    }
}

/// Gives it the component; what it says, in one line. One that ends before it has read all says why.
fn talk((input, output): (Option<ChildStdin>, Option<ChildStderr>), component: &[u8]) -> String {
    if let Some(mut input) = input {
        let _ = input.write_all(component);
    }
    let mut said = Vec::new();
    if let Some(output) = output {
        let _ = output.take(SAID_BYTES_MAX).read_to_end(&mut said);
    }
    String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ")
}
