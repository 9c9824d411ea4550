//! Planted faults, for the tests of the tests: each takes one mechanism out of the desk, and a test must notice. Without the
//! feature `faults`, which no program but `desk-faults` is built with, there is none. Not here: what a fault does; that
//! stands where it does it.

pub use inner::{is_planted, is_remembered, remember};

/// With the feature.
#[cfg(feature = "faults")]
mod inner {
    use std::collections::HashSet;
    use std::sync::{LazyLock, Mutex, PoisonError};

    /// What can be planted, by `DESK_FAULT=name`.
    const FAULTS: [&str; 13] = [
        "ack-before-commit",
        "body-limit-removed",
        "counter-not-written",
        "deadline-removed",
        "guard-removed",
        "interrupted-sent-again",
        "links-unsigned",
        "memory-dedupe",
        "memory-limit-removed",
        "output-limits-removed",
        "revoked-served",
        "seal-removed",
        "synchronous-normal",
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
