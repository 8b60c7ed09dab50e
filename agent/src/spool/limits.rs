//! How large the spool may grow.
//!
//! Enters: two sizes, from the configuration. Leaves: [`Limits`] that fit together. Never reads the disk.

use super::SpoolError;
use super::entry::ENTRY_BYTES_MAX;
use super::segment::HEADER_BYTES;

/// 256 MiB: at a block of 600 bytes a minute 310 days of darkness, and little on any disk a node has.
const TOTAL_BYTES_DEFAULT: u64 = 256 * 1024 * 1024;

/// 1 MiB: a day of blocks at a block a minute; small enough to be read whole into memory, large enough that 256 files
/// make the default spool.
const SEGMENT_BYTES_DEFAULT: u64 = 1024 * 1024;

/// Each lane's segment being written and one closed of each: with fewer, dropping one file could empty the spool.
const SEGMENTS_MIN: u64 = 4;

/// A segment is read whole and its offsets have 32 bits; 16 MiB keeps memory within what a small board has.
const SEGMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Sizes of the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    total_bytes: u64,
    segment_bytes: u64,
}

impl Limits {
    /// Limits of these sizes.
    ///
    /// # Errors
    /// [`SpoolError::Limits`] when a segment is above 16 MiB or below 512 bytes, or fewer than four fit the total.
    pub fn new(total_bytes: u64, segment_bytes: u64) -> Result<Self, SpoolError> {
        if segment_bytes < 512 {
            return Err(SpoolError::Limits { problem: "a segment has at least 512 bytes" });
        }
        if segment_bytes > SEGMENT_BYTES_MAX {
            return Err(SpoolError::Limits { problem: "a segment has at most 16 MiB" });
        }
        if total_bytes < segment_bytes.saturating_mul(SEGMENTS_MIN) {
            return Err(SpoolError::Limits { problem: "the total is at least four segments" });
        }
        Ok(Self { total_bytes, segment_bytes })
    }

    /// Limits of this total with segments of 1 MiB, smaller ones under a total below 16 MiB.
    ///
    /// # Errors
    /// [`SpoolError::Limits`] below 8 KiB.
    pub fn with_total(total_bytes: u64) -> Result<Self, SpoolError> {
        Self::new(total_bytes, SEGMENT_BYTES_DEFAULT.min(total_bytes / 16))
    }

    /// Bytes of all segments together.
    #[must_use]
    pub const fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// Bytes of one segment.
    #[must_use]
    pub const fn segment_bytes(&self) -> u64 {
        self.segment_bytes
    }

    /// Largest entry that fits a segment.
    pub(crate) fn entry_bytes_max(&self) -> usize {
        let segment = usize::try_from(self.segment_bytes).unwrap_or(usize::MAX);
        segment.saturating_sub(HEADER_BYTES).min(ENTRY_BYTES_MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { total_bytes: TOTAL_BYTES_DEFAULT, segment_bytes: SEGMENT_BYTES_DEFAULT }
    }
}
