//! `desk` with planted faults and crash points (`desk_store::faults`): for tests that check whether the tests notice. Never
//! for work.

use clap::Parser;
use desk::cli::Cli;

fn main() -> anyhow::Result<()> {
    Cli::parse().run()
}
