//! The spool itself: its parts, appending, syncing, and what it says of itself.
//!
//! Enters: drafts of records. Leaves: sequence numbers, and files that hold the records. Freeing is in `acknowledge`,
//! sending in `send`, room in `retention`, starting in `recovery`.

use std::io;

use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
use holdfast_protocol::lost::Lost;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::SpoolError;
use super::crypt::{SpoolKey, TAG_BYTES};
use super::disk::{Disk, Doing};
use super::entry::{EntryMeta, Head, OVERHEAD_BYTES, Urgency};
use super::index::{Indexed, Indexes, Lane, Segment};
use super::lane::{Active, LaneFiles, write_out};
use super::limits::Limits;
use super::retention::{Loss, LossCounts};
use super::rollback::Sending;
use super::segment::{FORMAT, HEADER_BYTES, Header};
use super::state::State;

/// Numbers made usable by one write of the state. At a record a minute that is a write an hour; a power cut skips at most
/// 63 numbers, and 2³² ÷ 64 = 67 million power cuts use up an epoch.
pub const RESERVED_AHEAD: u32 = 64;

/// Entries kept in memory before they are written without being asked: two of the largest records. An agent syncs after
/// each record; this bounds one that does not.
const UNSYNCED_BYTES_MAX: usize = 512 * 1024;

/// What a record is, before it has a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// What its body holds.
    pub kind: Kind,
    /// Whether it overtakes the queue.
    pub urgency: Urgency,
    /// The start of the node.
    pub boot: BootCounter,
    /// When.
    pub at: BootMs,
}

impl Draft {
    /// A draft with the urgency of its kind.
    #[must_use]
    pub const fn new(kind: Kind, boot: BootCounter, at: BootMs) -> Self {
        let urgency = if kind.is_urgent() { Urgency::Urgent } else { Urgency::Usual };
        Self { kind, urgency, boot, at }
    }
}

/// What the spool holds and has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Durable records that wait for an acknowledgement.
    pub waiting_records: u64,
    /// Their size, without the spool's own overhead.
    pub waiting_bytes: u64,
    /// Records appended and not yet synced.
    pub unsynced_records: u64,
    /// Boot and time of the oldest waiting record.
    pub oldest: Option<(BootCounter, BootMs)>,
    /// Bytes of all segments, acknowledged records in them included.
    pub used_bytes: u64,
    /// Bytes left before blocks are dropped.
    pub room_bytes: u64,
    /// Records lost since the spool was made.
    pub lost: LossCounts,
    /// Losses that no `lost` record in the spool names yet.
    pub losses_owed: usize,
    /// Acknowledgements since the start that claimed what was never sent, or another epoch.
    pub acks_refused: u64,
}

/// How urgently the state has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Debt {
    /// The copy on disk says all.
    Nothing,
    /// Acknowledgements are only in memory: a restart sends again.
    Lazy,
    /// Losses are only in memory: a restart would find them again, with a less exact reason.
    Soon,
}

/// The on-disk queue.
#[derive(Debug)]
pub struct Spool<D> {
    pub(crate) disk: D,
    pub(crate) key: SpoolKey,
    pub(crate) limits: Limits,
    pub(crate) state: State,
    /// The next number to hand out; 2³² − 1 is never handed out, so that "below" can always be said.
    pub(crate) next: Sequence,
    pub(crate) kept: LaneFiles,
    pub(crate) bulk: LaneFiles,
    pub(crate) indexes: Indexes,
    pub(crate) debt: Debt,
    pub(crate) acks_refused: u64,
    pub(crate) sending: Option<Sending>,
}

impl<D: Disk> Spool<D> {
    /// The stream's epoch.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.state.epoch
    }

    /// The number the next record gets.
    ///
    /// # Errors
    /// [`SpoolError::Exhausted`] after 2³² − 2 records.
    pub fn next_sequence(&self) -> Result<Sequence, SpoolError> {
        if self.next.0 == u32::MAX { Err(SpoolError::Exhausted) } else { Ok(self.next) }
    }

    /// Takes a record in. `encode` makes its bytes, knowing its number. Nothing is on disk before [`Self::sync`].
    ///
    /// # Errors
    /// Any [`SpoolError`]; then the number is not used and the record is not taken.
    pub fn append(
        &mut self,
        draft: Draft,
        encode: impl FnOnce(Sequence) -> Vec<u8>,
    ) -> Result<Sequence, SpoolError> {
        let sequence = self.next_sequence()?;
        if sequence.0 >= self.state.reserved_below {
            self.reserve(sequence)?;
        }
        let entry = self.seal(draft, sequence, encode(sequence))?;
        let lane = Lane::of(draft.kind, draft.urgency);
        self.place(lane, &entry)?;
        let number = self.state.next_segment;
        let files = self.lane_mut(lane);
        let active = files.active.get_or_insert_with(|| Active::new(number));
        let opened = active.segment.number == number;
        let offset = usize::try_from(active.length()).unwrap_or(usize::MAX);
        active.index.push(Indexed::new(&entry.meta, offset));
        active.unsynced.extend_from_slice(&entry.bytes);
        if opened {
            self.state.next_segment = number.saturating_add(1);
        }
        self.next = sequence.next().ok_or(SpoolError::Exhausted)?;
        Ok(sequence)
    }

    /// Makes everything appended durable; only then is it shown by [`Self::pending`].
    ///
    /// # Errors
    /// Any [`SpoolError`]; what was appended is kept in memory and tried again by the next call.
    pub fn sync(&mut self) -> Result<(), SpoolError> {
        self.write_lane(Lane::Kept)?;
        self.write_lane(Lane::Bulk)?;
        if self.debt == Debt::Soon { self.store_state() } else { Ok(()) }
    }

    /// Syncs and writes the state, so that the next start skips no number and sends nothing again.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub fn close(mut self) -> Result<D, SpoolError> {
        self.sync()?;
        self.state.reserved_below = self.next.0;
        self.store_state()?;
        self.remove_done()?;
        Ok(self.disk)
    }

    /// Losses that wait to be named by a record of kind `lost`.
    pub fn losses(&self) -> &[Loss] {
        &self.state.losses
    }

    /// Takes in a record of kind `lost` that names the oldest owed loss; `None` when none is owed. `encode` makes its
    /// bytes.
    ///
    /// # Errors
    /// As [`Self::append`]; the loss is then still owed.
    pub fn append_loss(
        &mut self,
        boot: BootCounter,
        at: BootMs,
        encode: impl FnOnce(Sequence, &Lost) -> Vec<u8>,
    ) -> Result<Option<Sequence>, SpoolError> {
        let Some(owed) = self.state.losses.iter().find(|loss| loss.carrier.is_none()) else {
            return Ok(None);
        };
        let lost = owed.lost;
        // It stays owed meanwhile: appending may write the state, and a crash must find it there.
        let sequence = self.append(Draft::new(Kind::Lost, boot, at), |sequence| encode(sequence, &lost))?;
        self.carry(lost, sequence);
        self.debt = self.debt.max(Debt::Lazy);
        Ok(Some(sequence))
    }

    /// What the spool holds and has lost.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let segments = || self.kept.segments().chain(self.bulk.segments());
        let used_bytes = self.used_bytes();
        let unsynced = self.kept.unsynced().len().saturating_add(self.bulk.unsynced().len());
        Stats {
            waiting_records: segments().map(|segment| u64::from(segment.waiting)).sum(),
            waiting_bytes: segments().map(|segment| segment.waiting_bytes).sum(),
            unsynced_records: u64::try_from(unsynced).unwrap_or(u64::MAX),
            oldest: segments()
                .filter(|segment| segment.waiting > 0)
                .map(|segment| (BootCounter(segment.oldest_boot), BootMs(segment.oldest_at_ms)))
                .min(),
            used_bytes,
            room_bytes: self.limits.total_bytes().saturating_sub(used_bytes),
            lost: self.state.counts,
            losses_owed: self.state.losses.iter().filter(|loss| loss.carrier.is_none()).count(),
            acks_refused: self.acks_refused,
        }
    }

    pub(crate) fn used_bytes(&self) -> u64 {
        self.kept.used_bytes().saturating_add(self.bulk.used_bytes())
    }

    pub(crate) fn lane(&self, lane: Lane) -> &LaneFiles {
        match lane {
            Lane::Kept => &self.kept,
            Lane::Bulk => &self.bulk,
        }
    }

    pub(crate) fn lane_mut(&mut self, lane: Lane) -> &mut LaneFiles {
        match lane {
            Lane::Kept => &mut self.kept,
            Lane::Bulk => &mut self.bulk,
        }
    }

    /// Writes the state durably, making room on a full disk by dropping the oldest blocks.
    pub(crate) fn store_state(&mut self) -> Result<(), SpoolError> {
        loop {
            match self.state.store(&mut self.disk) {
                Err(SpoolError::NoRoom { .. }) if self.give_room_to_disk()? => {}
                Ok(()) => {
                    self.debt = Debt::Nothing;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes closed segments in which nothing waits, after the state that says so is durable. Answers whether there
    /// was one.
    pub(crate) fn remove_done(&mut self) -> Result<bool, SpoolError> {
        let mut removed = false;
        for lane in [Lane::Kept, Lane::Bulk] {
            while let Some(at) = self.lane(lane).closed.iter().position(Segment::is_done) {
                if self.debt > Debt::Nothing {
                    self.store_state()?;
                    // Storing may itself have removed segments on a full disk.
                    removed = true;
                    continue;
                }
                self.remove_segment(lane, at)?;
                removed = true;
            }
        }
        Ok(removed)
    }

    pub(crate) fn remove_segment(&mut self, lane: Lane, at: usize) -> Result<(), SpoolError> {
        let Some(segment) = self.lane(lane).closed.get(at).copied() else { return Ok(()) };
        let name = segment.name();
        match self.disk.remove(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("removing", &name),
            Ok(()) | Err(_) => {
                self.lane_mut(lane).closed.remove(at);
                self.indexes.forget(segment.number);
                Ok(())
            }
        }
    }

    /// Makes the next numbers usable.
    fn reserve(&mut self, sequence: Sequence) -> Result<(), SpoolError> {
        let before = self.state.reserved_below;
        self.state.reserved_below = sequence.0.saturating_add(RESERVED_AHEAD);
        self.store_state().inspect_err(|_| self.state.reserved_below = before)
    }

    fn seal(&self, draft: Draft, sequence: Sequence, mut bytes: Vec<u8>) -> Result<Sealed, SpoolError> {
        let bytes_max = self.limits.entry_bytes_max().saturating_sub(OVERHEAD_BYTES);
        let too_large = SpoolError::TooLarge { bytes: bytes.len(), bytes_max };
        let Some(record_bytes) = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= bytes_max) else {
            return Err(too_large);
        };
        let meta = EntryMeta {
            first: sequence,
            last: sequence,
            kind: draft.kind,
            urgency: draft.urgency,
            boot: draft.boot,
            at: draft.at,
            record_bytes,
        };
        let head = Head { meta, nonce: self.key.fresh_nonce().map_err(|_| SpoolError::Sealing)? };
        bytes.reserve_exact(TAG_BYTES);
        self.key
            .seal(head.nonce, &head.associated(self.state.epoch), &mut bytes)
            .map_err(|_| SpoolError::Sealing)?;
        Ok(Sealed { meta, bytes: head.encode(&bytes) })
    }

    /// Sees to it that the entry fits: within the total, and within the lane's segment or a new one.
    fn place(&mut self, lane: Lane, entry: &Sealed) -> Result<(), SpoolError> {
        let entry_bytes = u64::try_from(entry.bytes.len()).unwrap_or(u64::MAX);
        let header_bytes = u64::try_from(HEADER_BYTES).unwrap_or(0);
        self.make_room(entry_bytes.saturating_add(header_bytes), lane)?;
        let limit = self.limits.segment_bytes();
        let Some(active) = self.lane(lane).active.as_ref() else { return Ok(()) };
        let is_full = active.length().saturating_add(entry_bytes) > limit;
        if is_full || active.unsynced.len().saturating_add(entry.bytes.len()) > UNSYNCED_BYTES_MAX {
            self.write_lane(lane)?;
        }
        if is_full {
            // Nothing is unsynced here, so closing drops nothing; a failed sync may have begun a new file meanwhile.
            self.lane_mut(lane).close_active();
        }
        Ok(())
    }

    /// Writes one lane out, making room on a full disk by dropping the oldest blocks.
    fn write_lane(&mut self, lane: Lane) -> Result<(), SpoolError> {
        let header =
            Header { version: FORMAT, epoch: self.state.epoch, number: 0, key_name: self.key.name() };
        loop {
            let files = match lane {
                Lane::Kept => &mut self.kept,
                Lane::Bulk => &mut self.bulk,
            };
            match write_out(files, &mut self.disk, header, &mut self.state.next_segment, &self.state.done) {
                Err(SpoolError::NoRoom { .. }) if self.give_room_to_disk()? => {}
                done => return done,
            }
        }
    }
}

/// An entry ready to be written.
struct Sealed {
    meta: EntryMeta,
    bytes: Vec<u8>,
}
