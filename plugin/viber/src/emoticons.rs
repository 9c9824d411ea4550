//! Viber's emoticon codes, as `(smiley)`, and the Unicode characters that say the same; not emoji, which come as they are.
//!
//! A Viber app draws a picture where a text holds a code, whoever typed it, and a bot gets the code. There is no official
//! list. The names are facts from webitel's `chat_manager`, which replaces them in production, from the "Viber emoji list"
//! in github.com/Crissov/unicode-proposals, issue 403, and from what public bots send; checked 2026-11. Which character is
//! nearest is our choice.

use alloc::borrow::Cow;

use crate::prelude::*;

/// Bytes of the longest code, without its parentheses.
const CODE_BYTES_MAX: usize = 14;

/// The text with characters for its codes; nothing is copied if it has no parenthesis. What is no code stays as it is,
/// and so does a link, in which `(lock)` is a part of the address.
pub(crate) fn unicode(text: &str) -> Cow<'_, str> {
    if !text.contains('(') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        if word.contains("://") {
            out.push_str(word);
        } else {
            replace(word, &mut out);
        }
    }
    Cow::Owned(out)
}

fn replace(mut word: &str, out: &mut String) {
    while let Some((before, after)) = word.split_once('(') {
        out.push_str(before);
        word = match code(after) {
            Some((character, rest)) => {
                out.push_str(character);
                rest
            }
            None => {
                out.push('(');
                after
            }
        };
    }
    out.push_str(word);
}

/// The character of the code that stands after a parenthesis, and what follows it. Upper and lower case differ, as in
/// those sources: `(V)` is one, and `(v)` may be a number in a list.
fn code(after: &str) -> Option<(&'static str, &str)> {
    let end = after.bytes().take(CODE_BYTES_MAX + 1).position(|byte| byte == b')')?;
    let place = CODES.binary_search_by_key(&&after[..end], |(code, _)| code).ok()?;
    Some((CODES[place].1, &after[end + 1..]))
}

/// Code, character; sorted by the code's bytes.
#[rustfmt::skip]
const CODES: &[(&str, &str)] = &[
    ("!", "❗"), ("$", "💵"), ("2_hearts", "💕"), ("Q", "❓"), ("V", "✌️"), ("airplane", "✈️"), ("angel", "😇"),
    ("angry", "😡"), ("apple", "🍎"), ("balloon1", "🎈"), ("beer", "🍺"), ("bell", "🔔"), ("bicycle", "🚲"),
    ("black_heart", "🖤"), ("blue_heart", "💙"), ("bomb", "💣"), ("bouquet", "💐"), ("burger", "🍔"),
    ("cake", "🎂"), ("car", "🚗"), ("cat", "🐱"), ("christmas_tree", "🎄"), ("clap", "👏"), ("clover", "🍀"),
    ("coffee", "☕"), ("confused", "😕"), ("cool", "😎"), ("crazy", "🤪"), ("crown", "👑"), ("cry", "😢"),
    ("crying", "😭"), ("dead", "😵"), ("depressed", "😔"), ("devil", "😈"), ("diamond", "💎"), ("dizzy", "😵"),
    ("dog", "🐶"), ("eek", "😬"), ("exhausted", "😩"), ("eyeroll", "🙄"), ("facepalm", "🤦"), ("fire", "🔥"),
    ("fist", "✊"), ("flirt", "😏"), ("flower", "🌼"), ("ghost", "👻"), ("gift", "🎁"), ("happy", "😊"),
    ("happycry", "😂"), ("heart", "❤️"), ("heart_break", "💔"), ("hmm", "🤔"), ("huh", "😦"),
    ("ice_cream", "🍦"), ("inlove", "😍"), ("key", "🔑"), ("kiss", "💋"), ("laugh", "😄"), ("letter", "✉️"),
    ("light_bulb", "💡"), ("like", "👍"), ("lock", "🔒"), ("mad", "😠"), ("meh", "😑"), ("moa", "😘"),
    ("money", "🤑"), ("moon", "🌙"), ("muscle", "💪"), ("music", "🎵"), ("mwah", "😚"), ("nerd", "🤓"),
    ("not_sure", "🫤"), ("oh", "😯"), ("ohno", "😨"), ("orange_heart", "🧡"), ("partyhat", "🥳"), ("phone", "📱"),
    ("pizza", "🍕"), ("poo", "💩"), ("prayer_hands", "🙏"), ("purple_heart", "💜"), ("rain", "🌧️"),
    ("ring", "💍"), ("rocket", "🚀"), ("rockon", "🤘"), ("sad", "🙁"), ("scream", "😱"), ("shy", "😳"),
    ("sick", "🤢"), ("silly", "😜"), ("skull", "💀"), ("sleeping", "😴"), ("smiley", "🙂"), ("snowflake", "❄️"),
    ("snowman", "⛄"), ("star", "⭐"), ("straight", "😐"), ("sun", "☀️"), ("surprised", "😮"), ("teary", "🥲"),
    ("teeth", "😁"), ("thinking", "💭"), ("time", "⏰"), ("tongue", "😛"), ("trophy", "🏆"), ("ugh", "😣"),
    ("unlike", "👎"), ("upset", "😒"), ("waving", "👋"), ("weak", "😫"), ("what", "🤨"), ("wine", "🍷"),
    ("wink", "😉"), ("wink2", "😜"), ("wtf", "😖"), ("yellow_heart", "💛"), ("yo", "😏"), ("yummi", "😋"),
    ("zzz", "💤"),
];

#[cfg(test)]
#[path = "tests/emoticons.rs"]
mod tests;
