//! Tasks and who does them.

use rusqlite::{OptionalExtension, Row, params};

use crate::changes::Change;
use crate::{Result, Tx};

/// A task of the helpdesk.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// The desk's id.
    pub id: i64,
    /// The account whose customer it is for.
    pub account: String,
    /// The plugin's id.
    pub plugin_id: String,
    /// The conversation that opened it.
    pub conversation: String,
    /// One line.
    pub title: String,
    /// The text of the first message, and the link to the previous task.
    pub description: String,
    /// `active`, `inactive`, `completed`, `deleted`.
    pub status: String,
    /// The contact it is for.
    pub requester: i64,
    /// The task template it was made from.
    pub template: Option<i64>,
    /// The task of the same conversation before it.
    pub previous: Option<i64>,
    /// The task of the same conversation after it.
    pub next: Option<i64>,
    /// ms.
    pub created_at: i64,
    /// ms; of the last action or change.
    pub updated_at: i64,
}

/// What a task starts with.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// See [`TaskRow`].
    pub account: String,
    /// See [`TaskRow`].
    pub plugin_id: String,
    /// See [`TaskRow`].
    pub conversation: String,
    /// See [`TaskRow`].
    pub title: String,
    /// See [`TaskRow`].
    pub description: String,
    /// See [`TaskRow`].
    pub requester: i64,
    /// See [`TaskRow`].
    pub template: Option<i64>,
    /// See [`TaskRow`].
    pub previous: Option<i64>,
    /// Employees, the one who does it first.
    pub assignees: Vec<i64>,
    /// ms.
    pub at: i64,
}

/// Which tasks to list; `None` does not narrow.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// One status. Without one, all but `deleted`.
    pub status: Option<String>,
    /// One account.
    pub account: Option<String>,
    /// One customer.
    pub requester: Option<i64>,
    /// One employee's, whether or not they do it first.
    pub assignee: Option<i64>,
    /// Only ids below this one.
    pub before: Option<i64>,
    /// How many at the most.
    pub most: i64,
}

impl TaskFilter {
    /// Whether not every task is meant.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        let Self { status, account, requester, assignee, before: _, most: _ } = self;
        status.is_some() || account.is_some() || requester.is_some() || assignee.is_some()
    }
}

const COLUMNS: &str = "t.id, t.account, t.plugin_id, t.conversation, t.title, t.description, t.status, \
                       t.requester, t.template, t.previous, \
                       (SELECT n.id FROM tasks n WHERE n.previous = t.id ORDER BY n.id LIMIT 1), \
                       t.created_at, t.updated_at";

fn from_row(row: &Row) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        id: row.get(0)?,
        account: row.get(1)?,
        plugin_id: row.get(2)?,
        conversation: row.get(3)?,
        title: row.get(4)?,
        description: row.get(5)?,
        status: row.get(6)?,
        requester: row.get(7)?,
        template: row.get(8)?,
        previous: row.get(9)?,
        next: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
    })
}

impl Tx<'_> {
    /// Opens a task; says its id, and whether it is new. An id of the plugin's that exists changes nothing.
    ///
    /// # Errors
    /// The requester, the previous task or an assignee does not exist.
    pub fn open_task(&self, new: &NewTask) -> Result<(i64, bool)> {
        if let Some(task) = self.task_by_plugin_id(&new.account, &new.plugin_id)? {
            return Ok((task.id, false));
        }
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO tasks (account, plugin_id, conversation, title, description, status, requester,
                                    template, previous, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'active', ?6, ?7, ?8, ?9, ?9) RETURNING id",
            )?
            .query_row(
                params![
                    new.account,
                    new.plugin_id,
                    new.conversation,
                    new.title,
                    new.description,
                    new.requester,
                    new.template,
                    new.previous,
                    new.at
                ],
                |row| row.get(0),
            )?;
        self.set_assignees(id, &new.assignees)?; // It tells of the change, too.
        Ok((id, true))
    }

    /// The task, by the desk's id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task(&self, id: i64) -> Result<Option<TaskRow>> {
        let sql = format!("SELECT {COLUMNS} FROM tasks t WHERE t.id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
    }

    /// The task, by the plugin's id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_by_plugin_id(&self, account: &str, plugin_id: &str) -> Result<Option<TaskRow>> {
        let sql = format!("SELECT {COLUMNS} FROM tasks t WHERE t.account = ?1 AND t.plugin_id = ?2");
        Ok(self.db.prepare_cached(&sql)?.query_row([account, plugin_id], from_row).optional()?)
    }

    /// Tasks, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tasks(&self, filter: &TaskFilter) -> Result<Vec<TaskRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tasks t
             WHERE (?1 IS NULL AND t.status <> 'deleted' OR t.status = ?1)
               AND (?2 IS NULL OR t.account = ?2) AND (?3 IS NULL OR t.requester = ?3)
               AND (?4 IS NULL OR t.id < ?4)
               AND (?6 IS NULL OR EXISTS (SELECT 1 FROM assignees a WHERE a.task = t.id AND a.employee = ?6))
             ORDER BY t.id DESC LIMIT ?5"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(
            params![
                filter.status,
                filter.account,
                filter.requester,
                filter.before,
                filter.most,
                filter.assignee
            ],
            from_row,
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every task of a customer, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_ids_of(&self, requester: i64) -> Result<Vec<i64>> {
        let mut statement =
            self.db.prepare_cached("SELECT id FROM tasks WHERE requester = ?1 ORDER BY id")?;
        let rows = statement.query_map([requester], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sets the status.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_task_status(&self, id: i64, status: &str, at: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE tasks SET status = ?2, updated_at = ?3 WHERE id = ?1")?
            .execute(params![id, status, at])?;
        self.changed(Change::Task(id));
        Ok(())
    }

    /// Sets title and description.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_task_texts(&self, id: i64, title: &str, description: &str, at: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE tasks SET title = ?2, description = ?3, updated_at = ?4 WHERE id = ?1")?
            .execute(params![id, title, description, at])?;
        self.changed(Change::Task(id));
        Ok(())
    }

    /// Replaces the assignees.
    ///
    /// # Errors
    /// One of them does not exist.
    pub fn set_assignees(&self, task: i64, employees: &[i64]) -> Result<()> {
        self.db.prepare_cached("DELETE FROM assignees WHERE task = ?1")?.execute([task])?;
        let mut add = self.db.prepare_cached(
            "INSERT OR IGNORE INTO assignees (task, employee, position, status, updated_at)
             SELECT id, ?2, ?3, status, updated_at FROM tasks WHERE id = ?1",
        )?;
        for (position, employee) in employees.iter().enumerate() {
            add.execute(params![task, employee, i64::try_from(position).unwrap_or(i64::MAX)])?;
        }
        self.changed(Change::Task(task));
        Ok(())
    }

    /// The assignees, the one who does it first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn assignees(&self, task: i64) -> Result<Vec<i64>> {
        let mut statement =
            self.db.prepare_cached("SELECT employee FROM assignees WHERE task = ?1 ORDER BY position")?;
        let rows = statement.query_map([task], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
