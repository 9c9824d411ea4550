//! A simulator of Viber's side of its REST Bot API, to run in a test or as a program. It is not a client of that
//! API and shares no code with the programs it tests: an oracle that did would prove nothing.
//!
//! One lock guards the state (`state`, `phone`); decisions are functions on it (`rules`, `sending`, `actions`); the HTTP
//! sides (`rest`, `control`) are thin; `callbacks` calls webhooks. See the README for the routes.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod actions;
mod callbacks;
mod clock;
mod control;
mod control_actions;
mod control_tools;
mod delivery;
mod events;
mod faults;
mod keyboards;
mod listener;
mod log;
mod media;
mod methods;
mod page;
mod phone;
mod png;
mod rest;
mod rules;
mod sending;
mod state;
mod webhook;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Largest request that is read at all; Viber's own limit of 30 kB is checked by the rules.
const REQUEST_BYTES_MAX: usize = 1_000_000;

/// How long an orderly end waits for open requests.
const SHUTDOWN_MAX: Duration = Duration::from_secs(1);

/// How the simulator behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Accept `http://` webhooks; Viber itself wants https.
    pub allow_http: bool,
    /// Write callbacks with `\uXXXX` escapes instead of raw UTF-8; Viber has been seen to do both.
    pub escape_unicode: bool,
    /// Pause between the answer to `send_message` and `delivered`, in real time.
    pub receipt_delay: Duration,
    /// How long a webhook may take, in real time; Viber gives 5 s.
    pub callback_timeout: Duration,
    /// Where links to media seem to lead, such as `https://dl-media.viber.com`: for a program that reaches this
    /// simulator under the real name. Without it they lead to the simulator's own address.
    pub media_base_url: Option<String>,
    /// Links to media are dead, as after their hour.
    pub media_dead: bool,
    /// Seed of ids and tokens.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow_http: true,
            escape_unicode: false,
            receipt_delay: Duration::from_millis(30),
            callback_timeout: Duration::from_secs(5),
            media_base_url: None,
            media_dead: false,
            seed: 1,
        }
    }
}

impl Options {
    fn view(&self) -> Value {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        json!({
            "allow_http": self.allow_http,
            "escape_unicode": self.escape_unicode,
            "receipt_delay_ms": ms(self.receipt_delay),
            "callback_timeout_ms": ms(self.callback_timeout),
            "media_base_url": self.media_base_url,
            "media_dead": self.media_dead,
            "seed": self.seed,
        })
    }
}

/// What handlers and tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<state::World>,
    clock: clock::Clock,
    queues: callbacks::Queues,
    http: reqwest::Client,
    base_url: String,
}

/// The shared part, by reference.
pub(crate) type App = Arc<Shared>;

impl Shared {
    /// The state. Never held across an await: the guard is not `Send`, so the compiler watches over it.
    pub(crate) fn world(&self) -> MutexGuard<'_, state::World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where this simulator listens, as `http://address`.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

/// A running simulator. Dropping it ends it as well, without waiting.
#[derive(Debug)]
pub struct Sim {
    app: App,
    server: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Sim {
    /// Starts a simulator; port 0 picks one.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    pub async fn start(listen: impl tokio::net::ToSocketAddrs) -> anyhow::Result<Self> {
        Self::start_with(listen, Options::default()).await
    }

    /// Starts a simulator that behaves as `options` say.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    pub async fn start_with(
        listen: impl tokio::net::ToSocketAddrs,
        options: Options,
    ) -> anyhow::Result<Self> {
        // Fails when the process has chosen a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind(listen).await.context("binding the listening socket")?;
        let address = listener.local_addr().context("reading the listening address")?;
        let app = Arc::new(Shared {
            world: Mutex::new(state::World::new(options)),
            clock: clock::Clock::default(),
            queues: callbacks::Queues::default(),
            http: http_client()?,
            base_url: format!("http://{}", reachable(address)),
        });
        let service = router(App::clone(&app)).into_make_service_with_connect_info::<listener::Scissors>();
        let (stop, mut stopped) = watch::channel(false);
        let server = tokio::spawn(async move {
            let serve = axum::serve(listener::CuttableListener(listener), service);
            // Ends when asked to, and when the sender is gone with its simulator. It reports no errors.
            let _ =
                serve.with_graceful_shutdown(async move { drop(stopped.wait_for(|stop| *stop).await) }).await;
        });
        Ok(Self { app, server, stop })
    }

    /// Where it listens, as `http://127.0.0.1:1234`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.app.base_url()
    }

    /// Milliseconds since the epoch, on the simulator's clock.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.app.clock.now()
    }

    /// Ends the simulator: no more callbacks, and no more answers once the open requests are through.
    pub async fn shutdown(mut self) {
        self.end();
        if tokio::time::timeout(SHUTDOWN_MAX, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }

    fn end(&self) {
        self.stop.send_replace(true);
        self.app.queues.stop();
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.end();
    }
}

fn http_client() -> anyhow::Result<reqwest::Client> {
    // Viber follows no redirects, and a proxy of the environment must not come between loopback programs.
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.build().context("building the HTTP client")
}

/// An address that a client can connect to: "any" becomes loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// Every route on one screen.
fn router(app: App) -> Router {
    Router::new()
        // Viber's side.
        .route("/pa/{method}", post(rest::call))
        .route("/media/{name}", get(media::signed))
        .route("/avatars/{name}", get(media::unsigned))
        // A phone to be tried by hand.
        .route("/phone/{user}", get(page::phone))
        .route("/phone/assets/{file}", get(page::asset))
        // The control side.
        .route("/control/bots", get(control::bots).post(control::add_bot))
        .route("/control/bots/{bot}", patch(control::patch_bot))
        .route("/control/bots/{bot}/callback", post(control_actions::raw))
        .route("/control/users", get(control::users).post(control::add_user))
        .route("/control/users/{user}", patch(control::patch_user))
        .route("/control/bots/{bot}/users/{user}/phone", get(control::phone))
        .route("/control/bots/{bot}/users/{user}/{action}", post(control_actions::act))
        .route(
            "/control/faults",
            get(control_tools::faults).post(control_tools::add_fault).delete(control_tools::clear_faults),
        )
        .route("/control/clock", get(control_tools::clock).post(control_tools::advance))
        .route("/control/options", get(control_tools::options).patch(control_tools::patch_options))
        .route("/control/queues", get(control_tools::queues))
        .route("/control/log", get(control_tools::log))
        .route("/control/reset", post(control_tools::reset))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(app)
}
