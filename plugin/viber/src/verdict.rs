//! What an answer to a call means, whatever the call was; not what is done about it.

use conversation::{AnswerResult, HttpResponse, Problem, ProblemClass};
use serde_json::Value;

use crate::json;
use crate::limits::{BACKOFF_FIRST_MS, BACKOFF_MAX_MS};
use crate::prelude::*;

/// What became of a call.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Viber did it; its answer.
    Accepted(Value),
    /// Viber said no: the status, and its words.
    Refused { number: i64, said: Option<String> },
    /// It did not happen and may be tried again, not before so many ms.
    Again { problem: Problem, not_before_ms: u64 },
    /// Nobody knows whether it happened.
    Lost(Problem),
    /// It did not happen and would not the next time.
    Dead(Problem),
}

/// Reads an answer. An envelope decides by its `status` alone: refusals come with HTTP 200.
pub(crate) fn read(result: &AnswerResult) -> Verdict {
    match result {
        AnswerResult::Response(response) => read_response(response),
        AnswerResult::NotSent(reason) => Verdict::Again {
            problem: transport("not-sent", format!("the request did not get out: {}", short(reason))),
            not_before_ms: 0,
        },
        AnswerResult::Unknown(reason) | AnswerResult::Other(reason) => lost(&short(reason)),
        AnswerResult::RefusedByPolicy(reason) => {
            let text = format!("the helpdesk does not allow the request: {}", short(reason));
            let advice = "Send it again if it still matters. What the helpdesk forbids, an administrator of it can allow.";
            Verdict::Dead(Problem::new(ProblemClass::Internal, "refused-by-policy", text, advice))
        }
    }
}

fn read_response(response: &HttpResponse) -> Verdict {
    let status = response.status;
    match status {
        429 => again(response, ProblemClass::Limit, "http-too-many-requests", "Viber asks to slow down"),
        // It may have been taken before the trouble began; only 503 says that it was not.
        500 | 502 | 504 => lost(&format!("Viber had trouble while it took the message (HTTP {status})")),
        500..=599 => again(response, ProblemClass::Transport, "http-server-error", "Viber has trouble"),
        200..=299 => match envelope(response) {
            Some(verdict) => verdict,
            None => lost("the answer is not what Viber documents"),
        },
        401 | 403 => {
            envelope(response).unwrap_or(Verdict::Refused { number: 2, said: Some(format!("HTTP {status}")) })
        }
        _ => envelope(response).unwrap_or_else(|| {
            let text = format!("Viber answered with HTTP {status}");
            Verdict::Dead(Problem::new(
                ProblemClass::Transport,
                "http-unexpected",
                text,
                "Report this if it stays.",
            ))
        }),
    }
}

fn envelope(response: &HttpResponse) -> Option<Verdict> {
    let root: Value = serde_json::from_slice(&response.body).ok()?;
    Some(match json::integer(&root, "status")? {
        0 => Verdict::Accepted(root),
        number => Verdict::Refused { number, said: json::text(&root, "status_message") },
    })
}

fn again(response: &HttpResponse, class: ProblemClass, code: &str, text: &str) -> Verdict {
    let wait = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("retry-after"));
    let seconds: u64 = wait.and_then(|header| header.value.trim().parse().ok()).unwrap_or(0);
    let text = format!("{text} (HTTP {})", response.status);
    let problem = Problem::new(class, code, text, "It is tried again by itself.");
    Verdict::Again { problem, not_before_ms: seconds.saturating_mul(1_000).min(BACKOFF_MAX_MS) }
}

fn lost(reason: &str) -> Verdict {
    let text = format!("nobody knows whether it arrived: {reason}");
    let advice =
        "Ask the customer, or wait for a receipt, before sending it again: they may have it already.";
    Verdict::Lost(Problem::new(ProblemClass::Transport, "unconfirmed", text, advice))
}

fn transport(code: &str, text: String) -> Problem {
    Problem::new(ProblemClass::Transport, code, text, "It is tried again by itself.")
}

fn short(reason: &str) -> String {
    crate::chars::cut(reason, 200)
}

/// Milliseconds before the next attempt, after `attempt` of them: 1 s, doubled each time, 15 min at most.
pub(crate) fn backoff_ms(attempt: u32) -> u64 {
    let doublings = attempt.saturating_sub(1).min(20);
    (BACKOFF_FIRST_MS << doublings).min(BACKOFF_MAX_MS)
}

#[cfg(test)]
#[path = "tests/verdict.rs"]
mod tests;
