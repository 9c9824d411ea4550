//! `desk key rotate`: a new master key before the old one. Not here: sealing anew, which the desk's next start does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::secrets;

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Put a new master key before the old one, which stays in the file; the desk may be running
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// The desk's data folder
    #[arg(long, env = "DESK_DATA")]
    data: PathBuf,
    /// The file with the master key [default: DATA/desk.key]
    #[arg(long, env = "DESK_KEY_FILE")]
    key_file: Option<PathBuf>,
}

pub(super) fn run(KeyCommand::Rotate(args): &KeyCommand) -> anyhow::Result<()> {
    let file = secrets::rotate(args.key_file.as_deref(), &args.data)?;
    println!("a new key stands first in {}", file.display());
    println!("restart the desk: it seals every secret with the new key, and says so in its log");
    println!("only then take the other keys out of the file; backups made before need them");
    Ok(())
}
