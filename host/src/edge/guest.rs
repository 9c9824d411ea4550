//! One connection as the edge sees it: its phase, moved on by what happens on socket and bodies. Not here: bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::limits::Limits;
use super::phase::{Phase, Stand};

/// A connection's record, shared by its socket, its bodies, and the room.
#[derive(Debug)]
pub(super) struct Guest {
    now: Mutex<Now>,
    leave: Notify,
}

#[derive(Debug)]
struct Now {
    stand: Stand,
    /// Bytes of the request's body that were read.
    body_bytes: u64,
    /// The request's body was given up before its end.
    cut_short: bool,
    /// hyper has all of the answer.
    answer_whole: bool,
    /// It has to go whatever it is about.
    cut: bool,
}

impl Guest {
    pub(super) fn new() -> Self {
        let stand = Stand { phase: Phase::Head, since: Instant::now(), served: false };
        let now = Now { stand, body_bytes: 0, cut_short: false, answer_whole: false, cut: false };
        Self { now: Mutex::new(now), leave: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stand(&self) -> Stand {
        self.lock().stand
    }

    pub(super) fn is_overdue(&self, now: Instant, limits: &Limits) -> bool {
        self.stand().is_overdue(now, limits)
    }

    /// Tells the connection to end, unless something comes on it meanwhile.
    pub(super) fn send_away(&self) {
        self.leave.notify_one();
    }

    /// Tells the connection to end, whatever it is about.
    pub(super) fn cut(&self) {
        self.lock().cut = true;
        self.leave.notify_one();
    }

    /// Whether there is still a reason to go for one who was sent away: a request may have come in the same moment.
    pub(super) fn must_go(&self, now: Instant, limits: &Limits) -> bool {
        let Now { stand, cut, .. } = *self.lock();
        cut || stand.is_overdue(now, limits) || stand.waits_since(now, limits).is_some()
    }

    /// Waits until it is told to end.
    pub(super) async fn sent_away(&self) {
        self.leave.notified().await;
    }

    /// Bytes came in.
    pub(super) fn on_read(&self) {
        self.lock().moves(&[Phase::Idle], Phase::Head);
    }

    /// A head was read.
    pub(super) fn on_request(&self, has_body: bool) {
        let mut now = self.lock();
        (now.body_bytes, now.cut_short) = (0, false);
        now.enter(if has_body { Phase::Body } else { Phase::Work });
    }

    pub(super) fn on_body_bytes(&self, count: usize) {
        let mut now = self.lock();
        now.body_bytes += count as u64;
        now.stand.earn(count, Instant::now());
    }

    /// The body was read, or whoever read it has had enough.
    pub(super) fn on_body_end(&self, cut_short: bool) {
        let mut now = self.lock();
        now.cut_short |= cut_short;
        now.moves(&[Phase::Body], Phase::Work);
    }

    /// There is an answer; says how many bytes of the body were read for it, and whether that is not all of it.
    pub(super) fn on_answer(&self) -> (u64, bool) {
        let mut now = self.lock();
        now.answer_whole = false;
        now.enter(Phase::Answer);
        (now.body_bytes, now.cut_short)
    }

    pub(super) fn on_answer_end(&self) {
        self.lock().answer_whole = true;
    }

    /// The client took bytes.
    pub(super) fn on_written(&self) {
        self.lock().moves(&[Phase::Answer], Phase::Answer);
    }

    /// All that there was to write is written.
    pub(super) fn on_flushed(&self) {
        let mut now = self.lock();
        if now.answer_whole {
            now.stand.served |= now.stand.phase == Phase::Answer;
            now.moves(&[Phase::Answer], Phase::Idle);
        }
    }

    /// The connection ends; whether its client should be given time to see the answer.
    pub(super) fn on_end(&self) -> bool {
        let mut now = self.lock();
        now.enter(Phase::Linger);
        now.cut_short
    }
}

impl Now {
    fn enter(&mut self, phase: Phase) {
        self.stand = Stand { phase, since: Instant::now(), ..self.stand };
    }

    fn moves(&mut self, from: &[Phase], to: Phase) {
        if from.contains(&self.stand.phase) {
            self.enter(to);
        }
    }
}
