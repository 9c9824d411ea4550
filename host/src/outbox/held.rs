//! What a restored backup had not sent: held, told to operators, and sent or given up by a person's word. Not here: the
//! files of a backup (`backup`).
//!
//! It may have been sent after the backup was taken, so nobody sends it in silence. Held things keep nothing else from
//! leaving: answers written after the restore go out at once, and one that is released later comes after them. Only what
//! customers would see is held: the accounts' own calls repeat harmlessly, and checks have to run.

use channel_engine::contract::{Problem, ProblemClass};
use desk_store::{CallRow, Held, HeldScope, PendingEvent, Result, StoreError, Tx};

use super::dispatcher::lose;
use crate::app::App;
use crate::clock::{now_ms, to_column, utc};
use crate::desk::deliveries::{Waiting, tell_of_reply};
use crate::inbox::Event;

/// The problem's code while a part is held.
const CODE: &str = "held";
/// Name of the queued events that are operators' answers.
const REPLY: &str = "reply";
/// Ids that a restore leaves out: more than any desk gives between two backups.
const IDS_LEFT_OUT: i64 = 1_000_000;

/// Holds everything that the file has not sent. `taken_at`, ms: when its backup was taken.
///
/// # Errors
/// The database cannot be written.
pub fn raise_fence(tx: &Tx, taken_at: i64) -> Result<Held> {
    let problem = Problem {
        class: ProblemClass::Transport,
        code: CODE.into(),
        text: format!("held: restored from a backup of {}; it may have been sent", utc(taken_at)),
        advice: "Ask the customer whether it came; an administrator releases or drops it.".into(),
    };
    let held = tx.raise_fence(REPLY, taken_at, &serde_json::to_value(&problem)?)?;
    let now = to_column(now_ms());
    for event in tx.held_events(&HeldScope::default())? {
        tell(tx, &event, "pending", &problem, now)?;
    }
    tx.leave_ids_out(IDS_LEFT_OUT)?;
    Ok(held)
}

/// Sends what is held of a scope, each conversation in its order, and before what was queued since.
///
/// # Errors
/// The store refuses; then nothing is released.
pub async fn release(app: &App, scope: HeldScope) -> Result<Held> {
    let now = to_column(now_ms());
    let released = app.store.write(move |tx| tx.release_held(&scope, CODE, now)).await?;
    app.outbox_bell.notify_one();
    app.inbox_bell.notify_one();
    Ok(released)
}

/// Gives up what is held of a scope: it ends as unconfirmed, and a person may send it again.
///
/// # Errors
/// The store refuses; then nothing is given up.
pub async fn drop(app: &App, scope: HeldScope) -> Result<Held> {
    let now = to_column(now_ms());
    let drop = move |tx: &Tx| {
        let (calls, replies) = take_out(tx, &scope, now)?;
        let dropped = Held { calls: count(calls.len()), replies: count(replies), taken_at: None };
        lose(tx, calls, "it was held since a backup was restored, and then dropped", false)?;
        Ok(dropped)
    };
    let dropped = app.store.write(drop).await?;
    app.inbox_bell.notify_one();
    Ok(dropped)
}

fn take_out(tx: &Tx, scope: &HeldScope, now: i64) -> Result<(Vec<CallRow>, usize)> {
    let problem = Problem {
        class: ProblemClass::Transport,
        code: "unconfirmed".into(),
        text: "nobody knows whether it was sent: it waited when the backup was taken, and was dropped after the restore"
            .into(),
        advice: "Ask the customer whether they have it; if not, write it again.".into(),
    };
    let replies = tx.held_events(scope)?;
    for event in &replies {
        tell(tx, event, "unconfirmed", &problem, now)?;
        tx.take_event(event.seq)?;
    }
    Ok((tx.drop_held_calls(scope)?, replies.len()))
}

fn tell(tx: &Tx, event: &PendingEvent, state: &str, problem: &Problem, now: i64) -> Result<()> {
    let Event::Reply(reply) = serde_json::from_value(event.event.clone())? else {
        return Err(StoreError::Missing("the held reply"));
    };
    let waiting = Waiting { account: &event.account, conversation: &event.conversation, reply: &reply.id };
    tell_of_reply(tx, &waiting, state, problem, now)
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use channel_engine::contract::{Reply, TaskChange, TaskEvent};
    use desk_store::{ContactChange, NewAccount, NewAction, NewCall, NewTask, Store, change_alone};
    use serde_json::json;

    use super::*;

    fn call(id: &str, conversation: &str) -> NewCall {
        let conversation = conversation.to_owned();
        NewCall { account: "a".into(), conversation, id: id.into(), request: json!({}), at: 1 }
    }

    /// A customer with an answer that the plugin was not told of yet, and calls that wait: of theirs, and the account's own.
    fn fill(tx: &Tx) -> Result<i64> {
        tx.add_account(&NewAccount {
            id: "a".into(),
            channel: "viber".into(),
            name: "Bike Shop".into(),
            settings: json!({}),
            configured_by: None,
            at: 1,
        })?;
        let (account, conversation) = ("a".to_owned(), "olena".to_owned());
        let requester = tx.save_contact(&ContactChange {
            account: account.clone(),
            plugin_id: "c:olena".into(),
            conversation: conversation.clone(),
            ..ContactChange::default()
        })?;
        let (task, _) = tx.open_task(&NewTask {
            account: account.clone(),
            plugin_id: "t".into(),
            conversation,
            title: String::new(),
            description: String::new(),
            requester,
            template: None,
            previous: None,
            assignees: vec![],
            at: 1,
        })?;
        let action = tx.add_action(&NewAction {
            account,
            plugin_id: None,
            task,
            kind: "comment",
            author_kind: "employee",
            author_id: None,
            author_name: "Anna".into(),
            text: "hello".into(),
            parts: json!([]),
            notify: json!([requester]),
            suggestions: json!([]),
            at: 1,
            kept_at: 1,
        })?;
        let action = action.ok_or(StoreError::Missing("the action"))?;
        let reply = Event::Reply(Reply { id: format!("r{action}"), ..Reply::default() });
        reply.queue(tx, "a", "olena", 1)?;
        let event = TaskEvent { task: "t".into(), change: TaskChange::Completed, at: 1 };
        Event::TaskEvent(event).queue(tx, "a", "olena", 1)?;
        tx.queue_call(&call("old", "olena"))?;
        tx.queue_call(&call("check", ""))?;
        Ok(action)
    }

    fn due(tx: &Tx) -> Result<Vec<String>> {
        Ok(tx.due_calls(&["viber".to_owned()], 100, 10)?.into_iter().map(|row| row.id).collect())
    }

    /// G34: what customers would see is held and named so; what is new, and the account's own, goes on around it.
    #[tokio::test]
    async fn what_was_not_sent_is_held_and_keeps_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, copy) = (folder.path().join("desk.sqlite"), folder.path().join("copy.sqlite"));
        let store = Store::open(&file).expect("opens");
        let action = store.write(fill).await.expect("filled");
        desk_store::Look::open(&file).expect("opens").copy_into(&copy).expect("copied");
        let held = change_alone(&copy, |tx| raise_fence(tx, 1_767_225_600_000)).expect("raised");
        assert_eq!((held.calls, held.replies), (1, 1));
        let store = Store::open(&copy).expect("opens");
        store
            .write(move |tx| {
                assert_eq!(due(tx)?, ["check"]);
                let first = tx.first_event("a", "olena")?.expect("the task's event");
                assert!(first.event.get("task_event").is_some(), "{first:?}");
                let part = tx.delivery(action, "olena", 0)?.expect("a part that stands for the reply");
                let problem = part.problem.expect("why");
                assert_eq!((part.state.as_str(), &problem["code"]), ("pending", &json!("held")));
                assert!(problem["text"].as_str().is_some_and(|text| text.contains("2026-01-01 00:00 UTC")));
                tx.queue_call(&call("new", "olena"))?;
                assert_eq!(due(tx)?, ["check", "new"]);
                // Ids that were given after the backup are not given again.
                let petro = ContactChange {
                    account: "a".into(),
                    plugin_id: "c:petro".into(),
                    ..ContactChange::default()
                };
                assert!(tx.save_contact(&petro)? > IDS_LEFT_OUT);
                assert_eq!(tx.held_conversations(9)?.len(), 1);
                let (calls, replies) = take_out(tx, &HeldScope::default(), 9)?;
                assert_eq!((calls.len(), replies), (1, 1));
                assert_eq!(
                    tx.interrupted_calls()?,
                    calls,
                    "the next start tells the plugin, should this one not"
                );
                let part = tx.delivery(action, "olena", 0)?.expect("the part");
                assert_eq!(part.state, "unconfirmed");
                assert!(tx.held()?.is_empty());
                Ok(())
            })
            .await
            .expect("as it should be");
    }

    /// G34.
    #[tokio::test]
    async fn what_is_released_goes_before_what_is_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("desk.sqlite")).expect("opens");
        store
            .write(move |tx| {
                let action = fill(tx)?;
                raise_fence(tx, 1)?;
                tx.queue_call(&call("new", "olena"))?;
                let nobody = HeldScope { account: Some("b".into()), conversation: None };
                assert!(tx.release_held(&nobody, CODE, 50)?.is_empty());
                let released = tx.release_held(&HeldScope::default(), CODE, 50)?;
                assert_eq!((released.calls, released.replies), (1, 1));
                assert_eq!(due(tx)?, ["check", "old"]);
                let first = tx.first_event("a", "olena")?.expect("the reply");
                assert!(first.event.get(REPLY).is_some(), "{first:?}");
                assert_eq!(tx.delivery(action, "olena", 0)?.expect("the part").problem, None);
                Ok(())
            })
            .await
            .expect("as it should be");
    }
}
