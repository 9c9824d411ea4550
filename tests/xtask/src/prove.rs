//! Produces promised figures. Not here: how; that is the binary `prove` of `tests/e2e`.

use crate::build;
use crate::run::{program, run};

/// Builds everything and proves what is named.
pub(crate) fn prove(arguments: &[String]) -> anyhow::Result<()> {
    build::build(&[])?;
    run(program("prove").args(arguments))
}
