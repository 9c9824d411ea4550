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
    ("!", "❗"), ("$", "💵"), ("2_hearts", "💕"), ("8ball", "🎱"), ("Q", "❓"), ("TV", "📺"), ("V", "✌️"),
    ("airplane", "✈️"), ("alien", "👽"), ("ambulance", "🚑"), ("anchor", "⚓"), ("angel", "😇"), ("angry", "😡"),
    ("angrymark", "💢"), ("apple", "🍎"), ("arrow_heart", "💘"), ("baby_bottle", "🍼"), ("bacon", "🥓"),
    ("balloon1", "🎈"), ("balloon2", "🎈"), ("banana", "🍌"), ("baseball", "⚾"), ("basketball", "🏀"),
    ("bat", "🦇"), ("batman", "🦇"), ("battery", "🔋"), ("beachball", "🏐"), ("bee", "🐝"), ("beer", "🍺"),
    ("bell", "🔔"), ("bicycle", "🚲"), ("bikini", "👙"), ("black_heart", "🖤"), ("blue_heart", "💙"),
    ("bomb", "💣"), ("book", "📘"), ("bouquet", "💐"), ("boxing", "🥊"), ("bunny", "🐰"), ("burger", "🍔"),
    ("cactus", "🌵"), ("cake", "🎂"), ("cake_slice", "🍰"), ("camera", "📷"), ("cap", "🧢"), ("car", "🚗"),
    ("cards", "🃏"), ("cat", "🐱"), ("champagne", "🍾"), ("checkmark", "✅"), ("cherry", "🍒"), ("chick", "🐤"),
    ("chicken", "🍗"), ("chocolate", "🍫"), ("christmas_tree", "🎄"), ("cigarette", "🚬"), ("clap", "👏"),
    ("cloud", "☁️"), ("clover", "🍀"), ("cocktail", "🍹"), ("coffee", "☕"), ("confetti_ball", "🎊"),
    ("confused", "😕"), ("console", "🎮"), ("cookie", "🍪"), ("cool", "😎"), ("corn", "🌽"), ("crazy", "🤪"),
    ("croissant", "🥐"), ("crown", "👑"), ("cry", "😢"), ("crying", "😭"), ("crystal_ball", "🔮"),
    ("cupcake", "🧁"), ("dead", "😵"), ("depressed", "😔"), ("devil", "😈"), ("diamond", "💎"), ("dice", "🎲"),
    ("dinosaur", "🦖"), ("dizzy", "😵"), ("do_not_enter", "⛔"), ("dog", "🐶"), ("donut", "🍩"),
    ("down_graph", "📉"), ("droplet", "💧"), ("drum", "🥁"), ("earth", "🌍"), ("eek", "😬"), ("egg", "🥚"),
    ("eggplant", "🍆"), ("exhausted", "😩"), ("eyeroll", "🙄"), ("eyes", "👀"), ("facepalm", "🤦"),
    ("fire", "🔥"), ("first_aid", "⛑️"), ("fist", "✊"), ("flirt", "😏"), ("flower", "🌼"), ("fly", "🪰"),
    ("football", "🏈"), ("footsteps", "👣"), ("fox", "🦊"), ("fu", "🖕"), ("full_moon", "🌕"), ("ghost", "👻"),
    ("gift", "🎁"), ("glasses", "👓"), ("goldfish", "🐠"), ("golf", "⛳"), ("golfball", "⛳"), ("grapes", "🍇"),
    ("guitar", "🎸"), ("hammer", "🔨"), ("happy", "😊"), ("happycry", "😂"), ("heart", "❤️"),
    ("heart_break", "💔"), ("heart_lock", "💝"), ("hmm", "🤔"), ("hotdog", "🌭"), ("huh", "😦"),
    ("ice_cream", "🍦"), ("inlove", "😍"), ("kangaroo", "🦘"), ("key", "🔑"), ("kiss", "💋"), ("knife", "🔪"),
    ("koala", "🐨"), ("ladybug", "🐞"), ("lantern", "🏮"), ("laugh", "😄"), ("lemon", "🍋"), ("letter", "✉️"),
    ("light_bulb", "💡"), ("like", "👍"), ("lock", "🔒"), ("lollipop", "🍭"), ("mad", "😠"), ("magnify", "🔍"),
    ("mapleleaf", "🍁"), ("martini", "🍸"), ("meds", "💊"), ("meh", "😑"), ("microphone", "🎤"),
    ("mischievous", "😼"), ("moa", "😘"), ("money", "🤑"), ("moneybag", "💰"), ("monkey", "🐵"), ("moon", "🌙"),
    ("muscle", "💪"), ("mushroom", "🍄"), ("music", "🎵"), ("mwah", "😚"), ("nerd", "🤓"), ("ninja", "🥷"),
    ("noodles", "🍜"), ("not_sure", "🫤"), ("octopus", "🐙"), ("oh", "😯"), ("ohno", "😨"),
    ("orange_heart", "🧡"), ("over18", "🔞"), ("owl", "🦉"), ("palmtree", "🌴"), ("panda", "🐼"),
    ("paperclip", "📎"), ("party_popper", "🎉"), ("partyhat", "🥳"), ("paw", "🐾"), ("peach", "🍑"),
    ("pencil", "✏️"), ("penguin", "🐧"), ("phone", "📱"), ("pig", "🐷"), ("pineapple", "🍍"), ("pizza", "🍕"),
    ("pointer", "👉"), ("policecar", "🚓"), ("poo", "💩"), ("popcorn", "🍿"), ("prayer_hands", "🙏"),
    ("purple_heart", "💜"), ("rain", "🌧️"), ("rainbow", "🌈"), ("relax", "🏖️"), ("ring", "💍"), ("robot", "🤖"),
    ("rocket", "🚀"), ("rockon", "🤘"), ("ruler", "📏"), ("run", "🏃"), ("sad", "🙁"), ("scissor", "✂️"),
    ("scream", "😱"), ("shark", "🦈"), ("sheep", "🐑"), ("shooting_star", "🌠"), ("shrug", "🤷"), ("shy", "😳"),
    ("sick", "🤢"), ("silly", "😜"), ("singing", "😗"), ("skull", "💀"), ("sleeping", "😴"), ("smiley", "🙂"),
    ("snail", "🐌"), ("snake", "🐍"), ("snowflake", "❄️"), ("snowman", "⛄"), ("soccer", "⚽"), ("soda", "🥤"),
    ("speaker", "🔊"), ("spiderman", "🕷️"), ("sprout", "🌱"), ("squirrel", "🐿️"), ("star", "⭐"),
    ("stop_sign", "🛑"), ("straight", "😐"), ("strawberry", "🍓"), ("sun", "☀️"), ("sunflower", "🌻"),
    ("sunglasses", "🕶️"), ("surprised", "😮"), ("sushi1", "🍣"), ("sushi2", "🍣"), ("syringe", "💉"),
    ("tablet", "📱"), ("tape", "📼"), ("target", "🎯"), ("taxi", "🚕"), ("teary", "🥲"), ("teeth", "😁"),
    ("telephone", "☎️"), ("tennis", "🎾"), ("termometer", "🌡️"), ("thinking", "💭"), ("time", "⏰"),
    ("tongue", "😛"), ("torch", "🔦"), ("trafficlight", "🚦"), ("trophy", "🏆"), ("trumpet", "🎺"),
    ("turtle", "🐢"), ("ufo", "🛸"), ("ugh", "😣"), ("umbrella", "☂️"), ("unlike", "👎"), ("up_graph", "📈"),
    ("upset", "😒"), ("video", "📹"), ("watermelon", "🍉"), ("waving", "👋"), ("weak", "😫"), ("weight", "🏋️"),
    ("what", "🤨"), ("wine", "🍷"), ("wink", "😉"), ("wink2", "😜"), ("wrench", "🔧"), ("wtf", "😖"),
    ("yellow_heart", "💛"), ("yo", "😏"), ("yummi", "😋"), ("zzz", "💤"),
];

#[cfg(test)]
#[path = "tests/emoticons.rs"]
mod tests;
