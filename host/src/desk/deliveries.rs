//! How far replies have come. States only rise (C7): the rule is [`rise`], the rest finds the rows it is for.

use channel_engine::contract::{Delivery, DeliveryReceipt, Problem, ReceiptTarget};
use desk_store::faults::is_planted;
use desk_store::{DeliveryRow, ReceiptRow, Result, StoreError, Tx};
use serde_json::Value;

use super::{Place, name_of};
use crate::clock::to_column;
use crate::telemetry;

/// The id under which the plugin knows an action that is sent.
#[must_use]
pub fn reply_id(action: i64) -> String {
    format!("r{action}")
}

fn action_id(reply: &str) -> Result<i64> {
    let number = reply.strip_prefix('r').and_then(|number| number.parse().ok());
    number.ok_or(StoreError::Missing("the reply"))
}

/// Whether a part in state `from` may go to `to`. pending < sent < delivered < seen only rises; `failed` ends what
/// nobody has got; a receipt settles `unconfirmed`.
#[must_use]
pub fn rise(from: &str, to: &str) -> bool {
    if is_planted("receipts-lower") {
        return from != to;
    }
    match (from, to) {
        ("failed", _) | ("seen", _) => false,
        ("delivered", to) => to == "seen",
        ("sent", to) => matches!(to, "delivered" | "seen" | "failed"),
        ("unconfirmed", to) => matches!(to, "sent" | "delivered" | "seen" | "failed"),
        ("pending", to) => to != "pending",
        // A state of a later version: anything that we know settles it.
        (_, to) => matches!(to, "delivered" | "seen" | "failed"),
    }
}

/// Applies a delivery command: the part's row, and receipts that waited for its message.
///
/// # Errors
/// The reply does not exist, or the database refuses.
pub fn apply_delivery(tx: &Tx, place: &Place, delivery: &Delivery) -> Result<()> {
    let action = action_id(&delivery.reply)?;
    if tx.action(action)?.is_none_or(|row| row.account != place.account.id) {
        return Err(StoreError::Missing("the reply"));
    }
    let part = i64::from(delivery.part);
    tx.add_delivery(action, &place.account.id, place.conversation, part, place.now)?;
    let row = tx.delivery(action, place.conversation, part)?;
    let row = row.ok_or(StoreError::Missing("the part"))?;
    if let Some(call) = place.call {
        tx.set_delivery_call(row.seq, call)?;
    }
    let problem = delivery.problem.as_ref().map(serde_json::to_value).transpose()?;
    let state = name_of(&delivery.state)?;
    let id = delivery.message_id.as_deref();
    // The same state again may have another reason: why it waits now.
    if rise(&row.state, &state) || (row.state == state && state == "pending") {
        tx.set_delivery(row.seq, &state, id, problem.as_ref(), place.now)?;
    }
    let Some(id) = id else { return Ok(()) };
    tx.take_receipts(&place.account.id, id)?
        .iter()
        .try_for_each(|receipt| apply_to_message(tx, &place.account.id, receipt))
}

/// Makes sure that a reply which the plugin took has a part: one of which it says nothing must not be forgotten.
///
/// # Errors
/// The reply does not exist, or the database refuses.
pub fn expect(tx: &Tx, place: &Place, reply: &str) -> Result<()> {
    tx.add_delivery(action_id(reply)?, &place.account.id, place.conversation, 0, place.now)
}

/// Applies a receipt, or keeps it until its message is known.
///
/// # Errors
/// The database refuses.
pub fn apply_receipt(tx: &Tx, place: &Place, receipt: &DeliveryReceipt) -> Result<()> {
    let state = name_of(&receipt.state)?;
    let problem = receipt.problem.as_ref().map(serde_json::to_value).transpose()?;
    let (message_id, up_to) = match &receipt.target {
        ReceiptTarget::Message(id) => (id.clone(), false),
        ReceiptTarget::UpToMessage(id) => (id.clone(), true),
        ReceiptTarget::UpToTime(time) => {
            let until = to_column(*time);
            let rows = tx.unseen_deliveries_until(&place.account.id, place.conversation, until)?;
            return raise(tx, &rows, &state, None, until);
        }
        ReceiptTarget::Other(kind) => {
            tracing::warn!(
                account.id = place.account.id,
                kind = telemetry::code(kind),
                "receipt for an unknown kind of target ignored"
            );
            return Ok(());
        }
    };
    let receipt = ReceiptRow { message_id, state, up_to, problem, at: to_column(receipt.at) };
    apply_to_message(tx, &place.account.id, &receipt)
}

fn apply_to_message(tx: &Tx, account: &str, receipt: &ReceiptRow) -> Result<()> {
    let Some(row) = tx.delivery_by_message(account, &receipt.message_id)? else {
        return tx.keep_receipt(account, receipt);
    };
    let mut rows = vec![];
    if receipt.up_to {
        rows = tx.unseen_deliveries(account, &row.conversation, row.seq)?;
    }
    rows.retain(|other| other.seq != row.seq);
    rows.push(row);
    raise(tx, &rows, &receipt.state, receipt.problem.as_ref(), receipt.at)
}

fn raise(tx: &Tx, rows: &[DeliveryRow], state: &str, problem: Option<&Value>, at: i64) -> Result<()> {
    rows.iter().filter(|row| rise(&row.state, state)).try_for_each(|row| {
        let problem = problem.or_else(|| changed(row));
        tx.set_delivery(row.seq, state, None, problem, at)
    })
}

/// What was changed to send a part: the problem of one that has arrived. It stays true when the part comes further.
fn changed(row: &DeliveryRow) -> Option<&Value> {
    row.problem.as_ref().filter(|_| matches!(row.state.as_str(), "sent" | "delivered"))
}

/// Ends a reply that the plugin could not handle: its first part stands for it, failed, with the reason.
///
/// # Errors
/// The database refuses.
pub fn fail_reply(
    tx: &Tx,
    account: &str,
    conversation: &str,
    reply: &str,
    problem: &Problem,
    now: u64,
) -> Result<()> {
    let place = Waiting { account, conversation, reply };
    tell_of_reply(tx, &place, "failed", problem, to_column(now))
}

/// A reply that no call was made of yet.
pub struct Waiting<'a> {
    /// The account.
    pub account: &'a str,
    /// The plugin's id of the conversation.
    pub conversation: &'a str,
    /// The plugin's id of the reply.
    pub reply: &'a str,
}

/// Says of a reply that no call was made of yet why it waits, or how it ended: its first part stands for it.
///
/// # Errors
/// The database refuses.
pub fn tell_of_reply(tx: &Tx, waiting: &Waiting, state: &str, problem: &Problem, at: i64) -> Result<()> {
    let Waiting { account, conversation, reply } = waiting;
    let action = action_id(reply)?;
    tx.add_delivery(action, account, conversation, 0, at)?;
    let Some(row) = tx.delivery(action, conversation, 0)? else { return Ok(()) };
    tx.set_delivery(row.seq, state, None, Some(&serde_json::to_value(problem)?), at)
}

/// Lets a reply that [`fail_reply`] ended wait again: the plugin is asked once more. What was sent of it stays as it is.
///
/// # Errors
/// The database refuses.
pub fn reopen_reply(tx: &Tx, conversation: &str, reply: &str, now: i64) -> Result<()> {
    let row = tx.delivery(action_id(reply)?, conversation, 0)?;
    match row.filter(|row| row.state == "failed" && row.call.is_none()) {
        Some(row) => tx.reset_delivery(row.seq, now),
        None => Ok(()),
    }
}

/// The state of a whole reply: the first of failed, unconfirmed, else the part that has come least far; among equals the
/// first that something is to be said of. No part yet means pending.
#[must_use]
pub fn whole(rows: &[DeliveryRow]) -> (&str, Option<&Value>) {
    const WORST_FIRST: [&str; 6] = ["failed", "unconfirmed", "pending", "sent", "delivered", "seen"];
    let rank = |row: &DeliveryRow| {
        WORST_FIRST.iter().position(|state| *state == row.state).unwrap_or(WORST_FIRST.len())
    };
    rows.iter()
        .min_by_key(|row| (rank(row), row.problem.is_none()))
        .map_or(("pending", None), |row| (&row.state, row.problem.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever order the lattice's states come in, the highest is the last (C7, G7).
    #[test]
    fn states_only_rise() {
        let order = ["pending", "sent", "delivered", "seen"];
        for (i, from) in order.iter().enumerate() {
            for (j, to) in order.iter().enumerate() {
                assert_eq!(rise(from, to), j > i, "{from} to {to}");
            }
        }
        for to in ["sent", "delivered", "seen", "failed"] {
            assert!(rise("unconfirmed", to), "a receipt settles it: {to}");
            assert!(!rise("failed", to), "after failed nothing comes: {to}");
        }
        assert!(rise("sent", "failed"), "the client may refuse after the server accepted");
        assert!(!rise("delivered", "failed"));
        assert!(!rise("sent", "unconfirmed"));
    }

    #[test]
    fn a_reply_is_as_far_as_its_worst_part() {
        let row = |state: &str| DeliveryRow {
            seq: 1,
            action: 1,
            conversation: String::new(),
            part: 0,
            state: state.into(),
            message_id: None,
            problem: None,
            call: None,
            at: 0,
        };
        assert_eq!(whole(&[]).0, "pending");
        assert_eq!(whole(&[row("seen"), row("sent")]).0, "sent");
        assert_eq!(whole(&[row("seen"), row("failed"), row("pending")]).0, "failed");
        let told = DeliveryRow { problem: Some("as a link".into()), ..row("sent") };
        assert_eq!(whole(&[row("sent"), told, row("seen")]), ("sent", Some(&"as a link".into())));
    }

    #[test]
    fn what_was_changed_stays_true_when_a_part_comes_further() {
        let row = |state: &str| DeliveryRow {
            seq: 1,
            action: 1,
            conversation: String::new(),
            part: 0,
            state: state.into(),
            message_id: None,
            problem: Some("as a link".into()),
            call: None,
            at: 0,
        };
        for (state, stays) in [
            ("pending", false),
            ("unconfirmed", false),
            ("failed", false),
            ("sent", true),
            ("delivered", true),
        ] {
            assert_eq!(changed(&row(state)).is_some(), stays, "{state}");
        }
    }
}
