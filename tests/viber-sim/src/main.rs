//! The binary: command line in, running simulator out. Not the simulator itself, which is the library.

use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Parser;
use viber_sim::{Options, Sim};

/// Plays Viber's side of the REST Bot API, with a control side to play users and faults.
#[derive(Debug, Parser)]
#[command(name = "viber-sim")]
struct Arguments {
    /// Address to listen on; port 0 picks one.
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Refuse webhooks that are not https, as Viber does.
    #[arg(long)]
    https_only: bool,
    /// Write callbacks with `\uXXXX` escapes instead of raw UTF-8.
    #[arg(long)]
    escape_unicode: bool,
    /// Where links to media seem to lead, such as `https://dl-media.viber.com`.
    #[arg(long)]
    media_base_url: Option<String>,
    /// Seed of user ids and tokens: the same seed gives the same ids.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let options = Options {
        allow_http: !arguments.https_only,
        escape_unicode: arguments.escape_unicode,
        media_base_url: arguments.media_base_url,
        seed: arguments.seed,
        ..Options::default()
    };
    let sim = Sim::start_with(arguments.listen, options).await.context("starting the simulator")?;
    println!("viber-sim listening on {}", sim.base_url());
    tokio::signal::ctrl_c().await.context("waiting for Ctrl-C")?;
    sim.shutdown().await;
    Ok(())
}
