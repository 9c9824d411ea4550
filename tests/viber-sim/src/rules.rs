//! Viber's validator for messages: which body is refused, with which status and in which prose. Pure; it knows
//! no users and no counters, which are in `sending.rs`. Where sources disagree the stricter limit is used, so
//! that a program which passes here passes there.

use serde_json::{Map, Value};

use crate::keyboards;

/// Bytes of a request body.
pub(crate) const BODY_BYTES_MAX: usize = 30_000;
const TEXT_UNITS_MAX: usize = 7_000;
const CAPTION_UNITS_MAX: usize = 512;
const SENDER_NAME_UNITS_MAX: usize = 28;
const TRACKING_DATA_UNITS_MAX: usize = 4_000;
const URL_UNITS_MAX: usize = 2_000;
const FILE_NAME_UNITS_MAX: usize = 256;
const CONTACT_NAME_UNITS_MAX: usize = 28;
const PHONE_UNITS_MAX: usize = 18;
const VIDEO_BYTES_MAX: u64 = 27_262_976;
const VIDEO_SECONDS_MAX: u64 = 180;
const FILE_BYTES_MAX: u64 = 52_428_800;

/// Extensions that Viber refuses in `file_name`.
const FORBIDDEN_EXTENSIONS: &str = " bat bin cmd com cpl exe gadget inf1 ins inx isu job jse lnk msc msi msp mst \
    paf pif ps1 reg rgs sct shb shs u3p vb vbe vbs vbscript ws wsf action app command csh osx workflow ksh out run \
    apk ipa ";

/// A refusal: number and text of the envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: i64,
    pub(crate) message: String,
}

/// Shorthand for a check that may refuse.
pub(crate) type Check = Result<(), Refusal>;

/// A refusal as an error.
pub(crate) fn refuse<T>(status: i64, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, message: message.into() })
}

/// Checks a message without its receiver: the body of `send_message`, or a welcome message.
pub(crate) fn check_message(message: &Map<String, Value>) -> Check {
    check_sender(message)?;
    if let Some(data) = message.get("tracking_data") {
        string_within("tracking_data", data, TRACKING_DATA_UNITS_MAX)?;
    }
    let level = api_level(message)?;
    let keyboard = optional(message, "keyboard");
    if let Some(keyboard) = keyboard {
        keyboards::check_keyboard(keyboard, level)?;
    }
    match message.get("type") {
        None if keyboard.is_some() => Ok(()),
        None => missing("type"),
        Some(Value::String(kind)) => check_content(kind, message, level),
        Some(_) => refuse(3, "badData: type is not a string"),
    }
}

/// `min_api_version`, which is 1 unless given.
pub(crate) fn api_level(message: &Map<String, Value>) -> Result<u64, Refusal> {
    match message.get("min_api_version") {
        None => Ok(1),
        Some(value) => match value.as_u64() {
            Some(level) if level > 0 => Ok(level),
            _ => refuse(3, "badData: min_api_version is not a positive integer"),
        },
    }
}

fn check_sender(message: &Map<String, Value>) -> Check {
    // The documentation requires the object, production does not (a large bot platform leaves it out).
    let Some(sender) = message.get("sender") else { return Ok(()) };
    let Some(sender) = sender.as_object() else { return refuse(3, "badData: sender is not an object") };
    let name = required(sender, "name")?;
    if name.as_str() == Some("") {
        return refuse(3, "badData: sender.name is empty");
    }
    string_within("sender.name", name, SENDER_NAME_UNITS_MAX)?;
    sender.get("avatar").map_or(Ok(()), |avatar| check_url("sender.avatar", avatar).map(drop))
}

fn check_content(kind: &str, message: &Map<String, Value>, level: u64) -> Check {
    match kind {
        "text" => {
            let text = required(message, "text")?;
            if text.as_str() == Some("") {
                return refuse(3, "badData: text is empty");
            }
            string_within("text", text, TEXT_UNITS_MAX)
        }
        "picture" => check_picture(message),
        "video" => check_video(message),
        "file" => check_file(message),
        "contact" => check_contact(message),
        "location" => check_location(message),
        "url" => {
            check_url("media", required(message, "media")?)?;
            string_within("media", required(message, "media")?, URL_UNITS_MAX)
        }
        "sticker" => match required(message, "sticker_id")? {
            Value::Number(id) if id.is_u64() => Ok(()),
            Value::String(id) if id.parse::<u64>().is_ok() => Ok(()),
            _ => refuse(3, "badData: sticker_id is not a number"),
        },
        "rich_media" => keyboards::check_rich_media(required(message, "rich_media")?, level),
        other => refuse(3, format!("badData: unknown message type \"{other}\"")),
    }
}

fn check_picture(message: &Map<String, Value>) -> Check {
    // The key is required, yet its value is null in what the official Node SDK sends without a caption.
    required(message, "text")?;
    if let Some(text) = optional(message, "text") {
        string_within("text", text, CAPTION_UNITS_MAX)?;
    }
    let path = check_url("media", required(message, "media")?)?;
    if let Some(thumbnail) = optional(message, "thumbnail") {
        check_url("thumbnail", thumbnail)?;
    }
    // The real client shows an endless spinner instead; a refusal is easier to notice.
    match extension(&path).as_str() {
        "jpeg" | "jpg" | "png" | "gif" => Ok(()),
        _ => refuse(3, "badData: the path of media must end in .jpeg, .jpg, .png or .gif"),
    }
}

fn check_video(message: &Map<String, Value>) -> Check {
    let path = check_url("media", required(message, "media")?)?;
    size_within(message, VIDEO_BYTES_MAX)?;
    if let Some(text) = optional(message, "text") {
        string_within("text", text, CAPTION_UNITS_MAX)?;
    }
    let duration = optional(message, "duration");
    if duration.is_some_and(|it| it.as_u64().is_none_or(|seconds| seconds > VIDEO_SECONDS_MAX)) {
        return refuse(3, format!("badData: duration is not an integer up to {VIDEO_SECONDS_MAX} seconds"));
    }
    if extension(&path) == "mp4" { Ok(()) } else { refuse(3, "badData: the path of media must end in .mp4") }
}

fn check_file(message: &Map<String, Value>) -> Check {
    check_url("media", required(message, "media")?)?;
    size_within(message, FILE_BYTES_MAX)?;
    let name = required(message, "file_name")?;
    string_within("file_name", name, FILE_NAME_UNITS_MAX)?;
    let extension = extension(name.as_str().unwrap_or_default());
    if extension.is_empty() {
        return refuse(3, "badData: file_name has no extension");
    }
    if FORBIDDEN_EXTENSIONS.contains(&format!(" {extension} ")) {
        return refuse(3, format!("badData: file extension \"{extension}\" is not allowed"));
    }
    Ok(())
}

fn check_contact(message: &Map<String, Value>) -> Check {
    let Some(contact) = required(message, "contact")?.as_object() else {
        return refuse(3, "badData: contact is not an object");
    };
    string_within("contact.name", required(contact, "name")?, CONTACT_NAME_UNITS_MAX)?;
    let number = required(contact, "phone_number")?;
    string_within("contact.phone_number", number, PHONE_UNITS_MAX)?;
    let digits = number.as_str().unwrap_or_default();
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse(3, "badData: contact.phone_number holds more than digits and a leading +");
    }
    Ok(())
}

fn check_location(message: &Map<String, Value>) -> Check {
    let Some(location) = required(message, "location")?.as_object() else {
        return refuse(3, "badData: location is not an object");
    };
    for (key, bound) in [("lat", 90.0), ("lon", 180.0)] {
        let value = required(location, key)?;
        // Numbers by one documentation, strings by the other.
        let degrees = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        if degrees.is_none_or(|degrees: f64| !(-bound..=bound).contains(&degrees)) {
            return refuse(3, format!("badData: location.{key} is not a number within ±{bound}"));
        }
    }
    Ok(())
}

fn size_within(message: &Map<String, Value>, bytes_max: u64) -> Check {
    match required(message, "size")?.as_u64() {
        Some(size) if (1..=bytes_max).contains(&size) => Ok(()),
        _ => refuse(3, format!("badData: size is not an integer from 1 to {bytes_max}")),
    }
}

/// A required property; its absence is status 4.
pub(crate) fn required<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a Value, Refusal> {
    object.get(key).map_or_else(|| missing(key), Ok)
}

/// A property that may be absent or `null`. The official Node SDK sends `"keyboard":null` with every message that
/// has none, and media without a caption, a thumbnail or a duration likewise. Not for `tracking_data`: by a comment
/// in that SDK, Viber mishandles `null` there.
pub(crate) fn optional<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| !value.is_null())
}

/// The refusal of an absent property.
pub(crate) fn missing<T>(key: &str) -> Result<T, Refusal> {
    refuse(4, format!("missingData: object has missing required properties ([\"{key}\"])"))
}

/// A string of at most so many UTF-16 units (the validator is Java; "characters" are not defined anywhere).
pub(crate) fn string_within(key: &str, value: &Value, units_max: usize) -> Check {
    let Some(text) = value.as_str() else { return refuse(3, format!("badData: {key} is not a string")) };
    let units = text.encode_utf16().count();
    if units > units_max {
        return refuse(
            3,
            format!("badData: string {key} is too long (length: {units}, maximum allowed: {units_max})"),
        );
    }
    Ok(())
}

/// Checks an http(s) URL and returns its path. Plain http is let through: tests run on loopback.
pub(crate) fn check_url(key: &str, value: &Value) -> Result<String, Refusal> {
    let text = value.as_str().unwrap_or_default();
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || text.contains(char::is_whitespace) {
        return refuse(3, format!("badData: {key} is not a valid URL"));
    }
    Ok(format!("/{path}"))
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase())
}
