//! The helpdesk's side: contacts, tasks, actions, replies and how far they have come. Not here: messengers and plugins,
//! which are known only by the contract's commands.
//!
//! [`Helpdesk`] is the boundary. The desk's own, [`BuiltIn`], writes rows; one that stands elsewhere (Request Tracker,
//! Planfix) queues rows and does the work after the commit.

pub mod accounts;
mod builtin;
pub mod deliveries;
pub mod directory;
pub mod entry;
pub mod erase;
pub mod quick_replies;
mod readable;
pub mod replies;
pub mod tasks;

pub use builtin::BuiltIn;
pub use readable::readable;

use channel_engine::contract::{Action, Contact, Note, Task};
use desk_store::{AccountRow, Tx};

use crate::secrets::Keys;

/// Where a command comes from.
pub struct Place<'a> {
    /// The account.
    pub account: &'a AccountRow,
    /// The plugin's id of the conversation.
    pub conversation: &'a str,
    /// The call whose answer they follow from, by its place in the outbox.
    pub call: Option<i64>,
    /// When, ms.
    pub now: i64,
    /// What a new key of the account is sealed with.
    pub keys: &'a Keys,
    /// How people reach the desk, for links in texts.
    pub public_url: &'a str,
}

/// A helpdesk that a channel's commands go to.
///
/// Every method is called inside the transaction that also keeps the plugin's new state: what it writes through `tx` is
/// kept with it or not at all, and it MUST NOT do anything else there (no network, no waiting). A helpdesk on another
/// machine therefore queues a row here, and a worker of its own carries the row out afterwards, as often as needed: the
/// ids in the commands are the plugin's and make a repetition harmless. What then happens to its tasks it reports with
/// [`tasks::report`], which tells the plugin before the next message of that conversation.
///
/// # Errors
/// [`desk_store::StoreError::Missing`] says that a command names something that is not there: the outcome is undone and
/// the event parked. Every other error undoes it too, and the event comes again.
pub trait Helpdesk: Send + Sync {
    /// Makes or refreshes a contact card.
    ///
    /// # Errors
    /// See [`Helpdesk`].
    fn save_contact(&self, tx: &Tx, place: &Place, contact: &Contact) -> desk_store::Result<()>;
    /// Opens a task; an id that exists changes nothing.
    ///
    /// # Errors
    /// See [`Helpdesk`].
    fn open_task(&self, tx: &Tx, place: &Place, task: &Task) -> desk_store::Result<()>;
    /// Adds a customer's message to a task; an id that exists changes nothing.
    ///
    /// # Errors
    /// See [`Helpdesk`].
    fn add_action(&self, tx: &Tx, place: &Place, action: &Action) -> desk_store::Result<()>;
    /// Tells the operators something; an id that exists changes nothing.
    ///
    /// # Errors
    /// See [`Helpdesk`].
    fn note(&self, tx: &Tx, place: &Place, note: &Note) -> desk_store::Result<()>;
}

/// The contract's name of a case, as JSON and columns have it; a case of a later version by its own name.
///
/// # Errors
/// Never for the contract's states; the signature follows serde's.
pub fn name_of<T: serde::Serialize>(case: &T) -> desk_store::Result<String> {
    Ok(match serde_json::to_value(case)? {
        serde_json::Value::String(name) => name,
        serde_json::Value::Object(other) => {
            other.values().next().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    })
}
