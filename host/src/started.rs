//! What the desk notes at each start, for those who look at its file without it. No secret is in it.

use channel_engine::Channel;
use desk_store::{Result, Tx};
use serde::{Deserialize, Serialize};

/// The name of the note.
const NAME: &str = "started";

/// The latest start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Started {
    /// The desk's version.
    pub version: String,
    /// ms.
    pub at: u64,
    /// Where it listens.
    pub address: String,
    /// How the world reaches it.
    pub public_url: String,
    /// Whether calls for some hosts went elsewhere: a simulation.
    pub is_simulation: bool,
    /// How long what is kept, in words.
    pub keeps: String,
    /// The components.
    pub plugins: Vec<Plugin>,
}

/// A loaded component.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plugin {
    /// `manifest.id`.
    pub channel: String,
    /// Its own version.
    pub version: String,
    /// The contract that it was made for.
    pub contract: String,
    /// Where it was read from.
    pub file: String,
    /// SHA-256, hexadecimal.
    pub digest: String,
}

impl Plugin {
    /// What is noted of a channel.
    #[must_use]
    pub fn of(channel: &Channel) -> Self {
        let (inspection, manifest) = (channel.inspection(), channel.manifest());
        let file = std::path::absolute(&inspection.file).map(|path| path.display().to_string());
        Self {
            channel: manifest.id.clone(),
            version: manifest.version.clone(),
            contract: inspection.contract_version.clone(),
            file: file.unwrap_or_else(|_| inspection.file.clone()),
            digest: inspection.digest.clone(),
        }
    }
}

impl Started {
    /// Keeps the note.
    ///
    /// # Errors
    /// The store refuses.
    pub fn keep(&self, tx: &Tx) -> Result<()> {
        tx.set_meta(NAME, &serde_json::to_string(self)?)
    }

    /// The note of the latest start, if there was one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn latest(tx: &Tx) -> Result<Option<Self>> {
        Ok(tx.meta(NAME)?.map(|note| serde_json::from_str(&note)).transpose()?)
    }
}
