//! What has to hold before a change is merged. Not here: how CI services call it; `.ci/run` is the same for all of them.

use crate::run::{answer, cargo, run};
use crate::{demo, target};

/// Runs every test; arguments go to `cargo test`.
pub(crate) fn test(arguments: &[String]) -> anyhow::Result<()> {
    target::ensure()?;
    run(cargo(&["test", "--workspace"]).args(arguments))
}

/// Runs all checks, the ones that find most first.
pub(crate) fn ci(_arguments: &[String]) -> anyhow::Result<()> {
    test(&[])?;
    demo::demo(&["--once".to_owned()])?;
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    run(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    deny()
}

/// Licences, advisories and banned crates, where the tool is installed.
fn deny() -> anyhow::Result<()> {
    if answer(&mut cargo(&["deny", "--version"])).is_none() {
        eprintln!("  cargo-deny is not installed, so licences and advisories are not checked");
        return Ok(());
    }
    run(&mut cargo(&["deny", "check", "--config", ".deny.toml"]))
}
