//! An account's health, as its channel reports it, and what follows for its key and for other accounts.

use channel_engine::contract::{AccountStatus, ConnectionState, Problem, ProblemClass};
use desk_store::{Result, Tx};

use super::{Place, name_of};
use crate::secrets;

/// Applies an account status: the health, the profile; a new key is taken when it works, and forgotten when it does not.
///
/// # Errors
/// The database refuses.
pub fn apply_status(tx: &Tx, place: &Place, status: &AccountStatus) -> Result<()> {
    let account = &place.account.id;
    let problem = status.problem.as_ref().map(serde_json::to_value).transpose()?;
    let profile = status.profile.as_ref().map(serde_json::to_value).transpose()?;
    tx.set_account_health(account, &name_of(&status.state)?, problem.as_ref(), profile.as_ref())?;
    // Only the account's own conversation tries keys; a reply that Viber refuses says nothing about a new one.
    if !place.conversation.is_empty() {
        return Ok(());
    }
    match status.state {
        ConnectionState::Connected => {
            secrets::accept_candidates(tx, place.keys, account)?;
            tell_the_other(tx, place)
        }
        ConnectionState::Failed | ConnectionState::Disconnected => tx.forget_candidates(account),
        ConnectionState::Pending | ConnectionState::Other(_) => Ok(()),
    }
}

/// Ends an account's trial with a problem that the channel did not name: it broke down.
///
/// # Errors
/// The database refuses.
pub fn fail(tx: &Tx, account: &str, problem: &Problem) -> Result<()> {
    tx.set_account_health(account, "failed", Some(&serde_json::to_value(problem)?), None)?;
    tx.forget_candidates(account)
}

/// A messenger knows one webhook of a bot: where the same bot is connected twice, the older account hears nothing more.
fn tell_the_other(tx: &Tx, place: &Place) -> Result<()> {
    let Some(row) = tx.account(&place.account.id)? else { return Ok(()) };
    let bot = |profile: &Option<serde_json::Value>| profile.as_ref().map(|profile| profile["id"].clone());
    let is_same = |other: &desk_store::AccountRow| {
        other.id != row.id && other.channel == row.channel && other.health == "connected"
    };
    let Some(own) = bot(&row.profile) else { return Ok(()) };
    for other in tx.accounts()?.iter().filter(|other| is_same(other)) {
        if bot(&other.profile).as_ref() == Some(&own) {
            let problem = Problem {
                class: ProblemClass::Account,
                code: "webhook-taken".into(),
                text: format!("the same bot was connected as the account {}", row.id),
                advice: "Disconnect one of the two accounts, then check the other one.".into(),
            };
            tx.set_account_health(&other.id, "failed", Some(&serde_json::to_value(problem)?), None)?;
        }
    }
    Ok(())
}
