//! What is kept of a contact is found whole and erased whole, and nothing of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use desk_store::{
    ContactChange, ContactRow, KeptMedia, NewAccount, NewAction, NewCall, NewEvent, NewMedia, NewParked,
    NewTask, Store, StoreError, Tx,
};
use serde_json::json;

/// What only Olena's rows say.
const CANARIES: [&str; 4] = ["olena-user-id", "Olena Petrenko", "380501112233", "a red bicycle"];

/// A person with a task, a message, an answer, files, and all that is [`behind`] them.
fn person(tx: &Tx, id: &str, name: &str, phone: &str, text: &str) -> Result<i64, StoreError> {
    let (account, conversation) = ("a".to_owned(), id.to_owned());
    let contact = tx.save_contact(&ContactChange {
        account: account.clone(),
        plugin_id: format!("c:{id}"),
        conversation: conversation.clone(),
        name: Some(name.into()),
        avatar: Some(format!("https://example.com/{id}.png")),
        phone: Some(phone.into()),
        ..ContactChange::default()
    })?;
    let (task, _) = tx.open_task(&NewTask {
        account: account.clone(),
        plugin_id: format!("t:{id}:1"),
        conversation: conversation.clone(),
        title: text.into(),
        description: format!("{text}, asks {name}"),
        requester: contact,
        template: None,
        previous: None,
        assignees: vec![],
        at: 1,
    })?;
    let mut action = NewAction {
        account: account.clone(),
        plugin_id: Some(format!("m:{id}")),
        task,
        kind: "message",
        author_kind: "contact",
        author_id: Some(contact),
        author_name: name.into(),
        text: text.into(),
        parts: json!([{"text": {"text": text}}]),
        notify: json!([]),
        suggestions: json!([]),
        at: 1,
        kept_at: 1,
    };
    let message = tx.add_action(&action)?.ok_or(StoreError::Missing("the message"))?;
    action = NewAction { plugin_id: None, kind: "comment", notify: json!([contact]), ..action };
    action = NewAction { author_kind: "employee", author_id: None, author_name: "Anna".into(), ..action };
    let answer = tx.add_action(&action)?.ok_or(StoreError::Missing("the answer"))?;
    tx.add_delivery(answer, "a", id, 0, 1)?;
    for (action, contact) in [(Some(message), None), (None, Some(contact))] {
        let url = format!("https://example.com/{id}.png");
        tx.want_media(&NewMedia {
            account: account.clone(),
            action,
            contact,
            kind: "image",
            url,
            ..NewMedia::default()
        })?;
    }
    for media in tx.due_media(9, 9)? {
        let (name, media_type) = (format!("{name}.png"), "image/png".into());
        tx.keep_media(media.id, &KeptMedia { sha256: id.into(), size: 1, name, media_type })?;
    }
    behind(tx, id, name, text)?;
    Ok(contact)
}

/// What is kept of a person where nobody looks: the channel's state, what is queued, and what was parked.
fn behind(tx: &Tx, id: &str, name: &str, text: &str) -> Result<(), StoreError> {
    tx.set_conversation("a", id, 0, format!("{{\"v\":1,\"name\":\"{name}\"}}").as_bytes(), &json!([]))?;
    tx.queue_event(&NewEvent {
        account: "a".into(),
        conversation: id.into(),
        kind: "reply",
        event: json!({"reply": {"text": text}}),
        call: None,
        tries: 1,
        at: 1,
    })?;
    let request = json!({"body": format!("{id} {text}")});
    tx.queue_call(&NewCall {
        account: "a".into(),
        conversation: id.into(),
        id: format!("send:{id}"),
        request,
        at: 1,
    })?;
    tx.mark_handled("a", &format!("message:7:{id}"), 1)?;
    tx.park(&NewParked {
        account: "a".into(),
        conversation: id.into(),
        dedupe: format!("message:8:{id}"),
        kind: "inbound".into(),
        problem: json!({}),
        event: json!({"text": text}),
        attempts: 1,
        at: 1,
    })
}

async fn filled(folder: &Path) -> (Store, ContactRow) {
    let store = Store::open(&folder.join("desk.sqlite")).expect("opens");
    let filled = store.write(|tx| {
        tx.add_account(&NewAccount {
            id: "a".into(),
            channel: "viber".into(),
            name: "Bike Shop".into(),
            settings: json!({}),
            configured_by: None,
            at: 1,
        })?;
        // Enough of others that her rows lie in pages that split and move.
        for number in 0..300 {
            person(tx, &format!("user-{number}"), "Petro", "1", &"hello ".repeat(40))?;
        }
        let [id, name, phone, text] = CANARIES;
        let olena = person(tx, id, name, phone, text)?;
        for number in 300..600 {
            person(tx, &format!("user-{number}"), "Petro", "1", &"hello ".repeat(40))?;
        }
        Ok(olena)
    });
    let olena = filled.await.expect("filled");
    let row = store.read(move |tx| tx.contact(olena)).await.expect("read").expect("there");
    (store, row)
}

/// Every row of every table, as text: two looks show what was touched.
fn tables(file: &Path) -> BTreeMap<String, Vec<String>> {
    let db = rusqlite::Connection::open(file).expect("opens");
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("prepared");
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).expect("read").map(|name| name.expect("a name")).collect();
    let rows = |name: &String| {
        let mut all = db.prepare(&format!("SELECT * FROM {name}")).expect("prepared");
        let columns = all.column_count();
        let row = |row: &rusqlite::Row| {
            (0..columns)
                .map(|index| row.get::<_, rusqlite::types::Value>(index))
                .collect::<Result<Vec<_>, _>>()
        };
        all.query_map([], row).expect("read").map(|row| format!("{:?}", row.expect("a row"))).collect()
    };
    // What is counted, whose turn it is, and the words that tasks are found by, follow from the others.
    let follows = |name: &str| {
        name == "counters"
            || ["task_words", "action_words", "first_"].iter().any(|start| name.starts_with(start))
    };
    let names = names.iter().filter(|name| !follows(name));
    names.map(|name| (name.clone(), rows(name))).collect()
}

/// The export has every table that the erasure touches, and the erasure every one that the export shows.
#[tokio::test]
async fn what_is_exported_is_what_is_erased() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.sqlite");
    let (store, olena) = filled(folder.path()).await;
    let row = olena.clone();
    let exported = store.read(move |tx| tx.rows_of_contact(&row)).await.expect("exported");
    let text = serde_json::to_string(&exported).expect("JSON");
    for canary in CANARIES {
        assert!(text.contains(canary), "{canary} in {text}");
    }
    assert!(!text.contains("Petro") && !text.contains("hello "), "of others: {text}");
    let before = tables(&file);
    let others = |all: &BTreeMap<String, Vec<String>>| {
        let hers = |row: &&String| CANARIES.iter().any(|canary| row.contains(canary));
        let of = |rows: &Vec<String>| rows.iter().filter(|row| !hers(row)).count();
        all.iter().map(|(name, rows)| (name.clone(), of(rows))).collect::<Vec<_>>()
    };
    let row = olena.clone();
    let erased = store.write(move |tx| tx.erase_contact(&row, 5)).await.expect("erased");
    assert_eq!(
        (erased.tasks, erased.actions, erased.blobs.as_slice()),
        (1, 2, &["olena-user-id".to_owned()][..])
    );
    let after = tables(&file);
    let touched: BTreeSet<_> =
        before.iter().filter(|(name, rows)| after[*name] != **rows).map(|(name, _)| name).collect();
    let shown: BTreeSet<_> = exported
        .iter()
        .filter(|(_, rows)| rows.as_array().is_some_and(|rows| !rows.is_empty()))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(touched, shown);
    assert_eq!(touched.len(), 9, "{touched:?}");
    for (name, count) in others(&before) {
        // Her card and her task stay, as numbers.
        let left = usize::from(name == "contacts" || name == "tasks");
        let now = others(&after).into_iter().find(|(other, _)| *other == name).expect("the table").1;
        assert!(now == count + left || now == count, "{name}: {count} of others before, {now} after");
    }
    for sum in store.read(|tx| tx.counts()).await.expect("counted").sums() {
        assert!(sum.holds(), "{sum:?}");
    }
    let again =
        store.write(|tx| person(tx, CANARIES[0], "Olena", "2", "me again")).await.expect("writes again");
    assert_ne!(again, olena.id, "who writes again is a new contact");
}

/// Not in a free page, not in the log, and not in the dedupe ids that stay.
#[tokio::test]
async fn what_is_erased_is_in_no_byte_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, olena) = filled(folder.path()).await;
    let found = || {
        let files = ["desk.sqlite", "desk.sqlite-wal"]
            .map(|name| std::fs::read(folder.path().join(name)).unwrap_or_default());
        let is_in = |canary: &&str| {
            files.iter().any(|file| file.windows(canary.len()).any(|part| part == canary.as_bytes()))
        };
        CANARIES.iter().copied().filter(is_in).collect::<Vec<_>>()
    };
    assert_eq!(found(), CANARIES, "there before");
    assert!(store.checkpoint().await.expect("moved"));
    store.write(move |tx| tx.erase_contact(&olena, 5)).await.expect("erased");
    assert!(store.checkpoint().await.expect("moved"), "nobody reads");
    assert_eq!(found(), Vec::<&str>::new());
    let words = std::fs::read(folder.path().join("desk.sqlite")).expect("read").to_ascii_lowercase();
    assert!(!words.windows(8).any(|part| part == b"petrenko"), "among the words that tasks are found by");
}

/// A reader of an older state keeps the log from being emptied, and that is said.
#[tokio::test]
async fn a_log_that_cannot_be_emptied_yet_is_said_to_be_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, olena) = filled(folder.path()).await;
    let reader = rusqlite::Connection::open(folder.path().join("desk.sqlite")).expect("opens");
    reader.execute_batch("BEGIN; SELECT count(*) FROM contacts").expect("reads");
    store.write(move |tx| tx.erase_contact(&olena, 5)).await.expect("erased");
    assert!(!store.checkpoint().await.expect("tried"));
    reader.execute_batch("COMMIT").expect("ends");
    assert!(store.checkpoint().await.expect("moved"));
}
