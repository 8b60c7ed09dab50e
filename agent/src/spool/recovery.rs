//! Starting: the same path after a clean stop, a kill, a power cut and a bad sector.
//!
//! Enters: the disk, the key, the limits, an epoch to use if the spool is new. Leaves: a spool in which every number ever
//! reserved is accounted for, and a [`Recovery`] that says what was found. First every header is read; a file of another
//! epoch, key or version ends it there with nothing changed. Then each segment is read whole (256 MiB at the default
//! limit, 13 s from a memory card at 20 MB/s), torn ends are cut, and everything that will be relied upon is synced:
//! after a kill the records of the last seconds may be in the system's memory only, and must not be sent from there. Of a
//! segment that the disk does not give whole nothing is cut, removed or declared lost: see [`super::pieces`].

use holdfast_protocol::ids::{Epoch, Sequence};
use holdfast_protocol::lost::{Lost, Reason};

use super::crypt::SpoolKey;
use super::disk::{Disk, Doing};
use super::entry::Damage;
use super::index::{Indexed, Indexes, Lane, Segment, segment_name, segment_number};
use super::lane::{Active, LaneFiles};
use super::limits::Limits;
use super::pieces::{Pieces, Unread, read_pieces};
use super::queue::{Debt, RESERVED_AHEAD};
use super::ranges::RangeSet;
use super::retention::LossCounts;
use super::segment::{
    Decoded, FORMAT, Found, HEADER_BYTES, Header, HeaderDamage, decode_segment, entry_bytes,
};
use super::state::{Loaded, State};
use super::{Spool, SpoolError};

/// Largest segment read, whatever the limits were when it was written.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What a start found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The folder was empty, so the spool began a new epoch.
    pub is_new: bool,
    /// Records that wait.
    pub waiting_records: u64,
    /// Bytes of torn ends that were cut off.
    pub torn_bytes: u64,
    /// Damaged stretches in the middle of segments; what they held is declared lost.
    pub damaged_stretches: u64,
    /// One copy of the state was missing or damaged; the copy before it was used.
    pub used_older_state: bool,
    /// Segments that the disk did not give whole. What they hide is not lost: it waits until it can be read.
    pub unread_segments: u64,
    /// Ranges found missing at this start, now owed as lost.
    pub lost: Vec<Lost>,
}

/// What reading the segments adds up to.
#[derive(Default)]
struct Survey {
    kept: LaneFound,
    bulk: LaneFound,
    present: RangeSet,
    /// Numbers known to have been written and damaged, or lying where damage is.
    damaged: RangeSet,
    /// Numbers that may lie where the disk could not be read.
    hidden: RangeSet,
    /// Highest number seen in any head, whole or not.
    highest: u32,
    /// Torn stretches whose numbers cannot be read.
    torn_nameless: u32,
    next_segment: u32,
}

/// Segments of one lane while they are read from the newest to the oldest.
#[derive(Default)]
struct LaneFound {
    /// Newest first.
    segments: Vec<Segment>,
    /// The newest, if it can be gone on with.
    open: Option<(Segment, Vec<Indexed>)>,
    /// First number of the oldest segment read so far: what stands at or above it in an older file was written again.
    first_seen: Option<u32>,
}

impl<D: Disk> Spool<D> {
    /// Opens the spool in `disk`, or makes a new one under `fresh_epoch` when there is none.
    ///
    /// # Errors
    /// [`SpoolError::OtherEpoch`], [`SpoolError::OtherKey`], [`SpoolError::Foreign`], [`SpoolError::Newer`] and
    /// [`SpoolError::StateLost`] with nothing changed; errors of the disk.
    pub fn open(
        disk: D,
        key: SpoolKey,
        limits: Limits,
        fresh_epoch: Epoch,
    ) -> Result<(Self, Recovery), SpoolError> {
        let names = disk.list().doing("listing", "the folder")?;
        let mut numbers: Vec<u32> = names.iter().filter_map(|name| segment_number(name)).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let mut recovery = Recovery::default();
        let state = match State::load(&disk, &names)? {
            Loaded::Newest(state) => state,
            Loaded::Older(state) => {
                recovery.used_older_state = true;
                let reserved_below = state.reserved_below.saturating_add(RESERVED_AHEAD);
                State { reserved_below, generation: state.generation.saturating_add(1), ..state }
            }
            Loaded::Absent if numbers.is_empty() => {
                recovery.is_new = true;
                new_state(fresh_epoch, &key)
            }
            Loaded::Absent => return Err(SpoolError::StateLost { problem: "both are missing" }),
            Loaded::Unreadable(problem) => return Err(SpoolError::StateLost { problem }),
        };
        if state.key_name != key.name() {
            return Err(SpoolError::OtherKey { file: "the spool's state".to_owned() });
        }
        for number in &numbers {
            check_header(&disk, *number, &state)?;
        }
        let mut spool = Self {
            disk,
            key,
            limits,
            next: Sequence(state.reserved_below),
            state,
            kept: LaneFiles::default(),
            bulk: LaneFiles::default(),
            indexes: Indexes::default(),
            debt: Debt::Nothing,
            acks_refused: 0,
            sending: None,
        };
        let mut survey = Survey::default();
        for number in numbers {
            spool.read_segment(number, &mut survey, &mut recovery)?;
        }
        spool.account(survey, &mut recovery);
        // Written even when nothing changed: a copy that only the system's memory holds is not relied upon, and the sync of
        // the folder that belongs to it makes the names of the segments durable too.
        spool.store_state()?;
        spool.remove_done()?;
        recovery.waiting_records = spool.stats().waiting_records;
        Ok((spool, recovery))
    }

    /// Reads one segment, cuts what is torn, syncs the rest.
    fn read_segment(
        &mut self,
        number: u32,
        survey: &mut Survey,
        recovery: &mut Recovery,
    ) -> Result<(), SpoolError> {
        let name = segment_name(number);
        let Pieces { bytes, unread } = read_pieces(&self.disk, &name, FILE_BYTES_MAX)?;
        let decoded = decode_segment(&bytes);
        survey.next_segment = survey.next_segment.max(number.saturating_add(1));
        let lane = decoded.entries.first().map(|found| Lane::of(found.meta.kind, found.meta.urgency));
        let files = survey.lane(lane.unwrap_or(Lane::Kept));
        let (is_newest, limit) = (files.first_seen.is_none(), files.first_seen.unwrap_or(u32::MAX));
        let limit = limit.min(self.state.reserved_below);
        let entries: Vec<Found> =
            decoded.entries.iter().take_while(|found| found.meta.last.0 < limit).copied().collect();
        let end = entries.last().map_or(0, |found| found.offset.saturating_add(entry_bytes(found)));
        if let Some(unread) = unread {
            // Without a record of it nobody knows its lane, so the lane's later files say nothing of where it ends.
            let limit = if lane.is_some() { limit } else { self.state.reserved_below };
            survey.note_hidden(&decoded, &entries, &unread, limit);
            recovery.unread_segments = recovery.unread_segments.saturating_add(1);
            self.disk.sync(&name).doing("syncing", &name)?;
            let file_bytes = size(bytes.len()).max(self.limits.segment_bytes());
            self.take_in(
                Segment { number, file_bytes, is_unread: true, ..Segment::default() },
                &entries,
                survey,
                lane,
            );
            return Ok(());
        }
        survey.note_damage(&decoded, &entries, end, limit, is_newest, recovery);
        recovery.torn_bytes = recovery.torn_bytes.saturating_add(size(bytes.len().saturating_sub(end)));
        if entries.is_empty() {
            return self.disk.remove(&name).doing("removing", &name);
        }
        if end < bytes.len() {
            self.disk.truncate(&name, size(end)).doing("cutting", &name)?;
        }
        self.disk.sync(&name).doing("syncing", &name)?;
        let segment = Segment { number, file_bytes: size(end), ..Segment::default() };
        let goes_on = is_newest && decoded.header.is_ok() && segment.file_bytes < self.limits.segment_bytes();
        let index = self.take_in(segment, &entries, survey, lane);
        if goes_on {
            let files = survey.lane(lane.unwrap_or(Lane::Kept));
            files.open = files.segments.pop().map(|segment| (segment, index));
        }
        Ok(())
    }

    /// Adds a segment with the entries that were found in it.
    fn take_in(
        &self,
        mut segment: Segment,
        entries: &[Found],
        survey: &mut Survey,
        lane: Option<Lane>,
    ) -> Vec<Indexed> {
        let index: Vec<Indexed> = entries.iter().map(Indexed::found).collect();
        segment.recount(&index, &self.state.done);
        for entry in &index {
            survey.present.insert(entry.first, entry.last);
        }
        survey.highest = survey.highest.max(segment.last);
        if segment.first > 0 {
            survey.lane(lane.unwrap_or(Lane::Kept)).first_seen = Some(segment.first);
        } else {
            // It may be of either lane. Writing goes on in no file before it: what is behind would look left over.
            for files in [&mut survey.kept, &mut survey.bulk] {
                files.first_seen = files.first_seen.or(Some(u32::MAX));
            }
        }
        survey.lane(lane.unwrap_or(Lane::Kept)).segments.push(segment);
        index
    }

    /// Takes the segments over and declares lost what is neither there nor done.
    fn account(&mut self, survey: Survey, recovery: &mut Recovery) {
        self.state.next_segment = self.state.next_segment.max(survey.next_segment);
        let seen_done = self.state.done.iter().last().map_or(0, |(_, last)| last);
        let highest = survey.highest.max(seen_done);
        let mut accounted = survey.present.clone();
        for (first, last) in self.state.done.iter() {
            accounted.insert(first, last);
        }
        for (first, last) in survey.hidden.iter() {
            accounted.insert(first, last);
        }
        let last_reserved = self.state.reserved_below.saturating_sub(1);
        for (first, last) in accounted.gaps(1, last_reserved) {
            for lost in survey.explain(first, last, highest) {
                recovery.lost.push(lost);
                self.lose(lost);
            }
        }
        let done = &self.state.done;
        self.state
            .losses
            .retain(|loss| !loss.carrier.is_some_and(|carrier| done.covers(carrier.0, carrier.0)));
        self.kept = survey.kept.into_files();
        self.bulk = survey.bulk.into_files();
    }
}

impl Survey {
    fn lane(&mut self, lane: Lane) -> &mut LaneFound {
        match lane {
            Lane::Kept => &mut self.kept,
            Lane::Bulk => &mut self.bulk,
        }
    }

    /// Tells a torn end from damage in the middle, and remembers whose numbers are affected.
    fn note_damage(
        &mut self,
        decoded: &Decoded,
        entries: &[Found],
        end: usize,
        limit: u32,
        is_newest: bool,
        recovery: &mut Recovery,
    ) {
        for bad in &decoded.bad {
            let numbers = bad.meta.map(|meta| (meta.first.0, meta.last.0)).filter(|(_, last)| *last < limit);
            if let Some((_, last)) = numbers {
                self.highest = self.highest.max(last);
            }
            // Only the newest segment of a lane can have a torn end: the one before it was synced before it was begun. A
            // file without a whole entry is one whose first sync the power cut came before.
            let may_be_torn = is_newest || entries.is_empty() || bad.damage == Damage::Order;
            let is_torn = bad.offset >= end && may_be_torn;
            if is_torn {
                self.torn_nameless = self.torn_nameless.saturating_add(u32::from(numbers.is_none()));
                continue;
            }
            recovery.damaged_stretches = recovery.damaged_stretches.saturating_add(1);
            let before = entries.iter().rev().find(|found| found.offset < bad.offset);
            let behind = entries.iter().find(|found| found.offset > bad.offset);
            let from = before.map_or(1, |found| found.meta.last.0.saturating_add(1));
            let to = behind.map_or(limit, |found| found.meta.first.0).saturating_sub(1);
            let (first, last) = numbers.unwrap_or((from, to));
            self.damaged.insert(first, last);
        }
    }

    /// Remembers which numbers may lie where the disk could not be read.
    fn note_hidden(&mut self, decoded: &Decoded, entries: &[Found], unread: &Unread, limit: u32) {
        let whole: Vec<(usize, usize)> = decoded.bad.iter().map(|bad| (bad.offset, bad.length)).collect();
        // A damaged header is no stretch of its own, and behind what was read there may be more.
        let rest = (decoded.good_end(), usize::MAX);
        for (offset, length) in whole.into_iter().chain([(0, 1), rest]) {
            if !unread.touches(offset, length) {
                continue;
            }
            let before = entries.iter().rev().find(|found| found.offset < offset);
            let behind = entries.iter().find(|found| found.offset >= offset);
            let from = before.map_or(1, |found| found.meta.last.0.saturating_add(1));
            let to = behind.map_or(limit, |found| found.meta.first.0).saturating_sub(1);
            self.hidden.insert(from, to);
        }
    }

    /// Splits a missing range by what is known of it: damaged, torn, or never written.
    fn explain(&self, first: u32, last: u32, highest: u32) -> Vec<Lost> {
        let mut parts = Vec::new();
        let seen_last = last.min(highest);
        let undamaged = self.damaged.gaps(first, seen_last);
        let mut cuts: Vec<(u32, u32, Reason)> =
            undamaged.into_iter().map(|(a, b)| (a, b, Reason::Torn)).collect();
        let mut rest = RangeSet::default();
        rest.insert(first, seen_last);
        for (a, b, _) in &cuts {
            rest.remove(*a, *b);
        }
        cuts.extend(rest.iter().map(|(a, b)| (a, b, Reason::Damaged)));
        cuts.sort_unstable_by_key(|(a, _, _)| *a);
        for (a, b, reason) in cuts {
            let records = (b - a).saturating_add(1);
            parts.push(Lost { first: Sequence(a), last: Sequence(b), records, reason });
        }
        let unseen_first = first.max(highest.saturating_add(1));
        if unseen_first <= last {
            // Reserved and probably never used; a torn stretch without a readable head is the only sign of a record.
            let records = self.torn_nameless.min((last - unseen_first).saturating_add(1));
            let (first, last) = (Sequence(unseen_first), Sequence(last));
            parts.push(Lost { first, last, records, reason: Reason::Torn });
        }
        parts
    }
}

impl LaneFound {
    fn into_files(mut self) -> LaneFiles {
        self.segments.reverse();
        let active = self.open.map(|(segment, index)| Active {
            segment,
            durable_entries: index.len(),
            index,
            unsynced: Vec::new(),
        });
        LaneFiles { closed: self.segments, active }
    }
}

/// Refuses a file that is not of this spool, before anything is changed.
fn check_header<D: Disk>(disk: &D, number: u32, state: &State) -> Result<(), SpoolError> {
    let file = segment_name(number);
    let head = read_pieces(disk, &file, HEADER_BYTES)?;
    if head.unread.is_some() {
        // Not known to be foreign; its records say whose they are when they are opened.
        return Ok(());
    }
    let mut decoded = decode_segment(&head.bytes);
    if decoded.header == Err(HeaderDamage::Foreign) {
        // The answer may lie behind the header: whole entries of ours under a rotten header.
        decoded = decode_segment(&read_pieces(disk, &file, FILE_BYTES_MAX)?.bytes);
    }
    let header: Header = match decoded.header {
        Ok(header) => header,
        Err(HeaderDamage::Damaged) => return Ok(()),
        Err(HeaderDamage::Foreign) => return Err(SpoolError::Foreign { file }),
    };
    if header.version != FORMAT {
        return Err(SpoolError::Newer { file, found: header.version, known: FORMAT });
    }
    if header.key_name != state.key_name {
        return Err(SpoolError::OtherKey { file });
    }
    if header.epoch != state.epoch {
        return Err(SpoolError::OtherEpoch { file, found: header.epoch, expected: state.epoch });
    }
    Ok(())
}

fn new_state(epoch: Epoch, key: &SpoolKey) -> State {
    State {
        epoch,
        key_name: key.name(),
        generation: 0,
        reserved_below: 1,
        next_segment: 1,
        done: RangeSet::default(),
        losses: Vec::new(),
        counts: LossCounts::default(),
    }
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
