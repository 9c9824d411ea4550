//! What counts once it has happened stands between two crash points: a commit, a send, a file's name. Not here: what the desk
//! is like after a crash there; that is `cargo xtask prove points`.

use crate::proofs::source::{Function, functions};
use crate::tidy::sources;

/// What counts once it has happened.
const DEEDS: [&str; 3] = ["\"COMMIT\"", ".egress.send(", "fs::rename("];
/// Functions with such a deed that need no point: file, name, and why.
const EXEMPT: [(&str, &str, &str); 6] = [
    ("host/store/src/store.rs", "read_now", "ends a look: nothing is written"),
    ("host/store/src/look.rs", "read", "ends a look: nothing is written"),
    (
        "host/src/secrets/unlock.rs",
        "write_key",
        "at a first start, or with the desk down: done again by hand",
    ),
    ("host/store/src/alone.rs", "change_alone", "a person's command, with the desk down"),
    ("host/src/backup/take.rs", "take", "a person's command: a backup that has no name yet is none"),
    ("host/engine/src/cache.rs", "write", "of a cache: what is lost is compiled again"),
];

/// Whether each deed of a function has a point above it and one below it.
fn is_framed(function: &Function) -> bool {
    let at = |found: Option<usize>| found.unwrap_or_default();
    let deeds = || DEEDS.iter().filter(|deed| function.text.contains(**deed));
    let first = at(deeds().filter_map(|deed| function.text.find(*deed)).min());
    let last = at(deeds().filter_map(|deed| function.text.rfind(*deed)).max());
    let point = "crash_point(\"";
    function.text[..first].contains(point) && function.text[last..].contains(point)
}

/// The functions of a source that have a deed and no frame.
fn unframed(file: &str, source: &str) -> Vec<String> {
    let is_deed = |function: &Function| DEEDS.iter().any(|deed| function.text.contains(deed));
    let is_exempt = |it: &Function| EXEMPT.iter().any(|(at, name, _)| *at == file && *name == it.name);
    let found = functions(source).into_iter();
    found.filter(|it| is_deed(it) && !is_exempt(it) && !is_framed(it)).map(|it| it.name).collect()
}

#[test]
fn every_commit_and_send_stands_between_crash_points() {
    let mut deeds = 0;
    for (name, text) in
        sources(&["rs"]).iter().filter(|(name, _)| name.starts_with("host/") && !name.contains("/tests/"))
    {
        deeds += DEEDS.iter().map(|deed| text.matches(deed).count()).sum::<usize>();
        let missing = unframed(name, text);
        assert!(missing.is_empty(), "{name}: no crash point before and after what happens in {missing:?}");
    }
    assert!(deeds >= 6, "only {deeds} commits, sends and names are found: the words have changed");
}

#[test]
fn a_missing_point_is_noticed() {
    let source = |before: &str, after: &str| {
        format!("fn end(db: &Db) {{\n    {before};\n    db.run(\"COMMIT\");\n    {after};\n}}\n")
    };
    let point = "crash_point(\"a\")";
    assert!(unframed("", &source(point, point)).is_empty());
    assert_eq!(unframed("", &source(point, "end()")), ["end"]);
    assert_eq!(unframed("", &source("begin()", point)), ["end"]);
}
