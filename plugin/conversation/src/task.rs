//! The helpdesk's tasks as a channel sees them; their routing is in `routing`.

use crate::prelude::*;
use crate::{Extras, Part, TimeMs};

/// The task that a new one follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousTask {
    /// The plugin's id of it.
    pub task: String,
    /// It was deleted: said in words, without a link (I2).
    pub deleted: bool,
}

/// Opens a task with a customer as its requester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Chosen by the plugin.
    pub id: String,
    /// The requester.
    pub contact: String,
    /// One line, at most 120 characters.
    pub title: String,
    /// The text of the message that opened it.
    pub description: String,
    /// The task before, to be linked.
    pub previous: Option<PreviousTask>,
    /// The helpdesk's template, which names the assignee.
    pub template: Option<String>,
    /// The helpdesk's ids of employees that are assigned in addition.
    pub assignees: Vec<String>,
    /// What has no field.
    pub extras: Extras,
}

/// Adds a customer's message to a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Chosen by the plugin.
    pub id: String,
    /// The task's id.
    pub task: String,
    /// The author's id.
    pub contact: String,
    /// When it was written, by the messenger's clock.
    pub at: TimeMs,
    /// At least one.
    pub parts: Vec<Part>,
    /// What has no field.
    pub extras: Extras,
}

/// Tells the operators something; customers never see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Chosen by the plugin.
    pub id: String,
    /// The task's id.
    pub task: String,
    /// Stable, kebab-case.
    pub code: String,
    /// English.
    pub text: String,
}

/// What became of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskChange {
    /// Its status is an active one.
    Active,
    /// Its status is neither active nor final.
    Inactive,
    /// It is done.
    Completed,
    /// It is gone.
    Deleted,
    /// It is active again.
    Reopened,
    /// A change of a later version: treated as `Active`.
    Other(String),
}

/// A task changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskEvent {
    /// The plugin's id of the task.
    pub task: String,
    /// What became of it.
    pub change: TaskChange,
    /// When.
    pub at: TimeMs,
}
