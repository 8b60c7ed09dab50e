//! From a number to its place: indexes of segments, read from disk when they are needed.
//!
//! Enters: a segment's summary, a sequence number. Leaves: an index, a place. An entry that was there at the start and is
//! no longer found, because its head rotted since, is declared lost here, so that no file is ever removed with a record
//! in it that nobody spoke of.

use std::sync::Arc;

use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::{Lost, Reason};

use super::disk::{Disk, Doing};
use super::index::{Indexed, Segment};
use super::ranges::RangeSet;
use super::segment::decode_segment;
use super::{Spool, SpoolError};

impl<D: Disk> Spool<D> {
    /// The index of a segment's durable entries.
    pub(crate) fn index_of(&mut self, segment: &Segment) -> Result<Arc<[Indexed]>, SpoolError> {
        let index = self.index_as_found(segment)?;
        if count(index.len()) < segment.entries {
            self.declare_vanished(segment, &index)?;
        }
        Ok(index)
    }

    /// Where a waiting record lies.
    pub(crate) fn locate(&mut self, sequence: Sequence) -> Result<(Segment, Indexed), SpoolError> {
        let holding: Vec<Segment> = [&self.kept, &self.bulk]
            .into_iter()
            .flat_map(|files| files.segments())
            .filter(|segment| segment.waiting > 0 && segment.spans(sequence.0, sequence.0))
            .copied()
            .collect();
        for segment in holding {
            let index = self.index_of(&segment)?;
            let at = index.partition_point(|entry| entry.last < sequence.0);
            if let Some(entry) = index.get(at).filter(|entry| entry.last == sequence.0)
                && entry.is_waiting(&self.state.done)
            {
                return Ok((segment, *entry));
            }
        }
        Err(SpoolError::Unknown { sequence })
    }

    /// Counts again what waits in a segment.
    pub(crate) fn recount(&mut self, segment: &Segment) -> Result<(), SpoolError> {
        let index = self.index_of(segment)?;
        self.recount_with(segment, &index);
        Ok(())
    }

    fn recount_with(&mut self, segment: &Segment, index: &[Indexed]) {
        for files in [&mut self.kept, &mut self.bulk] {
            let active = files.active.as_mut().map(|active| &mut active.segment);
            for held in files.closed.iter_mut().chain(active).filter(|held| held.number == segment.number) {
                held.recount(index, &self.state.done);
            }
        }
    }

    fn index_as_found(&mut self, segment: &Segment) -> Result<Arc<[Indexed]>, SpoolError> {
        for files in [&self.kept, &self.bulk] {
            if let Some(active) =
                files.active.as_ref().filter(|active| active.segment.number == segment.number)
            {
                return Ok(active.durable().into());
            }
        }
        if let Some(index) = self.indexes.get(segment.number) {
            return Ok(index);
        }
        let name = segment.name();
        let length = usize::try_from(segment.file_bytes).unwrap_or(usize::MAX);
        let bytes = self.disk.read(&name, 0, length).doing("reading", &name)?;
        let index: Arc<[Indexed]> = decode_segment(&bytes).entries.iter().map(Indexed::found).collect();
        self.indexes.put(segment.number, Arc::clone(&index));
        Ok(index)
    }

    /// Declares lost what a segment once held and no longer shows: numbers of its span that are in no segment, not done,
    /// and not on their way to the disk.
    fn declare_vanished(&mut self, segment: &Segment, index: &[Indexed]) -> Result<(), SpoolError> {
        let (first, last) = (segment.first, segment.last);
        let mut present = RangeSet::default();
        let spanning: Vec<Segment> = [&self.kept, &self.bulk]
            .into_iter()
            .flat_map(|files| files.segments())
            .filter(|other| other.number != segment.number && other.spans(first, last))
            .copied()
            .collect();
        for other in spanning {
            self.index_as_found(&other)?.iter().for_each(|entry| _ = present.insert(entry.first, entry.last));
        }
        let unsynced = self.kept.unsynced().iter().chain(self.bulk.unsynced());
        unsynced.chain(index).for_each(|entry| _ = present.insert(entry.first, entry.last));
        for (first, last) in self.state.done.iter() {
            present.insert(first, last);
        }
        for (first, last) in present.gaps(first, last) {
            let records = (last - first).saturating_add(1);
            self.lose(Lost {
                first: Sequence(first),
                last: Sequence(last),
                records,
                reason: Reason::Damaged,
            });
        }
        self.recount_with(segment, index);
        Ok(())
    }
}

fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}
