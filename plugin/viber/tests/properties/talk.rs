//! One conversation, with repeats. Not here: the property; `main.rs` has it.

use super::*;

// --- 3: one conversation

#[derive(Clone, Debug)]
pub(super) enum Happens {
    /// The same number is the same message.
    Message(u64),
    /// Without a token the bytes tell messages apart.
    Tokenless(u64),
    Task(u64, TaskChange),
    Receipt(&'static str, u64),
    /// The customer switches messages on or off, or opens the conversation.
    Customer(&'static str),
}

pub(super) fn event() -> impl Strategy<Value = Happens> {
    let change = select(vec![
        TaskChange::Active,
        TaskChange::Inactive,
        TaskChange::Completed,
        TaskChange::Deleted,
        TaskChange::Reopened,
        TaskChange::Other("later".to_owned()),
    ]);
    prop_oneof![
        4 => (0..6_u64).prop_map(Happens::Message),
        1 => (0..3_u64).prop_map(Happens::Tokenless),
        3 => (0..5_u64, change).prop_map(|(number, change)| Happens::Task(number, change)),
        1 => (select(&["delivered", "seen", "failed"][..]), 0..4_u64)
            .prop_map(|(kind, token)| Happens::Receipt(kind, token)),
        1 => select(&["subscribed", "unsubscribed", "conversation_started"][..]).prop_map(Happens::Customer),
    ]
}

/// The callback of an event; none for a task's.
pub(super) fn callback(event: &Happens) -> Option<Value> {
    let user = json!({ "id": USER, "name": "Olena Kovalenko", "language": "uk-UA", "country": "UA",
        "avatar": "https://media-direct.cdn.viber.com/download_photo?dlid=1a2b3c4d5e", "api_version": 10 });
    let text = |number: &u64| json!({ "type": "text", "text": format!("Message {number}") });
    Some(match event {
        Happens::Message(number) => json!({ "event": "message", "timestamp": NOW + number, "sender": user,
            "message_token": 6_164_500_000_004_194_304 + number, "message": text(number) }),
        Happens::Tokenless(number) => {
            json!({ "event": "message", "timestamp": NOW, "sender": user, "message": text(number) })
        }
        Happens::Receipt(kind, token) => json!({ "event": kind, "timestamp": NOW, "user_id": USER,
            "message_token": 6_164_500_000_900_000_000 + token, "desc": "refused" }),
        Happens::Customer(kind) => json!({ "event": kind, "timestamp": NOW, "user_id": USER, "user": user,
            "context": "lamp-42", "subscribed": false, "message_token": 6_164_500_000_800_000_000_u64 }),
        Happens::Task(..) => return None,
    })
}

/// What follows from an event in a conversation whose state is replaced.
pub(super) fn happen(
    account: &Account,
    state: &mut Conversation,
    event: &Happens,
) -> Result<Vec<Command>, TestCaseError> {
    let mut commands = Vec::new();
    if let Some(callback) = callback(event) {
        for inbound in receive_signed(account, callback.to_string().as_bytes())?.inbound {
            prop_assert_eq!(&inbound.conversation, USER);
            let outcome = outcome(viber::handle_inbound(account, state, &inbound))?;
            state.state = outcome.state;
            commands.extend(outcome.commands);
        }
    } else if let Happens::Task(number, change) = event {
        let event = TaskEvent { task: format!("t:{USER}:{number}"), change: change.clone(), at: NOW };
        let outcome = outcome(viber::handle_task_event(account, state, &event))?;
        state.state = outcome.state;
        commands.extend(outcome.commands);
    }
    valid(account, state)?;
    Ok(commands)
}

/// A state is short, and reading and writing it once more changes no byte.
pub(super) fn valid(account: &Account, conversation: &Conversation) -> TestCaseResult {
    prop_assert!(conversation.state.len() < STATE_BYTES_MAX, "{} bytes", conversation.state.len());
    let foreign = TaskEvent { task: "t:nobody:1".to_owned(), change: TaskChange::Deleted, at: NOW };
    let again = outcome(viber::handle_task_event(account, conversation, &foreign))?;
    prop_assert_eq!(&again.state, &conversation.state);
    Ok(())
}

/// The ids of the actions that some events lead to, each once, as are those of tasks.
pub(super) fn fold<'a>(
    account: &Account,
    events: impl Iterator<Item = &'a Happens>,
) -> Result<BTreeSet<String>, TestCaseError> {
    let mut conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    let (mut ids, mut tasks) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        for command in happen(account, &mut conversation, event)? {
            match command {
                Command::OpenTask(task) => prop_assert!(tasks.insert(task.id), "a task is opened twice"),
                Command::AddAction(action) => {
                    prop_assert!(tasks.contains(&action.task), "an action in a task that nobody opened");
                    prop_assert!(ids.insert(action.id), "an action is added twice");
                }
                _ => {}
            }
        }
    }
    Ok(ids)
}

pub(super) fn repeated(events: &[Happens], repeats: &[(Index, Index)], settings: &str) -> TestCaseResult {
    let mut more: Vec<&Happens> = events.iter().collect();
    for (which, place) in repeats {
        more.insert(place.index(more.len() + 1), which.get(events));
    }
    let account = account(settings);
    prop_assert_eq!(fold(&account, events.iter())?, fold(&account, more.into_iter())?);
    Ok(())
}
