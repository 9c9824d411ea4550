//! A task changes: the row, and what the plugin has to know about it, in one transaction.

use std::sync::Arc;

use channel_engine::contract::{TaskChange, TaskEvent};
use desk_store::{StoreError, TaskRow, Tx};

use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::inbox::{Event, InboxError, drain};

/// What to change of a task; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct TaskPatch {
    /// `active`, `inactive`, `completed`, `deleted`.
    pub status: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// The text.
    pub description: Option<String>,
    /// Employees, the one who does it first.
    pub assignees: Option<Vec<i64>>,
}

/// Changes a task and tells the plugin. When this returns the plugin knows, so the customer's next message finds the
/// status that the operator sees (I16). `check` looks at the task as it is, in the transaction that changes it, and what it
/// finds wrong is returned.
///
/// # Errors
/// What `check` returned; the task or an assignee does not exist; or the store refuses.
pub async fn change<F>(app: &Arc<App>, task: i64, patch: TaskPatch, check: F) -> Result<(), InboxError>
where
    F: FnOnce(&Tx, &TaskRow) -> desk_store::Result<()> + Send + 'static,
{
    let row = app
        .store
        .write(move |tx| {
            let row = tx.task(task)?.ok_or(StoreError::Missing("the task"))?;
            check(tx, &row)?;
            keep(tx, &row, &patch, now_ms())?;
            Ok(row)
        })
        .await?;
    drain(app, &row.account, &row.conversation).await
}

/// Notes that the employee has read the task as it is now. Where there is nothing new, nothing is written.
///
/// # Errors
/// The employee does not exist, or the store refuses.
pub async fn note_read(app: &App, employee: i64, task: i64) -> desk_store::Result<()> {
    if let Some(action) = app.store.read(move |tx| tx.unread_action(employee, task)).await? {
        app.store.write(move |tx| tx.visit(employee, task, action)).await?;
    }
    Ok(())
}

fn keep(tx: &Tx, row: &TaskRow, patch: &TaskPatch, now: u64) -> desk_store::Result<()> {
    let at = to_column(now);
    if patch.title.is_some() || patch.description.is_some() {
        let title = patch.title.as_deref().unwrap_or(&row.title);
        let description = patch.description.as_deref().unwrap_or(&row.description);
        tx.set_task_texts(row.id, title, description, at)?;
    }
    if let Some(assignees) = &patch.assignees {
        for employee in assignees {
            tx.employee(*employee)?.ok_or(StoreError::Missing("an assignee"))?;
        }
        tx.set_assignees(row.id, assignees)?;
    }
    let Some(status) = patch.status.as_deref().filter(|status| *status != row.status) else {
        return Ok(());
    };
    tx.set_task_status(row.id, status, at)?;
    report(tx, row, change_to(&row.status, status), now)
}

/// Queues what became of a task for the plugin; also what a helpdesk on another machine calls when it hears of it.
///
/// # Errors
/// The database refuses.
pub fn report(tx: &Tx, task: &TaskRow, change: TaskChange, now: u64) -> desk_store::Result<()> {
    let event = Event::TaskEvent(TaskEvent { task: task.plugin_id.clone(), change, at: now });
    event.queue(tx, &task.account, &task.conversation, to_column(now))
}

fn change_to(from: &str, to: &str) -> TaskChange {
    match (from, to) {
        ("active", "active") => TaskChange::Active,
        (_, "active") => TaskChange::Reopened,
        (_, "inactive") => TaskChange::Inactive,
        (_, "completed") => TaskChange::Completed,
        (_, "deleted") => TaskChange::Deleted,
        (_, other) => TaskChange::Other(other.to_owned()),
    }
}
