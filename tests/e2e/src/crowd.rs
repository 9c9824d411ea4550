//! Callbacks in numbers, over a few connections at once, each repeated until it is answered 200 as Viber does; and kills of
//! the desk in between. Not here: which callbacks, and what the desk should have kept of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Desk;
use crate::callback::Hook;
use crate::load::insist;

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often it is said how far they have come.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// Connections at work.
pub struct Crowd {
    connections: JoinSet<anyhow::Result<usize>>,
    answered: Arc<AtomicUsize>,
}

/// What was seen of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct CrowdSeen {
    /// Callbacks answered 200.
    pub answered: usize,
    /// Attempts that were not.
    pub repeated: usize,
    /// Kills meanwhile.
    pub kills: usize,
}

impl Crowd {
    /// Lets a connection post each of these queues, one body after the other: the next when the last was answered 200.
    pub fn start<Bodies>(hook: &Hook, queues: impl IntoIterator<Item = Bodies>) -> Self
    where
        Bodies: Iterator<Item = Vec<u8>> + Send + 'static,
    {
        let (mut connections, answered) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        for bodies in queues {
            let (hook, answered) = (hook.clone(), answered.clone());
            connections.spawn(async move {
                let mut repeated = 0;
                for body in bodies {
                    repeated += insist(&hook, &body).await?;
                    answered.fetch_add(1, Ordering::SeqCst);
                }
                Ok(repeated)
            });
        }
        Self { connections, answered }
    }

    /// Waits until everything is answered. With a number the desk is killed, and started again, each time that so many more
    /// are. `say` hears now and then how many are.
    ///
    /// # Errors
    /// A callback was not answered 200 for long, or the desk does not start again.
    pub async fn end(
        mut self,
        desk: &mut Desk,
        kill_every: Option<usize>,
        say: impl Fn(usize),
    ) -> anyhow::Result<CrowdSeen> {
        let (mut seen, mut said_at) = (CrowdSeen::default(), Instant::now());
        while !self.connections.is_empty() {
            while let Some(ended) = self.connections.try_join_next() {
                seen.repeated += ended??;
            }
            let answered = self.answered.load(Ordering::SeqCst);
            if kill_every.is_some_and(|every| answered >= every * (seen.kills + 1)) {
                desk.kill()?;
                desk.start_again()?;
                seen.kills += 1;
            }
            if said_at.elapsed() >= SAY_EVERY {
                said_at = Instant::now();
                say(answered);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        seen.answered = self.answered.load(Ordering::SeqCst);
        Ok(seen)
    }
}
