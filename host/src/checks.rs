//! The worker that checks accounts by itself: the last system that sets a webhook wins, and nobody is told, so the only
//! way to notice is to ask. Not here: what a check does, which the channel says.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::inbox::check_if_idle;

/// How often an account is checked unless the settings say otherwise, minutes. Often enough that a morning's customers
/// are not lost, seldom enough that no messenger minds.
pub const EVERY_MINUTES: f64 = 60.0;
/// After a start: time for the proxy before the desk to come up too.
const AFTER_START: Duration = Duration::from_secs(5);
/// Between two accounts in the first round, which tells soon whether all is well.
const FIRST_GAP: Duration = Duration::from_secs(1);

/// Checks every account that is connected or has failed, once in `every`, spread over it; never, if there is none.
pub async fn run(app: Arc<App>, every: Option<Duration>) {
    let Some(every) = every else { return std::future::pending().await };
    tokio::time::sleep(AFTER_START.min(every)).await;
    let mut longest_gap = FIRST_GAP;
    loop {
        let begun = tokio::time::Instant::now();
        let accounts = app.store.read(|tx| tx.accounts()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the accounts to check cannot be read");
            Vec::new()
        });
        let gap = every / u32::try_from(accounts.len()).unwrap_or(u32::MAX).max(1);
        for account in accounts {
            check(&app, &account.id).await;
            tokio::time::sleep(gap.min(longest_gap)).await;
        }
        longest_gap = every;
        tokio::time::sleep_until(begun + every).await;
    }
}

async fn check(app: &Arc<App>, account: &str) {
    if let Err(error) = check_if_idle(app, account).await {
        tracing::error!(account.id = account, %error, "an account could not be checked");
    }
}
