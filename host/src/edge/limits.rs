//! How much and how long, each with its reason. Not here: sizes of bodies, which belong to routes (`http`).

use std::time::Duration;

/// Most connections. At 20 KiB each they hold 20 MiB; Viber and a reverse proxy keep a few dozen.
const CONNECTIONS_MAX: usize = 1_024;
/// From the first byte of a request, or from the connection, to the end of its head. A head is one packet.
const HEAD_MAX: Duration = Duration::from_secs(5);
/// From the head to the end of the body. 128 KiB in 10 s is the speed of a bad mobile network.
const BODY_MAX: Duration = Duration::from_secs(10);
/// Bytes of a body that give it a second more, so that a file may take its time: 50 MiB on that network. A client that
/// drips gains nothing by it.
pub(super) const BODY_PACE: usize = 10_000;
/// A client that takes not one byte of its answer for so long does not read it.
const ANSWER_STALL_MAX: Duration = Duration::from_secs(10);
/// Between two requests. Longer than the 60 s that nginx and others keep a connection, so that it is they who close it:
/// a request that meets a closing connection is lost.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// After an answer to a request whose body was not read to its end: time for the client to see it before the reset.
const LINGER_MAX: Duration = Duration::from_secs(1);
/// The most that is read at once, and so the largest head: a body is past its limit by no more than this.
pub const READ_BYTES_MAX: usize = 16 << 10;
/// When every place is taken, nobody is sent away sooner than this after the wait began: a good client's head comes with
/// its connection, a round trip later at most. It also bounds how many newcomers a second are let in to some 5,000.
const GRACE: Duration = Duration::from_millis(200);
/// How long requests that were read may take to be answered after the wish to stop.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// Most files that the desk asks the system for: connections, SQLite, calls to the messenger.
const OPEN_FILES_MAX: u64 = 65_536;

/// What a client may use of the desk.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Most connections at a time.
    pub connections_max: usize,
    /// Longest wait for a request's head.
    pub head_max: Duration,
    /// Longest wait for a request's body, beyond what its bytes have earned.
    pub body_max: Duration,
    /// Longest time without a byte of an answer being taken.
    pub answer_stall_max: Duration,
    /// Longest wait for the next request.
    pub idle_max: Duration,
    /// Longest wait after an answer to a request that was not read to its end.
    pub linger_max: Duration,
    /// Bytes of one read, and of a head.
    pub read_bytes_max: usize,
    /// Shortest wait before a connection gives its place to another.
    pub grace: Duration,
    /// Longest time to finish after the wish to stop.
    pub drain_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            head_max: HEAD_MAX,
            body_max: BODY_MAX,
            answer_stall_max: ANSWER_STALL_MAX,
            idle_max: IDLE_MAX,
            linger_max: LINGER_MAX,
            read_bytes_max: READ_BYTES_MAX,
            grace: GRACE,
            drain_max: DRAIN_MAX,
        }
    }
}

/// Raises the limit of open files as far as it may go: shells and services start programs with 1,024, which the
/// connections alone would use up. Where it cannot be raised, the accept loop copes.
pub fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let has = getrlimit(Resource::Nofile);
    let wanted = has.maximum.map_or(OPEN_FILES_MAX, |most| most.min(OPEN_FILES_MAX));
    if has.current.is_some_and(|current| current < wanted) {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: has.maximum });
        if let Err(error) = raised {
            tracing::warn!(%error, "the limit of open files could not be raised");
        }
    }
}
