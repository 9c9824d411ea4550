//! Starts of a desk that it does not live through. Not here: ends that it is asked for.

use std::time::Duration;

use super::{Desk, launch};

/// The environment variable that says where it dies.
const CRASH: &str = "DESK_CRASH";

impl Desk {
    /// Starts it and kills it after this time, wherever it then is in its start.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn start_and_kill(&mut self, after: Duration) -> anyhow::Result<()> {
        self.process = launch(&self.options, &self.data)?;
        tokio::time::sleep(after).await;
        self.kill()
    }

    /// Starts it so that it dies at a crash point, as `after-send:3`, and does not wait for it to listen.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start_to_crash(&mut self, at: &str) -> anyhow::Result<()> {
        self.options.environment.push((CRASH, at.to_owned()));
        let started = launch(&self.options, &self.data);
        self.options.environment.retain(|(name, _)| *name != CRASH);
        self.process = started?;
        Ok(())
    }

    /// Whether it has died by itself within this time; if not, it is killed.
    ///
    /// # Errors
    /// The system refuses.
    pub async fn died_within(&mut self, longest: Duration) -> anyhow::Result<bool> {
        let until = tokio::time::Instant::now() + longest;
        while self.process.try_wait()?.is_none() {
            if tokio::time::Instant::now() > until {
                self.kill()?;
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(true)
    }
}
