//! The demo: the simulator, a desk and a whole conversation, told as a transcript in which every step was looked up, not
//! assumed. Not a test suite: the cases at the edges are in `tests/`.

mod story;
mod transcript;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use e2e::{Bench, DeskOptions, browser};
use transcript::Transcript;

/// Plays a conversation between a customer in Viber and an operator in the desk
#[derive(Parser)]
struct Args {
    /// End after the transcript; the exit code says whether every step held
    #[arg(long)]
    once: bool,
    /// Take the README's pictures of the pages into this folder; needs Node and Chromium
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\n✗ the demo broke off: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> anyhow::Result<bool> {
    let free = "127.0.0.1:0";
    let sim_address = if args.once { free } else { preferred("127.0.0.1:9000", free) };
    let listen = (!args.once).then(|| preferred("127.0.0.1:8080", "")).filter(|it| !it.is_empty());
    let options = DeskOptions { listen: listen.map(str::to_owned), ..DeskOptions::default() };
    let bench = Bench::start_with(options, sim_address).await?;

    let mut transcript = Transcript::new();
    transcript.title("A customer writes in Viber, an operator answers in the helpdesk");
    transcript.tell(&format!(
        "Viber's simulator at {}, the desk at {}",
        bench.sim.base_url(),
        bench.desk.base
    ));
    let held = story::play(&bench, &mut transcript).await;
    let all_held = transcript.finish(held.err());
    if let Some(folder) = &args.pictures {
        let folder = std::path::absolute(folder)?;
        browser::pictures(&bench, "bench/pictures.spec.js", &folder).await?;
        println!("\nThe pictures are in {}", folder.display());
    }
    if !args.once {
        wait_for_a_look(&bench).await?;
    }
    Ok(all_held)
}

/// The address if it is free, else the other one: a demo must not fail because something else runs.
fn preferred<'a>(address: &'a str, otherwise: &'a str) -> &'a str {
    if TcpListener::bind(address).is_ok() { address } else { otherwise }
}

async fn wait_for_a_look(bench: &Bench) -> anyhow::Result<()> {
    println!("\nThe console is open:  {}/", bench.desk.base);
    println!("Log in with this link: {}/#token={}", bench.desk.base, bench.desk.token);
    println!("A customer's phone:    {}/phone/u1", bench.sim.base_url());
    println!("Ctrl-C ends the demo and forgets everything.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}
