//! HTTP by hand, for clients that do what no library does: too slow, too long, cut off. Not here: good clients.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::callback::{Hook, SIGNATURE, sign};

/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A signed callback to this webhook, as bytes: head and body.
#[must_use]
pub fn callback(hook: &Hook, body: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let signature = sign(&hook.key, body);
    (head(hook, &format!("Content-Length: {}\r\n{SIGNATURE}: {signature}\r\n", body.len())), body.to_vec())
}

/// The head of a POST to this webhook with these further lines.
#[must_use]
pub fn head(hook: &Hook, lines: &str) -> Vec<u8> {
    format!("POST {} HTTP/1.1\r\nHost: desk\r\n{lines}\r\n", path(hook)).into_bytes()
}

fn path(hook: &Hook) -> &str {
    let after_scheme = hook.url.splitn(4, '/').nth(3);
    hook.url.len().checked_sub(after_scheme.map_or(0, str::len) + 1).map_or("/", |at| &hook.url[at..])
}

/// A connection.
pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    /// Connects to an address such as `127.0.0.1:8080`.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn connect(address: &str) -> anyhow::Result<Self> {
        Ok(Self { stream: TcpStream::connect(address).await? })
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// The connection was closed.
    pub async fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Writes so many zeros, or until the desk answers or closes; how many it took.
    pub async fn flood(&mut self, bytes: u64, piece: &[u8]) -> u64 {
        let mut sent = 0;
        while sent < bytes {
            let ready =
                self.stream.ready(tokio::io::Interest::READABLE | tokio::io::Interest::WRITABLE).await;
            if ready.is_ok_and(|ready| ready.is_readable()) {
                break;
            }
            match self.stream.try_write(piece) {
                Ok(count) => sent += count as u64,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
        sent
    }

    /// The status of the next answer, and whether the connection is kept after it.
    ///
    /// # Errors
    /// None came.
    pub async fn answer(&mut self) -> anyhow::Result<(u16, bool)> {
        let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
                let field = |name: &str| {
                    head.lines().find_map(|line| line.strip_prefix(name)).map(|it| it.trim().to_owned())
                };
                let length: usize = field("content-length:").map_or(Ok(0), |it| it.parse())?;
                if bytes.len() >= end + 4 + length {
                    let status = head.split(' ').nth(1).context("a status")?.parse()?;
                    return Ok((status, field("connection:").as_deref() != Some("close")));
                }
            }
            let count = self.stream.read(&mut piece).await?;
            bytes.extend_from_slice(&piece[..count]);
            if count == 0 || bytes.len() > ANSWER_BYTES_MAX {
                bail!("closed after {} bytes of an answer", bytes.len());
            }
        }
    }

    /// Whether the desk closes the connection within this time. What it says before is passed over.
    pub async fn closes_within(&mut self, longest: Duration) -> bool {
        let mut piece = [0; 4096];
        let closed = async { while !matches!(self.stream.read(&mut piece).await, Ok(0) | Err(_)) {} };
        tokio::time::timeout(longest, closed).await.is_ok()
    }
}
