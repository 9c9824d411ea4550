//! Lets Playwright drive Chromium over a desk's pages, as a file of `tests/browser` says. Not here: what is done on the pages.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::Bench;
use anyhow::{Context, ensure};

/// Set to `0`, leaves these tests out.
const SWITCH: &str = "DESK_BROWSER";
/// The browser's program; without it, one of [`BROWSERS`] from the path.
const BROWSER: &str = "CHROMIUM";
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const NEEDED: &str = "Node 20 or later with npm, and Chromium. `cargo xtask test` installs them where apt-get may; elsewhere \
                      install them and name the browser's program in $CHROMIUM, or leave the browser's tests out with DESK_BROWSER=0";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../browser")
}

fn run(command: &mut Command) -> anyhow::Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.output().with_context(|| format!("`{program}` does not start. These tests need {NEEDED}"))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The browser's program.
fn browser() -> anyhow::Result<PathBuf> {
    if let Some(program) = std::env::var_os(BROWSER) {
        return Ok(program.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut programs = std::env::split_paths(&path)
        .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
        .filter(|program| program.is_file());
    programs.next().with_context(|| format!("there is no Chromium. These tests need {NEEDED}"))
}

/// Playwright and axe-core as the lock file has them, installed once: what is there of the same lock file stays.
fn packages() -> Result<(), String> {
    static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();
    let install = || -> anyhow::Result<()> {
        let (lock, stamp) = (folder().join("package-lock.json"), folder().join("node_modules/.installed"));
        let wanted = std::fs::read(lock)?;
        if std::fs::read(&stamp).is_ok_and(|known| known == wanted) {
            return Ok(());
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder());
        let output = run(&mut npm)?;
        ensure!(output.status.success(), "npm ci: {}", said(&output));
        Ok(std::fs::write(stamp, wanted)?)
    };
    INSTALLED.get_or_init(|| install().map_err(|error| format!("{error:#}"))).clone()
}

/// Lets the browser go through one file of specs, over the bench's desk and simulator; what it said, or nothing where the
/// environment leaves the browser out.
///
/// # Errors
/// A spec fails, or there is no browser: then with what is needed.
pub async fn drive(bench: &Bench, spec: &str) -> anyhow::Result<Option<String>> {
    go_through(bench, spec, None).await
}

/// The same, with the pictures that the specs take kept in a folder.
///
/// # Errors
/// As [`drive`].
pub async fn pictures(bench: &Bench, spec: &str, folder: &Path) -> anyhow::Result<Option<String>> {
    go_through(bench, spec, Some(folder)).await
}

async fn go_through(bench: &Bench, spec: &str, pictures: Option<&Path>) -> anyhow::Result<Option<String>> {
    if std::env::var(SWITCH).is_ok_and(|value| value == "0") {
        eprintln!("{SWITCH}=0: {spec} is left out");
        return Ok(None);
    }
    let browser = browser()?;
    packages().map_err(anyhow::Error::msg)?;
    let mut node = Command::new("node");
    node.args(["node_modules/@playwright/test/cli.js", "test", spec]).current_dir(folder());
    node.env(BROWSER, browser).env("DESK_URL", &bench.desk.base).env("DESK_TOKEN", &bench.desk.token);
    node.env("VIBER_URL", bench.sim.base_url());
    let output = std::env::temp_dir().join(format!("desk-browser-{}", std::process::id())).join(spec);
    node.env("BROWSER_OUTPUT", &output);
    if let Some(folder) = pictures {
        node.env("BROWSER_PICTURES", folder);
    }
    // A proxy of the environment must not come between programs of one machine.
    node.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let ended = tokio::task::spawn_blocking(move || run(&mut node)).await??;
    let said = said(&ended);
    ensure!(ended.status.success(), "{spec}; pictures of it are in {}:\n{said}", output.display());
    ensure!(said.contains(" passed"), "{spec} ran no test: {said}");
    Ok(Some(said))
}
