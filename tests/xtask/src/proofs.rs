//! Every requirement and every trap has a test that proves it: `tests/PROOFS.md` says which, and these tests hold it to that.
//! Not here: whether a test is a good one; that takes a reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;

use crate::run::root;
use crate::tidy::sources;

mod red;
pub(crate) mod source;

use source::{functions, ids};

/// Where the table stands.
const TABLE: &str = "tests/PROOFS.md";
/// Functions in here are scenes of the demo, which looks each step up and ends with an error if one did not hold.
const DEMO: &str = "tests/e2e/src/demo/";

/// Ids that must all be proven: a letter, and the last number. S is said outright, I implied, T a trap of Viber's.
const REQUIRED: &[(char, u32)] = &[('S', 47), ('I', 17), ('T', 33)];
/// Ids that may stand in the table, and are then held to the same: G is a guarantee.
const FURTHER: &[(char, u32)] = &[('G', 35)];
/// Ids that nothing proves yet. It only shrinks: an id that is here and has a test is an error.
const OPEN: &[&str] = &[];

/// `S41`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    letter: char,
    number: u32,
}

impl Id {
    fn is_of(self, families: &[(char, u32)]) -> bool {
        families.iter().any(|(letter, last)| *letter == self.letter && (1..=*last).contains(&self.number))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.letter, self.number)
    }
}

/// A line of the table: its number, the id's text, what it is about, and the tests as they are written.
struct Row {
    line: usize,
    id: String,
    what: String,
    tests: Vec<String>,
}

/// The rows of every table whose first column is called `id`.
fn rows(table: &str) -> Vec<Row> {
    let mut found = Vec::new();
    for (number, line) in table.lines().enumerate() {
        let Some(inside) = line.trim().strip_prefix('|') else { continue };
        let cells: Vec<_> = inside.trim_end_matches('|').split('|').map(str::trim).collect();
        if cells[0] == "id" || cells[0].starts_with("--") || cells[0].starts_with(":-") {
            continue;
        }
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        // What stands outside of back quotes is a remark.
        let tests = cell(2).split('`').skip(1).step_by(2).map(str::to_owned).collect();
        found.push(Row { line: number + 1, id: cell(0).to_owned(), what: cell(1).to_owned(), tests });
    }
    found
}

/// All that is wrong with the table. `read` gives a file of the repository by its path.
fn problems(
    table: &str,
    required: &[(char, u32)],
    open: &[&str],
    read: &dyn Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut proven = BTreeSet::new();
    for row in rows(table) {
        let (id, line) = (&row.id, row.line);
        let known = ids(id).into_iter().next().filter(|it| it.to_string() == *id);
        let Some(known) = known.filter(|it| it.is_of(required) || it.is_of(FURTHER)) else {
            wrong
                .push(format!("line {line}: `{id}` is no id that there is: correct it, or take the row out"));
            continue;
        };
        if let Some(first) = seen.insert(id.clone(), line) {
            wrong.push(format!("{id} has two rows, lines {first} and {line}: make them one"));
        }
        if row.what.is_empty() {
            wrong.push(format!("{id}, line {line}: say in a few words what it is about"));
        }
        if !row.tests.is_empty() {
            proven.insert(known);
        }
        wrong.extend(row.tests.iter().filter_map(|test| unproven(known, test, read)));
    }
    for id in
        required.iter().flat_map(|(letter, last)| (1..=*last).map(|number| Id { letter: *letter, number }))
    {
        let (name, is_open) = (id.to_string(), open.contains(&id.to_string().as_str()));
        match (proven.contains(&id), is_open) {
            (true, true) => wrong.push(format!("{name} has a test: take it out of OPEN in proofs.rs")),
            (false, false) if seen.contains_key(&name) => {
                wrong.push(format!(
                    "{name} has a row and no test: name one, as `path::function` in back quotes"
                ));
            }
            (false, false) => {
                wrong.push(format!(
                    "{name} has no row: write the test that proves it, and a row that names it"
                ));
            }
            (true, false) | (false, true) => {}
        }
    }
    for name in open.iter().filter(|name| ids(name).iter().all(|id| !id.is_of(required))) {
        wrong.push(format!("OPEN in proofs.rs has `{name}`, which is no id that there is"));
    }
    wrong
}

/// Why a test does not count for an id, if it does not.
fn unproven(id: Id, test: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let Some((path, name)) = test.split_once("::") else {
        return Some(format!("{id}: `{test}` should be `path::function`"));
    };
    let Some(source) = read(path) else { return Some(format!("{id}: there is no file {path}")) };
    let Some(function) = functions(&source).into_iter().find(|it| it.name == name) else {
        return Some(format!("{id}: {path} has no function {name}: was it renamed?"));
    };
    if !function.is_test && !path.starts_with(DEMO) {
        return Some(format!("{id}: {path}::{name} is no test"));
    }
    if !function.ids().contains(&id) {
        let advice = "if it proves it, say so in its doc comment; else name another";
        return Some(format!("{id}: {path}::{name} does not name it: {advice}"));
    }
    None
}

/// The ids in the doc comments of a file's tests that the table does not have.
fn strangers(path: &str, source: &str, table: &str) -> Vec<String> {
    let rows: BTreeSet<String> = rows(table).into_iter().map(|row| row.id).collect();
    let mut wrong = Vec::new();
    for test in functions(source).iter().filter(|it| it.is_test) {
        let unknown = ids(&test.docs).into_iter().filter(|id| !rows.contains(&id.to_string()));
        wrong.extend(
            unknown.map(|id| format!("{path}::{} names {id}, which has no row in {TABLE}", test.name)),
        );
    }
    wrong
}

fn in_repository(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok().filter(|_| !path.contains(".."))
}

#[test]
fn every_id_has_a_test_that_names_it() {
    let table = in_repository(TABLE).expect("the table is there");
    let wrong = problems(&table, REQUIRED, OPEN, &in_repository);
    assert!(wrong.is_empty(), "{TABLE}:\n  {}", wrong.join("\n  "));
}

#[test]
fn every_id_in_a_tests_doc_comment_has_a_row() {
    let table = in_repository(TABLE).expect("the table is there");
    let wrong: Vec<_> =
        sources(&["rs"]).iter().flat_map(|(path, source)| strangers(path, source, &table)).collect();
    assert!(wrong.is_empty(), "correct the id, or give it a row:\n  {}", wrong.join("\n  "));
}

#[test]
fn the_readme_names_every_requirement() {
    let readme = in_repository("README.md").expect("there is a README");
    let named = ids(&readme);
    for (letter, last) in REQUIRED.iter().filter(|(letter, _)| *letter != 'T') {
        for number in 1..=*last {
            let id = Id { letter: *letter, number };
            assert!(named.contains(&id), "README.md, what it does: no row names {id}");
        }
    }
    assert!(readme.contains(TABLE), "README.md: no link to {TABLE}");
}
