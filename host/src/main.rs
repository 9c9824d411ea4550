//! The program `desk`. Everything is in the library.

use std::io;

use clap::Parser;
use desk::cli::Cli;

fn main() -> anyhow::Result<()> {
    match Cli::parse().run() {
        // Whoever read the output has seen enough, as in `desk inspect … | head -1`.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        result => result,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io_error = error.downcast_ref::<io::Error>();
    io_error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
