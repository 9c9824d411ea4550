//! Files that operators send, as rows: who has them, who may still read them, and when their bytes are nobody's (G19).

use desk_store::{
    ContactChange, Expired, FileRow, KeptFrom, KeptMedia, NewAccount, NewAction, NewFile, NewMedia, NewTask,
    Store,
};
use serde_json::json;

/// A store with an account, a contact, a task and an action; the action's id.
async fn new_store(folder: &tempfile::TempDir) -> (Store, i64) {
    let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
    let account = NewAccount {
        id: "a".into(),
        channel: "viber".into(),
        name: "Bike Shop".into(),
        settings: json!({}),
        configured_by: None,
        at: 1,
    };
    let made = store.write(move |tx| {
        tx.add_account(&account)?;
        let contact =
            ContactChange { account: "a".into(), plugin_id: "c".into(), ..ContactChange::default() };
        let requester = tx.save_contact(&contact)?;
        let (task, _) = tx.open_task(&NewTask {
            account: "a".into(),
            plugin_id: "t".into(),
            conversation: "c".into(),
            title: "Bicycle".into(),
            description: String::new(),
            requester,
            template: None,
            previous: None,
            assignees: Vec::new(),
            at: 1,
        })?;
        tx.add_action(&NewAction {
            account: "a".into(),
            plugin_id: None,
            task,
            kind: "comment",
            author_kind: "employee",
            author_id: None,
            author_name: "Anna".into(),
            text: String::new(),
            parts: json!([]),
            notify: json!([]),
            suggestions: json!([]),
            at: 1,
            kept_at: 1,
        })
    });
    let action = made.await.expect("it is written").expect("it is new");
    (store, action)
}

fn bill(sha256: &str) -> NewFile {
    NewFile {
        name: "bill.pdf".into(),
        media_type: "application/pdf".into(),
        size: 9,
        sha256: sha256.into(),
        at: 100,
    }
}

async fn upload(store: &Store, sha256: &'static str) -> FileRow {
    let id = store.write(move |tx| tx.add_upload(&bill(sha256))).await.expect("it is kept");
    store.read(move |tx| tx.upload(id)).await.expect("it reads").expect("it is there")
}

async fn is_used(store: &Store, sha256: &'static str) -> bool {
    store.read(move |tx| tx.is_blob_used(sha256)).await.expect("it reads")
}

/// G19: an action has files of its own; one that is taken back is not found by its link, and its bytes are nobody's.
#[tokio::test]
async fn a_file_is_its_actions_until_it_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, action) = new_store(&folder).await;
    let file = upload(&store, "aa").await;
    let carried = file.clone();
    store
        .write(move |tx| tx.attach_to_action(&carried, action, 1, "link", 100))
        .await
        .expect("it is carried");
    let found = store.read(|tx| tx.linked_file("link")).await.expect("it reads").expect("it is there");
    assert_eq!((found.action, found.part, found.name.as_str()), (Some(action), 1, "bill.pdf"));
    assert_eq!(store.read(move |tx| tx.upload(found.id)).await.expect("it reads"), None, "it is no upload");
    let twice = store.write(move |tx| Ok((tx.revoke_file(action, 1, 200)?, tx.revoke_file(action, 1, 300)?)));
    assert_eq!(twice.await.expect("it is taken back"), (true, true));
    assert!(
        !store.write(move |tx| tx.revoke_file(action, 0, 200)).await.expect("it answers"),
        "no such part"
    );
    assert_eq!(store.read(|tx| tx.linked_file("link")).await.expect("it reads"), None);
    let rows = store.read(move |tx| tx.files_of_action(action)).await.expect("it reads");
    assert_eq!(
        rows.iter().map(|row| row.revoked_at).collect::<Vec<_>>(),
        [Some(200)],
        "the task still shows it"
    );
    assert!(is_used(&store, "aa").await, "the upload is there");
    let gone = Expired::Upload(file.id);
    let kept = KeptFrom { uploads: 101, ..KeptFrom::default() };
    store.write(move |tx| tx.forget(&gone, kept)).await.expect("it is forgotten");
    assert!(!is_used(&store, "aa").await);
}

/// G19: an upload that nothing carries is forgotten when its time is over, and not before; what carries it stays.
#[tokio::test]
async fn an_upload_is_forgotten_unless_it_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, action) = new_store(&folder).await;
    let (used, unused) = (upload(&store, "aa").await, upload(&store, "bb").await);
    let ids = [used.id, unused.id];
    store.write(move |tx| tx.attach_to_action(&used, action, 0, "link", 100)).await.expect("it is carried");
    let expired = async |at| {
        let kept = KeptFrom { uploads: at, ..KeptFrom::default() };
        store.read(move |tx| tx.expired(kept, 10)).await.expect("it reads")
    };
    assert_eq!(expired(100).await, []);
    assert_eq!(expired(101).await, ids.map(Expired::Upload));
    let kept = KeptFrom { uploads: 101, ..KeptFrom::default() };
    store
        .write(move |tx| ids.into_iter().try_for_each(|id| tx.forget(&Expired::Upload(id), kept)))
        .await
        .expect("it is forgotten");
    assert!(is_used(&store, "aa").await && !is_used(&store, "bb").await);
    assert!(store.read(|tx| tx.linked_file("link")).await.expect("it reads").is_some());
}

/// G19: a deleted task's files go with what was said in it; bytes that a customer sent too stay theirs.
#[tokio::test]
async fn a_tasks_files_go_with_its_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, action) = new_store(&folder).await;
    let file = upload(&store, "aa").await;
    let id = file.id;
    store
        .write(move |tx| {
            tx.attach_to_action(&file, action, 0, "link", 100)?;
            let contact = tx.contact_by_plugin_id("a", "c")?.map(|contact| contact.id);
            let url = "https://dl-media.viber.com/face.png".to_owned();
            tx.want_media(&NewMedia {
                account: "a".into(),
                contact,
                kind: "image",
                url,
                ..NewMedia::default()
            })?;
            let media = tx.due_media(1, 1)?.remove(0).id;
            let kept = KeptMedia {
                sha256: "cc".into(),
                size: 9,
                name: "f.png".into(),
                media_type: "image/png".into(),
            };
            tx.keep_media(media, &kept)
        })
        .await
        .expect("it is carried");
    let kept = KeptFrom { rest: 1_000, uploads: 1_000, ..KeptFrom::default() };
    store
        .write(move |tx| {
            let task = tx.task_by_plugin_id("a", "t")?.expect("it is there").id;
            tx.forget(&Expired::Upload(id), kept)?;
            tx.forget(&Expired::Task(task), kept)
        })
        .await
        .expect("it is forgotten");
    assert!(is_used(&store, "aa").await, "the task is not deleted: nothing of it is forgotten");
    store
        .write(move |tx| {
            let task = tx.task_by_plugin_id("a", "t")?.expect("it is there").id;
            tx.set_task_status(task, "deleted", 500)?;
            tx.forget(&Expired::Task(task), kept)
        })
        .await
        .expect("it is forgotten");
    assert!(store.read(|tx| tx.linked_file("link")).await.expect("it reads").is_none());
    assert!(!is_used(&store, "aa").await && is_used(&store, "cc").await);
}
