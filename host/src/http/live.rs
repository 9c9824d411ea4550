//! What was changed, as soon as it is on disk, for whoever listens: the console's pages and the API's callers. Ids only;
//! what is there they read, as they may. Not here: what counts as a change, which the store says (`desk_store::Change`).

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_store::{Change, Changes, Tx};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::describe::{Answer, Operation};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::shutdown::Stop;

/// Without a byte for longer a proxy, or our own edge, takes the listener for gone. As often it is asked whether they may
/// still listen.
const BEAT: Duration = Duration::from_secs(5);
/// After a change, so that those of a moment come together.
const GATHER: Duration = Duration::from_millis(50);
/// Most ids that are named; more is "anything".
const NAMED_MAX: usize = 200;
/// The stream's first line: after how many ms a client that lost it comes back.
const FIRST: &str = "retry: 2000\n\n";

/// What was changed.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Changes")]
pub(super) struct Told {
    /// Tasks, what is written in them, or how far that has come.
    tasks: BTreeSet<i64>,
    /// Contacts.
    contacts: BTreeSet<i64>,
    /// Accounts: their settings or their health.
    accounts: BTreeSet<String>,
    /// Whether events were parked, or parked ones taken up.
    parked: bool,
    /// Too much to be named: anything may have been changed.
    all: bool,
}

impl Told {
    fn add(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Task(id) => drop(self.tasks.insert(*id)),
                Change::Contact(id) => drop(self.contacts.insert(*id)),
                Change::Account(id) => drop(self.accounts.insert(id.clone())),
                Change::Parked => self.parked = true,
            }
        }
        self.all |= self.tasks.len() + self.contacts.len() > NAMED_MAX;
    }
}

/// By what somebody may listen; each by its hash.
pub(super) enum Leave {
    /// A session of the console.
    Session(String),
    /// A token of the API.
    Token(String),
}

impl Leave {
    fn stands(&self, tx: &Tx, now: i64) -> desk_store::Result<bool> {
        match self {
            Self::Session(hash) => Ok(tx.session(hash, now)?.is_some()),
            Self::Token(hash) => Ok(tx.token(hash)?.is_some_and(|kept| kept.is_good(now))),
        }
    }
}

/// One who listens.
struct Listener {
    app: Arc<App>,
    leave: Arc<Leave>,
    asked: Instant,
    changes: Changes,
    stop: Stop,
}

/// Word of every change from now on, as server-sent events.
pub(super) struct Events(Listener);

impl Events {
    /// From now on, as long as the leave stands and until the desk stops; a client comes back by itself.
    pub(super) fn of(app: Arc<App>, leave: Leave) -> Self {
        let (changes, stop) = (app.store.changes(), app.stop.clone());
        Self(Listener { app, leave: Arc::new(leave), asked: Instant::now(), changes, stop })
    }
}

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        let lines = stream::unfold((Some(FIRST.to_owned()), self.0), |(first, mut listener)| async move {
            let line = match first {
                Some(first) => first,
                None => listener.next().await?,
            };
            Some((Ok::<_, Infallible>(line), (None, listener)))
        });
        let headers = [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
            // nginx would hold it back until it has enough.
            (HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        (headers, Body::from_stream(lines)).into_response()
    }
}

impl Answer for Events {
    fn describe(operation: &mut Operation) {
        operation.respond_stream::<Told>(
            StatusCode::OK,
            "Server-sent events named `change`, each with this as its `data`; a line with `:` alone says that it lives",
        );
    }
}

impl Listener {
    /// The next thing to say; `None` to end.
    async fn next(&mut self) -> Option<String> {
        // Also while there is always something to say.
        if self.asked.elapsed() >= BEAT {
            self.asked = Instant::now();
            if !self.may_listen().await {
                return None;
            }
        }
        let mut told = Told::default();
        tokio::select! {
            biased;
            () = self.stop.asked() => return None,
            heard = self.changes.recv() => match heard {
                Ok(changes) => told.add(&changes),
                Err(RecvError::Lagged(_)) => told.all = true,
                Err(RecvError::Closed) => return None,
            },
            () = tokio::time::sleep(BEAT) => return self.may_listen().await.then(|| ":\n\n".to_owned()),
        }
        tokio::time::sleep(GATHER).await;
        loop {
            match self.changes.try_recv() {
                Ok(changes) => told.add(&changes),
                Err(TryRecvError::Lagged(_)) => told.all = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        Some(format!("event: change\ndata: {}\n\n", serde_json::to_string(&told).ok()?))
    }

    async fn may_listen(&self) -> bool {
        let leave = self.leave.clone();
        let stands = self.app.store.read(move |tx| leave.stands(tx, to_column(now_ms()))).await;
        // A store that cannot be read now is no reason to send people away.
        stands.unwrap_or(true)
    }
}
