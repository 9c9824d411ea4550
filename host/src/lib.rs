//! The reference helpdesk: loads channel components, feeds them webhooks, task events, replies and answers, and carries
//! out their commands. A small, real helpdesk; not a messenger, and not the channel's logic.
//!
//! | module | what |
//! |---|---|
//! | `inbox` | one event through the plugin and into one transaction |
//! | `desk` | contacts, tasks, actions, replies; the `Helpdesk` boundary |
//! | `outbox` | calls to the messenger, in order, their answers fed back |
//! | `attachments` | files: fetched from messengers, kept, served |
//! | `checks` | whether accounts still are as they were set |
//! | `http` | every route |
//! | `edge` | sockets and their limits, under the routes |
//! | `secrets` | sealed in the store, values in memory, never printed |
//! | `pressure` | when the desk is full and says so |
//! | `metrics` | what was done, as numbers |
//! | `backup` | a copy of everything while the desk runs, and a desk from such a copy |
//! | `retention` | what is forgotten, and when |
//! | `started`, `doctor` | what a start leaves for the doctor; whether all is well |
//! | `shutdown` | the wish to stop |
//! | `cli` | every command |
//!
//! `http` → `inbox`, `desk`, `outbox` → `desk_store`; nothing points back.

pub mod app;
pub mod attachments;
pub mod backup;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod doctor;
pub mod edge;
pub mod http;
pub mod inbox;
pub mod metrics;
pub mod outbox;
pub mod pressure;
pub mod retention;
pub mod secrets;
pub mod shutdown;
pub mod started;
pub mod telemetry;
