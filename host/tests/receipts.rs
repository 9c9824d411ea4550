//! Any sequence of answers and receipts ends in the state that the lattice says, on a real store. Not here: which receipts a
//! messenger sends, and what a plugin makes of them.

use channel_engine::contract::{Delivery, DeliveryReceipt, DeliveryState, ReceiptTarget};
use desk::desk::Place;
use desk::desk::deliveries::{apply_delivery, apply_receipt, reply_id};
use desk::secrets::Keys;
use desk_store::{AccountRow, ContactChange, NewAccount, NewAction, NewTask, Store, Tx};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

/// Parts of the reply.
const PARTS: usize = 4;
const ACCOUNT: &str = "a";
const CONVERSATION: &str = "olena";

/// What happens, one after the other.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// The next part that has no answer gets one: calls of a conversation are made one at a time.
    Answer(Answer),
    /// A part whose answer was lost turns out to have arrived.
    Settled(usize),
    /// A receipt for the message that a part became, or will become.
    Receipt(usize, Report),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Sent,
    Refused,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Report {
    Delivered,
    Seen,
    /// And everything sent before it.
    SeenUpTo,
    /// The customer's app refused it.
    Failed,
}

fn happens(reports: &'static [Report]) -> impl Strategy<Value = Happens> {
    let answer = prop::sample::select(&[Answer::Sent, Answer::Sent, Answer::Refused, Answer::Lost][..]);
    prop_oneof![
        3 => answer.prop_map(Happens::Answer),
        1 => (0..PARTS).prop_map(Happens::Settled),
        4 => (0..PARTS, prop::sample::select(reports)).prop_map(|(part, report)| Happens::Receipt(part, report)),
    ]
}

fn token(part: usize) -> String {
    format!("61646000000000000{part:02}")
}

/// The store, and how far what happened has come in it.
struct Bench<'a> {
    tx: &'a Tx<'a>,
    account: AccountRow,
    action: i64,
    keys: Keys,
    /// The answers so far.
    answers: Vec<Answer>,
    settled: [bool; PARTS],
    /// The time of each event, ms: they are one apart.
    now: i64,
}

impl<'a> Bench<'a> {
    /// A reply whose parts wait, in a conversation of its own.
    fn new(tx: &'a Tx<'a>) -> desk_store::Result<Self> {
        tx.add_account(&NewAccount {
            id: ACCOUNT.into(),
            channel: "viber".into(),
            name: "Bike Shop".into(),
            settings: json!({}),
            configured_by: None,
            at: 1,
        })?;
        let requester = tx.save_contact(&ContactChange {
            account: ACCOUNT.into(),
            plugin_id: "c".into(),
            conversation: CONVERSATION.into(),
            ..ContactChange::default()
        })?;
        let (task, _) = tx.open_task(&NewTask {
            account: ACCOUNT.into(),
            plugin_id: "t".into(),
            conversation: CONVERSATION.into(),
            title: "Hello".into(),
            description: "Hello".into(),
            requester,
            template: None,
            previous: None,
            assignees: Vec::new(),
            at: 1,
        })?;
        let action = tx.add_action(&NewAction {
            account: ACCOUNT.into(),
            plugin_id: None,
            task,
            kind: "comment",
            author_kind: "employee",
            author_id: None,
            author_name: "Ada".into(),
            text: "hi".into(),
            parts: json!([]),
            notify: json!([requester]),
            suggestions: json!([]),
            at: 1,
            kept_at: 1,
        })?;
        let account = tx.account(ACCOUNT)?.expect("it was added");
        let action = action.expect("it is new");
        let keys = Keys::parse(&Keys::generate().expect("a key")).expect("it is one");
        let answers = Vec::new();
        let mut bench = Self { tx, account, action, keys, answers, settled: [false; PARTS], now: 10 };
        for part in 0..PARTS {
            bench.deliver(part, DeliveryState::Pending, None)?;
        }
        Ok(bench)
    }

    fn place(&self) -> Place<'_> {
        let (account, now) = (&self.account, self.now);
        let public_url = "https://desk.example";
        Place { account, conversation: CONVERSATION, call: None, now, keys: &self.keys, public_url }
    }

    fn deliver(
        &mut self,
        part: usize,
        state: DeliveryState,
        message_id: Option<String>,
    ) -> desk_store::Result<()> {
        let part = u32::try_from(part).expect("a few parts");
        let delivery = Delivery { reply: reply_id(self.action), part, state, message_id, problem: None };
        apply_delivery(self.tx, &self.place(), &delivery)
    }

    fn happen(&mut self, event: Happens) -> desk_store::Result<()> {
        self.now += 1;
        match event {
            Happens::Answer(answer) if self.answers.len() < PARTS => {
                let part = self.answers.len();
                self.answers.push(answer);
                match answer {
                    Answer::Sent => self.deliver(part, DeliveryState::Sent, Some(token(part))),
                    Answer::Refused => self.deliver(part, DeliveryState::Failed, None),
                    Answer::Lost => self.deliver(part, DeliveryState::Unconfirmed, None),
                }
            }
            Happens::Settled(part) if self.answers.get(part) == Some(&Answer::Lost) => {
                self.settled[part] = true;
                self.deliver(part, DeliveryState::Sent, Some(token(part)))
            }
            Happens::Answer(_) | Happens::Settled(_) => Ok(()),
            Happens::Receipt(part, report) => {
                let (target, state) = match report {
                    Report::Delivered => (ReceiptTarget::Message(token(part)), DeliveryState::Delivered),
                    Report::Seen => (ReceiptTarget::Message(token(part)), DeliveryState::Seen),
                    Report::SeenUpTo => (ReceiptTarget::UpToMessage(token(part)), DeliveryState::Seen),
                    Report::Failed => (ReceiptTarget::Message(token(part)), DeliveryState::Failed),
                };
                let at = self.now.unsigned_abs();
                apply_receipt(self.tx, &self.place(), &DeliveryReceipt { target, state, at, problem: None })
            }
        }
    }

    fn states(&self) -> desk_store::Result<Vec<String>> {
        Ok(self.tx.deliveries(self.action)?.into_iter().map(|row| row.state).collect())
    }
}

/// What each part should be in the end, from the list of what happened as a whole: no state is kept on the way.
fn expected(events: &[Happens]) -> Vec<&'static str> {
    let answers: Vec<(usize, Answer)> = (0..)
        .zip(events)
        .filter_map(
            |(at, event)| if let Happens::Answer(answer) = event { Some((at, *answer)) } else { None },
        )
        .collect();
    // When the messenger's id of a part became known.
    let known_at = |part: usize| {
        let (at, answer) = *answers.get(part)?;
        match answer {
            Answer::Sent => Some(at),
            Answer::Refused => None,
            Answer::Lost => (at..events.len())
                .find(|&later| matches!(events[later], Happens::Settled(settled) if settled == part)),
        }
    };
    let end = |part: usize| {
        let Some(&(_, answer)) = answers.get(part) else { return "pending" };
        let Some(known) = known_at(part) else {
            return if answer == Answer::Refused { "failed" } else { "unconfirmed" };
        };
        let mut end = "sent";
        for (at, event) in events.iter().enumerate() {
            let Happens::Receipt(about, report) = *event else { continue };
            // A receipt that came too early is applied when its message is known.
            let Some(applied) = known_at(about).map(|known| known.max(at)) else { continue };
            let direct = about == part;
            match report {
                Report::Delivered if direct && end == "sent" => end = "delivered",
                Report::Seen if direct => end = "seen",
                Report::SeenUpTo if direct || (about > part && applied >= known) => end = "seen",
                Report::Delivered | Report::Seen | Report::SeenUpTo | Report::Failed => {}
            }
        }
        end
    };
    (0..PARTS).map(end).collect()
}

/// Plays the events on a new store; the states after each.
fn play(events: &[Happens]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
    let events = events.to_vec();
    let played = store.write(move |tx| {
        let mut bench = Bench::new(tx)?;
        let mut history = vec![bench.states()?];
        for event in events {
            bench.happen(event)?;
            history.push(bench.states()?);
        }
        Ok(history)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(played).expect("the store takes it")
}

fn rank(state: &str) -> usize {
    let order = ["pending", "unconfirmed", "sent", "delivered", "seen"];
    order.iter().position(|known| *known == state).unwrap_or(order.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// G7, T17, T18: in whatever order receipts come, early, twice, or for what was lost.
    #[test]
    fn any_sequence_of_receipts_ends_where_the_lattice_says(
        events in vec(happens(&[Report::Delivered, Report::Seen, Report::SeenUpTo]), 0..24),
    ) {
        let history = play(&events);
        prop_assert_eq!(history.last().expect("the beginning"), &expected(&events));
    }

    /// G7: with refusals of the customer's app among them, no state falls, and what failed stays so.
    #[test]
    fn no_state_falls(
        events in vec(happens(&[Report::Delivered, Report::Seen, Report::SeenUpTo, Report::Failed]), 0..24),
    ) {
        for pair in play(&events).windows(2) {
            for (before, after) in pair[0].iter().zip(&pair[1]) {
                prop_assert!(rank(after) >= rank(before), "{before} became {after}");
                prop_assert!(after != "failed" || ["pending", "unconfirmed", "sent", "failed"].contains(&before.as_str()));
            }
        }
    }
}
