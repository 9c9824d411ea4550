//! When the desk is full and says so early, rather than acknowledge what it cannot keep (G27). Not here: how clients are
//! told; that is `http`'s.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::shutdown::Stop;

/// Most webhooks between their last byte and their commit. A quarter of what the store's writer lets wait, so that it
/// is never they who fill its queue; at 2,000 a second, half a second's worth.
const WEBHOOKS_MAX: usize = 1_024;
/// Free bytes of the disk below which nothing new is taken in: room for what is under way, and for a person to act.
const FREE_BYTES_MIN: u64 = 500_000_000;
/// On a small disk this part of it instead.
const FREE_PART_MIN: u64 = 20;
/// How often the disk is looked at. A second of webhooks at full speed is 10 MB.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Whether there is room for more.
#[derive(Debug)]
pub struct Pressure {
    webhooks: Arc<Semaphore>,
    disk_low: AtomicBool,
}

/// Why nothing more is taken in. It passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The disk is nearly full.
    #[error("the desk's disk is nearly full: it takes nothing in until there is room")]
    Disk,
    /// So much is under way that the store is behind.
    #[error("the desk's store is behind: try again in a moment")]
    Behind,
}

impl Full {
    /// A stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Disk => "disk-full",
            Self::Behind => "behind",
        }
    }
}

impl Default for Pressure {
    fn default() -> Self {
        Self { webhooks: Arc::new(Semaphore::new(WEBHOOKS_MAX)), disk_low: AtomicBool::new(false) }
    }
}

impl Pressure {
    /// Room for a webhook, until the permit is dropped.
    ///
    /// # Errors
    /// There is none.
    pub fn admit(&self) -> Result<OwnedSemaphorePermit, Full> {
        self.room()?;
        self.webhooks.clone().try_acquire_owned().map_err(|_| Full::Behind)
    }

    /// Room for a person's or a program's change.
    ///
    /// # Errors
    /// There is none.
    pub fn room(&self) -> Result<(), Full> {
        if self.disk_low.load(Ordering::Relaxed) { Err(Full::Disk) } else { Ok(()) }
    }

    /// Whether a webhook would find room.
    ///
    /// # Errors
    /// It would not.
    pub fn is_ready(&self) -> Result<(), Full> {
        self.room()?;
        if self.webhooks.available_permits() == 0 { Err(Full::Behind) } else { Ok(()) }
    }

    /// Looks at the disk once.
    fn look(&self, folder: &Path, free_bytes_min: Option<u64>) {
        let Ok(disk) = disk(folder).inspect_err(|error| {
            tracing::error!(%error, "how much of the disk is free cannot be read");
        }) else {
            return;
        };
        let free = disk.free;
        let is_low = free < free_bytes_min.unwrap_or_else(|| disk.low_mark());
        if self.disk_low.swap(is_low, Ordering::Relaxed) != is_low {
            tracing::warn!(free_bytes = free, is_low, "the disk's free space has crossed the mark");
        }
    }

    /// Looks at the disk until `stop`. `free_bytes_min` replaces the mark that goes by the disk's size.
    pub async fn watch(&self, folder: &Path, free_bytes_min: Option<u64>, mut stop: Stop) {
        loop {
            self.look(folder, free_bytes_min);
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.asked() => return,
            }
        }
    }
}

/// How full a disk is, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Disk {
    /// What the desk could still use.
    pub free: u64,
    /// The whole of it.
    pub all: u64,
}

impl Disk {
    /// The free bytes below which nothing is taken in, unless the settings say otherwise.
    #[must_use]
    pub fn low_mark(self) -> u64 {
        low_mark(self.all)
    }
}

/// The disk that a folder is on.
///
/// # Errors
/// The folder is not there, or the system does not say.
pub fn disk(folder: &Path) -> std::io::Result<Disk> {
    let disk = rustix::fs::statvfs(folder)?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Ok(Disk { free: bytes(disk.f_bavail), all: bytes(disk.f_blocks) })
}

/// 500 MB, or a twentieth of a disk where that is less: on a small one 500 MB may be all there is.
fn low_mark(all: u64) -> u64 {
    FREE_BYTES_MIN.min(all / FREE_PART_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_goes_by_the_size_of_the_disk() {
        assert_eq!(low_mark(64 << 20), (64 << 20) / 20);
        assert_eq!(low_mark(10_000_000_000), FREE_BYTES_MIN);
        assert_eq!(low_mark(1_000_000_000_000), FREE_BYTES_MIN);
    }

    #[test]
    fn a_low_disk_refuses_until_there_is_room() {
        let pressure = Pressure::default();
        pressure.look(Path::new("/"), Some(u64::MAX));
        assert_eq!(pressure.room(), Err(Full::Disk));
        assert_eq!(pressure.admit().err(), Some(Full::Disk));
        pressure.look(Path::new("/"), Some(0));
        assert_eq!(pressure.room(), Ok(()));
    }

    #[test]
    fn webhooks_beyond_the_limit_are_refused_until_one_ends() {
        let pressure = Pressure::default();
        let mut permits: Vec<_> =
            (0..WEBHOOKS_MAX).map(|_| pressure.admit().expect("there is room")).collect();
        assert_eq!(pressure.admit().err(), Some(Full::Behind));
        assert_eq!(pressure.is_ready(), Err(Full::Behind));
        permits.pop();
        assert_eq!(pressure.is_ready(), Ok(()));
        assert!(pressure.admit().is_ok());
    }
}
