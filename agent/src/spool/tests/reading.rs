//! A disk that cannot be read, in part, for a moment or for good: what can be read is sent, what cannot waits.

use holdfast_protocol::ids::Sequence;
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;

use super::super::faulty::Faults;
use super::super::segment::HEADER_BYTES;
use super::super::{Acknowledged, Disk, SpoolError};
use super::*;

/// An entry of 1,000 bytes of record.
const ENTRY: usize = 1068;

/// Segments of 16 KiB hold fifteen such entries over four pages.
fn large(disk: &FaultyDisk) -> Result<(Spool<FaultyDisk>, Recovery), SpoolError> {
    let limits = Limits::new(64 * 1024, 16 * 1024).expect("limits");
    Spool::open(disk.clone(), key(), limits, EPOCH)
}

fn store<D: Disk>(spool: &mut Spool<D>, count: usize) {
    for _ in 0..count {
        append(spool, Kind::Block, 1000).expect("appended");
    }
    spool.sync().expect("synced");
}

/// Twenty records in two segments, closed in good order.
fn twenty() -> FaultyDisk {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = large(&disk).expect("new");
    store(&mut spool, 20);
    drop(spool.close().expect("closed"));
    disk
}

fn readable<D: Disk>(spool: &mut Spool<D>) -> Vec<u32> {
    spool.pending().filter_map(Result::ok).map(|entry| entry.last.0).collect()
}

fn without(gone: &[u32]) -> Vec<u32> {
    (1..=20).rev().filter(|sequence| !gone.contains(sequence)).collect()
}

#[test]
fn one_copy_of_the_state_that_cannot_be_read_is_survived_and_no_number_comes_twice() {
    for name in ["state-0", "state-1"] {
        let disk = twenty();
        disk.go_bad(name, 0, 10);
        let (mut spool, recovery) = large(&disk).expect("the other copy is enough");
        assert!(recovery.used_older_state);
        assert!(spool.next_sequence().expect("numbers").0 > 20);
        assert_eq!(waiting(&mut spool), without(&[]), "{name}");
    }
}

#[test]
fn without_a_copy_that_can_be_read_the_start_says_so_and_the_next_one_succeeds() {
    let disk = twenty();
    disk.go_bad("state-0", 0, 10);
    disk.go_bad("state-1", 0, 10);
    let before = disk.list().expect("listed");
    let refused = large(&disk).expect_err("no state");
    assert!(matches!(refused, SpoolError::Io { .. }), "not advice to move the folder away: {refused}");
    assert_eq!(disk.list().expect("listed"), before);
    disk.mend();
    let (mut spool, _) = large(&disk).expect("read");
    assert_eq!(waiting(&mut spool), without(&[]));
}

#[test]
fn a_bad_sector_at_the_start_costs_the_records_in_it_only_and_they_wait_for_better_days() {
    let disk = twenty();
    // The second page of the first segment: entries 4 to 8 lie in it.
    disk.go_bad("00000001.seg", 4096 + 100, 1);
    let (mut spool, recovery) = large(&disk).expect("starts");
    let held = [4, 5, 6, 7, 8];
    assert_eq!(readable(&mut spool), without(&held));
    assert_eq!((recovery.unread_segments, recovery.lost.as_slice()), (1, [].as_slice()));
    // All that was sent is acknowledged: the file stays, for there is more in it.
    spool.acknowledge(&ack(4, &[(9, 20)])).expect("acknowledged");
    assert!(disk.list().expect("listed").contains(&"00000001.seg".to_owned()));
    assert_eq!(spool.stats().lost.total(), 0);
    drop(spool);
    disk.crash();
    disk.mend();
    let (mut spool, recovery) = large(&disk).expect("starts");
    let all = waiting(&mut spool);
    assert!(held.iter().all(|sequence| all.contains(sequence)), "{all:?}");
    assert!(recovery.lost.iter().all(|lost| lost.records == 0), "{:?}", recovery.lost);
    assert_eq!(spool.read(Sequence(6)).expect("read"), content(Sequence(6), 1000));
}

#[test]
fn a_segment_that_cannot_be_read_at_all_neither_stops_the_start_nor_is_touched() {
    let disk = twenty();
    disk.go_bad("00000002.seg", 0, 16 * 1024);
    let (mut spool, recovery) = large(&disk).expect("starts");
    assert_eq!(readable(&mut spool), (1..=15).rev().collect::<Vec<_>>());
    assert_eq!((recovery.unread_segments, recovery.torn_bytes), (1, 0));
    store(&mut spool, 1);
    assert_eq!(readable(&mut spool).first().copied(), Some(21), "new records go to a new file");
    disk.mend();
    spool.look_again().expect("looked");
    assert_eq!(waiting(&mut spool), (1..=21).rev().collect::<Vec<_>>(), "nothing had to be restarted");
}

#[test]
fn a_walk_says_what_it_cannot_read_and_goes_on_with_the_rest() {
    let disk = twenty();
    let (mut spool, _) = large(&disk).expect("starts");
    store(&mut spool, 20);
    disk.go_bad("00000001.seg", 4096 + 100, 1);
    let (found, failed): (Vec<_>, Vec<_>) = spool.pending().partition(Result::is_ok);
    assert_eq!(found.len(), 35, "forty less five");
    assert!(!failed.is_empty() && failed.len() <= 2, "once a lane and urgency, not for ever");
    assert!(matches!(spool.read(Sequence(6)), Err(SpoolError::Io { .. })), "it may be there");
    assert_eq!(spool.stats().waiting_records, 40);
    disk.mend();
    spool.look_again().expect("looked");
    assert_eq!(waiting(&mut spool).len(), 40);
}

#[test]
fn an_acknowledgement_of_what_cannot_be_read_frees_it_when_it_can() {
    let disk = twenty();
    let (mut spool, _) = large(&disk).expect("starts");
    store(&mut spool, 20);
    disk.go_bad("00000001.seg", 4096 + 100, 1);
    // Two segments are touched; the first cannot be read, the second is freed all the same.
    let acknowledged = spool.acknowledge(&ack(31, &[])).expect("acknowledged");
    assert!(matches!(acknowledged, Acknowledged::Freed { records, .. } if records >= 15), "{acknowledged:?}");
    assert!(!disk.list().expect("listed").contains(&"00000002.seg".to_owned()));
    disk.mend();
    spool.look_again().expect("looked");
    spool.acknowledge(&ack(31, &[])).expect("acknowledged");
    assert!(!disk.list().expect("listed").contains(&"00000001.seg".to_owned()));
    assert_eq!((spool.stats().waiting_records, spool.stats().lost.total()), (10, 0));
}

#[test]
fn a_controller_that_has_less_makes_nothing_lost_that_only_cannot_be_read_now() {
    let disk = twenty();
    let (mut spool, _) = large(&disk).expect("starts");
    store(&mut spool, 20);
    spool.acknowledge(&ack(15, &[])).expect("acknowledged");
    drop(spool.close().expect("closed"));
    disk.go_bad("00000001.seg", 4096 + 100, 1);
    let (mut spool, _) = large(&disk).expect("starts");
    let reconciled = spool.reconcile(&ack(2, &[])).expect("compared");
    assert_eq!((reconciled.lost, spool.stats().lost.total()), (0, 0));
    disk.mend();
    spool.look_again().expect("looked");
    assert_eq!((waiting(&mut spool).len(), spool.stats().lost.total()), (39, 0), "all but the one it has");
}

#[test]
fn a_full_spool_gives_up_what_it_cannot_read_before_it_refuses_new_records() {
    let disk = twenty();
    let (mut spool, _) = large(&disk).expect("starts");
    store(&mut spool, 20);
    disk.go_bad("00000001.seg", 0, 16 * 1024);
    for _ in 0..40 {
        append(&mut spool, Kind::Block, 1000).expect("room is made");
        spool.sync().expect("synced");
    }
    assert!(!disk.list().expect("listed").contains(&"00000001.seg".to_owned()));
    let lost = spool.losses().iter().map(|loss| loss.lost);
    let first: u32 = lost.filter(|lost| lost.last.0 <= 15).map(|lost| lost.records).sum();
    assert_eq!(first, 15, "counted and said");
}

#[test]
fn a_file_whose_header_cannot_be_read_keeps_its_records() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 3);
    drop(spool);
    disk.crash();
    disk.go_bad("00000001.seg", 0, HEADER_BYTES);
    let (mut spool, recovery) = open(&disk);
    assert_eq!((readable(&mut spool), recovery.unread_segments), (Vec::new(), 1));
    assert_eq!(spool.stats().lost.damaged + spool.stats().lost.torn, 0);
    disk.mend();
    spool.look_again().expect("looked");
    assert_eq!(waiting(&mut spool), [3, 2, 1]);
}

#[test]
fn what_rotted_where_it_could_not_be_read_is_declared_when_it_can() {
    let disk = twenty();
    disk.go_bad("00000001.seg", 4096 + 100, 1);
    let (mut spool, _) = large(&disk).expect("starts");
    disk.mend();
    assert!(disk.rot("00000001.seg", HEADER_BYTES + 5 * ENTRY + 200, 3), "record 6");
    spool.look_again().expect("looked");
    assert_eq!(waiting(&mut spool), without(&[6]));
    let loss = spool.losses().first().expect("owed").lost;
    assert_eq!((loss.first.0, loss.last.0, loss.reason), (6, 6, Reason::Damaged));
}

#[test]
fn reads_that_fail_now_and_then_lose_nothing() {
    let mut started = 0;
    for seed in 0..50 {
        let disk = FaultyDisk::new(seed);
        let (mut spool, _) = large(&disk).expect("new");
        store(&mut spool, 45);
        drop(spool.close().expect("closed"));
        disk.set_faults(Faults { reads_fail_one_in: Some(4), ..Faults::default() });
        let Ok((mut spool, _)) = large(&disk) else { continue };
        started += 1;
        let mut came = std::collections::BTreeSet::new();
        for _ in 0..40 {
            for sequence in readable(&mut spool) {
                match spool.read(Sequence(sequence)) {
                    Ok(record) => {
                        assert_eq!(record, content(Sequence(sequence), 1000), "seed {seed}");
                        came.insert(sequence);
                    }
                    Err(error) => assert!(matches!(error, SpoolError::Io { .. }), "seed {seed}: {error}"),
                }
            }
            spool.look_again().expect("looked");
        }
        assert_eq!((came.len(), spool.stats().lost.total()), (45, 0), "seed {seed}");
    }
    assert!(started > 40, "{started} of 50 starts: only two unreadable copies of the state refuse one");
}
