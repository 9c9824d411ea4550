//! What the operators' pages ask of the store: the inbox, the search, sessions, who has read what, and word of changes.

use std::collections::HashSet;

use desk_store::{
    Change, Changes, ContactChange, InboxFilter, InboxRow, NewAccount, NewAction, NewTask, Store, TokenRow,
    Tx,
};
use serde_json::json;
use tempfile::TempDir;

fn store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
    (store, folder)
}

fn contact(tx: &Tx, id: &str, name: &str, phone: Option<&str>) -> desk_store::Result<i64> {
    tx.save_contact(&ContactChange {
        account: "a".into(),
        plugin_id: id.into(),
        conversation: id.into(),
        name: Some(name.into()),
        phone: phone.map(Into::into),
        ..ContactChange::default()
    })
}

fn task(tx: &Tx, requester: i64, title: &str, assignees: &[i64], at: i64) -> desk_store::Result<i64> {
    let (id, _) = tx.open_task(&NewTask {
        account: "a".into(),
        plugin_id: format!("{requester}-{title}"),
        conversation: "c".into(),
        title: title.into(),
        description: String::new(),
        requester,
        template: None,
        previous: None,
        assignees: assignees.to_vec(),
        at,
    })?;
    Ok(id)
}

fn message(tx: &Tx, task: i64, kind: &'static str, text: &str, at: i64) -> desk_store::Result<i64> {
    let action = NewAction {
        account: "a".into(),
        plugin_id: None,
        task,
        kind: "message",
        author_kind: kind,
        author_id: None,
        author_name: "Somebody".into(),
        text: text.into(),
        parts: json!([]),
        notify: json!([]),
        suggestions: json!([]),
        at,
        kept_at: at,
    };
    Ok(tx.add_action(&action)?.expect("no id to repeat"))
}

fn account(tx: &Tx) -> desk_store::Result<()> {
    tx.add_account(&NewAccount {
        id: "a".into(),
        channel: "viber".into(),
        name: "Shop".into(),
        settings: json!({}),
        configured_by: None,
        at: 1,
    })
}

fn ids(rows: &[InboxRow]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}

/// S16: by status, by assignee, last written first, page by page, and each task once.
#[tokio::test]
async fn the_inbox_is_walked_page_by_page() {
    let (store, _folder) = store();
    let (anna, tasks) = store
        .write(|tx| {
            account(tx)?;
            let (anna, petro) =
                (tx.add_employee("Anna", None, true)?, tx.add_employee("Petro", None, false)?);
            let olena = contact(tx, "olena", "Olena", None)?;
            let mut tasks = Vec::new();
            for at in 0..12 {
                let who: &[i64] = if at % 3 == 0 { &[petro, anna] } else { &[petro] };
                // Two at a time at the same instant: the order is still one.
                tasks.push(task(tx, olena, &format!("number {at}"), who, 100 + at / 2)?);
            }
            tx.set_task_status(tasks[4], "completed", 200)?;
            tx.set_task_status(tasks[5], "deleted", 201)?;
            message(tx, tasks[0], "contact", "again", 300)?;
            Ok((anna, tasks))
        })
        .await
        .expect("written");
    let look = |statuses: Vec<&'static str>, assignee, before, most| {
        let filter = InboxFilter { statuses, assignee, before, most, reader: anna };
        store.read_now(|tx| tx.inbox(&filter)).expect("read")
    };
    let active = look(vec!["active"], None, None, 50);
    let expected = [0, 11, 10, 9, 8, 7, 6, 3, 2, 1].map(|index| tasks[index]);
    assert_eq!(ids(&active), expected);
    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let page = look(vec!["active"], None, before, 3);
        let Some(last) = page.last() else { break };
        before = Some((last.updated_at, last.id));
        paged.extend(ids(&page));
    }
    assert_eq!(paged, expected);
    let all = look(vec!["active", "inactive", "completed"], None, None, 3);
    assert_eq!(ids(&all), [0, 4, 11].map(|index| tasks[index]));
    let hers = look(vec!["active"], Some(anna), None, 50);
    assert_eq!(ids(&hers), [0, 9, 6, 3].map(|index| tasks[index]));
    assert_eq!(hers[0].assignees, "Petro, Anna");
    assert_eq!((hers[0].last_text.as_str(), hers[0].last_kind.as_str()), ("again", "contact"));
}

/// S16: a task is found by its title, its customer's name and phone number, as they are now.
#[tokio::test]
async fn tasks_are_found_by_words() {
    let (store, _folder) = store();
    let (first, second) = store
        .write(|tx| {
            account(tx)?;
            let olena = contact(tx, "olena", "Олена Коваль", Some("+380 50 123-45-67"))?;
            let ivan = contact(tx, "ivan", "Ivan", None)?;
            Ok((task(tx, olena, "Синій велосипед \"28\"", &[], 1)?, task(tx, ivan, "A bell", &[], 2)?))
        })
        .await
        .expect("written");
    let find = |words: &str| ids(&store.read_now(|tx| tx.find_tasks(words, i64::MAX, 50, 1)).expect("read"));
    assert_eq!(find("ОЛЕ"), [first]);
    assert_eq!(find("велос коваль"), [first]);
    assert_eq!(find("+380 50 123"), [first]);
    assert_eq!(find("bell"), [second]);
    assert_eq!(find("коваль bell"), Vec::<i64>::new());
    for odd in ["", "\" OR *", "NEAR(", "-", "words:", "'; --"] {
        assert!(find(odd).len() <= 1, "{odd}");
    }
    let renamed = store.write(|tx| {
        contact(tx, "olena", "Марія", None)?;
        tx.set_task_texts(2, "A horn", "", 3)
    });
    renamed.await.expect("written");
    assert_eq!(
        (find("марія"), find("олена"), find("horn"), find("bell")),
        (vec![first], vec![], vec![second], vec![])
    );
    store.write(|tx| message(tx, 1, "contact", "Чи є дзвінок?", 4)).await.expect("written");
    assert_eq!((find("дзвін"), find("чи є"), find("марія дзвінок")), (vec![first], vec![first], vec![]));
    let many = store.write(|tx| {
        (0..1_100).try_for_each(|number| message(tx, 2, "contact", &format!("дзвінок {number}"), 5).map(drop))
    });
    many.await.expect("written");
    assert_eq!(find("дзвінок"), [second], "of very many messages the newest are looked at");
    assert_eq!(find("дзвінок чи"), [first]);
    store.write(|tx| tx.set_task_status(2, "deleted", 6)).await.expect("written");
    assert_eq!((find("horn"), find("дзвінок")), (vec![], vec![]));
}

/// What an employee has read is not new to them, and still new to others.
#[tokio::test]
async fn a_task_is_new_to_who_has_not_read_it() {
    let (store, _folder) = store();
    let setup = store.write(|tx| {
        account(tx)?;
        tx.add_employee("Anna", None, true)?;
        tx.add_employee("Petro", None, false)?;
        let olena = contact(tx, "olena", "Olena", None)?;
        let id = task(tx, olena, "A bell", &[1], 1)?;
        message(tx, id, "contact", "hello", 2)
    });
    let first = setup.await.expect("written");
    let unread = |reader| {
        let filter = InboxFilter { statuses: vec!["active"], most: 9, reader, ..InboxFilter::default() };
        store.read_now(|tx| Ok((tx.inbox(&filter)?[0].unread, tx.unread_action(reader, 1)?))).expect("read")
    };
    assert_eq!(unread(1), (true, Some(first)));
    store.write(move |tx| tx.visit(1, 1, first)).await.expect("written");
    assert_eq!((unread(1), unread(2)), ((false, None), (true, Some(first))));
    let answer = store.write(|tx| message(tx, 1, "employee", "hi", 3)).await.expect("written");
    assert_eq!(unread(1), (false, Some(answer)), "a colleague's answer is no news, but it is read");
    let second = store.write(|tx| message(tx, 1, "contact", "and?", 4)).await.expect("written");
    assert_eq!(unread(1), (true, Some(second)));
    store.write(move |tx| tx.visit(1, 1, first)).await.expect("written");
    assert_eq!(unread(1), (true, Some(second)), "it does not go back");
}

/// A session may what its token may, and ends.
#[tokio::test]
async fn a_session_is_its_tokens_and_ends() {
    let (store, _folder) = store();
    let token = TokenRow { name: "t".into(), scope: "operate".into(), employee: None };
    let (kept, added) = (token.clone(), token.clone());
    let setup = store.write(move |tx| {
        tx.add_token("hash-of-token", &added, 1, None)?;
        tx.add_session("hash-of-cookie", "hash-of-token", 100, 1)?;
        assert!(tx.add_session("another", "no-such-token", 100, 1).is_err());
        Ok(())
    });
    setup.await.expect("written");
    let at = |now| store.read_now(|tx| tx.session("hash-of-cookie", now)).expect("read");
    assert_eq!((at(99), at(100)), (Some(kept), None));
    store.write(|tx| tx.end_session("hash-of-cookie")).await.expect("written");
    assert_eq!(at(50), None);
}

/// The next word; without one in time the test fails and does not hang.
async fn heard(changes: &mut Changes) -> std::sync::Arc<[Change]> {
    let word = tokio::time::timeout(std::time::Duration::from_secs(5), changes.recv()).await;
    word.expect("in time").expect("word")
}

/// Word of a change comes after its commit, and none of what was not kept.
#[tokio::test]
async fn listeners_hear_of_what_was_kept() {
    let (store, _folder) = store();
    let mut changes = store.changes();
    let setup = store.write(|tx| {
        account(tx)?;
        let olena = contact(tx, "olena", "Olena", None)?;
        let id = task(tx, olena, "A bell", &[], 1)?;
        message(tx, id, "contact", "hello", 2)
    });
    let action = setup.await.expect("written");
    let first = heard(&mut changes).await.iter().cloned().collect::<HashSet<_>>();
    assert_eq!(first, HashSet::from([Change::Contact(1), Change::Task(1)]));
    let failed = store.write(|tx| {
        tx.set_task_status(1, "completed", 5)?;
        Err::<(), _>(desk_store::StoreError::Missing("anything"))
    });
    failed.await.expect_err("undone");
    store.write(move |tx| tx.add_delivery(action, "a", "c", 0, 6)).await.expect("written");
    assert_eq!(heard(&mut changes).await.as_ref(), [Change::Task(1)]);
    store.write(|tx| tx.set_account_health("a", "failed", None, None)).await.expect("written");
    assert_eq!(heard(&mut changes).await.as_ref(), [Change::Account("a".into())]);
    assert!(changes.try_recv().is_err());
}
