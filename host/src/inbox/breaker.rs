//! Which plugin versions are paused because they keep failing. Not here: what waits meanwhile; that is in the store.
//!
//! ```text
//!            5 failures in a row, or 10 of the last 20
//!   closed ────────────────────────────────────────────► open: nothing is called for 30 s
//!     ▲                                                     │ time is over
//!     └───────────── it ends well ──── one call is let ◄────┘
//!                                      through: fails ────► open, for twice as long, 15 min at most
//! ```
//!
//! Only `handle-…` is paused. `receive-webhook` is not: what it is given comes from anybody, and nobody who is not
//! authenticated may pause a channel for others.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use channel_engine::{CallError, Channel};
use desk_store::Tx;
use desk_store::faults::is_planted;
use serde::{Deserialize, Serialize};

/// So many failures one after another open it.
const IN_A_ROW_MAX: u32 = 5;
/// Calls that are remembered.
const RECENT: u32 = 20;
/// So many failures among these open it.
const RECENT_FAILURES_MAX: u32 = RECENT / 2;
/// The name of the note for those who look at the file without the desk.
const NAME: &str = "pauses";
/// The first pause, ms.
const PAUSE_MS: u64 = 30_000;
/// The longest, ms.
const PAUSE_MAX_MS: u64 = 15 * 60_000;

/// A pause of a plugin version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// `manifest.id`.
    pub channel: String,
    /// The component's.
    pub digest: String,
    /// When one call is tried, ms.
    pub until: u64,
    /// How the latest call failed, as in `plugin-trap`.
    pub code: String,
}

/// The breakers of all loaded plugin versions. A restart forgets them: a version that still fails is paused again soon.
#[derive(Debug, Default)]
pub struct Breakers {
    by_digest: Mutex<BTreeMap<String, Breaker>>,
}

/// Leave for one call. Who does not say how it ended gives it back.
#[derive(Debug)]
pub struct Pass<'a> {
    breakers: &'a Breakers,
    digest: String,
    is_probe: bool,
    has_ended: bool,
}

/// What followed from a call's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The version was failing already, so the failure is not the event's.
    pub is_probe: bool,
    /// A pause began or ended.
    pub has_changed: bool,
}

impl Pause {
    /// Notes all pauses, in place of those that were noted.
    ///
    /// # Errors
    /// The store refuses.
    pub fn keep(tx: &Tx, pauses: &[Self]) -> desk_store::Result<()> {
        tx.set_meta(NAME, &serde_json::to_string(pauses)?)
    }

    /// The pauses that were noted last.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn noted(tx: &Tx) -> desk_store::Result<Vec<Self>> {
        Ok(tx.meta(NAME)?.map(|note| serde_json::from_str(&note)).transpose()?.unwrap_or_default())
    }
}

impl Breakers {
    /// Leave to call the channel at `now`; none while it is paused.
    pub fn admit(&self, channel: &Channel, now: u64) -> Option<Pass<'_>> {
        let digest = channel.digest().to_owned();
        let mut all = self.all();
        let breaker = all.entry(digest.clone()).or_default();
        breaker.channel.clone_from(&channel.manifest().id);
        let is_probe = breaker.admit(now)?;
        Some(Pass { breakers: self, digest, is_probe, has_ended: false })
    }

    /// Whether a call of the channel would get leave.
    #[must_use]
    pub fn is_ready(&self, channel: &Channel, now: u64) -> bool {
        self.all().get(channel.digest()).is_none_or(|breaker| breaker.is_ready(now))
    }

    /// Every pause that has not ended well yet.
    #[must_use]
    pub fn pauses(&self) -> Vec<Pause> {
        self.all().iter().filter_map(|(digest, breaker)| breaker.pause(digest)).collect()
    }

    /// How many pauses began since the start, by channel.
    #[must_use]
    pub fn begun(&self) -> BTreeMap<String, u64> {
        let mut begun = BTreeMap::new();
        for breaker in self.all().values() {
            *begun.entry(breaker.channel.clone()).or_default() += breaker.begun;
        }
        begun
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Breaker>> {
        self.by_digest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The call came to an end: with a result, or with a problem that the plugin reported.
    pub fn succeeded(mut self) -> Verdict {
        let has_changed = self.end(|breaker, is_probe| breaker.succeeded(is_probe));
        Verdict { is_probe: self.is_probe, has_changed }
    }

    /// The plugin broke down at `now`.
    pub fn failed(mut self, now: u64, error: &CallError) -> Verdict {
        if is_planted("breaker-removed") {
            return Verdict { is_probe: false, has_changed: false };
        }
        let has_changed = self.end(|breaker, is_probe| breaker.failed(is_probe, now, error.kind()));
        Verdict { is_probe: self.is_probe, has_changed }
    }

    fn end(&mut self, tell: impl FnOnce(&mut Breaker, bool) -> bool) -> bool {
        self.has_ended = true;
        self.breakers.all().get_mut(&self.digest).is_some_and(|breaker| tell(breaker, self.is_probe))
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_probe && !self.has_ended {
            self.end(|breaker, _| breaker.gave_back());
        }
    }
}

/// One version's.
#[derive(Debug, Default)]
struct Breaker {
    channel: String,
    state: State,
    /// How the latest failure was.
    kind: &'static str,
    begun: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Calls are made. `recent` has a bit for each, the newest lowest, 1 for a failure; there were `seen`.
    Closed { in_a_row: u32, recent: u32, seen: u32 },
    /// None is made before `until`.
    Open { until: u64, pause_ms: u64 },
    /// One is being made.
    Probing { until: u64, pause_ms: u64 },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { in_a_row: 0, recent: 0, seen: 0 }
    }
}

impl Breaker {
    /// Whether a call may be made, and if so, whether it is the one that decides.
    fn admit(&mut self, now: u64) -> Option<bool> {
        match self.state {
            State::Closed { .. } => Some(false),
            State::Open { until, pause_ms } if now >= until => {
                self.state = State::Probing { until, pause_ms };
                Some(true)
            }
            State::Open { .. } | State::Probing { .. } => None,
        }
    }

    fn is_ready(&self, now: u64) -> bool {
        match self.state {
            State::Closed { .. } => true,
            State::Open { until, .. } => now >= until,
            State::Probing { .. } => false,
        }
    }

    /// Says whether a pause ended. What was begun before a pause says nothing about it.
    fn succeeded(&mut self, is_probe: bool) -> bool {
        match self.state {
            State::Closed { recent, seen, .. } => {
                self.state = remembered(0, recent << 1, seen);
                false
            }
            State::Open { .. } => false,
            State::Probing { .. } => {
                if is_probe {
                    self.state = State::default();
                }
                is_probe
            }
        }
    }

    /// Says whether a pause began.
    fn failed(&mut self, is_probe: bool, now: u64, kind: &'static str) -> bool {
        self.kind = kind;
        let pause_ms = match self.state {
            State::Closed { in_a_row, recent, seen } => {
                self.state = remembered(in_a_row + 1, recent << 1 | 1, seen);
                if !self.is_failing() {
                    return false;
                }
                PAUSE_MS
            }
            State::Probing { pause_ms, .. } if is_probe => (pause_ms * 2).min(PAUSE_MAX_MS),
            State::Open { .. } | State::Probing { .. } => return false,
        };
        self.state = State::Open { until: now.saturating_add(pause_ms), pause_ms };
        self.begun += 1;
        true
    }

    /// The call that was to decide was not made.
    fn gave_back(&mut self) -> bool {
        if let State::Probing { until, pause_ms } = self.state {
            self.state = State::Open { until, pause_ms };
        }
        false
    }

    fn is_failing(&self) -> bool {
        let State::Closed { in_a_row, recent, seen } = self.state else { return true };
        in_a_row >= IN_A_ROW_MAX || (seen >= RECENT && recent.count_ones() >= RECENT_FAILURES_MAX)
    }

    fn pause(&self, digest: &str) -> Option<Pause> {
        let (State::Open { until, .. } | State::Probing { until, .. }) = self.state else { return None };
        let code = format!("plugin-{}", self.kind);
        Some(Pause { channel: self.channel.clone(), digest: digest.to_owned(), until, code })
    }
}

fn remembered(in_a_row: u32, recent: u32, seen: u32) -> State {
    State::Closed { in_a_row, recent: recent & ((1 << RECENT) - 1), seen: (seen + 1).min(RECENT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(breaker: &mut Breaker, now: u64, is_good: bool) -> bool {
        let Some(is_probe) = breaker.admit(now) else { return false };
        if is_good {
            breaker.succeeded(is_probe)
        } else {
            breaker.failed(is_probe, now, "trap")
        };
        true
    }

    /// G15: five in a row, and not four with a good one between.
    #[test]
    fn failures_in_a_row_open_it() {
        let mut breaker = Breaker::default();
        for is_good in [false, false, false, false, true, false, false, false, false] {
            assert!(call(&mut breaker, 0, is_good));
        }
        assert_eq!(breaker.pause("d"), None);
        assert!(call(&mut breaker, 0, false));
        assert_eq!(breaker.pause("d").map(|it| (it.until, it.code)), Some((30_000, "plugin-trap".into())));
        assert!(!call(&mut breaker, 29_999, true), "not while it is paused");
    }

    /// G15: half of the last twenty, and never of fewer.
    #[test]
    fn every_second_failure_opens_it() {
        let mut breaker = Breaker::default();
        for number in 0..19 {
            assert!(call(&mut breaker, 0, number % 2 == 0), "{number}");
        }
        assert_eq!(breaker.pause("d"), None);
        assert!(call(&mut breaker, 0, false));
        assert!(breaker.pause("d").is_some());
        let mut breaker = Breaker::default();
        for number in 0..600 {
            assert!(call(&mut breaker, 0, number % 20 >= 9), "nine of twenty: {number}");
            breaker.state = match breaker.state {
                State::Closed { recent, seen, .. } => State::Closed { in_a_row: 0, recent, seen },
                other => other,
            };
        }
    }

    /// G15: one call a pause, each twice as long up to 15 min, so few in an hour; a good one ends it.
    #[test]
    fn a_version_that_always_fails_is_called_seldom() {
        let (mut breaker, mut calls) = (Breaker::default(), 0);
        for second in 0..3_600 {
            let now = second * 1_000;
            while call(&mut breaker, now, false) {
                calls += 1;
            }
        }
        assert_eq!(calls, 5 + 7, "after 0, 30, 90, 210, 450, 930, 1,830 and 2,730 s");
        let now = 3_630_000;
        assert_eq!(breaker.admit(now), Some(true));
        assert_eq!(breaker.admit(now), None, "one at a time");
        breaker.gave_back();
        assert!(call(&mut breaker, now, true));
        assert_eq!(breaker.state, State::default());
    }

    /// G15: what was begun before a pause neither ends nor lengthens it.
    #[test]
    fn late_results_change_nothing() {
        let mut breaker = Breaker::default();
        let late = [breaker.admit(0), breaker.admit(0)];
        assert_eq!(late, [Some(false); 2]);
        while breaker.pause("d").is_none() {
            call(&mut breaker, 0, false);
        }
        let paused = breaker.state;
        assert!(!breaker.succeeded(false) && !breaker.failed(false, 10, "trap"));
        assert_eq!(breaker.state, paused);
        assert_eq!(breaker.admit(30_000), Some(true));
        assert!(!breaker.succeeded(false) && !breaker.failed(false, 30_000, "trap"));
        assert_eq!(breaker.admit(30_000), None, "the one that decides is still under way");
    }
}
