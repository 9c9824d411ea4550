//! The simulator's clock: real time plus an offset that tests move forward. It does not time network waits,
//! which are real: a 5 s limit on a socket is 5 s for the program under test.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// Longest single jump. Keeps timestamps far from overflow however often a script advances the clock.
pub(crate) const ADVANCE_MS_MAX: u64 = 366 * 24 * 3_600_000;

/// All of the offsets together: 20 years, within which message tokens still fit their integer.
const OFFSET_MS_MAX: u64 = 20 * ADVANCE_MS_MAX;

/// A clock that runs with the real one and can be moved forward.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_ms: AtomicU64,
    moved: Notify,
}

impl Clock {
    /// Milliseconds since the epoch, on this clock.
    pub(crate) fn now(&self) -> u64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let real_ms = u64::try_from(real.as_millis()).unwrap_or(u64::MAX / 2);
        real_ms + self.offset_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock forward and wakes everything that waits for a time.
    pub(crate) fn advance(&self, by_ms: u64) {
        let add = |offset: u64| Some(offset.saturating_add(by_ms).min(OFFSET_MS_MAX));
        // The closure always answers `Some`, so the update cannot fail.
        let _ = self.offset_ms.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        self.moved.notify_waiters();
    }

    /// Back to real time.
    pub(crate) fn reset(&self) {
        self.offset_ms.store(0, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// Waits until this clock shows `at_ms`, whether time passes or is moved.
    pub(crate) async fn until(&self, at_ms: u64) {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // Registered before looking at the clock, so that a jump in between is not missed.
            moved.as_mut().enable();
            let now = self.now();
            if now >= at_ms {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(at_ms - now)) => {}
                () = moved => {}
            }
        }
    }
}
