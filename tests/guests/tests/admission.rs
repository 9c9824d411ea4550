//! An engine whose compiler is a process of its own: whatever that does, the engine says so and goes on. Not here: the desk's
//! own compiler (`tests/e2e/tests/admission.rs`).

mod common;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use channel_engine::{Compiler, Engine, EngineConfig, LoadError};
use common::good_call;

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compiled-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    path
}

fn engine(folder: &Path, program: &str, arguments: &[&str]) -> Engine {
    let arguments = arguments.iter().map(Into::into).collect();
    let compiler =
        Some(Compiler { program: program.into(), arguments, time_max: Duration::from_millis(500) });
    let config = EngineConfig { cache_dir: Some(folder.into()), compiler, ..EngineConfig::default() };
    Engine::new(config).expect("the engine starts")
}

#[track_caller]
fn refused(program: &str, arguments: &[&str], kind: &str, says: &str) {
    let folder = folder(kind);
    let loaded = engine(&folder, program, arguments).load(Path::new(guests::PLUGIN_ECHO));
    let error: LoadError = loaded.map(|_| ()).expect_err("it is not compiled");
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    assert!(text.starts_with(guests::PLUGIN_ECHO) && text.contains(says), "{text}");
    std::fs::remove_dir_all(folder).expect("it can be removed");
}

/// G14: what the compiler does is told as what it is; one that takes too long is ended.
#[test]
fn a_compiler_that_fails_costs_the_component_only() {
    let began = Instant::now();
    refused("/bin/sleep", &["60"], "compile", "longer than 500ms");
    assert!(began.elapsed() < Duration::from_secs(30), "it was waited for");
    refused("/bin/sh", &["-c", "kill -KILL $$"], "compile", "signal: 9");
    refused("/bin/sh", &["-c", "echo oh dear >&2; exit 1"], "compile", "oh dear");
    refused("/bin/sh", &["-c", "echo no such thing >&2; exit 3"], "invalid", "no such thing");
    refused("/bin/sh", &["-c", "exit 0"], "compile", "left nothing");
    refused("/nowhere/compiler", &[], "compile", "/nowhere/compiler");
}

/// G14: a component is compiled once: what is in the cache needs no compiler.
#[test]
fn what_was_compiled_is_not_compiled_again() {
    let folder = folder("again");
    let config = EngineConfig { cache_dir: Some(folder.clone()), ..EngineConfig::default() };
    let bytes = std::fs::read(guests::PLUGIN_ECHO).expect("it is built");
    Engine::new(config).expect("it starts").compile("echo", &bytes).expect("it is compiled");
    let echo = engine(&folder, "/nowhere/compiler", &[]).load(Path::new(guests::PLUGIN_ECHO));
    good_call(&echo.expect("it is there"));
    std::fs::remove_dir_all(folder).expect("it can be removed");
}
