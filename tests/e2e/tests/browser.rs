//! The desk's pages in a real browser: each test starts a desk and Viber's simulator and lets Playwright drive Chromium over
//! one file of `tests/browser/specs`. Not here: what is done on the pages, which stands there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use anyhow::{Context, bail, ensure};
use e2e::Bench;

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

/// Lets the browser go through one file of specs, with a desk of its own.
async fn drive(spec: &str) -> anyhow::Result<()> {
    if std::env::var(SWITCH).is_ok_and(|value| value == "0") {
        eprintln!("{SWITCH}=0: {spec} is left out");
        return Ok(());
    }
    let browser = browser()?;
    packages().map_err(anyhow::Error::msg)?;
    let bench = Bench::start().await?;
    let mut node = Command::new("node");
    node.args(["node_modules/@playwright/test/cli.js", "test", spec]).current_dir(folder());
    node.env(BROWSER, browser).env("DESK_URL", &bench.desk.base).env("DESK_TOKEN", &bench.desk.token);
    node.env("VIBER_URL", bench.sim.base_url());
    node.env("BROWSER_OUTPUT", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(spec));
    // A proxy of the environment must not come between programs of one machine.
    node.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let output = tokio::task::spawn_blocking(move || run(&mut node)).await??;
    if !output.status.success() {
        bail!("{spec}:\n{}", said(&output));
    }
    ensure!(said(&output).contains(" passed"), "{spec} ran no test: {}", said(&output));
    eprintln!("{}", said(&output));
    Ok(())
}

/// S3, S4, S5, S14, S15, S17, S18, S23, S29, S30, S31, S37, S38, S40, S42, S44, I14: a customer at the phone and an operator at the console.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_and_an_operator_talk() -> anyhow::Result<()> {
    drive("specs/conversation.spec.js").await
}

/// S12, S19, S20, S25, S26, S27, S32, S35: from the empty desk to the first customer's task.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_sets_the_desk_up() -> anyhow::Result<()> {
    drive("specs/settings.spec.js").await
}

/// S21, S22, I17: with Viber and without, on a computer and on a phone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_landing_page_helps_whom_the_link_does_not() -> anyhow::Result<()> {
    drive("specs/landing.spec.js").await
}

/// On every page, in each language, light and dark, on a wide window and on a phone's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_for_everybody() -> anyhow::Result<()> {
    drive("specs/pages.spec.js").await
}
