//! Random numbers that come again with their seed (SplitMix64). Not for keys.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The environment variable that gives a seed again.
const SEED: &str = "PROVE_SEED";

/// A source of numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The source of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of `PROVE_SEED`, or one of the clock's.
    ///
    /// # Errors
    /// `PROVE_SEED` is no number.
    pub fn seed() -> anyhow::Result<u64> {
        match std::env::var(SEED) {
            Ok(given) => {
                given.parse().map_err(|_| anyhow::anyhow!("{SEED} wants a whole number, and is `{given}`"))
            }
            Err(_) => Ok(u64::from(SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos())),
        }
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Puts things in any order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for end in (1..things.len()).rev() {
            let at = usize::try_from(self.below(end as u64 + 1)).unwrap_or(end);
            things.swap(at, end);
        }
    }

    /// A time of this range.
    pub fn between_ms(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}
