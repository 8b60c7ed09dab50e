//! Stands between the spool and the session: which record goes next, and what an answer does to it. Owns no socket.
//!
//! Enters: acks and refusals as the session understood them, the instant. Leaves: packets to write. The spool's lock is
//! held for one call at a time.
//!
//! What the disk does not give now is passed over and waits: it is looked for again at growing intervals. It is never given
//! up here, and neither ends the session nor keeps the rest from being sent.
//!
//! Records of an earlier identity, from before `holdfast enrol --re-enrol`, are declared lost: counted and said under the new
//! one. The controller takes nothing under another's name, and the old certificate is gone, so nobody can speak for the old
//! node any more. Giving the records the new name would keep their readings, and would say of the new node, perhaps at
//! another site or in another fleet, what it never measured.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use holdfast_protocol::ack::Ack;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::{self, Kind};
use holdfast_protocol::time::BootMs;
use holdfast_protocol::topic::Up;

use super::account::Cause;
use super::driver::SharedSpool;
use super::session::Session;
use super::voice::{Topic, Voice};
use crate::records::chain;
use crate::spool::{Acknowledged, Disk, EntryMeta, Spool, SpoolError, Urgency};

/// First and longest time until what could not be read is looked for again, in milliseconds: a disk that comes back after
/// a jolt is found within a minute, one that is broken is asked twice an hour.
const LOOK_MS_FIRST: u64 = 60_000;
const LOOK_MS_MAX: u64 = 1_800_000;
/// Records whose bytes the disk refused, passed over until the next look. Each has cost a read that may take seconds;
/// beyond so many the disk is asked no more until then.
const UNREAD_MAX: usize = 64;

/// Records of an earlier identity given up before the link's thread looks at anything else: each is read and decrypted, some
/// 50 µs, so this is a few milliseconds.
const FOREIGN_AT_ONCE: usize = 64;

/// When to look again for what could not be read.
#[derive(Debug, Clone, Copy)]
struct Look {
    next: BootMs,
    interval_ms: u64,
}

/// The records of one session.
pub(super) struct Feed<D> {
    spool: SharedSpool<D>,
    node: NodeId,
    pub(super) session: Session,
    /// Records below this were waiting when the session opened.
    backlog_below: Sequence,
    /// Whether the next ack is compared with what was freed: the first of a session, and as long as it says too little.
    compare_ack: bool,
    unread: BTreeSet<Sequence>,
    look: Option<Look>,
    /// There are more records of an earlier identity to be given up.
    foreign: Option<BootMs>,
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
        Self {
            spool,
            node,
            session,
            backlog_below: next,
            compare_ack: true,
            foreign: None,
            unread: BTreeSet::new(),
            look: None,
        }
    }

    /// Hands an ack to the spool, which judges it; the session learns of what was freed, and of nothing else.
    pub(super) fn acknowledge(&mut self, ack: &Ack, now: BootMs, voice: &mut Voice) {
        let mut spool = lock(&self.spool);
        let compared = if self.compare_ack {
            spool.reconcile(ack).map(|reconciled| reconciled.compare_next)
        } else {
            Ok(false)
        };
        let freed = spool.acknowledge(ack);
        drop(spool);
        let refused = freed.as_ref().is_ok_and(|answer| !matches!(answer, Acknowledged::Freed { .. }));
        if refused {
            self.refuse(ack, now, voice);
            return;
        }
        voice.take_back(Topic::Ack);
        // An error of the disk changes nothing of what the ack says: the records count as done in memory.
        self.session.acknowledged(ack);
        let result = compared.map(|again| self.compare_ack = again).and(freed.map(drop));
        if let Err(error) = result {
            tracing::warn!(%error, "an acknowledgement could not be kept; what it frees is sent again after a restart");
        }
    }

    /// The controller says that it has what this spool never sent. The spool goes beyond that; where it cannot, the session
    /// holds, for records that are sent on would be answered the same, as fast as the line goes.
    fn refuse(&mut self, ack: &Ack, now: BootMs, voice: &mut Voice) {
        let beyond = {
            let mut spool = lock(&self.spool);
            let beyond = spool.go_beyond(ack, renumber);
            beyond.and_then(|beyond| spool.acknowledge(ack).map(|answer| (beyond, answer)))
        };
        match beyond {
            Ok((beyond, Acknowledged::Freed { .. })) => {
                tracing::error!(
                    claimed_below = ack.below.0,
                    next_before = beyond.before.0,
                    next = beyond.next.0,
                    renumbered = beyond.renumbered,
                    "the controller has records that this spool never sent: its disk was put back from an older copy, or \
                     copied. New records get numbers above them; what the other disk alone held is declared lost. If two \
                     machines run with this identity, enrol one of them again"
                );
                self.backlog_below = self.backlog_below.max(beyond.next);
                self.session.acknowledged(ack);
            }
            answer @ (Ok(_) | Err(_)) => {
                self.session.hold(now);
                if voice.is_news(Topic::Ack, "") {
                    let error = answer.err().map(|error| chain(&error));
                    tracing::error!(
                        below = ack.below.0,
                        error,
                        "the controller acknowledges records that this spool never sent; nothing is freed, and one record is tried now and then"
                    );
                }
            }
        }
    }

    /// Says once that the controller refuses what this node says.
    pub(super) fn not_authorised(&mut self, sequence: Sequence, voice: &mut Voice) {
        if voice.is_news(Topic::NotAuthorised, "") {
            tracing::error!(
                record.sequence = sequence.0,
                "the controller refuses this node's records; they are kept and tried now and then. Check the node on the \
                 controller's page"
            );
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
    pub(super) fn again(&mut self, sequence: Sequence, now: BootMs, voice: &mut Voice) -> Option<Packet> {
        let found = self.find(now, voice, |entry, _| entry.last == sequence);
        let Some(entry) = found else {
            self.session.forget(sequence);
            return None;
        };
        self.packet_of(&entry, now, voice)
    }

    /// The packet of the newest waiting record that may go now.
    pub(super) fn next(&mut self, now: BootMs, voice: &mut Voice) -> Option<Packet> {
        self.look_again(now, voice);
        self.foreign = None;
        for _ in 0..FOREIGN_AT_ONCE {
            let room = self.session.room(now)?;
            if self.unread.len() >= UNREAD_MAX {
                return None;
            }
            let entry = self.find(now, voice, |entry, session| !session.skips(entry.last))?;
            if usize::try_from(entry.record_bytes).is_ok_and(|bytes| bytes > room) {
                return None;
            }
            if let Some(packet) = self.packet_of(&entry, now, voice) {
                return Some(packet);
            }
        }
        self.foreign = Some(now);
        None
    }

    /// When to ask for the next record although nothing has happened.
    pub(super) fn next_deadline(&self) -> Option<BootMs> {
        self.look.map(|look| look.next).into_iter().chain(self.foreign).min()
    }

    /// The newest waiting record of that kind which is neither under way nor passed over.
    fn find(
        &mut self,
        now: BootMs,
        voice: &mut Voice,
        wanted: impl Fn(&EntryMeta, &Session) -> bool,
    ) -> Option<EntryMeta> {
        let mut failed = None;
        let found = lock(&self.spool).pending().find_map(|entry| match entry {
            Ok(entry) => {
                (!self.unread.contains(&entry.last) && wanted(&entry, &self.session)).then_some(entry)
            }
            Err(error) => {
                failed.get_or_insert(error);
                None
            }
        });
        match failed {
            Some(error) => self.not_given(now, voice, &error),
            // To the end of what waits, and nothing was passed over.
            None if found.is_none() && self.unread.is_empty() => {
                self.look = None;
                if voice.take_back(Topic::Unread) {
                    tracing::info!("the spool can be read again");
                }
            }
            None => {}
        }
        found
    }

    /// The packet of a waiting record; `None` when its bytes did not survive, which the spool has counted, when it is larger
    /// than the controller takes, or when the disk does not give it now.
    fn packet_of(&mut self, entry: &EntryMeta, now: BootMs, voice: &mut Voice) -> Option<Packet> {
        let read = lock(&self.spool).read(entry.last);
        let record = match read {
            Ok(record) => record,
            Err(error @ (SpoolError::Rotten { .. } | SpoolError::Unknown { .. })) => {
                tracing::warn!(%error, record.sequence = entry.last.0, "a record did not survive on disk; it is counted as lost");
                self.session.forget(entry.last);
                return None;
            }
            Err(error) => {
                self.session.forget(entry.last);
                self.unread.insert(entry.last);
                self.not_given(now, voice, &error);
                return None;
            }
        };
        if record::decode(&record).is_ok_and(|record| record.header.node != self.node) {
            if voice.is_news(Topic::NotAuthorised, "foreign") {
                tracing::error!(
                    record.sequence = entry.last.0,
                    "the spool holds records of this machine's earlier identity; the controller takes none of them, and each \
                     is counted as lost"
                );
            }
            self.session.forget(entry.last);
            let given_up = lock(&self.spool).give_up(entry.last, Reason::Refused);
            if let Err(error) = given_up {
                self.unread.insert(entry.last);
                self.not_given(now, voice, &error);
            }
            return None;
        }
        let up = if matches!(entry.urgency, Urgency::Urgent) { Up::Urgent } else { Up::Record };
        let bytes = self.session.send(entry.last, &up.of(self.node), record, now)?;
        Some((bytes, cause(entry, self.backlog_below)))
    }

    fn not_given(&mut self, now: BootMs, voice: &mut Voice, error: &SpoolError) {
        let first = Look { next: now.plus_ms(LOOK_MS_FIRST), interval_ms: LOOK_MS_FIRST };
        self.look.get_or_insert(first);
        if voice.is_news(Topic::Unread, "") {
            let error = chain(error);
            tracing::error!(
                error,
                "the spool cannot be read in part; the rest is sent, and it is tried again. Check the disk"
            );
        }
    }

    /// When it is time, gives what was passed over another chance.
    fn look_again(&mut self, now: BootMs, voice: &mut Voice) {
        let Some(look) = self.look.filter(|look| now >= look.next) else { return };
        let interval_ms = look.interval_ms.saturating_mul(2).min(LOOK_MS_MAX);
        self.look = Some(Look { next: now.plus_ms(interval_ms), interval_ms });
        self.unread.clear();
        let looked = lock(&self.spool).look_again();
        if let Err(error) = looked {
            self.not_given(now, voice, &error);
        }
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

/// A record under another number. Bytes that are no record go as they are, and the controller judges them.
fn renumber(bytes: Vec<u8>, sequence: Sequence) -> Vec<u8> {
    match record::decode(&bytes) {
        Ok(record) => {
            let header = record::Header { first: sequence, last: sequence, ..record.header };
            record::encode(&header, &record.body)
        }
        Err(_) => bytes,
    }
}

/// The spool, for one call.
pub(super) fn lock<D>(spool: &SharedSpool<D>) -> MutexGuard<'_, Spool<D>> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
