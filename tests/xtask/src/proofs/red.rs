//! The checker goes red for each thing that can be wrong, shown on a table of three ids and one file of tests.

use super::source::ids;
use super::{problems, strangers};

const WANTED: &[(char, u32)] = &[('S', 2), ('T', 1)];

const GOOD: &str = "
# A table

| id | what | proven by |
|---|---|---|
| S1 | a chat | `a.rs::by_doc` |
| S2 | a link | `a.rs::by_body`, shortly; `a.rs::t1_by_name` |
| T1 | a trap | `a.rs::t1_by_name` |
";

const SOURCE: &str = "
/// S1, and why.
#[test]
fn by_doc() {
    let row = Row {
        closing: 1,
    };
}

#[tokio::test(flavor = \"multi_thread\")]
async fn by_body() -> Result<()> {
    // S2
}

proptest! {
    /// S1–S2.
    #[test]
    fn t1_by_name(x in 0..9) {
        assert!(x < 9);
    }
}

/// S1 S2
fn no_test() {}

#[test]
fn names_nothing() {}
";

fn read(path: &str) -> Option<String> {
    (path == "a.rs").then(|| SOURCE.to_owned())
}

#[test]
fn a_good_table_passes() {
    assert_eq!(problems(GOOD, WANTED, &[], &read), Vec::<String>::new());
    assert_eq!(strangers("a.rs", SOURCE, GOOD), Vec::<String>::new());
}

#[test]
fn each_fault_of_a_table_is_said() {
    let s1 = "| S1 | a chat | `a.rs::by_doc` |\n";
    for (old, new, says) in [
        (s1, "", "S1 has no row: write the test"),
        ("`a.rs::by_doc`", "", "S1 has a row and no test"),
        ("`a.rs::by_doc`", "a.rs::by_doc", "S1 has a row and no test"),
        (s1, &[s1, s1].concat(), "S1 has two rows, lines 6 and 7"),
        ("| S1 | a chat |", "| S1 |  |", "say in a few words"),
        ("| S1 |", "| S3 |", "line 6: `S3` is no id"),
        ("| S1 |", "| S1, S2 |", "line 6: `S1, S2` is no id"),
        ("a.rs::by_doc", "b.rs::by_doc", "S1: there is no file b.rs"),
        ("a.rs::by_doc", "a.rs::gone", "S1: a.rs has no function gone"),
        ("a.rs::by_doc", "a.rs", "S1: `a.rs` should be `path::function`"),
        ("a.rs::by_doc", "a.rs::no_test", "S1: a.rs::no_test is no test"),
        ("a.rs::by_doc", "a.rs::names_nothing", "S1: a.rs::names_nothing does not name it"),
        ("a.rs::by_doc", "a.rs::by_body", "S1: a.rs::by_body does not name it"),
        (
            "| T1 | a trap | `a.rs::t1_by_name` |",
            "| T1 | a trap | `a.rs::by_doc` |",
            "T1: a.rs::by_doc does not",
        ),
    ] {
        let wrong = problems(&GOOD.replace(old, new), WANTED, &[], &read);
        assert!(wrong.iter().any(|it| it.contains(says)), "{new}: {wrong:?}");
    }
}

#[test]
fn what_is_open_has_no_test_and_is_an_id() {
    let without = GOOD.replace("`a.rs::by_doc`", "");
    assert_eq!(problems(&without, WANTED, &["S1"], &read), Vec::<String>::new());
    for (table, open, says) in [
        (GOOD, "S1", "S1 has a test: take it out of OPEN"),
        (GOOD, "S9", "OPEN in proofs.rs has `S9`"),
        (&without, "S2", "S1 has a row and no test"),
    ] {
        let wrong = problems(table, WANTED, &[open], &read);
        assert!(wrong.iter().any(|it| it.contains(says)), "{open}: {wrong:?}");
    }
}

#[test]
fn a_test_that_names_an_unknown_id_is_said() {
    let source = SOURCE.replace("/// S1, and why.", "/// S1 and S7, T1–T2.");
    let wrong = strangers("a.rs", &source, GOOD);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].contains("a.rs::by_doc names S7"), "{wrong:?}");
    // Comments elsewhere may speak of anything.
    assert!(strangers("a.rs", &source.replace("#[test]\nfn by_doc", "fn by_doc"), GOOD).is_empty());
}

#[test]
fn ids_are_whole_words_and_ranges_are_filled() {
    for (text, expected) in [
        ("S1 S12, (T3): I5/G6", "G6 I5 S1 S12 T3"),
        ("S28–S31", "S28 S29 S30 S31"),
        ("S8.1 T9's", "S8 T9"),
        ("XS1 S1x T1_MAX S123 S01 S R4 U2", ""),
        ("S1–T3, S5 – S9", "S1 S5 S9 T3"),
    ] {
        let found: Vec<_> = ids(text).iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }
}
