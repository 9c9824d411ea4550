//! What no linter knows about this repository: who may depend on whom, files that say what they are, nothing unfinished.
//! Only tests; not a chore.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::root;

/// A crate and the workspace's own crates that it may name as dependencies, for building or for tests.
const MAY_USE: &[(&str, &[&str])] = &[
    ("plugin/conversation", &[]),
    ("plugin/viber", &["conversation"]),
    ("plugin", &["conversation", "viber"]),
    ("host/engine", &[]),
    ("host/store", &[]),
    ("host", &["channel-engine", "desk-store"]),
    ("tests/guests", &["channel-engine"]),
    ("tests/viber-sim", &[]),
    ("tests/e2e", &["guests", "viber-sim"]),
    ("tests/fuzz", &["conversation", "viber"]),
    ("tests/fuzz/libfuzzer", &["fuzz"]),
    ("tests/xtask", &[]),
    ("examples/embed-minimal", &["channel-engine"]),
    ("examples/plugin-echo", &[]),
];

const OURS: &[&str] = &[
    "channel-engine",
    "conversation",
    "desk",
    "desk-store",
    "e2e",
    "fuzz",
    "guests",
    "viber",
    "viber-channel",
    "viber-sim",
];

/// Crates from outside that only these may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("wasmtime", &["host/engine"]),
    ("wasmtime-wasi", &["host/engine"]),
    ("rusqlite", &["host/store"]),
    ("wit-bindgen", &["examples/plugin-echo"]),
    ("reqwest", &["host", "tests/e2e", "tests/viber-sim"]),
];

/// Longest source file, lines. A longer one is split by meaning.
const FILE_LINES_MAX: usize = 500;

/// The names under every `[…dependencies]` table of a crate.
fn dependencies(folder: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("the crate has a manifest");
    let mut inside = false;
    let mut names = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
        } else if let Some(name) =
            line.split(['.', ' ', '=']).next().filter(|name| inside && !name.is_empty())
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// Files of these kinds, without what is built or installed.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') || ["target", "node_modules", "data"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            files(&path, endings, found);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|it| ending == *it)) {
            found.push(path);
        }
    }
}

/// The sources with these endings: path from the root, and text.
pub(crate) fn sources(endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["plugin", "host", "wit", "tests", "examples"] {
        files(&root().join(folder), endings, &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        (name, fs::read_to_string(&path).expect("a source is text"))
    };
    found.into_iter().map(read).collect()
}

#[test]
fn every_crate_uses_only_what_it_may() {
    for (folder, allowed) in MAY_USE {
        for name in dependencies(folder) {
            let is_ours = OURS.contains(&name.as_str());
            assert!(!is_ours || allowed.contains(&name.as_str()), "{folder} must not depend on {name}");
            let only = ONLY_IN.iter().find(|(only, _)| *only == name);
            let is_allowed = only.is_none_or(|(_, folders)| folders.contains(folder));
            assert!(is_allowed, "{folder} must not depend on {name}");
        }
    }
    assert!(dependencies("plugin/conversation").is_empty(), "conversation imports nothing");
}

#[test]
fn every_member_of_the_workspace_has_a_rule() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let members =
        text.split("members = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let members: Vec<_> =
        members.split(',').map(|it| it.trim().trim_matches('"')).filter(|it| !it.is_empty()).collect();
    assert!(members.len() > 5);
    for member in members {
        assert!(MAY_USE.iter().any(|(folder, _)| *folder == member), "{member} has no rule in MAY_USE");
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for (name, text) in sources(&["rs", "wit", "sql", "js", "css", "html", "wat"]) {
        let first = text.lines().next().unwrap_or_default();
        let is_comment = ["//!", "//", "--", "/*", "<!--", ";;", "<!doctype html"]
            .iter()
            .any(|it| first.to_ascii_lowercase().starts_with(it));
        assert!(is_comment, "{name}: the first line says what the file is and is not");
    }
}

#[test]
fn no_source_is_long_or_unfinished() {
    // Written in two pieces, so that this file does not find itself.
    let unfinished = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
        concat!("#[ig", "nore"),
    ];
    for (name, text) in sources(&["rs"]) {
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{name} has {lines} lines: split it by meaning");
        for word in unfinished {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}
