//! `desk` with planted faults and crash points (`desk_store::faults`): for tests that check whether the tests notice. Never
//! for work.

use clap::Parser;
use desk::cli::Cli;

fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("points") {
        desk_store::faults::CRASH_POINTS.iter().for_each(|point| println!("{point}"));
        return Ok(());
    }
    Cli::parse().run()
}
