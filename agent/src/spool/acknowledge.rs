//! What an acknowledgement does: it frees, or it shows that the controller has less than it once said.
//!
//! Enters: an [`Ack`]. Leaves: freed room and what became of it. An acknowledgement of another epoch frees nothing; one
//! that claims numbers never sent comes from a confused controller, or to a spool put back from an older copy of its disk:
//! nothing in it is believed before [`Spool::go_beyond`].

use holdfast_protocol::ack::{Ack, RANGES_MAX};
use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::{Lost, Reason};

use super::disk::Disk;
use super::index::Segment;
use super::queue::Debt;
use super::ranges::RangeSet;
use super::{Spool, SpoolError};

/// What an acknowledgement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// So many records no longer wait.
    Freed {
        /// How many.
        records: u64,
        /// Their size.
        bytes: u64,
    },
    /// It speaks of another epoch; nothing was freed.
    OtherEpoch,
    /// It claims a number that was never sent; nothing was freed.
    NeverSent {
        /// The number.
        sequence: Sequence,
    },
}

/// What a controller that has less than it once said made necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Records that were acknowledged, are still on disk, and wait again.
    pub again: u64,
    /// Numbers that are gone here too and are now owed as lost.
    pub lost: u64,
    /// More may be missing than this acknowledgement could say: the next one is to be compared as well.
    pub compare_next: bool,
}

impl<D: Disk> Spool<D> {
    /// Frees what the controller's database has.
    ///
    /// # Errors
    /// An error of the disk; what was acknowledged then stays so in memory and its room is freed by a later call.
    pub fn acknowledge(&mut self, ack: &Ack) -> Result<Acknowledged, SpoolError> {
        if let Some(refusal) = self.refusal(ack) {
            self.acks_refused = self.acks_refused.saturating_add(1);
            return Ok(refusal);
        }
        let before = self.stats();
        let claimed = claims(ack);
        let mut fresh = RangeSet::default();
        for (first, last) in claimed.iter() {
            for (first, last) in self.state.done.gaps(first, last) {
                fresh.insert(first, last);
                self.debt = self.debt.max(Debt::Lazy);
            }
        }
        for (first, last) in fresh.iter() {
            self.state.done.insert(first, last);
        }
        self.settle(&claimed);
        for segment in self.touched(&fresh) {
            self.recount(&segment)?;
        }
        self.remove_done()?;
        let after = self.stats();
        Ok(Acknowledged::Freed {
            records: before.waiting_records.saturating_sub(after.waiting_records),
            bytes: before.waiting_bytes.saturating_sub(after.waiting_bytes),
        })
    }

    /// Compares the controller's first acknowledgement after a connect with what was freed, and the following ones as
    /// long as the answer says `compare_next`. What it lacks and the spool still has waits again; what both lack is owed
    /// as lost, durably. For a controller that lost nothing this does nothing. Not for every acknowledgement: one that
    /// was overtaken on its way would look like a loss.
    ///
    /// # Errors
    /// An error of the disk; the next first acknowledgement finds the same again.
    pub fn reconcile(&mut self, ack: &Ack) -> Result<Reconciled, SpoolError> {
        if self.refusal(ack).is_some() {
            return Ok(Reconciled { compare_next: true, ..Reconciled::default() });
        }
        let mut missing = self.missing(ack);
        let mut reconciled =
            Reconciled { compare_next: ack.ranges.len() >= RANGES_MAX, ..Reconciled::default() };
        for segment in self.touched(&missing) {
            let index = self.index_of(&segment)?;
            for entry in index.entries.iter() {
                if !missing.covers(entry.first, entry.last) {
                    continue;
                }
                missing.remove(entry.first, entry.last);
                self.state.done.remove(entry.first, entry.last);
                reconciled.again = reconciled.again.saturating_add(1);
                self.debt = Debt::Soon;
            }
            if index.unread.is_some() {
                // What cannot be read now may still be there. It no longer counts as done, so it waits when it is found, and
                // is declared lost when the whole file was read without it.
                for (first, last) in missing.within(segment.first, segment.last) {
                    missing.remove(first, last);
                    self.state.done.remove(first, last);
                    self.debt = Debt::Soon;
                }
            }
            self.recount(&segment)?;
        }
        for (first, last) in missing.iter() {
            let records = (last - first).saturating_add(1);
            reconciled.lost = reconciled.lost.saturating_add(u64::from(records));
            self.lose(Lost { first: Sequence(first), last: Sequence(last), records, reason: Reason::Freed });
        }
        if self.debt == Debt::Soon {
            // Durable at once: the copy on disk still says that these numbers are done with nothing more to say.
            self.store_state()?;
        }
        Ok(reconciled)
    }

    /// Numbers that count as done here, that the acknowledgement does not have, and that no loss on its way names.
    fn missing(&self, ack: &Ack) -> RangeSet {
        let claimed = claims(ack);
        // With its eight ranges used up an acknowledgement is silent about what lies behind the first: the others are those
        // of what came last.
        let horizon = match ack.ranges.first() {
            Some(range) if ack.ranges.len() >= RANGES_MAX => range.last.0,
            Some(_) | None => u32::MAX,
        };
        let mut missing = RangeSet::default();
        for (first, last) in self.state.done.iter() {
            for (first, last) in claimed.gaps(first, last.min(horizon)) {
                missing.insert(first, last);
            }
        }
        for loss in &self.state.losses {
            missing.remove(loss.lost.first.0, loss.lost.last.0);
        }
        missing
    }

    /// Forgets losses that the controller knows of.
    fn settle(&mut self, claimed: &RangeSet) {
        let done = &self.state.done;
        self.state.losses.retain(|loss| {
            let is_carried = loss.carrier.is_some_and(|carrier| done.covers(carrier.0, carrier.0));
            !is_carried && !claimed.covers(loss.lost.first.0, loss.lost.last.0)
        });
    }

    fn refusal(&self, ack: &Ack) -> Option<Acknowledged> {
        if ack.epoch != self.state.epoch {
            return Some(Acknowledged::OtherEpoch);
        }
        let claimed = claims(ack);
        let highest = claimed.iter().last().map_or(0, |(_, last)| last);
        if highest >= self.next.0 {
            return Some(Acknowledged::NeverSent { sequence: Sequence(highest) });
        }
        if let Some(sequence) = self.never_sent(&claimed) {
            return Some(Acknowledged::NeverSent { sequence: Sequence(sequence) });
        }
        let unsynced = self.kept.unsynced().iter().chain(self.bulk.unsynced());
        unsynced
            .map(|entry| entry.last)
            .find(|last| claimed.touches(*last, *last))
            .map(|last| Acknowledged::NeverSent { sequence: Sequence(last) })
    }

    /// Segments that hold durable numbers of the set.
    pub(crate) fn touched(&self, set: &RangeSet) -> Vec<Segment> {
        let segments = self.kept.segments().chain(self.bulk.segments());
        segments
            .filter(|segment| segment.first > 0 && set.touches(segment.first, segment.last))
            .copied()
            .collect()
    }
}

/// What an acknowledgement claims, as a set.
pub(crate) fn claims(ack: &Ack) -> RangeSet {
    let mut set = RangeSet::default();
    set.insert(1, ack.below.0.saturating_sub(1));
    for range in &ack.ranges {
        set.insert(range.first.0.max(1), range.last.0);
    }
    set
}
