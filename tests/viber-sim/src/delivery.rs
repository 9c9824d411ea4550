//! One signed POST to a webhook and what came of it. No queue and no repeats: those are in `callbacks.rs`.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::App;

/// Bytes of an answer that are read; a welcome message is far smaller.
const ANSWER_BYTES_MAX: usize = 65_536;

/// Where the signature is put, and whether it is right.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signature {
    /// In the header and in the query, as Viber does.
    #[default]
    Both,
    /// Header only.
    Header,
    /// Query only.
    Query,
    /// In both places, of other bytes.
    Wrong,
    /// Right in the header, wrong in the query.
    Differing,
    /// Nowhere.
    None,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    pub(crate) body: Vec<u8>,
    pub(crate) problem: Option<Problem>,
}

/// Why nothing came back.
#[derive(Debug)]
pub(crate) enum Problem {
    Timeout { after_ms: u128 },
    Connect(String),
    Other(String),
}

impl fmt::Display for Problem {
    /// In the words of the Java client that Viber's answers quote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout { after_ms } => {
                write!(f, "java.util.concurrent.TimeoutException: Total timeout {after_ms} ms elapsed")
            }
            Self::Connect(cause) => write!(f, "java.net.ConnectException: {cause}"),
            Self::Other(cause) => write!(f, "java.io.IOException: {cause}"),
        }
    }
}

/// Lower-case hex of HMAC-SHA256 over the raw body, keyed with the token's text.
pub(crate) fn sign(token: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length; an error cannot occur, and an empty signature would fail loudly.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Posts the bytes and reads the answer, all within the limit.
pub(crate) async fn post(app: &App, url: &str, token: &str, body: &[u8], signature: Signature) -> Answer {
    let limit = app.world().options.callback_timeout;
    let attempt = tokio::time::timeout(limit, exchange(app, url, token, body, signature));
    let problem = match attempt.await {
        Ok(Ok((status, body))) => return Answer { status: Some(status), body, problem: None },
        Ok(Err(problem)) => problem,
        Err(_) => Problem::Timeout { after_ms: limit.as_millis() },
    };
    Answer { status: None, body: Vec::new(), problem: Some(problem) }
}

async fn exchange(
    app: &App,
    url: &str,
    token: &str,
    body: &[u8],
    signature: Signature,
) -> Result<(u16, Vec<u8>), Problem> {
    let right = sign(token, body);
    let wrong = sign("not the token", body);
    let (header, query) = match signature {
        Signature::Both => (Some(&right), Some(&right)),
        Signature::Header => (Some(&right), None),
        Signature::Query => (None, Some(&right)),
        Signature::Wrong => (Some(&wrong), Some(&wrong)),
        Signature::Differing => (Some(&right), Some(&wrong)),
        Signature::None => (None, None),
    };
    let separator = if url.contains('?') { '&' } else { '?' };
    let target = query.map_or_else(|| url.to_owned(), |sig| format!("{url}{separator}sig={sig}"));
    let mut request = app.http.post(target).header("Content-Type", "application/json").body(body.to_vec());
    if let Some(header) = header {
        request = request.header("X-Viber-Content-Signature", header);
    }
    let mut response = request.send().await.map_err(|error| problem(&error))?;
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| problem(&error))? {
        answer.extend(chunk);
        if answer.len() > ANSWER_BYTES_MAX {
            break;
        }
    }
    Ok((response.status().as_u16(), answer))
}

fn problem(error: &reqwest::Error) -> Problem {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    // The innermost text only: the outer ones quote the URL with its signature.
    let text = cause.to_string().split(" (os error").next().unwrap_or_default().to_owned();
    if error.is_connect() { Problem::Connect(text) } else { Problem::Other(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_matches_rfc_4231_case_2() {
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
