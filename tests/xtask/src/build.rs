//! Builds what is shipped and looks at it. Not here: fixtures for tests, which `tests/guests/build.rs` builds.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::run::{cargo, program, root, run};
use crate::target;

/// Kilobytes that the channel may have: it is compiled at the first start, in proportion to them. A jump above this is a
/// dependency that nobody wanted, or a generic function with many copies.
const COMPONENT_KB_MAX: u64 = 300;

/// Builds the channel, and every program: the desk, the simulator, the demo. The whole workspace in one go, since a part
/// of it would choose other features of its dependencies, and build those twice.
pub(crate) fn build(_arguments: &[String]) -> anyhow::Result<()> {
    let path = component()?;
    run(&mut cargo(&["build", "--workspace", "--bins"]))?;
    println!("{}", path.display());
    Ok(())
}

/// Builds the channel's component and puts it where everything looks for it.
pub(crate) fn component() -> anyhow::Result<PathBuf> {
    target::ensure()?;
    let arguments = ["build", "--release", "--package", "viber-channel", "--target", target::WASM];
    // The folder is the one that tests/guests/build.rs uses too; flags of an outer build would make it build anew.
    let mut command = cargo(&arguments);
    command
        .args(["--target-dir", "target/wasm"])
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    run(&mut command)?;
    let built = root().join("target/wasm").join(target::WASM).join("release/viber_channel.wasm");
    let path = root().join("target/viber_channel.wasm");
    fs::copy(&built, &path).with_context(|| format!("{} cannot be copied", built.display()))?;
    let size_bytes = fs::metadata(&path)?.len();
    eprintln!("  {}: {} KB", path.display(), size_bytes / 1_000);
    if size_bytes > COMPONENT_KB_MAX * 1_000 {
        bail!("{} has {} KB, more than {COMPONENT_KB_MAX}", path.display(), size_bytes / 1_000);
    }
    Ok(path)
}

/// Shows what a component is: the one that is named, else the channel, which is built first.
pub(crate) fn inspect(arguments: &[String]) -> anyhow::Result<()> {
    let path = match arguments.first() {
        // As typed: relative to where the person is, while commands run in the root.
        Some(path) => std::path::absolute(path)?,
        None => component()?,
    };
    run(&mut cargo(&["build", "--workspace", "--bins"]))?;
    run(program("desk").arg("inspect").arg(path).args(arguments.iter().skip(1)))
}
