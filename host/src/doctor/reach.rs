//! Whether the desk is reached, from here and by its public address; and if not, why.

use std::time::Duration;

use super::Finding;
use crate::started::Started;

/// How long an answer may take. Viber gives a webhook 5 s.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Whether a desk answers at its listening address.
pub(super) async fn answers(address: &str) -> bool {
    ask(&format!("http://{address}/healthz")).await.is_ok()
}

/// Whether messengers reach the desk's webhooks: whether its public address leads to it.
pub(super) async fn public(started: &Started) -> Finding {
    let url = format!("{}/healthz", started.public_url);
    let is_https = started.public_url.starts_with("https://");
    match ask(&url).await {
        Ok(()) if is_https => Finding::good("webhook", format!("{url} answers")),
        Ok(()) if started.is_simulation => {
            Finding::good("webhook", format!("{url} answers; no https, and a simulation needs none"))
        }
        Ok(()) => Finding::wrong(
            "webhook",
            format!("{url} answers, and is no https address"),
            "Viber calls only https: put a proxy with a certificate before the desk, and give its --public-url.",
        ),
        Err((says, advice)) => Finding::wrong("webhook", format!("{url}: {says}"), advice),
    }
}

/// Asks for `/healthz`; else what went wrong and what to do.
async fn ask(url: &str) -> Result<(), (String, &'static str)> {
    // Another part of the process may have chosen one before: then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(ANSWER_MAX)
        .build()
        .map_err(|error| (root(&error), "See whether this machine has root certificates."))?;
    let answer = client.get(url).send().await.map_err(|error| explain(&error))?;
    let status = answer.status();
    if status.is_redirection() {
        return Err((
            format!("it redirects ({status})"),
            "Give the address that it leads to as --public-url.",
        ));
    }
    if !status.is_success() {
        let advice = "Let the proxy pass every path to the desk, /healthz and /webhooks/… at least.";
        return Err((format!("it answers {status}"), advice));
    }
    match answer.text().await {
        Ok(text) if text == "ok\n" => Ok(()),
        Ok(_) => Err((
            "something that is not a desk answers".into(),
            "Let the address lead to the desk, or correct --public-url.",
        )),
        Err(error) => Err(explain(&error)),
    }
}

fn explain(error: &reqwest::Error) -> (String, &'static str) {
    let cause = root(error);
    let lower = cause.to_lowercase();
    let advice = if error.is_timeout() {
        "Nothing answers in time: see the firewall, and whether the proxy runs."
    } else if lower.contains("certificate") {
        "Viber takes only a certificate of a public authority, with its whole chain, that has not expired."
    } else if lower.contains("dns") || lower.contains("lookup") || lower.contains("name or service") {
        "The name is not known: see the DNS record, or correct --public-url."
    } else if error.is_connect() {
        "Nobody listens there: start the proxy or the desk, or correct --public-url."
    } else {
        "See the proxy's log."
    };
    (cause, advice)
}

/// The cause under all others.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
