//! What has to hold before a change is merged. Not here: how CI services call it; `.ci/run` is the same for all of them.

use crate::run::{answer, cargo, run};
use crate::{browser, demo, target};

/// Runs every test; arguments go to `cargo test`.
pub(crate) fn test(arguments: &[String]) -> anyhow::Result<()> {
    target::ensure()?;
    browser::ensure();
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

/// Licences, sources and banned crates, where the tool is installed. Advisories are not among them: their database comes
/// from the network, and a build must not depend on that.
fn deny() -> anyhow::Result<()> {
    if answer(&mut cargo(&["deny", "--version"])).is_none() {
        eprintln!("  cargo-deny is not installed, so licences and banned crates are not checked");
        return Ok(());
    }
    run(&mut cargo(&["deny", "--offline", "check", "--config", ".deny.toml", "bans", "licenses", "sources"]))
}
