//! The official SDKs, installed on demand below the target folder and kept for the next run. Not a package manager: two
//! pinned versions, each with what it depends on as the registry has it today.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How to start a client's interpreter: program, arguments, environment.
#[derive(Clone, Debug)]
pub struct Interpreter {
    program: PathBuf,
    arguments: &'static [&'static str],
    environment: Vec<(&'static str, PathBuf)>,
}

/// An installation with its downloads. After it the tests are skipped.
const INSTALL_MAX: Duration = Duration::from_secs(120);
/// A question that needs no network; generous, since a machine may be busy.
const CHECK_MAX: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

const VIBERBOT: &str = "1.0.12";
const VIBER_BOT: &str = "1.0.18";

/// Python with `viberbot`, or why there is none.
pub fn python() -> Result<Interpreter, String> {
    static FOUND: OnceLock<Result<Interpreter, String>> = OnceLock::new();
    FOUND.get_or_init(find_python).clone()
}

/// Node with `viber-bot`, or why there is none.
pub fn node() -> Result<Interpreter, String> {
    static FOUND: OnceLock<Result<Interpreter, String>> = OnceLock::new();
    FOUND.get_or_init(find_node).clone()
}

impl Interpreter {
    /// The command, without a script.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arguments).envs(self.environment.iter().map(|(key, value)| (key, value)));
        // A proxy of the environment must not come between loopback programs.
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        command
    }
}

fn find_python() -> Result<Interpreter, String> {
    switched_on()?;
    let home = folder()?.join("venv");
    // Isolated: neither the environment's PYTHON… nor the user's own packages take part.
    let python = Interpreter { program: home.join("bin/python"), arguments: &["-I"], environment: vec![] };
    let _only_one = lock("venv.lock")?;
    let check = format!("import viberbot; assert viberbot.__version__ == '{VIBERBOT}'");
    let is_there = || run(python.command().args(["-c", &check]), "python-check.log", CHECK_MAX);
    if is_there().is_err() {
        remove(&home)?;
        run(Command::new("python3").args(["-m", "venv"]).arg(&home), "venv.log", INSTALL_MAX)?;
        let mut pip = python.command();
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "1"]);
        run(pip.arg(format!("viberbot=={VIBERBOT}")), "pip.log", INSTALL_MAX)?;
        is_there()?;
    }
    Ok(python)
}

fn find_node() -> Result<Interpreter, String> {
    switched_on()?;
    let folder = folder()?;
    let packages = folder.join("node_modules");
    let environment = vec![("NODE_PATH", packages.clone())];
    let node = Interpreter { program: "node".into(), arguments: &[], environment };
    let _only_one = lock("node.lock")?;
    let check = "require('viber-bot'); console.log(require('viber-bot/package.json').version)";
    let is_there = || match run(node.command().args(["-e", check]), "node-check.log", CHECK_MAX)?.trim() {
        VIBER_BOT => Ok(()),
        other => Err(format!("viber-bot is {other:?}")),
    };
    if is_there().is_err() {
        remove(&packages)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]);
        npm.arg("--fetch-retries=1").arg("--prefix").arg(&folder);
        run(npm.arg(format!("viber-bot@{VIBER_BOT}")), "npm.log", INSTALL_MAX)?;
        is_there()?;
    }
    Ok(node)
}

fn switched_on() -> Result<(), String> {
    let off = std::env::var("VIBER_SIM_FOREIGN").is_ok_and(|value| value == "0");
    if off { Err("VIBER_SIM_FOREIGN=0".into()) } else { Ok(()) }
}

/// `foreign` in the target folder, which is nowhere tracked.
fn folder() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("there is no target folder")?;
    let folder = target.join("foreign");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Without a manifest of its own npm might find one further up and install there.
    fs::write(folder.join("package.json"), "{\"private\":true}\n").map_err(|error| error.to_string())?;
    Ok(folder)
}

/// Two test runs must not install into one folder at the same time. Unlocked when it is dropped.
fn lock(name: &str) -> Result<File, String> {
    let file = File::create(folder()?.join(name)).map_err(|error| error.to_string())?;
    let started = Instant::now();
    while file.try_lock().is_err() {
        if started.elapsed() > INSTALL_MAX {
            return Err(format!("another run holds {name}"));
        }
        thread::sleep(PAUSE);
    }
    Ok(file)
}

fn remove(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(())
}

/// Runs to the end or to the limit, output into a file: a pipe would be held open by what the program starts itself.
/// Gives the output, or its last line with what went wrong.
fn run(command: &mut Command, log: &str, limit: Duration) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let log = folder()?.join(log);
    let output = File::create(&log).map_err(|error| error.to_string())?;
    let errors = output.try_clone().map_err(|error| error.to_string())?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let ended = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => break Ok(()),
            Some(status) => break Err(status.to_string()),
            None if started.elapsed() > limit => {
                // Either fails only when it has just ended by itself.
                let _ = child.kill().and_then(|()| child.wait());
                break Err(format!("not finished after {} s", limit.as_secs()));
            }
            None => thread::sleep(PAUSE),
        }
    };
    let mut text = String::new();
    let _ = File::open(&log).and_then(|mut file| file.read_to_string(&mut text));
    let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    ended.map_err(|error| format!("{program}: {error} ({last})")).map(|()| text)
}
