//! The desk's storage: one SQLite file, one writer, what the desk keeps as rows.
//!
//! Not here: what the rows mean. This crate knows no messenger, no plugin and no HTTP; it is the only one that speaks
//! SQL. Everything that must become durable together is one closure given to [`Store::write`]: it runs in a
//! transaction, and its answer comes when that is on disk.
//!
//! ```no_run
//! # async fn example() -> Result<(), desk_store::StoreError> {
//! let store = desk_store::Store::open(std::path::Path::new("data/desk.sqlite"))?;
//! let id = store.write(|tx| tx.add_employee("Olena", None, true)).await?;
//! assert_eq!(store.read(move |tx| tx.employee(id)).await?.map(|e| e.name).as_deref(), Some("Olena"));
//! # Ok(()) }
//! ```

mod accounts;
mod actions;
mod alone;
mod backlog;
mod changes;
mod contacts;
mod conversations;
mod counts;
mod deliveries;
mod directory;
mod due;
mod erase;
mod error;
mod events;
pub mod faults;
mod fence;
mod files;
mod inbox;
mod look;
mod media;
mod outbox;
mod parked;
mod quick_replies;
mod retention;
mod secrets;
mod sessions;
mod stats;
mod store;
mod tasks;
mod templates;
mod tokens;

pub use accounts::{AccountRow, NewAccount};
pub use actions::{ActionRow, NewAction};
pub use alone::change_alone;
pub use backlog::{Backlog, ParkedReason};
pub use changes::{Change, Changes};
pub use contacts::{ContactChange, ContactRow};
pub use conversations::ConversationRow;
pub use counts::{Counts, Sum};
pub use deliveries::{DeliveryRow, LostDeliveries, ReceiptRow};
pub use directory::{Employee, EmployeeUse};
pub use erase::Erased;
pub use error::StoreError;
pub use events::{NewEvent, PendingEvent, Tries};
pub use fence::{Held, HeldConversation, HeldScope};
pub use files::{FileRow, NewFile};
pub use inbox::{InboxFilter, InboxRow};
pub use look::Look;
pub use media::{KeptMedia, MediaRow, NewMedia};
pub use outbox::{CallRow, NewCall};
pub use parked::{NewParked, ParkedFilter, ParkedRow};
pub use quick_replies::QuickReply;
pub use retention::{Expired, KeptFrom};
pub use secrets::SealedSecret;
pub use stats::{Histogram, WriterStats};
pub use store::{Store, Tx, is_durable_version, is_in_use, sqlite_version};
pub use tasks::{NewTask, TaskFilter, TaskRow};
pub use templates::{TaskTemplate, Template};
pub use tokens::{KeptToken, TokenRow};

/// What every method of the store answers.
pub type Result<T> = std::result::Result<T, StoreError>;
