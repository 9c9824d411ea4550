//! Connecting, checking and taking down an account: a machine that runs in the account's own conversation.
//!
//! ```text
//!  connect ─▶ checking-key ─▶ setting-webhook ─▶ connected     check ─▶ checking ─▶ connected
//!                  │                │ needs the answer *and* the `webhook` event, in either order
//!                  └────────────────┴─▶ failed                         └─▶ setting-webhook (A4), failed
//!                                                         disconnect ─▶ removing-webhook ─▶ disconnected
//! ```
//!
//! | rule | says | from |
//! |---|---|---|
//! | A1 | connected means: the key was checked, the webhook set, and Viber called it back | I13 |
//! | A2 | a key of another bot than the first is refused | I12 |
//! | A3 | answers of an earlier request are ignored: each request has its own run | C6 |
//! | A4 | a check compares what Viber has with what was set, since the last system to set a webhook wins silently: what nobody else set is set again, what another system took stays taken | – |
//! | A6 | connected lets go out what waited for the account; a check while a request is under way is no new one | – |
//! | A5 | what is harmless to repeat is repeated a few times, and everything here is | – |

mod advice;
mod calls;
mod machine;

pub(crate) use calls::{on_answer, on_called_back};

use conversation::{Account, AccountRequest, Conversation, Outcome, Problem, ProblemClass};

use crate::prelude::*;

/// Connects, checks or takes down the account.
///
/// # Errors
/// Class `unsupported`, `unknown-request`, for a request of a later contract; class `internal`, `state-…`.
pub fn manage_account(
    account: &Account,
    conversation: &Conversation,
    request: &AccountRequest,
) -> Result<Outcome, Problem> {
    let purpose = match request {
        AccountRequest::Connect => machine::Purpose::Connect,
        AccountRequest::Check => machine::Purpose::Check,
        AccountRequest::Disconnect => machine::Purpose::Disconnect,
        AccountRequest::Other(name) => {
            let text = format!("this channel does not know the request {name}");
            return Err(Problem::new(
                ProblemClass::Unsupported,
                "unknown-request",
                text,
                "Install a later version.",
            ));
        }
    };
    calls::run(account, conversation, machine::Event::Requested(purpose))
}

#[cfg(test)]
#[path = "tests/account.rs"]
mod tests;
