//! What the parts of a running desk share. Not here: how they are started (`cli::serve`).

use std::collections::BTreeMap;
use std::path::Path;

use channel_engine::contract::Account;
use channel_engine::{Channel, Engine};
use desk_store::{AccountRow, Store};
use tokio::sync::Notify;

use crate::attachments::{Blobs, Links};
use crate::desk::Helpdesk;
use crate::inbox::{Breakers, Lanes};
use crate::metrics::Metrics;
use crate::outbox::Egress;
use crate::pressure::Pressure;
use crate::secrets::Keys;
use crate::shutdown::Stop;

/// A running desk.
pub struct App {
    /// The rows.
    pub store: Store,
    /// Kept files.
    pub blobs: Blobs,
    /// What secrets are sealed with.
    pub keys: Keys,
    /// Links by which they are read.
    pub links: Links,
    /// The loaded plugins.
    pub channels: Channels,
    /// Where contacts, tasks and actions go.
    pub helpdesk: Box<dyn Helpdesk>,
    /// One event of a conversation at a time.
    pub lanes: Lanes,
    /// Which plugin versions are paused.
    pub breakers: Breakers,
    /// Rung when an event was queued.
    pub inbox_bell: Notify,
    /// Hours that an answer may wait to be sent.
    pub send_hours: u32,
    /// Minutes after which an unconfirmed answer is sent again by itself; without it, it never is.
    pub resend_minutes: Option<u32>,
    /// The way out to messengers.
    pub egress: Egress,
    /// Rung when a call was queued.
    pub outbox_bell: Notify,
    /// What has been done, as numbers.
    pub metrics: Metrics,
    /// Rung when a customer may have sent a file.
    pub media_bell: Notify,
    /// Whether there is room for more.
    pub pressure: Pressure,
    /// Whether the desk is to stop.
    pub stop: Stop,
    /// How the world reaches this desk, without a slash at the end.
    pub public_url: String,
}

/// The loaded plugins by `manifest.id`.
#[derive(Default)]
pub struct Channels {
    by_id: BTreeMap<String, Channel>,
}

impl Channels {
    /// Loads plugins from files. With `@sha256:…` behind it, a file is loaded only if that is its digest: a new version waits
    /// until somebody has named it.
    ///
    /// # Errors
    /// A file does not fit the contract, is not the one that was named, or two files are the same channel.
    pub fn load(engine: &Engine, files: &[impl AsRef<Path>]) -> anyhow::Result<Self> {
        let mut by_id = BTreeMap::new();
        for file in files {
            let (file, pinned) = pinned(file.as_ref());
            let channel = engine.load(file)?;
            let digest = channel.digest();
            anyhow::ensure!(
                pinned.is_none_or(|pinned| pinned.eq_ignore_ascii_case(digest)),
                "{} is not the component that --plugin names: its digest is sha256:{digest}. If you trust it, name that one",
                file.display()
            );
            let id = channel.manifest().id.clone();
            anyhow::ensure!(
                by_id.insert(id.clone(), channel).is_none(),
                "two plugins are the channel `{id}`: give --plugin once for each"
            );
        }
        Ok(Self { by_id })
    }

    /// The ids of all.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.by_id.keys().cloned().collect()
    }

    /// The channel with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Channel> {
        self.by_id.get(id)
    }

    /// Every channel.
    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.by_id.values()
    }
}

/// The file, and the digest that it must have.
fn pinned(named: &Path) -> (&Path, Option<&str>) {
    let parts = named.to_str().and_then(|named| named.rsplit_once("@sha256:"));
    parts.map_or((named, None), |(file, digest)| (Path::new(file), Some(digest)))
}

impl App {
    /// Where the messenger reaches the account.
    #[must_use]
    pub fn webhook_url(&self, account: &str) -> String {
        format!("{}/webhooks/{account}", self.public_url)
    }

    /// The page that customers are sent to.
    #[must_use]
    pub fn landing_url(&self, account: &str) -> String {
        format!("{}/go/{account}", self.public_url)
    }

    /// The account as the contract passes it: no secret is in it.
    #[must_use]
    pub fn contract_account(&self, row: &AccountRow, now: u64) -> Account {
        Account {
            id: row.id.clone(),
            settings: row.settings.to_string(),
            webhook_url: self.webhook_url(&row.id),
            profile: row.profile.clone().and_then(|profile| serde_json::from_value(profile).ok()),
            now,
            extras: Vec::new(),
        }
    }
}
