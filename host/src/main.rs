//! The program `desk`. Everything is in the library.

use clap::Parser;
use desk::cli::Cli;

fn main() -> anyhow::Result<()> {
    Cli::parse().run()
}
