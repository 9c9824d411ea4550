//! What a host is to carry out; not who carries it out, nor when.

use crate::prelude::*;
use crate::{
    AccountRequest, AccountStatus, Action, Call, Delivery, DeliveryReceipt, Extras, Note, Retry, RetryScope,
    Task,
};

/// Makes or refreshes a contact card; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Chosen by the plugin.
    pub id: String,
    /// The name as the messenger has it.
    pub name: Option<String>,
    /// A link to a picture.
    pub avatar: Option<String>,
    /// The phone number, if the customer gave it.
    pub phone: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Whether messages can be sent to them now.
    pub subscribed: Option<bool>,
    /// The helpdesk's template for a card that is made new.
    pub template: Option<String>,
    /// What has no field.
    pub extras: Extras,
}

/// A command that has no name here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherCommand {
    /// Kebab-case.
    pub kind: String,
    /// Its content.
    pub json: String,
}

/// Something that the host carries out.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Make or refresh a contact card.
    SaveContact(Contact),
    /// Open a task.
    OpenTask(Task),
    /// Add a customer's message to a task.
    AddAction(Action),
    /// Tell the operators something.
    Note(Note),
    /// Send an HTTP request to the messenger.
    Call(Call),
    /// Send a call again.
    Retry(Retry),
    /// What waits in this scope is due now.
    Resume(RetryScope),
    /// The state of one part of a reply.
    Delivery(Delivery),
    /// What the messenger reports about something sent.
    Receipt(DeliveryReceipt),
    /// Whether the account works.
    AccountStatus(AccountStatus),
    /// Call `manage-account`, soon.
    ManageAccount(AccountRequest),
    /// A command of a later version.
    Other(OtherCommand),
}

/// Something an operator should see before they send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// `session-until`, `price`, `subscribed` …
    pub name: String,
    /// For a program.
    pub value: String,
    /// English, for a person.
    pub text: String,
}

/// What follows from an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Replaces the conversation's state.
    pub state: Vec<u8>,
    /// In the order in which they are carried out; at most 64.
    pub commands: Vec<Command>,
    /// Replace the conversation's facts.
    pub facts: Vec<Fact>,
}
