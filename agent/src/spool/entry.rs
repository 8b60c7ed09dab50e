//! One record on disk: a head that can be read without the key, the sealed record bytes, a checksum.
//!
//! Enters: metadata and sealed bytes, or bytes of a segment. Leaves: bytes, or a [`Head`]. Total: any bytes give a head or
//! a [`Damage`]. The head has a checksum of its own, so that its length can be trusted when the body is damaged and the
//! entries behind it are still found. The page with all field sizes is docs/formats/spool.md.

use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
use holdfast_protocol::record::{Kind, RECORD_BYTES_MAX};
use holdfast_protocol::time::BootMs;

use super::crypt::{NONCE_BYTES, TAG_BYTES};
use super::segment::FORMAT;

/// First bytes of every entry: what a search behind damage looks for.
pub(crate) const MARKER: [u8; 4] = *b"\xf5HFe";

/// marker 4 + length 4 + first 4 + last 4 + kind 1 + flags 1 + zero 2 + boot 4 + ms since boot 8.
const ASSOCIATED_BYTES: usize = 32;

/// What is read without the key: the above + nonce 12 + checksum of the head 4.
pub(crate) const HEAD_BYTES: usize = ASSOCIATED_BYTES + NONCE_BYTES + 4;

/// What an entry adds to a record: head 48 + tag 16 + checksum 4 = 68 bytes.
pub(crate) const OVERHEAD_BYTES: usize = HEAD_BYTES + TAG_BYTES + 4;

/// Largest entry: the largest record and its overhead.
pub(crate) const ENTRY_BYTES_MAX: usize = RECORD_BYTES_MAX + OVERHEAD_BYTES;

/// Flag bit: the record overtakes the queue.
const URGENT: u8 = 1;

/// Does a record overtake the queue?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Sent newest first, after everything urgent.
    Usual,
    /// Sent before everything that is not urgent.
    Urgent,
}

/// What is known of a waiting record without decrypting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryMeta {
    /// First record this one stands for; equal to `last` unless it stands for others after thinning.
    pub first: Sequence,
    /// The record's own number.
    pub last: Sequence,
    /// What its body holds.
    pub kind: Kind,
    /// Whether it overtakes the queue.
    pub urgency: Urgency,
    /// The start of the node in which it was appended.
    pub boot: BootCounter,
    /// When it was appended.
    pub at: BootMs,
    /// Size of the record in bytes.
    pub record_bytes: u32,
}

/// The head of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) meta: EntryMeta,
    pub(crate) nonce: [u8; NONCE_BYTES],
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The bytes end before the entry does.
    #[error("cut off: the bytes end before the entry does")]
    Cut,
    /// No entry begins here, or its head is damaged, so that its length is not known.
    #[error("no entry begins here, or its head is damaged")]
    Head,
    /// The head is whole, the sealed bytes behind it are not.
    #[error("the sealed bytes do not fit their checksum")]
    Body,
    /// Numbers do not rise within a segment: left-over bytes of an older file.
    #[error("an entry with a number that was already passed: left over from an older file")]
    Order,
}

impl Head {
    /// Bytes of the whole entry.
    pub(crate) fn entry_bytes(&self) -> usize {
        usize::try_from(self.meta.record_bytes).unwrap_or(usize::MAX).saturating_add(OVERHEAD_BYTES)
    }

    /// What the cipher binds the record to: all metadata, the epoch and the format version.
    pub(crate) fn associated(&self, epoch: Epoch) -> Vec<u8> {
        let mut bytes = self.metadata();
        bytes.extend_from_slice(&epoch.0.to_le_bytes());
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes
    }

    /// The entry's bytes around `sealed`, which must be `record_bytes` and a tag long.
    pub(crate) fn encode(&self, sealed: &[u8]) -> Vec<u8> {
        let mut bytes = self.metadata();
        bytes.reserve(self.entry_bytes());
        bytes.extend_from_slice(&self.nonce);
        let head_checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&head_checksum.to_le_bytes());
        bytes.extend_from_slice(sealed);
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the head at the start of `bytes`; its checksum has to fit and its numbers have to be possible.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        let Some(head) = bytes.get(..HEAD_BYTES) else { return Err(Damage::Cut) };
        let Some((inside, checksum)) = head.split_last_chunk::<4>() else { return Err(Damage::Cut) };
        if !head.starts_with(&MARKER) || crc32c::crc32c(inside) != u32::from_le_bytes(*checksum) {
            return Err(Damage::Head);
        }
        let record_bytes = u32_at(inside, 4);
        let (first, last) = (u32_at(inside, 8), u32_at(inside, 12));
        let [kind, flags, zero_a, zero_b] = array_at(inside, 16);
        let possible = usize::try_from(record_bytes).is_ok_and(|length| length <= RECORD_BYTES_MAX)
            && 0 < first
            && first <= last
            && flags <= URGENT
            && [zero_a, zero_b] == [0, 0];
        if !possible {
            return Err(Damage::Head);
        }
        let meta = EntryMeta {
            first: Sequence(first),
            last: Sequence(last),
            kind: Kind::from_code(kind),
            urgency: if flags & URGENT == 0 { Urgency::Usual } else { Urgency::Urgent },
            boot: BootCounter(u32_at(inside, 20)),
            at: BootMs(u64::from_le_bytes(array_at(inside, 24))),
            record_bytes,
        };
        Ok(Self { meta, nonce: array_at(inside, ASSOCIATED_BYTES) })
    }

    fn metadata(&self) -> Vec<u8> {
        let meta = &self.meta;
        let flags = match meta.urgency {
            Urgency::Usual => 0,
            Urgency::Urgent => URGENT,
        };
        let mut bytes = Vec::with_capacity(HEAD_BYTES);
        bytes.extend_from_slice(&MARKER);
        bytes.extend_from_slice(&meta.record_bytes.to_le_bytes());
        bytes.extend_from_slice(&meta.first.0.to_le_bytes());
        bytes.extend_from_slice(&meta.last.0.to_le_bytes());
        bytes.extend_from_slice(&[meta.kind.code(), flags, 0, 0]);
        bytes.extend_from_slice(&meta.boot.0.to_le_bytes());
        bytes.extend_from_slice(&meta.at.0.to_le_bytes());
        bytes
    }
}

/// Checks the whole entry at the start of `bytes` and gives its sealed bytes.
pub(crate) fn sealed<'a>(head: &Head, bytes: &'a [u8]) -> Result<&'a [u8], Damage> {
    let Some(entry) = bytes.get(..head.entry_bytes()) else { return Err(Damage::Cut) };
    let Some((inside, checksum)) = entry.split_last_chunk::<4>() else { return Err(Damage::Cut) };
    if crc32c::crc32c(inside) != u32::from_le_bytes(*checksum) {
        return Err(Damage::Body);
    }
    inside.get(HEAD_BYTES..).ok_or(Damage::Cut)
}

/// `N` bytes at `at`; zeros where there are none, which every caller has excluded by a length check.
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().unwrap_or([0; N])
}

/// Four bytes at `at`, little end first.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}
