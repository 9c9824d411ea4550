//! What was lost and may be sent again without a person (G6), and what only a person may.

use desk_store::{
    ContactChange, HeldScope, LostDeliveries, NewAccount, NewAction, NewCall, NewTask, Store, StoreError, Tx,
};
use serde_json::json;

const MINUTE_MS: i64 = 60_000;
const WAIT: i64 = 2 * MINUTE_MS;
/// When it was queued, and lost at once.
const LOST_AT: i64 = 100 * MINUTE_MS;

/// An answer of one part, sent by a call that is done and whose answer was lost; the part's place and the call's.
fn lose_an_answer(tx: &Tx) -> Result<(i64, i64), StoreError> {
    let (account, conversation) = ("a".to_owned(), "olena".to_owned());
    tx.add_account(&NewAccount {
        id: account.clone(),
        channel: "viber".into(),
        name: "Bike Shop".into(),
        settings: json!({}),
        configured_by: None,
        at: 1,
    })?;
    let requester = tx.save_contact(&ContactChange {
        account: account.clone(),
        plugin_id: "c:olena".into(),
        conversation: conversation.clone(),
        ..ContactChange::default()
    })?;
    let (task, _) = tx.open_task(&NewTask {
        account: account.clone(),
        plugin_id: "t".into(),
        conversation: conversation.clone(),
        title: String::new(),
        description: String::new(),
        requester,
        template: None,
        previous: None,
        assignees: vec![],
        at: 1,
    })?;
    let action = tx.add_action(&NewAction {
        account: account.clone(),
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
    tx.queue_call(&NewCall {
        account: account.clone(),
        conversation: conversation.clone(),
        id: "send".into(),
        request: json!({}),
        at: LOST_AT,
    })?;
    let call = tx.call_seq("a", "send")?.ok_or(StoreError::Missing("the call"))?;
    tx.add_delivery(action, &account, &conversation, 0, LOST_AT)?;
    let part = tx.delivery(action, "olena", 0)?.ok_or(StoreError::Missing("the part"))?;
    attempt(tx, part.seq, call, LOST_AT)?;
    Ok((part.seq, call))
}

/// One more attempt, whose answer is lost.
fn attempt(tx: &Tx, part: i64, call: i64, at: i64) -> Result<(), StoreError> {
    tx.begin_attempt(call, at)?.ok_or(StoreError::Missing("a queued call"))?;
    assert!(tx.end_call(call)?);
    tx.set_delivery_call(part, call)?;
    tx.set_delivery(part, "unconfirmed", None, None, at)
}

fn lost(tx: &Tx, now: i64, since: i64) -> Result<usize, StoreError> {
    Ok(tx.lost_deliveries(&LostDeliveries { now, since, wait: WAIT }, 0, 9)?.len())
}

async fn with_store(check: impl FnOnce(&Tx) -> Result<(), StoreError> + Send + 'static) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
    store.write(move |tx| check(tx)).await.expect("as it should be");
}

/// G6: twice as long after each attempt, within the time that an answer may take, and while nothing is under way.
#[tokio::test]
async fn it_waits_twice_as_long_each_time() {
    with_store(|tx| {
        let (part, call) = lose_an_answer(tx)?;
        let (early, due) = (LOST_AT + WAIT - 1, LOST_AT + WAIT);
        assert_eq!((lost(tx, early, 0)?, lost(tx, due, 0)?), (0, 1));
        assert_eq!(lost(tx, due, LOST_AT)?, 0, "its time is over");
        assert!(tx.send_lost_again(call, due)?);
        assert_eq!(lost(tx, due, 0)?, 0, "it is on its way");
        attempt(tx, part, call, due)?;
        assert_eq!((lost(tx, due + 2 * WAIT - 1, 0)?, lost(tx, due + 2 * WAIT, 0)?), (0, 1));
        tx.set_delivery(part, "delivered", Some("77"), None, due)?;
        assert_eq!(lost(tx, due + 2 * WAIT, 0)?, 0, "a receipt settled it");
        Ok(())
    })
    .await;
}

/// G6, G34: whether the desk before sent it again after the backup, nobody knows, so it takes a person; whose word counts
/// for that one time, and for what they release.
#[tokio::test]
async fn what_came_back_with_a_backup_is_left_to_a_person() {
    with_store(|tx| {
        let (part, call) = lose_an_answer(tx)?;
        let due = LOST_AT + WAIT;
        tx.raise_fence("reply", due, &json!({}))?;
        assert_eq!(lost(tx, due, 0)?, 0);
        assert!(!tx.send_lost_again(call, due)?);
        assert!(tx.send_again(call, due)?, "a person may");
        tx.raise_fence("reply", due, &json!({}))?;
        tx.release_held(&HeldScope::default(), "held", due)?;
        attempt(tx, part, call, due)?;
        assert_eq!(lost(tx, due + 2 * WAIT, 0)?, 1, "from then on it is this desk's own");
        Ok(())
    })
    .await;
}
