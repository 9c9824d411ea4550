//! Viber's figures, each with its unit and where it is said; no code.
//!
//! "docs" is developers.viber.com, "creators" is creators.viber.com; both checked 2026-11.

/// UTF-16 units of a text message. Docs, Send Message, Text: 7,000 characters, of an unsaid unit; this is the shortest.
pub const TEXT_UTF16_MAX: usize = 7_000;
/// Bytes of a text message as JSON: leaves room in [`BODY_BYTES_MAX`] for the sender, a keyboard and the rest.
pub const TEXT_JSON_BYTES_MAX: usize = 23_000;
/// Bytes of a request's body. Docs, Send Message: 30 kB in all; whether 30,000 or 30,720 is not said.
pub const BODY_BYTES_MAX: usize = 29_999;
/// UTF-16 units of a caption. 768 in creators, 120 in old docs, 512 in what others run in production.
pub const CAPTION_UTF16_MAX: usize = 512;
/// Characters of a sender's name. Docs, Send Message, General parameters.
pub const SENDER_NAME_CHARS_MAX: usize = 28;
/// Bytes of a picture: iOS takes 1 MB, Android 3 MB. Docs, Send Message, Picture.
pub const PICTURE_BYTES_MAX: u64 = 1_000_000;
/// Bytes of a video: 26 MB. Docs, Send Message, Video.
pub const VIDEO_BYTES_MAX: u64 = 27_262_976;
/// Seconds of a video. Docs, Send Message, Video.
pub const VIDEO_SECONDS_MAX: u64 = 180;
/// Bytes of a file: 50 MB. Docs, Send Message, File.
pub const FILE_BYTES_MAX: u64 = 52_428_800;
/// Characters of a file's name, the extension included. Docs, Send Message, File.
pub const FILE_NAME_CHARS_MAX: usize = 256;
/// Characters of a link. Docs, Send Message, URL.
pub const URL_CHARS_MAX: usize = 2_000;
/// Characters of a card's name. Docs, Send Message, Contact.
pub const CARD_NAME_CHARS_MAX: usize = 28;
/// Characters of a card's phone number. Docs, Send Message, Contact.
pub const CARD_PHONE_CHARS_MAX: usize = 18;
/// Characters of what a button says or sends. Docs, Keyboards, says nothing of the body; the server refuses 251.
pub const BUTTON_CHARS_MAX: usize = 250;
/// Characters of the question for the phone number: ours, so that it stays a paragraph below an operator's text.
pub const PHONE_QUESTION_CHARS_MAX: usize = 500;
/// Buttons of a keyboard. Docs' FAQ: 12 rows in portrait.
pub const BUTTONS_MAX: usize = 12;
/// Characters of what an operator is told was changed to send a part: four bytes each, in a context of 4 KiB.
pub const CHANGED_CHARS_MAX: usize = 400;
/// Messages of one reply: each is two commands, and an outcome takes 64.
pub const REPLY_PARTS_MAX: usize = 30;

/// Characters of a task's title: one line that a list can show.
pub const TITLE_CHARS_MAX: usize = 80;
/// Characters of a link's `context` that are kept for the task.
pub const CONTEXT_CHARS_MAX: usize = 1_000;

/// Milliseconds after a customer's message in which answers are free. Docs, Bot pricing: 24 hours; whether from the
/// first or from the last message is told in both ways.
pub const SESSION_MS: u64 = 24 * HOUR_MS;
/// Milliseconds of an hour: the limit behind status 12 is counted by the clock hour. Docs, Rate limits.
pub const HOUR_MS: u64 = 3_600_000;

/// Milliseconds that a call may take. Viber answers `set_webhook` only after it called us, for which it waits 5 s.
pub const CALL_TIMEOUT_MS: u32 = 15_000;
/// Milliseconds before the first repeat of a call; doubled for each further one.
pub const BACKOFF_FIRST_MS: u64 = 1_000;
/// Milliseconds between two repeats at most.
pub const BACKOFF_MAX_MS: u64 = 15 * 60_000;
/// Attempts of a call before it is given up: about a day with the doubling, after which an answer is stale.
pub const ATTEMPTS_MAX: u32 = 105;
/// Attempts of a call that waits for an hour each time: about a day.
pub const HOURLY_ATTEMPTS_MAX: u32 = 24;
/// Milliseconds that messages wait for a webhook that is being set again, at most: that it is set ends the wait.
pub const REPAIR_MS: u64 = 30_000;
/// Milliseconds after which a request to the account counts as stuck: its calls time out long before.
pub const REQUEST_MS_MAX: u64 = 120_000;
/// Attempts of a call while an administrator watches the account connect.
pub const ACCOUNT_ATTEMPTS_MAX: u32 = 4;

/// The API level that phone sharing needs. Docs, Keyboards, share-phone: Viber 7.6.
pub const SHARE_PHONE_API_VERSION: u64 = 3;

/// Before this, 2010, Viber did not exist: a time stamp below is none.
pub const TIME_MS_MIN: u64 = 1_262_304_000_000;
/// Milliseconds that Viber's clock may be ahead of ours before its time stamp is taken for something else.
pub const TIME_AHEAD_MS_MAX: u64 = 24 * HOUR_MS;

/// Extensions that Viber does not deliver. Creators, Send Message, Forbidden file formats.
pub const FORBIDDEN_EXTENSIONS: &[&str] = &[
    "action", "apk", "app", "bat", "bin", "cmd", "com", "command", "cpl", "csh", "exe", "gadget", "inf1",
    "ins", "inx", "ipa", "isu", "job", "jse", "ksh", "lnk", "msc", "msi", "msp", "mst", "osx", "out", "paf",
    "pif", "ps1", "reg", "rgs", "run", "sct", "shb", "shs", "u3p", "vb", "vbe", "vbs", "vbscript",
    "workflow", "ws", "wsf",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_text_leaves_room_for_the_rest_of_the_body() {
        const { assert!(TEXT_JSON_BYTES_MAX + 6_000 < BODY_BYTES_MAX) };
        const { assert!(REPLY_PARTS_MAX * 2 + 2 <= 64) };
    }

    #[test]
    fn forbidden_extensions_are_sorted_lower_case_and_once() {
        assert!(FORBIDDEN_EXTENSIONS.is_sorted_by(|a, b| a < b));
        assert!(
            FORBIDDEN_EXTENSIONS
                .iter()
                .all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
        );
    }
}
