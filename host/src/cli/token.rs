//! `desk token create`: an API token, printed once.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use desk_store::{Store, TokenRow};

use crate::clock::{now_ms, to_column};
use crate::http::{hash_token, new_token};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it; only its hash is kept
    Create(CreateArgs),
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The desk's data folder; the desk must not be running
    #[arg(long, env = "DESK_DATA")]
    data: PathBuf,
    /// What it is for
    #[arg(long)]
    name: String,
    /// What it may do
    #[arg(long)]
    scope: Scope,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scope {
    Read,
    Operate,
    Admin,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Admin => "admin",
        }
    }
}

pub(super) fn run(TokenCommand::Create(args): &TokenCommand) -> anyhow::Result<()> {
    let store = Store::open(&super::serve::database(&args.data))?;
    let token = new_token()?;
    let (hash, at) = (hash_token(&token), to_column(now_ms()));
    let row = TokenRow { name: args.name.clone(), scope: args.scope.name().into(), employee: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(store.write(move |tx| tx.add_token(&hash, &row, at)))?;
    println!("{token}");
    Ok(())
}
