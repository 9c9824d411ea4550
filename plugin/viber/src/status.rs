//! Viber's status codes: what each means, who has to act and whether a message is sent again; not the waiting.
//!
//! developers.viber.com, Error codes (checked 2026-11), with what others saw in production. Only the number decides: the
//! texts are unstable, and a refusal comes with HTTP 200 and sometimes with a message token.

use conversation::{Problem, ProblemClass};

/// Whether a message that got a status is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// It would be refused again.
    Never,
    /// Once, later.
    Once,
    /// At the next full clock hour, when the limit is counted anew.
    NextHour,
    /// At once without what the customer's app is too old for, if there is such a thing in it.
    Plainer,
    /// When the webhook is set again, which this channel sees to; once.
    Repair,
    /// Not before an administrator acted: every message of the account would be refused. It waits for that for a day.
    AccountWaits,
}

/// One row of the table.
#[derive(Debug)]
pub struct Status {
    /// Viber's number.
    pub number: i64,
    /// Viber's name for it.
    pub name: &'static str,
    /// The problem's code.
    pub code: &'static str,
    /// Who has to act.
    pub class: ProblemClass,
    /// Whether a message is sent again.
    pub retry: RetryPolicy,
    /// What happened.
    pub text: &'static str,
    /// What a person can do.
    pub advice: &'static str,
}

const OUR_BUG: &str = "Report this with Viber's words: the message was not as Viber wants it.";
const NOT_SENT_HERE: &str = "Report this with Viber's words: the channel sends nothing of that kind.";
const ASK_VIBER: &str = "Contact Viber support or the partner who created the bot.";

/// A row of the table, in one line.
const fn row(
    number: i64,
    (name, code): (&'static str, &'static str),
    class: ProblemClass,
    retry: RetryPolicy,
    (text, advice): (&'static str, &'static str),
) -> Status {
    Status { number, name, code, class, retry, text, advice }
}

use ProblemClass::{Account, Internal, Limit, Recipient, Unsupported};
use RetryPolicy::{AccountWaits, Never, NextHour, Once, Plainer, Repair};

use crate::prelude::*;

/// Every documented status but 0, in order.
#[rustfmt::skip]
pub static STATUSES: [Status; 25] = [
    row(1, ("invalidUrl", "invalid-url"), Account, AccountWaits,
        ("Viber could not reach our webhook", "Check DNS, the certificate chain, the firewall, and that the webhook answers 200 within 5 seconds.")),
    row(2, ("invalidAuthToken", "invalid-auth-token"), Account, AccountWaits,
        ("Viber does not know the API key", "The key is wrong or was replaced: enter it again.")),
    row(3, ("badData", "bad-data"), Internal, Never,
        ("Viber found the message malformed", OUR_BUG)),
    row(4, ("missingData", "missing-data"), Internal, Never,
        ("Viber misses a field in the message", OUR_BUG)),
    row(5, ("receiverNotRegistered", "receiver-not-registered"), Recipient, Never,
        ("the customer has no Viber account any more", "Reach the customer in another way.")),
    row(6, ("receiverNotSubscribed", "receiver-not-subscribed"), Recipient, Never,
        ("the customer switched messages off or never wrote", "The customer must write first; send again after that, or reach them in another way.")),
    row(7, ("publicAccountBlocked", "account-blocked"), Account, AccountWaits,
        ("Viber blocked the bot", ASK_VIBER)),
    row(8, ("publicAccountNotFound", "account-not-found"), Account, AccountWaits,
        ("the API key belongs to no bot", "The bot was deleted or the key is wrong: enter the key of an existing bot.")),
    row(9, ("publicAccountSuspended", "account-suspended"), Account, AccountWaits,
        ("Viber suspended the bot", "Contact Viber support: terms or payment may be the reason.")),
    row(10, ("webhookNotSet", "webhook-not-set"), Account, Repair,
        ("the bot has no webhook", "It was removed, and setting it again did not help: see the account's health, then connect it again.")),
    row(11, ("receiverNoSuitableDevice", "receiver-no-suitable-device"), Recipient, Never,
        ("the customer's Viber is too old for messages of bots", "Reach the customer in another way.")),
    row(12, ("tooManyRequests", "too-many-requests"), Limit, NextHour,
        ("Viber's limit of 100 messages an hour without an answer is used up", "It goes on by itself at the next full hour.")),
    row(13, ("apiVersionNotSupported", "api-version-not-supported"), Recipient, Plainer,
        ("the customer's Viber is too old for this message", "Send it as plain text, without buttons.")),
    row(14, ("incompatibleWithVersion", "incompatible-with-version"), Internal, Never,
        ("the message uses what its API level does not have", OUR_BUG)),
    row(15, ("publicAccountNotAuthorized", "account-not-authorized"), Account, AccountWaits,
        ("Viber does not allow the bot to do that", ASK_VIBER)),
    row(16, ("inchatReplyMessageNotAllowed", "inline-reply-not-allowed"), Unsupported, Never,
        ("Viber does not allow the bot to answer inside a chat", NOT_SENT_HERE)),
    row(17, ("publicAccountIsNotInline", "account-not-inline"), Unsupported, Never,
        ("the bot is no chat extension", NOT_SENT_HERE)),
    row(18, ("noPublicChat", "no-public-chat"), Unsupported, Never,
        ("the bot has no channel", NOT_SENT_HERE)),
    row(19, ("cannotSendBroadcast", "cannot-send-broadcast"), Limit, Once,
        ("Viber could not send the broadcast", "Send it again later.")),
    row(20, ("broadcastNotAllowed", "broadcast-not-allowed"), Unsupported, Never,
        ("the bot may not broadcast", ASK_VIBER)),
    row(21, ("unsupportedCountry", "unsupported-country"), Recipient, Never,
        ("Viber does not deliver this to the customer's country", "Reach the customer in another way.")),
    row(22, ("paymentUnsupported", "payment-unsupported"), Unsupported, Never,
        ("payments are switched off for the bot", NOT_SENT_HERE)),
    row(23, ("freeMessagesExceeded", "free-messages-exceeded"), Limit, Never,
        ("the month's free messages are used up", "Answering works once the customer writes again; for more, switch the bot to billing.")),
    row(24, ("noBalance", "no-balance"), Account, AccountWaits,
        ("the bot has no balance", "Top up the bot's balance with Viber or the partner.")),
    row(999, ("badReceiverId", "bad-receiver-id"), Internal, Never,
        ("Viber does not know the receiver's id", OUR_BUG)),
];

/// What stands for every other number, 99 ("general error") among them.
pub static UNKNOWN: Status = row(
    -1,
    ("unknown", "unknown-status"),
    Unsupported,
    Once,
    (
        "Viber answered with a status that nobody has described",
        "Try again later; if it stays, report the number.",
    ),
);

/// The row of a status; 0, which is no problem, has none.
#[must_use]
pub fn find(number: i64) -> &'static Status {
    STATUSES.iter().find(|status| status.number == number).unwrap_or(&UNKNOWN)
}

impl Status {
    /// The problem for a person: `number` as Viber sent it, `said` being its `status_message`.
    #[must_use]
    pub fn problem(&self, number: i64, said: Option<&str>) -> Problem {
        let mut text = format!("{} (Viber's status {number}", self.text);
        if self.number == number {
            text = format!("{text}, {}", self.name);
        }
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            text = format!("{text}: {}", crate::chars::cut(said, 300));
        }
        text.push(')');
        Problem::new(self.class.clone(), self.code, text, self.advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_its_codes_are_kebab_case_and_unique() {
        assert!(STATUSES.is_sorted_by(|a, b| a.number < b.number));
        for status in STATUSES.iter().chain([&UNKNOWN]) {
            assert!(
                status.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{}",
                status.code
            );
            assert_eq!(
                STATUSES.iter().chain([&UNKNOWN]).filter(|other| other.code == status.code).count(),
                1
            );
            assert!(!status.text.ends_with('.') && !status.text.is_empty());
            assert!(status.advice.ends_with('.'), "{}", status.code);
        }
    }

    #[test]
    fn who_acts_and_what_is_tried_again() {
        // api reference, status codes: "fix" makes the account wait, "later" waits, "no" is for good.
        for number in [1, 2, 7, 8, 9, 10, 15, 24] {
            let retry = if number == 10 { Repair } else { AccountWaits };
            assert_eq!(find(number).retry, retry, "{number}");
            assert_eq!(find(number).class, Account, "{number}");
        }
        for number in [3, 4, 5, 6, 11, 14, 16, 17, 18, 20, 21, 22, 23, 999] {
            assert_eq!(find(number).retry, Never, "{number}");
        }
        assert_eq!((find(12).retry, find(13).retry, find(19).retry), (NextHour, Plainer, Once));
        for number in [99, -5, 25, 1000, 0] {
            assert_eq!((find(number).code, find(number).retry), ("unknown-status", Once), "{number}");
        }
    }

    #[test]
    fn a_problem_carries_the_number_and_vibers_words() {
        let problem = find(6).problem(6, Some("notSubscribed"));
        assert_eq!(problem.code, "receiver-not-subscribed");
        assert!(
            problem.text.ends_with("(Viber's status 6, receiverNotSubscribed: notSubscribed)"),
            "{}",
            problem.text
        );
        assert!(find(77).problem(77, None).text.ends_with("(Viber's status 77)"));
        assert!(find(1).problem(1, Some(&"x".repeat(5_000))).text.len() < 500);
    }
}
