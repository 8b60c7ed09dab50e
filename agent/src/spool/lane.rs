//! The segments of one lane: closed ones, and the one being written with what is not yet on disk.
//!
//! Enters: sealed entries. Leaves: files that hold them durably. The one place that writes segments. Entries wait in
//! memory until [`write_out`]; a record that was never written out was never sent, so a crash takes only what nobody saw.

use super::SpoolError;
use super::disk::{Disk, Doing};
use super::index::{Indexed, Segment, segment_name};
use super::ranges::RangeSet;
use super::segment::{HEADER_BYTES, Header};

/// Closed segments by rising number, and the one being written.
#[derive(Debug, Default)]
pub(crate) struct LaneFiles {
    pub(crate) closed: Vec<Segment>,
    pub(crate) active: Option<Active>,
}

/// The segment being written.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) segment: Segment,
    /// Durable entries, then those in `unsynced`.
    pub(crate) index: Vec<Indexed>,
    pub(crate) durable_entries: usize,
    /// Bytes of entries that follow the durable ones.
    pub(crate) unsynced: Vec<u8>,
}

impl LaneFiles {
    /// Bytes on disk and about to be.
    pub(crate) fn used_bytes(&self) -> u64 {
        let closed: u64 = self.closed.iter().map(|segment| segment.file_bytes).sum();
        closed.saturating_add(self.active.as_ref().map_or(0, Active::length))
    }

    /// Summaries of all segments, oldest first.
    pub(crate) fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.closed.iter().chain(self.active.as_ref().map(|active| &active.segment))
    }

    /// Numbers handed out whose records are not durable.
    pub(crate) fn unsynced(&self) -> &[Indexed] {
        self.active.as_ref().map_or(&[], Active::unsynced_entries)
    }

    /// Ends the segment being written; what was not synced goes with it and is given back.
    pub(crate) fn close_active(&mut self) -> Vec<Indexed> {
        let Some(active) = self.active.take() else { return Vec::new() };
        let dropped = active.unsynced_entries().to_vec();
        if active.durable_entries > 0 {
            self.closed.push(active.segment);
        }
        dropped
    }
}

impl Active {
    pub(crate) fn new(number: u32) -> Self {
        let segment = Segment { number, ..Segment::default() };
        Self { segment, index: Vec::new(), durable_entries: 0, unsynced: Vec::new() }
    }

    /// Where the next entry goes.
    pub(crate) fn length(&self) -> u64 {
        let durable = self.segment.file_bytes.max(u64::try_from(HEADER_BYTES).unwrap_or(0));
        durable.saturating_add(u64::try_from(self.unsynced.len()).unwrap_or(u64::MAX))
    }

    pub(crate) fn durable(&self) -> &[Indexed] {
        self.index.get(..self.durable_entries).unwrap_or_default()
    }

    fn unsynced_entries(&self) -> &[Indexed] {
        self.index.get(self.durable_entries..).unwrap_or_default()
    }

    /// Goes on in a new file with what is not durable; the old one keeps what is. A sector that failed once lies under the
    /// same place of the same file the next time, and after a restart again.
    fn abandon(&mut self, number: u32) -> Segment {
        let old = self.segment;
        let base = u32::try_from(old.file_bytes).unwrap_or(u32::MAX);
        let start = u32::try_from(HEADER_BYTES).unwrap_or(0);
        let base = base.max(start);
        let mut index = self.index.split_off(self.durable_entries);
        for entry in &mut index {
            entry.offset = entry.offset.saturating_sub(base).saturating_add(start);
        }
        let unsynced = std::mem::take(&mut self.unsynced);
        *self = Self { index, unsynced, ..Self::new(number) };
        old
    }
}

/// Makes durable what waits in memory: write, sync the file, and for a new file sync the folder. Only then do its
/// entries count as stored.
pub(crate) fn write_out<D: Disk>(
    lane: &mut LaneFiles,
    disk: &mut D,
    header: Header,
    next_segment: &mut u32,
    done: &RangeSet,
) -> Result<(), SpoolError> {
    let Some(active) = lane.active.as_mut().filter(|active| !active.unsynced.is_empty()) else {
        return Ok(());
    };
    let name = segment_name(active.segment.number);
    match write_and_sync(active, disk, header, &name) {
        Ok(()) => {
            active.segment.file_bytes = active.length();
            active.unsynced = Vec::new();
            active.durable_entries = active.index.len();
            active.segment.recount(&active.index, done);
            Ok(())
        }
        // Nothing was counted; the same bytes go to the same place next time.
        Err(error @ (SpoolError::NoRoom { .. } | SpoolError::Denied { .. })) => Err(error),
        Err(error) => {
            let old = active.abandon(*next_segment);
            *next_segment = next_segment.saturating_add(1);
            // Best effort: if this fails too, recovery cuts an end whose numbers stand again in a later segment.
            if old.file_bytes == 0 {
                let _ = disk.remove(&name);
            } else {
                let _ = disk.truncate(&name, old.file_bytes);
                lane.closed.push(old);
            }
            Err(error)
        }
    }
}

fn write_and_sync<D: Disk>(
    active: &Active,
    disk: &mut D,
    header: Header,
    name: &str,
) -> Result<(), SpoolError> {
    let is_new = active.segment.file_bytes == 0;
    let start = if is_new {
        let header = Header { number: active.segment.number, ..header };
        disk.write(name, 0, &header.encode()).doing("writing", name)?;
        u64::try_from(HEADER_BYTES).unwrap_or(0)
    } else {
        active.segment.file_bytes
    };
    disk.write(name, start, &active.unsynced).doing("writing", name)?;
    disk.sync(name).doing("syncing", name)?;
    if is_new {
        disk.sync_directory().doing("syncing", "the folder")?;
    }
    Ok(())
}
