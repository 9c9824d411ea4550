//! The choice to have an answer rather twice than not at all: what the messenger never confirmed is sent again by itself.
//! Off unless the settings say so (G6). Not here: a person's wish to send again, which is `desk::replies`.

use desk_store::faults::is_planted;
use desk_store::{LostDeliveries, StoreError, Tx};

use super::overdue::FOUND_MAX;
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::replies::has_dead_link;

/// Sends again what is unconfirmed for long enough: first after `--resend-minutes`, then after twice as long each time, and
/// only in the first half of the time that an answer may take, so that a pause does not make it late.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn sweep(app: &App) -> Result<(), StoreError> {
    let minutes = app.resend_minutes.or(is_planted("resent-unasked").then_some(2));
    let Some(minutes) = minutes else { return Ok(()) };
    let mut after = 0;
    loop {
        let now = to_column(now_ms());
        let since = now.saturating_sub(i64::from(app.send_hours) * 3_600_000 / 2);
        let lost = LostDeliveries { now, since, wait: i64::from(minutes) * 60_000 };
        // Mostly there is none, and the writer has better to do.
        let found = app.store.read(move |tx| tx.lost_deliveries(&lost, after, 1)).await?;
        if found.is_empty() {
            return Ok(());
        }
        let (parts, last) = app.store.write(move |tx| queue(tx, &lost, after)).await?;
        after = last;
        if parts > 0 {
            tracing::warn!(parts, "answers that nobody confirmed are sent again");
            app.outbox_bell.notify_one();
        }
    }
}

/// Queues a round of them; says how many, and which was looked at last.
fn queue(tx: &Tx, lost: &LostDeliveries, after: i64) -> Result<(usize, i64), StoreError> {
    let (mut parts, mut last) = (0, after);
    // Looked up once more: a receipt, or a person, may have come between.
    for row in tx.lost_deliveries(lost, after, FOUND_MAX)? {
        last = row.seq;
        let Some(call) = row.call else { continue };
        if !has_dead_link(tx, row.action, lost.now)? && tx.send_lost_again(call, lost.now)? {
            tx.reset_delivery(row.seq, lost.now)?;
            parts += 1;
        }
    }
    Ok((parts, last))
}
