//! Viber's validator for keyboards and carousels, split from `rules.rs` for its size. Not a renderer: layout
//! beyond counts and required keys is not checked.

use serde_json::{Map, Value};

use crate::rules::{Check, Refusal, refuse, string_within};

const ACTION_BODY_UNITS_MAX: usize = 250;
const ALT_ROWS_MAX: u64 = 7;
const KEYBOARD_ROWS_MAX: u64 = 2;
const COLUMNS_MAX: u64 = 6;
const CARDS_MAX: u64 = 6;

const ACTION_TYPES: [&str; 7] =
    ["reply", "open-url", "share-phone", "location-picker", "open-map", "none", "buy"];

/// Keyboard keys that need a level, with it.
const KEYBOARD_LEVELS: [(&str, u64); 5] = [
    ("CustomDefaultHeight", 3),
    ("HeightScale", 3),
    ("InputFieldState", 4),
    ("ButtonsGroupColumns", 4),
    ("ButtonsGroupRows", 4),
];

/// Button keys that need a level, with it.
const BUTTON_LEVELS: [(&str, u64); 6] = [
    ("InternalBrowser", 3),
    ("TextPaddings", 4),
    ("Frame", 6),
    ("Map", 6),
    ("MediaPlayer", 6),
    ("TextShouldFit", 6),
];

/// Checks a keyboard for a message of this `min_api_version`.
pub(crate) fn check_keyboard(keyboard: &Value, level: u64) -> Check {
    let keyboard = object(keyboard, "keyboard")?;
    if required(keyboard, "Type")?.as_str() != Some("keyboard") {
        return refuse(3, "badData: keyboard.Type is not \"keyboard\"");
    }
    check_levels(keyboard, &KEYBOARD_LEVELS, level)?;
    check_buttons(keyboard, level, KEYBOARD_ROWS_MAX).map(drop)
}

/// Checks the content of a `rich_media` message.
pub(crate) fn check_rich_media(media: &Value, level: u64) -> Check {
    check_levels_of("rich_media", 2, level)?;
    let media = object(media, "rich_media")?;
    if required(media, "Type")?.as_str() != Some("rich_media") {
        return refuse(3, "badData: rich_media.Type is not \"rich_media\"");
    }
    let columns = in_range(media, "ButtonsGroupColumns", COLUMNS_MAX, COLUMNS_MAX)?;
    let rows = in_range(media, "ButtonsGroupRows", ALT_ROWS_MAX, ALT_ROWS_MAX)?;
    let buttons = check_buttons(media, level, ALT_ROWS_MAX)?;
    if buttons as u64 > CARDS_MAX * columns * rows {
        return refuse(
            3,
            format!("badData: array is too long: {buttons} buttons do not fit {CARDS_MAX} cards"),
        );
    }
    Ok(())
}

fn check_buttons(parent: &Map<String, Value>, level: u64, rows_max: u64) -> Result<usize, Refusal> {
    let Some(buttons) = required(parent, "Buttons")?.as_array() else {
        return refuse(3, "badData: Buttons is not an array");
    };
    if buttons.is_empty() {
        return refuse(
            3,
            "badData: array is too short: must have at least 1 elements but instance has 0 elements",
        );
    }
    for button in buttons {
        check_button(object(button, "button")?, level, rows_max)?;
    }
    Ok(buttons.len())
}

fn check_button(button: &Map<String, Value>, level: u64, rows_max: u64) -> Check {
    let action = button.get("ActionType").map_or(Some("reply"), Value::as_str).unwrap_or_default();
    if !ACTION_TYPES.contains(&action) {
        return refuse(3, format!("badData: instance value ({action:?}) not found in enum of ActionType"));
    }
    let body = required(button, "ActionBody")?;
    string_within("ActionBody", body, ACTION_BODY_UNITS_MAX)?;
    match action {
        "share-phone" | "location-picker" => {
            check_levels_of(action, 3, level)?;
            if body.as_str() == Some("") {
                return refuse(3, format!("badData: ActionBody is empty for {action}"));
            }
        }
        "open-map" => check_levels_of(action, 6, level)?,
        _ => {}
    }
    check_levels(button, &BUTTON_LEVELS, level)?;
    in_range(button, "Columns", COLUMNS_MAX, COLUMNS_MAX)?;
    in_range(button, "Rows", 1, rows_max)?;
    if !["Text", "BgMedia", "Image", "BgColor"].iter().any(|key| button.contains_key(*key)) {
        return refuse(3, "badData: a button needs one of Text, BgMedia, Image, BgColor");
    }
    Ok(())
}

fn check_levels(object: &Map<String, Value>, levels: &[(&str, u64)], level: u64) -> Check {
    let used = levels.iter().filter(|(key, _)| object.contains_key(*key));
    used.into_iter().try_for_each(|(key, needed)| check_levels_of(key, *needed, level))
}

fn check_levels_of(what: &str, needed: u64, level: u64) -> Check {
    if level < needed {
        return refuse(14, format!("incompatibleWithVersion: {what} needs min_api_version {needed}"));
    }
    Ok(())
}

fn in_range(object: &Map<String, Value>, key: &str, default: u64, max: u64) -> Result<u64, Refusal> {
    // A number as a string is tolerated for these keys.
    let Some(value) = object.get(key) else { return Ok(default) };
    match value.as_u64().or_else(|| value.as_str()?.parse().ok()) {
        Some(number) if (1..=max).contains(&number) => Ok(number),
        _ => refuse(3, format!("badData: {key} is not within 1 and {max}")),
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Refusal> {
    value.as_object().map_or_else(|| refuse(3, format!("badData: {what} is not an object")), Ok)
}

/// Unlike at the top of a message, an absent key is status 3 here.
fn required<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a Value, Refusal> {
    let missing = || refuse(3, format!("badData: object has missing required properties ([\"{key}\"])"));
    object.get(key).map_or_else(missing, Ok)
}
