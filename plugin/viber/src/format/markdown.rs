//! `CommonMark` as text, as far as operators use it: marks, links, lists, headings, code, quotes; not a whole parser.

use super::entities::unescape;
use super::{link, mark};

use crate::prelude::*;

/// Deepest nesting of marks and of quotes; what is deeper is shown as it was written. People nest three, and a component
/// has a small stack.
const DEPTH_MAX: usize = 16;

/// The text of some Markdown.
pub(super) fn plain(markdown: &str) -> String {
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
            lines.push("```".to_owned());
        } else if fenced {
            lines.push(line.to_owned());
        } else {
            lines.push(block(line));
        }
    }
    if fenced {
        lines.push("```".to_owned());
    }
    lines.join("\n").trim_end().to_owned()
}

/// One line outside of code.
fn block(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&level) && text[level..].starts_with(' ') {
        let words = inline(text[level..].trim().trim_end_matches('#').trim_end(), 0);
        return if words.starts_with('*') { words } else { mark(&words, "*") };
    }
    if text.len() >= 3
        && ["-", "*", "_"].iter().any(|rule| text.replace([' ', '\t'], "").replace(rule, "").is_empty())
    {
        return String::new();
    }
    if let Some(item) = ["- ", "* ", "+ "].iter().find_map(|bullet| text.strip_prefix(bullet)) {
        return format!("{indent}• {}", inline(item, 0));
    }
    if text.starts_with('>') {
        return quote(text);
    }
    format!("{indent}{}", inline(text.strip_suffix('\\').unwrap_or(text), 0))
}

/// A quotation, of a quotation perhaps.
fn quote(text: &str) -> String {
    let mut depth = 0;
    let mut quoted = text;
    while let Some(inner) = quoted.strip_prefix('>') {
        quoted = inner.trim_start();
        depth += 1;
    }
    format!("{}{}", "> ".repeat(depth.min(DEPTH_MAX)), block(quoted))
}

/// What Markdown writes around words, and what Viber does.
const MARKS: [(&str, &str); 5] = [("**", "*"), ("__", "*"), ("~~", "~"), ("*", "_"), ("_", "_")];

/// What is known not to come any more in a line, so that nobody looks for it at every character again.
struct Ahead {
    depth: usize,
    /// For each of [`MARKS`]: whether something may still close it.
    closes: [bool; MARKS.len()],
    /// Whether there is a `>`.
    brackets: bool,
}

/// Marks, links and code inside a line.
fn inline(text: &str, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return unescape(text);
    }
    let mut ahead = Ahead { depth, closes: [true; MARKS.len()], brackets: true };
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let before = out.chars().next_back();
        if first == '<' {
            ahead.brackets = ahead.brackets && rest.contains('>');
        }
        if let Some((words, after)) = escape(rest)
            .or_else(|| code(rest))
            .or_else(|| target(rest, &ahead))
            .or_else(|| emphasis(rest, before, &mut ahead))
            .or_else(|| if ahead.brackets { tag(rest) } else { None })
        {
            out.push_str(&words);
            rest = after;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    unescape(&out)
}

type Taken<'a> = Option<(String, &'a str)>;

fn escape(text: &str) -> Taken<'_> {
    let escaped = text.strip_prefix('\\')?.chars().next().filter(char::is_ascii_punctuation)?;
    // An `&` that was escaped is no entity's.
    let words = if escaped == '&' { "&amp;".to_owned() } else { escaped.to_string() };
    Some((words, &text[2..]))
}

fn code(text: &str) -> Taken<'_> {
    let ticks = text.bytes().take_while(|byte| *byte == b'`').count();
    if ticks == 0 {
        return None;
    }
    let (words, after) = text[ticks..].split_once(&text[..ticks])?;
    Some((mark(&words.replace('&', "&amp;"), "```"), after))
}

/// `[words](address)`, `![words](address)`, `<address>`.
fn target<'a>(text: &'a str, ahead: &Ahead) -> Taken<'a> {
    let in_brackets = text.strip_prefix('<').filter(|_| ahead.brackets);
    if let Some((address, after)) = in_brackets.and_then(|text| text.split_once('>')) {
        let is_address =
            ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme));
        return (is_address && !address.contains(' ')).then(|| (address.replace('&', "&amp;"), after));
    }
    let opened = text.strip_prefix('!').unwrap_or(text).strip_prefix('[')?;
    let (words, after) = opened.split_at(opened.find(['[', ']'])?);
    let (inside, after) = after.strip_prefix("](")?.split_once(')')?;
    let address = inside.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
    Some((link(&inline(words, ahead.depth + 1), &address.replace('&', "&amp;")), after))
}

/// Bold, italic, strike. `_` inside a word is a character.
fn emphasis<'a>(text: &'a str, before: Option<char>, ahead: &mut Ahead) -> Taken<'a> {
    let in_word = before.is_some_and(char::is_alphanumeric);
    for (index, (markdown, viber)) in MARKS.into_iter().enumerate() {
        let Some(inside) = text.strip_prefix(markdown).filter(|_| ahead.closes[index]) else { continue };
        if in_word && markdown.starts_with('_') {
            return None;
        }
        // Not an opening mark; others may be.
        if inside.starts_with(char::is_whitespace) {
            continue;
        }
        let Some(end) = closing(inside, markdown) else {
            ahead.closes[index] = false;
            continue;
        };
        let words = inline(&inside[..end], ahead.depth + 1);
        return Some((mark(&words, viber), &inside[end + markdown.len()..]));
    }
    None
}

/// Where the mark that ends `inside` stands: not after a blank, and not part of a longer one.
fn closing(inside: &str, markdown: &str) -> Option<usize> {
    let sign = markdown.chars().next()?;
    let mut from = 0;
    while let Some(at) = inside[from..].find(markdown).map(|at| at + from) {
        let run = inside[at..].chars().take_while(|c| *c == sign).count();
        let word_goes_on = sign == '_' && inside[at + run..].starts_with(char::is_alphanumeric);
        let fits = if markdown.len() == 1 { run != 2 } else { run >= 2 };
        if at > 0 && fits && !word_goes_on && !inside[..at].ends_with([' ', '\\']) {
            // Of three, the inner mark takes what it needs first.
            return Some(at + if run == 3 { run - markdown.len() } else { 0 });
        }
        from = at + run;
    }
    None
}

/// Tags are never shown (I9).
fn tag(text: &str) -> Taken<'_> {
    let inside = text.strip_prefix('<')?;
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
        return None;
    }
    let (name, after) = inside.split_once('>')?;
    Some((if name.starts_with("br") { "\n".to_owned() } else { String::new() }, after))
}
