//! `desk serve`: puts a desk together, runs it, and stops it in order.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use desk_store::{Store, TokenRow, Tx};
use tokio::sync::Notify;

use crate::app::{App, Channels};
use crate::attachments::{self, Blobs, Downloader, Links};
use crate::clock::{self, now_ms, to_column};
use crate::config::FileConfig;
use crate::desk::BuiltIn;
use crate::edge::Limits;
use crate::inbox::{self, Breakers, Lanes, Pause};
use crate::metrics::Metrics;
use crate::outbox::{self, Egress};
use crate::pressure::Pressure;
use crate::retention::Keep;
use crate::started::{Plugin, Started};
use crate::telemetry::LogFormat;
use crate::{checks, edge, http, retention, secrets, shutdown, telemetry};

/// After the wish to stop, for requests and calls to come to their end. With what follows it stays under 10 s (G28).
const DRAIN_MAX: Duration = Duration::from_secs(8);
/// For the write-ahead log to be moved into the file.
const CHECKPOINT_MAX: Duration = Duration::from_secs(1);
/// For what runs on other threads.
const THREADS_MAX: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// A channel's component; repeat for several. FILE@sha256:DIGEST loads only the one that `desk inspect` says this of
    #[arg(long, env = "DESK_PLUGIN", value_delimiter = ',')]
    plugin: Vec<PathBuf>,
    /// Where the desk keeps its file
    #[arg(long, env = "DESK_DATA")]
    data: Option<PathBuf>,
    /// The file with the master key of the secrets; or the key itself in DESK_KEY [default: DATA/desk.key, made at the
    /// first start]
    #[arg(long, env = "DESK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, env = "DESK_LISTEN")]
    listen: Option<SocketAddr>,
    /// How messengers and customers reach this desk [default: http:// and the listen address]
    #[arg(long, env = "DESK_PUBLIC_URL")]
    public_url: Option<String>,
    /// A TOML file with the same keys
    #[arg(long, env = "DESK_CONFIG")]
    config: Option<PathBuf>,
    /// How often each account is checked, minutes; 0: never [default: 60]
    #[arg(long, env = "DESK_CHECK_EVERY_MINUTES")]
    check_every_minutes: Option<f64>,
    /// Days that done calls, receipts without a message and deleted tasks' content are kept [default: 30]
    #[arg(long, env = "DESK_KEEP_DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    keep_days: Option<u32>,
    /// Days that files in customers' messages are kept [default: for ever]
    #[arg(long, env = "DESK_KEEP_MEDIA_DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    keep_media_days: Option<u32>,
    /// Days that a customer's link to a sent file works [default: 30]
    #[arg(long, env = "DESK_FILE_DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    file_days: Option<u32>,
    /// Hours that an answer may wait to be sent; then it ends as failed [default: 24]
    #[arg(long, env = "DESK_SEND_HOURS", value_parser = clap::value_parser!(u32).range(1..))]
    send_hours: Option<u32>,
    /// Minutes after which an answer that nobody confirmed is sent again by itself, then after twice as long each time;
    /// customers may get it twice [default: never, a person decides]
    #[arg(long, env = "DESK_RESEND_MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    resend_minutes: Option<u32>,
    /// HOST=URL: send calls for a host elsewhere, for the simulator and tests
    #[arg(long, env = "DESK_EGRESS", value_delimiter = ',')]
    egress: Vec<String>,
    /// A file with the milliseconds to add to the machine's clock, for simulations and tests
    #[arg(long, env = "DESK_CLOCK")]
    clock: Option<PathBuf>,
    /// Most connections; the one that has waited longest for its client makes place [default: 1024]
    #[arg(long, env = "DESK_CONNECTIONS_MAX", value_parser = clap::value_parser!(u64).range(1..))]
    connections_max: Option<u64>,
    /// Free megabytes of the disk below which nothing new is taken in [default: 500, or 5 % of a small disk]
    #[arg(long, env = "DESK_FREE_DISK_MIN_MB")]
    free_disk_min_mb: Option<u64>,
    /// How lines of the log are written; which ones, DESK_LOG says [default: text]
    #[arg(long, env = "DESK_LOG_FORMAT", value_enum)]
    log_format: Option<LogFormat>,
}

/// What `serve` runs with, from flags, the environment and the file, in this order.
struct Settings {
    plugin: Vec<PathBuf>,
    data: PathBuf,
    key_file: Option<PathBuf>,
    listen: SocketAddr,
    public_url: Option<String>,
    check_every: Option<Duration>,
    keep: Keep,
    file_days: u32,
    send_hours: u32,
    resend_minutes: Option<u32>,
    egress: Vec<String>,
    clock: Option<PathBuf>,
    limits: Limits,
    free_bytes_min: Option<u64>,
    log_format: LogFormat,
}

/// What running takes besides the desk itself.
struct Run {
    downloader: Arc<Downloader>,
    data: PathBuf,
    limits: Limits,
    free_bytes_min: Option<u64>,
    check_every: Option<Duration>,
    keep: Keep,
}

/// The desk's file in its data folder.
pub(super) fn database(data: &Path) -> PathBuf {
    data.join("desk.sqlite")
}

pub(super) fn run(args: ServeArgs) -> anyhow::Result<()> {
    let settings = settings(args)?;
    telemetry::start(settings.log_format)?;
    edge::allow_open_files();
    secrets::forbid_core_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(settings));
    // A plugin's call or a read of the store on another thread must not hold up the end.
    runtime.shutdown_timeout(THREADS_MAX);
    result
}

fn settings(args: ServeArgs) -> anyhow::Result<Settings> {
    let file = args.config.as_deref().map(FileConfig::read).transpose()?.unwrap_or_default();
    let or = |given: Vec<PathBuf>, file: Vec<PathBuf>| if given.is_empty() { file } else { given };
    let plugin = or(args.plugin, file.plugin);
    anyhow::ensure!(!plugin.is_empty(), "no channel: give --plugin viber_channel.wasm");
    Ok(Settings {
        plugin,
        data: args.data.or(file.data).context("no data folder: give --data DIR")?,
        key_file: args.key_file.or(file.key_file),
        listen: args.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
        public_url: args.public_url.or(file.public_url),
        check_every: interval(args.check_every_minutes.or(file.check_every_minutes))?,
        keep: Keep {
            days: args.keep_days.or(file.keep_days).unwrap_or(retention::KEEP_DAYS).max(1),
            media_days: args.keep_media_days.or(file.keep_media_days).map(|days| days.max(1)),
        },
        file_days: args.file_days.or(file.file_days).unwrap_or(attachments::LINK_DAYS).max(1),
        send_hours: args.send_hours.or(file.send_hours).unwrap_or(outbox::SEND_HOURS).max(1),
        resend_minutes: args.resend_minutes.or(file.resend_minutes).map(|minutes| minutes.max(1)),
        egress: if args.egress.is_empty() { file.egress } else { args.egress },
        clock: args.clock.or(file.clock),
        limits: limits(args.connections_max.or(file.connections_max)),
        free_bytes_min: args
            .free_disk_min_mb
            .or(file.free_disk_min_mb)
            .map(|mb| mb.saturating_mul(1_000_000)),
        log_format: args.log_format.or(file.log_format).unwrap_or_default(),
    })
}

/// How long between two checks of an account; `None` for never.
fn interval(minutes: Option<f64>) -> anyhow::Result<Option<Duration>> {
    let minutes = minutes.unwrap_or(checks::EVERY_MINUTES);
    let every = Duration::try_from_secs_f64(minutes * 60.0);
    let every = every.with_context(|| format!("check_every_minutes is {minutes}: give 0 or more"))?;
    Ok((!every.is_zero()).then_some(every))
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    // What can be wrong with the settings first: before a file is made.
    let elsewhere = outbox::elsewhere(&settings.egress)?;
    let egress = Egress::new(elsewhere.clone())?;
    let downloader = Arc::new(Downloader::new(elsewhere)?);
    if let Some(file) = &settings.clock {
        clock::follow(file)?;
    }
    let key = super::key_source(settings.key_file.as_deref(), &settings.data)?;
    let store = Store::open(&database(&settings.data))?;
    let keys = secrets::unlock(&store, key).await?;
    let links = Links::open(&store, &keys, settings.file_days).await?;
    let blobs = Blobs::open(&settings.data).context("cannot open the folder of files")?;
    let engine = super::engine(settings.data.join("components"))?;
    let channels = Channels::load(&engine, &settings.plugin)?;
    let listener =
        edge::listen(settings.listen).with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let public_url = settings.public_url.unwrap_or_else(|| format!("http://{address}"));
    let app = Arc::new(App {
        store,
        keys,
        blobs,
        links,
        channels,
        helpdesk: Box::new(BuiltIn),
        lanes: Lanes::default(),
        breakers: Breakers::default(),
        inbox_bell: Notify::new(),
        send_hours: settings.send_hours,
        resend_minutes: settings.resend_minutes,
        egress,
        outbox_bell: Notify::new(),
        metrics: Metrics::default(),
        media_bell: Notify::new(),
        pressure: Pressure::default(),
        stop: shutdown::on_signal()?,
        public_url: public_url.trim_end_matches('/').to_owned(),
    });
    first_start(&app).await?;
    note_start(&app, &address.to_string(), !settings.egress.is_empty(), settings.keep).await?;
    println!("desk listening on http://{address}");
    tracing::info!(%address, sqlite = desk_store::sqlite_version(), "desk started");
    let run = Run {
        downloader,
        data: settings.data,
        limits: settings.limits,
        free_bytes_min: settings.free_bytes_min,
        check_every: settings.check_every,
        keep: settings.keep,
    };
    run_until_stopped(app, listener, run).await;
    Ok(())
}

fn limits(connections_max: Option<u64>) -> Limits {
    let limits = Limits::default();
    let given = connections_max.and_then(|most| usize::try_from(most).ok());
    Limits { connections_max: given.unwrap_or(limits.connections_max).max(1), ..limits }
}

/// Serves while the work that a stop left behind is taken up. When it is to stop: the door closes and the outbox begins
/// nothing more; what was read is answered, what is being sent comes to its end; then the store is tidied up.
async fn run_until_stopped(app: Arc<App>, listener: tokio::net::TcpListener, run: Run) {
    let worker = tokio::spawn(work(app.clone(), run.check_every, run.keep));
    tokio::spawn(attachments::run(app.clone(), run.downloader, app.stop.clone()));
    let (watched, stop) = (app.clone(), app.stop.clone());
    tokio::spawn(async move { watched.pressure.watch(&run.data, run.free_bytes_min, stop).await });
    let mut stop = app.stop.clone();
    let (routes, open) = (http::routes(app.clone()), app.metrics.connections.clone());
    let door = tokio::spawn(edge::serve(listener, routes, run.limits, open, stop.clone()));
    stop.asked().await;
    let both = async { (door.await, worker.await) };
    match tokio::time::timeout(DRAIN_MAX, both).await {
        Ok((Ok(()), Ok(()))) => {}
        Ok((Err(error), _) | (_, Err(error))) => tracing::error!(%error, "a part of the desk ended early"),
        Err(_) => tracing::warn!("calls under way were cut off: they count as unknown at the next start"),
    }
    match tokio::time::timeout(CHECKPOINT_MAX, app.store.checkpoint()).await {
        Ok(Ok(_)) => tracing::info!("desk stopped"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "desk stopped; the write-ahead log stays, and loses nothing")
        }
        Err(_) => tracing::warn!("desk stopped; the write-ahead log stays, and loses nothing"),
    }
}

async fn work(app: Arc<App>, check_every: Option<Duration>, keep: Keep) {
    if let Err(error) = outbox::recover(&app).await {
        tracing::error!(%error, "calls that a stop interrupted could not be settled");
    }
    // Before anything is sent: what had to wait through a long stop may be late by now.
    if let Err(error) = outbox::sweep(&app).await {
        tracing::error!(%error, "what has waited too long could not be ended");
    }
    // A check that a stop cuts off has changed nothing: its one transaction is kept whole or not at all.
    tokio::select! {
        () = checks::run(app.clone(), check_every) => {}
        () = retention::run(app.clone(), keep) => {}
        () = outbox::end_in_time(app.clone()) => {}
        _ = async {
            tokio::join!(
                outbox::run(app.clone(), app.stop.clone()),
                inbox::run(app.clone(), app.stop.clone())
            )
        } => {}
    }
}

/// Leaves word of this start for those who look at the file.
async fn note_start(app: &App, address: &str, is_simulation: bool, keep: Keep) -> anyhow::Result<()> {
    let started = Started {
        version: env!("CARGO_PKG_VERSION").into(),
        at: now_ms(),
        address: address.into(),
        public_url: app.public_url.clone(),
        is_simulation,
        keeps: keep.says(),
        plugins: app.channels.iter().map(Plugin::of).collect(),
    };
    let keep = move |tx: &Tx| {
        started.keep(tx)?;
        Pause::keep(tx, &[])
    };
    Ok(app.store.write(keep).await?)
}

/// A new desk has an owner and one administrator's token, which is printed and nowhere kept.
async fn first_start(app: &App) -> anyhow::Result<()> {
    if app.store.read(|tx| tx.has_tokens()).await? {
        return Ok(());
    }
    let token = http::new_token()?;
    let (hash, at) = (http::hash_token(&token), to_column(now_ms()));
    app.store
        .write(move |tx| {
            let owner = match tx.owner()? {
                Some(owner) => owner.id,
                None => tx.add_employee("Administrator", None, true)?,
            };
            let row = TokenRow { name: "first start".into(), scope: "admin".into(), employee: Some(owner) };
            tx.add_token(&hash, &row, at, None)
        })
        .await?;
    println!("administrator token: {token}");
    println!("log in: {}/#token={token}", app.public_url);
    Ok(())
}
