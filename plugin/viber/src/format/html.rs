//! HTML as helpdesks' editors make it, as text; not a parser of whole pages.

use super::entities::unescape;
use super::{link, mark};

use crate::prelude::*;

/// Deepest nesting of marks, links and quotes; what is deeper has no mark. People nest three, and each level reads its
/// words once more.
const DEPTH_MAX: usize = 16;
/// Deepest nesting of lists that is shown.
const LISTS_MAX: usize = 8;

/// An element that is open: what it will do with its words, and where they begin.
struct Open {
    name: String,
    does: Does,
    start: usize,
}

/// What becomes of an element's words.
enum Does {
    /// Nothing.
    Nothing,
    /// A mark on both sides of each line.
    Mark(&'static str),
    /// A link with this address.
    Link(String),
    /// `> ` before each line.
    Quote,
}

/// The text of some HTML.
pub(super) fn plain(html: &str) -> String {
    let mut out = Writer::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.words(&rest[..at]);
        rest = &rest[at..];
        rest = match tag_end(rest) {
            Some(end) => {
                let after = &rest[end..];
                out.tag(&rest[1..end - 1]);
                out.skip_raw(after)
            }
            // A tag begins with a letter or a few signs; any other `<` is a character that nobody escaped.
            None if rest[1..].starts_with(begins_tag) => "",
            None => {
                out.push("<");
                &rest[1..]
            }
        };
    }
    out.words(rest);
    out.end()
}

/// `</p>`, `<!doctype>`, and what word processors write: `<?xml …>`.
fn begins_tag(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')
}

/// The length of the tag or comment that `text` begins with.
fn tag_end(text: &str) -> Option<usize> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.find("-->").map(|at| at + 7);
    }
    if !text[1..].starts_with(begins_tag) {
        return None;
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

#[derive(Default)]
struct Writer {
    out: String,
    open: Vec<Open>,
    raw: Option<&'static str>,
    preformatted: usize,
    /// For each list that is open: the next item's number, or none for bullets.
    lists: Vec<Option<u32>>,
    /// Where a bullet or the bar of a table ended: no line breaks and no blanks right behind it.
    lead: usize,
    /// Whether the table's row has a cell already.
    in_row: bool,
}

impl Writer {
    /// Words between tags: blanks run together, entities become characters.
    fn words(&mut self, words: &str) {
        if self.preformatted > 0 {
            self.out.push_str(&unescape(words));
            return;
        }
        let blank_first = words.starts_with(|c: char| c.is_ascii_whitespace());
        let joined = words.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if blank_first || joined.is_empty() && !words.is_empty() {
            self.blank();
        }
        self.push(&unescape(&joined));
        if !joined.is_empty() && words.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.blank();
        }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn push_lead(&mut self, text: &str) {
        self.push(text);
        self.lead = self.out.len();
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn newline(&mut self) {
        if self.lead > 0 && self.lead == self.out.len() {
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.begin_at_end();
    }

    /// Elements that began after blanks which are gone begin here: where they began may soon be inside a character.
    fn begin_at_end(&mut self) {
        let end = self.out.len();
        // Their beginnings are in order, so that only the newest can be too far.
        for open in self.open.iter_mut().rev().take_while(|open| open.start > end) {
            open.start = end;
        }
    }

    fn paragraph(&mut self) {
        self.newline();
        // The items of a list stand close together, whatever an editor puts into them.
        if !self.lists.is_empty() || self.lead > 0 && self.lead == self.out.len() {
            return;
        }
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn tag(&mut self, inside: &str) {
        let (closing, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        let end = inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
        let name = inside[..end].to_ascii_lowercase();
        self.space(&name, closing);
        match (name.as_str(), closing) {
            ("script", false) => self.raw = Some("</script"),
            ("style", false) => self.raw = Some("</style"),
            ("title", false) => self.raw = Some("</title"),
            ("pre", false) => self.preformatted += 1,
            ("pre", true) => self.preformatted = self.preformatted.saturating_sub(1),
            ("img", _) => self.picture(inside),
            _ => {}
        }
        if closing {
            self.close(&name);
        } else if self.open.len() < DEPTH_MAX
            && let Some(does) = self.does(&name, inside)
        {
            self.open.push(Open { name, does, start: self.out.len() });
        }
    }

    /// What an element will do; a mark inside the same mark does nothing, nor does any in code.
    fn does(&self, name: &str, inside: &str) -> Option<Does> {
        let has = |wanted: &str| {
            self.open.iter().any(|open| matches!(open.does, Does::Mark(sign) if sign == wanted))
        };
        match (name, sign(name)) {
            (_, Some(sign)) if has(sign) || has(CODE) => Some(Does::Nothing),
            (_, Some(sign)) => Some(Does::Mark(sign)),
            ("a", None) => Some(Does::Link(unescape(&attribute(inside, "href")))),
            ("blockquote", None) => Some(Does::Quote),
            _ => None,
        }
    }

    /// A picture inside the text: its words, and its address if the customer can open it.
    fn picture(&mut self, inside: &str) {
        let (words, address) = (unescape(&attribute(inside, "alt")), unescape(&attribute(inside, "src")));
        let public = address.starts_with("https://") || address.starts_with("http://");
        let shown = if public { link(words.trim(), &address) } else { words };
        self.push(&shown);
    }

    /// Lines and paragraphs that a tag makes.
    fn space(&mut self, name: &str, closing: bool) {
        match (name, closing) {
            ("br", _) => {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.push('\n');
                self.begin_at_end();
            }
            ("li", false) => self.item(),
            ("ul" | "ol", false) => {
                self.paragraph();
                if self.lists.len() < LISTS_MAX {
                    self.lists.push((name == "ol").then_some(1));
                }
            }
            ("ul" | "ol", true) => {
                self.lists.pop();
                self.paragraph();
            }
            ("p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" | "pre" | "hr", _) => {
                self.paragraph();
            }
            ("tr", _) => {
                self.lead = 0;
                self.newline();
                self.in_row = false;
            }
            ("li", true) => {
                self.lead = 0;
                self.newline();
            }
            ("td" | "th", false) => self.cell(),
            ("div" | "section" | "article" | "header" | "footer", _) => self.newline(),
            _ => {}
        }
    }

    /// A bullet or a number, further to the right in a list inside another.
    fn item(&mut self) {
        self.lead = 0;
        self.newline();
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        let lead = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{indent}{}. ", *number - 1)
            }
            Some(None) | None => format!("{indent}• "),
        };
        self.push_lead(&lead);
    }

    /// A cell stands beside the one before it, whatever line breaks that ended with.
    fn cell(&mut self) {
        if self.in_row {
            self.out.truncate(self.out.trim_end().len());
            self.begin_at_end();
            self.push_lead(" | ");
        }
        self.lead = self.out.len();
        self.in_row = true;
    }

    /// Ends the newest element of this name, and forgets those inside it that nobody ended.
    fn close(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return };
        let Some(open) = self.open.drain(at..).next() else { return };
        let start = open.start.min(self.out.len());
        let before = |lines: &mut dyn FnMut(&str) -> String, words: &str| {
            words.split('\n').map(&mut *lines).collect::<Vec<_>>().join("\n")
        };
        match open.does {
            Does::Nothing => {}
            Does::Link(address) => {
                let words = self.out.split_off(start);
                self.push(&link(&words, &address));
            }
            // A mark ends with its line; one over several lines would be shown as a character.
            Does::Mark(sign) => {
                let words = self.out.split_off(start);
                self.push(&before(&mut |line| mark(line, sign), &words));
            }
            Does::Quote => {
                let words = self.out.split_off(start);
                let (words, end) = words.split_at(words.trim_end().len());
                let quoted = before(&mut |line| format!("> {line}"), words);
                self.push(if words.is_empty() { words } else { &quoted });
                self.push(end);
            }
        }
    }

    /// What follows a `script` or a `style` up to its end is no text.
    fn skip_raw<'a>(&mut self, after: &'a str) -> &'a str {
        let Some(end) = self.raw.take() else { return after };
        let ends = |at: &usize| {
            let tag = after.as_bytes().get(*at..at + end.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(end.as_bytes()))
        };
        after.match_indices("</").map(|(at, _)| at).find(ends).map_or("", |at| &after[at..])
    }

    fn end(mut self) -> String {
        let length = self.out.trim_end().len();
        self.out.truncate(length);
        let blank_lines = self.out.len() - self.out.trim_start_matches('\n').len();
        self.out.split_off(blank_lines)
    }
}

const CODE: &str = "```";

fn sign(name: &str) -> Option<&'static str> {
    match name {
        "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some("*"),
        "i" | "em" => Some("_"),
        "s" | "strike" | "del" => Some("~"),
        "code" | "tt" | "kbd" | "samp" | "pre" => Some(CODE),
        _ => None,
    }
}

/// The value of an attribute of a tag, still escaped; empty if there is none.
pub(super) fn attribute(inside: &str, name: &str) -> String {
    let lower = inside.to_ascii_lowercase();
    let wanted = format!("{name}=");
    let Some(at) =
        lower.match_indices(&wanted).map(|(at, _)| at).find(|&at| lower[..at].ends_with(char::is_whitespace))
    else {
        return String::new();
    };
    let value = &inside[at + wanted.len()..];
    let end = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => return value[1..].split(quote).next().unwrap_or_default().to_owned(),
        _ => value.find(char::is_whitespace).unwrap_or(value.len()),
    };
    value[..end].to_owned()
}
