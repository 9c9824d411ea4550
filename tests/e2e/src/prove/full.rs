//! G27 at full size: a disk of 64 MB that others fill while callbacks come, to the mark and to the last byte, and that is
//! freed again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::callback::Hook;
use e2e::kills::write;
use e2e::load::Message;
use e2e::stops::kept;
use e2e::{Bench, DeskOptions, until};
use serde_json::json;
use tokio::task::JoinSet;

use crate::report::Report;

const DISK_MB: u64 = 64;
const WRITERS: usize = 12;
/// Whose message is the first after the disk is freed.
const PROBE: usize = WRITERS;
/// How long the disk stays full: callbacks come again all the while.
const FULL: Duration = Duration::from_secs(5);
const RECOVERY_MAX: Duration = Duration::from_secs(5);

/// A small disk, in memory. It goes with this.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path) -> anyhow::Result<Self> {
        let size = format!("size={DISK_MB}m,mode=0700");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "desk-full"]).arg(folder).output();
        let advice = "this proof mounts a small disk in memory: run it as root, or by `unshare -rm cargo xtask prove full`";
        let mounted = mounted.context(advice)?;
        ensure!(mounted.status.success(), "{advice}: {}", String::from_utf8_lossy(&mounted.stderr));
        Ok(Self(folder.to_owned()))
    }

    /// Takes all but so many bytes.
    fn fill(&self, all_but: u64) -> anyhow::Result<()> {
        let disk = rustix::fs::statvfs(&self.0)?;
        let free = disk.f_bavail * disk.f_frsize;
        let file = std::fs::File::options().create(true).append(true).open(self.0.join("ballast"))?;
        let has = file.metadata()?.len();
        let take = free.saturating_sub(all_but);
        if take == 0 {
            return Ok(());
        }
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), has, take) {
            // The desk was quicker; next time then.
            Err(rustix::io::Errno::NOSPC) => Ok(()),
            taken => Ok(taken?),
        }
    }

    fn free(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.0.join("ballast"))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a desk may still be ending on it. One that stays is gone with the machine's next start.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    fill_and_free(report, "to the mark", &[], 1).await?;
    // Without a mark the disk itself refuses, in the middle of a commit.
    fill_and_free(report, "to the last byte", &["--free-disk-min-mb", "0"], 0).await
}

/// One disk, filled so far under callbacks, and freed.
async fn fill_and_free(report: &mut Report, how: &str, more: &[&str], left_mb: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let disk = Disk::mount(folder.path())?;
    let data = folder.path().join("data");
    std::fs::create_dir(&data)?;
    let more = more.iter().map(|it| (*it).to_owned()).collect();
    let options = DeskOptions { data: Some(data), more, ..DeskOptions::default() };
    let bench = Bench::start_with(options, "127.0.0.1:0").await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let (stop, mut writers) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
    for writer in 0..WRITERS {
        writers.spawn(write(hook.clone(), writer, stop.clone()));
    }
    tokio::time::sleep(FULL).await;
    disk.fill(left_mb << 20)?;
    until("the desk says that it is full", || async {
        let page = bench.desk.metrics().await?.text;
        Ok(page.contains(r#"desk_webhook_responses_total{status="503"}"#).then_some(()))
    })
    .await?;
    // Whatever the desk frees by itself meanwhile is taken too.
    let full = Instant::now();
    while full.elapsed() < FULL {
        disk.fill(left_mb << 20)?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    disk.free()?;
    let freed = Instant::now();
    Message::of(0, PROBE, 0).insist(&hook).await?;
    let recovered = freed.elapsed();
    stop.store(true, Ordering::SeqCst);
    let (mut answered, mut refused) = (1, 0);
    while let Some(ended) = writers.join_next().await {
        let (callbacks, repeated) = ended??;
        answered += callbacks;
        refused += repeated;
    }
    // Each once and in order, or it breaks off.
    let kept: usize = kept(&bench, &account, 0).await?.values().sum();
    bench.desk.metrics().await?.conserved()?;
    let (_, diagnosis) = bench.desk.diagnosis()?;
    let findings = diagnosis["findings"].as_array().cloned().unwrap_or_default();
    let sound = findings.iter().any(|one| one["area"] == "database" && one["good"] == true);
    report.figure(&format!("{how}: callbacks refused while it was full:"), refused, "some", refused > 0);
    let lost = answered.abs_diff(kept);
    report.figure(
        &format!("{how}: lost or doubled, of callbacks answered 200"),
        format!("{answered}: {lost}"),
        "0",
        lost == 0 && answered > 100,
    );
    let what = format!("{how}: first 200 after the disk was freed:");
    report.figure(&what, format!("{recovered:?}"), "≤ 5 s", recovered <= RECOVERY_MAX);
    let what = format!("{how}: integrity_check");
    report.figure(&what, if sound { "ok" } else { "damaged" }, "ok", sound);
    Ok(())
}
