//! Every input of every corpus, as plain tests; not the search for new ones, which is `cargo xtask fuzz`.

use std::fs;
use std::path::PathBuf;

use fuzz::TARGETS;

/// A corpus that grows without end is slow to run, and nobody looks at it.
const FILES_MAX: usize = 60;
const BYTES_MAX: usize = 64 << 10;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Names and contents, in the order of the names.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let files =
        fs::read_dir(folder().join(name)).unwrap_or_else(|error| panic!("the corpus {name}: {error}"));
    let mut inputs: Vec<_> = files
        .map(|file| file.expect("an entry"))
        .map(|file| {
            (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).expect("an input"))
        })
        .collect();
    inputs.sort();
    inputs
}

fn run(name: &str) {
    let (_, target) = TARGETS.iter().find(|(target, _)| *target == name).expect("a target of this name");
    let inputs = corpus(name);
    assert!(!inputs.is_empty(), "the corpus {name} is empty");
    for (file, input) in inputs {
        // So that a failure says by which input.
        println!("corpus/{name}/{file}");
        target(&input);
    }
}

#[test]
fn callbacks_of_the_corpus_hold() {
    run("callback");
}

/// G22.
#[test]
fn signatures_of_the_corpus_hold() {
    run("signature");
}

#[test]
fn answers_of_the_corpus_hold() {
    run("answer");
}

#[test]
fn states_of_the_corpus_hold() {
    run("state");
}

#[test]
fn replies_of_the_corpus_hold() {
    run("reply");
}

#[test]
fn no_bytes_and_odd_bytes_hold_in_every_target() {
    for (_, target) in TARGETS {
        for input in [&b""[..], b"\n", b"\n\n\n", b"\xff\xfe\0", b"{", b"[]", b"null"] {
            target(input);
        }
    }
}

#[test]
fn every_target_has_a_corpus_of_a_size_that_one_can_look_at_and_a_program() {
    for (name, _) in TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() <= FILES_MAX, "{name} has {} files", inputs.len());
        let bytes: usize = inputs.iter().map(|(_, input)| input.len()).sum();
        assert!(bytes <= BYTES_MAX, "{name} has {bytes} bytes");
        let program = format!("../libfuzzer/src/bin/{name}.rs");
        assert!(folder().join(&program).is_file(), "{program} is missing");
    }
    let folders = fs::read_dir(folder()).expect("the corpora").map(|entry| entry.expect("an entry"));
    assert_eq!(
        folders.filter(|entry| entry.path().is_dir()).count(),
        TARGETS.len(),
        "a corpus without a target"
    );
}
