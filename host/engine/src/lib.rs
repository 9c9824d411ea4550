//! Loads and calls messenger channels: WebAssembly components that implement `helpdesk:channel`. Not here: what a host
//! does with the commands that come back; this crate knows wasmtime and no helpdesk.
//!
//! A channel is a set of pure functions. The host passes in what happened and what the channel said last time, and gets
//! back what to do. Whatever a component does wrong costs that one call: it is refused when it is loaded, or the call
//! ends with a [`CallError`] that has a kind.
//!
//! # A whole program
//!
//! ```no_run
//! use std::path::Path;
//!
//! use channel_engine::contract::{Account, Conversation, HttpRequest, Secret};
//! use channel_engine::{Engine, EngineConfig};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::new(EngineConfig::default())?;
//!     let channel = engine.load(Path::new("target/viber_channel.wasm"))?;
//!     println!("{} {}", channel.manifest().id, channel.manifest().version);
//!
//!     let account = Account { id: "1".into(), settings: "{}".into(), now: 1_700_000_000_000, ..Account::default() };
//!     let secrets = [Secret { name: "api_key".into(), value: "the bot's token".into() }];
//!     let request = HttpRequest { method: "POST".into(), path: "/".into(), ..HttpRequest::default() };
//!     match channel.receive_webhook(&account, &secrets, &request)? {
//!         Err(rejection) => println!("answer with {}: {}", rejection.status, rejection.problem.text),
//!         Ok(receipt) => {
//!             for inbound in &receipt.inbound {
//!                 // A host loads the state that it kept of the conversation; here it is a new one.
//!                 let conversation = Conversation { id: inbound.conversation.clone(), state: Vec::new() };
//!                 let outcome = channel.handle_inbound(&account, &conversation, inbound)?;
//!                 println!("{}", serde_json::to_string_pretty(&outcome)?);
//!             }
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Rules
//!
//! 1. A fresh instance for each call, from a pool: nothing leaks from one call to the next.
//! 2. Every bound is in [`Limits`], with its reason.
//! 3. A component gets no world: see [`ALLOWED_IMPORTS`].
//! 4. Machine code is what this engine compiled itself, or a [`Compiler`] for it in a process of its own.
//! 5. Calls are synchronous and may be made from any thread, those of an async runtime too.

#![deny(missing_docs)]

mod admit;
mod cache;
mod calls;
mod channel;
mod compiler;
mod config;
pub mod contract;
mod engine;
mod error;
mod gate;
mod leak;
mod limits;
mod logs;
mod output;
mod store;
mod ticker;
mod wasi;
mod weigh;

pub use admit::Inspection;
pub use cache::WASMTIME_VERSION;
pub use channel::Channel;
pub use compiler::Compiler;
pub use engine::{Engine, EngineConfig};
pub use error::{CallError, EngineError, LoadError};
pub use limits::Limits;
pub use wasi::ALLOWED_IMPORTS;

/// The interface that a channel exports, without its version.
pub const CONTRACT_INTERFACE: &str = "helpdesk:channel/messenger-channel";
/// The version of the contract that this host speaks.
pub const CONTRACT_VERSION: &str = "0.1.0";
