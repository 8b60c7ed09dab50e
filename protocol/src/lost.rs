//! Body of a `lost` record, format 1: sequences that will never come, how many readings went with them, and why.
//!
//! Enters: a [`Lost`], or bytes. Leaves: bytes, or a [`Lost`]. The controller counts them and shows the count; nothing
//! is dropped without one.

use crate::ids::Sequence;
use crate::wire::{self, Reader, WireError};

/// First byte of the body.
pub const VERSION: u8 = 1;

/// Why records will never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The spool was full; the oldest were dropped.
    Full,
    /// Power went while they were written; they were never sent.
    Torn,
    /// The disk gave back other bytes than were written.
    Damaged,
    /// The controller said it had them and later did not (restored from an old backup); the node had freed them.
    Freed,
    /// The controller cannot take them (PUBACK 0x99).
    Refused,
    /// A reason of a later version.
    Other(u8),
}

impl Reason {
    /// Its number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Full => 1,
            Self::Torn => 2,
            Self::Damaged => 3,
            Self::Freed => 4,
            Self::Refused => 5,
            Self::Other(code) => code,
        }
    }

    /// The reason with this number.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Full,
            2 => Self::Torn,
            3 => Self::Damaged,
            4 => Self::Freed,
            5 => Self::Refused,
            other => Self::Other(other),
        }
    }
}

/// A range that will never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// First sequence.
    pub first: Sequence,
    /// Last sequence, not below the first.
    pub last: Sequence,
    /// How many records of the range held something (the others were never written).
    pub records: u32,
    /// Why.
    pub reason: Reason,
}

impl Lost {
    /// Writes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, self.reason.code()];
        wire::put_varint(&mut out, u64::from(self.first.0));
        wire::put_varint(&mut out, u64::from(self.last.0.saturating_sub(self.first.0)));
        wire::put_varint(&mut out, u64::from(self.records));
        out
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`WireError`] for what is cut, out of range or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(WireError::Range { at: 1, what: "version of a lost body" });
        }
        let reason = Reason::from_code(reader.u8()?);
        let first = reader.varint_u32("first lost")?;
        let span = reader.varint_u32("number lost")?;
        let range = WireError::Range { at: reader.at(), what: "range lost" };
        let last = first.checked_add(span).filter(|_| first > 0).ok_or(range)?;
        let records = reader.varint_u32("records lost")?;
        if u64::from(records) > u64::from(span) + 1 {
            return Err(WireError::Range { at: reader.at(), what: "records lost" });
        }
        reader.end()?;
        Ok(Self { first: Sequence(first), last: Sequence(last), records, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_comes_back_with_its_count() {
        let lost = Lost { first: Sequence(3), last: Sequence(900), records: 898, reason: Reason::Full };
        assert_eq!(Lost::decode(&lost.encode()), Ok(lost));
    }

    #[test]
    fn more_records_than_sequences_are_refused() {
        let lost = Lost { first: Sequence(3), last: Sequence(4), records: 3, reason: Reason::Torn };
        assert!(Lost::decode(&lost.encode()).is_err());
        assert!(Lost::decode(&[VERSION, 1, 0, 0, 0]).is_err());
    }
}
