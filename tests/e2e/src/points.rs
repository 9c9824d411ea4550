//! A desk that dies at a crash point, and again at another while it recovers, under a little of everything: callbacks,
//! answers, photos. Not here: which points, and what is said of them.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::callback::{self, Hook};
use crate::desk::FAULTY;
use crate::files::FileServer;
use crate::kills::{KillsSeen, Said, compare};
use crate::load::{Message, insist};
use crate::stops::kept;
use crate::{Bench, DeskOptions, User};

/// Customers who write in each round.
const WRITERS: usize = 3;
/// Messages of each.
const MESSAGES: usize = 3;
/// Customers who get an answer in each round, and others who send a photo.
const PEOPLE: usize = 5;
/// A host of Viber's that the server of photos stands for.
const HOST: &str = "content.cdn.viber.com";
/// Tokens of photos, away from those of messages.
const PHOTO_TOKENS: u64 = 1 << 60;
/// How long a desk may take to come to its point under load; it has done all there is to do by then.
const REACH_MAX: Duration = Duration::from_secs(6);
/// The same for a start with nothing but its recovery to do.
const RECOVERY_MAX: Duration = Duration::from_secs(2);

/// A desk that can be made to die.
pub struct Points {
    bench: Bench,
    account: String,
    hook: Hook,
    people: Vec<(User, Value, Vec<Said>)>,
    round: usize,
    photos: FileServer,
}

/// What was seen of one round.
#[derive(Debug, Default)]
pub struct RoundSeen {
    /// Whether it died at its point under load.
    pub died: bool,
    /// How many of its starts died at their point while they recovered.
    pub died_again: usize,
}

impl Points {
    /// Starts the desk, with customers who have a task each.
    ///
    /// # Errors
    /// It does not start: it may not be built.
    pub async fn start() -> anyhow::Result<Self> {
        let photos = FileServer::start().await?;
        let egress = vec![format!("{HOST}={}", photos.base)];
        let options = DeskOptions { program: Some(FAULTY), egress, ..DeskOptions::default() };
        let bench = Bench::start_with(options, "127.0.0.1:0").await?;
        let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
        let hook = Hook::of(&bench.viber, &bot).await?;
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            let name = format!("Person {number}");
            let person = bench.viber.add_user(&bot, &name, json!({})).await?;
            person.write("hello").await?;
            let task = bench.desk.tasks_of(&account, &name).await?.remove(0);
            people.push((person, task, Vec::new()));
        }
        Ok(Self { bench, account, hook, people, round: 0, photos })
    }

    /// Lets it die at a point under load, as `after-send:3`, then at each of the others while it recovers; then starts it,
    /// and compares: nothing acknowledged is lost, nothing is there or sent twice, everything is in order, the sums hold.
    ///
    /// # Errors
    /// One of these is not so.
    pub async fn die(&mut self, at: &str, again: &[&str]) -> anyhow::Result<RoundSeen> {
        let mut seen = RoundSeen::default();
        self.bench.desk.kill()?;
        self.bench.desk.start_to_crash(at)?;
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (hook, round) = (self.hook.clone(), self.round);
            writers.spawn(async move {
                for number in 0..MESSAGES {
                    Message::of(round, writer, number).insist(&hook).await?;
                }
                anyhow::Ok(())
            });
        }
        for photo in 0..PEOPLE {
            let (hook, body) = (self.hook.clone(), self.photo(photo));
            writers.spawn(async move { insist(&hook, &body).await.map(drop) });
        }
        self.answer().await;
        seen.died = self.bench.desk.died_within(REACH_MAX).await?;
        for point in again {
            self.bench.desk.start_to_crash(&format!("{point}:1"))?;
            seen.died_again += usize::from(self.bench.desk.died_within(RECOVERY_MAX).await?);
        }
        self.bench.desk.start_again()?;
        while let Some(written) = writers.join_next().await {
            written??;
        }
        self.compare().await.with_context(|| format!("{at}, then {again:?}"))?;
        self.round += 1;
        Ok(seen)
    }

    /// A photo of the round, another one each time: its name, its link and its bytes.
    fn photo(&self, number: usize) -> Vec<u8> {
        let (round, name) = (self.round, format!("photo-{}-{number}", self.round));
        let url = format!("https://{HOST}/own.png?{name}");
        let token = PHOTO_TOKENS + (round * PEOPLE + number) as u64;
        callback::message(token, &name, &json!({"type": "picture", "media": url, "size": 9}))
    }

    /// An answer to each. What meets a desk that is down is not there.
    async fn answer(&mut self) {
        let text = format!("answer {}", self.round);
        // A desk that has just been started may not listen yet, or may have died on the way.
        let listens = crate::until("it listens", || async {
            Ok(tokio::net::TcpStream::connect(self.bench.desk.address()).await.ok())
        });
        let _ = tokio::time::timeout(RECOVERY_MAX, listens).await;
        for (_, task, said) in &mut self.people {
            let taken = self.bench.desk.reply(task, &text).await.is_ok();
            said.push((text.clone(), taken));
        }
    }

    async fn compare(&self) -> anyhow::Result<()> {
        let kept: Vec<_> = kept(&self.bench, &self.account, self.round).await?.into_values().collect();
        ensure!(kept == [MESSAGES; WRITERS], "of {MESSAGES} messages each, {kept:?} are kept");
        for (person, task, said) in &self.people {
            compare(&self.bench, person, task, said, &mut KillsSeen::default()).await?;
        }
        self.photos_are_there().await?;
        self.bench.desk.metrics().await?.conserved()
    }

    /// Each photo of the round is in its task once, and is kept in the end.
    async fn photos_are_there(&self) -> anyhow::Result<()> {
        let name = format!("User photo-{}-", self.round);
        let is_photo =
            |task: &Value| task["requester"]["name"].as_str().is_some_and(|it| it.starts_with(&name));
        let tasks = self.bench.desk.tasks(&self.account).await?;
        let tasks: Vec<_> = tasks.into_iter().filter(is_photo).collect();
        ensure!(tasks.len() == PEOPLE && self.photos.asked() > 0, "{} photos have a task", tasks.len());
        crate::until("every photo is kept", || async {
            let mut kept = 0;
            for task in &tasks {
                let actions = self.bench.desk.actions(task).await?;
                ensure!(actions.len() == 1, "a photo is there {} times", actions.len());
                kept += usize::from(actions[0]["attachments"][0]["state"] == "kept");
            }
            Ok((kept == PEOPLE).then_some(()))
        })
        .await
    }
}
