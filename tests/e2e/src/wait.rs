//! Bounded waiting on a condition: never a sleep that hopes.

use std::future::Future;
use std::time::{Duration, Instant};

/// Longest wait for anything. Generous: these tests also run where everything else does.
pub const WAIT_MAX: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks again and again until there is something.
///
/// # Errors
/// It did not come in time, or looking failed.
pub async fn until<T, F, Looked>(what: &str, mut look: F) -> anyhow::Result<T>
where
    F: FnMut() -> Looked,
    Looked: Future<Output = anyhow::Result<Option<T>>>,
{
    let start = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        anyhow::ensure!(start.elapsed() < WAIT_MAX, "not within {} s: {what}", WAIT_MAX.as_secs());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
