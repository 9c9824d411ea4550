//! Answers of every kind, read.

use conversation::Header;

use super::*;
use crate::support::http;

/// T1, T32.
#[test]
fn only_the_status_in_the_envelope_decides() {
    for (status, body, expected) in [
        (200, r#"{"status":0}"#, "accepted"),
        (200, r#"{"status":"0","status_message":"ok"}"#, "accepted"),
        (200, r#"{"status":6,"status_message":"notSubscribed"}"#, "refused 6 notSubscribed"),
        (200, r#"{"status":"3"}"#, "refused 3 -"),
        (200, r#"{"status":999,"message_token":5}"#, "refused 999 -"),
        (200, r#"{"status":-1}"#, "refused -1 -"),
        (200, r#"{"message_token":5}"#, "lost"),
        (200, "<html>", "lost"),
        (204, "", "lost"),
        (429, "", "again http-too-many-requests"),
        (500, r#"{"status":0}"#, "lost"),
        (502, "", "lost"),
        (503, "busy", "again http-server-error"),
        (504, "", "lost"),
        (401, "", "refused 2 HTTP 401"),
        (403, r#"{"status":2,"status_message":"invalidAuthToken"}"#, "refused 2 invalidAuthToken"),
        (400, r#"{"status":3}"#, "refused 3 -"),
        (404, "", "dead http-unexpected"),
        (301, "", "dead http-unexpected"),
    ] {
        assert_eq!(show(&read(&http(status, body))), expected, "{status} {body}");
    }
}

#[test]
fn transport_says_whether_anything_left() {
    let text = || "connection reset".to_owned();
    assert_eq!(show(&read(&AnswerResult::NotSent(text()))), "again not-sent");
    assert_eq!(show(&read(&AnswerResult::Unknown(text()))), "lost");
    assert_eq!(show(&read(&AnswerResult::Other(text()))), "lost", "a later result is an unknown one");
    assert_eq!(show(&read(&AnswerResult::RefusedByPolicy(text()))), "dead refused-by-policy");
}

#[test]
fn a_server_may_say_how_long_to_wait() {
    for (value, wait) in [("7", 7_000), ("999999", BACKOFF_MAX_MS), ("soon", 0)] {
        let header = Header { name: "Retry-After".to_owned(), value: value.to_owned() };
        let response = HttpResponse { status: 429, headers: vec![header], body: Vec::new() };
        let Verdict::Again { not_before_ms, .. } = read(&AnswerResult::Response(response)) else { panic!() };
        assert_eq!(not_before_ms, wait, "{value}");
    }
}

#[test]
fn waiting_doubles_up_to_a_quarter_of_an_hour() {
    for (attempt, ms) in
        [(0, 1_000), (1, 1_000), (2, 2_000), (3, 4_000), (10, 512_000), (11, 900_000), (u32::MAX, 900_000)]
    {
        assert_eq!(backoff_ms(attempt), ms, "{attempt}");
    }
}

fn show(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(_) => "accepted".to_owned(),
        Verdict::Refused { number, said } => format!("refused {number} {}", said.as_deref().unwrap_or("-")),
        Verdict::Again { problem, .. } => format!("again {}", problem.code),
        Verdict::Lost(problem) => {
            assert_eq!(problem.code, "unconfirmed");
            "lost".to_owned()
        }
        Verdict::Dead(problem) => format!("dead {}", problem.code),
    }
}
