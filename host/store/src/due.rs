//! Whose turn it is: of each conversation that waits the first call that may leave, and the first event that the plugin may
//! be told. Read from tables that triggers keep, so that it costs the same however much waits behind. Not here: the
//! calls and events themselves.

use rusqlite::params;

use crate::outbox::{COLUMNS, CallRow, from_row};
use crate::{Result, Tx};

/// The calls that customers see, of one account.
const CUSTOMERS: &str = "f.conversation <> ''";
/// The account's own.
const OWN: &str = "f.conversation = ''";

/// The first calls of one account (`?1`) that are due at `?2`, but for those in paused conversations; the oldest first.
fn calls_sql(whose: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM first_calls f JOIN calls c ON c.seq = f.call
         LEFT JOIN conversations v ON v.account = f.account AND v.id = f.conversation
         WHERE f.account = ?1 AND f.due_at <= ?2 AND {whose} AND coalesce(v.paused_until, 0) <= ?2
         ORDER BY f.due_at, f.call LIMIT ?3"
    )
}

/// The first events of one account (`?1`) that have failed or not (`?2`) and are due at `?3`; the oldest first.
const EVENTS: &str = "SELECT conversation, due_at, event FROM first_events
     WHERE account = ?1 AND failing = ?2 AND due_at <= ?3 ORDER BY due_at, event LIMIT ?4";

/// When the next first call is due after `?1`, or a pause ends.
const NEXT: &str = "SELECT min(at) FROM (
         SELECT (SELECT min(f.due_at) FROM first_calls f WHERE f.account = a.id AND f.due_at > ?1) AS at FROM accounts a
         UNION ALL SELECT paused_until FROM accounts WHERE paused_until > ?1
         UNION ALL SELECT min(paused_until) FROM conversations WHERE paused_until > ?1 AND paused_until > 0)";

impl Tx<'_> {
    /// Calls of accounts of these channels that may leave now: the first open one of each conversation, if it is queued and
    /// due, and neither its conversation nor its account is paused. Held ones neither leave nor keep others from leaving. An account's pause does
    /// not hold for its own conversation, whose calls mend what it waits for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn due_calls(&self, channels: &[String], now: i64, most: i64) -> Result<Vec<CallRow>> {
        let mut due = Vec::new();
        let mut accounts = self.db.prepare_cached(
            "SELECT id, paused_until <= ?1 FROM accounts WHERE channel IN (SELECT value FROM json_each(?2))",
        )?;
        let mut accounts = accounts.query(params![now, serde_json::to_string(channels)?])?;
        while let Some(account) = accounts.next()? {
            let id: String = account.get(0)?;
            due.extend(self.due_calls_of(&id, OWN, now, most)?);
            if account.get(1)? {
                due.extend(self.due_calls_of(&id, CUSTOMERS, now, most)?);
            }
        }
        due.sort_by_key(|row| (row.due_at, row.seq));
        due.truncate(usize::try_from(most).unwrap_or_default());
        Ok(due)
    }

    fn due_calls_of(&self, account: &str, whose: &str, now: i64, most: i64) -> Result<Vec<CallRow>> {
        let mut statement = self.db.prepare_cached(&calls_sql(whose))?;
        let rows = statement.query_map(params![account, now, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// First open calls of accounts of these channels that are queued since `since` or longer, ms, whatever they wait for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn late_calls(&self, channels: &[String], since: i64, most: i64) -> Result<Vec<CallRow>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM first_calls f JOIN calls c ON c.seq = f.call JOIN accounts a ON a.id = f.account
             WHERE f.due_at IS NOT NULL AND c.at <= ?2 AND a.channel IN (SELECT value FROM json_each(?1))
             ORDER BY c.seq LIMIT ?3"
        ))?;
        let rows = statement.query_map(params![serde_json::to_string(channels)?, since, most], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// When a call that waits may become due, ms: the next time that one is, or that a pause ends.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_due(&self, after: i64) -> Result<Option<i64>> {
        Ok(self.db.prepare_cached(NEXT)?.query_row([after], |row| row.get(0))?)
    }

    /// Conversations of these channels whose first event that is not held is due, as (account, conversation): those in which
    /// nothing has failed yet first, so that what fails again and again never keeps the others waiting.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn due_conversations(
        &self,
        channels: &[String],
        now: i64,
        most: i64,
    ) -> Result<Vec<(String, String)>> {
        let channels = serde_json::to_string(channels)?;
        let mut accounts = self
            .db
            .prepare_cached("SELECT id FROM accounts WHERE channel IN (SELECT value FROM json_each(?1))")?;
        let mut accounts = accounts.query([channels])?;
        let mut statement = self.db.prepare_cached(EVENTS)?;
        let mut due: Vec<(bool, i64, i64, (String, String))> = Vec::new();
        while let Some(account) = accounts.next()? {
            let id: String = account.get(0)?;
            for failing in [false, true] {
                let rows = statement.query_map(params![id, failing, now, most], |row| {
                    Ok((failing, row.get(1)?, row.get(2)?, (id.clone(), row.get(0)?)))
                })?;
                due.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
            }
        }
        due.sort_unstable();
        due.truncate(usize::try_from(most).unwrap_or_default());
        Ok(due.into_iter().map(|(_, _, _, key)| key).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{HeldScope, NewCall, NewEvent};

    /// Whose turn it is by the rows themselves, each looked at: slow, and plainly right.
    const CALLS_BY_ALL_ROWS: &str = "SELECT c.seq FROM calls c
         JOIN (SELECT min(seq) AS seq FROM calls WHERE state <> 'done' AND held IS NULL GROUP BY account, conversation)
              first ON first.seq = c.seq
         JOIN accounts a ON a.id = c.account
         LEFT JOIN conversations v ON v.account = c.account AND v.id = c.conversation
         WHERE c.state = 'queued' AND c.due_at <= ?1 AND (a.paused_until <= ?1 OR c.conversation = '')
           AND coalesce(v.paused_until, 0) <= ?1
         ORDER BY c.due_at, c.seq LIMIT 5";
    const EVENTS_BY_ALL_ROWS: &str = "SELECT e.seq FROM events e
         JOIN (SELECT min(seq) AS seq FROM events WHERE held IS NULL GROUP BY account, conversation) first
              ON first.seq = e.seq
         WHERE e.due_at <= ?1 ORDER BY e.problem IS NOT NULL, e.due_at, e.seq LIMIT 5";

    fn database() -> rusqlite::Connection {
        let db = rusqlite::Connection::open_in_memory().expect("a database");
        db.execute_batch(include_str!("schema.sql")).expect("the schema");
        db.execute_batch(
            "INSERT INTO accounts (id, channel, name, settings, created_at)
             VALUES ('a', 'viber', '', '{}', 1), ('b', 'viber', '', '{}', 1)",
        )
        .expect("two accounts");
        db
    }

    fn seqs(tx: &Tx, sql: &str, now: i64) -> Vec<i64> {
        let mut statement = tx.db.prepare_cached(sql).expect("it is understood");
        let rows = statement.query_map([now], |row| row.get(0)).expect("it reads");
        rows.collect::<rusqlite::Result<_>>().expect("numbers")
    }

    /// One of the changes that there are, in a conversation, by a number.
    fn change(tx: &Tx, pick: &mut impl FnMut(i64) -> i64, step: i64) -> Result<()> {
        let account = ["a", "b"][usize::try_from(pick(2)).unwrap_or_default()].to_owned();
        let conversation = ["", "x", "y", "z"][usize::try_from(pick(4)).unwrap_or_default()].to_owned();
        let scope = HeldScope { account: Some(account.clone()), conversation: Some(conversation.clone()) };
        let (seq, id, at) = (pick(step + 1), format!("call-{}", pick(step + 1)), step + pick(9));
        match pick(14) {
            0 | 1 => {
                let (id, request) = (format!("call-{step}"), json!({}));
                tx.queue_call(&NewCall { account, conversation, id, request, at })
            }
            2 | 3 => tx
                .queue_event(&NewEvent {
                    account,
                    conversation,
                    kind: "reply",
                    event: json!(step),
                    call: None,
                    tries: 5,
                    at,
                })
                .map(drop),
            4 => tx.begin_attempt(seq, at).map(drop),
            5 => tx.end_call(seq).map(drop),
            6 => tx.queue_again(&account, &id, at, &Value::Null),
            7 => tx.send_again(seq, at).map(drop),
            8 => tx.postpone_event(seq, 1, at, &json!({})),
            9 => tx.take_event(seq).map(drop),
            10 if step % 7 == 0 => tx.raise_fence("reply", at, &json!({})).map(drop),
            10 => tx.drop_held_calls(&scope).map(drop),
            11 => tx.release_held(&scope, "held", at).map(drop),
            12 => {
                tx.pause_account(&account, at - 5)?;
                tx.pause_conversation(&account, &conversation, at)
            }
            _ => {
                for table in ["calls", "events"] {
                    let sql = format!("DELETE FROM {table} WHERE account = ?1 AND conversation = ?2");
                    tx.db.execute(&sql, [&account, &conversation])?;
                }
                Ok(())
            }
        }
    }

    /// C6, G3, G11, G34: whatever is changed, the tables say what the rows themselves say.
    #[test]
    fn the_first_of_each_conversation_is_known_after_every_change() {
        let db = database();
        let tx = Tx::new(&db);
        for conversation in ["", "x", "y", "z"] {
            tx.set_conversation("a", conversation, 0, b"", &json!([])).expect("it writes");
        }
        let mut state = 9_u64;
        let mut pick = |end: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(state >> 33).unwrap_or_default() % end
        };
        let mut seen = 0;
        for step in 0..1_000 {
            change(&tx, &mut pick, step).expect("it writes");
            let calls: Vec<_> = tx
                .due_calls(&["viber".to_owned()], step, 5)
                .expect("it reads")
                .iter()
                .map(|row| row.seq)
                .collect();
            assert_eq!(calls, seqs(&tx, CALLS_BY_ALL_ROWS, step), "calls after step {step}");
            let due = tx.due_conversations(&["viber".to_owned()], step, 5).expect("it reads");
            let first = |(account, conversation): &(String, String)| {
                tx.first_event(account, conversation).expect("it reads").expect("one waits").seq
            };
            let events: Vec<_> = due.iter().map(first).collect();
            assert_eq!(events, seqs(&tx, EVENTS_BY_ALL_ROWS, step), "events after step {step}");
            seen += calls.len() + events.len();
        }
        assert!(seen > 1_000, "too little was due to prove anything: {seen}");
    }

    /// G9: a look costs the same whatever waits behind the first ones: nothing is scanned and nothing sorted.
    #[test]
    fn whose_turn_it_is_is_a_walk_along_an_index() {
        let db = database();
        let plan = |sql: &str| {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("it is understood");
            let count = statement.parameter_count();
            let values = rusqlite::params_from_iter(std::iter::repeat_n("1", count));
            let rows = statement.query_map(values, |row| row.get::<_, String>(3)).expect("a plan");
            rows.collect::<rusqlite::Result<Vec<_>>>().expect("a plan").join("\n")
        };
        for (sql, walks) in [
            (
                calls_sql(CUSTOMERS),
                "SEARCH f USING COVERING INDEX first_calls_by_due (account=? AND due_at<?)",
            ),
            (calls_sql(OWN), "SEARCH f USING PRIMARY KEY (account=? AND conversation=?)"),
            (EVENTS.to_owned(), "first_events_by_due (account=? AND failing=? AND due_at<?)"),
            (NEXT.to_owned(), "first_calls_by_due (account=? AND due_at>?)"),
        ] {
            let plan = plan(&sql);
            assert!(plan.contains(walks), "{plan}");
            let of_accounts =
                |line: &str| ["accounts", "SCAN a", "(subquery"].iter().any(|it| line.contains(it));
            let scans = plan.lines().filter(|line| line.contains("SCAN") && !of_accounts(line)).count();
            assert!(scans == 0 && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
