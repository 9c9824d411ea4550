//! What the answer to a sent message means for its delivery; answers to the account's calls are in `account`.

use conversation::{
    Account, AccountRequest, AccountStatus, Answer, Command, ConnectionState, Conversation, DeliveryState,
    Outcome, Problem, ProblemClass, Retry, RetryScope,
};
use serde_json::Value;

use crate::limits::{ATTEMPTS_MAX, BACKOFF_MAX_MS, HOUR_MS, HOURLY_ATTEMPTS_MAX, REPAIR_MS};
use crate::outbound::{Changed, SendContext, delivery, sent};
use crate::prelude::*;
use crate::saved::Odd;
use crate::sends::Lost;
use crate::state::Dialogue;
use crate::status::{self, RetryPolicy, Status};
use crate::verdict::{self, Verdict, backoff_ms};
use crate::{account, contact, json, message};

/// Learns what became of a call.
///
/// # Errors
/// Class `internal`: `context-unreadable` for a call that is not this channel's, `state-…`.
pub fn handle_answer(
    account: &Account,
    conversation: &Conversation,
    answer: &Answer,
) -> Result<Outcome, Problem> {
    if conversation.id.is_empty() {
        return account::on_answer(account, conversation, answer);
    }
    let context = SendContext::read(&answer.context).map_err(|Odd| context_unreadable())?;
    let mut turn = Turn {
        now: account.now,
        user: &conversation.id,
        answer,
        context,
        dialogue: Dialogue::read(&conversation.state)?,
        commands: Vec::new(),
    };
    turn.settle(verdict::read(&answer.result));
    if !turn.commands.iter().any(|command| matches!(command, Command::Retry(_))) {
        turn.close();
    }
    Ok(Outcome { facts: turn.dialogue.facts(), state: turn.dialogue.write()?, commands: turn.commands })
}

/// The bytes of a call that this channel did not make.
pub(crate) fn context_unreadable() -> Problem {
    let text = "the answer's context is not what this channel gave";
    Problem::new(ProblemClass::Internal, "context-unreadable", text, "Report this.")
}

struct Turn<'a> {
    now: u64,
    user: &'a str,
    answer: &'a Answer,
    context: SendContext,
    dialogue: Dialogue,
    commands: Vec<Command>,
}

impl Turn<'_> {
    fn settle(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Accepted(root) => self.sent(&root),
            Verdict::Refused { number, said } => self.refused(status::find(number), number, said.as_deref()),
            Verdict::Again { problem, not_before_ms } if self.answer.attempt < ATTEMPTS_MAX => {
                self.retry(backoff_ms(self.answer.attempt).max(not_before_ms), RetryScope::Call, problem);
            }
            Verdict::Again { problem, .. } => self.failed(given_up(problem)),
            Verdict::Lost(problem) => self.lost(problem),
            Verdict::Dead(problem) => self.failed(problem),
        }
    }

    /// Viber has it: accepted, not yet delivered.
    fn sent(&mut self, root: &Value) {
        self.dialogue.price = price(root).map(str::to_owned).or(self.dialogue.price.take());
        let token = json::token(root, "message_token");
        if let Some(token) = &token {
            self.dialogue.sends.answered(token);
        }
        let changed = self.context.changed.as_ref().map(Changed::problem);
        self.commands.push(sent(&self.context.reply, self.context.part, token, changed));
        if core::mem::take(&mut self.dialogue.stopped) {
            // What stopped the account is over: its health should say so, and the others go on.
            self.commands.push(Command::ManageAccount(AccountRequest::Check));
        }
    }

    /// Nobody knows whether Viber has it, but for a receipt that came already.
    fn lost(&mut self, problem: Problem) {
        let SendContext { reply, part, .. } = &self.context;
        let lost = Lost { reply: reply.clone(), part: *part, began_at: self.answer.began_at };
        self.dialogue.sends.lost(lost);
        self.end(DeliveryState::Unconfirmed, problem);
    }

    /// The call is at its end: what was lost may be settled by what was heard meanwhile.
    fn close(&mut self) {
        self.dialogue.sends.ended();
        while let Some((lost, token)) = self.dialogue.sends.settled() {
            let is_own = lost.reply == self.context.reply && lost.part == self.context.part;
            let changed = self.context.changed.as_ref().filter(|_| is_own).map(Changed::problem);
            if is_own {
                // It was said to be unconfirmed a moment ago.
                self.commands.pop();
            }
            self.commands.push(sent(&lost.reply, lost.part, Some(token), changed));
        }
    }

    fn refused(&mut self, status: &Status, number: i64, said: Option<&str>) {
        let problem = status.problem(number, said);
        let attempt = self.answer.attempt;
        self.note(number);
        match status.retry {
            RetryPolicy::Once if attempt < 2 => {
                let problem = Problem { advice: ONCE_MORE.to_owned(), ..problem };
                self.retry(backoff_ms(6), RetryScope::Call, problem);
            }
            RetryPolicy::NextHour if attempt < HOURLY_ATTEMPTS_MAX => {
                self.dialogue.limited = true;
                self.retry(HOUR_MS - self.now % HOUR_MS, RetryScope::Conversation, problem);
            }
            RetryPolicy::Once | RetryPolicy::NextHour => self.failed(given_up(problem)),
            RetryPolicy::Plainer => match message::plainer(&self.answer.body) {
                Some(body) => self.retry_as(Some(body), 0, RetryScope::Call, problem),
                None => self.failed(problem),
            },
            RetryPolicy::Repair if attempt < 2 => {
                self.retry(REPAIR_MS, RetryScope::Account, problem);
                self.commands.push(Command::ManageAccount(AccountRequest::Check));
            }
            RetryPolicy::Repair | RetryPolicy::AccountWaits => self.account_refused(problem),
            RetryPolicy::Never => self.failed(problem),
        }
    }

    /// What a refusal says of the customer and of what sending costs.
    fn note(&mut self, number: i64) {
        match number {
            NOT_SUBSCRIBED => {
                let told = contact::subscribe(&mut self.dialogue, self.user, false);
                self.commands.extend(told.map(Command::SaveContact));
            }
            QUOTA_USED_UP => self.dialogue.price = Some("quota-used-up".to_owned()),
            NO_BALANCE => self.dialogue.price = Some("no-balance".to_owned()),
            _ => {}
        }
    }

    /// Every message of the account would be refused: they wait for an administrator, who is told.
    fn account_refused(&mut self, problem: Problem) {
        if self.answer.attempt < ATTEMPTS_MAX {
            self.dialogue.stopped = true;
            self.retry(BACKOFF_MAX_MS, RetryScope::Account, problem.clone());
        } else {
            self.failed(problem.clone());
        }
        let status = AccountStatus { state: ConnectionState::Failed, problem: Some(problem), profile: None };
        self.commands.push(Command::AccountStatus(status));
    }

    fn retry(&mut self, after_ms: u64, scope: RetryScope, problem: Problem) {
        self.retry_as(None, after_ms, scope, problem);
    }

    fn retry_as(&mut self, body: Option<Vec<u8>>, after_ms: u64, scope: RetryScope, problem: Problem) {
        // So that the operator sees why it waits.
        self.end(DeliveryState::Pending, problem.clone());
        let call = self.answer.call.clone();
        self.commands.push(Command::Retry(Retry { call, after_ms, scope, body, problem }));
    }

    fn failed(&mut self, problem: Problem) {
        self.end(DeliveryState::Failed, problem);
    }

    fn end(&mut self, state: DeliveryState, problem: Problem) {
        self.commands.push(delivery(&self.context.reply, self.context.part, state, Some(problem)));
    }
}

/// Status 6, whose words differ between the docs and the service.
const NOT_SUBSCRIBED: i64 = 6;
/// Status 23: the month's free messages.
const QUOTA_USED_UP: i64 = 23;
/// Status 24.
const NO_BALANCE: i64 = 24;

/// While a message waits for its second attempt nobody has to do anything.
const ONCE_MORE: &str = "It is tried once more by itself.";

fn given_up(problem: Problem) -> Problem {
    Problem { advice: "It was tried several times; send it again later.".to_owned(), ..problem }
}

/// What it cost. creators.viber.com, Send Message, `billing_status`; checked 2026-11.
fn price(root: &Value) -> Option<&'static str> {
    Some(match json::number(root, "billing_status")? {
        0 | 3 | 4 => "free",
        1 | 2 => "in-session",
        5 => "charged",
        _ => return None,
    })
}

#[cfg(test)]
#[path = "tests/answer.rs"]
mod tests;
