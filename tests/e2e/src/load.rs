//! Good callers in numbers: each is a few users who write one message after the other, as Viber passes it on. Not here:
//! what happens to the desk meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::callback::{self, Hook};

/// How long a callback is repeated at most: through several starts of a desk on a busy machine. Viber does it for an hour.
const REPEAT_FOR: Duration = Duration::from_secs(120);
/// Pause before a repeat.
const REPEAT_AFTER: Duration = Duration::from_millis(10);

/// What is written, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The user's id.
    pub user: String,
    /// The message's place among the user's, from 0.
    pub number: usize,
    token: u64,
}

impl Message {
    /// The text of a user's message.
    #[must_use]
    pub fn text(number: usize) -> String {
        format!("message {number}")
    }

    /// The callback.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        callback::text(self.token, &self.user, &Self::text(self.number))
    }

    /// The so-and-so-many-th message of a caller of a round; nobody else's has its token.
    #[must_use]
    pub fn of(round: usize, caller: usize, number: usize) -> Self {
        let token = ((round * 1_000 + caller) * 100_000 + number) as u64 + 1;
        Self { user: format!("user-{round}-{caller}"), number, token }
    }

    /// As [`insist`].
    ///
    /// # Errors
    /// It is not answered 200 for a long time.
    pub async fn insist(&self, hook: &Hook) -> anyhow::Result<usize> {
        insist(hook, &self.body()).await
    }
}

/// Posts a callback until it is answered 200, as Viber does; how many attempts were not.
///
/// # Errors
/// It is not for a long time.
pub async fn insist(hook: &Hook, body: &[u8]) -> anyhow::Result<usize> {
    let (start, mut repeated) = (Instant::now(), 0);
    while !matches!(hook.post(body).await, Ok((StatusCode::OK, _))) {
        ensure!(start.elapsed() < REPEAT_FOR, "a callback was not answered 200 for {REPEAT_FOR:?}");
        repeated += 1;
        tokio::time::sleep(REPEAT_AFTER).await;
    }
    Ok(repeated)
}

/// What a caller saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// How long each answer of 200 took.
    pub took: Vec<Duration>,
    /// What was answered otherwise, and with which status.
    pub refused: Vec<(Message, u16)>,
    /// What got no answer.
    pub unanswered: Vec<Message>,
    /// Why not, for each of these.
    pub why: Vec<String>,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.took.extend(other.took);
        self.refused.extend(other.refused);
        self.unanswered.extend(other.unanswered);
        self.why.extend(other.why);
    }

    /// The time that so many of a hundred answers kept.
    #[must_use]
    pub fn percentile(&self, of_hundred: usize) -> Duration {
        let mut took = self.took.clone();
        took.sort_unstable();
        let index = (took.len() * of_hundred / 100).min(took.len().saturating_sub(1));
        took.get(index).copied().unwrap_or_default()
    }
}

/// Callers at work, each for a user of its own.
pub struct Load {
    callers: JoinSet<Seen>,
    common: Arc<Common>,
}

/// What the callers of a load have in common.
#[derive(Default)]
struct Common {
    stop: AtomicBool,
    answered: AtomicUsize,
}

impl Load {
    /// Lets so many callers write with this pause after each answer. `round` tells this load's users from another's. A
    /// caller ends at its first message that is not answered 200.
    #[must_use]
    pub fn start(hook: &Hook, round: usize, callers: usize, pause: Duration) -> Self {
        let (mut set, common) = (JoinSet::new(), Arc::<Common>::default());
        for caller in 0..callers {
            let (hook, common) = (hook.clone(), common.clone());
            set.spawn(async move { call(&hook, round, caller, pause, &common).await });
        }
        Self { callers: set, common }
    }

    /// How many callbacks were answered 200 so far.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.common.answered.load(Ordering::SeqCst)
    }

    /// Lets every caller end after its message; what they all saw.
    pub async fn end(mut self) -> Seen {
        self.common.stop.store(true, Ordering::SeqCst);
        let mut all = Seen::default();
        while let Some(seen) = self.callers.join_next().await {
            all.add(seen.unwrap_or_default());
        }
        all
    }
}

async fn call(hook: &Hook, round: usize, caller: usize, pause: Duration, common: &Common) -> Seen {
    let mut seen = Seen::default();
    for number in 0.. {
        if common.stop.load(Ordering::SeqCst) {
            break;
        }
        let message = Message::of(round, caller, number);
        let start = Instant::now();
        match hook.post(&message.body()).await {
            Ok((StatusCode::OK, _)) => {
                seen.took.push(start.elapsed());
                common.answered.fetch_add(1, Ordering::SeqCst);
            }
            Ok((status, _)) => seen.refused.push((message, status.as_u16())),
            Err(error) => {
                seen.unanswered.push(message);
                seen.why.push(format!("{error:?} after {:?}", start.elapsed()));
            }
        }
        if !seen.refused.is_empty() || !seen.unanswered.is_empty() {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    seen
}
