//! A disk put back from an older copy: numbers that the controller has already are not used for other records.

use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;

use super::super::{Acknowledged, SpoolError};
use super::*;

/// A spool of ten blocks, as the copy of the disk holds it; its other life went on to number 800.
fn put_back() -> (FaultyDisk, Spool<FaultyDisk>) {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 10);
    drop(spool.close().expect("closed"));
    let (mut spool, _) = open(&disk);
    spool.watch_sending();
    (disk, spool)
}

fn renumbered(mut bytes: Vec<u8>, sequence: Sequence) -> Vec<u8> {
    bytes.extend(sequence.0.to_le_bytes());
    bytes
}

#[test]
fn new_records_get_numbers_that_the_controller_cannot_have() {
    let (disk, mut spool) = put_back();
    let claims = ack(701, &[(750, 800)]);
    assert!(matches!(spool.acknowledge(&claims), Ok(Acknowledged::NeverSent { sequence: Sequence(800) })));
    let beyond = spool.go_beyond(&claims, renumbered).expect("believed");
    assert_eq!((beyond.before, beyond.renumbered), (Sequence(11), 0));
    assert!(beyond.next.0 > 800 + 1_000_000);
    assert!(matches!(spool.acknowledge(&claims), Ok(Acknowledged::Freed { records: 10, .. })));
    assert_eq!(append(&mut spool, Kind::Block, 10).expect("appended"), beyond.next);
    spool.sync().expect("synced");
    let loss = spool.losses().first().expect("owed").lost;
    assert_eq!((loss.first.0, loss.last.0, loss.records, loss.reason), (701, 749, 49, Reason::Damaged));
    drop(spool);
    disk.crash();
    let (mut spool, recovery) = open(&disk);
    assert_eq!(waiting(&mut spool), [beyond.next.0]);
    assert!(spool.next_sequence().expect("numbers") > beyond.next);
    assert!(recovery.lost.iter().all(|lost| lost.records == 0), "{:?}", recovery.lost);
}

#[test]
fn records_made_before_the_first_session_are_not_freed_on_the_word_for_others() {
    let (disk, mut spool) = put_back();
    store_blocks(&mut spool, 20);
    // 30 is sent as the newest; the other life had got to 25.
    spool.read(Sequence(30)).expect("read");
    let claims = ack(26, &[(30, 30)]);
    assert!(matches!(spool.acknowledge(&claims), Ok(Acknowledged::NeverSent { sequence: Sequence(11) })));
    let beyond = spool.go_beyond(&claims, renumbered).expect("believed");
    assert_eq!(beyond.renumbered, 16, "11 to 25, and 30, which may be the other life's too");
    let first = beyond.next.0 - 16;
    assert_eq!(
        spool.read(Sequence(first)).expect("read"),
        renumbered(content(Sequence(11), 100), Sequence(first))
    );
    assert!(matches!(spool.acknowledge(&claims), Ok(Acknowledged::Freed { records: 10, .. })));
    let mut all: Vec<u32> = (26..30).chain(first..first + 16).collect();
    all.reverse();
    assert_eq!(waiting(&mut spool), all);
    drop(spool);
    disk.crash();
    let (mut spool, _) = open(&disk);
    assert!(all.iter().all(|sequence| waiting(&mut spool).contains(sequence)));
}

#[test]
fn a_power_cut_at_any_moment_loses_none_of_them() {
    for moment in 0..40 {
        let (disk, mut spool) = put_back();
        store_blocks(&mut spool, 5);
        let claims = ack(16, &[]);
        disk.set_faults(super::super::faulty::Faults {
            power_fails_after: Some(moment),
            ..super::super::faulty::Faults::default()
        });
        let done = spool.go_beyond(&claims, renumbered).is_ok();
        drop(spool);
        disk.crash();
        let (mut spool, _) = open(&disk);
        let there = waiting(&mut spool);
        for number in 11..16_u32 {
            let old = content(Sequence(number), 100);
            let kept = there
                .iter()
                .any(|sequence| spool.read(Sequence(*sequence)).is_ok_and(|bytes| bytes.starts_with(&old)));
            assert!(kept, "{number} is gone after {moment} steps, done {done}");
        }
    }
}

#[test]
fn an_ack_of_what_was_read_or_declared_lost_is_taken_as_before() {
    let (_, mut spool) = put_back();
    store_blocks(&mut spool, 5);
    for sequence in [11, 12, 14, 15] {
        spool.read(Sequence(sequence)).expect("read");
    }
    spool.give_up(Sequence(13), Reason::Refused).expect("given up");
    assert!(matches!(spool.acknowledge(&ack(16, &[])), Ok(Acknowledged::Freed { records: 14, .. })));
}

#[test]
fn a_claim_that_would_use_the_epoch_up_is_not_believed() {
    let (_, mut spool) = put_back();
    let refused = spool.go_beyond(&ack(u32::MAX, &[]), renumbered);
    assert!(matches!(refused, Err(SpoolError::Implausible { .. })), "{refused:?}");
    assert_eq!(spool.next_sequence().expect("numbers"), Sequence(11));
}
