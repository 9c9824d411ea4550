//! The console as a browser without a script uses it: a cookie, pages, forms. Not here: a real one (`browser`).

use anyhow::{Context, ensure};
use reqwest::{Method, RequestBuilder, Response, StatusCode};

use crate::Desk;

/// A browser without a script: it keeps its cookie, says where a form came from, and follows nothing by itself.
pub struct PlainBrowser {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
}

impl PlainBrowser {
    /// Nobody has signed in.
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new(desk: &Desk) -> anyhow::Result<Self> {
        let http =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { http, base: desk.base.clone(), cookie: None })
    }

    /// Signed in with a token.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn signed_in(desk: &Desk, token: &str) -> anyhow::Result<Self> {
        let mut browser = Self::new(desk)?;
        let response = browser.post("/login", &[("token", token), ("to", "/")]).await?;
        ensure!(response.status() == StatusCode::SEE_OTHER, "signing in: {}", response.status());
        browser.cookie = Some(cookie(&response)?);
        Ok(browser)
    }

    /// A request with the cookie, in English.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.http.request(method, format!("{}{path}", self.base)).header("accept-language", "en");
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// A page and its status.
    ///
    /// # Errors
    /// The desk does not answer.
    pub async fn get(&self, path: &str) -> anyhow::Result<(StatusCode, String)> {
        let response = self.ask(Method::GET, path).send().await?;
        Ok((response.status(), response.text().await?))
    }

    /// Sends a form of the desk's own page.
    ///
    /// # Errors
    /// The desk does not answer.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> anyhow::Result<Response> {
        Ok(self.form(path, form).header("sec-fetch-site", "same-origin").send().await?)
    }

    /// A form that does not say where it comes from.
    pub fn form(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let pairs = form.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let kind = "application/x-www-form-urlencoded";
        self.ask(Method::POST, path).header("content-type", kind).body(body)
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The cookie that a response sets, as a browser sends it back; and that no script and no other site can have it.
fn cookie(response: &Response) -> anyhow::Result<String> {
    let set = response.headers().get("set-cookie").context("a cookie")?.to_str()?;
    ensure!(set.contains("; HttpOnly") && set.contains("; SameSite=Strict"), "{set}");
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}
