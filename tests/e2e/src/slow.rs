//! Slow clients in numbers: each begins a request and then sends a byte now and then. Not here: what a desk should do
//! about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::callback::Hook;
use crate::raw::{Raw, head};

/// Where a client is slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It connects and sends nothing.
    Nothing,
    /// A byte at a time of a header that never ends.
    Head,
    /// A byte at a time of a body of 100 kB.
    Body,
}

/// Slow clients under way.
pub struct Slow {
    clients: JoinSet<Option<Duration>>,
    open: Arc<AtomicUsize>,
}

impl Slow {
    /// Lets so many clients be slow, in turns at each part, with a byte in this time.
    #[must_use]
    pub fn start(hook: &Hook, address: &str, count: usize, parts: &[Part], every: Duration) -> Self {
        let (mut clients, open) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        for part in parts.iter().cycle().take(count) {
            let begin = match part {
                Part::Nothing => Vec::new(),
                Part::Head => unfinished(head(hook, "X-Slow: ")),
                Part::Body => head(hook, "Content-Length: 100000\r\n"),
            };
            let (address, open, part) = (address.to_owned(), open.clone(), *part);
            clients.spawn(async move { drip(&address, &begin, part, every, &open).await });
        }
        Self { clients, open }
    }

    /// How many are connected.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Waits until every client was closed; how long each was connected. Those that never came in are left out.
    pub async fn all_closed(mut self) -> Vec<Duration> {
        let mut times = Vec::new();
        while let Some(ended) = self.clients.join_next().await {
            times.extend(ended.ok().flatten());
        }
        times
    }
}

/// How long the desk bore it; none if it did not let the client in.
async fn drip(
    address: &str,
    begin: &[u8],
    part: Part,
    every: Duration,
    open: &AtomicUsize,
) -> Option<Duration> {
    let mut raw = Raw::connect(address).await.ok()?;
    let start = Instant::now();
    open.fetch_add(1, Ordering::SeqCst);
    let mut alive = raw.send(begin).await.is_ok();
    while alive && !raw.closes_within(every).await {
        alive = part == Part::Nothing || raw.send(b"x").await.is_ok();
    }
    open.fetch_sub(1, Ordering::SeqCst);
    Some(start.elapsed())
}

/// A head without the ends of its last line and of itself.
fn unfinished(mut head: Vec<u8>) -> Vec<u8> {
    head.truncate(head.len() - 2);
    head
}
