//! Starts the demonstration. Not here: what it plays; that is the binary `demo` of `tests/e2e`.

use crate::build;
use crate::run::{cargo, run};

/// Builds everything and plays.
pub(crate) fn demo(arguments: &[String]) -> anyhow::Result<()> {
    build::build(&[])?;
    let mut command = cargo(&["run", "--quiet", "--package", "e2e", "--bin", "demo", "--"]);
    run(command.args(arguments))
}
