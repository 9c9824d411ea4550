//! A bench for tests of the whole: Viber's simulator in this process, `desk` as a process of its own, and clients for
//! both. It knows the desk and the simulator only by what they print and answer; it shares no code with the plugin.

pub mod answers;
pub mod browser;
pub mod busy;
mod cable;
pub mod callback;
pub mod canary;
pub mod crowd;
mod data;
mod desk;
mod feed;
pub mod files;
pub mod kills;
pub mod load;
pub mod ops;
pub mod plain_browser;
pub mod points;
pub mod power;
mod process;
pub mod random;
pub mod raw;
mod sim;
pub mod slow;
pub mod stops;
pub mod uploads;
mod view;
mod wait;
mod work;

pub use cable::Cable;
pub use data::{feed_folder, foreign_samples, json_file, json_files};
pub use desk::{Desk, DeskOptions, FAULTY, desk_program, run_desk};
pub use feed::Feed;
pub use sim::{SimClient, User};
pub use view::settle;
pub use wait::{WAIT_MAX, until};

use anyhow::Context;
use serde_json::{Value, json};

/// Milliseconds of an hour.
pub const HOUR_MS: u64 = 3_600_000;

/// The simulator and a desk that sends Viber's calls to it.
pub struct Bench {
    /// Viber's side.
    pub viber: SimClient,
    /// The helpdesk.
    pub desk: Desk,
    /// The simulator; kept for its life.
    pub sim: viber_sim::Sim,
}

impl Bench {
    /// Starts both on free ports of loopback.
    ///
    /// # Errors
    /// One of them does not start.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(DeskOptions::default(), "127.0.0.1:0").await
    }

    /// Starts both as told.
    ///
    /// # Errors
    /// One of them does not start.
    pub async fn start_with(mut options: DeskOptions, sim_address: &str) -> anyhow::Result<Self> {
        let sim = viber_sim::Sim::start(sim_address).await.context("the simulator does not start")?;
        for host in ["chatapi.viber.com", "dl-media.viber.com"] {
            options.egress.push(format!("{host}={}", sim.base_url()));
        }
        let desk = Desk::start(options).await?;
        let viber = SimClient::new(sim.base_url());
        viber.patch("options", json!({"media_base_url": "https://dl-media.viber.com"})).await?;
        Ok(Self { viber, desk, sim })
    }

    /// Starts both with clocks that [`Bench::pass`] moves, at the beginning of a clock hour: Viber counts by these.
    ///
    /// # Errors
    /// One of them does not start.
    pub async fn start_on_the_hour() -> anyhow::Result<Self> {
        let options = DeskOptions { movable_clock: true, ..DeskOptions::default() };
        let bench = Self::start_with(options, "127.0.0.1:0").await?;
        bench.to_next_hour().await?;
        Ok(bench)
    }

    /// Lets so much time pass for both. Viber's clock goes first: a desk that is ahead would ask it too early.
    ///
    /// # Errors
    /// The desk was started with the machine's own clock, or one of them refuses.
    pub async fn pass(&self, ms: u64) -> anyhow::Result<()> {
        self.viber.post("clock", json!({"advance_ms": ms})).await?;
        self.desk.advance(ms)
    }

    /// Lets time pass until a second after the next full hour.
    ///
    /// # Errors
    /// As [`Bench::pass`].
    pub async fn to_next_hour(&self) -> anyhow::Result<()> {
        let now = self.sim.now();
        self.pass(HOUR_MS - now % HOUR_MS + 1_000).await
    }

    /// Connects a new bot by its key, with these settings besides; waits until it is connected. Says the account's id and
    /// the bot's.
    ///
    /// # Errors
    /// It does not become connected in time; then with what the desk says of its health.
    pub async fn connect(&self, name: &str, settings: Value) -> anyhow::Result<(String, String)> {
        let bot = self.viber.add_bot(name).await?;
        let id = self.add_account(name, &bot["token"], settings).await?;
        self.health(&id, "connected").await?;
        let bot = bot["alias"].as_str().context("a bot has an alias")?.to_owned();
        Ok((id, bot))
    }

    /// Makes an account with this key and these settings besides, and does not wait. Says its id.
    ///
    /// # Errors
    /// The desk refuses.
    pub async fn add_account(&self, name: &str, key: &Value, settings: Value) -> anyhow::Result<String> {
        let mut settings = settings;
        settings["api_key"] = key.clone();
        let body = json!({"channel": "viber", "name": name, "settings": settings});
        let account = self.desk.post("accounts", body).await?;
        Ok(account["id"].as_str().context("an account has an id")?.to_owned())
    }

    /// Waits until the account's health is in a state; says the account as it then is.
    ///
    /// # Errors
    /// It does not come to it in time; then with the health as it is.
    pub async fn health(&self, account: &str, state: &str) -> anyhow::Result<Value> {
        let path = format!("accounts/{account}");
        let waited = until(state, || async {
            let account = self.desk.get(&path).await?;
            Ok((account["health"]["state"] == state).then_some(account))
        });
        match waited.await {
            Ok(account) => Ok(account),
            Err(error) => {
                let health = self.desk.get(&path).await?["health"].take();
                Err(error.context(format!("account {account}: {health}")))
            }
        }
    }
}

/// How many bytes of a body the desk says it had read when it refused it; of the so-and-so-many-th that it refused.
///
/// # Errors
/// Its log does not say.
pub async fn read_of_refused(desk: &Desk, number: usize) -> anyhow::Result<u64> {
    let line = until("the desk logs the refusal", || async {
        let log = desk.log()?;
        let line = log.lines().filter(|line| line.contains("over the limit")).nth(number - 1);
        Ok(line.map(str::to_owned))
    });
    let line = line.await?;
    let figure = line.rsplit("size_bytes").next().unwrap_or_default();
    // Between name and number the log may have an escape for colour.
    let figure = figure.rsplit(['=', 'm']).next().unwrap_or_default().trim();
    figure.parse().with_context(|| format!("no size: {line}"))
}
