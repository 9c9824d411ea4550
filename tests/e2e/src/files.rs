//! A file server as nobody would want one: what it answers goes by the path; and what a desk has of such files. The
//! simulator's own is a good one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Bench;

/// A picture of one red dot.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\
\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// The server. It ends with the test.
pub struct FileServer {
    /// Its address, as `http://127.0.0.1:9000`.
    pub base: String,
    asked: Arc<AtomicUsize>,
}

impl FileServer {
    /// Starts it on a free port of loopback.
    ///
    /// # Errors
    /// The port cannot be taken.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                // A client that goes away early is what many of these want.
                tokio::spawn(async move { serve(stream, number).await.ok() });
            }
        });
        Ok(Self { base, asked })
    }

    /// Requests so far.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The files in a task's entries, oldest first.
///
/// # Errors
/// The desk refuses.
pub async fn of_task(bench: &Bench, task: &Value) -> anyhow::Result<Vec<Value>> {
    let actions = bench.desk.actions(task).await?;
    Ok(actions
        .iter()
        .flat_map(|action| action["attachments"].as_array().cloned().unwrap_or_default())
        .collect())
}

async fn serve(mut stream: TcpStream, number: usize) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let whole = |status: &str, more: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let answer = match path.split(['?', '/']).nth(1).unwrap_or_default() {
        // Another file by each link: the desk keeps equal ones once.
        "own.png" => whole("200 OK", "Content-Type: image/png\r\n", &[PNG, path.as_bytes()].concat()),
        "good.png" => whole("200 OK", "Content-Type: image/png\r\n", PNG),
        "moved.png" => whole("302 Found", "Location: /good.png\r\n", b""),
        "script.png" => whole("200 OK", "Content-Type: image/png\r\n", b"<html><script>alert(1)</script>"),
        // What it unpacks to does not matter: nobody asked for it.
        "bomb.png" => whole("200 OK", "Content-Encoding: gzip\r\n", &[PNG, &[0; 100_000]].concat()),
        "expired.png" => whole("403 Forbidden", "", b"<Error><Code>AccessDenied</Code></Error>"),
        "none.png" => whole("404 Not Found", "", b""),
        "home.png" => whole("302 Found", "Location: http://127.0.0.1/a.png\r\n", b""),
        "home6.png" => whole("302 Found", "Location: https://[::ffff:7f00:1]/a.png\r\n", b""),
        "circle.png" => whole("302 Found", "Location: /circle.png\r\n", b""),
        // Promises more than there is, and less than there is.
        "short.png" => whole("200 OK", "", &[PNG, &[0; 100]].concat())[..80].to_vec(),
        "claims-huge.png" => b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n\x89PNG".to_vec(),
        "endless.png" => return endless(stream).await,
        "drip.png" => return drip(stream).await,
        "silent.png" => return std::future::pending().await,
        "later.png" if number < 2 => whole("503 Service Unavailable", "Retry-After: 1\r\n", b""),
        "later.png" => whole("200 OK", "", PNG),
        _ => whole("404 Not Found", "", b""),
    };
    stream.write_all(&answer).await?;
    stream.shutdown().await
}

async fn endless(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    stream.write_all(PNG).await?;
    let piece = vec![0; 64 << 10];
    loop {
        stream.write_all(&piece).await?;
    }
}

async fn drip(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await?;
    stream.write_all(PNG).await?;
    loop {
        stream.write_all(b"\0").await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
