//! The time as the desk gives it to plugins and rows. Not for measuring how long something took.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;

/// How often the clock is looked at by who waits for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A clock that a simulation moves: the file that says by how much, and what it last said.
struct Moved {
    file: PathBuf,
    by_ms: AtomicU64,
}

static MOVED: OnceLock<Moved> = OnceLock::new();

/// Milliseconds since the epoch. Never runs backwards while the process lives, since the contract promises that to
/// plugins and a machine's clock may be set back.
#[must_use]
pub fn now_ms() -> u64 {
    static NEWEST: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).saturating_add(moved_by());
    NEWEST.fetch_max(now, Ordering::Relaxed).max(now)
}

/// Waits until the clock shows this time, ms. It is looked at each second, since a simulation moves it.
pub async fn until(at: u64) {
    while now_ms() < at {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Lets a file move the clock, for simulations and tests: it holds the milliseconds that are added to the machine's
/// clock, and is looked at again at each use, so a change counts at once.
///
/// # Errors
/// The file cannot be read, holds no number, or another one was named before.
pub fn follow(file: &Path) -> anyhow::Result<()> {
    let by_ms = AtomicU64::new(read(file)?);
    let is_first = MOVED.set(Moved { file: file.to_owned(), by_ms }).is_ok();
    anyhow::ensure!(is_first, "the clock follows another file already");
    Ok(())
}

fn moved_by() -> u64 {
    let Some(moved) = MOVED.get() else { return 0 };
    // A file that is just being written says nothing: what it said before stands.
    if let Ok(by_ms) = read(&moved.file) {
        moved.by_ms.store(by_ms, Ordering::Relaxed);
    }
    moved.by_ms.load(Ordering::Relaxed)
}

fn read(file: &Path) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read the clock's file {}", file.display()))?;
    let number = text.trim().parse();
    number
        .with_context(|| format!("the clock's file {} must hold milliseconds, as in 3600000", file.display()))
}

/// A time as the store's columns hold it.
#[must_use]
pub fn to_column(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// A time as people read it: `2026-11-25 18:05 UTC`.
#[must_use]
pub fn utc(ms: i64) -> String {
    let (minutes, days) = (ms.div_euclid(60_000), ms.div_euclid(86_400_000));
    let (year, month, day) = date(days);
    let (hour, minute) = (minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60));
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Days since 1970 as year, month and day of the Gregorian calendar: years that begin in March have their odd day last.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // From 0000-03-01 on.
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_say_it() {
        for (ms, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"),
            (1_709_251_199_000, "2024-02-29 23:59 UTC"),
            (1_767_225_600_000, "2026-01-01 00:00 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc(ms), text);
        }
    }
}
