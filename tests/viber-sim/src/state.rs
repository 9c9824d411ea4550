//! What Viber knows: bots and users. Plain data with lookups; chats are in `phone.rs`, the rules of sending in
//! `sending.rs`, those of users' actions in `actions.rs`.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::Options;
use crate::faults::Faults;
use crate::log::Log;
use crate::phone::Chat;

/// Bots of one simulator.
pub(crate) const BOTS_MAX: usize = 100;
/// Users of one simulator.
pub(crate) const USERS_MAX: usize = 100_000;
/// `(message_token >> 22) + this` is the time of creation in milliseconds, as in real tokens.
const TOKEN_EPOCH_MS: u64 = 292_057_776_128;

/// Everything behind the one lock.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) bots: Vec<Bot>,
    pub(crate) users: Vec<User>,
    pub(crate) chats: BTreeMap<(usize, usize), Chat>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    last_token: u64,
}

/// A bot account.
#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) uri: String,
    pub(crate) avatar: Option<String>,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) flags: BotFlags,
    /// This bot's name for each user, by the user's index: ids are unique per (user, bot).
    pub(crate) user_ids: Vec<String>,
    by_user_id: HashMap<String, usize>,
}

/// What can be wrong with a bot, and how it is billed.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct BotFlags {
    pub(crate) blocked: bool,
    pub(crate) suspended: bool,
    pub(crate) deleted: bool,
    pub(crate) no_balance: bool,
    pub(crate) quota_used_up: bool,
    pub(crate) billable: bool,
}

/// What a successful `set_webhook` stored.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) event_types: Option<Vec<String>>,
    pub(crate) send_name: bool,
    pub(crate) send_photo: bool,
}

/// A person with Viber.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) avatar: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) phone_number: String,
    pub(crate) devices: u32,
    pub(crate) api_version: u32,
    /// Offline phones hold back `delivered`.
    pub(crate) online: bool,
    /// Switched off "content personalization": bots see the placeholder.
    pub(crate) anonymous: bool,
    /// False: no Viber account any more, status 5.
    pub(crate) registered: bool,
    /// False: the app is too old for bots, status 11.
    pub(crate) suitable_device: bool,
    /// How many of the next messages the phone refuses (`failed`), and with which text.
    pub(crate) refuses: u32,
    pub(crate) refusal: String,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            bots: Vec::new(),
            users: Vec::new(),
            chats: BTreeMap::new(),
            faults: Faults::default(),
            log: Log::default(),
            last_token: 0,
        }
    }

    /// Forgets everything but the options and the token counter, which never goes back.
    pub(crate) fn reset(&mut self) {
        self.bots.clear();
        self.users.clear();
        self.chats.clear();
        self.faults.clear();
        self.log.clear();
    }

    /// The next message token: creation time in the upper bits, above 2^53, strictly rising.
    pub(crate) fn next_token(&mut self, now: u64) -> u64 {
        let low_bits = self.last_token.wrapping_mul(2_654_435_761) >> 9 & 0x3F_FFFF;
        let fresh = now.saturating_sub(TOKEN_EPOCH_MS) << 22 | low_bits;
        self.last_token = fresh.max(self.last_token + 1);
        self.last_token
    }

    /// Adds a bot; the caller has checked the bound and that the token is new.
    pub(crate) fn add_bot(&mut self, token: Option<String>, name: String, uri: String) -> usize {
        let index = self.bots.len();
        let digest = self.digest("bot", index, 0, 0);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut bot = Bot {
            // Digits that exceed 64 bits, as in Viber's own documentation.
            id: format!("pa:98{:018}", u64::from_be_bytes(first(&digest)) % 10_u64.pow(18)),
            token: token.unwrap_or_else(|| format!("{}-{}-{}", &hex[..16], &hex[16..32], &hex[32..48])),
            name,
            uri,
            avatar: None,
            webhook: None,
            flags: BotFlags::default(),
            user_ids: Vec::new(),
            by_user_id: HashMap::new(),
        };
        for user in 0..self.users.len() {
            bot.learn(self.user_id(index, user));
        }
        self.bots.push(bot);
        index
    }

    /// Adds a user; the caller has checked the bound.
    pub(crate) fn add_user(&mut self, user: User) -> usize {
        let index = self.users.len();
        for bot in 0..self.bots.len() {
            let id = self.user_id(bot, index);
            self.bots[bot].learn(id);
        }
        self.users.push(user);
        index
    }

    /// A user's id for one bot: 16 bytes in base64, always with a `/` or `+` to catch unescaped paths.
    pub(crate) fn user_id(&self, bot: usize, user: usize) -> String {
        let id = |nonce| STANDARD.encode(&self.digest("user", bot, user, nonce)[..16]);
        (0..64).map(id).find(|id| id.contains(['/', '+'])).unwrap_or_else(|| id(0))
    }

    fn digest(&self, kind: &str, bot: usize, user: usize, nonce: u32) -> [u8; 32] {
        Sha256::digest(format!("{}/{kind}/{bot}/{user}/{nonce}", self.options.seed)).into()
    }

    /// A bot by alias (`b1`) or id (`pa:…`).
    pub(crate) fn find_bot(&self, key: &str) -> Option<usize> {
        by_alias(key, 'b', self.bots.len()).or_else(|| self.bots.iter().position(|bot| bot.id == key))
    }

    /// A bot by its token.
    pub(crate) fn bot_with_token(&self, token: &str) -> Option<usize> {
        self.bots.iter().position(|bot| bot.token == token)
    }

    /// A user by alias (`u1`) or by the id under which any bot knows them.
    pub(crate) fn find_user(&self, key: &str) -> Option<usize> {
        let by_id = || self.bots.iter().find_map(|bot| bot.user(key));
        // Users made before any bot are known by the id that the first bot will see.
        let early = || (0..self.users.len()).find(|user| self.user_id(0, *user) == key);
        by_alias(key, 'u', self.users.len())
            .or_else(by_id)
            .or_else(|| if self.bots.is_empty() { early() } else { None })
    }

    /// The chat of a bot and a user, made on first use.
    pub(crate) fn chat(&mut self, bot: usize, user: usize) -> &mut Chat {
        self.chats.entry((bot, user)).or_default()
    }

    /// Users who would receive a message of this bot.
    pub(crate) fn subscribers(&self, bot: usize) -> usize {
        self.chats.iter().filter(|((b, _), chat)| *b == bot && chat.subscribed && !chat.blocked).count()
    }
}

impl Bot {
    /// The user whom this bot knows by `id`.
    pub(crate) fn user(&self, id: &str) -> Option<usize> {
        self.by_user_id.get(id).copied()
    }

    fn learn(&mut self, id: String) {
        self.by_user_id.insert(id.clone(), self.user_ids.len());
        self.user_ids.push(id);
    }
}

fn by_alias(key: &str, letter: char, count: usize) -> Option<usize> {
    let number: usize = key.strip_prefix(letter)?.parse().ok()?;
    (1..=count).contains(&number).then(|| number - 1)
}

fn first(digest: &[u8; 32]) -> [u8; 8] {
    let mut head = [0; 8];
    head.copy_from_slice(&digest[..8]);
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_rise_exceed_2_to_the_53_and_carry_their_time() {
        let mut world = World::new(Options::default());
        let now = 1_790_000_000_123;
        let tokens = [0; 500].map(|_| world.next_token(now));
        assert!(tokens.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(tokens[0] > 1 << 53 && tokens[499] < i64::MAX as u64);
        assert_eq!((tokens[0] >> 22) + TOKEN_EPOCH_MS, now);
    }
}
