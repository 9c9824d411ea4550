//! The way in: a webhook, a task's change, an operator's reply or an answer becomes one call of the plugin, and what the
//! plugin says becomes one transaction. Not here: what commands mean to the helpdesk (`desk`), or sending (`outbox`).
//!
//! ```text
//! request ── receive ──► inbound ─┐
//! task changed, reply written ────┼─► lane of the conversation ─► plugin (event, state)
//! answer to a call ───────────────┘        ─► one transaction {dedupe, state, commands} ─► 200
//!                                          ─► the plugin broke down or is paused: {dedupe, the event in the queue} ─► 200
//! ```

mod breaker;
mod effects;
mod event;
mod failure;
mod lanes;
mod receive;
mod replay;
mod step;
mod worker;

pub use breaker::{Breakers, Pause};
pub use event::{Event, Origin};
pub use lanes::Lanes;
pub use receive::{WebhookAnswer, receive};
pub use replay::{Replayed, replay, replay_like};
pub use step::{End, InboxError, check_if_idle, drain, give_up, handle, request};
pub use worker::run;
