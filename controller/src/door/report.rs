//! Keeps what outsiders can cause from filling the log.
//!
//! Enters: an occasion to say something, and `now`. Leaves: whether to say it, and how many were kept back before. The
//! counters count all of them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines of one kind in each [`WINDOW`].
const LINES_MAX: u32 = 10;
/// See [`LINES_MAX`]: at most 600 lines an hour of one kind, whatever is thrown at the port.
const WINDOW: Duration = Duration::from_secs(60);

/// One kind of line.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    since: Option<Instant>,
    lines: u32,
    kept_back: u64,
}

impl Throttle {
    /// `Some` when the line may be written: how many were kept back since the last one.
    pub(super) fn admit(&self, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.since.is_none_or(|since| now.saturating_duration_since(since) >= WINDOW) {
            said.since = Some(now);
            said.lines = 0;
        }
        if said.lines >= LINES_MAX {
            said.kept_back = said.kept_back.saturating_add(1);
            return None;
        }
        said.lines += 1;
        Some(std::mem::take(&mut said.kept_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_writes_ten_lines_a_minute_and_says_how_many_it_kept_back() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let said = (0..1_000).filter(|_| throttle.admit(start).is_some()).count();
        assert_eq!(said, 10);
        assert_eq!(throttle.admit(start + WINDOW), Some(990));
        assert_eq!(throttle.admit(start + WINDOW), Some(0));
    }
}
