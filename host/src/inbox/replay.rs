//! Parked events that a person takes up again. Not here: who may; that is the API's.
//!
//! A replayed event takes the same way as any: behind what waits in its conversation, one at a time, its effects and its
//! end in one transaction. So it has one effect, however often it is asked for.

use channel_engine::contract::Reply;
use desk_store::{ParkedFilter, ParkedRow, Tx};

use super::event::Event;
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::deliveries;

/// A replay is tried once: whoever asked for it looks at the result.
const TRIES: i64 = 1;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// It is queued.
    Queued,
    /// There is no such parked event.
    Gone,
    /// The plugin could not read it. Its signature is not kept, so that it cannot be read again either.
    Unreadable,
}

/// Queues one parked event.
///
/// # Errors
/// The store refuses.
pub async fn replay(app: &App, id: i64) -> desk_store::Result<Replayed> {
    let now = to_column(now_ms());
    let replayed = app.store.write(move |tx| queue(tx, id, now)).await?;
    app.inbox_bell.notify_one();
    Ok(replayed)
}

/// Queues every parked event that is meant; says how many.
///
/// # Errors
/// The store refuses.
pub async fn replay_like(app: &App, filter: ParkedFilter) -> desk_store::Result<usize> {
    let now = to_column(now_ms());
    let queued = app.store.write(move |tx| {
        let mut queued = 0;
        for id in tx.parked_like(&filter)? {
            queued += usize::from(queue(tx, id, now)? == Replayed::Queued);
        }
        Ok(queued)
    });
    let queued = queued.await?;
    app.inbox_bell.notify_one();
    Ok(queued)
}

fn queue(tx: &Tx, id: i64, now: i64) -> desk_store::Result<Replayed> {
    let Some(row) = tx.parked_event(id)? else { return Ok(Replayed::Gone) };
    if row.kind == "unreadable" {
        return Ok(Replayed::Unreadable);
    }
    if let Some(reply) = reply_of(&row) {
        deliveries::reopen_reply(tx, &row.conversation, &reply.id, now)?;
    }
    Ok(if tx.unpark(id, TRIES, now)? { Replayed::Queued } else { Replayed::Gone })
}

fn reply_of(row: &ParkedRow) -> Option<Reply> {
    match serde_json::from_value(row.event.clone()) {
        Ok(Event::Reply(reply)) => Some(reply),
        _ => None,
    }
}
