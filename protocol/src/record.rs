//! The record: what is spooled, sent, stored and acknowledged. Format 1.
//!
//! Enters: a header and a body, or bytes. Leaves: bytes, or the two. A CRC-32C over everything before it ends a record.
//! The body is opaque here; its kind says which module reads it. The page is docs/formats/record.md. Never judges
//! whether a body is well formed: a record with a body that nobody understands is still stored and acknowledged.

use crate::ids::{BootCounter, Epoch, NodeId, Sequence};
use crate::time::{BootMs, ClockTrust, WallMs};
use crate::wire::{self, Reader, WireError};

/// First byte of a record.
pub const VERSION: u8 = 1;
/// Largest record in bytes. An MQTT packet is at most 256 KiB; 1 KiB of it is left for topic and properties.
pub const RECORD_BYTES_MAX: usize = 255 * 1024;
/// Longest promise a node can make: 30 days, in seconds.
pub const REPORT_WITHIN_S_MAX: u32 = 30 * 86_400;
/// Largest clock error that still counts as synchronised: a day, in milliseconds.
pub const CLOCK_ERROR_MS_MAX: u32 = 86_400_000;
/// Wall times outside 1970 to 9999 are refused: nothing behind this line needs to survive them.
pub const WALL_MS_MAX: i64 = 253_402_300_799_999;

/// What the body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Frames: `crate::block`.
    Block,
    /// Something happened: `crate::event`. Urgent.
    Event,
    /// Serials the node observes, signed with the node's own key.
    Statement,
    /// Answer to a command.
    Reply,
    /// Sequences that will never come, and why: `crate::lost`.
    Lost,
    /// A kind of a later version; stored and passed over.
    Other(u8),
}

impl Kind {
    /// Its number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Block => 1,
            Self::Event => 2,
            Self::Statement => 3,
            Self::Reply => 4,
            Self::Lost => 5,
            Self::Other(code) => code,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Block,
            2 => Self::Event,
            3 => Self::Statement,
            4 => Self::Reply,
            5 => Self::Lost,
            other => Self::Other(other),
        }
    }

    /// Whether it overtakes the queue, on topic `u/<n>/e`.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Event | Self::Reply)
    }
}

/// What stands before every body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the body holds.
    pub kind: Kind,
    /// Who says it.
    pub node: NodeId,
    /// Which life of the node's spool.
    pub epoch: Epoch,
    /// First record this one stands for.
    pub first: Sequence,
    /// Its own number; equal to `first` unless it stands for others after thinning.
    pub last: Sequence,
    /// Which start of the node.
    pub boot: BootCounter,
    /// When: of a block, its first frame; of anything else, when it was made.
    pub at: BootMs,
    /// The wall time at `at`, as far as it is trusted.
    pub clock: ClockTrust,
    /// The version of the dictionary that the body's fields belong to.
    pub dictionary: u32,
    /// The version of the configuration that the node holds; 0 for its own file.
    pub configuration: u32,
    /// The promise: another record, or a sign of life, within so many seconds of receipt.
    pub report_within_s: u32,
}

/// A header and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What stands before the body.
    pub header: Header,
    /// The body.
    pub body: Vec<u8>,
}

/// Why bytes are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Longer than [`RECORD_BYTES_MAX`].
    #[error("{size_bytes} bytes are more than a record may have ({RECORD_BYTES_MAX})")]
    TooLarge {
        /// How many.
        size_bytes: usize,
    },
    /// A version this program does not know.
    #[error("record version {0} is not known here (known: {VERSION}); update this program")]
    Version(u8),
    /// The checksum at the end does not fit the bytes before it.
    #[error("the checksum does not fit: the record was damaged or cut on its way")]
    Checksum,
    /// First above last, or sequence 0.
    #[error("sequences {first}..={last} are no range from 1 upwards")]
    Sequences {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// A value was cut or out of range.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// Writes a record.
#[must_use]
pub fn encode(header: &Header, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len().saturating_add(64));
    out.push(VERSION);
    out.push(header.kind.code());
    out.extend_from_slice(&header.node.bytes());
    out.extend_from_slice(&header.epoch.0.to_le_bytes());
    wire::put_varint(&mut out, u64::from(header.last.0));
    wire::put_varint(&mut out, u64::from(header.last.0.saturating_sub(header.first.0)));
    wire::put_varint(&mut out, u64::from(header.boot.0));
    wire::put_varint(&mut out, header.at.0);
    match header.clock {
        ClockTrust::Unsynchronised => out.push(0),
        ClockTrust::Synchronised { wall, error_ms } => {
            out.push(1);
            wire::put_zigzag(&mut out, wall.0);
            wire::put_varint(&mut out, u64::from(error_ms));
        }
    }
    wire::put_varint(&mut out, u64::from(header.dictionary));
    wire::put_varint(&mut out, u64::from(header.configuration));
    wire::put_varint(&mut out, u64::from(header.report_within_s));
    out.extend_from_slice(body);
    let checksum = crc32c::crc32c(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}

/// Reads a record.
///
/// # Errors
/// Any [`RecordError`]; a wrong checksum is told apart from an unknown version and a value out of range.
pub fn decode(bytes: &[u8]) -> Result<Record, RecordError> {
    if bytes.len() > RECORD_BYTES_MAX {
        return Err(RecordError::TooLarge { size_bytes: bytes.len() });
    }
    let version = Reader::new(bytes).u8()?;
    if version != VERSION {
        return Err(RecordError::Version(version));
    }
    let Some((inside, checksum)) = bytes.split_last_chunk::<4>() else {
        return Err(WireError::Truncated { at: 0 }.into());
    };
    if crc32c::crc32c(inside) != u32::from_le_bytes(*checksum) {
        return Err(RecordError::Checksum);
    }
    let mut reader = Reader::new(inside);
    let _version = reader.u8()?;
    let header = decode_header(&mut reader)?;
    let body = reader.bytes(reader.left())?.to_vec();
    Ok(Record { header, body })
}

fn decode_header(reader: &mut Reader<'_>) -> Result<Header, RecordError> {
    let kind = Kind::from_code(reader.u8()?);
    let at = reader.at();
    let node = reader.bytes(5)?.try_into().map_err(|_| WireError::Truncated { at })?;
    let epoch = Epoch(reader.u32()?);
    let last = reader.varint_u32("sequence")?;
    let span = reader.varint_u32("span of sequences")?;
    let first = last.saturating_sub(span);
    if first == 0 {
        return Err(RecordError::Sequences { first, last });
    }
    let boot = BootCounter(reader.varint_u32("boot counter")?);
    let at_boot = BootMs(reader.varint()?);
    let clock = match reader.u8()? {
        0 => ClockTrust::Unsynchronised,
        1 => {
            let wall = reader.zigzag()?;
            if !(0..=WALL_MS_MAX).contains(&wall) {
                return Err(WireError::Range { at: reader.at(), what: "wall time" }.into());
            }
            let error = reader.varint_max(u64::from(CLOCK_ERROR_MS_MAX), "clock error")?;
            ClockTrust::Synchronised {
                wall: WallMs(wall),
                error_ms: u32::try_from(error).unwrap_or(u32::MAX),
            }
        }
        _ => return Err(WireError::Range { at: reader.at(), what: "clock trust" }.into()),
    };
    let dictionary = reader.varint_u32("dictionary version")?;
    let configuration = reader.varint_u32("configuration version")?;
    let within = reader.varint_max(u64::from(REPORT_WITHIN_S_MAX), "report_within_s")?;
    Ok(Header {
        kind,
        node: NodeId::from_bytes(node),
        epoch,
        first: Sequence(first),
        last: Sequence(last),
        boot,
        at: at_boot,
        clock,
        dictionary,
        configuration,
        report_within_s: u32::try_from(within).unwrap_or(u32::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn sample() -> Record {
        Record {
            header: Header {
                kind: Kind::Block,
                node: NodeId::from_bytes([1, 2, 3, 4, 5]),
                epoch: Epoch(0xdead_beef),
                first: Sequence(7),
                last: Sequence(9),
                boot: BootCounter(41),
                at: BootMs(11_400_000),
                clock: ClockTrust::Synchronised { wall: WallMs(1_795_514_531_000), error_ms: 12 },
                dictionary: 1,
                configuration: 0,
                report_within_s: 90,
            },
            body: b"body".to_vec(),
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        let record = sample();
        assert_eq!(decode(&encode(&record.header, &record.body)), Ok(record));
    }

    #[test]
    fn every_single_bit_of_damage_is_found() {
        let record = sample();
        let bytes = encode(&record.header, &record.body);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&damaged).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn an_unknown_kind_is_kept_with_its_body() {
        let mut record = sample();
        record.header.kind = Kind::Other(77);
        assert_eq!(decode(&encode(&record.header, &record.body)), Ok(record));
    }

    #[test]
    fn sequence_zero_and_a_range_below_one_are_refused() {
        let mut record = sample();
        record.header.last = Sequence(0);
        record.header.first = Sequence(0);
        assert!(matches!(decode(&encode(&record.header, &[])), Err(RecordError::Sequences { .. })));
    }
}
