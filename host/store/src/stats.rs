//! Measures of this process: how long things took, how many there were. Lost with it; what must last is in `counts`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, microseconds: from an `fdatasync` of a good disk to the limit of a webhook's answer.
const BOUNDS_US: [u64; 12] =
    [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000];

/// Durations, counted by size.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_US.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
}

impl Histogram {
    /// Adds one.
    pub fn add(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BOUNDS_US.iter().position(|bound| us <= *bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(us, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// (upper bound in seconds, how many were not above it), smallest first.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        let counts = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed));
        let up_to = counts.scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        BOUNDS_US.iter().map(|us| Duration::from_micros(*us).as_secs_f64()).zip(up_to)
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// All together, seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        Duration::from_micros(self.sum_us.load(Ordering::Relaxed)).as_secs_f64()
    }
}

/// What the writer has done since the store was opened.
#[derive(Debug, Default)]
pub struct WriterStats {
    /// How long each commit took, its jobs included.
    pub commits: Histogram,
    /// Jobs in them.
    pub jobs: AtomicU64,
    /// Commits that the disk refused.
    pub refused: AtomicU64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_its_bucket_and_in_all_above() {
        let histogram = Histogram::default();
        for ms in [1, 3, 4_000] {
            histogram.add(Duration::from_millis(ms));
        }
        let buckets: Vec<_> = histogram.buckets().collect();
        assert_eq!(buckets[0], (0.0005, 0));
        assert_eq!(buckets[1], (0.001, 1));
        assert_eq!((buckets[3], buckets[11]), ((0.005, 2), (2.5, 2)));
        assert_eq!((histogram.count(), histogram.seconds()), (3, 4.004));
    }
}
