//! What is shown for sending, what an acknowledgement frees, and what it must not.

use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::super::segment::HEADER_BYTES;
use super::super::{Acknowledged, Disk, SpoolError};
use super::*;

#[test]
fn urgent_records_come_first_and_each_group_newest_first() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    for kind in [Kind::Block, Kind::Event, Kind::Statement, Kind::Block, Kind::Reply, Kind::Block] {
        append(&mut spool, kind, 100).expect("appended");
    }
    assert!(waiting(&mut spool).is_empty(), "nothing is shown before it is durable");
    spool.sync().expect("synced");
    assert_eq!(waiting(&mut spool), [5, 2, 6, 4, 3, 1]);
    assert_eq!(spool.read(Sequence(4)).expect("read"), content(Sequence(4), 100));
}

#[test]
fn an_acknowledgement_frees_files_and_what_it_does_not_cover_stays() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 20);
    let before = spool.stats();
    let freed = spool.acknowledge(&ack(3, &[(6, 15)])).expect("acknowledged");
    assert_eq!(freed, Acknowledged::Freed { records: 12, bytes: 1200 });
    assert_eq!(waiting(&mut spool), [20, 19, 18, 17, 16, 5, 4, 3]);
    assert!(spool.stats().used_bytes < before.used_bytes, "whole segments are removed");
    assert!(matches!(spool.read(Sequence(1)), Err(SpoolError::Unknown { .. })));
    assert_eq!(spool.acknowledge(&ack(3, &[])).expect("again"), Acknowledged::Freed { records: 0, bytes: 0 });
    drop(spool);
    disk.crash();
    let (mut spool, recovery) = open(&disk);
    assert!(recovery.lost.iter().all(|lost| lost.records == 0), "nothing acknowledged counts as lost");
    assert!([20, 19, 18, 17, 16, 5, 4, 3].iter().all(|sequence| waiting(&mut spool).contains(sequence)));
}

#[test]
fn an_acknowledgement_of_another_epoch_or_of_what_was_never_sent_frees_nothing_and_is_counted() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    store_blocks(&mut spool, 3);
    append(&mut spool, Kind::Block, 10).expect("appended, not synced");
    let other = Ack { epoch: Epoch(1), ..ack(4, &[]) };
    assert_eq!(spool.acknowledge(&other).expect("answered"), Acknowledged::OtherEpoch);
    let unsynced = spool.acknowledge(&ack(5, &[])).expect("answered");
    assert_eq!(unsynced, Acknowledged::NeverSent { sequence: Sequence(4) });
    let beyond = spool.acknowledge(&ack(1, &[(2, 3), (900, 901)])).expect("answered");
    assert_eq!(beyond, Acknowledged::NeverSent { sequence: Sequence(901) });
    assert_eq!(waiting(&mut spool), [3, 2, 1]);
    assert_eq!(spool.stats().acks_refused, 3);
}

#[test]
fn a_controller_that_has_less_gets_what_is_left_and_the_rest_is_declared() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    store_blocks(&mut spool, 14);
    spool.acknowledge(&ack(13, &[])).expect("acknowledged");
    assert_eq!(waiting(&mut spool), [14, 13]);
    let on_disk = spool.stats().used_bytes;
    assert!(on_disk < 1024, "only the last segment is left");

    let reconciled = spool.reconcile(&ack(3, &[])).expect("reconciled");

    // Five entries of 168 bytes fit a segment of 1 KiB: 11 to 14 are in the last one.
    assert_eq!(waiting(&mut spool), [14, 13, 12, 11]);
    assert_eq!((reconciled.again, reconciled.lost, reconciled.compare_next), (2, 8, false));
    let loss = spool.losses().first().expect("owed").lost;
    assert_eq!((loss.first.0, loss.last.0, loss.reason), (3, 10, Reason::Freed));
    assert_eq!(
        spool.reconcile(&ack(3, &[])).expect("again").lost,
        0,
        "a loss on its way is not declared twice"
    );
}

#[test]
fn a_loss_is_owed_until_the_record_that_names_it_is_acknowledged() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 3);
    spool.give_up(Sequence(2), Reason::Refused).expect("put aside");
    assert_eq!(waiting(&mut spool), [3, 1]);
    let mut said = None;
    let carrier = spool.append_loss(BootCounter(3), BootMs(5), |_, lost| {
        said = Some(*lost);
        lost.encode()
    });
    assert_eq!(carrier.expect("appended"), Some(Sequence(4)));
    assert_eq!(said.map(|lost| (lost.first.0, lost.last.0, lost.records)), Some((2, 2, 1)));
    assert_eq!((spool.stats().losses_owed, spool.losses().len()), (0, 1));
    spool.sync().expect("synced");
    drop(spool);
    disk.crash();
    let (mut spool, _) = open(&disk);
    assert_eq!(waiting(&mut spool), [4, 3, 1]);
    spool.acknowledge(&ack(5, &[])).expect("acknowledged");
    assert!(
        spool.losses().iter().all(|loss| loss.lost.first.0 > 4),
        "settled; what the crash skipped is still owed"
    );
}

#[test]
fn a_record_whose_bytes_rotted_while_it_waited_is_declared_when_it_is_read() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 3);
    disk.rot("00000001.seg", HEADER_BYTES + 168 + 90, 1);
    assert!(matches!(spool.read(Sequence(2)), Err(SpoolError::Rotten { sequence: Sequence(2) })));
    assert_eq!(waiting(&mut spool), [3, 1]);
    assert_eq!(spool.stats().lost.damaged, 1);
}

#[test]
fn a_record_whose_head_rotted_while_it_waited_does_not_go_with_its_file_in_silence() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 3);
    append(&mut spool, Kind::Event, 100).expect("appended");
    store_blocks(&mut spool, 5);
    // Blocks 1, 2, 3, 5, 6 fill the first segment; the event lies in another.
    assert!(disk.rot("00000001.seg", HEADER_BYTES + 168 + 5, 1));
    let without_two = ack(2, &[(3, 9)]);
    spool.acknowledge(&without_two).expect("acknowledged");
    assert!(disk.read("00000001.seg", 0, 1).is_err(), "nothing waits in it any more");
    let loss = spool.losses().first().expect("owed").lost;
    assert_eq!((loss.first.0, loss.last.0, loss.reason), (2, 2, Reason::Damaged));
}

#[test]
fn the_last_number_of_an_epoch_is_refused() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    spool.next = Sequence(u32::MAX - 1);
    spool.state.reserved_below = u32::MAX - 1;
    assert_eq!(append(&mut spool, Kind::Block, 1).expect("the last but one").0, u32::MAX - 1);
    assert!(matches!(append(&mut spool, Kind::Block, 1), Err(SpoolError::Exhausted)));
}
