//! G24 at full size: bodies of 1 GB.

use e2e::callback::Hook;
use e2e::raw::{Raw, head};
use e2e::{Bench, read_of_refused};
use serde_json::json;

use crate::report::Report;

const BODY_BYTES: u64 = 1_000_000_000;
const PIECE: usize = 0x1_0000;
const READ_BYTES_MAX: u64 = 128 << 10;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let mut chunk = format!("{PIECE:x}\r\n").into_bytes();
    chunk.extend([b'x'; PIECE]);
    chunk.extend(b"\r\n");
    let cases: [(&str, &str, &[u8]); 2] = [
        ("with its length", "Content-Length: 1000000000\r\n", &[b'x'; PIECE]),
        ("in chunks", "Transfer-Encoding: chunked\r\n", &chunk),
    ];
    for (number, (what, lines, piece)) in cases.into_iter().enumerate() {
        let mut raw = Raw::connect(bench.desk.address()).await?;
        raw.send(&head(&hook, lines)).await?;
        let sent = raw.flood(BODY_BYTES, piece).await;
        let (status, _) = raw.answer().await?;
        let read = read_of_refused(&bench.desk, number + 1).await?;
        report.progress(format!("{what}: {sent} bytes left the client, most into the system's buffers"));
        let holds = status == 413 && read <= READ_BYTES_MAX;
        report.figure(
            &format!("1 GB {what}: {status} after"),
            format!("{read} bytes"),
            "413 after ≤ 128 KiB",
            holds,
        );
    }
    Ok(())
}
