//! The spool against a reference model, on a disk that forgets what was not synced.
//!
//! Each seed is a random run of append, sync, send and acknowledge, crash and recover, a full or failing disk, power that
//! goes in the middle of an operation, reads that fail for a moment or until the end, and a controller put back from a
//! backup. After every start and at the end the
//! model checks: nothing synced and unacknowledged is missing unless it was declared lost for a reason the model knows;
//! no number is handed out twice; the order of sending holds; what comes back is what went in; and the controller's
//! `below` reaches the end. The same run with a sync left out has to find a loss, or the model would prove nothing.
//!
//! A failure prints its seed; `HOLDFAST_SPOOL_SEED=<seed>` runs that one alone, `HOLDFAST_SPOOL_SEEDS=<count>` runs more.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_protocol::ack::{Ack, RANGES_MAX, SequenceRange};
use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
use holdfast_protocol::lost::Lost;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::faulty::{Faults, FaultyDisk};
use super::forgetful::{Forgetful, Forgets};
use super::{Acknowledged, Disk, Draft, EntryMeta, Limits, Spool, SpoolError, SpoolKey, Urgency};

const SEEDS: u64 = 1000;
const STEPS: u32 = 120;
const EPOCH: Epoch = Epoch(77);

/// What the model knows of one record.
struct Known {
    bytes: Vec<u8>,
    synced: bool,
    /// It may be declared lost: dropped for room, or freed and then forgotten by the controller.
    excused: bool,
    /// An acknowledgement that the spool took covers it.
    acknowledged: bool,
}

#[derive(Clone, Default)]
struct Controller {
    stored: BTreeMap<u32, Vec<u8>>,
    declared: BTreeSet<u32>,
}

struct World {
    random: fastrand::Rng,
    disk: FaultyDisk,
    forgets: Forgets,
    key: [u8; 32],
    limits: Limits,
    spool: Option<Spool<Forgetful>>,
    records: BTreeMap<u32, Known>,
    highest: u32,
    controller: Controller,
    backup: Controller,
    old_ack: Option<Ack>,
    /// The next acknowledgement is the first after a connect.
    is_first_ack: bool,
    /// A full disk may free segments before the state says why, so a crash may then declare acknowledged ones lost.
    was_full: bool,
    faulty: bool,
    /// The only fault is that operations stop at some point, as they do for a process that is killed in the middle.
    only_power: bool,
    /// Sectors of segments went bad: what lies in them waits unseen until they can be read.
    bad: bool,
}

type Check = Result<(), String>;

impl Controller {
    fn has(&self, sequence: u32) -> bool {
        self.stored.contains_key(&sequence) || self.declared.contains(&sequence)
    }

    fn store(&mut self, sequence: u32, bytes: Vec<u8>) -> Check {
        if let Some(before) = self.stored.get(&sequence) {
            return if *before == bytes { Ok(()) } else { Err(format!("{sequence} came with two contents")) };
        }
        if let Some(body) = bytes.strip_prefix(b"L") {
            let lost = Lost::decode(body).map_err(|error| error.to_string())?;
            self.declared.extend(lost.first.0..=lost.last.0);
        }
        self.stored.insert(sequence, bytes);
        Ok(())
    }

    fn ack(&self, end: u32) -> Ack {
        let below = (1..).find(|sequence| !self.has(*sequence)).unwrap_or(1);
        let mut ranges: Vec<SequenceRange> = Vec::new();
        for sequence in (below..end).filter(|sequence| self.has(*sequence)) {
            match ranges.last_mut() {
                Some(range) if range.last.0 + 1 == sequence => range.last = Sequence(sequence),
                _ => ranges.push(SequenceRange { first: Sequence(sequence), last: Sequence(sequence) }),
            }
        }
        // As the controller chooses: the lowest, then the newest.
        if ranges.len() > RANGES_MAX {
            ranges.drain(1..=ranges.len() - RANGES_MAX);
        }
        Ack { epoch: EPOCH, below: Sequence(below), ranges }
    }
}

impl World {
    fn new(seed: u64, forgets: Forgets) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let total = if random.bool() { 6 * 1024 } else { 1024 * 1024 };
        let mut key = [0; 32];
        key.fill_with(|| random.u8(..));
        Self {
            disk: FaultyDisk::new(random.u64(..)),
            forgets,
            key,
            limits: Limits::new(total, 1024).expect("sensible limits"),
            spool: None,
            records: BTreeMap::new(),
            highest: 0,
            controller: Controller::default(),
            backup: Controller::default(),
            old_ack: None,
            is_first_ack: true,
            was_full: false,
            faulty: false,
            only_power: false,
            bad: false,
            random,
        }
    }

    fn spool(&mut self) -> &mut Spool<Forgetful> {
        self.spool.as_mut().expect("open between steps")
    }

    fn run(&mut self) -> Check {
        self.open()?;
        for _ in 0..STEPS {
            match self.random.u8(0..100) {
                0..38 => self.append()?,
                38..58 => self.sync()?,
                58..72 => self.send_and_acknowledge()?,
                72..80 => self.declare_losses()?,
                80..83 => self.acknowledge_wrongly()?,
                83..85 => self.acknowledge_again()?,
                85..91 => self.crash()?,
                91..93 => self.kill()?,
                93..94 => self.close()?,
                94..96 => self.restore_controller()?,
                96 => self.go_bad(),
                97 => self.look_again()?,
                _ => self.break_disk(),
            }
            self.excuse();
        }
        self.settle()
    }

    fn open(&mut self) -> Check {
        let disk = Forgetful { disk: self.disk.clone(), forgets: self.forgets };
        let (mut spool, _) = Spool::open(disk, SpoolKey::new(&self.key), self.limits, EPOCH)
            .map_err(|error| format!("does not open: {error}"))?;
        spool.watch_sending();
        let bad = self.bad;
        let waiting: Vec<EntryMeta> = spool
            .pending()
            .filter(|entry| !bad || entry.is_ok())
            .collect::<Result<_, _>>()
            .map_err(|error| format!("walk: {error}"))?;
        let order: Vec<_> = waiting.iter().map(|meta| (meta.urgency, meta.last)).collect();
        if !order.is_sorted_by(|a, b| (a.0, a.1) > (b.0, b.1)) {
            return Err(format!("out of order: {order:?}"));
        }
        if !bad && u64::try_from(waiting.len()).ok() != Some(spool.stats().waiting_records) {
            return Err(format!("{} wait, counted {}", waiting.len(), spool.stats().waiting_records));
        }
        let waiting: BTreeSet<u32> = waiting.iter().map(|meta| meta.last.0).collect();
        let lost: BTreeSet<u32> =
            spool.losses().iter().flat_map(|loss| loss.lost.first.0..=loss.lost.last.0).collect();
        if let Some(strange) = waiting.iter().find(|sequence| !self.records.contains_key(sequence)) {
            return Err(format!("{strange} waits and was never handed out"));
        }
        for (sequence, record) in &mut self.records {
            if waiting.contains(sequence) {
                continue;
            }
            record.excused |= !record.synced;
            let is_lost = lost.contains(sequence) || self.controller.declared.contains(sequence);
            if record.acknowledged {
                if lost.contains(sequence) && !record.excused && !self.was_full {
                    return Err(format!("{sequence} was acknowledged and is declared lost"));
                }
            } else if !is_lost {
                if bad {
                    continue; // it waits unseen; that it does is checked when the disk is mended
                }
                return Err(format!("{sequence} is missing without a word"));
            } else if record.synced && !record.excused {
                return Err(format!("{sequence} was synced and is lost"));
            }
        }
        let next = spool.next_sequence().map_err(|error| error.to_string())?;
        if next.0 <= self.highest {
            return Err(format!("{} would be handed out again", next.0));
        }
        self.spool = Some(spool);
        self.is_first_ack = true;
        self.old_ack = None;
        Ok(())
    }

    fn append(&mut self) -> Check {
        let kind = match self.random.u8(0..10) {
            0 => Kind::Event,
            1 => Kind::Statement,
            2 => Kind::Other(9),
            _ => Kind::Block,
        };
        let mut bytes = vec![b'R'; self.random.usize(1..260)];
        bytes.iter_mut().skip(1).for_each(|byte| *byte = self.random.u8(..));
        let draft = Draft::new(kind, BootCounter(1), BootMs(self.random.u64(0..1 << 40)));
        let appended = self.spool().append(draft, |_| bytes.clone());
        self.appended(appended, bytes)
    }

    fn appended(&mut self, appended: Result<Sequence, SpoolError>, bytes: Vec<u8>) -> Check {
        match appended {
            Ok(sequence) if sequence.0 <= self.highest => Err(format!("{} was handed out again", sequence.0)),
            Ok(sequence) => {
                self.highest = sequence.0;
                let known = Known { bytes, synced: false, excused: false, acknowledged: false };
                self.records.insert(sequence.0, known);
                Ok(())
            }
            Err(SpoolError::Full { .. }) => Ok(()),
            Err(error) => self.tolerate(&error),
        }
    }

    fn sync(&mut self) -> Check {
        match self.spool().sync() {
            Ok(()) => {
                self.records.values_mut().for_each(|record| record.synced = true);
                Ok(())
            }
            Err(error) => self.tolerate(&error),
        }
    }

    fn declare_losses(&mut self) -> Check {
        for _ in 0..self.random.u8(1..4) {
            let mut bytes = Vec::new();
            let appended = self.spool().append_loss(BootCounter(1), BootMs(5), |_, lost| {
                bytes = [b"L".as_slice(), &lost.encode()].concat();
                bytes.clone()
            });
            match appended {
                Ok(None) => return Ok(()),
                Ok(Some(sequence)) => self.appended(Ok(sequence), bytes)?,
                Err(error) => self.appended(Err(error), bytes)?,
            }
        }
        Ok(())
    }

    /// Sends up to some records, newest first, and lets the acknowledgement through unless the link eats it.
    fn send_and_acknowledge(&mut self) -> Check {
        let count = self.random.usize(1..12);
        self.send(count)?;
        if self.random.u8(0..4) > 0 { self.deliver_ack() } else { Ok(()) }
    }

    fn send(&mut self, count: usize) -> Check {
        let skip = if self.random.u8(0..3) == 0 { self.random.usize(0..6) } else { 0 };
        let chosen: Vec<_> = self.spool().pending().skip(skip).take(count).collect();
        for meta in chosen {
            let meta = match meta {
                Err(SpoolError::Io { .. }) if self.faulty || self.bad => continue,
                meta => meta.map_err(|error| format!("walk: {error}"))?,
            };
            let read = match self.spool().read(meta.last) {
                Err(SpoolError::Io { .. }) if self.faulty || self.bad => continue,
                read => read,
            };
            let Some(record) = self.records.get(&meta.last.0) else {
                return Err(format!("{} is sent and was never handed out", meta.last.0));
            };
            let bytes = read.map_err(|error| format!("read: {error}"))?;
            if bytes != record.bytes {
                return Err(format!("{} is not what went in", meta.last.0));
            }
            if (meta.kind == Kind::Event) != (meta.urgency == Urgency::Urgent) {
                return Err(format!("{} changed its urgency", meta.last.0));
            }
            self.controller.store(meta.last.0, bytes)?;
        }
        Ok(())
    }

    fn deliver_ack(&mut self) -> Check {
        let ack = self.controller.ack(self.highest + 1);
        self.old_ack = Some(ack.clone());
        self.acknowledge(&ack)?;
        if self.is_first_ack { self.reconcile(&ack) } else { Ok(()) }
    }

    fn reconcile(&mut self, ack: &Ack) -> Check {
        let reconciled = match self.spool().reconcile(ack) {
            Ok(reconciled) => reconciled,
            Err(error) => return self.tolerate(&error),
        };
        self.is_first_ack = reconciled.compare_next;
        let horizon = match ack.ranges.first() {
            Some(range) if reconciled.compare_next => range.last.0,
            Some(_) | None => u32::MAX,
        };
        for (sequence, record) in self.records.range_mut(..=horizon) {
            record.acknowledged &= self.controller.has(*sequence);
        }
        Ok(())
    }

    fn acknowledge(&mut self, ack: &Ack) -> Check {
        for (sequence, record) in &mut self.records {
            record.acknowledged |= ack.covers(Sequence(*sequence));
        }
        match self.spool().acknowledge(ack) {
            Ok(Acknowledged::Freed { .. }) => Ok(()),
            Ok(refusal) => Err(format!("{ack:?} was refused: {refusal:?}")),
            Err(error) => self.tolerate(&error),
        }
    }

    fn acknowledge_wrongly(&mut self) -> Check {
        let before = self.spool().stats().waiting_records;
        let next = self.spool().next_sequence().map_err(|error| error.to_string())?;
        let other = Ack { epoch: Epoch(78), below: next, ranges: Vec::new() };
        let beyond = Ack { epoch: EPOCH, below: Sequence(next.0 + 1), ranges: Vec::new() };
        for ack in [other, beyond] {
            match self.spool().acknowledge(&ack) {
                Ok(Acknowledged::OtherEpoch | Acknowledged::NeverSent { .. }) => {}
                answer => return Err(format!("{ack:?} was taken: {answer:?}")),
            }
        }
        if self.spool().stats().waiting_records == before {
            Ok(())
        } else {
            Err("a wrong ack freed".to_owned())
        }
    }

    fn acknowledge_again(&mut self) -> Check {
        match self.old_ack.clone() {
            Some(ack) => self.acknowledge(&ack),
            None => Ok(()),
        }
    }

    fn restore_controller(&mut self) -> Check {
        let restored = std::mem::replace(&mut self.backup, self.controller.clone());
        self.controller = restored;
        self.old_ack = None;
        for (sequence, record) in &mut self.records {
            record.excused |= record.acknowledged && !self.controller.has(*sequence);
        }
        self.is_first_ack = true;
        self.deliver_ack()
    }

    /// Only where nothing is dropped for room: what is dropped unread is declared by the next start, and excused by none.
    fn go_bad(&mut self) {
        let names = self.disk.list().unwrap_or_default();
        let segments: Vec<&String> = names.iter().filter(|name| name.ends_with(".seg")).collect();
        if segments.is_empty() || !self.is_roomy() {
            return;
        }
        let name = segments[self.random.usize(0..segments.len())];
        self.disk.go_bad(name, self.random.usize(0..1000), self.random.usize(1..100));
        self.bad = true;
    }

    fn hides(&self) -> bool {
        self.spool
            .iter()
            .any(|spool| spool.kept.segments().chain(spool.bulk.segments()).any(|segment| segment.is_unread))
    }

    fn is_roomy(&self) -> bool {
        self.limits.total_bytes() >= 1024 * 1024 && !self.was_full
    }

    fn look_again(&mut self) -> Check {
        if self.random.bool() {
            self.disk.mend();
        }
        self.spool().look_again().map_err(|error| format!("look again: {error}"))
    }

    fn break_disk(&mut self) {
        let used = self.disk.used_bytes();
        let fault = self.random.u8(0..7);
        self.only_power = matches!(fault, 2 | 3) && (self.only_power || !self.faulty);
        self.faulty = true;
        self.disk.set_faults(match fault {
            0 if !self.hides() => {
                self.was_full = true;
                Faults { capacity_bytes: Some(used + self.random.u64(0..2000)), ..Faults::default() }
            }
            1 => Faults { errors_one_in: Some(self.random.u32(2..12)), ..Faults::default() },
            5 if self.is_roomy() => {
                Faults { reads_fail_one_in: Some(self.random.u32(1..6)), ..Faults::default() }
            }
            4 => Faults { syncs_fail: self.random.u32(1..3), ..Faults::default() },
            2 | 3 => Faults { power_fails_after: Some(self.random.u32(0..14)), ..Faults::default() },
            _ => Faults::default(),
        });
    }

    /// What this spool dropped for room it says itself, until the end.
    fn excuse(&mut self) {
        let Some(spool) = &self.spool else { return };
        let lost: Vec<_> = spool.losses().iter().map(|loss| loss.lost).collect();
        for lost in lost {
            for (_, record) in self.records.range_mut(lost.first.0..=lost.last.0) {
                record.excused = true;
            }
        }
    }

    fn crash(&mut self) -> Check {
        self.excuse();
        self.spool = None;
        self.disk.crash();
        self.faulty = false;
        self.open()
    }

    fn kill(&mut self) -> Check {
        if self.faulty && !self.only_power {
            return self.crash();
        }
        self.excuse();
        self.spool = None;
        self.disk.survive_kill();
        self.open()?;
        // What was only in the system's memory may be sent now, so it has to survive the power cut that follows.
        let waiting: Vec<_> = self.spool().pending().collect();
        for meta in waiting {
            let meta = match meta {
                Err(SpoolError::Io { .. }) if self.bad => continue,
                meta => meta.map_err(|error| format!("walk: {error}"))?,
            };
            if let Some(record) = self.records.get_mut(&meta.last.0) {
                record.synced = true;
            }
        }
        self.crash()
    }

    fn close(&mut self) -> Check {
        if self.faulty {
            return self.crash();
        }
        self.excuse();
        let spool = self.spool.take().expect("open between steps");
        let before = spool.next_sequence().map_err(|error| error.to_string())?;
        spool.close().map_err(|error| format!("does not close: {error}"))?;
        self.records.values_mut().for_each(|record| record.synced = true);
        self.disk.crash();
        self.open()?;
        let next = self.spool().next_sequence().map_err(|error| error.to_string())?;
        if next == before {
            Ok(())
        } else {
            Err(format!("a clean stop skipped from {} to {}", before.0, next.0))
        }
    }

    /// An error is right while the disk is broken; often the power goes with it.
    fn tolerate(&mut self, error: &SpoolError) -> Check {
        if !self.faulty {
            return Err(format!("failed on a good disk: {error:?}"));
        }
        match self.random.u8(0..4) {
            0 => self.crash(),
            1 => self.kill(),
            _ => Ok(()),
        }
    }

    /// The disk and the link are well again: everything has to reach the controller or be declared.
    fn settle(&mut self) -> Check {
        self.disk.mend();
        self.bad = false;
        self.crash()?;
        for _ in 0..200 {
            while self.spool().stats().losses_owed > 0 {
                self.excuse();
                self.declare_losses()?;
            }
            self.excuse();
            self.sync()?;
            self.send(500)?;
            self.deliver_ack()?;
            let stats = self.spool().stats();
            if stats.waiting_records == 0 && stats.losses_owed == 0 {
                break;
            }
        }
        self.excuse();
        let next = self.spool().next_sequence().map_err(|error| error.to_string())?;
        let below = self.controller.ack(next.0).below;
        if below != next {
            return Err(format!("below stays at {} of {}", below.0, next.0));
        }
        for (sequence, record) in &self.records {
            let stored = self.controller.stored.get(sequence);
            if record.synced && !record.excused && stored != Some(&record.bytes) {
                return Err(format!("{sequence} never came, though nothing excuses it"));
            }
        }
        Ok(())
    }
}

fn seeds() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("HOLDFAST_SPOOL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("HOLDFAST_SPOOL_SEEDS").unwrap_or(SEEDS),
    }
}

#[test]
fn nothing_synced_is_lost_and_no_number_is_used_twice_over_1000_seeds() {
    for seed in seeds() {
        if let Err(problem) = World::new(seed, Forgets::Nothing).run() {
            panic!("seed {seed} (HOLDFAST_SPOOL_SEED={seed} runs it alone): {problem}");
        }
    }
}

#[test]
fn leaving_out_the_sync_of_segments_of_the_state_or_of_the_folder_is_found() {
    for forgets in [Forgets::Segments, Forgets::State, Forgets::Directory] {
        let problems = (0..SEEDS).filter_map(|seed| World::new(seed, forgets).run().err());
        let is_loss = |problem: &String| {
            ["was synced and is lost", "handed out again", "does not open"]
                .iter()
                .any(|what| problem.contains(what))
        };
        let losses: Vec<String> = problems.filter(is_loss).collect();
        assert!(!losses.is_empty(), "{forgets:?} can be left out and nobody notices");
        // Numbers are reserved ahead, so even a disk that lies about every segment never brings one twice.
        let twice = losses.iter().find(|problem| problem.contains("handed out again"));
        assert!(forgets != Forgets::Segments || twice.is_none(), "{twice:?}");
    }
}
