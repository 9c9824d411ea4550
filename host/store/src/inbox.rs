//! Tasks as an operator looks through them: those that were written in last first, by status and assignee, or found by
//! words. Each page is a walk along an index, however many tasks there are.

use rusqlite::{Row, params};

use crate::{Result, Tx};

/// Most words that are looked for; a person gives a name and a number.
const WORDS_MAX: usize = 8;
/// Messages that a search looks at, the newest in which its words are.
const TEXTS_MAX: usize = 1_000;

/// Which tasks to show.
#[derive(Debug, Clone, Default)]
pub struct InboxFilter {
    /// These statuses.
    pub statuses: Vec<&'static str>,
    /// One employee's; else everybody's.
    pub assignee: Option<i64>,
    /// Only those behind this place: `updated_at` and id of the last one that was shown.
    pub before: Option<(i64, i64)>,
    /// How many at the most.
    pub most: i64,
    /// The employee who looks: what they have read is not new.
    pub reader: i64,
}

/// A task in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// See [`TaskRow`](crate::TaskRow).
    pub id: i64,
    /// See [`TaskRow`](crate::TaskRow).
    pub title: String,
    /// See [`TaskRow`](crate::TaskRow).
    pub status: String,
    /// See [`TaskRow`](crate::TaskRow).
    pub updated_at: i64,
    /// See [`TaskRow`](crate::TaskRow).
    pub requester: i64,
    /// Names of the assignees, the one who does it first.
    pub assignees: String,
    /// Whether the customer wrote something that the reader has not read.
    pub unread: bool,
    /// Who wrote last, as [`ActionRow::author_kind`](crate::ActionRow); empty where nothing was written.
    pub last_kind: String,
    /// Their name.
    pub last_name: String,
    /// What they wrote.
    pub last_text: String,
}

const COLUMNS: &str = "t.id, t.title, t.status, t.updated_at, t.requester,
    (SELECT group_concat(name, ', ') FROM (SELECT e.name FROM assignees a JOIN employees e ON e.id = a.employee
     WHERE a.task = t.id ORDER BY a.position)),
    coalesce((SELECT m.id FROM actions m WHERE m.task = t.id AND m.author_kind = 'contact' ORDER BY m.id DESC LIMIT 1), 0)
      > coalesce((SELECT v.action FROM visits v WHERE v.employee = ?1 AND v.task = t.id), 0),
    l.author_kind, l.author_name, l.text";

const LAST: &str =
    "LEFT JOIN actions l ON l.id = (SELECT id FROM actions WHERE task = t.id ORDER BY id DESC LIMIT 1)";

fn from_row(row: &Row) -> rusqlite::Result<InboxRow> {
    let text = |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(index)?.unwrap_or_default());
    Ok(InboxRow {
        id: row.get(0)?,
        title: row.get(1)?,
        status: row.get(2)?,
        updated_at: row.get(3)?,
        requester: row.get(4)?,
        assignees: text(5)?,
        unread: row.get(6)?,
        last_kind: text(7)?,
        last_name: text(8)?,
        last_text: text(9)?,
    })
}

impl Tx<'_> {
    /// Tasks, those that were changed last first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn inbox(&self, filter: &InboxFilter) -> Result<Vec<InboxRow>> {
        let sql = inbox_sql(filter.assignee.is_some());
        let mut statement = self.db.prepare_cached(&sql)?;
        let (at, id) = filter.before.unwrap_or((i64::MAX, i64::MAX));
        let mut rows = Vec::new();
        for status in &filter.statuses {
            let values = params![filter.reader, status, at, id, filter.most, filter.assignee];
            for row in statement.query_map(values, from_row)? {
                rows.push(row?);
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.updated_at, row.id)));
        rows.truncate(usize::try_from(filter.most).unwrap_or_default());
        Ok(rows)
    }

    /// Tasks in whose title, customer's name or phone number every one of these words begins some word, or in one of whose
    /// actions, of the newest 1,000 in which they do; newest first, below the id `before`. Deleted ones are not found.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn find_tasks(&self, words: &str, before: i64, most: i64, reader: i64) -> Result<Vec<InboxRow>> {
        let Some(query) = fts_query(words) else { return Ok(Vec::new()) };
        let sql = find_sql();
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![reader, query, before, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// One status's tasks, of everybody's or of one employee's: the columns that it is walked along are those of one index.
fn inbox_sql(is_ones: bool) -> String {
    let (from, status, at, id, whose) = if is_ones {
        ("assignees i JOIN tasks t ON t.id = i.task", "i.status", "i.updated_at", "i.task", "i.employee = ?6")
    } else {
        ("tasks t", "t.status", "t.updated_at", "t.id", "?6 IS NULL")
    };
    format!(
        "SELECT {COLUMNS} FROM {from} {LAST}
         WHERE {whose} AND {status} = ?2 AND ({at}, {id}) < (?3, ?4) ORDER BY {at} DESC, {id} DESC LIMIT ?5"
    )
}

/// Both indexes are walked from their newest end and no further than is shown, so a word that all use costs no more.
fn find_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM tasks t {LAST} WHERE t.id IN (
             SELECT id FROM (SELECT w.rowid AS id FROM task_words w JOIN tasks n ON n.id = w.rowid
                             WHERE task_words MATCH ?2 AND w.rowid < ?3 AND n.status <> 'deleted'
                             ORDER BY w.rowid DESC LIMIT ?4)
             UNION ALL
             SELECT a.task FROM (SELECT rowid AS id FROM action_words
                                 WHERE action_words MATCH ?2 ORDER BY rowid DESC LIMIT {TEXTS_MAX}) m
             CROSS JOIN actions a ON a.id = m.id)
         AND t.id < ?3 AND t.status <> 'deleted' ORDER BY t.id DESC LIMIT ?4"
    )
}

/// The words as a query in which nothing but letters and digits has a meaning; `None` if there are none.
fn fts_query(words: &str) -> Option<String> {
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let query: Vec<String> = words.take(WORDS_MAX).map(|word| format!("\"{word}\"*")).collect();
    (!query.is_empty()).then(|| query.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page costs the same among a hundred and among a hundred thousand tasks: nothing is scanned and nothing sorted.
    #[test]
    fn a_page_is_a_walk_along_an_index() {
        let db = rusqlite::Connection::open_in_memory().expect("a database");
        db.execute_batch(include_str!("schema.sql")).expect("the schema");
        let plan = |sql: &str| {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("it is understood");
            let count = statement.parameter_count();
            let values = rusqlite::params_from_iter(std::iter::repeat_n("1", count));
            let rows = statement.query_map(values, |row| row.get::<_, String>(3)).expect("a plan");
            rows.collect::<rusqlite::Result<Vec<_>>>().expect("a plan").join("\n")
        };
        for (sql, walks) in [
            (inbox_sql(false), "SEARCH t USING INDEX tasks_by_status (status=? AND"),
            (
                inbox_sql(true),
                "SEARCH i USING COVERING INDEX assignees_by_employee (employee=? AND status=? AND",
            ),
            (find_sql(), "SCAN w VIRTUAL TABLE INDEX"),
            (find_sql(), "SCAN action_words VIRTUAL TABLE INDEX"),
        ] {
            let plan = plan(&sql);
            assert!(plan.contains(walks), "{plan}");
            // The names of one task's assignees are sorted, in a query of their own.
            let outer = plan.lines().filter(|line| line.contains("TEMP B-TREE")).count();
            assert!(outer <= 1 && !plan.contains("SCAN t"), "{plan}");
        }
    }
}
