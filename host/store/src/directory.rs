//! Employees, templates and API tokens: what a helpdesk has before the first customer writes.

use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, Tx};

/// Somebody who works in the helpdesk.
#[derive(Debug, Clone, PartialEq)]
pub struct Employee {
    /// The desk's id.
    pub id: i64,
    /// As customers may see it.
    pub name: String,
    /// A public link.
    pub avatar: Option<String>,
    /// The account owner.
    pub owner: bool,
}

/// A template of contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The desk's id.
    pub id: i64,
    /// As people call it.
    pub name: String,
}

/// A template of tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskTemplate {
    /// The desk's id.
    pub id: i64,
    /// As people call it.
    pub name: String,
    /// Who does the tasks that are made from it.
    pub assignee: Option<i64>,
}

/// An API token, without the token.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRow {
    /// What it is for.
    pub name: String,
    /// `read`, `operate`, `admin`.
    pub scope: String,
    /// Who acts through it.
    pub employee: Option<i64>,
}

fn employee_from_row(row: &Row) -> rusqlite::Result<Employee> {
    Ok(Employee { id: row.get(0)?, name: row.get(1)?, avatar: row.get(2)?, owner: row.get(3)? })
}

impl Tx<'_> {
    /// Adds an employee; says the id.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add_employee(&self, name: &str, avatar: Option<&str>, owner: bool) -> Result<i64> {
        Ok(self
            .db
            .prepare_cached("INSERT INTO employees (name, avatar, owner) VALUES (?1, ?2, ?3) RETURNING id")?
            .query_row(params![name, avatar, owner], |row| row.get(0))?)
    }

    /// The employee.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn employee(&self, id: i64) -> Result<Option<Employee>> {
        Ok(self
            .db
            .prepare_cached("SELECT id, name, avatar, owner FROM employees WHERE id = ?1")?
            .query_row([id], employee_from_row)
            .optional()?)
    }

    /// Every employee.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn employees(&self) -> Result<Vec<Employee>> {
        let mut statement =
            self.db.prepare_cached("SELECT id, name, avatar, owner FROM employees ORDER BY id")?;
        let rows = statement.query_map([], employee_from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The account owner: the oldest one, so that there is always one answer.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn owner(&self) -> Result<Option<Employee>> {
        Ok(self
            .db
            .prepare_cached("SELECT id, name, avatar, owner FROM employees ORDER BY owner DESC, id LIMIT 1")?
            .query_row([], employee_from_row)
            .optional()?)
    }

    /// Adds a contact template; says the id.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add_contact_template(&self, name: &str) -> Result<i64> {
        Ok(self
            .db
            .prepare_cached("INSERT INTO contact_templates (name) VALUES (?1) RETURNING id")?
            .query_row([name], |row| row.get(0))?)
    }

    /// Every contact template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn contact_templates(&self) -> Result<Vec<Template>> {
        let mut statement = self.db.prepare_cached("SELECT id, name FROM contact_templates ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok(Template { id: row.get(0)?, name: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Adds a task template; says the id.
    ///
    /// # Errors
    /// The assignee does not exist.
    pub fn add_task_template(&self, name: &str, assignee: Option<i64>) -> Result<i64> {
        Ok(self
            .db
            .prepare_cached("INSERT INTO task_templates (name, assignee) VALUES (?1, ?2) RETURNING id")?
            .query_row(params![name, assignee], |row| row.get(0))?)
    }

    /// Every task template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_templates(&self) -> Result<Vec<TaskTemplate>> {
        let mut statement =
            self.db.prepare_cached("SELECT id, name, assignee FROM task_templates ORDER BY id")?;
        let rows = statement.query_map([], |row| {
            Ok(TaskTemplate { id: row.get(0)?, name: row.get(1)?, assignee: row.get(2)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The task template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_template(&self, id: i64) -> Result<Option<TaskTemplate>> {
        Ok(self
            .db
            .prepare_cached("SELECT id, name, assignee FROM task_templates WHERE id = ?1")?
            .query_row([id], |row| {
                Ok(TaskTemplate { id: row.get(0)?, name: row.get(1)?, assignee: row.get(2)? })
            })
            .optional()?)
    }

    /// Adds a token by its hash.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add_token(&self, hash: &str, token: &TokenRow, at: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO tokens (hash, name, scope, employee, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![hash, token.name, token.scope, token.employee, at])?;
        Ok(())
    }

    /// The token with this hash.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn token(&self, hash: &str) -> Result<Option<TokenRow>> {
        Ok(self
            .db
            .prepare_cached("SELECT name, scope, employee FROM tokens WHERE hash = ?1")?
            .query_row([hash], |row| {
                Ok(TokenRow { name: row.get(0)?, scope: row.get(1)?, employee: row.get(2)? })
            })
            .optional()?)
    }

    /// Whether any token exists: no token, first start.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_tokens(&self) -> Result<bool> {
        Ok(self.db.prepare_cached("SELECT 1 FROM tokens LIMIT 1")?.exists([])?)
    }
}
