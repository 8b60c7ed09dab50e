//! The one place in the controller that reads clocks. Cores are handed [`Now`].
//!
//! Enters: nothing. Leaves: an instant on both scales: wall time, which is data and may step, and monotonic time, by
//! which durations are measured.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use holdfast_protocol::time::WallMs;

/// Reads clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock;

/// One instant on both scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock says; may step by years.
    pub wall: WallMs,
    /// Never steps.
    pub monotonic: Instant,
}

impl Clock {
    /// Wall time in milliseconds.
    #[must_use]
    pub fn wall(self) -> WallMs {
        let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        WallMs(ms)
    }

    /// Monotonic time.
    #[must_use]
    pub fn monotonic(self) -> Instant {
        Instant::now()
    }

    /// Both, as near to each other as two reads are.
    #[must_use]
    pub fn now(self) -> Now {
        Now { wall: self.wall(), monotonic: self.monotonic() }
    }
}

impl Now {
    /// This instant, `after` later on both scales.
    #[must_use]
    pub fn plus(self, after: Duration) -> Self {
        Self {
            wall: self.wall.plus_ms(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            monotonic: self.monotonic.checked_add(after).unwrap_or(self.monotonic),
        }
    }
}
