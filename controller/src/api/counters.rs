//! What the HTTP side counts of itself, for `/metrics`.
//!
//! Enters: status and duration of each answer. Leaves: numbers. Never a label that a request can choose.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;

/// Upper bounds of the duration's buckets, in milliseconds; the design wants lists within 50.
pub const BUCKETS_MS: [u64; 8] = [5, 10, 25, 50, 100, 250, 1_000, 10_000];

/// The counts.
#[derive(Debug, Default)]
pub struct Counters {
    classes: [AtomicU64; 5],
    buckets: [AtomicU64; BUCKETS_MS.len()],
    sum_us: AtomicU64,
    /// Live feeds open now.
    pub live_feeds: AtomicU64,
}

impl Counters {
    /// Counts an answer.
    pub fn answered(&self, status: StatusCode, duration: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.classes.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        for (bound, count) in BUCKETS_MS.iter().zip(&self.buckets) {
            if ms <= *bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.sum_us.fetch_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Answers by class: 1xx to 5xx.
    #[must_use]
    pub fn by_class(&self) -> [u64; 5] {
        std::array::from_fn(|index| self.classes.get(index).map_or(0, |count| count.load(Ordering::Relaxed)))
    }

    /// Answers within each of [`BUCKETS_MS`], cumulative, and the sum of all durations in seconds.
    #[must_use]
    pub fn durations(&self) -> ([u64; BUCKETS_MS.len()], f64) {
        let buckets = std::array::from_fn(|index| {
            self.buckets.get(index).map_or(0, |count| count.load(Ordering::Relaxed))
        });
        let sum = Duration::from_micros(self.sum_us.load(Ordering::Relaxed)).as_secs_f64();
        (buckets, sum)
    }
}
