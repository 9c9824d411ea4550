//! What came is what is there and what is gone, after every way of coming and going (G10).

use desk_store::{Counts, KeptFrom, NewAccount, NewCall, NewEvent, NewParked, Store, StoreError};
use serde_json::json;

async fn new_store(folder: &tempfile::TempDir) -> Store {
    let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
    let account = NewAccount {
        id: "a".into(),
        channel: "viber".into(),
        name: "Bike Shop".into(),
        settings: json!({}),
        configured_by: None,
        at: 1,
    };
    store.write(move |tx| tx.add_account(&account)).await.expect("it is added");
    store
}

fn call(id: &str) -> NewCall {
    NewCall { account: "a".into(), conversation: "c".into(), id: id.into(), request: json!({}), at: 10 }
}

fn parked(kind: &str) -> NewParked {
    NewParked {
        account: "a".into(),
        conversation: "c".into(),
        dedupe: String::new(),
        kind: kind.into(),
        problem: json!({}),
        event: json!({}),
        attempts: 1,
        at: 1,
    }
}

fn event(kind: &'static str) -> NewEvent {
    NewEvent {
        account: "a".into(),
        conversation: "c".into(),
        kind,
        event: json!({}),
        call: None,
        tries: 5,
        at: 1,
    }
}

async fn counts(store: &Store) -> Counts {
    let counts = store.read(|tx| tx.counts()).await.expect("it reads");
    for sum in counts.sums() {
        assert!(sum.holds(), "{sum:?}");
    }
    counts
}

async fn forget(store: &Store, kept: KeptFrom) {
    let forgotten = store.write(move |tx| {
        let expired = tx.expired(kept, 100)?;
        expired.iter().try_for_each(|one| tx.forget(one, kept))
    });
    forgotten.await.expect("it writes");
}

/// G10: the sums hold after each way of coming and going, whoever deletes.
#[tokio::test]
async fn everything_that_came_is_accounted_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = new_store(&folder).await;
    let came = store.write(|tx| {
        for (dedupe, at) in [("one", 1), ("two", 2), ("one", 3)] {
            if tx.mark_handled("a", dedupe, at)? {
                tx.count_done()?;
            }
        }
        tx.mark_handled("a", "three", 3)?;
        tx.park(&parked("inbound"))?;
        tx.park(&parked("reply"))?;
        tx.queue_event(&event("reply"))?;
        ["call-1", "call-1", "call-2"].iter().try_for_each(|id| tx.queue_call(&call(id)))?;
        let first = tx.due_calls(&["viber".to_owned()], 10, 1)?.remove(0);
        tx.begin_attempt(first.seq, 10)?;
        tx.end_call(first.seq)
    });
    came.await.expect("it writes");
    let all = counts(&store).await;
    assert_eq!((all.received, all.done, all.repeated, all.parked_inbound), (4, 2, 1, 1));
    assert_eq!(
        (all.calls_queued, all.calls_waiting, all.calls_done, all.parked, all.events),
        (2, 1, 1, 2, 1)
    );

    let refused = store.write(|tx| {
        tx.mark_handled("a", "four", 4)?;
        tx.queue_call(&call("call-3"))?;
        Err::<(), _>(StoreError::Missing("something"))
    });
    refused.await.expect_err("it is refused");
    assert_eq!(counts(&store).await, all, "what is not kept is not counted");

    forget(&store, KeptFrom { handled: 2, rest: 100, ..KeptFrom::default() }).await;
    assert_eq!(counts(&store).await.calls_forgotten, 1, "the done one");
    store.write(|tx| tx.delete_account("a")).await.expect("it writes");
    let gone = counts(&store).await;
    assert_eq!((gone.received, gone.done, gone.parked, gone.handled, gone.forgotten), (4, 3, 0, 0, 3));
    assert_eq!((gone.calls_forgotten, gone.events_taken, gone.parked_removed), (2, 1, 2));
}

/// G10, G11: what waits, is parked, is replayed, is discarded and is handled in the end is in one place at any time.
#[tokio::test]
async fn an_event_that_fails_is_in_one_place_at_any_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = new_store(&folder).await;
    let places = |counts: &Counts| (counts.waiting_inbound, counts.parked_inbound, counts.done);
    let queue = store.write(|tx| {
        tx.mark_handled("a", "one", 1)?;
        tx.mark_handled("a", "two", 1)?;
        Ok([tx.queue_event(&event("inbound"))?, tx.queue_event(&event("inbound"))?])
    });
    let [one, two] = queue.await.expect("it writes");
    assert_eq!(places(&counts(&store).await), (2, 0, 0));
    store.write(move |tx| tx.park_queued(one, &parked("inbound"))).await.expect("it writes");
    assert_eq!(places(&counts(&store).await), (1, 1, 0));
    let id = store.read(|tx| tx.parked(i64::MAX, 1)).await.expect("it reads")[0].id;
    let again = store.write(move |tx| Ok([tx.unpark(id, 1, 2)?, tx.unpark(id, 1, 2)?]));
    assert_eq!(again.await.expect("it writes"), [true, false], "it is replayed once");
    assert_eq!(places(&counts(&store).await), (2, 0, 0));
    store.write(move |tx| tx.take_event(two)).await.expect("it writes");
    assert_eq!(places(&counts(&store).await), (1, 0, 1));
    let park = store.write(|tx| {
        let first = tx.first_event("a", "c")?.ok_or(StoreError::Missing("the event"))?;
        tx.park_queued(first.seq, &parked("inbound"))?;
        tx.mark_handled("a", "three", 3)?;
        tx.queue_event(&event("inbound"))
    });
    park.await.expect("it writes");
    let id = store.read(|tx| tx.parked(i64::MAX, 1)).await.expect("it reads")[0].id;
    store.write(move |tx| tx.discard_parked(id)).await.expect("it writes");
    assert_eq!(places(&counts(&store).await), (1, 0, 2));
    store.write(|tx| tx.delete_account("a")).await.expect("it writes");
    assert_eq!(places(&counts(&store).await), (0, 0, 3));
}

/// G10: a row that vanishes, or comes twice, is noticed.
#[test]
fn a_difference_is_noticed() {
    let right = Counts { received: 3, done: 1, repeated: 1, parked_inbound: 1, ..Counts::default() };
    assert!(right.sums()[0].holds());
    assert!(!Counts { done: 0, ..right.clone() }.sums()[0].holds());
    assert!(!right.sums()[1].holds(), "no dedupe id is remembered");
}
