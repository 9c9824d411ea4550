//! `desk serve` as a process, and a client of its API. Not here: callbacks, which `callback` makes and signs.

mod deaths;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail, ensure};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use crate::canary::Canaries;

/// A shorter key than Viber's is a test's own word, and may be said elsewhere.
const KEY_BYTES_MIN: usize = 32;

/// The desk that a fault can be planted in.
pub const FAULTY: &str = "desk-faults";
/// The environment variable with the name of the program that stands for `desk`: for a test of the tests.
const PROGRAM: &str = "DESK_PROGRAM";

/// How a desk is started.
#[derive(Default)]
pub struct DeskOptions {
    /// The program beside this one; without one, [`desk_program`].
    pub program: Option<&'static str>,
    /// Components; without any, the Viber channel.
    pub plugins: Vec<PathBuf>,
    /// Where to listen; without one, a free port of loopback.
    pub listen: Option<String>,
    /// `HOST=URL`.
    pub egress: Vec<String>,
    /// How often accounts are checked, minutes; without it never, so that a test's calls are its own.
    pub check_every_minutes: Option<f64>,
    /// The data folder; without one, a folder that goes away with the desk.
    pub data: Option<PathBuf>,
    /// Whether its clock can be moved, with [`Desk::advance`].
    pub movable_clock: bool,
    /// Further arguments of `desk serve`.
    pub more: Vec<String>,
    /// Variables of its environment.
    pub environment: Vec<(&'static str, String)>,
}

/// A running desk. Dropping it ends the process.
pub struct Desk {
    process: Child,
    options: DeskOptions,
    data: PathBuf,
    /// Its address, as `http://127.0.0.1:8080`.
    pub base: String,
    /// The administrator's token.
    pub token: String,
    /// What it printed, but for that token.
    pub printed: String,
    /// Keys that accounts were given: none of them shows in anything that the desk writes.
    keys: Mutex<BTreeSet<String>>,
    http: Client,
    _folder: Option<TempDir>,
}

impl Desk {
    /// Starts a desk with a new data folder.
    ///
    /// # Errors
    /// It does not start; then with the end of its log.
    pub async fn start(mut options: DeskOptions) -> anyhow::Result<Self> {
        if options.plugins.is_empty() {
            options.plugins.push(guests::VIBER_CHANNEL.into());
        }
        // A fixed port, so that a desk that starts again is found by the webhooks that were set before.
        options.listen.get_or_insert(free_address()?);
        let folder = if options.data.is_none() { Some(tempfile::tempdir()?) } else { None };
        let data = match (&options.data, &folder) {
            (Some(data), _) => data.clone(),
            (None, Some(folder)) => folder.path().to_owned(),
            (None, None) => bail!("no data folder"),
        };
        if folder.is_some() {
            share_compiled(&data)?;
        }
        let Started { process, base, token, printed } = spawn(&options, &data)?;
        let token = token.context("a new desk prints an administrator's token")?;
        let (keys, http) = (Mutex::default(), client());
        Ok(Self { process, options, data, base, token, printed, keys, http, _folder: folder })
    }

    /// Ends the process at once, as a power switch would.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Asks the process to stop.
    ///
    /// # Errors
    /// It is not there any more.
    pub fn terminate(&self) -> anyhow::Result<()> {
        let id = rustix::process::Pid::from_child(&self.process);
        Ok(rustix::process::kill_process(id, rustix::process::Signal::TERM)?)
    }

    /// Waits until the process has ended by itself; how it did.
    ///
    /// # Errors
    /// It has not in time.
    pub async fn ended(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        let process = std::cell::RefCell::new(&mut self.process);
        crate::until("the desk has ended", || async { Ok(process.borrow_mut().try_wait()?) }).await
    }

    /// The number of the process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Its address, as `127.0.0.1:8080`.
    #[must_use]
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Starts it again on the same data and port.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let started = spawn(&self.options, &self.data)?;
        (self.process, self.base) = (started.process, started.base);
        self.printed.push_str(&started.printed);
        Ok(())
    }

    /// Kills it and starts it again with these arguments besides.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart_with(&mut self, arguments: &[&str]) -> anyhow::Result<()> {
        self.kill()?;
        self.options.more.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self.start_again()
    }

    /// G20, G21: no key that an account was given, and no token, stands in the log or in the data folder.
    fn shows_no_secret(&self) -> anyhow::Result<u64> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys.iter().map(|key| ("an account's key", key.as_str()));
        let canaries = Canaries::of(keys.chain([("the administrator's token", self.token.as_str())]))?;
        canaries.absent_from_files(&self.data, &[])
    }

    /// Starts it again on another folder, as after a restore: with the same port, and the tokens of the other desk. The folder
    /// gets the master key and the compiled components of the one before.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_on(&mut self, data: &Path) -> anyhow::Result<()> {
        std::fs::copy(self.data.join("desk.key"), data.join("desk.key"))?;
        share_compiled(data)?;
        data.clone_into(&mut self.data);
        self.start_again()
    }

    /// Moves its clock forward. It must have been started with a movable one.
    ///
    /// # Errors
    /// The file that moves it cannot be written.
    pub fn advance(&self, by_ms: u64) -> anyhow::Result<()> {
        ensure!(self.options.movable_clock, "the desk was started with the machine's own clock");
        let file = clock_path(&self.data);
        let moved: u64 = std::fs::read_to_string(&file)?.parse()?;
        // In one step, so that it is never seen half written.
        let new = file.with_extension("new");
        std::fs::write(&new, (moved + by_ms).to_string())?;
        Ok(std::fs::rename(new, file)?)
    }

    /// Makes a token of another scope; the desk must be down for it, so it is killed and started again.
    ///
    /// # Errors
    /// The desk refuses, or does not start again.
    pub fn add_token(&mut self, scope: &str) -> anyhow::Result<String> {
        self.add_token_with(&["--scope", scope])
    }

    /// The same with arguments of the test's own.
    ///
    /// # Errors
    /// The desk refuses, or does not start again.
    pub fn add_token_with(&mut self, arguments: &[&str]) -> anyhow::Result<String> {
        self.kill()?;
        let mut command = Command::new(desk_program()?);
        command.args(["token", "create", "--name", "test", "--data"]).arg(&self.data).args(arguments);
        let made = command.output()?;
        ensure!(made.status.success(), "desk token create: {}", String::from_utf8_lossy(&made.stderr));
        self.start_again()?;
        Ok(String::from_utf8(made.stdout)?.trim().to_owned())
    }

    /// What the process wrote to standard error.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(log_path(&self.data))?)
    }

    /// A request to the API without a token or a body, for tests that put in their own.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1/{path}", self.base))
    }

    /// Calls the API as the administrator; the status and the body (null where it is no JSON).
    ///
    /// # Errors
    /// No answer came.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self.request(method, path).bearer_auth(&self.token);
        if let Some(body) = body {
            let key = body["settings"]["api_key"].as_str().filter(|key| key.len() >= KEY_BYTES_MIN);
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).extend(key.map(str::to_owned));
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    async fn must(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let (status, answer) = self.call(method.clone(), path, body).await?;
        ensure!(status.is_success(), "desk, {method} {path}: {status} {answer}");
        Ok(answer)
    }

    /// Reads.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.must(Method::GET, path, None).await
    }

    /// A list's items.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        Ok(self.get(path).await?["items"].as_array().cloned().unwrap_or_default())
    }

    /// Every item of a list that comes in pages.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let join = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("{path}{join}limit=200{cursor}")).await?;
            items.append(page["items"].as_array_mut().unwrap_or(&mut Vec::new()));
            match page["next_cursor"].as_i64() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Makes.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.must(Method::POST, path, Some(body)).await
    }

    /// Changes.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn patch(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.must(Method::PATCH, path, Some(body)).await
    }

    /// Deletes.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.must(Method::DELETE, path, None).await.map(drop)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // A test that has failed has its own say.
        if std::thread::panicking() {
            return;
        }
        if let Err(error) = self.shows_no_secret() {
            panic!("G21: {error:#}");
        }
    }
}

/// Runs a command of `desk` to its end, with the shared folder of compiled components.
///
/// # Errors
/// It cannot be started.
pub fn run_desk(command: &mut Command) -> anyhow::Result<Output> {
    Ok(command.env("XDG_CACHE_HOME", cache_folder()?).stdin(Stdio::null()).output()?)
}

/// Where the tests keep compiled components: beside the programs, so that each is compiled once and not once a test.
///
/// # Errors
/// The folder cannot be made.
pub(crate) fn cache_folder() -> anyhow::Result<PathBuf> {
    let program = desk_program()?;
    let folder = program.with_file_name("e2e-cache");
    let components = folder.join("desk").join("components");
    std::fs::create_dir_all(&components)?;
    // The desk takes machine code only from a folder that nobody else can write to.
    std::fs::set_permissions(&components, std::fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}

/// Lets a new data folder have the compiled components of the others.
pub(crate) fn share_compiled(data: &Path) -> anyhow::Result<()> {
    let shared = cache_folder()?.join("desk").join("components");
    std::os::unix::fs::symlink(shared, data.join("components"))?;
    Ok(())
}

/// An HTTP client for loopback.
pub(crate) fn client() -> Client {
    // Another part of the process may have chosen one before: then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap_or_default()
}

/// The `desk` that was built beside this program.
///
/// # Errors
/// It was not built.
pub fn desk_program() -> anyhow::Result<PathBuf> {
    program(std::env::var(PROGRAM).as_deref().unwrap_or("desk"))
}

fn program(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folders = here.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("the program `{name}` is not built; `cargo xtask` builds what it needs"))
}

fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

fn log_path(data: &Path) -> PathBuf {
    data.join("stderr.log")
}

fn clock_path(data: &Path) -> PathBuf {
    data.join("clock.ms")
}

/// A process that listens.
struct Started {
    process: Child,
    base: String,
    /// If it printed one.
    token: Option<String>,
    /// The lines without it.
    printed: String,
}

/// Starts the process, and does not wait for it to listen.
fn launch(options: &DeskOptions, data: &Path) -> anyhow::Result<Child> {
    let mut command = Command::new(options.program.map_or_else(desk_program, program)?);
    command.arg("serve").arg("--data").arg(data);
    if let Some(listen) = &options.listen {
        command.args(["--listen", listen]);
    }
    command.args(["--check-every-minutes", &options.check_every_minutes.unwrap_or(0.0).to_string()]);
    for plugin in &options.plugins {
        command.arg("--plugin").arg(plugin);
    }
    for pair in &options.egress {
        command.args(["--egress", pair]);
    }
    if options.movable_clock {
        let file = clock_path(data);
        if !file.exists() {
            std::fs::write(&file, "0")?;
        }
        command.arg("--clock").arg(file);
    }
    command.args(&options.more).envs(options.environment.iter().map(|(name, value)| (name, value)));
    let log = File::options().create(true).append(true).open(log_path(data))?;
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?)
}

/// Starts the process and waits until it listens.
fn spawn(options: &DeskOptions, data: &Path) -> anyhow::Result<Started> {
    let mut process = launch(options, data)?;
    let output = process.stdout.take().context("the desk's output is piped")?;
    let (mut token, mut printed) = (None, String::new());
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(found) = line.strip_prefix("administrator token: ") {
            token = Some(found.to_owned());
        }
        if token.as_ref().is_none_or(|token| !line.contains(token)) {
            printed.extend([&line, "\n"]);
        }
        if let Some(base) = line.strip_prefix("desk listening on ") {
            return Ok(Started { process, base: base.to_owned(), token, printed });
        }
    }
    let _ = process.wait();
    let log = std::fs::read_to_string(log_path(data)).unwrap_or_default();
    bail!("the desk ended before it listened:\n{log}")
}
