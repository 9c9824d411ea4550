//! People as the console shows them: a name, a round picture. And texts with their addresses as links.

use desk_store::{ContactRow, MediaRow, Tx};
use maud::{Markup, html};

use super::words::Words;
use crate::app::App;
use crate::attachments::Linked;
use crate::clock::now_ms;

/// Colours of pictures that are missing.
const HUES: i64 = 6;

/// A customer, to be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) id: i64,
    /// As the messenger shows it; may be empty.
    pub(super) name: String,
    /// Where the desk keeps their picture.
    pub(super) picture: Option<String>,
}

impl Person {
    /// The contact, with the picture if it was kept.
    pub(super) fn of(tx: &Tx, app: &App, row: &ContactRow) -> desk_store::Result<Self> {
        let found = row.avatar.as_ref().map(|url| tx.media_of_contact(row.id, url)).transpose()?.flatten();
        let kept = found.filter(|medium| medium.sha256.is_some());
        let path = |medium: MediaRow| {
            file_path(app, &Linked::Media(medium.id), medium.name.as_deref().unwrap_or_default())
        };
        Ok(Self { id: row.id, name: row.name.clone(), picture: kept.map(path) })
    }

    /// Their name; a word where they have none.
    pub(super) fn shown<'a>(&'a self, words: &'a Words) -> &'a str {
        if self.name.trim().is_empty() { words.nameless } else { &self.name }
    }
}

/// Where this desk serves a file to who works here, for a day or two.
pub(super) fn file_path(app: &App, file: &Linked, name: &str) -> String {
    app.links.for_operator(file, name, now_ms())
}

/// A round picture; initials where there is none. The name stands beside it, so it says nothing to who cannot see it.
pub(super) fn avatar(person: &Person) -> Markup {
    let hue = format!("avatar hue-{}", person.id.rem_euclid(HUES));
    html! {
        span class=(hue) aria-hidden="true" {
            (initials(&person.name))
            @if let Some(picture) = &person.picture { img src=(picture) alt="" loading="lazy"; }
        }
    }
}

fn initials(name: &str) -> String {
    let first = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let letters: String = first.take(2).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

/// A text with its web addresses as links; nothing else of it means anything.
pub(super) fn linked(text: &str, own: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Words(words) => { (words) }
                Piece::Address(url) => { (link(url, url, own)) }
            }
        }
    }
}

/// A link, or its text alone where the address is none that we follow. `own` is the desk's address: its tasks open here.
pub(super) fn link(url: &str, text: &str, own: &str) -> Markup {
    let task = url.strip_prefix(own).and_then(|path| path.strip_prefix("/tasks/"));
    if let Some(id) = task.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())) {
        return html! { a.ext href={ "/tasks/" (id) } { (text) } };
    }
    let is_harmless = ["https://", "http://", "viber://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    html! {
        @if is_harmless {
            a.ext href=(url) target="_blank" rel="noopener noreferrer nofollow" { (text) }
        } @else {
            (text)
        }
    }
}

enum Piece<'a> {
    Words(&'a str),
    Address(&'a str),
}

/// Addresses begin with their scheme and end where a space, a quote or an angle does; a sentence's stop is not theirs.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (words, behind) = rest.split_at(start);
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'".contains(c);
        let address = &behind[..behind.find(ends).unwrap_or(behind.len())];
        let address = address.trim_end_matches(|c: char| ".,;:!?)]}…".contains(c));
        pieces.extend([Piece::Words(words), Piece::Address(address)]);
        rest = &behind[address.len()..];
    }
    pieces.push(Piece::Words(rest));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(linked(text, "https://desk.example.com").into_string(), expected);
    }

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        let out = |url: &str| {
            format!(
                "<a class=\"ext\" href=\"{url}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{url}</a>"
            )
        };
        check("a <b> & c", "a &lt;b&gt; &amp; c");
        check("see https://a.example/x?y=1.", &format!("see {}.", out("https://a.example/x?y=1")));
        check("(http://a.example)", &format!("({})", out("http://a.example")));
        check("javascript:alert(1)", "javascript:alert(1)");
        check(
            "https://a.example\" onclick=\"x",
            &format!("{}&quot; onclick=&quot;x", out("https://a.example")),
        );
        let own = "https://desk.example.com/tasks/7";
        check(own, &format!("<a class=\"ext\" href=\"/tasks/7\">{own}</a>"));
        check("https://", "https://");
    }

    #[test]
    fn initials_are_letters() {
        for (name, expected) in
            [("Олена Коваль", "ОК"), ("  ", "?"), ("🙂 anna", "A"), ("<script>", "S"), ("x", "X")]
        {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
