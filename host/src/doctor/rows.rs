//! What the rows say of a desk's health. Not here: the machine it runs on (`machine`).

use desk_store::{AccountRow, Backlog, Counts, Held};

use super::Finding;
use crate::clock::{to_column, utc};
use crate::inbox::Pause;

/// An event that a plugin breaks down over is tried for ten minutes.
const EVENT_WAITS_MAX_MS: i64 = 11 * 60_000;
/// A call that waits longer than this outlived Viber's hourly limit, the longest pause there is.
const CALL_WAITS_MAX_MS: i64 = 2 * 3_600_000;
/// An attempt ends after 60 s at the latest, by the contract.
const SENDING_MAX_MS: i64 = 2 * 60_000;

pub(super) fn integrity(damage: &[String]) -> Finding {
    match damage.first() {
        None => Finding::good("database", "sound"),
        Some(first) => Finding::wrong(
            "database",
            format!("damaged: {first}"),
            "Stop the desk, copy its folder, and put back the latest backup; look at the disk.",
        ),
    }
}

pub(super) fn sums(counts: &Counts) -> Vec<Finding> {
    let finding = |sum: &desk_store::Sum| {
        let says = format!("{}: {} ({} and {})", sum.name, sum.rule, sum.total, sum.parts);
        if sum.holds() {
            Finding::good("sums", says)
        } else {
            Finding::wrong(
                "sums",
                says,
                "Something was lost or came twice, which is a bug: report it with this output.",
            )
        }
    };
    counts.sums().iter().map(finding).collect()
}

pub(super) fn waiting(backlog: &Backlog, is_running: bool, now: i64) -> [Finding; 2] {
    let advice = if is_running { "See the desk's log for why." } else { "Start the desk." };
    let paused = match (backlog.paused_accounts, backlog.paused_conversations) {
        (0, 0) => String::new(),
        (accounts, conversations) => {
            format!("; paused: {accounts} accounts, {conversations} conversations")
        }
    };
    let finding = |what: &str, at: Option<i64>, max_ms: i64| match at.map(|at| now.saturating_sub(at).max(0))
    {
        None => Finding::good("waiting", format!("no {what} waits")),
        Some(age) if age <= max_ms => {
            Finding::good("waiting", format!("the oldest {what} waits for {}{paused}", span(age)))
        }
        Some(age) => {
            Finding::wrong("waiting", format!("the oldest {what} waits for {}{paused}", span(age)), advice)
        }
    };
    [
        finding("event", backlog.oldest_event_at, EVENT_WAITS_MAX_MS),
        finding("call", backlog.oldest_waiting_at, CALL_WAITS_MAX_MS),
    ]
}

pub(super) fn sending(counts: &Counts, backlog: &Backlog, is_running: bool, now: i64) -> Finding {
    let age = backlog.oldest_sending_at.map_or(0, |at| now.saturating_sub(at).max(0));
    let number = counts.calls_sending;
    match (number, is_running) {
        (0, _) => Finding::good("sending", "no call is under way"),
        (_, false) => Finding::wrong(
            "sending",
            format!("{number} calls were under way when the desk stopped"),
            "Start the desk: it tells operators of each that nobody knows whether it arrived.",
        ),
        (_, true) if age > SENDING_MAX_MS => Finding::wrong(
            "sending",
            format!("a call has been under way for {}", span(age)),
            "Its answer could not be recorded: see the log, then start the desk again.",
        ),
        (_, true) => Finding::good("sending", format!("{number} calls are under way")),
    }
}

/// Nothing is said where nothing was restored.
pub(super) fn held(held: &Held) -> Option<Finding> {
    let taken_at = held.taken_at.filter(|_| !held.is_empty())?;
    Some(Finding::wrong(
        "held",
        format!(
            "{} calls and {} replies are held: restored from a backup of {}, they may have been sent",
            held.calls,
            held.replies,
            utc(taken_at)
        ),
        "See GET /api/v1/held, then POST /api/v1/held/release to send them or …/drop to leave them as unconfirmed.",
    ))
}

pub(super) fn parked(backlog: &Backlog) -> Vec<Finding> {
    if backlog.parked.is_empty() {
        return vec![Finding::good("parked", "nothing is parked")];
    }
    let finding = |reason: &desk_store::ParkedReason| {
        let says = format!("{} of kind {}: {}", reason.count, reason.kind, reason.code);
        let advice = if reason.advice.is_empty() { "See /api/v1/parked." } else { reason.advice.as_str() };
        Finding::wrong("parked", says, advice)
    };
    backlog.parked.iter().map(finding).collect()
}

pub(super) fn pauses(pauses: &[Pause], now: i64) -> Vec<Finding> {
    let finding = |pause: &Pause| {
        let wait = to_column(pause.until).saturating_sub(now);
        let next = if wait > 0 { format!("in {}", span(wait)) } else { "by the next event".into() };
        let digest: String = pause.digest.chars().take(12).collect();
        Finding::wrong(
            "plugin",
            format!(
                "channel {} ({digest}) keeps failing: {}; it is tried again {next}",
                pause.channel, pause.code
            ),
            "What comes is kept and waits. See the log for why it fails, put a version that works in its place, and start \
             the desk again.",
        )
    };
    pauses.iter().map(finding).collect()
}

pub(super) fn accounts(accounts: &[AccountRow]) -> Vec<Finding> {
    accounts.iter().map(account).collect()
}

fn account(row: &AccountRow) -> Finding {
    let says = format!("{} ({}): {}", row.name, row.id, row.health);
    let problem = |field: &str| {
        let text = row.problem.as_ref().and_then(|problem| problem.get(field)?.as_str());
        text.unwrap_or_default().to_owned()
    };
    match row.health.as_str() {
        "connected" | "disconnected" => Finding::good("account", says),
        "failed" => Finding::wrong("account", format!("{says}: {}", problem("text")), problem("advice")),
        _ => Finding::wrong("account", says, "It is not connected yet: check it in a minute."),
    }
}

/// A time as people say it.
fn span(ms: i64) -> String {
    match ms / 1_000 {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(findings: &[Finding], good: bool, says: &str) {
        assert!(findings.iter().any(|it| it.good == good && it.says.contains(says)), "{findings:?}");
        assert!(findings.iter().all(|it| it.good == it.advice.is_empty()), "{findings:?}");
    }

    /// G10: what is wrong is said with what to do, and what is right is not accused.
    #[test]
    fn what_is_wrong_comes_with_advice() {
        let pause =
            Pause { channel: "viber".into(), until: 90_000, code: "plugin-trap".into(), ..Pause::default() };
        check(
            &pauses(std::slice::from_ref(&pause), 30_000),
            false,
            "viber () keeps failing: plugin-trap; it is tried again in 60 s",
        );
        check(&pauses(&[pause], 90_000), false, "by the next event");
        check(&[integrity(&[])], true, "sound");
        check(&[integrity(&["row 7 missing".into()])], false, "row 7 missing");
        check(&sums(&Counts::default()), true, "inbound");
        check(&sums(&Counts { received: 1, ..Counts::default() }), false, "inbound");
        let late = Backlog { oldest_event_at: Some(0), oldest_waiting_at: Some(0), ..Backlog::default() };
        check(&waiting(&late, true, EVENT_WAITS_MAX_MS), true, "event waits for 11 min");
        check(&waiting(&late, true, EVENT_WAITS_MAX_MS + 1), false, "event");
        check(&waiting(&late, false, CALL_WAITS_MAX_MS + 1), false, "call waits for 2 h");
        check(&waiting(&Backlog::default(), true, 9), true, "no call waits");
        let one = Counts { calls_sending: 1, ..Counts::default() };
        check(&[sending(&one, &Backlog::default(), true, 9)], true, "1 calls are");
        check(&[sending(&one, &Backlog::default(), false, 9)], false, "1 calls were");
        let stuck = Backlog { oldest_sending_at: Some(0), ..Backlog::default() };
        check(&[sending(&one, &stuck, true, SENDING_MAX_MS + 1)], false, "2 min");
    }
}
