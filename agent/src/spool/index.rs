//! What is kept in memory of the segments, and how little.
//!
//! Enters: decoded segments and the set of numbers that are done. Leaves: a summary for each segment, an index of the few
//! that are being read.
//!
//! Arithmetic: a summary has 64 bytes; 256 MiB in segments of 1 MiB are 256 of them, 16 KiB, however many records wait.
//! An index has 32 bytes a record and is made by reading its segment. A block of 90 frames is about 600 bytes on disk, so
//! an index of 1 MiB is 1,750 × 32 B = 56 KiB; the smallest useful records (80 bytes on disk) make it 420 KiB. At most
//! [`INDEXES_MAX`] and one for each of the two segments being written are held: 280 KiB usually, 2 MiB at the very worst.
//! An index of everything (1 million small records × 32 B = 32 MiB) would be six times the whole agent.

use std::sync::Arc;

use holdfast_protocol::ids::{BootCounter, Sequence};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::entry::{EntryMeta, Urgency};
use super::pieces::Unread;
use super::ranges::RangeSet;
use super::segment::Found;

/// Indexes held of segments that are not being written: the two a walk is in, and the two an acknowledgement of an
/// earlier window touches.
pub(crate) const INDEXES_MAX: usize = 4;

/// Incomplete indexes held beside them, so that a failing disk is not asked again at every step of the link: an eighth of
/// the segments of the default spool, and incomplete ones are smaller.
const INCOMPLETE_MAX: usize = 32;

/// Where a record goes: blocks may be dropped when room is short, the rest goes last. Each kind has files of its own, so
/// dropping is the removal of a file and never a rewriting of what is to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Events, statements, replies, losses, kinds of later versions.
    Kept,
    /// Blocks.
    Bulk,
}

/// One record of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Indexed {
    pub(crate) offset: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    record_bytes: u32,
    boot: u32,
    kind: u8,
    urgency: Urgency,
    at_ms: u64,
}

const _: () = assert!(size_of::<Indexed>() == 32, "the arithmetic of this module rests on it");

/// One segment, summed up. `first` and `last` span its durable entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Segment {
    pub(crate) number: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) entries: u32,
    pub(crate) waiting: u32,
    pub(crate) waiting_urgent: u32,
    pub(crate) file_bytes: u64,
    pub(crate) waiting_bytes: u64,
    /// Boot and time of the oldest waiting record; zeros when none waits.
    pub(crate) oldest_boot: u32,
    pub(crate) oldest_at_ms: u64,
    /// A part of the file could not be read when it was last wanted: it may hold more than is counted here, or its counts
    /// may be those of before an acknowledgement. Such a file is never removed as done.
    pub(crate) is_unread: bool,
}

const _: () = assert!(size_of::<Segment>() <= 64, "the arithmetic of this module rests on it");

/// The index of one segment.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) entries: Arc<[Indexed]>,
    /// What of the file could not be read, so that entries may be missing.
    pub(crate) unread: Option<Arc<Unread>>,
}

/// Indexes of segments lately read, newest use last.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    held: Vec<(u32, Index)>,
    incomplete: Vec<(u32, Index)>,
}

impl Lane {
    /// The lane of a record.
    pub(crate) fn of(kind: Kind, urgency: Urgency) -> Self {
        if kind == Kind::Block && urgency == Urgency::Usual { Self::Bulk } else { Self::Kept }
    }
}

impl Indexed {
    pub(crate) fn new(meta: &EntryMeta, offset: usize) -> Self {
        Self {
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
            first: meta.first.0,
            last: meta.last.0,
            record_bytes: meta.record_bytes,
            boot: meta.boot.0,
            kind: meta.kind.code(),
            urgency: meta.urgency,
            at_ms: meta.at.0,
        }
    }

    pub(crate) fn found(found: &Found) -> Self {
        Self::new(&found.meta, found.offset)
    }

    pub(crate) fn meta(&self) -> EntryMeta {
        EntryMeta {
            first: Sequence(self.first),
            last: Sequence(self.last),
            kind: Kind::from_code(self.kind),
            urgency: self.urgency,
            boot: BootCounter(self.boot),
            at: BootMs(self.at_ms),
            record_bytes: self.record_bytes,
        }
    }

    pub(crate) fn is_urgent(&self) -> bool {
        self.urgency == Urgency::Urgent
    }

    pub(crate) fn is_waiting(&self, done: &RangeSet) -> bool {
        !done.covers(self.first, self.last)
    }
}

impl Segment {
    /// Counts again what waits in it. `index` holds its durable entries.
    pub(crate) fn recount(&mut self, index: &[Indexed], done: &RangeSet) {
        self.first = index.first().map_or(0, |entry| entry.first);
        self.last = index.last().map_or(0, |entry| entry.last);
        self.entries = u32::try_from(index.len()).unwrap_or(u32::MAX);
        (self.waiting, self.waiting_urgent, self.waiting_bytes) = (0, 0, 0);
        (self.oldest_boot, self.oldest_at_ms) = (0, 0);
        for entry in index.iter().filter(|entry| entry.is_waiting(done)) {
            if self.waiting == 0 {
                (self.oldest_boot, self.oldest_at_ms) = (entry.boot, entry.at_ms);
            }
            self.waiting = self.waiting.saturating_add(1);
            self.waiting_urgent = self.waiting_urgent.saturating_add(u32::from(entry.is_urgent()));
            self.waiting_bytes = self.waiting_bytes.saturating_add(u64::from(entry.record_bytes));
        }
    }

    /// With a span that also holds `first..=last`.
    pub(crate) fn grown(self, first: u32, last: u32) -> Self {
        let own = if self.first > 0 { self.first } else { first };
        Self { first: own.min(first), last: self.last.max(last), ..self }
    }

    /// Is there nothing left in it that anybody waits for?
    pub(crate) fn is_done(&self) -> bool {
        self.waiting == 0 && !self.is_unread
    }

    /// Does it hold a durable number of `first..=last`?
    pub(crate) fn spans(&self, first: u32, last: u32) -> bool {
        self.first > 0 && self.first <= last && first <= self.last
    }

    pub(crate) fn name(&self) -> String {
        segment_name(self.number)
    }
}

impl Indexes {
    pub(crate) fn get(&mut self, number: u32) -> Option<Index> {
        if let Some((_, index)) = self.incomplete.iter().find(|(held, _)| *held == number) {
            return Some(index.clone());
        }
        let at = self.held.iter().position(|(held, _)| *held == number)?;
        let entry = self.held.remove(at);
        let index = entry.1.clone();
        self.held.push(entry);
        Some(index)
    }

    pub(crate) fn put(&mut self, number: u32, index: Index) {
        let (indexes, most) = match index.unread {
            Some(_) => (&mut self.incomplete, INCOMPLETE_MAX),
            None => (&mut self.held, INDEXES_MAX),
        };
        if indexes.len() >= most {
            indexes.remove(0);
        }
        indexes.push((number, index));
    }

    pub(crate) fn forget(&mut self, number: u32) {
        self.held.retain(|(held, _)| *held != number);
        self.incomplete.retain(|(held, _)| *held != number);
    }
}

/// Name of a segment's file.
pub(crate) fn segment_name(number: u32) -> String {
    format!("{number:08}.seg")
}

/// The number in a segment's name; `None` for other files.
pub(crate) fn segment_number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".seg")?.parse().ok()?;
    (segment_name(number) == name).then_some(number)
}
