//! `/metrics` in Prometheus' text format. It needs a token of scope `read`: the port is the public one, and numbers tell
//! how a business goes. Labels are names of ours, of plugins and of accounts, never of people.

use std::fmt::{Display, Write as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use desk_store::{AccountRow, Backlog, Counts, Histogram, WriterStats};

use super::auth::Reader;
use super::error::ApiResult;
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::metrics::Metrics;

/// `GET /metrics`.
pub(super) async fn show(_: Reader, State(app): State<Arc<App>>) -> ApiResult<impl IntoResponse> {
    let now = to_column(now_ms());
    let looked = app.store.read(move |tx| Ok((tx.counts()?, tx.backlog(now)?, tx.accounts()?)));
    let (counts, backlog, accounts) = looked.await?;
    let mut page = Page::default();
    page.family("desk_info", "gauge", "Versions");
    let versions = [("version", env!("CARGO_PKG_VERSION")), ("sqlite", desk_store::sqlite_version())];
    page.line("desk_info", &versions, 1);
    write_counts(&mut page, &counts);
    write_backlog(&mut page, &backlog, now);
    write_accounts(&mut page, &accounts);
    write_pauses(&mut page, &app);
    write_process(&mut page, &app.metrics);
    write_commits(&mut page, app.store.stats());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.text))
}

/// A page in the making.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let _ = write!(self.text, "{}{label}=\"{text}\"", if index == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.line(name, &[], value);
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], histogram: &Histogram) {
        let bucket = format!("{name}_bucket");
        for (bound, count) in histogram.buckets() {
            let bound = bound.to_string();
            self.line(&bucket, &[labels, &[("le", bound.as_str())]].concat(), count);
        }
        self.line(&bucket, &[labels, &[("le", "+Inf")]].concat(), histogram.count());
        self.line(&format!("{name}_sum"), labels, histogram.seconds());
        self.line(&format!("{name}_count"), labels, histogram.count());
    }
}

fn write_counts(page: &mut Page, counts: &Counts) {
    let ever = [
        ("desk_inbound_received_total", "Inbound things read out of webhooks", counts.received),
        ("desk_inbound_done_total", "Of these, those whose effects are kept", counts.done),
        ("desk_inbound_repeated_total", "Of these, repetitions", counts.repeated),
        ("desk_events_queued_total", "Events queued for plugins", counts.events_queued),
        ("desk_events_taken_total", "Of these, those that left the queue", counts.events_taken),
        ("desk_calls_queued_total", "Calls queued in the outbox", counts.calls_queued),
        ("desk_calls_forgotten_total", "Of these, done ones that were forgotten", counts.calls_forgotten),
    ];
    for (name, help, value) in ever {
        page.one(name, "counter", help, value);
    }
    page.one("desk_inbound_parked", "gauge", "Inbound things that are parked", counts.parked_inbound);
    page.one(
        "desk_inbound_waiting",
        "gauge",
        "Inbound things that wait to be tried again",
        counts.waiting_inbound,
    );
    page.one("desk_events_waiting", "gauge", "Events that wait for a plugin", counts.events);
    page.family("desk_calls", "gauge", "Calls in the outbox by state");
    let states =
        [("waiting", counts.calls_waiting), ("sending", counts.calls_sending), ("done", counts.calls_done)];
    for (state, count) in states {
        page.line("desk_calls", &[("state", state)], count);
    }
    page.family("desk_conservation_difference", "gauge", "What came less what became of it: 0, or a bug");
    for sum in counts.sums() {
        page.line("desk_conservation_difference", &[("sum", sum.name)], sum.total - sum.parts);
    }
}

fn write_backlog(page: &mut Page, backlog: &Backlog, now: i64) {
    page.family("desk_oldest_seconds", "gauge", "How long the oldest waits, 0 if none does");
    let oldest = [
        ("event", backlog.oldest_event_at),
        ("call", backlog.oldest_waiting_at),
        ("sending", backlog.oldest_sending_at),
    ];
    for (what, at) in oldest {
        let waits_ms = at.map_or(0, |at| now.saturating_sub(at).max(0));
        page.line("desk_oldest_seconds", &[("what", what)], waits_ms / 1_000);
    }
    page.family("desk_paused", "gauge", "What is paused");
    page.line("desk_paused", &[("what", "account")], backlog.paused_accounts);
    page.line("desk_paused", &[("what", "conversation")], backlog.paused_conversations);
    page.family("desk_held", "gauge", "What a restored backup had not sent, until a person decides");
    page.line("desk_held", &[("what", "call")], backlog.held.calls);
    page.line("desk_held", &[("what", "reply")], backlog.held.replies);
    page.one("desk_events_failing", "gauge", "Events that a plugin broke down over", backlog.failing_events);
    page.family("desk_parked", "gauge", "Parked events by kind and the problem's code");
    for reason in &backlog.parked {
        page.line("desk_parked", &[("kind", &reason.kind), ("code", &reason.code)], reason.count);
    }
}

fn write_accounts(page: &mut Page, accounts: &[AccountRow]) {
    page.family("desk_account_connected", "gauge", "1 for an account whose health is `connected`, else 0");
    for account in accounts {
        let labels = [("account", account.id.as_str()), ("channel", &account.channel)];
        page.line("desk_account_connected", &labels, i32::from(account.health == "connected"));
    }
}

fn write_pauses(page: &mut Page, app: &App) {
    let pauses = app.breakers.pauses();
    page.family(
        "desk_channel_paused",
        "gauge",
        "1 for a channel that is paused because it keeps failing, else 0",
    );
    for channel in app.channels.iter() {
        let is_paused = pauses.iter().any(|pause| pause.digest == channel.digest());
        page.line("desk_channel_paused", &[("channel", &channel.manifest().id)], i32::from(is_paused));
    }
    page.family("desk_channel_pauses_total", "counter", "Pauses that began");
    for (channel, begun) in app.breakers.begun() {
        page.line("desk_channel_pauses_total", &[("channel", &channel)], begun);
    }
}

fn write_process(page: &mut Page, metrics: &Metrics) {
    let open = metrics.connections.load(Ordering::Relaxed);
    page.one("desk_connections", "gauge", "Open connections", open);
    page.family("desk_webhook_responses_total", "counter", "Answers to webhooks by status");
    for (status, count) in metrics.webhooks().iter() {
        page.line("desk_webhook_responses_total", &[("status", &status.to_string())], count);
    }
    let functions = metrics.functions();
    page.family("desk_plugin_calls_total", "counter", "Calls of plugins by function and result");
    for (name, function) in functions.iter() {
        for (result, count) in &function.results {
            page.line("desk_plugin_calls_total", &[("function", name), ("result", result)], count);
        }
    }
    page.family("desk_plugin_call_seconds", "histogram", "How long calls of plugins took");
    for (name, function) in functions.iter() {
        page.histogram("desk_plugin_call_seconds", &[("function", name)], &function.took);
    }
}

fn write_commits(page: &mut Page, stats: &WriterStats) {
    page.family("desk_commit_seconds", "histogram", "How long commits took");
    page.histogram("desk_commit_seconds", &[], &stats.commits);
    let (jobs, refused) = (stats.jobs.load(Ordering::Relaxed), stats.refused.load(Ordering::Relaxed));
    page.one("desk_commit_jobs_total", "counter", "Jobs in these commits", jobs);
    page.one("desk_commits_refused_total", "counter", "Commits that the disk refused", refused);
}
