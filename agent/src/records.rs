//! Makes records and puts them into the spool: header, promise, trust of the clock, and the `lost` records that are owed.
//!
//! Enters: bodies with their instant. Leaves: durable records. When the disk refuses, up to [`HELD_MAX`] records wait in
//! memory and are tried again with the next one; what falls out of that is counted and shown. A record that the spool
//! itself refuses because it is full of kinds that may not be displaced is counted at once. Never waits, never sends.

use std::collections::VecDeque;
use std::sync::{MutexGuard, PoisonError};

use holdfast_protocol::event::Event;
use holdfast_protocol::field::DICTIONARY_VERSION;
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::lost::Lost;
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::time::{BootMs, ClockTrust};

use crate::link::driver::SharedSpool;
use crate::probe::agent::SpoolFill;
use crate::spool::{Disk, Draft, Spool, SpoolError};

/// Records that wait in memory while the disk refuses: an hour of reports at one a minute, some 60 KiB.
pub const HELD_MAX: usize = 60;

/// A record without its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What the body holds.
    pub kind: Kind,
    /// Its instant.
    pub at: BootMs,
    /// The wall time at that instant, as far as it is trusted.
    pub clock: ClockTrust,
    /// The body.
    pub body: Vec<u8>,
}

/// What the header of every record of this start has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Who the node is.
    pub node: NodeId,
    /// Which start.
    pub boot: BootCounter,
    /// The promise, in seconds.
    pub report_within_s: u32,
}

/// Puts records into the spool.
#[derive(Debug)]
pub struct Recorder<D> {
    spool: SharedSpool<D>,
    origin: Origin,
    held: VecDeque<Made>,
    dropped: u64,
    failing: bool,
}

impl<D: Disk> Recorder<D> {
    /// A recorder into `spool`.
    #[must_use]
    pub const fn new(spool: SharedSpool<D>, origin: Origin) -> Self {
        Self { spool, origin, held: VecDeque::new(), dropped: 0, failing: false }
    }

    /// Takes an event in; durable after the next [`Self::flush`].
    pub fn event(&mut self, event: &Event, at: BootMs, clock: ClockTrust) {
        self.take(Made { kind: Kind::Event, at, clock, body: event.encode() });
    }

    /// Takes a record in; durable after the next [`Self::flush`].
    pub fn take(&mut self, made: Made) {
        self.held.push_back(made);
        while self.held.len() > HELD_MAX {
            self.held.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Makes everything taken in durable, with the `lost` records that are owed; whether all of it is.
    pub fn flush(&mut self, now: BootMs, clock: ClockTrust) -> bool {
        let result = self.try_flush(now, clock);
        if let Err(error) = &result {
            if !self.failing {
                tracing::error!(error = chain(error), "the spool takes no records; they wait in memory");
            }
        } else if self.failing {
            tracing::info!(dropped = self.dropped, "the spool takes records again");
        }
        self.failing = result.is_err();
        result.is_ok()
    }

    fn try_flush(&mut self, now: BootMs, clock: ClockTrust) -> Result<(), SpoolError> {
        let origin = self.origin;
        let mut spool = lock(&self.spool);
        let epoch = spool.epoch();
        let mut full = None;
        while let Some(made) = self.held.front() {
            let encode = |sequence| {
                record::encode(&origin.header(made.kind, epoch, sequence, made.at, made.clock), &made.body)
            };
            match spool.append(Draft::new(made.kind, origin.boot, made.at), encode) {
                Ok(_) => {}
                Err(error @ SpoolError::Full { .. }) => {
                    self.dropped = self.dropped.saturating_add(1);
                    full = Some(error);
                }
                Err(error) => return Err(error),
            }
            self.held.pop_front();
        }
        loop {
            let encode = |sequence, lost: &Lost| {
                record::encode(&origin.header(Kind::Lost, epoch, sequence, now, clock), &lost.encode())
            };
            match spool.append_loss(origin.boot, now, encode) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                // It stays owed; what else was appended must still be synced.
                Err(error @ SpoolError::Full { .. }) => {
                    full = Some(error);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        spool.sync()?;
        full.map_or(Ok(()), Err)
    }

    /// Records that wait in memory, and records that were dropped since the start because nothing took them.
    #[must_use]
    pub fn in_memory(&self) -> (usize, u64) {
        (self.held.len(), self.dropped)
    }

    /// How full the spool is.
    #[must_use]
    pub fn fill(&self) -> SpoolFill {
        let stats = lock(&self.spool).stats();
        SpoolFill { records: stats.waiting_records, bytes: stats.used_bytes }
    }
}

impl Origin {
    const fn header(
        &self,
        kind: Kind,
        epoch: Epoch,
        sequence: Sequence,
        at: BootMs,
        clock: ClockTrust,
    ) -> Header {
        Header {
            kind,
            node: self.node,
            epoch,
            first: sequence,
            last: sequence,
            boot: self.boot,
            at,
            clock,
            dictionary: DICTIONARY_VERSION,
            configuration: 0,
            report_within_s: self.report_within_s,
        }
    }
}

/// The spool, for one call; a panic of another holder changes nothing that the next start would not repair.
pub(crate) fn lock<D>(spool: &SharedSpool<D>) -> MutexGuard<'_, Spool<D>> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use holdfast_protocol::record::decode;

    use super::*;
    use crate::spool::files::FileDisk;
    use crate::spool::{Limits, SpoolKey};
    use crate::testing::Folder;

    const ORIGIN: Origin =
        Origin { node: NodeId::from_bytes([7; 5]), boot: BootCounter(41), report_within_s: 90 };
    const UNTRUSTED: ClockTrust = ClockTrust::Unsynchronised;

    fn recorder(folder: &Folder) -> Recorder<FileDisk> {
        let disk = FileDisk::open(&folder.path().join("spool")).expect("made");
        let limits = Limits::with_total(1 << 20).expect("large enough");
        let (spool, _) = Spool::open(disk, SpoolKey::new(&[3; 32]), limits, Epoch(9)).expect("new");
        Recorder::new(Arc::new(Mutex::new(spool)), ORIGIN)
    }

    fn made(at: u64, bytes: usize) -> Made {
        Made { kind: Kind::Block, at: BootMs(at), clock: UNTRUSTED, body: vec![1; bytes] }
    }

    #[test]
    fn what_is_flushed_is_durable_and_carries_the_promise_and_its_own_number() {
        let folder = Folder::new("records");
        let mut recorder = recorder(&folder);
        recorder.event(&Event::Stopping, BootMs(5), UNTRUSTED);
        recorder.take(made(10, 20));
        assert!(recorder.flush(BootMs(20), UNTRUSTED));
        assert_eq!(recorder.fill().records, 2);
        let mut spool = lock(&recorder.spool);
        let first = decode(&spool.read(Sequence(1)).expect("durable")).expect("whole");
        assert_eq!(
            (first.header.kind, first.header.last, first.header.epoch),
            (Kind::Event, Sequence(1), Epoch(9))
        );
        assert_eq!((first.header.boot, first.header.report_within_s), (BootCounter(41), 90));
        let second = decode(&spool.read(Sequence(2)).expect("durable")).expect("whole");
        assert_eq!((second.header.at, second.body.len()), (BootMs(10), 20));
    }

    #[test]
    fn a_full_spool_drops_the_oldest_blocks_and_owes_a_record_of_it_which_is_written() {
        let folder = Folder::new("full");
        let mut recorder = recorder(&folder);
        for at in 0..60 {
            recorder.take(made(at, 40_000));
            recorder.flush(BootMs(at), UNTRUSTED);
        }
        let mut spool = lock(&recorder.spool);
        assert!(spool.stats().lost.full > 0);
        assert_eq!(spool.stats().losses_owed, 0, "each loss has its record");
        let newest = spool.pending().next().expect("waiting").expect("readable");
        let kinds: Vec<Kind> = spool.pending().filter_map(Result::ok).map(|entry| entry.kind).collect();
        assert!(kinds.contains(&Kind::Lost), "{kinds:?} {newest:?}");
    }

    #[test]
    fn while_the_disk_refuses_records_wait_in_memory_and_the_oldest_are_counted() {
        let folder = Folder::new("refusing");
        let mut recorder = recorder(&folder);
        // A record larger than a segment is refused whatever room there is: a refusal other than "full".
        recorder.take(made(0, 250_000));
        assert!(!recorder.flush(BootMs(0), UNTRUSTED));
        for at in 1..100 {
            recorder.take(made(at, 10));
        }
        assert_eq!(recorder.in_memory(), (HELD_MAX, 40));
        assert!(recorder.flush(BootMs(100), UNTRUSTED), "the refused one fell out");
        assert_eq!(recorder.in_memory(), (0, 40));
        assert_eq!(recorder.fill().records, 60);
    }
}
