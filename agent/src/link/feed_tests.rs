//! The feed over a spool whose disk cannot be read, in part, for a moment or for good.

use std::sync::{Arc, Mutex};

use holdfast_protocol::ack::SequenceRange;
use holdfast_protocol::ids::{BootCounter, Epoch};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::ClockTrust;

use super::super::codec::Incoming;
use super::*;
use crate::spool::faulty::{Faults, FaultyDisk};
use crate::spool::{Draft, Limits, SpoolKey};

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);
const EPOCH: Epoch = Epoch(7);

fn open(disk: &FaultyDisk) -> SharedSpool<FaultyDisk> {
    let limits = Limits::new(64 * 1024, 16 * 1024).expect("limits");
    let (spool, _) =
        Spool::open(disk.clone(), SpoolKey::new(&[3; 32]), limits, EPOCH).expect("the state is readable");
    Arc::new(Mutex::new(spool))
}

fn store(spool: &SharedSpool<FaultyDisk>, count: usize) {
    let mut spool = lock(spool);
    for _ in 0..count {
        let draft = Draft::new(Kind::Block, BootCounter(1), BootMs(5));
        spool.append(draft, |sequence| vec![sequence.0.to_le_bytes()[0]; 1000]).expect("appended");
    }
    spool.sync().expect("synced");
}

/// A feed whose session is open, over twenty records of 1,068 bytes on disk: fifteen in the first file.
fn twenty(disk: &FaultyDisk) -> (Feed<FaultyDisk>, Voice) {
    let spool = open(disk);
    store(&spool, 20);
    (connected(&spool), Voice::default())
}

fn connected(spool: &SharedSpool<FaultyDisk>) -> Feed<FaultyDisk> {
    let mut feed = Feed::new(Arc::clone(spool), NODE, BootMs(0));
    let opened =
        Incoming::Connected { reason: 0, receive_max: 65, packet_bytes_max: 262_144, keep_alive_s: None };
    feed.session.on_incoming(opened, BootMs(0));
    feed
}

/// The packets that go at an instant.
fn sent(feed: &mut Feed<FaultyDisk>, voice: &mut Voice, now: u64) -> usize {
    std::iter::from_fn(|| feed.next(BootMs(now), voice)).take(1_000).count()
}

#[test]
fn a_record_on_a_bad_sector_waits_and_the_rest_is_sent() {
    let disk = FaultyDisk::new(1);
    let (mut feed, mut voice) = twenty(&disk);
    // Inside record 18, in the file being written, whose index is in memory.
    disk.go_bad("00000002.seg", 32 + 2 * 1068 + 300, 1);
    assert_eq!(sent(&mut feed, &mut voice, 1), 19);
    assert!(!feed.session.skips(Sequence(18)));
    let spool = Arc::clone(&feed.spool);
    let stats = lock(&spool).stats();
    assert_eq!((stats.lost.total(), stats.waiting_records), (0, 20));
    let reads = disk.reads();
    for now in 2..1_000 {
        assert_eq!(sent(&mut feed, &mut voice, now), 0);
    }
    assert_eq!(disk.reads(), reads, "a disk that refuses is not asked in a loop");
    disk.mend();
    let look = feed.next_deadline().expect("there is something to look for");
    assert_eq!(sent(&mut feed, &mut voice, look.0), 1, "it comes when the disk gives it");
    assert_eq!(feed.next_deadline(), None);
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being_sent() {
    let disk = FaultyDisk::new(1);
    let (feed, mut voice) = twenty(&disk);
    drop(feed);
    disk.go_bad("00000002.seg", 0, 16 * 1024);
    // The newest file is the one that cannot be read.
    let spool = open(&disk);
    let mut feed = connected(&spool);
    assert_eq!(sent(&mut feed, &mut voice, 1), 15);
    store(&spool, 1);
    assert_eq!(sent(&mut feed, &mut voice, 2), 1, "new records go out");
    disk.mend();
    let look = feed.next_deadline().expect("there is something to look for");
    assert_eq!(sent(&mut feed, &mut voice, look.0), 5);
    assert_eq!(lock(&spool).stats().lost.total(), 0);
}

#[test]
fn looks_become_rare_while_the_disk_stays_broken_and_it_is_said_once() {
    let disk = FaultyDisk::new(1);
    let (mut feed, mut voice) = twenty(&disk);
    disk.go_bad("00000001.seg", 32 + 9 * 1068 + 300, 1);
    sent(&mut feed, &mut voice, 0);
    assert!(!voice.is_news(Topic::Unread, ""), "it was said");
    let (mut looks, mut before) = (Vec::new(), 0);
    for _ in 0..8 {
        let look = feed.next_deadline().expect("goes on looking").0;
        looks.push((look - std::mem::replace(&mut before, look)) / 1_000);
        assert_eq!(sent(&mut feed, &mut voice, look), 0);
        assert!(feed.next_deadline().is_some_and(|next| next.0 > look), "no deadline is left behind");
    }
    assert_eq!(looks, [60, 120, 240, 480, 960, 1800, 1800, 1800]);
}

#[test]
fn a_disk_that_refuses_everything_is_left_alone_until_the_next_look() {
    let disk = FaultyDisk::new(1);
    let spool = open(&disk);
    store(&spool, 40);
    let (mut feed, mut voice) = (connected(&spool), Voice::default());
    disk.set_faults(Faults { reads_fail_one_in: Some(1), ..Faults::default() });
    assert_eq!(sent(&mut feed, &mut voice, 1), 0);
    let reads = disk.reads();
    for now in 2..100 {
        assert_eq!(sent(&mut feed, &mut voice, now), 0);
    }
    assert_eq!(disk.reads(), reads);
    disk.set_faults(Faults::default());
    assert_eq!(sent(&mut feed, &mut voice, 60_001), 40);
}

#[test]
fn no_passing_fault_of_the_disk_gives_a_record_up() {
    for seed in 0..40 {
        let disk = FaultyDisk::new(seed);
        let spool = open(&disk);
        store(&spool, 40);
        let (mut feed, mut voice) = (connected(&spool), Voice::default());
        disk.set_faults(Faults { reads_fail_one_in: Some(3), ..Faults::default() });
        let (mut came, mut now) = (sent(&mut feed, &mut voice, 1), 1);
        for _ in 0..200 {
            let Some(look) = feed.next_deadline() else { break };
            now = look.0.max(now);
            came += sent(&mut feed, &mut voice, now);
        }
        assert_eq!((came, lock(&spool).stats().lost.total()), (40, 0), "seed {seed}");
    }
}

#[test]
fn a_record_under_way_that_cannot_be_read_again_waits_too() {
    let disk = FaultyDisk::new(1);
    let (mut feed, mut voice) = twenty(&disk);
    assert_eq!(sent(&mut feed, &mut voice, 1), 20);
    disk.go_bad("00000001.seg", 32 + 9 * 1068 + 300, 1);
    assert_eq!(feed.again(Sequence(10), BootMs(2), &mut voice), None);
    assert_eq!(lock(&feed.spool).stats().lost.total(), 0);
    disk.mend();
    let look = feed.next_deadline().expect("there is something to look for");
    assert_eq!(sent(&mut feed, &mut voice, look.0), 1);
}

fn ack(below: u32, ranges: &[(u32, u32)]) -> Ack {
    let range = |(first, last): &(u32, u32)| SequenceRange { first: Sequence(*first), last: Sequence(*last) };
    Ack { epoch: EPOCH, below: Sequence(below), ranges: ranges.iter().map(range).collect() }
}

#[test]
fn an_ack_that_the_spool_takes_ends_what_it_covers() {
    let disk = FaultyDisk::new(1);
    let (mut feed, mut voice) = twenty(&disk);
    assert_eq!(sent(&mut feed, &mut voice, 1), 20);
    feed.acknowledge(&ack(6, &[(8, 20)]), BootMs(2), &mut voice);
    assert!(feed.session.skips(Sequence(6)) && feed.session.skips(Sequence(7)));
    assert_eq!(lock(&feed.spool).stats().waiting_records, 2);
}

#[test]
fn an_ack_of_a_confused_controller_neither_frees_nor_sends_at_the_speed_of_the_line() {
    let disk = FaultyDisk::new(1);
    let (mut feed, mut voice) = twenty(&disk);
    let confused = ack(u32::MAX, &[]);
    let (mut packets, mut now) = (sent(&mut feed, &mut voice, 1), 1);
    while now < 3_600_000 {
        feed.acknowledge(&confused, BootMs(now), &mut voice);
        packets += sent(&mut feed, &mut voice, now);
        now += 1_000;
    }
    assert_eq!(packets, 20, "no more than the window, and what a hold tries");
    assert!(feed.session.is_holding());
    assert_eq!(lock(&feed.spool).stats().waiting_records, 20);
    assert!(!voice.is_news(Topic::Ack, ""), "it was said");
}

#[test]
fn a_spool_put_back_from_an_older_copy_goes_on_and_is_not_taken_for_its_other_life() {
    let disk = FaultyDisk::new(1);
    let spool = open(&disk);
    lock(&spool).watch_sending();
    store(&spool, 20);
    let (mut feed, mut voice) = (connected(&spool), Voice::default());
    assert_eq!(sent(&mut feed, &mut voice, 1), 20);
    feed.acknowledge(&ack(500, &[]), BootMs(2), &mut voice);
    assert!(!feed.session.is_holding());
    assert_eq!(sent(&mut feed, &mut voice, 3), 20, "under new numbers, once");
    assert!(feed.session.skips(Sequence(500 + (1 << 20))), "the first of them");
    assert_eq!(sent(&mut feed, &mut voice, 4), 0);
}

/// Records of a node, in the spool.
fn store_of(spool: &SharedSpool<FaultyDisk>, node: NodeId, count: usize) {
    let mut spool = lock(spool);
    for _ in 0..count {
        let draft = Draft::new(Kind::Block, BootCounter(1), BootMs(5));
        let encode = |sequence| {
            let header = record::Header {
                kind: Kind::Block,
                node,
                epoch: EPOCH,
                first: sequence,
                last: sequence,
                boot: BootCounter(1),
                at: BootMs(5),
                clock: ClockTrust::Unsynchronised,
                dictionary: 1,
                configuration: 0,
                report_within_s: 90,
            };
            record::encode(&header, b"body")
        };
        spool.append(draft, encode).expect("appended");
    }
    spool.sync().expect("synced");
}

#[test]
fn records_of_an_earlier_identity_are_declared_lost_and_never_sent() {
    let spool = open(&FaultyDisk::new(1));
    store_of(&spool, NodeId::from_bytes([9; 5]), 150);
    store_of(&spool, NODE, 3);
    let (mut feed, mut voice) = (connected(&spool), Voice::default());
    let (mut packets, mut now, mut rounds) = (sent(&mut feed, &mut voice, 1), 1, 0);
    while let Some(more) = feed.next_deadline() {
        now = now.max(more.0);
        packets += sent(&mut feed, &mut voice, now);
        rounds += 1;
    }
    assert_eq!(packets, 3);
    assert!((2..6).contains(&rounds), "{rounds}: the thread is not kept for the whole spool at once");
    let spool = lock(&spool);
    assert_eq!((spool.stats().waiting_records, spool.stats().lost.refused), (3, 150));
    let said: Vec<_> = spool.losses().iter().map(|loss| (loss.lost.first.0, loss.lost.last.0)).collect();
    assert_eq!(said, [(1, 150)], "in one word");
}
