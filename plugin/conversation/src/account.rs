//! One connection of the helpdesk to a messenger, and whether it works; not how it is connected.

use crate::prelude::*;
use crate::{Extras, Problem, TimeMs};

/// How the messenger shows the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The messenger's id of the bot or page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The name in links.
    pub uri: String,
    /// A link to a picture.
    pub avatar: Option<String>,
    /// (kind, URL): `deep` opens the conversation in the messenger's app.
    pub links: Extras,
}

/// One connection of the helpdesk to the messenger, as the host gives it with each call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The host's id.
    pub id: String,
    /// The settings as a JSON object, without the secret ones.
    pub settings: String,
    /// Where the messenger reaches this account's webhook.
    pub webhook_url: String,
    /// As last given in an account status.
    pub profile: Option<Profile>,
    /// The time of this call: the only clock there is.
    pub now: TimeMs,
    /// What has no field.
    pub extras: Extras,
}

/// Whether the account works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Not yet: calls are under way.
    Pending,
    /// The key was checked, the webhook set, and the messenger called it back.
    Connected,
    /// It does not.
    Failed,
    /// Taken down.
    Disconnected,
    /// A state of a later version.
    Other(String),
}

/// A change of the account's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// Whether it works.
    pub state: ConnectionState,
    /// Why not.
    pub problem: Option<Problem>,
    /// Replaces the account's profile; `None` leaves it.
    pub profile: Option<Profile>,
}
