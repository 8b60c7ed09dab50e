//! Starting after a torn write, a bad sector, with the wrong key, beside foreign files.

use holdfast_protocol::ids::{Epoch, Sequence};
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;

use super::super::faulty::Faults;
use super::super::queue::RESERVED_AHEAD;
use super::super::segment::HEADER_BYTES;
use super::super::{Disk, Header, Spool, SpoolError, SpoolKey};
use super::*;

const ENTRY: usize = 100 + 68;

fn kill<D: Disk>(spool: Spool<D>) {
    drop(spool);
}

#[test]
fn a_torn_last_record_is_dropped_and_the_rest_survives() {
    for cut in 1..=ENTRY {
        let mut disk = FaultyDisk::new(1);
        let (mut spool, _) = open(&disk);
        store_blocks(&mut spool, 3);
        kill(spool);
        let end = HEADER_BYTES + 3 * ENTRY;
        disk.truncate("00000001.seg", u64::try_from(end - cut).expect("small")).expect("cut");

        let (mut spool, recovery) = open(&disk);

        assert_eq!(waiting(&mut spool), [2, 1], "cut by {cut}");
        assert_eq!(recovery.torn_bytes, u64::try_from(ENTRY - cut).expect("small"));
        assert_eq!(recovery.damaged_stretches, 0);
        let lost = recovery.lost.first().expect("the third is declared");
        assert_eq!((lost.first.0, lost.reason), (3, Reason::Torn));
        assert_eq!(
            spool.next_sequence().expect("room"),
            Sequence(1 + RESERVED_AHEAD),
            "3 is never handed out again"
        );
        kill(spool);
        let (_, again) = open(&disk);
        assert_eq!((again.torn_bytes, again.damaged_stretches), (0, 0), "the cut is for good");
    }
}

#[test]
fn a_rotten_bit_in_the_middle_costs_one_record_and_is_declared() {
    for offset in 0..ENTRY {
        let disk = FaultyDisk::new(1);
        let (mut spool, _) = open(&disk);
        store_blocks(&mut spool, 3);
        kill(spool);
        disk.rot("00000001.seg", HEADER_BYTES + ENTRY + offset, 3);

        let (mut spool, recovery) = open(&disk);

        assert_eq!(waiting(&mut spool), [3, 1], "offset {offset}");
        assert_eq!(recovery.damaged_stretches, 1);
        let lost = recovery.lost.first().expect("declared");
        assert_eq!((lost.first.0, lost.last.0, lost.records, lost.reason), (2, 2, 1, Reason::Damaged));
        assert_eq!(spool.stats().lost.damaged, 1);
    }
}

#[test]
fn records_survive_a_rotten_bit_anywhere_in_the_header() {
    for offset in 0..HEADER_BYTES {
        let disk = FaultyDisk::new(1);
        let (mut spool, _) = open(&disk);
        store_blocks(&mut spool, 3);
        spool.close().expect("closed");
        disk.rot("00000001.seg", offset, 5);
        let (mut spool, recovery) = open(&disk);
        assert_eq!(waiting(&mut spool), [3, 2, 1], "offset {offset}");
        assert_eq!((recovery.lost.len(), recovery.torn_bytes), (0, 0));
        store_blocks(&mut spool, 1);
        assert_eq!(waiting(&mut spool), [4, 3, 2, 1], "it goes on in a new file");
    }
}

#[test]
fn what_recovery_declares_lost_is_not_declared_twice() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 3);
    kill(spool);
    disk.rot("00000001.seg", HEADER_BYTES + 60, 0);
    let (spool, first) = open(&disk);
    assert!(!first.lost.is_empty());
    let owed = spool.losses().to_vec();
    spool.close().expect("closed");
    let (spool, second) = open(&disk);
    assert_eq!(second.lost, []);
    assert_eq!(spool.losses(), owed);
}

#[test]
fn a_clean_stop_skips_no_number_and_a_crash_uses_none_twice() {
    let disk = FaultyDisk::new(1);
    let (mut spool, recovery) = open(&disk);
    assert!(recovery.is_new);
    store_blocks(&mut spool, 3);
    spool.close().expect("closed");
    let (mut spool, recovery) = open(&disk);
    assert_eq!((recovery.is_new, spool.next_sequence().expect("room").0), (false, 4));
    store_blocks(&mut spool, 1);
    kill(spool);
    disk.crash();
    let (spool, _) = open(&disk);
    assert_eq!(spool.next_sequence().expect("room").0, 4 + RESERVED_AHEAD);
}

#[test]
fn files_of_another_epoch_key_version_or_kind_stop_the_start_and_nothing_changes() {
    let mut disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 8);
    kill(spool);
    let elsewhere = FaultyDisk::new(2);
    let (mut other, _) = Spool::open(elsewhere.clone(), key(), small(), Epoch(9)).expect("opens");
    store_blocks(&mut other, 1);
    let segment = elsewhere.read("00000001.seg", 0, 1 << 20).expect("read");
    let before = files(&disk);

    disk.write("00000099.seg", 0, &segment).expect("written");
    assert!(matches!(try_open(&disk), Err(SpoolError::OtherEpoch { found: Epoch(9), .. })));
    disk.write("00000099.seg", 0, b"<!DOCTYPE html>").expect("written");
    disk.truncate("00000099.seg", 15).expect("cut");
    assert!(matches!(try_open(&disk), Err(SpoolError::Foreign { .. })));
    let newer = Header { version: 2, epoch: EPOCH, number: 99, key_name: key().name() };
    disk.write("00000099.seg", 0, &newer.encode()).expect("written");
    assert!(matches!(try_open(&disk), Err(SpoolError::Newer { found: 2, known: 1, .. })));
    disk.remove("00000099.seg").expect("removed");
    let other_key = Spool::open(disk.clone(), SpoolKey::new(&[7; 32]), small(), EPOCH);
    assert!(matches!(other_key, Err(SpoolError::OtherKey { .. })));

    assert_eq!(files(&disk), before);
    assert_eq!(waiting(&mut open(&disk).0), [8, 7, 6, 5, 4, 3, 2, 1]);
}

#[test]
fn one_rotten_copy_of_the_state_is_survived_and_no_number_comes_twice() {
    for (name, bit) in [("state-0", 0), ("state-1", 7)] {
        let disk = FaultyDisk::new(1);
        let (mut spool, _) = open(&disk);
        store_blocks(&mut spool, usize::try_from(RESERVED_AHEAD).expect("small") - 1);
        spool.acknowledge(&ack(20, &[])).expect("acknowledged");
        store_blocks(&mut spool, 2);
        let highest = spool.next_sequence().expect("room").0 - 1;
        let before = waiting(&mut spool);
        kill(spool);
        assert!(disk.rot(name, 33, bit));

        let (mut spool, recovery) = open(&disk);

        assert!(spool.next_sequence().expect("room").0 > highest);
        assert!(before.iter().all(|sequence| waiting(&mut spool).contains(sequence)), "{name}");
        assert!(recovery.used_older_state);
    }
}

#[test]
fn without_any_state_the_start_is_refused_and_nothing_deleted() {
    let mut disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 2);
    kill(spool);
    disk.rot("state-0", 20, 0);
    disk.rot("state-1", 20, 0);
    let before = files(&disk);
    assert!(matches!(try_open(&disk), Err(SpoolError::StateLost { .. })));
    assert_eq!(files(&disk), before);
    disk.remove("state-0").expect("removed");
    disk.remove("state-1").expect("removed");
    assert!(matches!(try_open(&disk), Err(SpoolError::StateLost { .. })));
}

#[test]
fn a_bad_sector_under_the_file_being_written_does_not_stop_the_spool() {
    let disk = FaultyDisk::new(5);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 2);
    disk.wear_out("00000001.seg");
    append(&mut spool, Kind::Block, 100).expect("appended");
    assert!(matches!(spool.sync(), Err(SpoolError::Io { .. })));
    spool.sync().expect("in a new file");
    store_blocks(&mut spool, 1);
    assert_eq!(waiting(&mut spool), [4, 3, 2, 1]);
    assert_eq!(spool.read(Sequence(3)).expect("read"), content(Sequence(3), 100));
}

#[test]
fn after_a_failed_sync_the_records_go_to_a_new_file_and_survive_a_power_cut() {
    let disk = FaultyDisk::new(5);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 2);
    append(&mut spool, Kind::Block, 100).expect("appended");
    // The write passes, the sync fails; the simulated system then counts the bytes as clean.
    disk.set_faults(Faults { syncs_fail: 1, ..Faults::default() });
    assert!(matches!(spool.sync(), Err(SpoolError::Io { .. })));
    assert_eq!(waiting(&mut spool), [2, 1], "not shown before it is durable");

    spool.sync().expect("synced");

    assert_eq!(waiting(&mut spool), [3, 2, 1]);
    kill(spool);
    disk.crash();
    assert_eq!(waiting(&mut open(&disk).0), [3, 2, 1]);
}
