//! The acknowledgement, format 1: what the controller's database has of a stream. It alone frees a node's spool.
//!
//! Enters: an [`Ack`], or bytes. Leaves: bytes (at most 94), or an [`Ack`]. The page is docs/formats/ack.md. Never says
//! anything of what is merely received.

use crate::ids::{Epoch, Sequence};
use crate::wire::{self, Reader, WireError};

/// First byte of an ack.
pub const VERSION: u8 = 1;
/// Most ranges above `below`. Newest-first sending leaves one gap per outage; eight cover a day of them, and what does
/// not fit is simply acknowledged later.
pub const RANGES_MAX: usize = 8;

/// Sequences `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequenceRange {
    /// The first.
    pub first: Sequence,
    /// The last, not below `first`.
    pub last: Sequence,
}

/// What is stored, or was declared lost, of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The stream's epoch; an ack for another epoch frees nothing.
    pub epoch: Epoch,
    /// Every sequence below this one.
    pub below: Sequence,
    /// And these, ascending, apart from each other, above `below`.
    pub ranges: Vec<SequenceRange>,
}

/// Why bytes are not an ack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AckError {
    /// A version this program does not know.
    #[error("ack version {0} is not known here (known: {VERSION}); update this program")]
    Version(u8),
    /// A value was cut or out of range.
    #[error(transparent)]
    Wire(#[from] WireError),
}

impl Ack {
    /// Whether `sequence` is stored.
    #[must_use]
    pub fn covers(&self, sequence: Sequence) -> bool {
        sequence < self.below
            || self.ranges.iter().any(|range| range.first <= sequence && sequence <= range.last)
    }

    /// Writes it: version, epoch, below, number of ranges, then of each the distance from what came before and its length
    /// less one.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.epoch.0.to_le_bytes());
        wire::put_varint(&mut out, u64::from(self.below.0));
        let kept = self.ranges.len().min(RANGES_MAX);
        wire::put_length(&mut out, kept);
        let mut before = self.below.0;
        for range in self.ranges.iter().take(kept) {
            wire::put_varint(&mut out, u64::from(range.first.0.saturating_sub(before)));
            wire::put_varint(&mut out, u64::from(range.last.0.saturating_sub(range.first.0)));
            before = range.last.0;
        }
        out
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`AckError`]; ranges that touch, overlap or leave 32 bits are refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, AckError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            return Err(AckError::Version(version));
        }
        let epoch = Epoch(reader.u32()?);
        let below = reader.varint_u32("below")?;
        if below == 0 {
            return Err(WireError::Range { at: reader.at(), what: "below" }.into());
        }
        let mut ranges = Vec::new();
        let mut before = below;
        for _ in 0..reader.count(RANGES_MAX, "number of ranges")? {
            let gap = reader.varint_u32("start of a range")?;
            let length = reader.varint_u32("length of a range")?;
            let range = WireError::Range { at: reader.at(), what: "range" };
            if gap == 0 || (gap == 1 && !ranges.is_empty()) {
                return Err(range.into());
            }
            let first = before.checked_add(gap).ok_or(range)?;
            let last = first.checked_add(length).ok_or(range)?;
            ranges.push(SequenceRange { first: Sequence(first), last: Sequence(last) });
            before = last;
        }
        reader.end()?;
        Ok(Self { epoch, below: Sequence(below), ranges })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u32, last: u32) -> SequenceRange {
        SequenceRange { first: Sequence(first), last: Sequence(last) }
    }

    #[test]
    fn an_ack_comes_back_and_covers_what_it_says() {
        let ack = Ack { epoch: Epoch(5), below: Sequence(10), ranges: vec![range(12, 12), range(20, 99)] };
        assert_eq!(Ack::decode(&ack.encode()), Ok(ack.clone()));
        let covered: Vec<u32> = (8..=22).filter(|n| ack.covers(Sequence(*n))).collect();
        assert_eq!(covered, [8, 9, 12, 20, 21, 22]);
    }

    #[test]
    fn the_largest_ack_fits_the_stated_size() {
        let ranges =
            (0..8).map(|i| range(1 << 28 | (i * 2 + 1) << 24, 1 << 28 | (i * 2 + 1) << 24 | 0xff_0000));
        let ack = Ack { epoch: Epoch(u32::MAX), below: Sequence(1 << 28), ranges: ranges.collect() };
        assert_eq!(Ack::decode(&ack.encode()), Ok(ack.clone()));
        assert!(ack.encode().len() <= 94);
    }

    #[test]
    fn ranges_that_touch_or_overflow_are_refused() {
        let touching = [VERSION, 0, 0, 0, 0, 10, 2, 2, 0, 1, 0];
        assert!(Ack::decode(&touching).is_err());
        let over = [VERSION, 0, 0, 0, 0, 10, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0];
        assert!(Ack::decode(&over).is_err());
        assert!(Ack::decode(&[VERSION, 0, 0, 0, 0, 0, 0]).is_err());
    }
}
