//! What waits, in the order it is sent, and its bytes.
//!
//! Enters: nothing but the wish. Leaves: metadata of durable, unacknowledged records: urgent ones first, each group newest
//! first, because after a long darkness the newest says most; and the decrypted bytes of one record. Never changes what
//! waits, except that a record whose bytes did not survive is declared lost.

use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::{Lost, Reason};

use super::disk::{Disk, Doing};
use super::entry::{EntryMeta, Head, sealed};
use super::index::{Indexed, Lane, Segment};
use super::{Spool, SpoolError};

/// Walks over what waits. At most one segment of each lane is held in memory. Says once of each segment that a part of it
/// cannot be read, and goes on with the rest.
#[derive(Debug)]
pub struct Pending<'a, D> {
    spool: &'a mut Spool<D>,
    phase: Phase,
    kept: Walk,
    bulk: Walk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Urgent,
    Usual,
}

/// How far a lane was walked.
#[derive(Debug)]
struct Walk {
    /// Segments still to visit, oldest first.
    segments: Vec<Segment>,
    /// Waiting entries of the segment being visited, oldest first.
    entries: Vec<Indexed>,
}

impl<D: Disk> Spool<D> {
    /// Walks over the waiting records: urgent ones newest first, then the rest newest first.
    pub fn pending(&mut self) -> Pending<'_, D> {
        let kept = self.walk(Lane::Kept, Phase::Urgent);
        Pending {
            spool: self,
            phase: Phase::Urgent,
            kept,
            bulk: Walk { segments: Vec::new(), entries: Vec::new() },
        }
    }

    /// The bytes of a waiting record.
    ///
    /// # Errors
    /// [`SpoolError::Unknown`] for one that does not wait; [`SpoolError::Rotten`] when its bytes did not survive, after
    /// which it is declared lost; [`SpoolError::Io`] when the disk cannot be read, after which it still waits (a caller
    /// that gives up on it says so with [`Spool::give_up`]).
    pub fn read(&mut self, sequence: Sequence) -> Result<Vec<u8>, SpoolError> {
        let (segment, entry) = self.locate(sequence)?;
        let head_of = |meta: EntryMeta| Head { meta, nonce: [0; _] }.entry_bytes();
        let name = segment.name();
        let bytes =
            self.disk.read(&name, u64::from(entry.offset), head_of(entry.meta())).doing("reading", &name)?;
        let opened = Head::decode(&bytes).ok().filter(|head| head.meta == entry.meta()).and_then(|head| {
            let sealed = sealed(&head, &bytes).ok()?;
            self.key.open(head.nonce, &head.associated(self.state.epoch), sealed.to_vec()).ok()
        });
        match opened {
            Some(record) => {
                self.note_sent(entry.first, entry.last);
                Ok(record)
            }
            None => {
                self.give_up(sequence, Reason::Damaged)?;
                Err(SpoolError::Rotten { sequence })
            }
        }
    }

    /// Puts a waiting record aside for good, for instance because the controller cannot take it: it is counted and
    /// declared lost.
    ///
    /// # Errors
    /// [`SpoolError::Unknown`] for one that does not wait; an error of the disk.
    pub fn give_up(&mut self, sequence: Sequence, reason: Reason) -> Result<(), SpoolError> {
        let (segment, entry) = self.locate(sequence)?;
        self.lose(Lost { first: Sequence(entry.first), last: Sequence(entry.last), records: 1, reason });
        self.recount(&segment)
    }

    fn walk(&self, lane: Lane, phase: Phase) -> Walk {
        let wanted = |segment: &&Segment| match phase {
            Phase::Urgent => segment.waiting_urgent > 0,
            // What cannot be read may be of any kind; it is spoken of once.
            Phase::Usual => segment.waiting > segment.waiting_urgent || segment.is_unread,
        };
        Walk { segments: self.lane(lane).segments().filter(wanted).copied().collect(), entries: Vec::new() }
    }

    /// Loads the next older segment of a walk when the one at hand is used up.
    fn fill(&mut self, walk: &mut Walk, phase: Phase) -> Result<(), SpoolError> {
        while walk.entries.is_empty() {
            let Some(segment) = walk.segments.pop() else { return Ok(()) };
            let index = self.index_of(&segment)?;
            let wanted = |entry: &&Indexed| {
                entry.is_urgent() == (phase == Phase::Urgent) && entry.is_waiting(&self.state.done)
            };
            walk.entries = index.entries.iter().filter(wanted).copied().collect();
            if let Some(unread) = index.unread.filter(|_| phase == Phase::Usual || segment.waiting_urgent > 0)
            {
                return Err(unread.error(&segment.name()));
            }
        }
        Ok(())
    }
}

impl<D: Disk> Iterator for Pending<'_, D> {
    type Item = Result<EntryMeta, SpoolError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let filled = self.spool.fill(&mut self.kept, self.phase);
            if let Err(error) = filled.and_then(|()| self.spool.fill(&mut self.bulk, self.phase)) {
                return Some(Err(error));
            }
            let newest = |walk: &Walk| walk.entries.last().map_or(0, |entry| entry.last);
            let from = if newest(&self.kept) > newest(&self.bulk) { &mut self.kept } else { &mut self.bulk };
            match (from.entries.pop(), self.phase) {
                (Some(entry), _) => return Some(Ok(entry.meta())),
                (None, Phase::Usual) => return None,
                (None, Phase::Urgent) => {
                    self.phase = Phase::Usual;
                    self.kept = self.spool.walk(Lane::Kept, Phase::Usual);
                    self.bulk = self.spool.walk(Lane::Bulk, Phase::Usual);
                }
            }
        }
    }
}
