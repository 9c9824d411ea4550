//! Whether what a channel returned may be used. Not here: what depends on the host's data, such as whether a task exists
//! or where a call may go.

use crate::Limits;
use crate::contract::{Call, Command, Outcome, Part, Receipt, Rejection, Task};
use crate::weigh::Weigh;

/// What a rule says about a value: nothing, or which rule is broken.
type Verdict = Result<(), String>;

/// The shortest and the longest time that a call may wait for its answer, as the contract says.
const TIMEOUT_MS: std::ops::RangeInclusive<u32> = 1_000..=60_000;
/// Characters of a task's title, as the contract says.
const TITLE_CHARACTERS_MAX: usize = 120;

/// A count or size that has a bound.
fn at_most(what: &str, found: usize, max: usize) -> Verdict {
    if found > max { Err(format!("{what}: {found}, at most {max}")) } else { Ok(()) }
}

fn status(what: &str, found: u16, allowed: std::ops::RangeInclusive<u16>) -> Verdict {
    if allowed.contains(&found) {
        return Ok(());
    }
    Err(format!("{what}: {found}, allowed are {} to {}", allowed.start(), allowed.end()))
}

/// Checks what `receive-webhook` returned for an authentic request.
pub(crate) fn check_receipt(receipt: &Receipt, limits: &Limits) -> Verdict {
    status("status of the response", receipt.response.status, 100..=599)?;
    for inbound in &receipt.inbound {
        at_most("bytes of an inbound payload", inbound.payload.len(), limits.payload_bytes_max)?;
        if inbound.dedupe.is_empty() {
            return Err("an inbound thing has no dedupe id".into());
        }
    }
    at_most("bytes of the receipt", receipt.weight(), limits.total_bytes_max)
}

/// Checks what `receive-webhook` returned for a request that it refuses.
pub(crate) fn check_rejection(rejection: &Rejection, limits: &Limits) -> Verdict {
    status("status of the rejection", rejection.status, 400..=499)?;
    at_most("bytes of the rejection", rejection.weight(), limits.total_bytes_max)
}

/// Checks what follows from an event.
pub(crate) fn check_outcome(outcome: &Outcome, limits: &Limits) -> Verdict {
    at_most("commands of the outcome", outcome.commands.len(), limits.commands_max)?;
    at_most("bytes of the state", outcome.state.len(), limits.state_bytes_max)?;
    at_most("bytes of the outcome", outcome.weight(), limits.total_bytes_max)?;
    outcome.commands.iter().try_for_each(|command| check_command(command, limits))
}

fn check_command(command: &Command, limits: &Limits) -> Verdict {
    match command {
        Command::OpenTask(task) => check_task(task),
        Command::AddAction(action) if action.parts.is_empty() => Err("an action has no parts".into()),
        Command::AddAction(action) => action.parts.iter().try_for_each(check_part),
        Command::Call(call) => check_call(call, limits),
        Command::Retry(retry) => {
            at_most("bytes of a retry's body", retry.body.as_ref().map_or(0, Vec::len), limits.body_bytes_max)
        }
        Command::SaveContact(_)
        | Command::Note(_)
        | Command::Resume(_)
        | Command::Delivery(_)
        | Command::Receipt(_)
        | Command::AccountStatus(_)
        | Command::ManageAccount(_)
        | Command::Other(_) => Ok(()),
    }
}

fn check_task(task: &Task) -> Verdict {
    at_most("characters of a task's title", task.title.chars().count(), TITLE_CHARACTERS_MAX)
}

/// JSON has no infinity, so neither has a place.
fn check_part(part: &Part) -> Verdict {
    match part {
        Part::Location(place) if !place.latitude.is_finite() || !place.longitude.is_finite() => {
            Err("a location is no number".into())
        }
        _ => Ok(()),
    }
}

fn check_call(call: &Call, limits: &Limits) -> Verdict {
    at_most("bytes of a call's body", call.body.len(), limits.body_bytes_max)?;
    at_most("bytes of a call's context", call.context.len(), limits.context_bytes_max)?;
    if !call.url.starts_with("https://") {
        return Err("a call's url is not https".into());
    }
    if !TIMEOUT_MS.contains(&call.timeout_ms) {
        let (min, max) = (TIMEOUT_MS.start(), TIMEOUT_MS.end());
        return Err(format!(
            "milliseconds of a call's timeout: {}, allowed are {min} to {max}",
            call.timeout_ms
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_outcome;
    use crate::Limits;
    use crate::contract::{Call, Command, Contact, Outcome};

    fn call() -> Call {
        Call { url: "https://chat.example/send".into(), timeout_ms: 30_000, ..Call::default() }
    }

    fn outcome(commands: Vec<Command>) -> Outcome {
        Outcome { commands, ..Outcome::default() }
    }

    #[track_caller]
    fn check(outcome: &Outcome, refusal: Option<&str>) {
        match (check_outcome(outcome, &Limits::default()), refusal) {
            (Ok(()), None) => {}
            (Err(reason), Some(part)) => assert!(reason.contains(part), "{reason}"),
            (found, expected) => panic!("found {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn each_bound_holds_on_both_sides() {
        let contacts = |count| outcome(vec![Command::SaveContact(Contact::default()); count]);
        check(&contacts(64), None);
        check(&contacts(65), Some("commands"));

        let state = |bytes| Outcome { state: vec![0; bytes], ..Outcome::default() };
        check(&state(256 << 10), None);
        check(&state((256 << 10) + 1), Some("bytes of the state"));

        let body = |body_bytes, context_bytes| {
            outcome(vec![Command::Call(Call {
                body: vec![0; body_bytes],
                context: vec![0; context_bytes],
                ..call()
            })])
        };
        check(&body(64 << 10, 4 << 10), None);
        check(&body((64 << 10) + 1, 0), Some("body"));
        check(&body(0, (4 << 10) + 1), Some("context"));

        let timeout = |timeout_ms| outcome(vec![Command::Call(Call { timeout_ms, ..call() })]);
        check(&timeout(1_000), None);
        check(&timeout(60_000), None);
        check(&timeout(999), Some("timeout"));
        check(&timeout(60_001), Some("timeout"));

        let plain = Call { url: "http://169.254.169.254/".into(), ..call() };
        check(&outcome(vec![Command::Call(plain)]), Some("https"));
    }

    #[test]
    fn all_texts_together_have_a_bound() {
        let contact = |name_bytes: usize| {
            let name = Some("n".repeat(name_bytes));
            Command::SaveContact(Contact { id: "12345678".into(), name, ..Contact::default() })
        };
        check(&outcome(vec![contact((512 << 10) - 8); 2]), None);
        check(&outcome(vec![contact((512 << 10) - 7); 2]), Some("bytes of the outcome"));
    }
}
