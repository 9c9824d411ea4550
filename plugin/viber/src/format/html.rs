//! HTML as helpdesks' editors make it, as text; not a parser of whole pages.

use super::{link, mark};

use crate::prelude::*;

/// An element that is open: what it will do with its words, and where they begin.
struct Open {
    name: String,
    address: String,
    start: usize,
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
            // A tag begins with a letter, `/` or `!`; any other `<` is a character that nobody escaped.
            None if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') => "",
            None => {
                out.push("<");
                &rest[1..]
            }
        };
    }
    out.words(rest);
    out.end()
}

/// The length of the tag or comment that `text` begins with.
fn tag_end(text: &str) -> Option<usize> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.find("-->").map(|at| at + 7);
    }
    if !text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
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

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn newline(&mut self) {
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
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn tag(&mut self, inside: &str) {
        let (closing, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        let end = inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
        let name = inside[..end].to_ascii_lowercase();
        self.space(&name, closing);
        match name.as_str() {
            "script" if !closing => self.raw = Some("</script"),
            "style" if !closing => self.raw = Some("</style"),
            "pre" if !closing => self.preformatted += 1,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "img" => self.push(&unescape(&attribute(inside, "alt"))),
            _ => {}
        }
        if closing {
            self.close(&name);
        } else if sign(&name).is_some() || name == "a" {
            let address = unescape(&attribute(inside, "href"));
            self.open.push(Open { name, address, start: self.out.len() });
        }
    }

    /// Lines and paragraphs that a tag makes.
    fn space(&mut self, name: &str, closing: bool) {
        match (name, closing) {
            ("br", _) => {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.push('\n');
                self.begin_at_end();
            }
            ("li", false) => {
                self.newline();
                self.push("• ");
            }
            (
                "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "ul" | "ol" | "table" | "pre"
                | "hr",
                _,
            ) => {
                self.paragraph();
            }
            ("div" | "tr" | "li" | "section" | "article" | "header" | "footer", _) => self.newline(),
            ("td" | "th", true) => self.blank(),
            _ => {}
        }
    }

    /// Ends the newest element of this name, and forgets those inside it that nobody ended.
    fn close(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return };
        let Some(open) = self.open.drain(at..).next() else { return };
        let start = open.start.min(self.out.len());
        let words = self.out.split_off(start);
        let Some(sign) = sign(name) else {
            self.push(&link(&words, &open.address));
            return;
        };
        // A mark ends with its line; one over several lines would be shown as a character.
        for (index, line) in words.split('\n').enumerate() {
            self.push(if index == 0 { "" } else { "\n" });
            self.push(&mark(line, sign));
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

fn sign(name: &str) -> Option<&'static str> {
    match name {
        "b" | "strong" => Some("*"),
        "i" | "em" => Some("_"),
        "s" | "strike" | "del" => Some("~"),
        "code" | "tt" | "kbd" => Some("```"),
        _ => None,
    }
}

/// The value of an attribute of a tag, still escaped; empty if there is none.
fn attribute(inside: &str, name: &str) -> String {
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

/// Entities as characters; what is none stays.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity here has 8 characters between its marks.
        let entity = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| &rest[1..end]);
        match entity.and_then(|name| Some((name, character(name)?))) {
            Some((name, c)) => {
                out.push(c);
                rest = &rest[name.len() + 2..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "shy" => '\u{ad}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "laquo" => '«',
        "raquo" => '»',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "lsquo" => '‘',
        "rsquo" => '’',
        "bull" => '•',
        "middot" => '·',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        "deg" => '°',
        "times" => '×',
        "sect" => '§',
        "rarr" => '→',
        _ => return None,
    })
}
