//! Calls to webhooks: one queue and one task for each (bot, user), signatures, the 5 s limit and the repeats.
//! What an event says is decided elsewhere; here it is bytes with a destination.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};

use crate::delivery::{self, Answer, Signature};
use crate::phone::{Direction, MessageState};
use crate::{App, log, sending};

/// Events that wait in one queue.
const QUEUE_MAX: usize = 1_000;
/// Attempts at once: the first and three repeats.
const IMMEDIATE_ATTEMPTS: u32 = 4;
/// Pause between later repeats, on the simulator's clock.
const REPEAT_EVERY_MS: u64 = 60_000;
/// Age of an event at which repeats end.
const REPEAT_FOR_MS: u64 = 3_600_000;

/// One event on its way.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) bot: usize,
    pub(crate) user: Option<usize>,
    pub(crate) event: String,
    pub(crate) token: u64,
    pub(crate) body: Vec<u8>,
    /// More than one: the same callback so many times, whatever the answers.
    pub(crate) copies: u32,
    /// Copies at the same time instead of one after the other.
    pub(crate) parallel: bool,
    pub(crate) signature: Signature,
    pub(crate) report: Option<oneshot::Sender<Report>>,
}

/// What the webhook answered first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) status: Option<u16>,
    pub(crate) attempts: u32,
    pub(crate) answers: Vec<Option<u16>>,
    pub(crate) body: Value,
}

/// The queue is full; nothing was added.
#[derive(Debug)]
pub(crate) struct QueueFull;

/// All queues.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    lanes: Mutex<HashMap<(usize, Option<usize>), Lane>>,
    /// Events that are queued or under way.
    open: Arc<AtomicUsize>,
}

/// The queue of one user of one bot (or of a bot's events without a user).
#[derive(Debug)]
struct Lane {
    sender: mpsc::Sender<Job>,
    /// True while the event at the head waits for its next minute: those behind it will take long.
    stalled: watch::Receiver<bool>,
    task: AbortHandle,
}

impl Queues {
    /// Adds an event behind the others of its user. The receiver tells whether the queue is stalled.
    pub(crate) fn push(&self, app: &App, job: Job) -> Result<watch::Receiver<bool>, QueueFull> {
        let mut lanes = self.lock();
        let lane =
            lanes.entry((job.bot, job.user)).or_insert_with(|| Lane::start(app, Arc::clone(&self.open)));
        let place = lane.sender.try_reserve().map_err(|_| QueueFull)?;
        // Counted before the task can finish it.
        self.open.fetch_add(1, Ordering::SeqCst);
        place.send(job);
        Ok(lane.stalled.clone())
    }

    /// Ends all tasks; what was queued is lost.
    pub(crate) fn stop(&self) {
        for (_, lane) in self.lock().drain() {
            lane.task.abort();
        }
        self.open.store(0, Ordering::SeqCst);
    }

    /// Events that are queued or under way.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(usize, Option<usize>), Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    fn start(app: &App, open: Arc<AtomicUsize>) -> Self {
        let (sender, mut jobs) = mpsc::channel(QUEUE_MAX);
        let (stall, stalled) = watch::channel(false);
        let app = App::clone(app);
        let task = tokio::spawn(async move {
            while let Some(job) = jobs.recv().await {
                deliver(&app, job, &stall).await;
                // Saturating: `stop` may have set it to zero in between.
                let less = |count: usize| Some(count.saturating_sub(1));
                let _ = open.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            }
        });
        Self { sender, stalled, task: task.abort_handle() }
    }
}

/// One event until it is answered 200 or given up.
async fn deliver(app: &App, mut job: Job, stall: &watch::Sender<bool>) {
    let report = job.report.take();
    let first_at = app.clock.now();
    let (done, attempts) =
        if job.copies > 1 { at_once(app, &job, report).await } else { immediately(app, &job, report).await };
    if done {
        return;
    }
    stall.send_replace(true);
    each_minute(app, &job, first_at, attempts).await;
    stall.send_replace(false);
}

/// The first attempt and the immediate repeats.
async fn immediately(app: &App, job: &Job, mut report: Option<oneshot::Sender<Report>>) -> (bool, u32) {
    for number in 1..=IMMEDIATE_ATTEMPTS {
        let Some(answer) = attempt(app, job, number).await else { return (true, number) };
        let last = number == IMMEDIATE_ATTEMPTS;
        if (answer.status.is_some() || last)
            && let Some(report) = report.take()
        {
            // Nobody listens when the caller did not want to wait.
            let _ = report.send(Report::of(&answer, number));
        }
        if answer.status == Some(200) {
            return (true, number);
        }
    }
    (false, IMMEDIATE_ATTEMPTS)
}

/// Duplicates on purpose.
async fn at_once(app: &App, job: &Job, report: Option<oneshot::Sender<Report>>) -> (bool, u32) {
    let answers = if job.parallel { in_parallel(app, job).await } else { in_turn(app, job).await };
    let done = answers.iter().any(|answer| answer.status == Some(200)) || answers.is_empty();
    if let (Some(report), Some(first)) = (report, answers.first()) {
        let mut summary = Report::of(first, job.copies);
        summary.answers = answers.iter().map(|answer| answer.status).collect();
        let _ = report.send(summary);
    }
    (done, job.copies)
}

async fn in_turn(app: &App, job: &Job) -> Vec<Answer> {
    let mut answers = Vec::new();
    for number in 1..=job.copies {
        answers.extend(attempt(app, job, number).await);
    }
    answers
}

async fn in_parallel(app: &App, job: &Job) -> Vec<Answer> {
    let mut attempts = JoinSet::new();
    for number in 1..=job.copies {
        let (app, copy) = (App::clone(app), job.copy());
        attempts.spawn(async move { attempt(&app, &copy, number).await });
    }
    attempts.join_all().await.into_iter().flatten().collect()
}

/// The repeats of the following hour. Minutes count from the start of the attempt before, so that a test which
/// has seen an attempt can move the clock at once.
async fn each_minute(app: &App, job: &Job, first_at: u64, mut attempts: u32) {
    let mut tried_at = first_at;
    loop {
        app.clock.until(tried_at + REPEAT_EVERY_MS).await;
        tried_at = app.clock.now();
        if tried_at > first_at + REPEAT_FOR_MS {
            let fields =
                json!({"event": job.event, "message_token": job.token.to_string(), "attempts": attempts});
            app.world().log.push(tried_at, "given_up", fields);
            return;
        }
        attempts += 1;
        if attempt(app, job, attempts).await.is_none_or(|answer| answer.status == Some(200)) {
            return;
        }
    }
}

/// One call. `None` when the bot or its webhook is gone, which ends the event.
async fn attempt(app: &App, job: &Job, number: u32) -> Option<Answer> {
    let (url, token) = {
        let world = app.world();
        let bot = world.bots.get(job.bot)?;
        (bot.webhook.as_ref()?.url.clone(), bot.token.clone())
    };
    let started = Instant::now();
    let answer = delivery::post(app, &url, &token, &job.body, job.signature).await;
    let now = app.clock.now();
    let mut world = app.world();
    let fields = json!({
        "bot": format!("b{}", job.bot + 1),
        "user": job.user.map(|user| format!("u{}", user + 1)),
        "event": job.event,
        "message_token": job.token.to_string(),
        "attempt": number,
        "url": url,
        "status": answer.status,
        "answer": log::shown(&answer.body),
        "problem": answer.problem.as_ref().map(ToString::to_string),
        "duration_ms": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "body": log::shown(&job.body),
    });
    world.log.push(now, "callback", fields);
    if answer.status != Some(200) {
        return Some(answer);
    }
    let Some(user) = job.user else { return Some(answer) };
    match job.event.as_str() {
        "conversation_started" => sending::welcome(&mut world, job.bot, user, &answer.body, now),
        // The user's client shows a message as delivered once the webhook has answered in time.
        "message" => {
            let sent =
                world.chat(job.bot, user).messages.iter_mut().rfind(|message| message.token == job.token);
            if let Some(message) = sent.filter(|message| message.direction == Direction::Out) {
                message.state = MessageState::Delivered;
            }
        }
        _ => {}
    }
    Some(answer)
}

impl Job {
    fn copy(&self) -> Self {
        Self { event: self.event.clone(), body: self.body.clone(), report: None, ..*self }
    }
}

impl Report {
    fn of(answer: &Answer, attempts: u32) -> Self {
        Self {
            status: answer.status,
            attempts,
            answers: vec![answer.status],
            body: log::as_value(&answer.body),
        }
    }
}

/// Waits for the first answer, but not behind an event that waits for its next minute.
pub(crate) async fn first_answer(
    report: oneshot::Receiver<Report>,
    mut stalled: watch::Receiver<bool>,
) -> Report {
    tokio::select! {
        biased;
        report = report => report.unwrap_or_default(),
        _ = stalled.wait_for(|stalled| *stalled) => Report::default(),
    }
}
