//! What did not work, for a program and for a person; not an error type of any one function.

use crate::prelude::*;

/// Who has to act when something did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemClass {
    /// The request did not prove who sent it.
    Unauthenticated,
    /// The bytes are not what the messenger documents.
    Malformed,
    /// The messenger, or this plugin, cannot do that.
    Unsupported,
    /// The customer cannot be reached.
    Recipient,
    /// The account is at fault: an administrator has to act.
    Account,
    /// A limit is used up; it passes with time.
    Limit,
    /// Nobody knows what happened between host and messenger.
    Transport,
    /// The plugin or the host has a bug.
    Internal,
    /// A class of a later version, by its name.
    Other(String),
}

/// Something that did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Who has to act.
    pub class: ProblemClass,
    /// Stable, kebab-case; programs decide on it.
    pub code: String,
    /// One English sentence that says what happened; never a secret.
    pub text: String,
    /// One English sentence that says what a person can do now; empty if nothing.
    pub advice: String,
}

impl Problem {
    /// A problem of `class` with a stable `code`, what happened, and what to do about it.
    #[must_use]
    pub fn new(class: ProblemClass, code: &str, text: impl Into<String>, advice: &str) -> Self {
        Self { class, code: code.to_owned(), text: text.into(), advice: advice.to_owned() }
    }
}
