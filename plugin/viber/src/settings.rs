//! An account's settings as the administrator chose them; never the API key, which is a secret (C5).

use conversation::{Problem, ProblemClass};
use serde_json::Value;

use crate::json;
use crate::prelude::*;

/// What the administrator chose. Unknown keys are ignored, absent ones have their default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The helpdesk's template for contacts (S34).
    pub contact_template: Option<String>,
    /// The helpdesk's template for tasks (S35).
    pub task_template: Option<String>,
    /// The helpdesk's ids of employees that are assigned in addition (S36).
    pub extra_assignees: Vec<String>,
    /// Open a new task if none of the conversation's is active (S41); on by default.
    pub new_task_when_none_active: bool,
    /// Send under the employee's name (S46); off by default.
    pub send_as_employee: bool,
    /// What a customer reads when they open the conversation; empty for nothing.
    pub welcome_message: String,
    /// Offer a button that shares the phone number (S23); off by default.
    pub ask_for_phone: bool,
    /// What stands on that button.
    pub phone_button: String,
    /// The same in words, for customers whose device shows no button; empty for nothing.
    pub phone_question: String,
}

/// The default question. It is true with the button and without.
const PHONE_QUESTION: &str =
    "May we have your phone number? Press the button below, or type it here if you see no button.";

impl Default for Settings {
    fn default() -> Self {
        Self {
            contact_template: None,
            task_template: None,
            extra_assignees: Vec::new(),
            new_task_when_none_active: true,
            send_as_employee: false,
            welcome_message: String::new(),
            ask_for_phone: false,
            phone_button: "Share my phone number".to_owned(),
            phone_question: PHONE_QUESTION.to_owned(),
        }
    }
}

/// Reads an account's settings; nothing at all means the defaults.
///
/// # Errors
/// A problem of class `account`, code `settings-unreadable`, if they are not a JSON object.
pub fn parse(settings: &str) -> Result<Settings, Problem> {
    if settings.trim().is_empty() {
        return Ok(Settings::default());
    }
    let root: Value = serde_json::from_slice(settings.as_bytes()).map_err(|_| unreadable())?;
    if !root.is_object() {
        return Err(unreadable());
    }
    let usual = Settings::default();
    Ok(Settings {
        contact_template: json::text(&root, "contact_template"),
        task_template: json::text(&root, "task_template"),
        extra_assignees: texts(&root, "extra_assignees"),
        new_task_when_none_active: json::flag(&root, "new_task_when_none_active")
            .unwrap_or(usual.new_task_when_none_active),
        send_as_employee: json::flag(&root, "send_as_employee").unwrap_or(usual.send_as_employee),
        welcome_message: json::text(&root, "welcome_message").unwrap_or(usual.welcome_message),
        ask_for_phone: json::flag(&root, "ask_for_phone").unwrap_or(usual.ask_for_phone),
        phone_button: json::text(&root, "phone_button").unwrap_or(usual.phone_button),
        // An empty question is a choice; a button without words would be refused.
        phone_question: root
            .get("phone_question")
            .and_then(Value::as_str)
            .map_or(usual.phone_question, str::to_owned),
    })
}

fn texts(root: &Value, key: &str) -> Vec<String> {
    let list = root.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    for text in list.iter().filter_map(text_or_number) {
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

fn text_or_number(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn unreadable() -> Problem {
    Problem::new(
        ProblemClass::Account,
        "settings-unreadable",
        "the account's settings are not a JSON object",
        "Save the account's settings again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_means_the_defaults() {
        for settings in ["", "  ", "{}", r#"{"unknown":[1],"send_as_employee":null}"#] {
            assert_eq!(parse(settings), Ok(Settings::default()), "{settings}");
        }
        // S41: on by default. S46: off by default.
        assert!(Settings::default().new_task_when_none_active);
        assert!(!Settings::default().send_as_employee);
    }

    #[test]
    fn every_setting_is_read() {
        let settings = r#"{"contact_template":"ct-1","task_template":7,"extra_assignees":["e1","e2","e1",3,""],
            "new_task_when_none_active":false,"send_as_employee":true,"welcome_message":"Hello!",
            "ask_for_phone":true,"phone_button":"Mein Telefon","phone_question":"Ihre Nummer?"}"#;
        let expected = Settings {
            contact_template: Some("ct-1".to_owned()),
            task_template: Some("7".to_owned()),
            extra_assignees: ["e1", "e2", "3"].map(str::to_owned).to_vec(),
            new_task_when_none_active: false,
            send_as_employee: true,
            welcome_message: "Hello!".to_owned(),
            ask_for_phone: true,
            phone_button: "Mein Telefon".to_owned(),
            phone_question: "Ihre Nummer?".to_owned(),
        };
        assert_eq!(parse(settings), Ok(expected));
    }

    #[test]
    fn what_is_no_object_is_a_problem_of_the_account() {
        for settings in ["[]", "7", "{", "null"] {
            let problem = parse(settings).unwrap_err();
            assert_eq!(
                (problem.class, problem.code.as_str()),
                (ProblemClass::Account, "settings-unreadable")
            );
        }
    }
}

#[cfg(test)]
#[path = "tests/settings_schema.rs"]
mod schema_tests;
