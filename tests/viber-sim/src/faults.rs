//! Faults by script: which request goes wrong, how often and how. Only the script and its matching; the REST
//! side acts it out.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Rules that can wait at the same time.
const RULES_MAX: usize = 1_000;

/// What goes wrong with one request. Fields combine: a delayed, accepted, then dropped one is possible.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fault {
    /// Refuse with this status of Viber's table, without doing anything.
    pub(crate) status: Option<i64>,
    /// Text beside `status`; absent leaves `status_message` out, as Viber sometimes does.
    pub(crate) status_message: Option<String>,
    /// Put a message token into the refusal (seen with status 999 and 12).
    pub(crate) with_token: bool,
    /// Answer with this HTTP status, without doing anything.
    pub(crate) http: Option<u16>,
    /// Body beside `http`.
    pub(crate) body: Option<String>,
    /// `Retry-After` in seconds, beside `http`.
    pub(crate) retry_after: Option<u64>,
    /// Answer 200 with an HTML page, without doing anything.
    pub(crate) html: bool,
    /// Close the connection without an answer.
    pub(crate) drop: Option<Cut>,
    /// Wait this long, in real time, before looking at the request.
    pub(crate) delay_ms: u64,
    /// Wait this long, in real time, after acting and before answering.
    pub(crate) answer_delay_ms: u64,
    /// Write `status` as a string.
    pub(crate) status_as_string: bool,
    /// Send the `delivered` callbacks before the answer to `send_message`.
    pub(crate) receipt_before_answer: bool,
}

/// When a connection is closed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cut {
    /// Nothing happened on Viber's side.
    Before,
    /// The request took effect; only the answer is lost.
    After,
}

/// One line of the script.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Rule {
    /// Number given when it was added.
    pub(crate) id: u64,
    /// Method of the REST API, or `any`.
    pub(crate) method: String,
    /// Only this bot.
    pub(crate) bot: Option<usize>,
    /// Only requests about this user.
    pub(crate) user: Option<usize>,
    /// Matching requests still to be let through.
    pub(crate) skip: u32,
    /// Matching requests still to go wrong.
    pub(crate) times: u32,
    /// What goes wrong.
    pub(crate) fault: Fault,
}

/// The script.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: VecDeque<Rule>,
    last_id: u64,
}

impl Faults {
    /// Adds a rule behind the others and returns it with its number; `None` when the script is full.
    pub(crate) fn add(&mut self, mut rule: Rule) -> Option<Rule> {
        if self.rules.len() >= RULES_MAX {
            return None;
        }
        self.last_id += 1;
        rule.id = self.last_id;
        self.rules.push_back(rule.clone());
        Some(rule)
    }

    /// Rules that have not run out, in order.
    pub(crate) fn list(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// Removes all rules.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The fault for this request, if any: the first rule that matches is used up by one.
    pub(crate) fn take(&mut self, method: &str, bot: Option<usize>, user: Option<usize>) -> Option<Fault> {
        let matches = |rule: &Rule| {
            (rule.method == "any" || rule.method == method)
                && (rule.bot.is_none() || rule.bot == bot)
                && (rule.user.is_none() || rule.user == user)
        };
        let index = self.rules.iter().position(matches)?;
        let rule = self.rules.get_mut(index)?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.times = rule.times.saturating_sub(1);
        let fault = rule.fault.clone();
        if rule.times == 0 {
            self.rules.remove(index);
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(method: &str, user: Option<usize>, skip: u32, times: u32) -> Rule {
        Rule { id: 0, method: method.into(), bot: None, user, skip, times, fault: Fault::default() }
    }

    #[test]
    fn a_rule_waits_hits_and_runs_out() {
        let mut faults = Faults::default();
        faults.add(rule("send_message", Some(3), 1, 2)).unwrap();
        let mut hit = |method, user| faults.take(method, Some(0), user).is_some();
        let asked = [("get_online", Some(3)), ("send_message", None), ("send_message", Some(3))];
        assert_eq!(asked.map(|(method, user)| hit(method, user)), [false; 3]);
        assert_eq!([0; 3].map(|_| hit("send_message", Some(3))), [true, true, false]);
    }
}
