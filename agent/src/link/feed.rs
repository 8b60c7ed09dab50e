//! Stands between the spool and the session: which record goes next, and what an answer does to it. Owns no socket.
//!
//! Enters: acks and refusals as the session understood them, the instant. Leaves: packets to write. The spool's lock is
//! held for one call at a time.

use std::sync::{MutexGuard, PoisonError};

use holdfast_protocol::ack::Ack;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;
use holdfast_protocol::topic::Up;

use super::account::Cause;
use super::driver::SharedSpool;
use super::session::Session;
use crate::spool::{Disk, EntryMeta, Spool, SpoolError, Urgency};

/// The records of one session.
pub(super) struct Feed<D> {
    spool: SharedSpool<D>,
    node: NodeId,
    pub(super) session: Session,
    /// Records below this were waiting when the session opened.
    backlog_below: Sequence,
    /// Whether the next ack is compared with what was freed: the first of a session, and as long as it says too little.
    compare_ack: bool,
}

/// A packet and what its bytes are for.
pub(super) type Packet = (Vec<u8>, Cause);

impl<D: Disk> Feed<D> {
    /// The feed of a session that opens now.
    pub(super) fn new(spool: SharedSpool<D>, node: NodeId, now: BootMs) -> Self {
        let (epoch, next) = {
            let spool = lock(&spool);
            (spool.epoch(), spool.next_sequence().unwrap_or(Sequence(u32::MAX)))
        };
        let session = Session::new(node, epoch, now);
        Self { spool, node, session, backlog_below: next, compare_ack: true }
    }

    /// Hands an ack to the spool.
    pub(super) fn acknowledge(&mut self, ack: &Ack) {
        let mut spool = lock(&self.spool);
        let compared = if self.compare_ack {
            spool.reconcile(ack).map(|reconciled| reconciled.compare_next)
        } else {
            Ok(false)
        };
        let freed = spool.acknowledge(ack);
        drop(spool);
        let result = compared.map(|again| self.compare_ack = again).and(freed.map(drop));
        if let Err(error) = result {
            tracing::warn!(%error, "an acknowledgement could not be kept; what it frees is sent again after a restart");
        }
    }

    /// Puts a record aside for good that the controller will never take.
    pub(super) fn give_up(&mut self, sequence: Sequence) {
        match lock(&self.spool).give_up(sequence, Reason::Refused) {
            Ok(()) => tracing::error!(
                record.sequence = sequence.0,
                "the controller will never take this record; it is counted as lost"
            ),
            Err(error) => {
                tracing::warn!(%error, record.sequence = sequence.0, "a refused record could not be put aside")
            }
        }
    }

    /// The packet of a record that is to go once more.
    pub(super) fn again(&mut self, sequence: Sequence, now: BootMs) -> Result<Option<Packet>, SpoolError> {
        let found =
            lock(&self.spool).pending().find_map(|entry| entry.ok().filter(|entry| entry.last == sequence));
        let Some(entry) = found else {
            self.session.forget(sequence);
            return Ok(None);
        };
        Ok(self.packet_of(&entry, now)?.map(|bytes| (bytes, cause(&entry, self.backlog_below))))
    }

    /// The packet of the newest waiting record that may go now.
    pub(super) fn next(&mut self, now: BootMs) -> Result<Option<Packet>, SpoolError> {
        loop {
            let Some(room) = self.session.room(now) else { return Ok(None) };
            let next = lock(&self.spool)
                .pending()
                .find(|entry| entry.as_ref().map_or(true, |entry| !self.session.skips(entry.last)));
            let entry = match next {
                None => return Ok(None),
                Some(Ok(entry)) => entry,
                Some(Err(error)) => {
                    tracing::error!(%error, "the spool cannot be read; nothing is sent until it can");
                    return Ok(None);
                }
            };
            if usize::try_from(entry.record_bytes).is_ok_and(|bytes| bytes > room) {
                return Ok(None);
            }
            if let Some(bytes) = self.packet_of(&entry, now)? {
                return Ok(Some((bytes, cause(&entry, self.backlog_below))));
            }
        }
    }

    /// The packet of a waiting record; `None` when its bytes did not survive, which the spool has counted, or when it is
    /// larger than the controller takes. Any other failure to read may pass: the record waits, and the session ends, so
    /// that the next attempt comes after the backoff.
    fn packet_of(&mut self, entry: &EntryMeta, now: BootMs) -> Result<Option<Vec<u8>>, SpoolError> {
        let read = lock(&self.spool).read(entry.last);
        let record = match read {
            Ok(record) => record,
            Err(error @ (SpoolError::Rotten { .. } | SpoolError::Unknown { .. })) => {
                tracing::warn!(%error, record.sequence = entry.last.0, "a record did not survive on disk; it is counted as lost");
                self.session.forget(entry.last);
                return Ok(None);
            }
            Err(error) => {
                tracing::error!(%error, record.sequence = entry.last.0, "a record cannot be read now; it waits, and the connection is tried again later");
                return Err(error);
            }
        };
        let up = if matches!(entry.urgency, Urgency::Urgent) { Up::Urgent } else { Up::Record };
        Ok(self.session.send(entry.last, &up.of(self.node), record, now))
    }
}

fn cause(entry: &EntryMeta, backlog_below: Sequence) -> Cause {
    match (entry.urgency, entry.kind) {
        (Urgency::Urgent, Kind::Reply) => Cause::Command,
        (Urgency::Urgent, _) => Cause::Urgent,
        (Urgency::Usual, _) if entry.last < backlog_below => Cause::Backlog,
        (Urgency::Usual, _) => Cause::Records,
    }
}

/// The spool, for one call.
pub(super) fn lock<D>(spool: &SharedSpool<D>) -> MutexGuard<'_, Spool<D>> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}
