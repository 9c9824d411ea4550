//! What to do about a webhook that Viber refused, by the words that come with status 1; not the refusal itself.
//!
//! They are the dump of a Java HTTP client, unstable, and the only diagnosis that there is; so they are shown whole beside
//! the advice. Seen in captures and in other people's reports; checked 2026-11.

use conversation::Problem;

use crate::prelude::*;

/// Words of Viber's, in lower case, and what to do about them; the first that is found counts.
const ADVICE: &[(&str, &str)] = &[
    (
        "timeout",
        "The webhook did not answer within 5 seconds: check that the helpdesk runs, and that nothing slow stands before it.",
    ),
    (
        "timed out",
        "The webhook did not answer within 5 seconds: check that the helpdesk runs, and that nothing slow stands before it.",
    ),
    (
        "connection refused",
        "Nothing listens at the webhook's address: check the port, the firewall, and that the helpdesk runs.",
    ),
    (
        "connectexception",
        "The webhook's address cannot be reached: check the port, the firewall, and that the helpdesk runs.",
    ),
    ("noroutetohost", "The webhook's address cannot be reached: check the firewall and the network."),
    ("unknownhost", "The name in the webhook's address is not known to the internet: check its DNS entry."),
    ("unresolved", "The name in the webhook's address is not known to the internet: check its DNS entry."),
    (
        "ssl",
        "Viber does not trust the certificate: send the whole chain, ending in a well-known root; a self-signed one is refused.",
    ),
    (
        "pkix",
        "Viber does not trust the certificate: send the whole chain, ending in a well-known root; a self-signed one is refused.",
    ),
    (
        "certificate",
        "Viber does not trust the certificate: send the whole chain, ending in a well-known root; a self-signed one is refused.",
    ),
    (
        "handshake",
        "No secure connection could be made: TLS 1.2 or newer and a whole certificate chain are needed.",
    ),
    (
        "http/1.1 401",
        "Something before the webhook asks for a login: let requests to its address through without one.",
    ),
    (
        "http/1.1 403",
        "Something before the webhook forbids the request: let requests to its address through, without a CSRF check or a login.",
    ),
    (
        "http/1.1 404",
        "Nothing answers at the webhook's path: check the public address in the helpdesk's settings, and the proxy's paths.",
    ),
    ("http/1.1 419", "A CSRF check stands before the webhook: take its address out of that check."),
    (
        "http/1.1 30",
        "The webhook answers with a redirect, which Viber does not follow: set the public address to where the redirect leads.",
    ),
    (
        "http/1.1 5",
        "The webhook answers with an error of the server: see the logs of the helpdesk and of the proxy before it.",
    ),
];

/// The problem with the advice that fits Viber's words, if there is one.
pub(super) fn of_webhook(problem: Problem, said: Option<&str>) -> Problem {
    let said = said.unwrap_or_default().to_ascii_lowercase();
    match ADVICE.iter().find(|(words, _)| said.contains(words)) {
        Some((_, advice)) if problem.code == "invalid-url" => {
            Problem { advice: (*advice).to_owned(), ..problem }
        }
        Some(_) | None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status;

    /// Each way in which Viber says that it could not reach the webhook has its own advice; T27, T28.
    #[test]
    fn vibers_words_lead_to_advice() {
        for (said, expected) in [
            ("Result [java.util.concurrent.TimeoutException: Total timeout 5000 ms elapsed]", "5 seconds"),
            ("java.net.ConnectException: Connection refused", "Nothing listens"),
            ("java.net.UnknownHostException: desk.example", "DNS"),
            ("javax.net.ssl.SSLHandshakeException: PKIX path building failed", "whole chain"),
            ("HttpResponse[HTTP/1.1 419 unknown status]", "CSRF"),
            ("HttpResponse[HTTP/1.1 403 Forbidden]", "CSRF"),
            ("HttpResponse[HTTP/1.1 301 Moved Permanently]", "redirect"),
            ("HttpResponse[HTTP/1.1 404 Not Found]", "path"),
            ("HttpResponse[HTTP/1.1 502 Bad Gateway]", "logs"),
            ("", "Check DNS"),
            ("something new", "Check DNS"),
        ] {
            let problem = of_webhook(status::find(1).problem(1, Some(said)), Some(said));
            assert!(problem.advice.contains(expected), "{said}: {}", problem.advice);
            assert!(problem.text.contains(said), "the words stay: {}", problem.text);
        }
        let other = of_webhook(status::find(2).problem(2, Some("timeout")), Some("timeout"));
        assert!(!other.advice.contains("5 seconds"), "only what Viber says of reaching us");
    }
}
