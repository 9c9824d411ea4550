//! Templates of contacts and tasks: what new ones are made from.

use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, Tx};

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

fn template(row: &Row) -> rusqlite::Result<Template> {
    Ok(Template { id: row.get(0)?, name: row.get(1)? })
}

fn task_template(row: &Row) -> rusqlite::Result<TaskTemplate> {
    Ok(TaskTemplate { id: row.get(0)?, name: row.get(1)?, assignee: row.get(2)? })
}

impl Tx<'_> {
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

    /// The contact template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn contact_template(&self, id: i64) -> Result<Option<Template>> {
        let sql = "SELECT id, name FROM contact_templates WHERE id = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([id], template).optional()?)
    }

    /// Every contact template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn contact_templates(&self) -> Result<Vec<Template>> {
        let mut statement = self.db.prepare_cached("SELECT id, name FROM contact_templates ORDER BY id")?;
        let rows = statement.query_map([], template)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Renames a contact template.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_contact_template(&self, new: &Template) -> Result<()> {
        self.db
            .prepare_cached("UPDATE contact_templates SET name = ?2 WHERE id = ?1")?
            .execute(params![new.id, new.name])?;
        Ok(())
    }

    /// Removes a contact template; contacts that were made from it are from then on made from none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_contact_template(&self, id: i64) -> Result<()> {
        self.db.prepare_cached("UPDATE contacts SET template = NULL WHERE template = ?1")?.execute([id])?;
        self.db.prepare_cached("DELETE FROM contact_templates WHERE id = ?1")?.execute([id])?;
        Ok(())
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

    /// The task template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_template(&self, id: i64) -> Result<Option<TaskTemplate>> {
        let sql = "SELECT id, name, assignee FROM task_templates WHERE id = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([id], task_template).optional()?)
    }

    /// Every task template.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_templates(&self) -> Result<Vec<TaskTemplate>> {
        let mut statement =
            self.db.prepare_cached("SELECT id, name, assignee FROM task_templates ORDER BY id")?;
        let rows = statement.query_map([], task_template)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Replaces a task template's name and assignee.
    ///
    /// # Errors
    /// The assignee does not exist.
    pub fn set_task_template(&self, new: &TaskTemplate) -> Result<()> {
        self.db
            .prepare_cached("UPDATE task_templates SET name = ?2, assignee = ?3 WHERE id = ?1")?
            .execute(params![new.id, new.name, new.assignee])?;
        Ok(())
    }

    /// Removes a task template; tasks that were made from it are from then on made from none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_task_template(&self, id: i64) -> Result<()> {
        self.db.prepare_cached("UPDATE tasks SET template = NULL WHERE template = ?1")?.execute([id])?;
        self.db.prepare_cached("DELETE FROM task_templates WHERE id = ?1")?.execute([id])?;
        Ok(())
    }
}
