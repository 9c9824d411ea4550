//! The time as the desk gives it to plugins and rows. Not for measuring how long something took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch. Never runs backwards while the process lives, since the contract promises that to
/// plugins and a machine's clock may be set back.
#[must_use]
pub fn now_ms() -> u64 {
    static NEWEST: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    NEWEST.fetch_max(now, Ordering::Relaxed).max(now)
}

/// A time as the store's columns hold it.
#[must_use]
pub fn to_column(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
