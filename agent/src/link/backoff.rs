//! How long to wait before the next attempt to connect: doubling, with full jitter, so that a thousand nodes that lost
//! one controller do not come back in the same second.
//!
//! Enters: failures and successes, a seeded generator. Leaves: milliseconds. Never waits.

/// First ceiling, in milliseconds.
pub const FIRST_MS: u64 = 1_000;
/// Last ceiling, in milliseconds: five minutes. A site that was dark for hours is back within that.
pub const LAST_MS: u64 = 300_000;
/// Shortest wait, in milliseconds, so that jitter never spins.
const SHORTEST_MS: u64 = 200;
/// A session that lasted so long, in milliseconds, proves the path: the next failure starts over.
pub const PROVEN_MS: u64 = 60_000;

/// The waits of one link.
#[derive(Debug, Clone)]
pub struct Backoff {
    failures: u32,
    last_ms: u64,
    random: fastrand::Rng,
}

impl Backoff {
    /// Starts over; `last_ms` is the ceiling, [`LAST_MS`] in the field.
    #[must_use]
    pub fn new(last_ms: u64, seed: u64) -> Self {
        Self { failures: 0, last_ms: last_ms.max(SHORTEST_MS), random: fastrand::Rng::with_seed(seed) }
    }

    /// Milliseconds to wait after one more failure: uniform between the shortest and the ceiling.
    pub fn failed(&mut self) -> u64 {
        let doubled = FIRST_MS.saturating_mul(1_u64.checked_shl(self.failures.min(20)).unwrap_or(u64::MAX));
        self.failures = self.failures.saturating_add(1);
        let ceiling = doubled.min(self.last_ms).max(SHORTEST_MS);
        self.random.u64(SHORTEST_MS..=ceiling)
    }

    /// Milliseconds to wait after a session of this length ended.
    pub fn ended(&mut self, lasted_ms: u64) -> u64 {
        if lasted_ms >= PROVEN_MS {
            self.failures = 0;
        }
        self.failed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_ceiling_and_start_over_after_a_proven_session() {
        let mut backoff = Backoff::new(LAST_MS, 7);
        let waits: Vec<u64> = (0..30).map(|_| backoff.failed()).collect();
        assert!(waits[0] <= FIRST_MS);
        assert!(waits.iter().all(|wait| (SHORTEST_MS..=LAST_MS).contains(wait)));
        assert!(waits.iter().any(|wait| *wait > LAST_MS / 2), "{waits:?}");
        assert!(backoff.ended(PROVEN_MS) <= FIRST_MS);
        assert!(Backoff::new(0, 1).failed() == SHORTEST_MS);
    }

    #[test]
    fn two_nodes_do_not_wait_alike() {
        let waits = |seed| {
            let mut backoff = Backoff::new(LAST_MS, seed);
            (0..8).map(|_| backoff.failed()).collect::<Vec<_>>()
        };
        assert_ne!(waits(1), waits(2));
    }
}
