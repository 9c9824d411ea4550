//! The command line without a plugin: what bad input gets. What needs a component is tested in `tests/e2e`.

use std::path::Path;
use std::process::{Command, Output};

fn desk(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_desk")).args(arguments).output().expect("desk runs")
}

/// The command fails, and says each of these.
#[track_caller]
fn refuses(arguments: &[&str], says: &[&str]) {
    let output = desk(arguments);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{arguments:?} succeeded");
    for words in says {
        assert!(text.contains(words), "{arguments:?} does not say `{words}`:\n{text}");
    }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the file is written");
    path.display().to_string()
}

#[test]
fn serve_says_what_it_misses() {
    refuses(&["serve", "--data", "/nowhere"], &["--plugin"]);
    refuses(&["serve", "--plugin", "x.wasm"], &["--data"]);
    refuses(&["serve", "--plugin", "x.wasm", "--data", "d", "--listen", "here"], &["--listen", "here"]);
}

#[test]
fn a_misspelt_key_of_the_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "desk.toml", "plugins = [\"a.wasm\"]\n");
    refuses(&["serve", "--config", &file], &["desk.toml", "plugins"]);
}

/// G21: a master key in the file, where it is a mistake, is not shown.
#[test]
fn a_fault_of_the_file_is_named_by_its_line_and_not_quoted() {
    let folder = tempfile::tempdir().expect("a folder");
    for (text, says) in [
        ("data = \"d\"\nkey = \"c2VjcmV0LWtleQ\"\n", "in line 2: unknown field `key`"),
        ("data = \"d\"\nlisten = \"c2VjcmV0LWtleQ\"\n", "in line 2"),
        ("keep_days = \"c2VjcmV0LWtleQ\"\n", "in line 1"),
        ("c2VjcmV0LWtleQ\n", "in line 1"),
    ] {
        let file = write(folder.path(), "desk.toml", text);
        refuses(&["serve", "--config", &file], &[says, "desk.toml"]);
        let said = String::from_utf8_lossy(&desk(&["serve", "--config", &file]).stderr).into_owned();
        assert!(!said.contains("c2VjcmV0LWtleQ"), "{said}");
    }
}

#[test]
fn a_plugin_that_is_none_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "text.wasm", "this is no component");
    refuses(&["inspect", &file], &["text.wasm", "component"]);
    let missing = folder.path().join("missing.wasm").display().to_string();
    refuses(&["inspect", &missing], &["missing.wasm"]);
    let data = folder.path().join("data").display().to_string();
    refuses(&["serve", "--plugin", &file, "--data", &data], &["text.wasm"]);
}

#[test]
fn an_egress_that_is_no_pair_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let file = write(folder.path(), "x.wasm", "");
    refuses(&["serve", "--plugin", &file, "--data", &data, "--egress", "chatapi.viber.com"], &["HOST=URL"]);
}

#[test]
fn a_clock_that_cannot_be_read_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let plugin = write(folder.path(), "x.wasm", "");
    let missing = folder.path().join("missing.ms").display().to_string();
    let serve = ["serve", "--plugin", &plugin, "--data", &data, "--clock"];
    refuses(&[&serve[..], &[&missing]].concat(), &["missing.ms", "cannot read"]);
    for text in ["", "soon", "-5", "1.5"] {
        let damaged = write(folder.path(), "clock.ms", text);
        refuses(&[&serve[..], &[&damaged]].concat(), &["clock.ms", "milliseconds"]);
    }
    assert!(!Path::new(&data).exists(), "no file is made before");
}

#[test]
fn a_token_is_printed_once_and_a_running_desk_keeps_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let output = desk(&["token", "create", "--data", &data, "--name", "ci", "--scope", "read"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("desk_"));
    refuses(
        &["token", "create", "--data", &data, "--name", "ci", "--scope", "all"],
        &["read", "operate", "admin"],
    );
    let store = desk_store::Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
    refuses(&["token", "create", "--data", &data, "--name", "ci", "--scope", "read"], &["in use"]);
    drop(store);
}
