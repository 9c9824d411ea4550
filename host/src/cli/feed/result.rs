//! A result line of `desk feed`. Fields that say nothing are left out, so that a line reads well.

use channel_engine::contract::{Command, Fact, Problem, Receipt, Rejection};
use serde::Serialize;

/// What one line led to: a receipt and its outcomes, or a rejection, or a failure.
#[derive(Debug, Default, Serialize)]
pub(super) struct Fed {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receipt: Option<Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rejection: Option<Rejection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcomes: Option<Vec<Handled>>,
}

/// What one event led to in its conversation.
#[derive(Debug, Default, Serialize)]
pub(super) struct Handled {
    pub(super) conversation: String,
    /// The plugin refused it or broke down: nothing else follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<Problem>,
    /// It was handled before: nothing else follows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) repeated: bool,
    pub(super) commands: Vec<Command>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) facts: Vec<Fact>,
}

impl Fed {
    pub(super) fn outcomes(outcomes: Vec<Handled>) -> Self {
        Self { outcomes: Some(outcomes), ..Self::default() }
    }
}
