//! Sees to it that the browser's tests can run: Node and Chromium. Not here: Playwright, which the tests install for themselves.

use std::process::Command;

use anyhow::anyhow;

use crate::run::{answer, run};

/// A program, the arguments with which it says that it is there, and Debian's packages that bring it.
const NEEDED: [(&str, &str, &[&str]); 3] = [
    ("node", "--version", &["nodejs"]),
    ("npm", "--version", &["npm"]),
    ("chromium", "--version", &["chromium", "fonts-noto-color-emoji"]),
];

/// Installs what is missing where apt-get may. Where it may not or cannot, the tests say what they need.
pub(crate) fn ensure() {
    if std::env::var("DESK_BROWSER").is_ok_and(|value| value == "0") {
        return;
    }
    let has_own = |program: &str| program == "chromium" && std::env::var_os("CHROMIUM").is_some();
    let is_missing = |program: &str, argument: &str| {
        !has_own(program) && answer(Command::new(program).arg(argument)).is_none()
    };
    let missing: Vec<_> =
        NEEDED.iter().filter(|(program, argument, _)| is_missing(program, argument)).collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<_> = missing.iter().map(|(program, ..)| *program).collect();
    let packages = missing.iter().flat_map(|(_, _, packages)| *packages);
    let installed = if may_install() { install(packages) } else { Err(anyhow!("apt-get may not")) };
    if let Err(error) = installed {
        let names = names.join(", ");
        eprintln!(
            "  missing for the browser's tests, and not installed ({error:#}): {names}. DESK_BROWSER=0 leaves those tests out"
        );
    }
}

fn install<'a>(packages: impl Iterator<Item = &'a &'a str>) -> anyhow::Result<()> {
    run(Command::new("apt-get").args(["update", "--quiet"]))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Whether this is Debian or what is made of it, and nobody has to be asked for a password.
fn may_install() -> bool {
    let is_root = answer(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    is_root && answer(Command::new("apt-get").arg("--version")).is_some()
}
