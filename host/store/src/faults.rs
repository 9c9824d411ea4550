//! Planted faults, for the tests of the tests: each takes one mechanism out of the desk, and a test must notice; and points
//! at which a desk can be made to die. Without the feature `faults`, which no program but `desk-faults` is built with, there
//! is neither. Not here: what a fault does; that stands where it does it.

pub use inner::{crash_point, is_planted, is_remembered, remember};

/// Where a desk can be made to die: before and after everything that counts once it has happened.
pub const CRASH_POINTS: [&str; 14] = [
    "before-commit",
    "after-commit",
    "before-effects",
    "after-effects",
    "before-attempts",
    "after-attempts",
    "before-send",
    "after-send",
    "before-recover",
    "after-recover",
    "before-blob-name",
    "after-blob-name",
    "before-kept",
    "after-kept",
];

/// With the feature.
#[cfg(feature = "faults")]
mod inner {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{LazyLock, Mutex, PoisonError};

    use super::CRASH_POINTS;

    /// What can be planted, by `DESK_FAULT=name`.
    const FAULTS: [&str; 23] = [
        "ack-before-commit",
        "body-limit-removed",
        "breaker-removed",
        "counter-not-written",
        "deadline-removed",
        "early-receipts-dropped",
        "fence-removed",
        "guard-removed",
        "interrupted-sent-again",
        "late-sent",
        "links-unsigned",
        "memory-dedupe",
        "memory-limit-removed",
        "output-limits-removed",
        "queue-jumped",
        "receipts-lower",
        "resent-unasked",
        "revoked-served",
        "seal-removed",
        "stale-handled",
        "synchronous-normal",
        "tries-removed",
        "type-unchecked",
    ];

    static PLANTED: LazyLock<String> = LazyLock::new(|| {
        let name = std::env::var("DESK_FAULT").unwrap_or_default();
        assert!(name.is_empty() || FAULTS.contains(&name.as_str()), "DESK_FAULT: there is no fault `{name}`");
        name
    });
    static MEMORY: Mutex<Option<HashSet<(String, String)>>> = Mutex::new(None);

    /// Whether this fault is planted.
    ///
    /// # Panics
    /// It is not in the list, or what is planted is not.
    #[must_use]
    pub fn is_planted(fault: &str) -> bool {
        assert!(FAULTS.contains(&fault), "{fault} is not in the list of faults");
        *PLANTED == fault
    }

    /// `DESK_CRASH=name:3`: at the third time that this point is reached.
    static CRASH: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let planned = std::env::var("DESK_CRASH").ok()?;
        let (name, time) = planned.split_once(':')?;
        Some((name.to_owned(), time.parse().ok()?))
    });
    static REACHED: AtomicU32 = AtomicU32::new(0);

    /// Dies here, if it was planned, as by `kill -9`: nothing is written, closed or told any more.
    ///
    /// # Panics
    /// It is not in the list.
    pub fn crash_point(name: &str) {
        assert!(CRASH_POINTS.contains(&name), "{name} is not in the list of crash points");
        let Some((planned, time)) = &*CRASH else { return };
        if planned == name && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == *time {
            std::process::abort();
        }
    }

    /// Whether a dedupe id is in memory, where `memory-dedupe` keeps it.
    #[must_use]
    pub fn is_remembered(account: &str, dedupe: &str) -> bool {
        let memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
        memory.as_ref().is_some_and(|ids| ids.contains(&(account.to_owned(), dedupe.to_owned())))
    }

    /// Keeps a dedupe id in memory; `false` if it was there.
    pub fn remember(account: &str, dedupe: &str) -> bool {
        let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get_or_insert_default().insert((account.to_owned(), dedupe.to_owned()))
    }
}

/// Without it: nothing that the compiler does not take out again.
#[cfg(not(feature = "faults"))]
mod inner {
    /// Goes on.
    #[inline]
    pub const fn crash_point(_name: &str) {}

    /// No fault is planted.
    #[must_use]
    #[inline]
    pub const fn is_planted(_fault: &str) -> bool {
        false
    }

    /// Nothing is kept in memory.
    #[must_use]
    #[inline]
    pub const fn is_remembered(_account: &str, _dedupe: &str) -> bool {
        false
    }

    /// Nothing is kept in memory.
    #[inline]
    pub const fn remember(_account: &str, _dedupe: &str) -> bool {
        true
    }
}
