//! `desk.toml`: the keys of `desk serve` in a file. What wins over what is decided in `cli::serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use crate::telemetry::{LogFormat, unquoted};

/// The file's keys, named as the flags are.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileConfig {
    /// Components, one or more.
    pub plugin: Vec<PathBuf>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// Where the master key of the secrets is.
    pub key_file: Option<PathBuf>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// How the world reaches the desk.
    pub public_url: Option<String>,
    /// How often accounts are checked, minutes; 0: never.
    pub check_every_minutes: Option<f64>,
    /// `HOST=URL` pairs.
    pub egress: Vec<String>,
    /// What moves the clock, in simulations.
    pub clock: Option<PathBuf>,
    /// Most connections.
    pub connections_max: Option<u64>,
    /// Days that done calls, receipts without a message and deleted tasks' content are kept.
    pub keep_days: Option<u32>,
    /// Days that files in customers' messages are kept; without it for ever.
    pub keep_media_days: Option<u32>,
    /// Days that a customer's link to a sent file works.
    pub file_days: Option<u32>,
    /// Hours that an answer may wait to be sent.
    pub send_hours: Option<u32>,
    /// Minutes after which an unconfirmed answer is sent again; without it never.
    pub resend_minutes: Option<u32>,
    /// Megabytes of the disk that stay free.
    pub free_disk_min_mb: Option<u64>,
    /// How lines of the log are written.
    pub log_format: Option<LogFormat>,
}

impl FileConfig {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or has a key that is none: a misspelt one must not be passed over in silence.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            // Its own words show the line, and a key may stand there by mistake.
            let line = error
                .span()
                .map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            let (path, reason) = (path.display(), unquoted(error.message()));
            anyhow::anyhow!("{path} is not as it should be, in line {line}: {reason}")
        })
    }
}
