//! Employees: who works in the helpdesk.

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

/// What still needs an employee.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EmployeeUse {
    /// Active and inactive tasks that they are assigned to.
    pub tasks: i64,
    /// Task templates that name them.
    pub templates: i64,
    /// Tokens of theirs.
    pub tokens: i64,
}

const COLUMNS: &str = "id, name, avatar, owner";

fn from_row(row: &Row) -> rusqlite::Result<Employee> {
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
        let sql = format!("SELECT {COLUMNS} FROM employees WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// Every employee.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn employees(&self) -> Result<Vec<Employee>> {
        let sql = format!("SELECT {COLUMNS} FROM employees ORDER BY id");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The account owner: the oldest one, so that there is always one answer.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn owner(&self) -> Result<Option<Employee>> {
        let sql = format!("SELECT {COLUMNS} FROM employees ORDER BY owner DESC, id LIMIT 1");
        Ok(self.db.prepare_cached(&sql)?.query_row([], from_row).optional()?)
    }

    /// Replaces name and picture.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_employee(&self, id: i64, name: &str, avatar: Option<&str>) -> Result<()> {
        self.db
            .prepare_cached("UPDATE employees SET name = ?2, avatar = ?3 WHERE id = ?1")?
            .execute(params![id, name, avatar])?;
        Ok(())
    }

    /// What still needs the employee.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn employee_use(&self, id: i64) -> Result<EmployeeUse> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT (SELECT count(*) FROM assignees a JOIN tasks t ON t.id = a.task
                         WHERE a.employee = ?1 AND t.status IN ('active', 'inactive')),
                        (SELECT count(*) FROM task_templates WHERE assignee = ?1),
                        (SELECT count(*) FROM tokens WHERE employee = ?1)",
            )?
            .query_row([id], |row| {
                Ok(EmployeeUse { tasks: row.get(0)?, templates: row.get(1)?, tokens: row.get(2)? })
            })?)
    }

    /// Removes an employee that nothing needs any more. In tasks that are done `heir` takes their place, so that none is
    /// without an assignee; what they wrote keeps their name.
    ///
    /// # Errors
    /// Something still needs them.
    pub fn delete_employee(&self, id: i64, heir: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE OR IGNORE assignees SET employee = ?2 WHERE employee = ?1")?
            .execute([id, heir])?;
        self.db.prepare_cached("DELETE FROM assignees WHERE employee = ?1")?.execute([id])?;
        self.db
            .prepare_cached("UPDATE accounts SET configured_by = NULL WHERE configured_by = ?1")?
            .execute([id])?;
        self.db.prepare_cached("DELETE FROM employees WHERE id = ?1")?.execute([id])?;
        Ok(())
    }
}
