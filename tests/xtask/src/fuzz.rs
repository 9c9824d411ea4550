//! Looks for inputs that break what must hold. Not here: what must hold, which is `tests/fuzz`, and the fuzzer, libFuzzer.
//!
//! The compiler's own coverage counters are enough for libFuzzer, and stable Rust has them; what a nightly compiler would
//! add, the sanitizers, looks for faults of unsafe code, which the plugin has none of.

use std::fs;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::run::{answer, cargo, root, run};

/// Seconds for each target.
const SECONDS: u64 = 60;

/// Bytes of an input at most: libFuzzer finds more with short ones.
const INPUT_BYTES_MAX: usize = 8_192;

/// Seconds that one input may take; a call of the plugin's has one second.
const INPUT_SECONDS_MAX: u64 = 5;

/// What libFuzzer wants of the compiler, as cargo-fuzz says it; a debug assertion is worth as much as an assertion.
const FLAGS: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Runs targets one after the other: all, or those that are named.
pub(crate) fn fuzz(arguments: &[String]) -> anyhow::Result<()> {
    let (targets, seconds) = parse(arguments)?;
    let programs = build()?;
    let mut reports = Vec::new();
    for target in &targets {
        reports.push(search(&programs.join(target), target, seconds)?);
    }
    println!();
    for report in &reports {
        println!("{}", report.line());
    }
    let findings: usize = reports.iter().map(|report| report.findings.len()).sum();
    if findings > 0 {
        bail!("{findings} findings; what to do with them stands above");
    }
    Ok(())
}

/// The targets and the seconds for each.
fn parse(arguments: &[String]) -> anyhow::Result<(Vec<String>, u64)> {
    let all = targets()?;
    let (mut chosen, mut seconds) = (Vec::new(), SECONDS);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--seconds" {
            let number = rest.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
            seconds = number.context("--seconds takes a number")?;
        } else if all.contains(argument) {
            chosen.push(argument.clone());
        } else {
            bail!("there is no target {argument}; there are {}", all.join(", "));
        }
    }
    Ok((if chosen.is_empty() { all } else { chosen }, seconds))
}

/// Every corpus is a target.
fn targets() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(corpora())? {
        let entry = entry?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn corpora() -> PathBuf {
    root().join("tests/fuzz/corpus")
}

/// Where everything goes that a search makes.
fn folder() -> PathBuf {
    root().join("target/fuzz")
}

/// Builds the programs; the folder they are in. With a target named, the flags are not for build scripts.
fn build() -> anyhow::Result<PathBuf> {
    let about =
        answer(Command::new("rustc").current_dir(root()).arg("-vV")).context("rustc does not answer")?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it compiles for")?;
    let manifest =
        ["--manifest-path", "tests/fuzz/libfuzzer/Cargo.toml", "--target-dir", "target/fuzz/build"];
    let mut command = cargo(&["build", "--locked", "--release", "--bins", "--target", host]);
    command.args(manifest).env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    run(&mut command).context("the fuzzer is C++: building it needs a C++ compiler")?;
    Ok(folder().join("build").join(host).join("release"))
}

/// What a search came to.
struct Report {
    target: String,
    seconds: f64,
    runs: u64,
    findings: Vec<PathBuf>,
}

impl Report {
    #[allow(clippy::cast_precision_loss, reason = "a rate is for a person")]
    fn line(&self) -> String {
        let rate = self.runs as f64 / self.seconds.max(0.1);
        let Self { target, seconds, runs, findings } = self;
        format!(
            "{target:<10} {runs:>10} runs {seconds:>5.0} s {rate:>8.0} runs/s {:>3} findings",
            findings.len()
        )
    }
}

/// Searches with one target. The corpus of the tree is read; what is new goes to `target/fuzz`.
fn search(program: &Path, target: &str, seconds: u64) -> anyhow::Result<Report> {
    let (grown, findings) = (folder().join("corpus").join(target), folder().join("findings").join(target));
    fs::create_dir_all(&grown)?;
    // What an earlier run found is not this one's; it is in the log's place until then.
    if findings.exists() {
        fs::remove_dir_all(&findings)?;
    }
    fs::create_dir_all(&findings)?;
    let mut command = Command::new(program);
    command.current_dir(root()).arg(&grown).arg(corpora().join(target));
    command.arg(format!("-artifact_prefix={}/", findings.display()));
    command.arg(format!("-dict={}", root().join("tests/fuzz/words.dict").display()));
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-max_len={INPUT_BYTES_MAX}"));
    command.arg(format!("-timeout={INPUT_SECONDS_MAX}"));
    let started = Instant::now();
    let (runs, log, ended_well) = watch(&mut command, target)?;
    let mut found: Vec<PathBuf> =
        fs::read_dir(&findings)?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    found.sort();
    if !ended_well {
        if found.is_empty() {
            bail!("{target} ended badly, without a finding; see {}", log.display());
        }
        tell(program, target, &log, &found)?;
    }
    Ok(Report { target: target.to_owned(), seconds: started.elapsed().as_secs_f64(), runs, findings: found })
}

/// Runs libFuzzer and shows how far it is; its runs, its log, and whether it ended well.
fn watch(command: &mut Command, target: &str) -> anyhow::Result<(u64, PathBuf, bool)> {
    let path = folder().join(format!("{target}.log"));
    let mut log = fs::File::create(&path)?;
    let program = command.get_program().to_owned();
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.with_context(|| format!("{} does not start", program.display()))?;
    let errors = child.stderr.take().context("libFuzzer has no output")?;
    let (started, mut shown, mut runs) = (Instant::now(), Instant::now(), 0);
    let pause = Duration::from_secs(if std::io::stderr().is_terminal() { 1 } else { 15 });
    for line in BufReader::new(errors).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        writeln!(log, "{line}")?;
        // `#12345  NEW  cov: 321 ft: 654 …`
        let number = line.strip_prefix('#').and_then(|line| line.split_ascii_whitespace().next());
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            runs = number;
            if shown.elapsed() >= pause {
                shown = Instant::now();
                let covered =
                    line.split_once("cov: ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or("?");
                eprintln!(
                    "  {target:<10} {:>4} s {runs:>10} runs, {covered} edges",
                    started.elapsed().as_secs()
                );
            }
        }
    }
    Ok((runs, path, child.wait()?.success()))
}

/// Says what broke, and how to see it again.
fn tell(program: &Path, target: &str, log: &Path, findings: &[PathBuf]) -> anyhow::Result<()> {
    let text = fs::read(log)?;
    let text = String::from_utf8_lossy(&text);
    let panic = text.lines().skip_while(|line| !line.contains("panicked at")).take(4).collect::<Vec<_>>();
    eprintln!("\n{target} does not hold:\n{}", panic.join("\n"));
    for finding in findings {
        eprintln!("  the input: {}", finding.display());
        eprintln!("  again:     {} {}", program.display(), finding.display());
        eprintln!(
            "  shorter:   {} -minimize_crash=1 -max_total_time=30 {}",
            program.display(),
            finding.display()
        );
        eprintln!("  mended:    copy it to tests/fuzz/corpus/{target}/regression-WHAT\n");
    }
    Ok(())
}
