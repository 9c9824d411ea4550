//! What a message is made of, in both directions; not how any messenger writes it.

use crate::TimeMs;
use crate::prelude::*;

/// How a text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// As it is.
    Plain,
    /// CommonMark.
    Markdown,
    /// HTML as helpdesks' editors make it.
    Html,
    /// A format of a later version: treated as plain.
    Other(String),
}

/// A text and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text itself.
    pub text: String,
    /// How it is written.
    pub format: TextFormat,
}

/// A picture, video, sound or file; its bytes are elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// Where it is: foreign and untrusted when it came in, the host's public link when it goes out.
    pub url: Option<String>,
    /// Until when `url` works, if that is known.
    pub url_until: Option<TimeMs>,
    /// As the sender named it; never a path.
    pub name: Option<String>,
    /// MIME type.
    pub media_type: Option<String>,
    /// Size in bytes.
    pub size_bytes: Option<u64>,
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// A small picture of it.
    pub thumbnail: Option<String>,
    /// What the sender wrote below it.
    pub caption: Option<String>,
}

/// A place on the map, WGS 84, not checked against ±90.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// What was written beside it.
    pub caption: Option<String>,
}

/// Somebody's name and number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactCard {
    /// The name on the card.
    pub name: Option<String>,
    /// As it came: with or without `+`.
    pub phone: Option<String>,
    /// A link to a picture.
    pub avatar: Option<String>,
    /// The customer gave their own number, as far as the messenger can tell.
    pub own_number: bool,
}

/// A sticker of the messenger's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sticker {
    /// The messenger's id of it.
    pub id: String,
    /// A picture of it.
    pub url: Option<String>,
}

/// A link that is a message of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub url: String,
    /// What was written beside it.
    pub caption: Option<String>,
}

/// Content that has no name here: shown by its summary, kept whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPart {
    /// The messenger's name for it.
    pub kind: String,
    /// One line for a person.
    pub summary: String,
    /// What came, as JSON.
    pub json: String,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Words.
    Text(Text),
    /// A picture.
    Image(Media),
    /// A video.
    Video(Media),
    /// A sound.
    Audio(Media),
    /// Any other file.
    File(Media),
    /// A place.
    Location(Location),
    /// Somebody's card.
    Contact(ContactCard),
    /// A sticker.
    Sticker(Sticker),
    /// A link.
    Link(Link),
    /// What has no name here.
    Other(OtherPart),
}

impl Part {
    /// A text that is shown as it is.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text(Text { text: text.into(), format: TextFormat::Plain })
    }
}
