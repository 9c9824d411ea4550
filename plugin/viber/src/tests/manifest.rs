//! The manifest: what hosts rely on, and that texts and code say the same.

use super::*;
use crate::settings;

#[test]
fn it_names_what_a_host_needs() {
    let manifest = describe();
    assert_eq!(manifest.id, "viber");
    assert_eq!(manifest.headers, ["x-viber-content-signature"]);
    assert_eq!(manifest.hosts, ["chatapi.viber.com"]);
    assert_eq!(manifest.secrets, ["api_key"]);
    assert_eq!(
        manifest.texts.iter().map(|text| text.language.as_str()).collect::<Vec<_>>(),
        ["en", "ru", "uk"]
    );
    assert_eq!(manifest, describe(), "always the same");
}

#[test]
fn the_schemas_agree_in_every_language_and_with_the_code() {
    let defaults = settings::parse("").unwrap();
    let mut keys: Option<Vec<String>> = None;
    for text in describe().texts {
        let schema: serde_json::Value = serde_json::from_str(&text.settings_schema).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{}", text.language);
        let properties = schema["properties"].as_object().unwrap();
        for (key, property) in properties {
            assert!(
                property["title"].is_string() && property["description"].is_string(),
                "{} {key}",
                text.language
            );
            assert_eq!(property["x-secret"] == true, key == "api_key", "{key}");
        }
        assert_eq!(properties["new_task_when_none_active"]["default"], defaults.new_task_when_none_active); // S41
        assert_eq!(properties["send_as_employee"]["default"], defaults.send_as_employee); // S46
        assert_eq!(properties["ask_for_phone"]["default"], defaults.ask_for_phone);
        assert_eq!(properties["contact_template"]["x-picker"], "contact-template"); // S34
        assert_eq!(properties["task_template"]["x-picker"], "task-template"); // S35
        assert_eq!(properties["extra_assignees"]["x-picker"], "employees"); // S36
        let own: Vec<String> = properties.keys().cloned().collect();
        assert_eq!(keys.get_or_insert_with(|| own.clone()), &own, "{}", text.language);
    }
}

#[test]
fn every_language_has_a_guide_and_the_english_one_says_all() {
    for text in describe().texts {
        assert!(text.guide.starts_with("# "), "{}", text.language);
        // S2 and S19 in every language.
        assert!(
            text.guide.contains("2024") && text.guide.contains("viber://pa?chatURI="),
            "{}",
            text.language
        );
    }
    let english = &describe().texts[0].guide;
    for (id, words) in [
        ("S2", "5 February 2024"),
        ("S5", "quick replies"),
        ("S6", "API key"),
        ("S7", "in English"),
        ("S8.1", "Are you familiar with new Chatbot Commercial Terms?"),
        ("S8.2", "First name"),
        ("S8.3", "Last name"),
        ("S8.4", "Work email"),
        ("S8.5", "Country"),
        ("S8.6", "Company name"),
        ("S8.7", "Company website"),
        ("S8.8", "Do you have a Viber Business Account?"),
        ("S8.9", "Company type"),
        ("S8.10", "Your inquiry"),
        ("S9", "chat-bot owner"),
        ("S10", "connect a chat-bot"),
        ("S11", "Viber support"),
        ("S13", "public account"),
        ("S20", "social networks"),
        ("S22", "Viber Desktop"),
        ("S23", "phone number"),
    ] {
        assert!(english.contains(words), "{id}: {words}");
    }
}
