//! What a channel says about itself; not what it says, which each messenger's crate knows.

use crate::Extras;
use crate::prelude::*;

/// Texts of the manifest in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localized {
    /// BCP 47.
    pub language: String,
    /// The messenger's name as people know it.
    pub name: String,
    /// JSON Schema (2020-12) of the settings.
    pub settings_schema: String,
    /// The onboarding guide, Markdown.
    pub guide: String,
}

/// A figure that a host needs before it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name, which ends in its unit.
    pub name: String,
    /// In that unit.
    pub value: u64,
}

/// What the plugin is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Of the channel: stable for ever.
    pub id: String,
    /// The plugin's own version, SemVer.
    pub version: String,
    /// Lower-case names of the request headers that the webhook wants.
    pub headers: Vec<String>,
    /// Host names that calls may go to.
    pub hosts: Vec<String>,
    /// Names of the settings that are secret.
    pub secrets: Vec<String>,
    /// What the channel can do.
    pub features: Vec<String>,
    /// What a host must know before it sends.
    pub limits: Vec<Limit>,
    /// At least English.
    pub texts: Vec<Localized>,
    /// What has no field.
    pub extras: Extras,
}
