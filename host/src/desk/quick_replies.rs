//! What a quick reply says in a task: its placeholders, and what stands for them. Not here: where they are kept.

use channel_engine::contract::TextFormat;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    ContactName,
    EmployeeName,
}

const PLACEHOLDERS: [(&str, Placeholder); 2] =
    [("contact.name", Placeholder::ContactName), ("employee.name", Placeholder::EmployeeName)];

/// A piece of a quick reply's text.
enum Piece<'a> {
    Words(&'a str),
    Name(Placeholder),
}

/// Who is spoken of.
#[derive(Debug, Clone)]
pub struct Names {
    /// The customer.
    pub contact: String,
    /// Who answers.
    pub employee: String,
}

/// Whether a text may be saved: what it says in double braces is known.
///
/// # Errors
/// A sentence for who wrote it.
pub fn check(text: &str) -> Result<(), String> {
    pieces(text).map(drop)
}

/// The text with the names put in, as they have to be written in this format. A text that was never checked comes back
/// as it is.
#[must_use]
pub fn fill(text: &str, names: &Names, format: &TextFormat) -> String {
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let filled = pieces.into_iter().map(|piece| match piece {
        Piece::Words(words) => words.to_owned(),
        Piece::Name(Placeholder::ContactName) => escape(&names.contact, format),
        Piece::Name(Placeholder::EmployeeName) => escape(&names.employee, format),
    });
    filled.collect()
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}").ok_or("`{{` is without its `}}`")?;
        let known = PLACEHOLDERS.iter().find(|(known, _)| *known == name.trim());
        let (_, placeholder) = known.ok_or_else(|| {
            let known = PLACEHOLDERS.map(|(name, _)| format!("{{{{{name}}}}}")).join(", ");
            format!("`{{{{{name}}}}}` is no placeholder; there are: {known}")
        })?;
        pieces.extend([Piece::Words(before), Piece::Name(*placeholder)]);
        rest = after;
    }
    pieces.push(Piece::Words(rest));
    Ok(pieces)
}

/// A customer chose their name: it must not be markup.
fn escape(name: &str, format: &TextFormat) -> String {
    let escape_char = |c: char| match (format, c) {
        (TextFormat::Html, '&') => "&amp;".to_owned(),
        (TextFormat::Html, '<') => "&lt;".to_owned(),
        (TextFormat::Html, '>') => "&gt;".to_owned(),
        (TextFormat::Markdown, c) if c.is_ascii_punctuation() => format!("\\{c}"),
        (TextFormat::Html | TextFormat::Markdown | TextFormat::Plain | TextFormat::Other(_), c) => {
            c.to_string()
        }
    };
    name.chars().map(escape_char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fill(text: &str, format: &TextFormat, expected: &str) {
        let names = Names { contact: "Olena *<b>* {{employee.name}}".into(), employee: "Ivan".into() };
        assert_eq!(check(text), Ok(()));
        assert_eq!(fill(text, &names, format), expected);
    }

    /// S5.
    #[test]
    fn names_are_put_in_and_are_no_markup() {
        check_fill("Hi {{contact.name}}!", &TextFormat::Plain, "Hi Olena *<b>* {{employee.name}}!");
        check_fill("{{ employee.name }}{{employee.name}}", &TextFormat::Plain, "IvanIvan");
        check_fill(
            "<i>{{contact.name}}</i>",
            &TextFormat::Html,
            "<i>Olena *&lt;b&gt;* {{employee.name}}</i>",
        );
        check_fill("**{{employee.name}}**", &TextFormat::Markdown, "**Ivan**");
        let markdown = "Olena \\*\\<b\\>\\* \\{\\{employee\\.name\\}\\}";
        check_fill("{{contact.name}}", &TextFormat::Markdown, markdown);
        check_fill("{ one } brace }} alone", &TextFormat::Plain, "{ one } brace }} alone");
    }

    /// S5.
    #[test]
    fn what_is_no_placeholder_is_refused() {
        let known = "there are: {{contact.name}}, {{employee.name}}";
        assert_eq!(
            check("{{contact.phone}}"),
            Err(format!("`{{{{contact.phone}}}}` is no placeholder; {known}"))
        );
        assert_eq!(check("Hi {{contact.name"), Err("`{{` is without its `}}`".to_owned()));
        assert!(check("{{}}").is_err() && check("{{Contact.Name}}").is_err());
    }
}
