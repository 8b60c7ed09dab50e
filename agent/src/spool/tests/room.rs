//! A full spool and a full disk.

use holdfast_protocol::ids::{BootCounter, Sequence};
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::super::faulty::Faults;
use super::super::{Limits, SpoolError};
use super::*;

#[test]
fn a_full_spool_drops_its_oldest_blocks_and_says_so() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    append(&mut spool, Kind::Event, 100).expect("appended");
    append(&mut spool, Kind::Statement, 100).expect("appended");
    store_blocks(&mut spool, 100);
    let left = waiting(&mut spool);
    let stats = spool.stats();
    assert!(stats.used_bytes <= small().total_bytes());
    assert!(left.contains(&1) && left.contains(&2), "what is not a block stays");
    let oldest = left.iter().filter(|sequence| **sequence > 2).min().copied().expect("blocks are left");
    assert_eq!(
        left.len(),
        usize::try_from(102 - oldest + 1).expect("small") + 2,
        "no hole among the newer ones"
    );
    let loss = spool.losses().first().expect("owed").lost;
    assert_eq!((loss.first.0, loss.last.0, loss.reason), (3, oldest - 1, Reason::Full));
    assert_eq!((u64::from(loss.records), spool.losses().len()), (stats.lost.full, 1));
}

#[test]
fn a_block_never_displaces_an_event_and_an_event_displaces_the_oldest_last() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    store_blocks(&mut spool, 10);
    let mut events = 0;
    while spool.stats().lost.full <= 10 {
        append(&mut spool, Kind::Event, 100).expect("appended");
        spool.sync().expect("synced");
        events += 1;
        assert!(events < 100);
    }
    let left = waiting(&mut spool);
    assert!(left.iter().all(|sequence| *sequence > 10), "every block went before the first event");
    assert!(!left.contains(&11), "then the oldest event");
    while append(&mut spool, Kind::Statement, 1).is_ok() && spool.stats().room_bytes > 100 {}
    let full = append(&mut spool, Kind::Block, 100);
    assert!(matches!(full, Err(SpoolError::Full { .. })), "{full:?}");
}

#[test]
fn a_lost_record_that_is_itself_dropped_makes_its_losses_owed_again() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    store_blocks(&mut spool, 2);
    spool.give_up(Sequence(1), Reason::Refused).expect("put aside");
    let carrier = spool.append_loss(BootCounter(1), BootMs(1), |_, lost| lost.encode());
    assert_eq!(carrier.expect("appended"), Some(Sequence(3)));
    assert_eq!(spool.stats().losses_owed, 0);
    while spool.stats().lost.full < 8 {
        append(&mut spool, Kind::Event, 100).expect("appended");
        spool.sync().expect("synced");
    }
    assert!(!waiting(&mut spool).contains(&3), "the carrier went as the oldest of its lane");
    let owed = spool.losses().iter().filter(|loss| loss.carrier.is_none());
    let owed: Vec<u32> = owed.map(|loss| loss.lost.first.0).collect();
    assert!(owed.contains(&1) && owed.contains(&2), "{owed:?}");
}

#[test]
fn a_disk_filled_by_others_costs_old_blocks_and_then_an_error_but_nothing_else() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    append(&mut spool, Kind::Event, 100).expect("appended");
    store_blocks(&mut spool, 12);
    disk.set_faults(Faults { capacity_bytes: Some(disk.used_bytes() + 50), ..Faults::default() });
    store_blocks(&mut spool, 4);
    let left = waiting(&mut spool);
    assert!(left.contains(&1) && left.contains(&17) && !left.contains(&2), "{left:?}");
    disk.set_faults(Faults { capacity_bytes: Some(0), ..Faults::default() });
    append(&mut spool, Kind::Event, 100).expect("kept in memory");
    let error = spool.sync().expect_err("no room");
    assert!(matches!(error, SpoolError::NoRoom { .. }), "{error}");
    disk.set_faults(Faults::default());
    spool.sync().expect("synced once there is room");
    assert!(waiting(&mut spool).contains(&18));
}

#[test]
fn a_record_above_the_limit_is_refused_and_uses_no_number() {
    let (mut spool, _) = open(&FaultyDisk::new(1));
    assert!(matches!(append(&mut spool, Kind::Block, 2000), Err(SpoolError::TooLarge { bytes: 2000, .. })));
    assert_eq!(append(&mut spool, Kind::Block, 900).expect("fits").0, 1);
    let limits = Limits::default();
    assert_eq!(limits.entry_bytes_max(), super::super::entry::ENTRY_BYTES_MAX, "the largest record fits");
}

#[test]
fn limits_that_do_not_fit_together_are_refused() {
    assert!(Limits::new(4096, 2048).is_err());
    assert!(Limits::new(4096, 100).is_err());
    assert!(Limits::new(1 << 40, 1 << 30).is_err());
    assert!(Limits::with_total(4096).is_err());
    assert_eq!(Limits::with_total(256 * 1024 * 1024).expect("default"), Limits::default());
}
