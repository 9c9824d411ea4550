//! Everything that is kept of a contact: found for them, and erased. Not here: the bytes of their files, which the host
//! deletes when no row has them any more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::params;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use crate::{Change, ContactRow, Result, Tx};

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Tasks that are left without a word in them.
    pub tasks: i64,
    /// Entries of tasks.
    pub actions: i64,
    /// The SHA-256 of blobs that may belong to nothing now.
    pub blobs: Vec<String>,
}

/// Which rows are a contact's, by table. `?1` is the contact's id, `?2` their account, `?3` their conversation.
const OWNED: [(&str, &str); 10] = [
    ("contacts", "id = ?1"),
    ("conversations", "account = ?2 AND id = ?3"),
    ("tasks", "requester = ?1"),
    ("actions", THEIR_ACTIONS),
    ("media", THEIR_MEDIA),
    ("files", THEIR_FILES),
    ("deliveries", "account = ?2 AND conversation = ?3"),
    ("calls", "account = ?2 AND conversation = ?3"),
    ("events", "account = ?2 AND conversation = ?3"),
    ("parked", "account = ?2 AND conversation = ?3"),
];
const THEIR_ACTIONS: &str =
    "(author_kind = 'contact' AND author_id = ?1) OR task IN (SELECT id FROM tasks WHERE requester = ?1)";
const THEIR_MEDIA: &str = "contact = ?1 OR action IN (SELECT id FROM actions WHERE
    (author_kind = 'contact' AND author_id = ?1) OR task IN (SELECT id FROM tasks WHERE requester = ?1))";
const THEIR_FILES: &str = "action IN (SELECT id FROM actions WHERE
    (author_kind = 'contact' AND author_id = ?1) OR task IN (SELECT id FROM tasks WHERE requester = ?1))";
/// An answer that went to others too is theirs as well: its row stays, and says nothing.
const ALSO_OTHERS: &str = "EXISTS (SELECT 1 FROM json_each(notify) WHERE value <> ?1)";

impl Tx<'_> {
    /// Every row that is kept of a contact, by table, with the columns as they are; bytes in base64.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn rows_of_contact(&self, contact: &ContactRow) -> Result<Map<String, Value>> {
        OWNED
            .iter()
            .map(|(table, theirs)| {
                // Every statement has all three parameters, whether it needs them or not.
                let sql =
                    format!("SELECT * FROM {table} WHERE ({theirs}) AND coalesce(?1, ?2, ?3) IS NOT NULL");
                Ok(((*table).to_owned(), Value::Array(self.rows_as_json(&sql, contact)?)))
            })
            .collect()
    }

    /// Erases what is kept of a contact. Of their tasks ids, times and status are left, of their card its number. To be
    /// called in their conversation's lane: whoever writes later is a new contact.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn erase_contact(&self, contact: &ContactRow, at: i64) -> Result<Erased> {
        let blobs = self.blobs_of_contact(contact.id)?;
        for table in ["deliveries", "calls", "events", "parked"] {
            let sql = format!("DELETE FROM {table} WHERE account = ?1 AND conversation = ?2");
            self.db.execute(&sql, params![contact.account, contact.conversation])?;
        }
        self.db.execute(
            "DELETE FROM conversations WHERE account = ?1 AND id = ?2",
            params![contact.account, contact.conversation],
        )?;
        let of_id = |sql: &str| self.db.execute(sql, [contact.id]);
        of_id("DELETE FROM media WHERE contact = ?1")?;
        let gone = of_id(&format!("DELETE FROM actions WHERE ({THEIR_ACTIONS}) AND NOT {ALSO_OTHERS}"))?;
        let blank = of_id(&format!(
            "UPDATE actions SET text = '', parts = '[]', suggestions = '[]', plugin_id = NULL WHERE {THEIR_ACTIONS}"
        ))?;
        let tasks = of_id(
            "UPDATE tasks SET title = 'erased', description = '', plugin_id = 'erased:' || id,
                 conversation = 'erased:' || requester WHERE requester = ?1",
        )?;
        self.db.execute(
            "UPDATE contacts SET plugin_id = 'erased:' || id, conversation = 'erased:' || id, name = 'erased',
                 avatar = NULL, phone = NULL, phone_source = NULL, language = NULL, country = NULL, subscribed = NULL,
                 template = NULL, erased_at = ?2 WHERE id = ?1",
            [contact.id, at],
        )?;
        self.changed(Change::Contact(contact.id));
        self.task_ids_of(contact.id)?.into_iter().for_each(|task| self.changed(Change::Task(task)));
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        Ok(Erased { tasks: count(tasks), actions: count(gone + blank), blobs })
    }

    fn blobs_of_contact(&self, contact: i64) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT sha256 FROM media WHERE ({THEIR_MEDIA}) AND sha256 IS NOT NULL
             UNION SELECT sha256 FROM files WHERE {THEIR_FILES}"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([contact], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn rows_as_json(&self, sql: &str, contact: &ContactRow) -> Result<Vec<Value>> {
        let mut statement = self.db.prepare_cached(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let ids = params![contact.id, contact.account, contact.conversation];
        let rows = statement.query_map(ids, |row| {
            let column = |(index, name): (usize, &String)| Ok((name.clone(), as_json(row.get_ref(index)?)));
            names.iter().enumerate().map(column).collect::<rusqlite::Result<Map<_, _>>>()
        })?;
        Ok(rows.map(|row| row.map(Value::Object)).collect::<rusqlite::Result<_>>()?)
    }
}

/// A column that holds JSON is shown as what it says.
fn as_json(value: ValueRef) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => {
            let is_json = matches!(text.first(), Some(b'{' | b'['));
            let json = is_json.then(|| serde_json::from_slice(text).ok()).flatten();
            json.unwrap_or_else(|| String::from_utf8_lossy(text).into())
        }
        ValueRef::Blob(bytes) => STANDARD.encode(bytes).into(),
    }
}
