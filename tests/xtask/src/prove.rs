//! Produces promised figures. Not here: how; that is the binary `prove` of `tests/e2e`.

use crate::build;
use crate::run::{cargo, program, run};

/// Proofs that take mechanisms out of a desk, which is built for it.
const NEED_FAULTS: [&str; 4] = ["power", "points", "faults", "all"];

/// Builds everything and proves what is named.
pub(crate) fn prove(arguments: &[String]) -> anyhow::Result<()> {
    build::build(&[])?;
    if arguments.iter().any(|name| NEED_FAULTS.contains(&name.as_str())) {
        run(&mut cargo(&["build", "--workspace", "--bin", "desk-faults", "--features", "desk/faults"]))?;
    }
    run(program("prove").args(arguments))
}
