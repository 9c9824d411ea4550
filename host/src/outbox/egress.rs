//! One HTTP call out of the machine: the policy (which hosts, which scheme), the secret put in, the answer classified.

use std::collections::BTreeMap;
use std::time::Duration;

use channel_engine::contract::{AnswerResult, Call, CallValue, Header, HttpResponse};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, Request, Url};

use crate::secrets::Secrets;

/// Longest answer that is read. Viber's are under 1 KiB; a broken proxy's page may be anything.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Bounds of a call's own `timeout_ms`, by the contract.
const TIMEOUT_MS: std::ops::RangeInclusive<u32> = 1_000..=60_000;
/// How long a connection may take: past it nothing has left the machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The HTTP client that every call leaves by.
pub struct Egress {
    client: Client,
    /// Host name to the base URL that stands for it, from `--egress`: for the simulator and tests.
    elsewhere: BTreeMap<String, Url>,
}

/// What is wrong with the settings of the way out.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// Not `HOST=URL`.
    #[error("--egress wants HOST=URL, as chatapi.viber.com=http://127.0.0.1:9000, and got `{0}`")]
    Form(String),
    /// The TLS library or its root certificates are not there.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

impl Egress {
    /// Makes the client. Calls for a host of `elsewhere` go to the URL that stands for it.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub fn new(elsewhere: BTreeMap<String, Url>) -> Result<Self, EgressError> {
        // Another part of the process may have chosen one before: then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("desk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, elsewhere })
    }

    /// Sends a call once. `hosts` are those the plugin's manifest names; secrets are put in here and nowhere else.
    pub async fn send(&self, call: &Call, hosts: &[String], secrets: &Secrets) -> AnswerResult {
        let request = match self.request(call, hosts, secrets) {
            Ok(request) => request,
            Err(reason) => return AnswerResult::RefusedByPolicy(reason),
        };
        let timeout_ms = call.timeout_ms.clamp(*TIMEOUT_MS.start(), *TIMEOUT_MS.end());
        let timeout = Duration::from_millis(timeout_ms.into());
        match tokio::time::timeout(timeout, self.exchange(request, secrets)).await {
            Ok(result) => result,
            Err(_) => AnswerResult::Unknown(format!("no whole answer within {timeout_ms} ms")),
        }
    }

    fn request(&self, call: &Call, hosts: &[String], secrets: &Secrets) -> Result<Request, String> {
        let url = self.allowed_url(&call.url, hosts)?;
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|_| "no such method".to_owned())?;
        let mut request = Request::new(method, url);
        for header in &call.headers {
            let name = HeaderName::try_from(&header.name).map_err(|_| "bad header name".to_owned())?;
            let value = match &header.value {
                CallValue::Text(text) => text,
                CallValue::Secret(name) => secret(secrets, name)?,
            };
            let mut value = HeaderValue::from_str(value).map_err(|_| "bad header value".to_owned())?;
            value.set_sensitive(matches!(header.value, CallValue::Secret(_)));
            request.headers_mut().append(name, value);
        }
        *request.body_mut() = Some(body(call, secrets)?.into());
        Ok(request)
    }

    /// https, a host of the manifest's, its usual port, no user in it; then where `--egress` sends it.
    fn allowed_url(&self, url: &str, hosts: &[String]) -> Result<Url, String> {
        let url = Url::parse(url).map_err(|_| "not a URL".to_owned())?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        if url.scheme() != "https" || url.port().is_some() || !url.username().is_empty() {
            return Err("only https:// to the usual port, without a user, is allowed".into());
        }
        if !hosts.contains(&host) {
            return Err(format!("the manifest does not name the host {host}"));
        }
        let Some(base) = self.elsewhere.get(&host) else { return Ok(url) };
        let mut there = base.clone();
        there.set_path(url.path());
        there.set_query(url.query());
        Ok(there)
    }

    /// An answer goes to the plugin, and from there to rows and logs: what repeats a secret is masked first (G21).
    async fn exchange(&self, request: Request, secrets: &Secrets) -> AnswerResult {
        let mut response = match self.client.execute(request).await {
            Ok(response) => response,
            // A connection that never came about carried nothing.
            Err(error) if error.is_connect() => return AnswerResult::NotSent(plain(&error)),
            Err(error) => return AnswerResult::Unknown(plain(&error)),
        };
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_BYTES_MAX => {
                    body.extend_from_slice(&chunk)
                }
                Ok(Some(_)) => return AnswerResult::Unknown("the answer is longer than 1 MiB".into()),
                Ok(None) => break,
                Err(error) => return AnswerResult::Unknown(plain(&error)),
            }
        }
        let headers = response.headers().iter().filter_map(|(name, value)| {
            let mut value = value.to_str().ok()?.as_bytes().to_vec();
            secrets.mask(&mut value);
            Some(Header { name: name.to_string(), value: String::from_utf8(value).ok()? })
        });
        let headers = headers.collect();
        secrets.mask(&mut body);
        AnswerResult::Response(HttpResponse { status: response.status().as_u16(), headers, body })
    }
}

/// Reads `HOST=URL` pairs, as of `--egress`.
///
/// # Errors
/// See [`EgressError::Form`].
pub fn elsewhere(pairs: &[String]) -> Result<BTreeMap<String, Url>, EgressError> {
    pairs.iter().map(|pair| parse_pair(pair)).collect()
}

fn parse_pair(pair: &str) -> Result<(String, Url), EgressError> {
    let wrong = || EgressError::Form(pair.to_owned());
    let (host, url) = pair.split_once('=').ok_or_else(wrong)?;
    let url = Url::parse(url).map_err(|_| wrong())?;
    if host.is_empty() || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    Ok((host.to_ascii_lowercase(), url))
}

fn secret<'a>(secrets: &'a Secrets, name: &str) -> Result<&'a str, String> {
    secrets.get(name).ok_or_else(|| format!("the account has no setting `{name}`"))
}

fn body(call: &Call, secrets: &Secrets) -> Result<Vec<u8>, String> {
    if call.secret_fields.is_empty() {
        return Ok(call.body.clone());
    }
    let mut json: serde_json::Value =
        serde_json::from_slice(&call.body).map_err(|_| "secret fields need a JSON body".to_owned())?;
    for field in &call.secret_fields {
        let place = json.pointer_mut(&field.pointer).ok_or("a secret field is not in the body")?;
        *place = secret(secrets, &field.secret)?.into();
    }
    serde_json::to_vec(&json).map_err(|error| error.to_string())
}

/// What happened, for the person who waits for the answer; the log has the causes. Without the URL, which neither needs.
fn plain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    tracing::warn!(causes = causes.join(": "), "a call brought no answer");
    if error.is_connect() {
        // The root of it tells a name that is not known from a certificate that is not good.
        return format!("no connection: {}", causes.pop().unwrap_or_else(|| error.to_string()));
    }
    let words =
        if error.is_timeout() { "no answer came in time" } else { "the connection broke before the answer" };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn egress() -> Egress {
        let pairs = elsewhere(&["chatapi.viber.com=http://127.0.0.1:9000".to_owned()]).expect("a pair");
        Egress::new(pairs).expect("a client")
    }

    #[track_caller]
    fn check(url: &str, goes_to: Result<&str, &str>) {
        let hosts = ["chatapi.viber.com".to_owned()];
        let there = egress().allowed_url(url, &hosts);
        match goes_to {
            Ok(expected) => assert_eq!(there.map(|url| url.to_string()).as_deref(), Ok(expected)),
            Err(part) => assert!(there.expect_err("refused").contains(part), "{url}"),
        }
    }

    /// T9.
    #[test]
    fn only_the_manifests_hosts_are_reached() {
        check("https://chatapi.viber.com/pa/send_message", Ok("http://127.0.0.1:9000/pa/send_message"));
        check("https://CHATAPI.viber.com/pa/x?a=b", Ok("http://127.0.0.1:9000/pa/x?a=b"));
        check("https://example.com/", Err("manifest"));
        check("https://chatapi.viber.com.evil.example/", Err("manifest"));
        check("https://169.254.169.254/", Err("manifest"));
        check("http://chatapi.viber.com/", Err("https"));
        check("https://chatapi.viber.com:8443/", Err("port"));
        check("https://me@chatapi.viber.com/", Err("user"));
        check("chatapi", Err("URL"));
    }

    #[test]
    fn secrets_are_put_in_by_name_only() {
        let secrets = [("api_key".to_owned(), "canary".into())].into_iter().collect();
        let mut call = Call { body: br#"{"auth_token":""}"#.to_vec(), ..Call::default() };
        call.secret_fields = vec![channel_engine::contract::SecretField {
            pointer: "/auth_token".into(),
            secret: "api_key".into(),
        }];
        assert_eq!(body(&call, &secrets), Ok(br#"{"auth_token":"canary"}"#.to_vec()));
        call.secret_fields[0].secret = "other".into();
        assert!(body(&call, &secrets).is_err());
    }
}
