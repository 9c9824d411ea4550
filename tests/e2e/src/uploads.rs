//! Operators' files, from the upload to the phone. Not here: a bad file server (`files`).

use std::path::Path;

use anyhow::{Context, ensure};
use reqwest::header::{HeaderMap, RANGE};
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::{Value, json};

use crate::Desk;

/// An answer to a request for a file.
#[derive(Debug)]
pub struct Read {
    /// Its status.
    pub status: StatusCode,
    /// Its head, without the time of day.
    pub headers: HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
}

impl Read {
    /// A header's value; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Asks for a file by its link, or for a range of it.
///
/// # Errors
/// No answer came.
pub async fn read(method: Method, url: &str, range: Option<&str>) -> anyhow::Result<Read> {
    read_with(&super::desk::client(), method, url, range).await
}

/// The same with a client that keeps its connection, for many.
///
/// # Errors
/// No answer came.
pub async fn read_with(
    http: &Client,
    method: Method,
    url: &str,
    range: Option<&str>,
) -> anyhow::Result<Read> {
    let mut request = http.request(method, url);
    if let Some(range) = range {
        request = request.header(RANGE, range);
    }
    let response = request.send().await?;
    let (status, mut headers) = (response.status(), response.headers().clone());
    headers.remove("date");
    Ok(Read { status, headers, bytes: response.bytes().await?.into() })
}

/// Opens a message's file as a messenger's app does: looks how large it is, then takes it. Says its bytes.
///
/// # Errors
/// There is no link, or it does not work, or the two sizes, or the one in the message, differ.
pub async fn open(message: &Value) -> anyhow::Result<Vec<u8>> {
    let link = message["media"].as_str().with_context(|| format!("no link in {message}"))?;
    let head = read(Method::HEAD, link, None).await?;
    let got = read(Method::GET, link, None).await?;
    ensure!(head.status == StatusCode::OK && got.status == StatusCode::OK, "{} {}", head.status, got.status);
    let size = got.bytes.len();
    ensure!(head.header("content-length") == size.to_string(), "HEAD and GET differ: {head:?}, {size}");
    ensure!(message["size"].is_null() || message["size"] == size, "the message says {}", message["size"]);
    Ok(got.bytes)
}

impl Desk {
    /// Uploads a file.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> anyhow::Result<Value> {
        let (status, answer) = self.try_upload(name, bytes.to_vec()).await?;
        ensure!(status == StatusCode::CREATED, "upload of {name}: {status} {answer}");
        Ok(answer)
    }

    /// The same, whatever the answer is.
    ///
    /// # Errors
    /// None came.
    pub async fn try_upload(
        &self,
        name: &str,
        body: impl Into<reqwest::Body>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let url = Url::parse_with_params(&self.base, [("name", name)])?;
        let request = self.request(Method::POST, &format!("uploads?{}", url.query().unwrap_or_default()));
        let response = request.bearer_auth(&self.token).body(body).send().await?;
        let status = response.status();
        Ok((status, response.json().await.unwrap_or_default()))
    }

    /// Answers in a task with files, with notification of its requester. Does not wait until it is sent.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn reply_with(&self, task: &Value, text: &str, files: &[&Value]) -> anyhow::Result<Value> {
        let ids: Vec<_> = files.iter().map(|file| &file["id"]).collect();
        let body = json!({"text": text, "notify": [task["requester"]["id"]], "attachments": ids});
        self.post(&format!("tasks/{}/actions", task["id"]), body).await
    }

    /// Kept files, and files that are being written.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn blobs(&self) -> anyhow::Result<usize> {
        fn count(folder: &Path) -> std::io::Result<usize> {
            std::fs::read_dir(folder)?.try_fold(0, |sum, entry| {
                let path = entry?.path();
                Ok(sum + if path.is_dir() { count(&path)? } else { 1 })
            })
        }
        Ok(count(&self.data().join("blobs"))?)
    }
}
