//! A channel's settings as a form, drawn from its JSON Schema, and the form's answer as settings. Pure. What is allowed is
//! for the channel to say: the browser only helps.

use desk_store::{Employee, TaskTemplate, Template};
use maud::{Markup, html};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::super::words::Words;

/// Longest text that stands in one line, characters.
const LINE_CHARS_MAX: u64 = 120;

/// The settings' schema: its properties in the order in which their author wrote them.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct Schema {
    #[serde(default)]
    properties: Ordered,
    #[serde(default)]
    required: Vec<String>,
}

#[derive(Debug, Default)]
struct Ordered(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("the properties of a schema")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut found = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    found.push(pair);
                }
                Ok(Ordered(found))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// What pickers choose among.
#[derive(Debug, Default)]
pub(in super::super) struct Choices {
    pub(in super::super) employees: Vec<Employee>,
    pub(in super::super) contact_templates: Vec<Template>,
    pub(in super::super) task_templates: Vec<TaskTemplate>,
}

enum Kind {
    Secret,
    Switch,
    One(Vec<(i64, String)>),
    Several(Vec<(i64, String)>),
    Number,
    Line,
    Text,
}

fn kind(about: &Value, choices: &Choices) -> Kind {
    if about["x-secret"] == true {
        return Kind::Secret;
    }
    let is = |name: &str| {
        about["type"] == name || about["type"].as_array().is_some_and(|all| all.contains(&json!(name)))
    };
    match about["x-picker"].as_str() {
        Some("contact-template") => {
            return Kind::One(
                choices.contact_templates.iter().map(|one| (one.id, one.name.clone())).collect(),
            );
        }
        Some("task-template") => {
            return Kind::One(choices.task_templates.iter().map(|one| (one.id, one.name.clone())).collect());
        }
        Some("employees") => {
            return Kind::Several(choices.employees.iter().map(|one| (one.id, one.name.clone())).collect());
        }
        Some(_) | None => {}
    }
    if is("boolean") {
        Kind::Switch
    } else if is("integer") || is("number") {
        Kind::Number
    } else if about["maxLength"].as_u64().is_none_or(|most| most > LINE_CHARS_MAX) {
        Kind::Text
    } else {
        Kind::Line
    }
}

/// The fields with what is set now; what is not set is as the schema's author wants it. `is_new`: secrets have to be given.
pub(in super::super) fn fields(
    words: &Words,
    schema: &Schema,
    choices: &Choices,
    now: &Value,
    is_new: bool,
) -> Markup {
    html! {
        @for (name, about) in &schema.properties.0 {
            @let value = now.get(name).unwrap_or(&about["default"]);
            @let is_required = schema.required.contains(name);
            (one(words, name, about, &kind(about, choices), value, is_required && is_new))
        }
    }
}

fn one(words: &Words, name: &str, about: &Value, kind: &Kind, value: &Value, is_required: bool) -> Markup {
    let id = format!("set-{name}");
    let help = format!("{id}-help");
    let title = about["title"].as_str().unwrap_or(name);
    let description = about["description"].as_str().unwrap_or_default();
    let text = value.as_str().unwrap_or_default();
    let (least, most) = (about["minLength"].as_u64(), about["maxLength"].as_u64());
    html! {
        @match kind {
            Kind::Switch => {
                div.field {
                    label.switch for=(id) { input #(id) type="checkbox" name=(name) value="true" checked[value == true] aria-describedby=(help); span { (title) } }
                    p.faint #(help) { (description) }
                }
            }
            Kind::Several(all) => {
                fieldset.field aria-describedby=(help) {
                    legend { (title) }
                    p.faint #(help) { (description) }
                    @for (choice, said) in all {
                        label.check { input type="checkbox" name=(name) value=(choice) checked[has(value, *choice)]; span { (said) } }
                    }
                }
            }
            Kind::Secret | Kind::One(_) | Kind::Number | Kind::Line | Kind::Text => {
                div.field {
                    label for=(id) { (title) }
                    @match kind {
                        Kind::Secret => {
                            input #(id) type="password" name=(name) autocomplete="off" spellcheck="false" required[is_required]
                                placeholder=[(!is_required).then_some(words.secret_kept)] aria-describedby=(help);
                        }
                        Kind::One(all) => {
                            select #(id) name=(name) aria-describedby=(help) {
                                option value="" { (words.none_chosen) }
                                @for (choice, said) in all {
                                    option value=(choice) selected[text == choice.to_string()] { (said) }
                                }
                            }
                        }
                        Kind::Number => input #(id) type="number" name=(name) value=(value) step="any" aria-describedby=(help);,
                        Kind::Text => textarea #(id) name=(name) rows="3" maxlength=[most] aria-describedby=(help) { "\n" (text) },
                        _ => input #(id) type="text" name=(name) value=(text) minlength=[least] maxlength=[most] aria-describedby=(help);,
                    }
                    p.faint #(help) { (description) }
                }
            }
        }
    }
}

fn has(value: &Value, choice: i64) -> bool {
    value
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(choice.to_string().as_str())))
}

/// What the form's answer sets. A secret that was left empty stays as it is.
pub(in super::super) fn settings(
    schema: &Schema,
    choices: &Choices,
    given: &[(String, String)],
) -> Map<String, Value> {
    let mut settings = Map::new();
    for (name, about) in &schema.properties.0 {
        let all: Vec<&str> =
            given.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        let first = all.first().map(|value| value.replace("\r\n", "\n"));
        let value = match (kind(about, choices), first) {
            (Kind::Switch, first) => json!(first.is_some()),
            (Kind::Several(_), _) => json!(all),
            (Kind::Secret, Some(secret)) if secret.trim().is_empty() => continue,
            (Kind::One(_), Some(empty)) if empty.is_empty() => Value::Null,
            (Kind::Number, Some(number)) => serde_json::from_str(&number).unwrap_or(Value::String(number)),
            (Kind::Secret | Kind::One(_) | Kind::Line | Kind::Text, Some(text)) => Value::String(text),
            (_, None) => continue,
        };
        settings.insert(name.clone(), value);
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::super::super::super::language::Language;
    use super::*;

    const SCHEMA: &str = r#"{"required": ["key"], "properties": {
        "key": {"type": "string", "x-secret": true, "title": "Key"},
        "who": {"type": "array", "x-picker": "employees", "default": []},
        "a": {"type": ["string", "null"], "x-picker": "task-template", "default": null},
        "on": {"type": "boolean", "default": true},
        "off": {"type": "boolean", "default": true},
        "hello": {"type": "string", "default": "Hi"},
        "many": {"type": "integer", "default": 5}}}"#;

    fn choices() -> Choices {
        let anna = Employee { id: 7, name: "Anna".into(), avatar: None, owner: true };
        let template = TaskTemplate { id: 3, name: "Chats".into(), assignee: None };
        Choices { employees: vec![anna], contact_templates: vec![], task_templates: vec![template] }
    }

    /// The form has a field for each setting, in its author's order, with what is set.
    #[test]
    fn a_schema_becomes_a_form() {
        let schema: Schema = serde_json::from_str(SCHEMA).expect("a schema");
        let words = Words::of(Language::English);
        let now = json!({"who": ["7"], "a": "3", "off": false, "key": "never shown"});
        let page = fields(words, &schema, &choices(), &now, false).into_string();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
        let order = [
            "\"set-key\"",
            "name=\"who\"",
            "\"set-a\"",
            "\"set-on\"",
            "\"set-off\"",
            "\"set-hello\"",
            "\"set-many\"",
        ];
        assert!(order.map(at).is_sorted());
        assert!(page.contains("value=\"7\" checked") && page.contains("value=\"3\" selected"));
        assert!(
            page.contains("name=\"on\" value=\"true\" checked")
                && !page.contains("name=\"off\" value=\"true\" checked")
        );
        assert!(page.contains("\nHi") && page.contains("value=\"5\""), "defaults: {page}");
        assert!(!page.contains("never shown"));
    }

    #[test]
    fn a_forms_answer_becomes_settings() {
        let schema: Schema = serde_json::from_str(SCHEMA).expect("a schema");
        let given = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Value::Object(settings(&schema, &choices(), &pairs))
        };
        let whole = [
            ("key", "k"),
            ("who", "7"),
            ("who", "8"),
            ("a", "3"),
            ("on", "true"),
            ("hello", "a\r\nb"),
            ("many", "6"),
            ("x", "y"),
        ];
        let expected = json!({"key": "k", "who": ["7", "8"], "a": "3", "on": true, "off": false, "hello": "a\nb", "many": 6});
        assert_eq!(given(&whole), expected);
        let bare = [("key", " "), ("a", ""), ("hello", "")];
        assert_eq!(given(&bare), json!({"who": [], "a": null, "on": false, "off": false, "hello": ""}));
    }
}
