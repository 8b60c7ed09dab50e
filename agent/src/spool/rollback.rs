//! A spool put back from an older copy of its disk: the controller has numbers of it that it never sent.
//!
//! Enters: an acknowledgement that claims such numbers. Leaves: a spool whose next records have numbers that the controller
//! cannot have, and whose records in danger were given such numbers. Without this the controller would take each new record
//! for the one it has under that number, acknowledge it, and the node would free it: the one silent loss.
//!
//! *How it is noticed.* A claim at or above the next number is one sign. The other needs [`Spool::watch_sending`]: from then
//! on a number that this run handed out and never gave to anybody to send cannot be claimed either. What earlier runs handed
//! out may have been sent by them, so a spool put back that is started twice before its first session shows no sign.
//!
//! *Why new numbers and not a new epoch.* What is wanted is that a number never names two records. A new epoch does that,
//! and would have to write every waiting record anew, under two epochs in one folder, for the sake of the few in danger:
//! those of this run that the controller claims. They alone are written again. Of those some may have been stored under the
//! old number, if they went out before the first acknowledgement came: they are stored twice rather than lost. Waiting
//! records of earlier runs that are claimed are freed, as after any restart: they are those that the copy already held.
//!
//! *Order.* First the state that reserves the new numbers is durable, then the copies are, then the old numbers count as
//! done. A crash in between sends a record twice.

use holdfast_protocol::ack::Ack;
use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::{Lost, Reason};

use super::acknowledge::claims;
use super::disk::Disk;
use super::queue::{Debt, Draft, RESERVED_AHEAD};
use super::ranges::RangeSet;
use super::{EntryMeta, Spool, SpoolError};

/// Numbers left free above the highest claim, for an acknowledgement names eight ranges and may leave out the highest: at a
/// record every ten seconds 121 days of them, and an epoch has room for 4,000 such steps.
const MARGIN: u32 = 1 << 20;

/// Highest claim that is believed: a record a second for 34 years. A controller that claims more would use the epoch up.
const CLAIM_MAX: u32 = 1 << 30;

/// What this run handed out and gave to be sent.
#[derive(Debug)]
pub(crate) struct Sending {
    /// Numbers below this are of earlier runs.
    from: u32,
    sent: RangeSet,
}

/// What going beyond an acknowledgement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// The next number before.
    pub before: Sequence,
    /// And now.
    pub next: Sequence,
    /// Records that were given new numbers.
    pub renumbered: u64,
}

impl<D: Disk> Spool<D> {
    /// From now on every number that is handed out has to be read before it can be acknowledged.
    pub fn watch_sending(&mut self) {
        self.sending = Some(Sending { from: self.next.0, sent: RangeSet::default() });
    }

    /// Goes on with numbers that the controller cannot have. `renumber` writes a record anew under another number.
    ///
    /// # Errors
    /// [`SpoolError::Implausible`] for a claim that is not believed; an error of the disk, then it can be tried again.
    pub fn go_beyond(
        &mut self,
        ack: &Ack,
        renumber: impl Fn(Vec<u8>, Sequence) -> Vec<u8>,
    ) -> Result<Beyond, SpoolError> {
        let claimed = claims(ack);
        let highest = claimed.iter().last().map_or(0, |(_, last)| last);
        if ack.epoch != self.state.epoch || highest > CLAIM_MAX {
            return Err(SpoolError::Implausible { sequence: Sequence(highest) });
        }
        self.sync()?;
        let before = self.next;
        self.leave_behind(&claimed, highest)?;
        let from = self.sending.as_ref().map_or(before.0, |sending| sending.from);
        let in_danger =
            |entry: &EntryMeta| entry.last.0 >= from && claimed.touches(entry.first.0, entry.last.0);
        let mut moving: Vec<EntryMeta> = self.pending().filter_map(Result::ok).filter(in_danger).collect();
        moving.sort_unstable_by_key(|entry| entry.last);
        for entry in &moving {
            let bytes = match self.read(entry.last) {
                Err(SpoolError::Rotten { .. }) => continue,
                read => read?,
            };
            let draft = Draft { kind: entry.kind, urgency: entry.urgency, boot: entry.boot, at: entry.at };
            self.append(draft, |sequence| renumber(bytes, sequence))?;
        }
        self.sync()?;
        for entry in &moving {
            self.state.done.insert(entry.first.0, entry.last.0);
            self.debt = self.debt.max(Debt::Soon);
            for segment in self.touched_by(entry) {
                self.recount(&segment)?;
            }
        }
        let renumbered = u64::try_from(moving.len()).unwrap_or(u64::MAX);
        Ok(Beyond { before, next: self.next, renumbered })
    }

    /// Notes that a record was given to be sent.
    pub(crate) fn note_sent(&mut self, first: u32, last: u32) {
        if let Some(sending) = &mut self.sending {
            sending.sent.insert(first.max(sending.from), last);
        }
    }

    /// The lowest number of this run that is claimed and was never given to be sent.
    pub(crate) fn never_sent(&self, claimed: &RangeSet) -> Option<u32> {
        let sending = self.sending.as_ref()?;
        let unsent = claimed.within(sending.from, self.next.0.saturating_sub(1)).into_iter();
        let unsent = unsent.flat_map(|(first, last)| sending.sent.gaps(first, last));
        // What was declared lost is claimed by a controller that heard of it.
        unsent.flat_map(|(first, last)| self.state.done.gaps(first, last)).map(|(first, _)| first).next()
    }

    /// Makes numbers above every claim the next ones, durably. What lies between is done: the controller has it, or it was
    /// lost with the disk that the copy replaced.
    fn leave_behind(&mut self, claimed: &RangeSet, highest: u32) -> Result<(), SpoolError> {
        let next = highest.saturating_add(1).saturating_add(MARGIN);
        let before = self.next.0;
        if next <= before {
            return Ok(());
        }
        let kept = self.state.clone();
        for (first, last) in claimed.within(before, highest) {
            self.state.done.insert(first, last);
        }
        for (first, last) in self.state.done.gaps(before, next.saturating_sub(1)) {
            let records = highest.min(last).saturating_add(1).saturating_sub(first);
            let (first, last) = (Sequence(first), Sequence(last));
            self.lose(Lost { first, last, records, reason: Reason::Damaged });
        }
        self.state.reserved_below = next.saturating_add(RESERVED_AHEAD);
        self.store_state().inspect_err(|_| self.state = kept)?;
        self.next = Sequence(next);
        Ok(())
    }

    fn touched_by(&self, entry: &EntryMeta) -> Vec<super::index::Segment> {
        let mut set = RangeSet::default();
        set.insert(entry.first.0, entry.last.0);
        self.touched(&set)
    }
}
