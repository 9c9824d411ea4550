//! Employees and templates go only when nothing needs them any more. Not here: how they are kept (`desk_store`).

use desk_store::{Result, StoreError, Tx};
use serde_json::Value;

/// Why somebody or something stays.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The owner is assigned when nobody else is.
    #[error("the owner is who is assigned when nobody else is, and stays")]
    Owner,
    /// What still needs it.
    #[error("{0}")]
    InUse(String),
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// Removes an employee: from nothing that is still to be done, and in what is done the owner takes their place. What they
/// wrote keeps their name.
///
/// # Errors
/// A [`Refusal`], or the database refuses.
pub fn delete_employee(tx: &Tx, id: i64) -> Result<()> {
    let owner = tx.owner()?.ok_or(StoreError::Missing("the owner"))?;
    if owner.id == id {
        return Err(Refusal::Owner.into());
    }
    let used = tx.employee_use(id)?;
    let accounts = accounts_that_name(tx, "extra_assignees", id)?;
    let mut by = Vec::new();
    for (count, what) in [
        (used.tasks, "open tasks: assign somebody else"),
        (used.templates, "task templates: name somebody else there"),
        (used.tokens, "tokens: revoke them"),
    ] {
        if count > 0 {
            by.push(format!("{count} {what}"));
        }
    }
    if !accounts.is_empty() {
        by.push(format!("`extra_assignees` of {}: take them out there", accounts.join(", ")));
    }
    refuse_if_used("the employee", &by)?;
    tx.delete_employee(id, owner.id)
}

/// Removes a contact template; contacts made from it stay, made from none.
///
/// # Errors
/// A [`Refusal`], or the database refuses.
pub fn delete_contact_template(tx: &Tx, id: i64) -> Result<()> {
    refuse_if_used("the template", &settings(tx, "contact_template", id)?)?;
    tx.delete_contact_template(id)
}

/// Removes a task template; tasks made from it stay, made from none.
///
/// # Errors
/// A [`Refusal`], or the database refuses.
pub fn delete_task_template(tx: &Tx, id: i64) -> Result<()> {
    refuse_if_used("the template", &settings(tx, "task_template", id)?)?;
    tx.delete_task_template(id)
}

fn settings(tx: &Tx, name: &str, id: i64) -> Result<Vec<String>> {
    let accounts = accounts_that_name(tx, name, id)?;
    Ok(accounts
        .into_iter()
        .map(|account| format!("`{name}` of {account}: choose another one there"))
        .collect())
}

fn refuse_if_used(what: &str, by: &[String]) -> Result<()> {
    if by.is_empty() {
        Ok(())
    } else {
        Err(Refusal::InUse(format!("{what} is still in {}", by.join("; "))).into())
    }
}

/// The accounts in whose setting the id stands.
fn accounts_that_name(tx: &Tx, setting: &str, id: i64) -> Result<Vec<String>> {
    let mut accounts = tx.accounts()?;
    accounts.retain(|account| names(&account.settings[setting], id));
    Ok(accounts.into_iter().map(|account| account.id).collect())
}

/// Whether a setting names the id: alone or in a list, as a text or as a number.
fn names(setting: &Value, id: i64) -> bool {
    match setting {
        Value::Array(all) => all.iter().any(|one| names(one, id)),
        Value::String(text) => text.trim() == id.to_string(),
        other => other.as_i64() == Some(id),
    }
}
