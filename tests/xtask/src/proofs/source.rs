//! The functions of a source, and the ids in a text, as far as formatted source shows them. No parser of Rust.

use std::collections::BTreeSet;

use super::Id;

/// A function with all that belongs to it.
pub(crate) struct Function {
    pub(crate) name: String,
    /// The lines of its doc comment.
    pub(super) docs: String,
    /// From the doc comment to the closing brace.
    pub(crate) text: String,
    /// Marked as a test.
    pub(super) is_test: bool,
}

impl Function {
    /// What it says that it proves: in its name, its doc comment or its body.
    pub(super) fn ids(&self) -> BTreeSet<Id> {
        let mut found = ids(&self.text);
        found.extend(ids(&self.name.to_uppercase().replace('_', " ")));
        found
    }
}

/// Every function of a formatted source, those inside a macro too.
pub(crate) fn functions(source: &str) -> Vec<Function> {
    let lines: Vec<&str> = source.lines().collect();
    let found = lines.iter().enumerate().filter_map(|(at, line)| Some((at, name_in(line)?)));
    found.map(|(at, name)| function(&lines, at, name)).collect()
}

/// The name, if a function begins in this line.
fn name_in(line: &str) -> Option<&str> {
    let words = ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "];
    let rest = words.iter().fold(line.trim_start(), |rest, word| rest.strip_prefix(word).unwrap_or(rest));
    rest.strip_prefix("fn ")?.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// The function that begins in a line.
fn function(lines: &[&str], at: usize, name: &str) -> Function {
    let is_comment = |line: &str| line.starts_with("//");
    let belongs = |line: &&&str| {
        let line = line.trim();
        is_comment(line) || !(line.is_empty() || line.ends_with(['{', '}', ';']))
    };
    let start = at - lines[..at].iter().rev().take_while(belongs).count();
    let above: Vec<&str> = lines[start..at].iter().map(|line| line.trim()).collect();
    let docs: Vec<&str> = above.iter().filter_map(|line| line.strip_prefix("///")).collect();
    let is_mark = |line: &&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    // Formatted source closes a function where it began.
    let indent = lines[at].len() - lines[at].trim_start().len();
    let closes = |line: &&str| {
        line.len() > indent && line[..indent].trim().is_empty() && line[indent..].starts_with('}')
    };
    let is_short = lines[at].trim_end().ends_with('}');
    let more = if is_short { 0 } else { lines[at..].iter().position(closes).unwrap_or(0) };
    Function {
        name: name.to_owned(),
        docs: docs.join("\n"),
        text: lines[start..=at + more].join("\n"),
        is_test: above.iter().any(is_mark),
    }
}

/// The ids in a text: `S41`, and both ends of `S28–S31` with what is between. `S410x` and `T1_MAX` are none.
pub(super) fn ids(text: &str) -> BTreeSet<Id> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    let mut before: Option<Id> = None;
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let between = &rest[..start];
        let end = rest[start..].find(|c| !is_word(c)).map_or(rest.len(), |end| start + end);
        let id = id(&rest[start..end]);
        if let (Some(first), Some(last), "–") = (before, id, between) {
            let more = first.number..last.number;
            found.extend(more.filter(|_| first.letter == last.letter).map(|number| Id { number, ..first }));
        }
        found.extend(id);
        (before, rest) = (id, &rest[end..]);
    }
    found
}

fn id(word: &str) -> Option<Id> {
    let letter = word.chars().next().filter(|letter| "SITG".contains(*letter))?;
    let digits = &word[1..];
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number && !digits.starts_with('0')).map(|number| Id { letter, number })
}
