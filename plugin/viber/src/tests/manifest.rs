//! The manifest: what hosts rely on. Not here: its texts, in `settings_schema` and `guide`.

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

/// Unpacked, the texts are the files, to the last character.
#[test]
fn its_texts_are_the_files() {
    let files = [
        (include_str!("../../texts/settings.en.json"), include_str!("../../texts/guide.en.md")),
        (include_str!("../../texts/settings.ru.json"), include_str!("../../texts/guide.ru.md")),
        (include_str!("../../texts/settings.uk.json"), include_str!("../../texts/guide.uk.md")),
    ];
    let texts = describe().texts;
    assert_eq!(texts.len(), files.len());
    for (text, (settings_schema, guide)) in texts.iter().zip(files) {
        assert_eq!(text.settings_schema, settings_schema, "{}", text.language);
        assert_eq!(text.guide, guide, "{}", text.language);
    }
}
