//! The manifest: what hosts rely on. Not here: the settings' schemas, in `settings_schema`.

use super::*;

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
