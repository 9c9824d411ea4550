//! Buttons below a message; not rich media. developers.viber.com, Keyboards and Buttons; checked 2026-11.

use conversation::Suggestion;
use serde_json::Value;

use crate::limits::{BUTTON_CHARS_MAX, BUTTONS_MAX};
use crate::prelude::*;
use crate::{chars, json};

/// What a tap on the share-phone button says beside the number. The docs want a body that is not empty.
pub(crate) const SHARE_PHONE: &str = "share-phone";

/// A keyboard with a row for each suggestion, and one that shares the phone number; none without a button. `Type` is
/// demanded by the server, though the docs' example lacks it.
pub(crate) fn keyboard(suggestions: &[Suggestion], share_phone: Option<&str>) -> Option<Value> {
    let mut buttons: Vec<Value> = suggestions.iter().filter_map(reply_button).take(BUTTONS_MAX - 1).collect();
    buttons.extend(share_phone.map(|title| button("share-phone", SHARE_PHONE, title)));
    if buttons.is_empty() {
        return None;
    }
    let looks = [("Type", "keyboard".into()), ("DefaultHeight", false.into()), ("Buttons", buttons.into())];
    Some(json::object(looks).into())
}

fn reply_button(suggestion: &Suggestion) -> Option<Value> {
    let title = suggestion.title.trim();
    let says = if suggestion.value.trim().is_empty() { title } else { suggestion.value.trim() };
    let fits = !title.is_empty() && says.chars().count() <= BUTTON_CHARS_MAX;
    fits.then(|| button("reply", says, title))
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

/// A button's text takes tags, so what is none must not look like one; cut first, for Viber crops by itself.
fn escape(title: &str) -> String {
    let escaped = chars::cut(title, 60).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    chars::truncate(&escaped, BUTTON_CHARS_MAX).to_owned()
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
            &[suggestion("<Yes> & no", "yes"), suggestion("Later", ""), suggestion("", "x")],
            Some("My phone"),
        );
        assert_eq!(
            keyboard.unwrap().to_string(),
            r#"{"Buttons":[{"ActionBody":"yes","ActionType":"reply","Columns":6,"Rows":1,"Text":"&lt;Yes&gt; &amp; no"},{"ActionBody":"Later","ActionType":"reply","Columns":6,"Rows":1,"Text":"Later"},{"ActionBody":"share-phone","ActionType":"share-phone","Columns":6,"Rows":1,"Text":"My phone"}],"DefaultHeight":false,"Type":"keyboard"}"#
        );
    }

    /// T29: a keyboard stays until the next message; who gets one can still write. `InputFieldState` absent is `regular`.
    #[test]
    fn no_keyboard_hides_the_input_field() {
        let later = [suggestion("Later", "")];
        for (suggestions, phone) in [(&later[..], None), (&later, Some("Phone")), (&[], Some("Phone"))] {
            let keyboard = keyboard(suggestions, phone).unwrap();
            let state = keyboard.get("InputFieldState").and_then(Value::as_str).unwrap_or("regular");
            assert_eq!(state, "regular", "{keyboard}");
        }
    }

    #[test]
    fn without_a_button_there_is_no_keyboard() {
        // An empty list of buttons is refused with status 3.
        assert_eq!(keyboard(&[], None), None);
        assert_eq!(keyboard(&[suggestion("Long", &"x".repeat(251))], None), None);
        let many = vec![suggestion("a", "b"); 40];
        let rows = keyboard(&many, Some("Phone")).unwrap();
        assert_eq!(rows["Buttons"].as_array().unwrap().len(), BUTTONS_MAX);
    }
}
