//! What the helpdesk asks of a channel: replies and account requests; not what comes from the messenger.

use crate::prelude::*;
use crate::{Extras, Part, TimeMs};

/// What the plugin keeps of one customer's dialogue with one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Chosen by the plugin; empty for the account's own.
    pub id: String,
    /// As last returned, byte for byte; empty at first.
    pub state: Vec<u8>,
}

/// The employee who wrote a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// The helpdesk's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// A public link to a picture.
    pub avatar: Option<String>,
}

/// A quick answer that is offered to the customer as a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What stands on the button.
    pub title: String,
    /// What the customer then says.
    pub value: String,
}

/// An operator's comment that notifies the customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The host's id, unique in the account.
    pub id: String,
    /// The plugin's id of the task it was written in.
    pub task: String,
    /// Who wrote it.
    pub author: Author,
    /// The plugin's ids of the contacts in this conversation that it notifies.
    pub notify: Vec<String>,
    /// What it says, in order.
    pub parts: Vec<Part>,
    /// Buttons below it.
    pub suggestions: Vec<Suggestion>,
    /// When it was written.
    pub at: TimeMs,
    /// What has no field.
    pub extras: Extras,
}

/// What an administrator asks of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountRequest {
    /// Check the key, set the webhook.
    Connect,
    /// Ask the messenger whether all is as it was set.
    Check,
    /// Take the webhook away.
    Disconnect,
    /// A request of a later version.
    Other(String),
}
