//! A segment: a file that only grows, a header and entries with rising sequence numbers.
//!
//! Enters: bytes of a file. Leaves: its header, the entries that are whole, and what is damaged, each with its place.
//! Total and linear: every byte is looked at a bounded number of times, nothing is allocated beyond a few words an entry.
//! Never decrypts, never judges whether a damaged end was torn by a power cut or rotted: recovery knows which file it is.

use holdfast_protocol::ids::Epoch;

use super::crypt::NONCE_BYTES;
use super::entry::{Damage, EntryMeta, Head, MARKER, array_at, sealed, u32_at};

/// Version of the format on disk that is written, and the highest that is read.
pub const FORMAT: u16 = 1;

/// First bytes of every segment.
pub(crate) const MAGIC: [u8; 8] = *b"HFSPOOL\n";

/// magic 8 + version 2 + zero 2 + epoch 4 + number 4 + name of the key 8 + checksum 4. Frozen for all versions, so that
/// an older agent can say "newer" of a later format and be believed.
pub(crate) const HEADER_BYTES: usize = 32;

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Format version of the file.
    pub version: u16,
    /// The stream's epoch.
    pub epoch: Epoch,
    /// The number in the file's name.
    pub number: u32,
    /// Which key sealed its records.
    pub key_name: [u8; 8],
}

/// Why the first bytes are not a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderDamage {
    /// Cut, zero or damaged: what a power cut or a bad sector leaves of a header.
    #[error("the header is cut or damaged")]
    Damaged,
    /// Another kind of file.
    #[error("not a segment of a spool")]
    Foreign,
}

/// An entry that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its metadata.
    pub meta: EntryMeta,
    /// Where it begins.
    pub offset: usize,
    pub(crate) nonce: [u8; NONCE_BYTES],
}

/// Bytes that are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// Where they begin.
    pub offset: usize,
    /// How many.
    pub length: usize,
    /// What is wrong with them.
    pub damage: Damage,
    /// Whose they are, when the head is whole.
    pub meta: Option<EntryMeta>,
}

/// What the bytes of a segment hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The header, or what is wrong with it; entries are searched for either way.
    pub header: Result<Header, HeaderDamage>,
    /// Whole entries, sequence numbers rising.
    pub entries: Vec<Found>,
    /// Damaged stretches between or behind them.
    pub bad: Vec<Bad>,
}

impl Decoded {
    /// Where the last whole entry ends; the header's end when there is none.
    #[must_use]
    pub fn good_end(&self) -> usize {
        self.entries.last().map_or(HEADER_BYTES, |found| found.offset.saturating_add(entry_bytes(found)))
    }
}

impl Header {
    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&self.epoch.0.to_le_bytes());
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.key_name);
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        array_at(&bytes, 0)
    }

    fn decode(bytes: &[u8]) -> Result<Self, HeaderDamage> {
        let Some((inside, checksum)) = bytes.get(..HEADER_BYTES).and_then(|b| b.split_last_chunk::<4>())
        else {
            return Err(damaged_or_foreign(bytes));
        };
        if crc32c::crc32c(inside) != u32::from_le_bytes(*checksum) || !inside.starts_with(&MAGIC) {
            return Err(damaged_or_foreign(bytes));
        }
        Ok(Self {
            version: u16::from_le_bytes(array_at(inside, 8)),
            epoch: Epoch(u32_at(inside, 12)),
            number: u32_at(inside, 16),
            key_name: array_at(inside, 20),
        })
    }
}

/// Reads a segment. Any bytes give an answer, in time linear in their number.
#[must_use]
pub fn decode_segment(bytes: &[u8]) -> Decoded {
    let header = Header::decode(bytes);
    let mut entries: Vec<Found> = Vec::new();
    let mut bad: Vec<Bad> = Vec::new();
    let mut offset = if header.is_ok() { HEADER_BYTES } else { 0 };
    while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
        let passed = entries.last().map_or(0, |found| found.meta.last.0);
        let (length, stretch) = match step(rest, passed) {
            Ok(head) => {
                entries.push(Found { meta: head.meta, offset, nonce: head.nonce });
                offset = offset.saturating_add(head.entry_bytes());
                continue;
            }
            Err((Damage::Body, Some(head))) => (head.entry_bytes(), (Damage::Body, Some(head.meta))),
            Err((damage, head)) => (next_marker(rest), (damage, head.map(|head| head.meta))),
        };
        let (damage, meta) = stretch;
        match bad.last_mut() {
            Some(last) if last.offset.saturating_add(last.length) == offset && meta.is_none() => {
                last.length = last.length.saturating_add(length);
            }
            Some(_) | None => bad.push(Bad { offset, length, damage, meta }),
        }
        offset = offset.saturating_add(length);
    }
    if header.is_err() {
        // The damaged header itself is no stretch between entries.
        bad.retain(|stretch| stretch.offset >= HEADER_BYTES || stretch.meta.is_some());
    }
    Decoded { header, entries, bad }
}

/// Bytes of a found entry on disk.
pub(crate) fn entry_bytes(found: &Found) -> usize {
    Head { meta: found.meta, nonce: found.nonce }.entry_bytes()
}

/// The entry at the start of `rest`, if it is whole and its number is above `passed`.
fn step(rest: &[u8], passed: u32) -> Result<Head, (Damage, Option<Head>)> {
    let head = Head::decode(rest).map_err(|damage| (damage, None))?;
    if head.meta.first.0 <= passed {
        return Err((Damage::Order, None));
    }
    sealed(&head, rest).map_err(|damage| (damage, Some(head)))?;
    Ok(head)
}

/// Bytes until an entry could begin again, at least one.
fn next_marker(rest: &[u8]) -> usize {
    let behind = rest.get(1..).unwrap_or_default();
    behind
        .windows(MARKER.len())
        .position(|window| window == MARKER)
        .map_or(rest.len(), |at| at.saturating_add(1))
}

/// A header of ours that a power cut or a bad sector damaged still shows our magic, a beginning of it, or zeros.
fn damaged_or_foreign(bytes: &[u8]) -> HeaderDamage {
    let start = bytes.get(..MAGIC.len()).unwrap_or(bytes);
    let written = start.iter().zip(MAGIC).take_while(|(byte, magic)| **byte == *magic).count();
    let zero_behind = start.get(written..).unwrap_or_default().iter().all(|byte| *byte == 0);
    let differing = start.iter().zip(MAGIC).filter(|(byte, magic)| **byte != *magic).count();
    let whole_behind = bytes.get(HEADER_BYTES..).is_some_and(|rest| step(rest, 0).is_ok());
    if zero_behind || differing <= 2 || whole_behind { HeaderDamage::Damaged } else { HeaderDamage::Foreign }
}
