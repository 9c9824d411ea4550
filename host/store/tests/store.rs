//! What the store promises to its callers, on a real file. What the rows mean is tested where it is decided.

use desk_store::{
    ContactChange, HeldScope, KeptFrom, LostDeliveries, NewAccount, NewAction, NewCall, NewEvent, NewTask,
    ReceiptRow, SealedSecret, Store, StoreError, TaskFilter, Tries, Tx,
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Bench {
    store: Store,
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
        Self { store, folder }
    }

    async fn with_account() -> Self {
        let bench = Self::new();
        bench.store.write(|tx| tx.add_account(&account("a"))).await.expect("it is added");
        bench
    }
}

fn account(id: &str) -> NewAccount {
    NewAccount {
        id: id.into(),
        channel: "viber".into(),
        name: "Bike Shop".into(),
        settings: json!({}),
        configured_by: None,
        at: 1,
    }
}

fn contact(plugin_id: &str) -> ContactChange {
    ContactChange {
        account: "a".into(),
        plugin_id: plugin_id.into(),
        conversation: plugin_id.into(),
        name: Some("Olena".into()),
        ..ContactChange::default()
    }
}

fn call(conversation: &str, id: &str) -> NewCall {
    NewCall {
        account: "a".into(),
        conversation: conversation.into(),
        id: id.into(),
        request: json!({}),
        at: 10,
    }
}

/// G1: what durability rests on is set and read back.
#[test]
fn the_file_is_durable_and_has_one_owner() {
    let bench = Bench::new();
    let path = bench.folder.path().join("desk.sqlite");
    assert!(matches!(Store::open(&path), Err(StoreError::InUse(_))));
    drop(bench.store);
}

/// A job that fails takes nothing with it, and nothing of it stays.
#[tokio::test]
async fn a_failed_job_leaves_its_neighbours_alone() {
    let bench = Bench::with_account().await;
    let good = bench.store.write(|tx| tx.save_contact(&contact("one")));
    let bad = bench.store.write(|tx| {
        tx.save_contact(&contact("two"))?;
        Err::<(), _>(StoreError::Missing("something"))
    });
    let panics = bench.store.write(|tx| -> desk_store::Result<()> {
        tx.save_contact(&contact("three"))?;
        panic!("a bug")
    });
    let (good, bad, panics) = tokio::join!(good, bad, panics);
    assert!(good.is_ok());
    assert!(matches!(bad, Err(StoreError::Missing("something"))));
    assert!(matches!(panics, Err(StoreError::Panicked)));
    let rows = bench.store.read(|tx| tx.contacts(0, 10)).await.expect("it reads");
    assert_eq!(rows.iter().map(|row| row.plugin_id.as_str()).collect::<Vec<_>>(), ["one"]);
}

/// How a number came is said of that number: it goes with it, and a refresh without one changes neither.
#[tokio::test]
async fn a_phone_number_and_its_source_are_one() {
    let bench = Bench::with_account().await;
    let some = |text: &str| Some(text.to_owned());
    let mut seen = Vec::new();
    for (phone, source) in [
        (None, some("typed")),
        (some("1"), some("typed")),
        (None, None),
        (some("2"), some("shared")),
        (some("3"), None),
    ] {
        let change = ContactChange { phone, phone_source: source, ..contact("one") };
        bench.store.write(move |tx| tx.save_contact(&change)).await.expect("it is saved");
        let row = bench.store.read(|tx| tx.contacts(0, 10)).await.expect("it reads").remove(0);
        seen.push((row.phone, row.phone_source));
    }
    let typed = (some("1"), some("typed"));
    assert_eq!(seen, [(None, None), typed.clone(), typed, (some("2"), some("shared")), (some("3"), None)]);
}

/// A reader sees a snapshot and can change nothing.
#[tokio::test]
async fn a_reader_cannot_write() {
    let bench = Bench::with_account().await;
    let written = bench.store.read(|tx| tx.add_employee("Anna", None, false)).await;
    assert!(matches!(written, Err(StoreError::Sql(_))), "{written:?}");
}

/// G2: once for each account and dedupe id.
#[tokio::test]
async fn a_dedupe_id_counts_once() {
    let bench = Bench::with_account().await;
    let seen = bench
        .store
        .write(|tx| {
            Ok([tx.mark_handled("a", "x", 1)?, tx.mark_handled("a", "x", 2)?, tx.mark_handled("b", "x", 3)?])
        })
        .await
        .expect("it writes");
    assert_eq!(seen, [true, false, true]);
    let left = bench
        .store
        .write(|tx| {
            let kept = KeptFrom { handled: 2, ..KeptFrom::default() };
            let expired = tx.expired(kept, 9)?;
            expired.iter().try_for_each(|one| tx.forget(one, kept))?;
            Ok((expired.len(), tx.is_handled("a", "x")?))
        })
        .await
        .expect("it writes");
    assert_eq!(left, (1, false));
}

/// G4: a state is replaced only by who read it.
#[tokio::test]
async fn a_state_is_replaced_at_its_revision_only() {
    let bench = Bench::with_account().await;
    let set = |revision: i64, state: &'static [u8]| {
        bench.store.write(move |tx| tx.set_conversation("a", "c", revision, state, &json!([])))
    };
    set(0, b"one").await.expect("the first");
    assert!(matches!(set(0, b"late").await, Err(StoreError::Conflict(_))));
    set(1, b"two").await.expect("the next");
    let row = bench.store.read(|tx| tx.conversation("a", "c")).await.expect("it reads");
    assert_eq!((row.state.as_slice(), row.revision), (b"two".as_slice(), 2));
}

/// C4: the plugin's ids make a repetition harmless.
#[tokio::test]
async fn commands_carried_out_twice_change_nothing() {
    let bench = Bench::with_account().await;
    let twice = bench
        .store
        .write(|tx| {
            let mut ids = Vec::new();
            for _ in 0..2 {
                let requester = tx.save_contact(&contact("one"))?;
                let (task, is_new) = tx.open_task(&task(requester))?;
                let action = tx.add_action(&action(task))?;
                tx.queue_call(&call("c", "call-1"))?;
                ids.push((requester, task, is_new, action.is_some()));
            }
            Ok(ids)
        })
        .await
        .expect("it writes");
    assert_eq!((twice[0].0, twice[0].1), (twice[1].0, twice[1].1));
    assert_eq!((twice[0].2, twice[0].3, twice[1].2, twice[1].3), (true, true, false, false));
    let counts = bench.store.read(|tx| tx.counts()).await.expect("it reads");
    assert_eq!(counts.calls_open, 1);
    let tasks = bench.store.read(|tx| tx.tasks(&TaskFilter { most: 10, ..TaskFilter::default() })).await;
    assert_eq!(tasks.expect("it reads").len(), 1);
}

fn task(requester: i64) -> NewTask {
    NewTask {
        account: "a".into(),
        plugin_id: "t1".into(),
        conversation: "one".into(),
        title: "Hello".into(),
        description: "Hello".into(),
        requester,
        template: None,
        previous: None,
        assignees: vec![],
        at: 1,
    }
}

fn action(task: i64) -> NewAction {
    NewAction {
        account: "a".into(),
        plugin_id: Some("m1".into()),
        task,
        kind: "message",
        author_kind: "contact",
        author_id: None,
        author_name: "Olena".into(),
        text: "Hello".into(),
        parts: json!([]),
        notify: json!([]),
        suggestions: json!([]),
        at: 1,
        kept_at: 1,
    }
}

async fn due(store: &Store, now: i64) -> Vec<String> {
    let rows = store.read(move |tx| tx.due_calls(&["viber".to_owned()], now, 10)).await.expect("it reads");
    rows.into_iter().map(|row| row.id).collect()
}

async fn late(store: &Store, channel: &str, since: i64) -> Vec<String> {
    let channels = [channel.to_owned()];
    let rows = store.read(move |tx| tx.late_calls(&channels, since, 10)).await.expect("it reads");
    rows.into_iter().map(|row| row.id).collect()
}

/// C6: one call of a conversation at a time, in order; pauses hold what they are for.
#[tokio::test]
async fn calls_of_a_conversation_go_in_order() {
    let bench = Bench::with_account().await;
    let store = &bench.store;
    store
        .write(|tx| {
            tx.set_conversation("a", "x", 0, b"", &json!([]))?;
            [("x", "x1"), ("x", "x2"), ("y", "y1")]
                .iter()
                .try_for_each(|(to, id)| tx.queue_call(&call(to, id)))
        })
        .await
        .expect("it writes");
    assert_eq!(due(store, 9).await, [""; 0], "not before they are due");
    assert_eq!(due(store, 10).await, ["x1", "y1"]);
    let seq =
        store.read(|tx| Ok(tx.due_calls(&["viber".to_owned()], 10, 1)?[0].seq)).await.expect("it reads");
    let attempts = store.write(move |tx| Ok([tx.begin_attempt(seq, 1)?, tx.begin_attempt(seq, 1)?])).await;
    assert_eq!(attempts.expect("it writes"), [Some(1), None], "an attempt is begun once");
    assert_eq!(due(store, 10).await, ["y1"], "x2 waits for x1");
    let again = store
        .write(move |tx| {
            let ended = [tx.end_call(seq)?, tx.end_call(seq)?];
            tx.queue_again("a", "x1", 50, &Value::Null)?;
            tx.pause_conversation("a", "x", 60)?;
            Ok((ended, [tx.next_due(10)?, tx.next_due(50)?, tx.next_due(60)?]))
        })
        .await
        .expect("it writes");
    assert_eq!(again, ([true, false], [Some(50), Some(60), None]));
    assert_eq!(due(store, 59).await, ["y1"]);
    assert_eq!(due(store, 60).await, ["y1", "x1"]);
    store.write(|tx| tx.pause_account("a", 100)).await.expect("it writes");
    assert_eq!(due(store, 99).await, [""; 0]);
}

/// G5: a call that is late is found in its turn, whatever it waits for; nobody could be told of another channel's.
#[tokio::test]
async fn late_calls_are_found_whatever_they_wait_for() {
    let bench = Bench::with_account().await;
    let store = &bench.store;
    store
        .write(|tx| {
            [("x", "x1"), ("x", "x2"), ("y", "y1")]
                .iter()
                .try_for_each(|(to, id)| tx.queue_call(&call(to, id)))?;
            tx.queue_again("a", "x1", 5_000, &json!({"text": "the key is wrong"}))?;
            tx.pause_account("a", 5_000)
        })
        .await
        .expect("it writes");
    assert_eq!(due(store, 1_000).await, [""; 0], "they wait for the account");
    assert_eq!(late(store, "viber", 9).await, [""; 0]);
    assert_eq!(late(store, "viber", 10).await, ["x1", "y1"], "the first of each conversation");
    assert_eq!(late(store, "echo", 10).await, [""; 0]);
}

/// G5: a part that nothing more can come of is found: not one that is young, or whose conversation has work left.
#[tokio::test]
async fn parts_of_which_nothing_can_come_are_found() {
    let bench = Bench::with_account().await;
    let found = |channel: &str, since| {
        let channels = vec![channel.to_owned()];
        bench.store.read(move |tx| {
            let rows = tx.forsaken_deliveries(&channels, since, 10)?;
            Ok(rows.into_iter().map(|row| row.conversation).collect::<Vec<_>>())
        })
    };
    bench
        .store
        .write(|tx| {
            let requester = tx.save_contact(&contact("x"))?;
            let (task, _) = tx.open_task(&task(requester))?;
            let action = tx.add_action(&action(task))?.ok_or(StoreError::Missing("the action"))?;
            for conversation in ["x", "y", "z"] {
                tx.add_delivery(action, "a", conversation, 0, 10)?;
            }
            tx.queue_call(&call("y", "y1"))?;
            tx.queue_event(&NewEvent { conversation: "z".into(), ..event(1) }).map(drop)
        })
        .await
        .expect("it writes");
    assert_eq!(found("viber", 9).await.expect("it reads"), [""; 0], "young");
    assert_eq!(found("viber", 10).await.expect("it reads"), ["x"], "the others may still come to an end");
    assert_eq!(found("echo", 10).await.expect("it reads"), ["x", "y", "z"], "nobody works on them");
}

/// A call that is done, and the part that it sent; its answer was lost at the time 10. The part's place and the call's.
fn lose_an_answer(tx: &Tx) -> Result<(i64, i64), StoreError> {
    tx.add_account(&account("a"))?;
    let requester = tx.save_contact(&contact("x"))?;
    let (task, _) = tx.open_task(&task(requester))?;
    let action = tx.add_action(&action(task))?.ok_or(StoreError::Missing("the action"))?;
    tx.queue_call(&call("x", "send"))?;
    tx.add_delivery(action, "a", "x", 0, 10)?;
    let call = tx.call_seq("a", "send")?.ok_or(StoreError::Missing("the call"))?;
    let part = tx.delivery(action, "x", 0)?.ok_or(StoreError::Missing("the part"))?.seq;
    lose_again(tx, part, call, 10)?;
    Ok((part, call))
}

fn lose_again(tx: &Tx, part: i64, call: i64, at: i64) -> Result<(), StoreError> {
    tx.begin_attempt(call, at)?.ok_or(StoreError::Missing("a queued call"))?;
    assert!(tx.end_call(call)?);
    tx.set_delivery_call(part, call)?;
    tx.set_delivery(part, "unconfirmed", None, None, at)
}

/// How many are found that wait for 100 ms, and for twice as long each time.
fn lost(tx: &Tx, now: i64, since: i64) -> Result<usize, StoreError> {
    Ok(tx.lost_deliveries(&LostDeliveries { now, since, wait: 100 }, 0, 9)?.len())
}

/// G6: what is lost waits twice as long each time, within the time that an answer may take, and while nothing is under way.
#[tokio::test]
async fn what_is_lost_waits_twice_as_long_each_time() {
    let check = |tx: &Tx| {
        let (part, call) = lose_an_answer(tx)?;
        assert_eq!((lost(tx, 109, 0)?, lost(tx, 110, 0)?), (0, 1));
        assert_eq!(lost(tx, 110, 10)?, 0, "its time is over");
        assert!(tx.send_lost_again(call, 110)?);
        assert_eq!(lost(tx, 110, 0)?, 0, "it is on its way");
        lose_again(tx, part, call, 110)?;
        assert_eq!((lost(tx, 309, 0)?, lost(tx, 310, 0)?), (0, 1));
        tx.set_delivery(part, "delivered", Some("77"), None, 310)?;
        assert_eq!(lost(tx, 310, 0)?, 0, "a receipt settled it");
        Ok(())
    };
    Bench::new().store.write(check).await.expect("as it should be");
}

/// G6, G34: whether the desk before sent it again after the backup, nobody knows, so it takes a person; whose word counts
/// for that one time, and for what they release.
#[tokio::test]
async fn what_came_back_with_a_backup_is_left_to_a_person() {
    let check = |tx: &Tx| {
        let (part, call) = lose_an_answer(tx)?;
        tx.raise_fence("reply", 110, &json!({}))?;
        assert_eq!(lost(tx, 110, 0)?, 0);
        assert!(!tx.send_lost_again(call, 110)?);
        assert!(tx.send_again(call, 110)?, "a person may");
        tx.raise_fence("reply", 110, &json!({}))?;
        tx.release_held(&HeldScope::default(), "held", 110)?;
        lose_again(tx, part, call, 110)?;
        assert_eq!(lost(tx, 310, 0)?, 1, "from then on it is this desk's own");
        Ok(())
    };
    Bench::new().store.write(check).await.expect("as it should be");
}

/// C7: a receipt for an unknown message waits, and is taken once.
#[tokio::test]
async fn receipts_wait_for_their_message() {
    let bench = Bench::with_account().await;
    let receipt =
        ReceiptRow { message_id: "7".into(), state: "seen".into(), up_to: true, problem: None, at: 5 };
    let kept = receipt.clone();
    let taken = bench
        .store
        .write(move |tx| {
            tx.keep_receipt("a", &kept)?;
            tx.keep_receipt("a", &kept)?;
            Ok([tx.take_receipts("a", "7")?, tx.take_receipts("a", "7")?])
        })
        .await
        .expect("it writes");
    assert_eq!(taken, [vec![receipt], vec![]]);
}

fn event(number: i64) -> NewEvent {
    NewEvent {
        account: "a".into(),
        conversation: "c".into(),
        kind: "inbound",
        event: json!(number),
        call: None,
        tries: 2,
        at: 1,
    }
}

/// The queue of events keeps its order and gives each once.
#[tokio::test]
async fn events_are_taken_in_order_and_once() {
    let bench = Bench::with_account().await;
    let order = bench
        .store
        .write(|tx| {
            tx.queue_event(&event(1))?;
            tx.queue_event(&event(2))?;
            let mut order = Vec::new();
            while let Some(event) = tx.first_event("a", "c")? {
                order.push((event.event, tx.take_event(event.seq)?, tx.take_event(event.seq)?));
            }
            Ok(order)
        })
        .await
        .expect("it writes");
    assert_eq!(order, [(json!(1), true, false), (json!(2), true, false)]);
}

/// G11: a try is counted before it is made, and there are no more than were given; what failed comes after what did not.
#[tokio::test]
async fn tries_are_counted_and_what_failed_comes_last() {
    let bench = Bench::with_account().await;
    let tried = bench.store.write(|tx| {
        let seq = tx.queue_event(&event(1))?;
        let other = NewEvent { conversation: "d".into(), at: 9, ..event(2) };
        tx.queue_event(&other)?;
        let viber = ["viber".to_owned()];
        let due = |now| {
            Ok::<_, StoreError>(
                tx.due_conversations(&viber, now, 9)?.into_iter().map(|it| it.1).collect::<String>(),
            )
        };
        let mut seen = vec![due(1)?, due(9)?];
        let first = tx.begin_event(seq)?;
        tx.postpone_event(seq, 1, 5, &json!({}))?;
        seen.extend([due(4)?, due(9)?]);
        seen.push(tx.due_conversations(&["other".to_owned()], 9, 9)?.len().to_string());
        Ok((seen, [first, tx.begin_event(seq)?, tx.begin_event(seq)?], tx.event_attempts(seq)?))
    });
    let (seen, tries, attempts) = tried.await.expect("it writes");
    assert_eq!(seen, ["c", "cd", "", "dc", "0"]);
    let of = |attempts, left| Some(Tries { attempts, left });
    assert_eq!((tries, attempts), ([of(1, 1), of(2, 0), None], 2));
}

/// Nothing of a removed account stays.
#[tokio::test]
async fn a_removed_account_takes_all_with_it() {
    let bench = Bench::with_account().await;
    bench
        .store
        .write(|tx| {
            let requester = tx.save_contact(&contact("one"))?;
            let (task, _) = tx.open_task(&task(requester))?;
            tx.add_action(&action(task))?;
            tx.queue_call(&call("c", "call-1"))?;
            tx.mark_handled("a", "x", 1)?;
            tx.put_secret(&SealedSecret {
                account: "a".into(),
                name: "api_key".into(),
                value: vec![0xFF],
                candidate: None,
            })?;
            tx.delete_account("a")
        })
        .await
        .expect("it writes");
    let left = bench
        .store
        .read(|tx| {
            Ok((tx.accounts()?.len(), tx.contacts(0, 9)?.len(), tx.secrets("a")?.len(), tx.counts()?.handled))
        })
        .await
        .expect("it reads");
    assert_eq!(left, (0, 0, 0, 0));
}
