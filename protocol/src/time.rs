//! Instants and how far they are trusted. Order between frames of a node comes from its own counters, never from these.
//!
//! Enters: milliseconds read by somebody else. Leaves: typed instants. Never reads a clock.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, as a clock on a wall claims; negative before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallMs(pub i64);

impl WallMs {
    /// This instant moved by a signed number of milliseconds, held at the ends of the range.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this; negative when this is the earlier one.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Milliseconds since the node started, sleep included (`CLOCK_BOOTTIME`). Never steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootMs(pub u64);

impl BootMs {
    /// Milliseconds from `earlier` to this, or 0.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant, `ms` later.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// What a node says about its wall clock at the instant of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClockTrust {
    /// Nobody has set this clock since the node started, as far as the node knows; its wall time is not sent.
    Unsynchronised,
    /// Set by something the kernel trusts (adjtimex) or by a satellite receiver.
    Synchronised {
        /// The wall time at the record's milliseconds since boot.
        wall: WallMs,
        /// Largest error the source admits, in milliseconds.
        error_ms: u32,
    },
}
