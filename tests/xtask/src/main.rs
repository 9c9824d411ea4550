//! The project's chores: `cargo xtask` lists them. Not here: what the chores start; each is a command that a person could
//! type, and is printed before it runs.

mod browser;
mod build;
mod ci;
mod demo;
mod fuzz;
#[cfg(test)]
mod points;
#[cfg(test)]
mod proofs;
mod prove;
mod run;
mod target;
#[cfg(test)]
mod tidy;

use std::process::ExitCode;

use anyhow::bail;

/// A chore: its name, what it does in a line, and its function, which gets the arguments after the name.
struct Chore {
    name: &'static str,
    does: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "demo",
        does: "plays a whole conversation, then leaves the console open (--once: ends)",
        run: demo::demo,
    },
    Chore { name: "test", does: "runs every test", run: ci::test },
    Chore {
        name: "build",
        does: "builds target/viber_channel.wasm, the desk and the simulator",
        run: build::build,
    },
    Chore { name: "inspect", does: "shows what a component is: inspect [FILE]", run: build::inspect },
    Chore {
        name: "fuzz",
        does: "looks for inputs that break what must hold: fuzz [TARGET…] [--seconds N], 60 for each",
        run: fuzz::fuzz,
    },
    Chore {
        name: "prove",
        does: "produces promised figures: prove NAME… (alone: lists them)",
        run: prove::prove,
    },
    Chore { name: "ci", does: "runs what has to hold before a change is merged", run: ci::ci },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> anyhow::Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        list();
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        list();
        return Ok(());
    }
    match CHORES.iter().find(|chore| chore.name == name.as_str()) {
        Some(chore) => (chore.run)(rest),
        None => bail!("there is no `{name}`; `cargo xtask` lists what there is"),
    }
}

fn list() {
    println!("cargo xtask COMMAND\n");
    for chore in CHORES {
        println!("  {:<8} {}", chore.name, chore.does);
    }
}
