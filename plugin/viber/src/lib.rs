//! Viber as a helpdesk's channel: what its callbacks mean and what its API wants, as pure functions.
//!
//! Nothing here has a clock, a network or a memory of its own: what a function is given is all that it knows, and what it
//! returns is all that it does. The seven functions are those of `wit/messenger-channel.wit`, on the types of
//! [`conversation`]; the component's shell only converts.
//!
//! | a webhook comes in | [`receive_webhook`] | `receive` → `signature`, `callback`, `welcome`, `ask_phone` |
//! |---|---|---|
//! | … and is handled | [`handle_inbound`] | `handle` → `inbound`, `emoticons`, `contact`, `phone`, `state` |
//! | a task changes | [`handle_task_event`] | `handle` |
//! | an operator answers | [`handle_reply`] | `outbound` → `message`, `attachment`, `format`, `split`, `keyboard`, `ask_phone` |
//! | Viber answers | [`handle_answer`] | `answer` → `verdict`, `status`, `sends` |
//! | an administrator asks | [`manage_account`] | `account` |

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod account;
mod answer;
mod ask_phone;
mod attachment;
pub mod callback;
mod chars;
mod contact;
mod emoticons;
mod format;
mod graphemes;
mod handle;
mod ids;
mod inbound;
mod json;
mod keyboard;
pub mod limits;
mod manifest;
mod message;
mod outbound;
mod phone;
mod prelude;
mod receive;
mod saved;
mod sends;
pub mod settings;
pub mod signature;
mod split;
mod state;
pub mod status;
mod texts;
mod verdict;
mod welcome;

pub use account::manage_account;
pub use answer::handle_answer;
pub use handle::{handle_inbound, handle_task_event};
pub use manifest::describe;
pub use outbound::handle_reply;
pub use receive::receive_webhook;

#[cfg(test)]
#[path = "tests/states.rs"]
mod states;
#[cfg(test)]
#[path = "tests/support.rs"]
mod support;
#[cfg(test)]
#[path = "tests/traps.rs"]
mod traps;
