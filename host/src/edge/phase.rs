//! What a connection is waiting for, how long it may, and who has to go when there is no place left. Pure: no clock, no
//! socket.

use std::time::{Duration, Instant};

use super::limits::{BODY_PACE, Limits};

/// What happens on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The head of a request is awaited: the first, or one that has begun.
    Head,
    /// Its body is awaited.
    Body,
    /// The request was read; it is the desk's turn.
    Work,
    /// The answer is on its way out.
    Answer,
    /// The answer is out; the next request has not begun.
    Idle,
    /// The last answer is out, before the whole request was in.
    Linger,
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    pub(super) phase: Phase,
    /// When it came into the phase; in `Answer`, when bytes were last taken; in `Body`, later by what its bytes have earned.
    pub(super) since: Instant,
    /// Whether it has sent a whole request before.
    pub(super) served: bool,
}

impl Stand {
    /// How long it may stay in its phase; none if that is not up to the client.
    fn longest(&self, limits: &Limits) -> Option<Duration> {
        match self.phase {
            Phase::Head => Some(limits.head_max),
            Phase::Body => Some(limits.body_max),
            Phase::Work => None,
            Phase::Answer => Some(limits.answer_stall_max),
            Phase::Idle => Some(limits.idle_max),
            Phase::Linger => Some(limits.linger_max),
        }
    }

    /// Whether its time is over.
    pub(super) fn is_overdue(&self, now: Instant, limits: &Limits) -> bool {
        self.longest(limits).is_some_and(|longest| now.saturating_duration_since(self.since) >= longest)
    }

    /// Bytes of its body came: as if it had begun later, but never saved up for a pause.
    pub(super) fn earn(&mut self, bytes: usize, now: Instant) {
        let earned = Duration::from_secs_f64(bytes as f64 / BODY_PACE as f64);
        self.since = (self.since + earned).min(now);
    }

    /// Since when it counts as waiting for its client: the earliest has to go first. None if it waits for us, or has not
    /// had the time that a good client needs: a burst of new connections must not displace itself before a request is
    /// read. One that has sent a whole request counts as younger by the time a head may take, so strangers that send
    /// nothing do not displace a proxy's kept connections.
    pub(super) fn waits_since(&self, now: Instant, limits: &Limits) -> Option<Instant> {
        self.longest(limits)?;
        let waited = now.saturating_duration_since(self.since);
        (waited >= limits.grace).then(|| if self.served { self.since + limits.head_max } else { self.since })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_000);

    fn stand(start: Instant, phase: Phase, at_s: u64, served: bool) -> Stand {
        Stand { phase, since: start + START + Duration::from_secs(at_s), served }
    }

    #[test]
    fn each_phase_has_its_time_and_work_has_none() {
        let (start, limits) = (Instant::now(), Limits::default());
        let cases =
            [(Phase::Head, 5), (Phase::Body, 10), (Phase::Answer, 10), (Phase::Idle, 75), (Phase::Linger, 1)];
        for (phase, seconds) in cases {
            let stand = stand(start, phase, 0, false);
            let at = |ms| stand.since + Duration::from_millis(ms);
            assert!(!stand.is_overdue(at(seconds * 1_000 - 1), &limits), "{phase:?} is cut early");
            assert!(stand.is_overdue(at(seconds * 1_000), &limits), "{phase:?} goes on");
        }
        let work = stand(start, Phase::Work, 0, false);
        assert!(!work.is_overdue(work.since + START, &limits));
        assert_eq!(work.waits_since(work.since + START, &limits), None);
    }

    /// A body that keeps coming is awaited, one that drips or stops is not.
    #[test]
    fn a_body_earns_its_time() {
        let (start, limits) = (Instant::now(), Limits::default());
        let fast = BODY_PACE / 10 + 1;
        for (bytes, seconds_max) in [(0, 10), (1, 10), (fast, 3_600)] {
            let mut stand = stand(start, Phase::Body, 0, false);
            let mut now = stand.since;
            let came = |now: Instant| now.saturating_duration_since(start + START).as_secs();
            while !stand.is_overdue(now, &limits) && came(now) < 3_600 {
                now += Duration::from_millis(100);
                stand.earn(bytes, now);
            }
            assert_eq!(came(now), seconds_max, "{bytes} bytes each 100 ms");
            stand.earn(1 << 30, now);
            assert!(stand.is_overdue(now + limits.body_max, &limits), "nothing is saved up");
        }
    }

    /// The older stranger goes first, then the younger, then who was served; who waits for us or has just come stays.
    #[test]
    fn who_has_waited_longest_goes_first() {
        let (start, limits) = (Instant::now(), Limits::default());
        let guests = [
            stand(start, Phase::Idle, 0, true),
            stand(start, Phase::Head, 4, false),
            stand(start, Phase::Work, 0, false),
            stand(start, Phase::Body, 3, false),
            stand(start, Phase::Idle, 2, true),
            stand(start, Phase::Head, 10, false),
        ];
        let now = start + START + Duration::from_secs(10) + limits.grace - Duration::from_millis(1);
        let waits = guests.iter().map(|guest| guest.waits_since(now, &limits)).enumerate();
        let mut order: Vec<_> = waits.filter_map(|(index, since)| Some((since?, index))).collect();
        order.sort_unstable();
        assert_eq!(order.iter().map(|(_, index)| *index).collect::<Vec<_>>(), [3, 1, 0, 4]);
    }
}
