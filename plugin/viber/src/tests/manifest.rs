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
