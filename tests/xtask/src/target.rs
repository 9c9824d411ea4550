//! Sees to it that components can be compiled. Not here: compiling them.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::run::{answer, root, run};

/// What components are compiled for.
pub(crate) const WASM: &str = "wasm32-wasip2";

/// Adds the target if it is missing, where rustup can.
pub(crate) fn ensure() -> anyhow::Result<()> {
    let mut installed = Command::new("rustup");
    installed.current_dir(root()).args(["target", "list", "--installed"]);
    match answer(&mut installed) {
        Some(targets) if targets.lines().any(|target| target.trim() == WASM) => Ok(()),
        Some(_) => run(Command::new("rustup").current_dir(root()).args(["target", "add", WASM])),
        None if compiler_has_it() => Ok(()),
        None => bail!(
            "the target {WASM} is missing and rustup is not there to add it: install the Rust standard \
            library for {WASM} the way your Rust was installed, or Rust by https://rustup.rs"
        ),
    }
}

/// Without rustup: whether the compiler finds the target's library.
fn compiler_has_it() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(root()).args(["--print", "target-libdir", "--target", WASM]);
    answer(&mut rustc).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
