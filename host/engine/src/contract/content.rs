//! What messages are made of. Not here: commands and events that carry them.

use super::TimeMs;
use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// How a text is written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// As it is.
    #[default]
    #[component(name = "plain")]
    Plain,
    /// CommonMark.
    #[component(name = "markdown")]
    Markdown,
    /// HTML as helpdesks' editors make it.
    #[component(name = "html")]
    Html,
    /// A format of a later version, by its name: treat as plain.
    #[component(name = "other")]
    Other(String),
}

/// A text and how it is written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Text {
    /// The text.
    pub text: String,
    /// How it is written.
    #[serde(default)]
    pub format: TextFormat,
}

/// A picture, video, sound or file. Bytes never travel through the contract.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Media {
    /// Where it is. Inbound: the messenger's link, none where the messenger left it out; foreign and not
    /// to be trusted. Outbound: the host's public link, whose path MUST end in the real extension.
    pub url: Option<String>,
    /// Until when `url` works, if that is known.
    #[component(name = "url-until")]
    pub url_until: Option<TimeMs>,
    /// As the sender named it, not to be trusted as a path.
    pub name: Option<String>,
    /// As the sender or messenger says, such as `image/png`.
    #[component(name = "media-type")]
    pub media_type: Option<String>,
    /// The size, if it is known.
    #[component(name = "size-bytes")]
    pub size_bytes: Option<u64>,
    /// How long it plays.
    #[component(name = "duration-ms")]
    pub duration_ms: Option<u64>,
    /// A link to a small picture of it.
    pub thumbnail: Option<String>,
    /// What the sender wrote below it.
    pub caption: Option<String>,
}

/// A place on Earth.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Location {
    /// Degrees, WGS 84. Not checked against ±90: what came is shown.
    pub latitude: f64,
    /// Degrees, WGS 84.
    pub longitude: f64,
    /// What the sender wrote below it.
    pub caption: Option<String>,
}

/// A contact that somebody shared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct ContactCard {
    /// The name as it came.
    pub name: Option<String>,
    /// As it came: with or without `+`.
    pub phone: Option<String>,
    /// A link to a picture.
    pub avatar: Option<String>,
    /// The customer gave their own number, as far as the messenger can tell.
    #[component(name = "own-number")]
    #[serde(default)]
    pub own_number: bool,
}

/// A sticker of the messenger's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Sticker {
    /// The messenger's id of it.
    pub id: String,
    /// A picture of it.
    pub url: Option<String>,
}

/// A link that was shared as such.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Link {
    /// Where it leads.
    pub url: String,
    /// What the sender wrote with it.
    pub caption: Option<String>,
}

/// Content that this version has no name for: shown by its summary, kept whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct OtherPart {
    /// The messenger's name for it.
    pub kind: String,
    /// One line for a person.
    pub summary: String,
    /// What came, as JSON.
    pub json: String,
}

/// A piece of a message. A message is a list of them, in the order in which they are to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A text.
    #[component(name = "text")]
    Text(Text),
    /// A picture.
    #[component(name = "image")]
    Image(Media),
    /// A video.
    #[component(name = "video")]
    Video(Media),
    /// A sound.
    #[component(name = "audio")]
    Audio(Media),
    /// A file.
    #[component(name = "file")]
    File(Media),
    /// A place.
    #[component(name = "location")]
    Location(Location),
    /// A shared contact.
    #[component(name = "contact")]
    Contact(ContactCard),
    /// A sticker.
    #[component(name = "sticker")]
    Sticker(Sticker),
    /// A link.
    #[component(name = "link")]
    Link(Link),
    /// What this version has no name for.
    #[component(name = "other")]
    Other(OtherPart),
}
