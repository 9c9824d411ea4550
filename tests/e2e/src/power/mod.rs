//! A power cut without root: the desk runs on a disk that keeps only what was synced (`shim.c`), is killed, and goes on with
//! that. Not here: how many cuts, and what is said of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::callback::Hook;
use crate::kills::{KillsSeen, compare};
use crate::load::Load;
use crate::stops::kept;
use crate::{Bench, DeskOptions, User, until};

/// What stands in the data folder and is no part of the desk's disk: the harness's own, and a cache.
const NOT_ON_DISK: [&str; 3] = ["components", "stderr.log", "clock.ms"];

/// A desk whose power can be cut.
pub struct Power {
    bench: Bench,
    account: String,
    hook: Hook,
    /// Who sends photos and gets answers, and their task.
    person: (User, Value),
    said: Vec<(String, bool)>,
    data: PathBuf,
    mirror: PathBuf,
    _folder: TempDir,
}

/// What was seen of one cut.
#[derive(Debug, Default)]
pub struct CutSeen {
    /// Callbacks that were answered 200 before it.
    pub acknowledged: usize,
    /// Of these, those that are not there after it.
    pub lost: usize,
    /// Photos that the desk says it has, and has.
    pub photos: usize,
}

impl Power {
    /// Starts a desk on such a disk, with an account, and a customer who has a task.
    ///
    /// # Errors
    /// There is no C compiler, or something does not start.
    pub async fn start(options: DeskOptions) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        // As the system names it: the shim compares names.
        let root = folder.path().canonicalize()?;
        let (data, mirror) = (root.join("data"), root.join("mirror"));
        std::fs::create_dir(&data)?;
        std::fs::create_dir(&mirror)?;
        crate::desk::share_compiled(&data)?;
        let mut options = DeskOptions { data: Some(data.clone()), ..options };
        let text = |path: &Path| path.display().to_string();
        options.environment.extend([
            ("LD_PRELOAD", text(&compile(&root)?)),
            ("SHIM_FROM", text(&data)),
            ("SHIM_TO", text(&mirror)),
        ]);
        let mut bench = Bench::start_with(options, "127.0.0.1:0").await?;
        let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
        let hook = Hook::of(&bench.viber, &bot).await?;
        let person = bench.viber.add_user(&bot, "Olena", json!({})).await?;
        person.write("hello").await?;
        let task = bench.desk.tasks_of(&account, "Olena").await?.remove(0);
        // In order once, so that even a disk that keeps too little has the account.
        bench.desk.terminate()?;
        bench.desk.ended().await?;
        bench.desk.start_again()?;
        Ok(Self { bench, account, hook, person: (person, task), said: vec![], data, mirror, _folder: folder })
    }

    /// Lets callers write, cuts the power after this time, starts the desk on what the disk kept, and compares. `round`
    /// is another one each time.
    ///
    /// # Errors
    /// Something is doubled or out of order, a photo that is said to be there is not, or the desk does not start again.
    pub async fn cut(&mut self, round: usize, callers: usize, after: Duration) -> anyhow::Result<CutSeen> {
        self.person.0.act("picture", json!({"text": "look"})).await?;
        let answer = format!("answer {round}");
        self.bench.desk.reply(&self.person.1, &answer).await?;
        self.said.push((answer, true));
        let load = Load::start(&self.hook, round, callers, Duration::ZERO);
        tokio::time::sleep(after).await;
        self.bench.desk.kill()?;
        let seen = load.end().await;
        self.lose_what_was_not_synced()?;
        self.bench.desk.start_again()?;
        let kept = kept(&self.bench, &self.account, round).await?;
        let ends = seen.unanswered.iter().chain(seen.refused.iter().map(|(message, _)| message));
        // Of a caller whose last message got no answer, all before it did.
        let lost = ends
            .map(|last| last.number.saturating_sub(kept.get(&last.user).copied().unwrap_or_default()))
            .sum();
        Ok(CutSeen { acknowledged: seen.took.len(), lost, photos: self.photos().await? })
    }

    /// After the last cut: waits until every answer has come to rest; each is in the task and on the phone, once and in
    /// order. How many there are, and of how many the desk does not know whether they arrived.
    ///
    /// # Errors
    /// One is lost or doubled, or a sum does not hold.
    pub async fn answers(&self) -> anyhow::Result<(usize, usize)> {
        let mut seen = KillsSeen::default();
        compare(&self.bench, &self.person.0, &self.person.1, &self.said, &mut seen).await?;
        self.bench.desk.metrics().await?.conserved()?;
        Ok((seen.answers, seen.unconfirmed))
    }

    fn lose_what_was_not_synced(&self) -> anyhow::Result<()> {
        for entry in std::fs::read_dir(&self.data)? {
            let entry = entry?;
            if NOT_ON_DISK.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            let is_folder = entry.file_type()?.is_dir();
            if is_folder {
                std::fs::remove_dir_all(entry.path())?
            } else {
                std::fs::remove_file(entry.path())?
            }
        }
        copy_folder(&self.mirror, &self.data)
    }

    /// Reads every photo that the desk says it has.
    async fn photos(&self) -> anyhow::Result<usize> {
        let http = crate::desk::client();
        let mut count = 0;
        for action in self.bench.desk.actions(&self.person.1).await? {
            let attachments = action["attachments"].as_array().cloned().unwrap_or_default();
            for attachment in attachments.iter().filter(|attachment| attachment["state"] == "kept") {
                let answer = http.get(attachment["url"].as_str().context("a link")?).send().await?;
                ensure!(answer.status() == StatusCode::OK, "G18: a kept photo is gone: {attachment}");
                let size = answer.bytes().await?.len();
                ensure!(attachment["size"] == size, "G18: {size} bytes of a kept photo: {attachment}");
                count += 1;
            }
        }
        Ok(count)
    }

    /// Waits until the desk has the photo of the round, so that there is one to lose.
    ///
    /// # Errors
    /// It does not come.
    pub async fn has_photo(&self) -> anyhow::Result<()> {
        until("a photo is kept", || async { Ok((self.photos().await? > 0).then_some(())) }).await
    }
}

/// Compiles the shim.
fn compile(folder: &Path) -> anyhow::Result<PathBuf> {
    let (source, shim) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, include_str!("shim.c"))?;
    let made = Command::new("cc").args(["-shared", "-fPIC", "-O2", "-o"]).arg(&shim).arg(&source).output();
    let made = made.context("a power cut needs the C compiler `cc`; on Debian: apt install gcc libc6-dev")?;
    ensure!(made.status.success(), "cc: {}", String::from_utf8_lossy(&made.stderr));
    Ok(shim)
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            std::fs::create_dir_all(&to)?;
            copy_folder(&path, &to)?;
        } else if path.extension().is_none_or(|it| it != "shim") {
            std::fs::copy(&path, &to)?;
        }
    }
    Ok(())
}
