//! `CommonMark` as text, as far as operators use it: marks, links, lists, headings, code, quotes; not a whole parser.

use super::entities::unescape;
use super::html::attribute;
use super::{link, mark};

use crate::prelude::*;

/// Deepest nesting of marks and of quotes; what is deeper is shown as it was written. People nest three, and a component
/// has a small stack.
const DEPTH_MAX: usize = 16;

/// The text of some Markdown.
pub(super) fn plain(markdown: &str) -> String {
    let guarded = guard(markdown);
    let mut lines = Vec::new();
    let (mut fenced, mut table) = (false, false);
    let mut given = guarded.lines().peekable();
    while let Some(line) = given.next() {
        let next = given.peek().copied().unwrap_or_default();
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        table = !fenced && !fence && line.contains('|') && (table || is_table_rule(next));
        if fence {
            fenced = !fenced;
            lines.push("```".to_owned());
        } else if fenced {
            lines.push(line.to_owned());
        } else if table {
            lines.push(row(line));
            given.next_if(|next| is_table_rule(next));
        } else if is_words(line) && is_underline(next) {
            // Of several lines above it the last: they are seldom meant as one heading.
            lines.push(heading(line));
            given.next();
        } else {
            lines.push(block(line));
        }
    }
    if fenced {
        lines.push("```".to_owned());
    }
    let [bold, italic, strike] = GUARDS;
    let text = lines.join("\n").replace(bold.1, "*").replace(italic.1, "_").replace(strike.1, "~");
    text.trim_end().to_owned()
}

/// Marks, and the characters that stand for them inside an address while the text is read. No text has these: Unicode
/// keeps them for such ends.
const GUARDS: [(char, char); 3] = [('*', '\u{fdd0}'), ('_', '\u{fdd1}'), ('~', '\u{fdd2}')];

/// Addresses with nothing in them that could be taken for a mark. Signs at the end of one may be marks around it.
fn guard(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for word in markdown.split_inclusive(|c: char| c.is_whitespace() || "<>\"`|[]".contains(c)) {
        let starts = ["https://", "http://", "www."].iter().filter_map(|start| word.find(start));
        let start = starts.min().unwrap_or(word.len());
        let end = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/').len().max(start);
        out.push_str(&word[..start]);
        let address = word[start..end].replace("\\_", "_").replace("\\*", "*").replace("\\~", "~");
        out.extend(address.chars().map(|c| GUARDS.iter().find(|it| it.0 == c).map_or(c, |it| it.1)));
        out.push_str(&word[end..]);
    }
    out
}

/// `| --- | :-: |`, which stands below the head of a table.
fn is_table_rule(line: &str) -> bool {
    line.contains('|') && line.contains('-') && line.chars().all(|c| "|-: \t".contains(c))
}

/// The cells of a table's row, as HTML's are shown.
fn row(line: &str) -> String {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = if line.ends_with("\\|") { line } else { line.strip_suffix('|').unwrap_or(line) };
    let mut cells = vec![String::new()];
    for piece in line.split_inclusive('|') {
        let (words, ends) = match (piece.strip_suffix("\\|"), piece.strip_suffix('|')) {
            (Some(words), _) => (format!("{words}|"), false),
            (None, Some(words)) => (words.to_owned(), true),
            (None, None) => (piece.to_owned(), false),
        };
        if let Some(cell) = cells.last_mut() {
            cell.push_str(&words);
        }
        if ends {
            cells.push(String::new());
        }
    }
    let cells: Vec<String> = cells.iter().map(|cell| inline(cell.trim(), 0)).collect();
    cells.join(" | ").trim_end().to_owned()
}

/// Whether a line is a paragraph's, which can be a heading with a line of signs below it.
fn is_words(line: &str) -> bool {
    let text = line.trim_start();
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = BULLETS.iter().any(|bullet| text.starts_with(bullet))
        || number.len() < text.len() && number.starts_with(['.', ')']);
    !(text.is_empty() || text.starts_with(['#', '>']) || is_item || is_rule(text))
}

fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 2 && (line.bytes().all(|sign| sign == b'=') || line.bytes().all(|sign| sign == b'-'))
}

/// A line across the page.
fn is_rule(text: &str) -> bool {
    text.len() >= 3
        && ["-", "*", "_"].iter().any(|rule| text.replace([' ', '\t'], "").replace(rule, "").is_empty())
}

fn heading(text: &str) -> String {
    let words = inline(text.trim(), 0);
    if words.starts_with('*') { words } else { mark(&words, "*") }
}

const BULLETS: [&str; 3] = ["- ", "* ", "+ "];
/// What begins an item of a list of things to do, and the box that shows it.
const BOXES: [(&str, &str); 3] = [("[ ] ", "☐ "), ("[x] ", "☑ "), ("[X] ", "☑ ")];

/// One line outside of code.
fn block(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&level) && text[level..].starts_with(' ') {
        return heading(text[level..].trim().trim_end_matches('#'));
    }
    if is_rule(text) {
        return String::new();
    }
    if let Some(item) = BULLETS.iter().find_map(|bullet| text.strip_prefix(bullet)) {
        let to_do = BOXES.iter().find_map(|(sign, shown)| Some((*shown, item.strip_prefix(sign)?)));
        let (bullet, item) = to_do.unwrap_or(("• ", item));
        return format!("{indent}{bullet}{}", inline(item, 0));
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
    /// Whether there may be a `</a>`.
    anchors: bool,
}

/// Marks, links and code inside a line.
fn inline(text: &str, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return unescape(text);
    }
    let mut ahead = Ahead { depth, closes: [true; MARKS.len()], brackets: true, anchors: true };
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
            .or_else(|| anchor(rest, &mut ahead))
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
    let inside = after.strip_prefix("](")?;
    let (inside, after) = inside.split_at(closing_paren(inside)?);
    let address = inside.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
    Some((link(&inline(words, ahead.depth + 1), &address.replace('&', "&amp;")), &after[1..]))
}

/// Where the `)` of a link stands: an address may have pairs of its own.
fn closing_paren(inside: &str) -> Option<usize> {
    let mut open = 0;
    for (at, c) in inside.char_indices() {
        match c {
            '(' if open == DEPTH_MAX => return None,
            '(' => open += 1,
            ')' if open == 0 => return Some(at),
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

/// `<a href="address">words</a>`: an address is not lost with its tag.
fn anchor<'a>(text: &'a str, ahead: &mut Ahead) -> Taken<'a> {
    let inside = text.strip_prefix("<a ").filter(|_| ahead.anchors && ahead.brackets)?;
    let found = inside.split_once('>').and_then(|(tag, after)| Some((tag, after.split_once("</a>")?)));
    // What is not behind this one is not behind the next.
    ahead.anchors = found.is_some();
    let (_, (words, after)) = found?;
    let tag = &text[1..text.find('>')?];
    Some((link(&inline(words, ahead.depth + 1), &attribute(tag, "href")), after))
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
