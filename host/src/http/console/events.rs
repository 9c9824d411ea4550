//! `GET /events`: says what was changed as soon as it is on disk, so that open pages look again. Ids only; what is there is
//! read by the page, as whoever is signed in may.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use desk_store::{Change, Changes};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::session::{Reader, session_hash};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::shutdown::Stop;

/// Without a byte for longer a proxy, or our own edge, takes the browser for gone.
const BEAT: Duration = Duration::from_secs(5);
/// After a change, so that those of a moment come together.
const GATHER: Duration = Duration::from_millis(50);
/// Most ids that are named; more is "anything".
const NAMED_MAX: usize = 200;

/// What was changed, for a page's script.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Told {
    tasks: BTreeSet<i64>,
    contacts: BTreeSet<i64>,
    accounts: BTreeSet<String>,
    parked: bool,
    /// Anything may have been.
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

/// One browser that listens.
struct Listener {
    app: Arc<App>,
    session: String,
    changes: Changes,
    stop: Stop,
}

/// Ends when the session does, and when the desk stops; a browser comes back by itself.
pub(super) async fn stream(_: Reader, State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let session = session_hash(&headers, &app).unwrap_or_default();
    let listener = Listener { changes: app.store.changes(), stop: app.stop.clone(), app, session };
    let first = "retry: 2000\n\n".to_owned();
    let lines = stream::unfold((Some(first), listener), |(first, mut listener)| async move {
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
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(lines)).into_response()
}

impl Listener {
    /// The next thing to say; `None` to end.
    async fn next(&mut self) -> Option<String> {
        let mut told = Told::default();
        tokio::select! {
            biased;
            () = self.stop.asked() => return None,
            heard = self.changes.recv() => match heard {
                Ok(changes) => told.add(&changes),
                Err(RecvError::Lagged(_)) => told.all = true,
                Err(RecvError::Closed) => return None,
            },
            () = tokio::time::sleep(BEAT) => return self.is_signed_in().await.then(|| ":\n\n".to_owned()),
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

    async fn is_signed_in(&self) -> bool {
        let hash = self.session.clone();
        let found = self.app.store.read(move |tx| tx.session(&hash, to_column(now_ms()))).await;
        // A store that cannot be read now is no reason to send people away.
        !matches!(found, Ok(None))
    }
}
