//! From a number to its place: indexes of segments, read from disk when they are needed.
//!
//! Enters: a segment's summary, a sequence number. Leaves: an index, a place. An entry that was there at the start and is
//! no longer found, because its head rotted since, is declared lost here, so that no file is ever removed with a record
//! in it that nobody spoke of. An entry that is not found because the disk did not give its page is not: the index says
//! that it is incomplete, and its segment is marked, until a later look finds the whole of it.

use std::sync::Arc;

use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::{Lost, Reason};

use super::disk::Disk;
use super::index::{Index, Indexed, Segment};
use super::pieces::read_pieces;
use super::ranges::RangeSet;
use super::segment::decode_segment;
use super::{Spool, SpoolError};

impl<D: Disk> Spool<D> {
    /// Reads again what could not be read before; what it finds waits as it would have from the start. What is still not
    /// given goes on waiting. Reads every segment so marked, so a caller asks now and then, not in a loop.
    ///
    /// # Errors
    /// The files may not be read at all; a disk that fails is no error here.
    pub fn look_again(&mut self) -> Result<(), SpoolError> {
        let marked: Vec<Segment> = [&self.kept, &self.bulk]
            .into_iter()
            .flat_map(|files| files.segments())
            .filter(|segment| segment.is_unread)
            .copied()
            .collect();
        for segment in marked {
            self.indexes.forget(segment.number);
            self.index_of(&segment)?;
        }
        Ok(())
    }

    /// The index of a segment's durable entries.
    pub(crate) fn index_of(&mut self, segment: &Segment) -> Result<Index, SpoolError> {
        let index = self.index_as_found(segment)?;
        if index.unread.is_some() {
            self.mark_unread(segment.number);
        } else if segment.is_unread || count(index.entries.len()) < segment.entries {
            self.account_for(segment, &index.entries)?;
        }
        Ok(index)
    }

    /// Where a waiting record lies.
    pub(crate) fn locate(&mut self, sequence: Sequence) -> Result<(Segment, Indexed), SpoolError> {
        let holding: Vec<Segment> = [&self.kept, &self.bulk]
            .into_iter()
            .flat_map(|files| files.segments())
            .filter(|segment| {
                segment.is_unread || segment.waiting > 0 && segment.spans(sequence.0, sequence.0)
            })
            .copied()
            .collect();
        let mut hidden = None;
        for segment in holding {
            let index = self.index_of(&segment)?;
            hidden = hidden.or_else(|| index.unread.map(|unread| unread.error(&segment.name())));
            let at = index.entries.partition_point(|entry| entry.last < sequence.0);
            if let Some(entry) = index.entries.get(at).filter(|entry| entry.last == sequence.0)
                && entry.is_waiting(&self.state.done)
            {
                return Ok((segment, *entry));
            }
        }
        Err(hidden.unwrap_or(SpoolError::Unknown { sequence }))
    }

    /// Counts again what waits in a segment; later, if it cannot be read whole now.
    pub(crate) fn recount(&mut self, segment: &Segment) -> Result<(), SpoolError> {
        let index = self.index_of(segment)?;
        if index.unread.is_none() {
            self.recount_with(segment, &index.entries);
        }
        Ok(())
    }

    fn mark_unread(&mut self, number: u32) {
        for files in [&mut self.kept, &mut self.bulk] {
            files
                .closed
                .iter_mut()
                .filter(|held| held.number == number)
                .for_each(|held| held.is_unread = true);
        }
    }

    fn recount_with(&mut self, segment: &Segment, index: &[Indexed]) {
        for files in [&mut self.kept, &mut self.bulk] {
            let active = files.active.as_mut().map(|active| &mut active.segment);
            for held in files.closed.iter_mut().chain(active).filter(|held| held.number == segment.number) {
                held.recount(index, &self.state.done);
                held.is_unread = false;
            }
        }
    }

    fn index_as_found(&mut self, segment: &Segment) -> Result<Index, SpoolError> {
        for files in [&self.kept, &self.bulk] {
            if let Some(active) =
                files.active.as_ref().filter(|active| active.segment.number == segment.number)
            {
                return Ok(Index { entries: active.durable().into(), unread: None });
            }
        }
        if let Some(index) = self.indexes.get(segment.number) {
            return Ok(index);
        }
        let name = segment.name();
        let length = usize::try_from(segment.file_bytes).unwrap_or(usize::MAX);
        let pieces = read_pieces(&self.disk, &name, length)?;
        let entries = decode_segment(&pieces.bytes).entries.iter().map(Indexed::found).collect();
        let index = Index { entries, unread: pieces.unread.map(Arc::new) };
        self.indexes.put(segment.number, index.clone());
        Ok(index)
    }

    /// Declares lost what a segment once held and does not show: numbers of its span that are in no segment, not done,
    /// and not on their way to the disk. Then it counts what `index` shows, and no more.
    pub(crate) fn account_for(&mut self, segment: &Segment, index: &[Indexed]) -> Result<(), SpoolError> {
        let shown = Segment { first: 0, last: 0, ..*segment };
        let shown = index.iter().fold(shown, |span, entry| span.grown(entry.first, entry.last));
        let span = if segment.first > 0 { shown.grown(segment.first, segment.last) } else { shown };
        let (first, last) = (span.first, span.last);
        let mut present = RangeSet::default();
        let spanning: Vec<Segment> = [&self.kept, &self.bulk]
            .into_iter()
            .flat_map(|files| files.segments())
            .filter(|other| other.number != segment.number && other.spans(first, last))
            .copied()
            .collect();
        for other in spanning {
            let index = self.index_as_found(&other)?;
            index.entries.iter().for_each(|entry| _ = present.insert(entry.first, entry.last));
            if index.unread.is_some() || other.is_unread {
                present.insert(other.first, other.last);
            }
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
