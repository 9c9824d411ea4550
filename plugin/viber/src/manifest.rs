//! What the channel says about itself; the texts are files beside this crate's `src`.

use conversation::{Limit, Localized, Manifest};

use crate::limits::{
    CAPTION_UTF16_MAX, FILE_BYTES_MAX, FILE_NAME_CHARS_MAX, PICTURE_BYTES_MAX, SENDER_NAME_CHARS_MAX,
    TEXT_UTF16_MAX, VIDEO_BYTES_MAX,
};
use crate::prelude::*;
use crate::receive::API_KEY;
use crate::signature;
use crate::texts::unpack;

/// The manifest: needs nothing, always the same.
#[must_use]
pub fn describe() -> Manifest {
    let [
        english_settings,
        english_guide,
        russian_settings,
        russian_guide,
        ukrainian_settings,
        ukrainian_guide,
    ] = unpack();
    let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    Manifest {
        id: "viber".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        headers: texts(&[signature::HEADER]),
        hosts: texts(&["chatapi.viber.com"]),
        secrets: texts(&[API_KEY]),
        features: texts(&[
            "delivered",
            "seen",
            "failed",
            "sender-identity",
            "suggestions",
            "share-phone",
            "welcome-message",
            "deep-link",
            "session",
            "price",
        ]),
        limits: limits(),
        texts: vec![
            localized("en", english_settings, english_guide),
            localized("ru", russian_settings, russian_guide),
            localized("uk", ukrainian_settings, ukrainian_guide),
        ],
        extras: Vec::new(),
    }
}

fn limits() -> Vec<Limit> {
    // A text above this is sent in pieces; a picture or video above its limit is sent as a file.
    [
        ("text-characters", TEXT_UTF16_MAX as u64),
        ("caption-characters", CAPTION_UTF16_MAX as u64),
        ("sender-name-characters", SENDER_NAME_CHARS_MAX as u64),
        ("picture-bytes", PICTURE_BYTES_MAX),
        ("video-bytes", VIDEO_BYTES_MAX),
        ("file-bytes", FILE_BYTES_MAX),
        ("file-name-characters", FILE_NAME_CHARS_MAX as u64),
    ]
    .map(|(name, value)| Limit { name: name.to_owned(), value })
    .to_vec()
}

fn localized(language: &str, settings_schema: String, guide: String) -> Localized {
    Localized { language: language.to_owned(), name: "Viber".to_owned(), settings_schema, guide }
}

#[cfg(test)]
#[path = "tests/manifest.rs"]
mod tests;

#[cfg(test)]
#[path = "tests/guide.rs"]
mod guide_tests;
