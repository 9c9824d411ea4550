//! One file over HTTP, within bounds of time, bytes and places. Not here: which file is next and what to do when it fails.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_ENCODING, LOCATION};
use reqwest::{Client, Response, Url};

use super::guard::{Refusal, check_link, check_url, is_public};
use super::kinds::{Kind, sniff};
use super::{Blob, BlobError, BlobWriter, Blobs, Pin, SNIFF_BYTES};

/// For the whole of a file.
const WHOLE_MAX: Duration = Duration::from_secs(60);
/// For a connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// As long as it may be slow, the head of the answer included.
const SLOW_MAX: Duration = Duration::from_secs(10);
/// After that, bytes a second.
const PACE_MIN: u64 = 10_000;
/// How often the pace is looked at while nothing comes.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Most redirects.
const REDIRECTS_MAX: usize = 3;

/// Fetches files that others link to.
pub struct Downloader {
    /// Resolves names itself and connects only to what it has checked.
    guarded: Client,
    /// For hosts of `elsewhere`, which the desk's own administrator named.
    trusting: Client,
    elsewhere: BTreeMap<String, Url>,
}

/// A fetched file.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) blob: Blob,
    /// Held until the row is written.
    pub(super) pin: Pin,
    pub(super) media_type: &'static str,
    pub(super) extension: &'static str,
}

/// Why a file was not fetched, for the operator who misses it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("the link had expired")]
    Expired,
    #[error("its server answered {0}")]
    Status(u16),
    #[error("the file is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    #[error("it is not what it was sent as: its bytes are {0}")]
    WrongType(&'static str),
    #[error("it came compressed, which nobody had asked for")]
    Encoded,
    #[error("its link leads to another, and that to others")]
    Redirects,
    #[error("it came too slowly")]
    Slow,
    #[error("it took longer than a minute")]
    TimeOut,
    #[error("its server could not be reached")]
    Unreachable,
    #[error("the connection broke")]
    Broken,
    #[error("the desk's disk refused it")]
    Disk,
}

impl Trouble {
    /// Stable, for translation and filters.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "link-refused",
            Self::Expired => "link-expired",
            Self::Status(_) => "server-refused",
            Self::TooLarge(_) => "too-large",
            Self::WrongType(_) => "wrong-type",
            Self::Encoded => "compressed",
            Self::Redirects => "too-many-redirects",
            Self::Slow => "too-slow",
            Self::TimeOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Broken => "broken",
            Self::Disk => "disk",
        }
    }

    /// How often it is worth a try; `None`: as long as the link lives.
    pub(super) fn attempts_max(&self) -> Option<i64> {
        match self {
            Self::Refused(_)
            | Self::Expired
            | Self::TooLarge(_)
            | Self::WrongType(_)
            | Self::Encoded
            | Self::Redirects
            | Self::TimeOut => Some(1),
            // Each costs a place for ten seconds, or may be how that server always is.
            Self::Slow => Some(3),
            Self::Broken => Some(5),
            Self::Status(429 | 500..) | Self::Unreachable | Self::Disk => None,
            Self::Status(_) => Some(1),
        }
    }
}

/// Answers with addresses only if every one of them is public: a name with one that is not is meant to be caught between
/// two looks.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !found.iter().all(|address| is_public(address.ip())) {
                return Err(Refusal::Address.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

impl Downloader {
    /// Makes the clients. `elsewhere` are hosts and the URLs that stand for them, in simulations.
    ///
    /// # Errors
    /// The TLS library or its root certificates are not there.
    pub fn new(elsewhere: BTreeMap<String, Url>) -> reqwest::Result<Self> {
        // Another part of the process may have chosen one before: then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .connect_timeout(CONNECT_MAX)
                // A connection that is kept would be used again without another look.
                .pool_max_idle_per_host(0)
                .user_agent(concat!("desk/", env!("CARGO_PKG_VERSION")))
        };
        let guarded = builder().dns_resolver(Arc::new(PublicOnly)).build()?;
        Ok(Self { guarded, trusting: builder().build()?, elsewhere })
    }

    /// Fetches a file and keeps it. What is not kept whole leaves nothing.
    pub(super) async fn fetch(
        &self,
        blobs: &Blobs,
        link: &str,
        kind: Kind,
        limit: u64,
    ) -> Result<Fetched, Trouble> {
        let whole = self.fetch_in_time(blobs, link, kind, limit);
        tokio::time::timeout(WHOLE_MAX, whole).await.map_err(|_| Trouble::TimeOut)?
    }

    async fn fetch_in_time(
        &self,
        blobs: &Blobs,
        link: &str,
        kind: Kind,
        limit: u64,
    ) -> Result<Fetched, Trouble> {
        let began = Instant::now();
        let answer = self.follow(check_link(link)?);
        let mut response = tokio::time::timeout(SLOW_MAX, answer).await.map_err(|_| Trouble::Slow)??;
        check_head(&response, limit)?;
        let mut writer = blobs.begin(limit).map_err(disk)?;
        let mut first = Vec::new();
        while let Some(chunk) = next(&mut response, began, &writer).await? {
            first.extend_from_slice(&chunk[..chunk.len().min(SNIFF_BYTES.saturating_sub(first.len()))]);
            write(&mut writer, &chunk)?;
        }
        let (media_type, extension) = sniff(kind, &first).map_err(Trouble::WrongType)?;
        let kept = tokio::task::spawn_blocking(move || writer.finish()).await.map_err(|_| Trouble::Disk)?;
        let (blob, pin) = kept.map_err(disk)?;
        Ok(Fetched { blob, pin, media_type, extension })
    }

    /// The answer behind the redirects. Each is a new request without anything of the one before, and checked as the first.
    async fn follow(&self, mut url: Url) -> Result<Response, Trouble> {
        for _ in 0..=REDIRECTS_MAX {
            let response = self.ask(&url).await?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let to = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            url = to.and_then(|to| url.join(to).ok()).ok_or(Refusal::NotAUrl)?;
            check_url(&url)?;
        }
        Err(Trouble::Redirects)
    }

    async fn ask(&self, url: &Url) -> Result<Response, Trouble> {
        if let Some(base) = url.host_str().and_then(|host| self.elsewhere.get(host)) {
            let mut there = base.clone();
            there.set_path(url.path());
            there.set_query(url.query());
            return self.trusting.get(there).send().await.map_err(|error| unreached(&error));
        }
        let response = self.guarded.get(url.clone()).send().await.map_err(|error| unreached(&error))?;
        match response.remote_addr() {
            Some(address) if is_public(address.ip()) => Ok(response),
            Some(_) | None => Err(Refusal::Address.into()),
        }
    }
}

fn check_head(response: &Response, limit: u64) -> Result<(), Trouble> {
    match response.status().as_u16() {
        200 => {}
        // Viber's file server says so of a link after its hour.
        403 | 410 => return Err(Trouble::Expired),
        other => return Err(Trouble::Status(other)),
    }
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(Trouble::Encoded);
    }
    // A hint only: what comes is counted all the same.
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(Trouble::TooLarge(limit));
    }
    Ok(())
}

/// The next bytes, as long as they come fast enough.
async fn next(
    response: &mut Response,
    began: Instant,
    writer: &BlobWriter,
) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]> + use<>>, Trouble> {
    loop {
        if !keeps_pace(began.elapsed(), writer.size()) {
            return Err(Trouble::Slow);
        }
        match tokio::time::timeout(LOOK_EVERY, response.chunk()).await {
            Ok(Ok(chunk)) => return Ok(chunk),
            Ok(Err(_)) => return Err(Trouble::Broken),
            Err(_) => {}
        }
    }
}

fn keeps_pace(elapsed: Duration, bytes: u64) -> bool {
    let late = elapsed.saturating_sub(SLOW_MAX).as_secs();
    bytes >= late.saturating_mul(PACE_MIN)
}

fn write(writer: &mut BlobWriter, bytes: &[u8]) -> Result<(), Trouble> {
    writer.write(bytes).map_err(disk)
}

fn disk(error: impl Into<BlobError>) -> Trouble {
    match error.into() {
        BlobError::TooLarge(limit) => Trouble::TooLarge(limit),
        BlobError::Disk(error) => {
            tracing::error!(%error, "a file could not be kept");
            Trouble::Disk
        }
    }
}

/// A refusal of ours comes out of the client wrapped in its own errors.
fn unreached(error: &reqwest::Error) -> Trouble {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return refusal.clone().into();
        }
        cause = error.source();
    }
    if error.is_connect() { Trouble::Unreachable } else { Trouble::Broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G18.
    #[test]
    fn slow_is_under_ten_kilobytes_a_second_after_ten() {
        for (seconds, bytes, keeps) in [
            (0, 0, true),
            (10, 0, true),
            (11, 9_999, false),
            (11, 10_000, true),
            (59, 480_000, false),
            (59, 490_000, true),
        ] {
            assert_eq!(keeps_pace(Duration::from_secs(seconds), bytes), keeps, "{seconds} s, {bytes} bytes");
        }
    }

    /// G17: a name that leads home is not connected to, whatever else let it through; what was found out is told as that.
    #[tokio::test]
    async fn a_name_that_leads_home_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let downloader = Downloader::new(BTreeMap::new()).expect("clients");
        // Without the guard nobody answers: a limit, so that the test fails and does not wait.
        let request =
            downloader.guarded.get(format!("http://localhost:{port}/")).timeout(Duration::from_secs(5));
        let error = request.send().await.expect_err("refused");
        assert_eq!(unreached(&error).code(), "link-refused", "{error:?}");
        let visit = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(visit.is_err(), "localhost was called");
        // That the port could be called at all.
        let error = downloader
            .trusting
            .get(format!("http://localhost:{port}/"))
            .timeout(Duration::from_secs(1))
            .send();
        assert!(tokio::join!(error, listener.accept()).1.is_ok());
    }
}
