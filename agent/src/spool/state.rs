//! The spool's state: what cannot be found again by reading the segments.
//!
//! Enters: a [`State`], or bytes. Leaves: bytes, or a [`State`]. Written whole each time: temporary file, write, fsync,
//! rename, fsync of the directory, in turn to `state-0` and `state-1`, so that a bad sector under one leaves the copy
//! before it; a copy that the disk refuses to give counts as damaged, whether that passes or not. That copy is one write behind: numbers may have been used up to one reservation further, and a segment
//! freed by the lost write is declared lost although the controller has it (which changes nothing there).

use holdfast_protocol::ids::{Epoch, Sequence};
use holdfast_protocol::lost::{Lost, Reason};

use super::SpoolError;
use super::disk::{Disk, Doing};
use super::entry::{array_at, u32_at};
use super::ranges::RangeSet;
use super::retention::{LOSSES_MAX, Loss, LossCounts};
use super::segment::FORMAT;

const MAGIC: [u8; 8] = *b"HFSTATE\n";
const TEMPORARY: &str = "state.tmp";

/// magic 8 + version 2 + zero 2 + epoch 4 + key name 8 + generation 8 + reserved 4 + next segment 4 + counts 5 × 8 +
/// number of ranges 4 + number of losses 4.
const FIXED_BYTES: usize = 88;
const RANGE_BYTES: usize = 8;
const LOSS_BYTES: usize = 20;

/// Largest state read: one range for each of the 1.2 million smallest records that fit 1 GiB would be 10 MiB; a file
/// above 16 MiB is not ours.
pub(crate) const STATE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What is kept beside the segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) epoch: Epoch,
    pub(crate) key_name: [u8; 8],
    /// Counts writes; the higher of the two copies stands.
    pub(crate) generation: u64,
    /// No number from here on was ever handed out.
    pub(crate) reserved_below: u32,
    /// No segment from here on was ever made.
    pub(crate) next_segment: u32,
    /// Acknowledged, or declared lost.
    pub(crate) done: RangeSet,
    pub(crate) losses: Vec<Loss>,
    pub(crate) counts: LossCounts,
}

/// Which copies were readable.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Loaded {
    /// Neither file is there.
    Absent,
    /// The newest copy.
    Newest(State),
    /// The other copy is missing or damaged and may have been newer.
    Older(State),
    /// Files are there, none is readable.
    Unreadable(&'static str),
}

impl State {
    /// Writes the next copy durably; on an error the copy before it still stands.
    pub(crate) fn store<D: Disk>(&mut self, disk: &mut D) -> Result<(), SpoolError> {
        let generation = self.generation.saturating_add(1);
        let name = copy_name(generation);
        let next = Self { generation, ..self.clone() };
        disk.write(TEMPORARY, 0, &[]).doing("making", TEMPORARY)?;
        disk.truncate(TEMPORARY, 0).doing("emptying", TEMPORARY)?;
        disk.write(TEMPORARY, 0, &next.encode()).doing("writing", TEMPORARY)?;
        disk.sync(TEMPORARY).doing("syncing", TEMPORARY)?;
        disk.rename(TEMPORARY, name).doing("renaming", TEMPORARY)?;
        // From here on the copy may be found again, so its generation is used up whatever happens.
        self.generation = generation;
        disk.sync_directory().doing("syncing", "the folder")
    }

    /// Reads both copies.
    pub(crate) fn load<D: Disk>(disk: &D, names: &[String]) -> Result<Loaded, SpoolError> {
        let mut copies = Vec::new();
        let mut problem = None;
        let mut refused = None;
        for name in [copy_name(0), copy_name(1)] {
            if !names.iter().any(|there| there == name) {
                continue;
            }
            let bytes = match disk.read(name, 0, STATE_BYTES_MAX).doing("reading", name) {
                Ok(bytes) => bytes,
                Err(error @ SpoolError::Io { .. }) => {
                    problem = Some("the disk does not give it");
                    refused = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            match Self::decode(&bytes) {
                Ok(state) => copies.push(state),
                Err(StateDamage::Newer(found)) => {
                    return Err(SpoolError::Newer { file: name.to_owned(), found, known: FORMAT });
                }
                Err(StateDamage::Damaged(what)) => problem = Some(what),
            }
        }
        copies.sort_by_key(|state| state.generation);
        let both = copies.len() == 2;
        Ok(match (copies.pop(), problem) {
            (Some(state), None) if both || state.generation == 1 => Loaded::Newest(state),
            (Some(state), _) => Loaded::Older(state),
            // A copy that the disk may still give is no reason to advise that the spool be given up.
            (None, Some(problem)) => match refused {
                Some(error) => return Err(error),
                None => Loaded::Unreadable(problem),
            },
            (None, None) => Loaded::Absent,
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED_BYTES + 256);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&self.epoch.0.to_le_bytes());
        bytes.extend_from_slice(&self.key_name);
        bytes.extend_from_slice(&self.generation.to_le_bytes());
        bytes.extend_from_slice(&self.reserved_below.to_le_bytes());
        bytes.extend_from_slice(&self.next_segment.to_le_bytes());
        for count in self.counts.as_array() {
            bytes.extend_from_slice(&count.to_le_bytes());
        }
        bytes.extend_from_slice(&count_u32(self.done.len()).to_le_bytes());
        bytes.extend_from_slice(&count_u32(self.losses.len()).to_le_bytes());
        for (first, last) in self.done.iter() {
            bytes.extend_from_slice(&first.to_le_bytes());
            bytes.extend_from_slice(&last.to_le_bytes());
        }
        for loss in &self.losses {
            bytes.extend_from_slice(&loss.lost.first.0.to_le_bytes());
            bytes.extend_from_slice(&loss.lost.last.0.to_le_bytes());
            bytes.extend_from_slice(&loss.lost.records.to_le_bytes());
            bytes.extend_from_slice(&loss.carrier.map_or(0, |carrier| carrier.0).to_le_bytes());
            bytes.extend_from_slice(&[loss.lost.reason.code(), 0, 0, 0]);
        }
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads a copy. Total: any bytes give a state or what is wrong with them.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StateDamage> {
        let Some((inside, checksum)) = bytes.split_last_chunk::<4>() else {
            return Err(StateDamage::Damaged("too short"));
        };
        if crc32c::crc32c(inside) != u32::from_le_bytes(*checksum) {
            return Err(StateDamage::Damaged("the checksum does not fit"));
        }
        if inside.len() < 12 || !inside.starts_with(&MAGIC) {
            return Err(StateDamage::Damaged("not a state of a spool"));
        }
        let version = u16::from_le_bytes(array_at(inside, 8));
        if version > FORMAT {
            return Err(StateDamage::Newer(version));
        }
        let (ranges, losses) = (index(u32_at(inside, 80)), index(u32_at(inside, 84)));
        let expected = ranges
            .saturating_mul(RANGE_BYTES)
            .saturating_add(losses.saturating_mul(LOSS_BYTES))
            .saturating_add(FIXED_BYTES);
        if inside.len() != expected || losses > LOSSES_MAX {
            return Err(StateDamage::Damaged("its length does not fit its counts"));
        }
        let mut counts = [0; 5];
        for (at, count) in counts.iter_mut().enumerate() {
            *count = u64::from_le_bytes(array_at(inside, 40 + at * 8));
        }
        let (range_bytes, loss_bytes) = inside
            .get(FIXED_BYTES..)
            .unwrap_or_default()
            .split_at_checked(ranges * RANGE_BYTES)
            .unwrap_or_default();
        let done = decode_ranges(range_bytes)?;
        Ok(Self {
            epoch: Epoch(u32_at(inside, 12)),
            key_name: array_at(inside, 16),
            generation: u64::from_le_bytes(array_at(inside, 24)),
            reserved_below: u32_at(inside, 32).max(1),
            next_segment: u32_at(inside, 36),
            done,
            losses: loss_bytes.chunks_exact(LOSS_BYTES).map(decode_loss).collect(),
            counts: LossCounts::from_array(counts),
        })
    }
}

/// What is wrong with a copy of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateDamage {
    /// Written by a later version.
    Newer(u16),
    /// Not what was written.
    Damaged(&'static str),
}

/// Reads a copy of the state and forgets it: for the fuzz target. `true` when the bytes are a state.
#[must_use]
pub fn is_state(bytes: &[u8]) -> bool {
    State::decode(bytes).is_ok()
}

/// Ranges as they are written: each behind a gap after the one before. Others would be put in order one by one, which
/// for the two million that fit a state takes the square of their number.
fn decode_ranges(bytes: &[u8]) -> Result<RangeSet, StateDamage> {
    let mut done = RangeSet::default();
    let mut before = None;
    for range in bytes.chunks_exact(RANGE_BYTES) {
        let (first, last) = (u32_at(range, 0), u32_at(range, 4));
        let behind_a_gap = before.is_none_or(|before: u32| before.saturating_add(1) < first);
        if first > last || !behind_a_gap {
            return Err(StateDamage::Damaged("its ranges do not rise"));
        }
        done.insert(first, last);
        before = Some(last);
    }
    Ok(done)
}

fn decode_loss(bytes: &[u8]) -> Loss {
    let [reason, ..] = array_at::<4>(bytes, 16);
    let lost = Lost {
        first: Sequence(u32_at(bytes, 0)),
        last: Sequence(u32_at(bytes, 4)),
        records: u32_at(bytes, 8),
        reason: Reason::from_code(reason),
    };
    Loss { lost, carrier: Some(u32_at(bytes, 12)).filter(|carrier| *carrier != 0).map(Sequence) }
}

fn copy_name(generation: u64) -> &'static str {
    if generation.is_multiple_of(2) { "state-0" } else { "state-1" }
}

fn count_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
