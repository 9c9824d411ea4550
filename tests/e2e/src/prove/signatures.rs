//! G22 at full size, through a desk: every bit of a body of 1 kB and of its MAC flipped, and signatures of other shapes.

use anyhow::ensure;
use e2e::Bench;
use e2e::callback::{self, Hook, SIGNATURE, sign};
use e2e::raw::{Raw, head};
use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::report::Report;

const BODY_BYTES: usize = 1_024;
const MAC_BITS: usize = 256;
const CONNECTIONS: usize = 8;

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (_, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let bare = callback::text(1, "someone", "").len();
    let body = callback::text(1, "someone", &"x".repeat(BODY_BYTES - bare));
    let mac = sign(&hook.key, &body);
    let before = received(&bench).await?;
    let mut flips = flips(&body, &mac)?;
    let all = flips.len();
    let mut connections = JoinSet::new();
    while !flips.is_empty() {
        let (ours, hook) =
            (flips.split_off(flips.len().saturating_sub(all.div_ceil(CONNECTIONS))), hook.clone());
        connections.spawn(async move {
            let mut refused = 0;
            for (body, mac) in ours {
                let (status, _) = hook.post_with(Some(&mac), None, &body).await?;
                refused += usize::from(status == StatusCode::UNAUTHORIZED);
            }
            anyhow::Ok(refused)
        });
    }
    let mut refused = 0;
    while let Some(ended) = connections.join_next().await {
        refused += ended??;
    }
    report.figure("flipped bits refused:", format!("{refused} of {all}"), "8,448 of 8,448", {
        refused == all && all == BODY_BYTES * 8 + MAC_BITS
    });
    shapes(report, &bench, &hook, &body, &mac).await?;
    let came = received(&bench).await? - before;
    report.figure("of all that was refused, read or kept:", came, "0", came == 0);
    ensure!(hook.post(&body).await?.0 == StatusCode::OK, "the body itself, rightly signed");
    Ok(())
}

/// The body and the MAC with one bit changed, each that there is.
fn flips(body: &[u8], mac: &str) -> anyhow::Result<Vec<(Vec<u8>, String)>> {
    let mut flips = Vec::new();
    for bit in 0..body.len() * 8 {
        let mut flipped = body.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flips.push((flipped, mac.to_owned()));
    }
    for bit in 0..MAC_BITS {
        let digit = usize::from_str_radix(&mac[bit / 4..=bit / 4], 16)? ^ (1 << (bit % 4));
        flips.push((body.to_vec(), format!("{}{digit:x}{}", &mac[..bit / 4], &mac[bit / 4 + 1..])));
    }
    Ok(flips)
}

/// Signatures that are missing, of another length, no hexadecimal number, or two that differ.
async fn shapes(
    report: &mut Report,
    bench: &Bench,
    hook: &Hook,
    body: &[u8],
    mac: &str,
) -> anyhow::Result<()> {
    let other = sign(&hook.key, b"other");
    let (upper, short, long) = (other.to_uppercase(), &mac[..62], format!("{mac}00"));
    let wrong: [&[&str]; 9] =
        [&[], &[""], &[short], &[&long], &[&mac[1..]], &["g"], &[&upper], &[mac, &other], &[&other, mac]];
    let mut refused = 0;
    for macs in wrong {
        let lines: String = macs.iter().map(|mac| format!("{SIGNATURE}: {mac}\r\n")).collect();
        let mut raw = Raw::connect(bench.desk.address()).await?;
        raw.send(&head(hook, &format!("Content-Length: {}\r\n{lines}", body.len()))).await?;
        raw.send(body).await?;
        refused += usize::from(raw.answer().await?.0 == 401);
    }
    let what = "missing, short, long, cut, no hexadecimal, wrong in capitals, doubled, refused:";
    report.figure(what, format!("{refused} of {}", wrong.len()), "all", refused == wrong.len());
    Ok(())
}

/// Callbacks that were read, and things that are kept of what could not be.
async fn received(bench: &Bench) -> anyhow::Result<usize> {
    let read = bench.desk.metrics().await?.get("desk_inbound_received_total")?;
    Ok(format!("{read}").parse::<usize>()? + bench.desk.all("tasks").await?.len())
}
