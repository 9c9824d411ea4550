//! The settings' schemas: the same in every language, within what forms understand, and what the code reads; not whether
//! they read well.

use serde_json::{Map, Value, json};

use crate::limits::{PHONE_QUESTION_CHARS_MAX, TEXT_UTF16_MAX};
use crate::manifest::describe;
use crate::receive::API_KEY;
use crate::settings::{self, Settings};

/// Texts for customers: the default in a schema is a suggestion in its language, the code's is English.
const FOR_CUSTOMERS: [&str; 2] = ["phone_question", "phone_button"];

/// Language, the schema's text, the schema.
fn schemas() -> Vec<(String, String, Value)> {
    let all = describe().texts.into_iter().map(|it| {
        let schema = serde_json::from_str(&it.settings_schema).unwrap();
        (it.language, it.settings_schema, schema)
    });
    all.collect()
}

fn properties(schema: &Value) -> &Map<String, Value> {
    schema["properties"].as_object().unwrap()
}

/// Every setting by its key. A field that is added breaks this, and so is not forgotten in the schemas.
fn as_json(settings: Settings) -> Map<String, Value> {
    let Settings {
        contact_template,
        task_template,
        extra_assignees,
        new_task_when_none_active,
        send_as_employee,
        welcome_message,
        ask_for_phone,
        phone_button,
        phone_question,
    } = settings;
    let all = json!({
        "contact_template": contact_template, "task_template": task_template, "extra_assignees": extra_assignees,
        "new_task_when_none_active": new_task_when_none_active, "send_as_employee": send_as_employee,
        "welcome_message": welcome_message, "ask_for_phone": ask_for_phone, "phone_button": phone_button,
        "phone_question": phone_question,
    });
    all.as_object().unwrap().clone()
}

/// S25, S34–S36, S41, S46: keys and defaults are the code's; S41 is on and S46 off.
#[test]
fn keys_and_defaults_are_those_of_the_code() {
    for (language, _, schema) in schemas() {
        let usual = as_json(Settings::default());
        let mut keys: Vec<_> = usual.keys().map(String::as_str).chain([API_KEY]).collect();
        keys.sort_unstable();
        assert_eq!(properties(&schema).keys().collect::<Vec<_>>(), keys, "{language}");
        for (key, value) in usual {
            let default = &properties(&schema)[&key]["default"];
            if language != "en" && FOR_CUSTOMERS.contains(&key.as_str()) {
                assert!(default.as_str().is_some_and(|it| it != value && !it.is_ascii()), "{language} {key}");
            } else {
                assert_eq!(default, &value, "{language} {key}");
            }
        }
        assert_eq!(schema["required"], json!([API_KEY]));
        assert!(properties(&schema)[API_KEY].get("default").is_none(), "a key has no default");
    }
}

#[test]
fn every_key_of_the_schema_is_read() {
    let (_, _, schema) = schemas().remove(0);
    for (key, property) in properties(&schema).iter().filter(|(key, _)| *key != API_KEY) {
        let other = match &property["default"] {
            Value::Bool(usual) => json!(!usual),
            Value::Array(_) => json!(["e-1", "e-2"]),
            _ => json!("other"),
        };
        let read = settings::parse(&json!({ key: other }).to_string()).unwrap();
        let mut expected = as_json(Settings::default());
        expected.insert(key.clone(), other);
        assert_eq!(as_json(read), expected, "{key}");
    }
}

/// What every form has to know, and no more.
#[test]
fn the_schemas_use_a_small_part_of_json_schema_rightly() {
    for (language, _, schema) in schemas() {
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["type"], "object");
        assert_eq!(schema.as_object().unwrap().len(), 4, "$schema, type, required, properties");
        for (key, property) in properties(&schema) {
            for (word, value) in property.as_object().unwrap() {
                assert!(understood(word, value), "{language} {key}: {word} {value}");
            }
            let types = match &property["type"] {
                Value::Array(types) => types.clone(),
                one => vec![one.clone()],
            };
            let is = |name: &str| types.contains(&name.into());
            if let Some(default) = property.get("default") {
                let fits = match default {
                    Value::Null => is("null"),
                    Value::Bool(_) => is("boolean"),
                    Value::String(text) => is("string") && fits(property, text),
                    Value::Array(list) => is("array") && list.is_empty(),
                    Value::Number(_) | Value::Object(_) => false,
                };
                assert!(fits, "{language} {key}: {default}");
            }
            assert_eq!(property.get("items").is_some(), is("array"), "{language} {key}");
            assert_eq!(property["x-secret"] == true, key == API_KEY, "C5: {language} {key}");
        }
    }
}

fn understood(word: &str, value: &Value) -> bool {
    let known_type =
        |it: &Value| it.as_str().is_some_and(|it| ["string", "boolean", "array", "null"].contains(&it));
    match word {
        "title" => {
            value.as_str().is_some_and(|it| !it.is_empty() && it.chars().count() <= 90 && !it.ends_with('.'))
        }
        "description" => value.as_str().is_some_and(|it| it.ends_with('.') && it.trim() == it),
        "type" => known_type(value) || value.as_array().is_some_and(|it| it.iter().all(known_type)),
        "items" => value == &json!({ "type": "string" }),
        "minLength" | "maxLength" => value.is_u64(),
        "uniqueItems" | "x-secret" => value == true,
        "pattern" => value.as_str().is_some_and(|it| it.starts_with('^') && it.ends_with('$')),
        "x-picker" => ["contact-template", "task-template", "employees"].iter().any(|it| value == it),
        "default" => true,
        _ => false,
    }
}

fn fits(property: &Value, text: &str) -> bool {
    let length = text.chars().count() as u64;
    property["minLength"].as_u64().is_none_or(|min| min <= length)
        && property["maxLength"].as_u64().is_none_or(|max| length <= max)
}

#[test]
fn limits_pickers_and_the_keys_shape() {
    let (_, _, schema) = schemas().remove(0);
    let at = |key: &str, word: &str| &properties(&schema)[key][word];
    assert_eq!(at("contact_template", "x-picker"), "contact-template"); // S34
    assert_eq!(at("task_template", "x-picker"), "task-template"); // S35
    assert_eq!(at("extra_assignees", "x-picker"), "employees"); // S36
    assert_eq!(at("welcome_message", "maxLength"), TEXT_UTF16_MAX);
    assert_eq!(at("phone_question", "maxLength"), PHONE_QUESTION_CHARS_MAX);
    // Three groups of 16 hex digits; blanks around them come with copying, and hosts take them off.
    let pattern = at(API_KEY, "pattern").as_str().unwrap();
    let key = pattern.strip_prefix(r"^\s*").and_then(|it| it.strip_suffix(r"\s*$")).unwrap();
    assert_eq!(key, ["[0-9A-Fa-f]{16}"; 3].join("-"));
}

#[test]
fn every_language_has_the_same_keys_in_the_same_order_and_its_own_words() {
    let plain = |schema: &Value| {
        let mut schema = schema.clone();
        for (key, property) in schema["properties"].as_object_mut().unwrap() {
            let property = property.as_object_mut().unwrap();
            property.retain(|word, _| {
                !["title", "description"].contains(&word.as_str())
                    && (word != "default" || !FOR_CUSTOMERS.contains(&key.as_str()))
            });
        }
        schema
    };
    // A form shows them in the order of the text, which a parsed object has lost.
    let order = |text: &str| -> Vec<String> {
        let keys = text.lines().filter_map(|line| line.strip_prefix("    \"")?.strip_suffix("\": {"));
        keys.map(str::to_owned).collect()
    };
    let all = schemas();
    let (_, text, english) = &all[0];
    assert_eq!(order(text).len(), properties(english).len());
    assert_eq!(order(text)[0], API_KEY, "what is required comes first");
    for (language, other_text, other) in &all[1..] {
        assert_eq!(plain(other), plain(english), "{language}");
        assert_eq!(order(other_text), order(text), "{language}");
        for (key, property) in properties(other) {
            for word in ["title", "description"] {
                let words = property[word].as_str().unwrap();
                assert_ne!(words, properties(english)[key][word], "{language} {key} {word}");
                assert!(words.chars().any(|c| ('а'..='я').contains(&c)), "{language}: {words}");
            }
        }
    }
}
