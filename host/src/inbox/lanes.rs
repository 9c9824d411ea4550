//! Lanes: events of one conversation go one at a time, in the order of arrival; conversations go side by side.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

/// More lanes than calls that can run: two conversations seldom share one, and if they do, one waits for the other.
const LANES: usize = 4_096;

/// A fixed set of locks that conversations are spread over: nothing grows and nothing has to be cleaned up.
/// Whoever holds a lane MUST NOT ask for another.
pub struct Lanes {
    locks: Vec<Mutex<()>>,
    hasher: RandomState,
}

/// Holds a conversation's lane until it is dropped.
pub struct Lane<'a>(#[expect(dead_code, reason = "held for its drop")] MutexGuard<'a, ()>);

impl Default for Lanes {
    fn default() -> Self {
        let locks = std::iter::repeat_with(|| Mutex::new(())).take(LANES).collect();
        Self { locks, hasher: RandomState::new() }
    }
}

impl Lanes {
    /// Waits until nobody else holds the conversation's lane. The lock is fair: first come, first served.
    pub async fn enter(&self, account: &str, conversation: &str) -> Lane<'_> {
        let hash = self.hasher.hash_one((account, conversation));
        let index = usize::try_from(hash % LANES as u64).unwrap_or(0);
        Lane(self.locks[index].lock().await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn one_conversation_is_never_entered_twice_at_once() {
        let lanes = Arc::new(Lanes::default());
        let inside = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (lanes, inside) = (lanes.clone(), inside.clone());
            tasks.spawn(async move {
                let _lane = lanes.enter("a", "olena").await;
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                tokio::task::yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.expect("no lane was shared");
        }
    }
}
