//! Starts the demonstration. Not here: what it plays; that is the binary `demo` of `tests/e2e`.

use crate::build;
use crate::run::{program, run};

/// Builds everything and plays.
pub(crate) fn demo(arguments: &[String]) -> anyhow::Result<()> {
    build::build(&[])?;
    run(program("demo").args(arguments))
}
