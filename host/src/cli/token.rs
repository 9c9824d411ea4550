//! `desk token create`: an API token, printed once.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use desk_store::{Store, StoreError, TokenRow};

use crate::clock::{now_ms, to_column};
use crate::http::{DAY_MS, Scope, hash_token, new_token};

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
    /// The id of the employee who uses it: comments without an author are theirs, and so are tasks that nobody else is
    /// named for, of the accounts that they connect
    #[arg(long)]
    employee: Option<i64>,
    /// After how many days it counts no more [default: never]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    expires_days: Option<u32>,
}

pub(super) fn run(TokenCommand::Create(args): &TokenCommand) -> anyhow::Result<()> {
    let store = Store::open(&super::serve::database(&args.data))?;
    let token = new_token()?;
    let (hash, at) = (hash_token(&token), to_column(now_ms()));
    let expires_at = args.expires_days.map(|days| at + i64::from(days) * DAY_MS);
    let row = TokenRow { name: args.name.clone(), scope: args.scope.name().into(), employee: args.employee };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let added = runtime.block_on(store.write(move |tx| {
        if let Some(employee) = row.employee {
            tx.employee(employee)?.ok_or(StoreError::Missing("the employee"))?;
        }
        tx.add_token(&hash, &row, at, expires_at)
    }));
    added.context("no token was made")?;
    println!("{token}");
    Ok(())
}
