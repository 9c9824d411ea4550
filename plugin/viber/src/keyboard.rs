//! Buttons below a message; not rich media. developers.viber.com, Keyboards and Buttons; checked 2026-11.

use conversation::{Problem, ProblemClass, Suggestion};
use serde_json::Value;

use crate::limits::{BUTTON_CHARS_MAX, BUTTONS_MAX};
use crate::prelude::*;
use crate::{chars, json};

/// What a tap on the share-phone button says beside the number. The docs want a body that is not empty.
pub(crate) const SHARE_PHONE: &str = "share-phone";

/// A keyboard with a row for each suggestion that fits, and one that shares the phone number; none without a button. The
/// problem names the suggestions that were left out. `Type` is demanded by the server, though the docs' example lacks it.
pub(crate) fn keyboard(
    suggestions: &[Suggestion],
    share_phone: Option<&str>,
) -> (Option<Value>, Option<Problem>) {
    let room = BUTTONS_MAX - usize::from(share_phone.is_some());
    let (mut buttons, mut left_out) = (Vec::new(), Vec::new());
    for suggestion in suggestions {
        let Some((title, button)) = reply_button(suggestion) else { continue };
        match button.filter(|_| buttons.len() < room) {
            Some(button) => buttons.push(button),
            None => left_out.push(title),
        }
    }
    buttons.extend(share_phone.map(|title| button("share-phone", SHARE_PHONE, title)));
    let problem = (!left_out.is_empty()).then(|| problem(&left_out));
    if buttons.is_empty() {
        return (None, problem);
    }
    let looks = [("Type", "keyboard".into()), ("DefaultHeight", false.into()), ("Buttons", buttons.into())];
    (Some(json::object(looks).into()), problem)
}

/// The words on a button, and the button if it fits; none for a suggestion without words. It says what the suggestion
/// says, or its own words where that is too long for Viber.
fn reply_button(suggestion: &Suggestion) -> Option<(&str, Option<Value>)> {
    let (title, value) = (suggestion.title.trim(), suggestion.value.trim());
    let title = if title.is_empty() { value } else { title };
    let fits = |says: &&str| !says.is_empty() && says.chars().count() <= BUTTON_CHARS_MAX;
    let says = [value, title].into_iter().find(fits);
    (!title.is_empty()).then(|| (title, says.map(|says| button("reply", says, title))))
}

fn problem(left_out: &[&str]) -> Problem {
    let titles: Vec<String> = left_out.iter().take(3).map(|title| chars::cut(title, 40)).collect();
    let more = if left_out.len() > titles.len() { ", …" } else { "" };
    let text =
        format!("Viber has no room for {} of the buttons: {}{more}", left_out.len(), titles.join(", "));
    Problem::new(ProblemClass::Unsupported, "button-left-out", text, "")
}

fn button(action: &str, says: &str, title: &str) -> Value {
    json::object([
        ("ActionType", action.into()),
        ("ActionBody", says.into()),
        ("Text", escape(title).into()),
        ("Columns", 6.into()),
        ("Rows", 1.into()),
    ])
    .into()
}

/// A button's text takes tags, so what is none must not look like one; cut first, for Viber crops by itself, and an
/// escape is not to be cut.
fn escape(title: &str) -> String {
    let escaped = |chars_max| {
        chars::cut(title, chars_max).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    };
    let text = escaped(60);
    let fits = text.chars().count() <= BUTTON_CHARS_MAX;
    if fits { text } else { escaped(BUTTON_CHARS_MAX / "&amp;".len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(title: &str, value: &str) -> Suggestion {
        Suggestion { title: title.to_owned(), value: value.to_owned() }
    }

    /// T30.
    #[test]
    fn suggestions_and_the_phone_button_become_rows() {
        let keyboard = keyboard(
            &[suggestion("<Yes> & no", "yes"), suggestion("Later", ""), suggestion("", "")],
            Some("My phone"),
        );
        assert_eq!(
            keyboard.0.unwrap().to_string(),
            r#"{"Buttons":[{"ActionBody":"yes","ActionType":"reply","Columns":6,"Rows":1,"Text":"&lt;Yes&gt; &amp; no"},{"ActionBody":"Later","ActionType":"reply","Columns":6,"Rows":1,"Text":"Later"},{"ActionBody":"share-phone","ActionType":"share-phone","Columns":6,"Rows":1,"Text":"My phone"}],"DefaultHeight":false,"Type":"keyboard"}"#
        );
    }

    /// T29: a keyboard stays until the next message; who gets one can still write. `InputFieldState` absent is `regular`.
    #[test]
    fn no_keyboard_hides_the_input_field() {
        let later = [suggestion("Later", "")];
        for (suggestions, phone) in [(&later[..], None), (&later, Some("Phone")), (&[], Some("Phone"))] {
            let keyboard = keyboard(suggestions, phone).0.unwrap();
            let state = keyboard.get("InputFieldState").and_then(Value::as_str).unwrap_or("regular");
            assert_eq!(state, "regular", "{keyboard}");
        }
    }

    #[test]
    fn without_a_button_there_is_no_keyboard() {
        // An empty list of buttons is refused with status 3.
        assert_eq!(keyboard(&[], None), (None, None));
        assert_eq!(keyboard(&[suggestion(" ", "")], None), (None, None));
    }

    /// What an operator offers is there, or they are told that it is not (I8).
    #[test]
    fn what_does_not_fit_is_told() {
        let long = "x".repeat(251);
        let (shown, problem) = keyboard(&[suggestion("Long", &long), suggestion("", "bare")], None);
        let says = |at: usize, key: &str| shown.as_ref().unwrap()["Buttons"][at][key].clone();
        assert_eq!((says(0, "ActionBody"), says(1, "Text"), problem), ("Long".into(), "bare".into(), None));

        let (shown, problem) = keyboard(&[suggestion(&long, &long)], None);
        let problem = problem.unwrap();
        assert_eq!((shown, problem.code.as_str()), (None, "button-left-out"));
        assert!(problem.text.chars().count() < 200, "{}", problem.text);

        for (phone, left_out) in [(None, "28 of"), (Some("Phone"), "29 of")] {
            let (shown, problem) = keyboard(&vec![suggestion("a", "b"); 40], phone);
            assert_eq!(shown.unwrap()["Buttons"].as_array().unwrap().len(), BUTTONS_MAX);
            assert!(problem.unwrap().text.contains(left_out));
        }
    }

    #[test]
    fn no_escape_is_cut() {
        for title in ["&".repeat(60), "<b>".repeat(40), "👩‍👩‍👧&".repeat(30), "&".repeat(51), "word ".repeat(30)]
        {
            let text = escape(&title);
            assert!(text.chars().count() <= BUTTON_CHARS_MAX, "{text}");
            let shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            assert!(title.starts_with(shown.trim_end_matches('…')), "{text}");
        }
    }
}
