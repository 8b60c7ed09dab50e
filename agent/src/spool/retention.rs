//! What happens when room runs out, and how nothing goes without a word.
//!
//! Enters: the wish for room, numbers that are gone. Leaves: room, and a [`Loss`] for each range that will never come, to
//! be sent as a record of kind `lost`. Order of dropping: segments whose records are all done, then blocks, oldest first,
//! then, for a record that is not a block, the oldest of the others. A block never displaces an event or a statement.
//! Thinning old blocks into windows will come before dropping them; entries therefore stand for `first..=last`.
//!
//! A loss goes through three states: owed (kept in the state file), carried (a `lost` record in the spool names it; the
//! loss remembers that record's number), settled (that record is acknowledged). A carrier that is itself lost makes its
//! losses owed again, so a declaration is repeated rather than dropped.

use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::{Lost, Reason};

use super::disk::Disk;
use super::index::{Indexed, Lane, Segment};
use super::{Spool, SpoolError};

/// Losses remembered. A full spool drops about one segment a day at a block a minute, in as many ranges as events lie
/// between: 20 a day would fill this in seven months of darkness, 82 KiB of state. Beyond it the oldest is forgotten;
/// [`Spool::reconcile`] finds it again when the controller comes back and lacks it.
pub(crate) const LOSSES_MAX: usize = 4096;

/// A range that will never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// What is to be said.
    pub lost: Lost,
    /// The `lost` record in the spool that says it, once there is one.
    pub carrier: Option<Sequence>,
}

/// Records lost since the spool was made, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LossCounts {
    /// Dropped because the spool, or the disk under it, was full.
    pub full: u64,
    /// Not whole on the disk after a power cut; never sent.
    pub torn: u64,
    /// The disk gave back other bytes than were written.
    pub damaged: u64,
    /// Freed on the controller's word, which it later no longer had.
    pub freed: u64,
    /// Refused by the controller.
    pub refused: u64,
}

impl LossCounts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.as_array().into_iter().fold(0, u64::saturating_add)
    }

    pub(crate) fn as_array(self) -> [u64; 5] {
        [self.full, self.torn, self.damaged, self.freed, self.refused]
    }

    pub(crate) fn from_array([full, torn, damaged, freed, refused]: [u64; 5]) -> Self {
        Self { full, torn, damaged, freed, refused }
    }

    fn add(&mut self, reason: Reason, records: u32) {
        let count = match reason {
            Reason::Full => &mut self.full,
            Reason::Torn => &mut self.torn,
            Reason::Damaged => &mut self.damaged,
            Reason::Freed => &mut self.freed,
            Reason::Refused | Reason::Other(_) => &mut self.refused,
        };
        *count = count.saturating_add(u64::from(records));
    }
}

impl<D: Disk> Spool<D> {
    /// Marks numbers as gone for good, counts them and owes the word of it. The state is written later; until then a
    /// restart finds the gap and declares it again.
    pub(crate) fn lose(&mut self, lost: Lost) {
        let (first, last) = (lost.first.0, lost.last.0);
        self.state.done.insert(first, last);
        self.state.counts.add(lost.reason, lost.records);
        for loss in &mut self.state.losses {
            if loss.carrier.is_some_and(|carrier| (first..=last).contains(&carrier.0)) {
                loss.carrier = None;
            }
        }
        self.owe(lost);
        self.debt = super::queue::Debt::Soon;
    }

    /// Adds an owed loss, joined to the one before it where they touch and say the same.
    pub(crate) fn owe(&mut self, lost: Lost) {
        let losses = &mut self.state.losses;
        let joined = losses.iter_mut().rev().find(|loss| {
            loss.carrier.is_none()
                && loss.lost.reason == lost.reason
                && loss.lost.last.0.checked_add(1) == Some(lost.first.0)
        });
        if let Some(loss) = joined {
            loss.lost.last = lost.last;
            loss.lost.records = loss.lost.records.saturating_add(lost.records);
            return;
        }
        // What is given up in the order of sending comes newest first.
        let behind = losses.iter_mut().rev().find(|loss| {
            loss.carrier.is_none()
                && loss.lost.reason == lost.reason
                && lost.last.0.checked_add(1) == Some(loss.lost.first.0)
        });
        if let Some(loss) = behind {
            loss.lost.first = lost.first;
            loss.lost.records = loss.lost.records.saturating_add(lost.records);
            return;
        }
        if losses.len() >= LOSSES_MAX {
            let oldest = losses.iter().position(|loss| loss.carrier.is_some()).unwrap_or(0);
            losses.remove(oldest);
        }
        losses.push(Loss { lost, carrier: None });
    }

    /// Notes that the record `carrier` says `lost`. Appending that record may have joined more to the loss; the rest
    /// stays owed.
    pub(crate) fn carry(&mut self, lost: Lost, carrier: Sequence) {
        let losses = &mut self.state.losses;
        let Some(loss) =
            losses.iter_mut().find(|loss| loss.carrier.is_none() && loss.lost.first == lost.first)
        else {
            return;
        };
        let grown = loss.lost;
        *loss = Loss { lost, carrier: Some(carrier) };
        if let Some(first) = lost.last.next().filter(|first| *first <= grown.last) {
            let records = grown.records.saturating_sub(lost.records);
            losses.push(Loss { lost: Lost { first, records, ..grown }, carrier: None });
        }
    }

    /// Makes room for `bytes` more within the spool's own limit, or says that it cannot.
    pub(crate) fn make_room(&mut self, bytes: u64, lane: Lane) -> Result<(), SpoolError> {
        while self.used_bytes().saturating_add(bytes) > self.limits.total_bytes() {
            if self.remove_done()? || self.lose_oldest_closed(Lane::Bulk)?.is_some() {
                continue;
            }
            self.close_lane(Lane::Bulk);
            if !self.bulk.closed.is_empty() {
                continue;
            }
            if self
                .kept
                .active
                .as_ref()
                .is_some_and(|active| active.segment.waiting == 0 && active.unsynced.is_empty())
            {
                self.close_lane(Lane::Kept);
                continue;
            }
            if lane == Lane::Kept && self.lose_oldest_closed(Lane::Kept)?.is_some() {
                continue;
            }
            if self.used_bytes().saturating_add(bytes) > self.limits.total_bytes() {
                return Err(SpoolError::Full { waiting_bytes: self.stats().waiting_bytes });
            }
        }
        Ok(())
    }

    /// Frees room on a disk that others filled: a segment that is done, else the oldest closed blocks. Answers whether
    /// there was one. The state is not written first, for that needs the very room: a crash in between shows as a gap,
    /// which recovery declares.
    pub(crate) fn give_room_to_disk(&mut self) -> Result<bool, SpoolError> {
        for lane in [Lane::Bulk, Lane::Kept] {
            let at = self.lane(lane).closed.iter().position(Segment::is_done);
            if let Some(at) = at {
                self.remove_segment(lane, at)?;
                return Ok(true);
            }
        }
        match self.lose_oldest_closed(Lane::Bulk)? {
            Some(at) => self.remove_segment(Lane::Bulk, at).map(|()| true),
            None => Ok(false),
        }
    }

    /// Declares lost what still waits in the lane's oldest closed segment; answers where that is. Its file is then
    /// removed as that of any segment that is done.
    fn lose_oldest_closed(&mut self, lane: Lane) -> Result<Option<usize>, SpoolError> {
        let Some(segment) = self.lane(lane).closed.first().copied() else { return Ok(None) };
        if !segment.is_done() {
            let index = self.index_of(&segment)?;
            self.lose_entries(&index.entries, Reason::Full);
            // Also when a part of it cannot be read: waiting for that part must not keep newer records out.
            self.account_for(&segment, &index.entries)?;
        }
        Ok(Some(0))
    }

    /// Ends the lane's segment; what it had not synced is lost.
    fn close_lane(&mut self, lane: Lane) {
        let dropped = self.lane_mut(lane).close_active();
        self.lose_entries(&dropped, Reason::Full);
    }

    /// Declares every waiting entry lost, runs of adjacent numbers as one range.
    fn lose_entries(&mut self, entries: &[Indexed], reason: Reason) {
        let waiting: Vec<Indexed> =
            entries.iter().filter(|entry| entry.is_waiting(&self.state.done)).copied().collect();
        for entry in waiting {
            self.lose(Lost { first: Sequence(entry.first), last: Sequence(entry.last), records: 1, reason });
        }
    }
}
