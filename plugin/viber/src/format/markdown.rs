//! `CommonMark` as text, as far as operators use it: marks, links, lists, headings, code, quotes; not a whole parser.

use super::html::unescape;
use super::{link, mark};

use crate::prelude::*;

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
        let words = inline(text[level..].trim().trim_end_matches('#').trim_end());
        return if words.starts_with('*') { words } else { mark(&words, "*") };
    }
    if text.len() >= 3
        && ["-", "*", "_"].iter().any(|rule| text.replace([' ', '\t'], "").replace(rule, "").is_empty())
    {
        return String::new();
    }
    if let Some(item) = ["- ", "* ", "+ "].iter().find_map(|bullet| text.strip_prefix(bullet)) {
        return format!("{indent}• {}", inline(item));
    }
    if let Some(quoted) = text.strip_prefix('>') {
        return format!("> {}", block(quoted.trim_start()));
    }
    format!("{indent}{}", inline(text.strip_suffix('\\').unwrap_or(text)))
}

/// Marks, links and code inside a line.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let before = out.chars().next_back();
        if let Some((words, after)) = escape(rest)
            .or_else(|| code(rest))
            .or_else(|| target(rest))
            .or_else(|| emphasis(rest, before))
            .or_else(|| tag(rest))
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
fn target(text: &str) -> Taken<'_> {
    if let Some((address, after)) = text.strip_prefix('<').and_then(|text| text.split_once('>')) {
        let is_address =
            ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme));
        return (is_address && !address.contains(' ')).then(|| (address.replace('&', "&amp;"), after));
    }
    let (words, after) = text.strip_prefix('!').unwrap_or(text).strip_prefix('[')?.split_once("](")?;
    if words.contains('\n') || words.contains('[') {
        return None;
    }
    let (inside, after) = after.split_once(')')?;
    let address = inside.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
    Some((link(&inline(words), &address.replace('&', "&amp;")), after))
}

/// Bold, italic, strike. `_` inside a word is a character.
fn emphasis(text: &str, before: Option<char>) -> Taken<'_> {
    let in_word = before.is_some_and(char::is_alphanumeric);
    for (markdown, viber) in [("**", "*"), ("__", "*"), ("~~", "~"), ("*", "_"), ("_", "_")] {
        let Some(inside) = text.strip_prefix(markdown) else { continue };
        if in_word && markdown.starts_with('_') {
            return None;
        }
        let Some(end) = closing(inside, markdown) else { continue };
        let words = inline(&inside[..end]);
        return Some((mark(&words, viber), &inside[end + markdown.len()..]));
    }
    None
}

/// Where the mark that ends `inside` stands: not after a blank, and not part of a longer one.
fn closing(inside: &str, markdown: &str) -> Option<usize> {
    if inside.starts_with(char::is_whitespace) {
        return None;
    }
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
