//! Behaviour of the spool, one sentence a test; the model in `spool/model.rs` covers what random runs can.

mod folder;
mod format;
mod reading;
mod rollback;
mod room;
mod sending;
mod starting;

use holdfast_protocol::ack::{Ack, SequenceRange};
use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::faulty::FaultyDisk;
use super::{Disk, Draft, Limits, Recovery, Spool, SpoolError, SpoolKey};

pub(crate) const EPOCH: Epoch = Epoch(0x00c0_ffee);

pub(crate) fn key() -> SpoolKey {
    SpoolKey::new(&[0x42; 32])
}

pub(crate) fn small() -> Limits {
    Limits::new(8 * 1024, 1024).expect("limits")
}

pub(crate) fn try_open(disk: &FaultyDisk) -> Result<(Spool<FaultyDisk>, Recovery), SpoolError> {
    Spool::open(disk.clone(), key(), small(), EPOCH)
}

pub(crate) fn open(disk: &FaultyDisk) -> (Spool<FaultyDisk>, Recovery) {
    try_open(disk).expect("opens")
}

pub(crate) fn draft(kind: Kind) -> Draft {
    Draft::new(kind, BootCounter(3), BootMs(1000))
}

/// Appends a record of `bytes` bytes, each the low byte of its number.
pub(crate) fn append<D: Disk>(
    spool: &mut Spool<D>,
    kind: Kind,
    bytes: usize,
) -> Result<Sequence, SpoolError> {
    spool.append(draft(kind), |sequence| content(sequence, bytes))
}

pub(crate) fn content(sequence: Sequence, bytes: usize) -> Vec<u8> {
    vec![sequence.0.to_le_bytes()[0]; bytes]
}

/// Appends and syncs blocks of 100 bytes.
pub(crate) fn store_blocks<D: Disk>(spool: &mut Spool<D>, count: usize) {
    for _ in 0..count {
        append(spool, Kind::Block, 100).expect("appended");
        spool.sync().expect("synced");
    }
}

pub(crate) fn waiting<D: Disk>(spool: &mut Spool<D>) -> Vec<u32> {
    spool.pending().map(|meta| meta.expect("readable").last.0).collect()
}

pub(crate) fn ack(below: u32, ranges: &[(u32, u32)]) -> Ack {
    let ranges = ranges.iter().map(|(a, b)| SequenceRange { first: Sequence(*a), last: Sequence(*b) });
    Ack { epoch: EPOCH, below: Sequence(below), ranges: ranges.collect() }
}

/// All files with their bytes.
pub(crate) fn files(disk: &FaultyDisk) -> Vec<(String, Vec<u8>)> {
    let names = disk.list().expect("listed");
    names.into_iter().map(|name| (name.clone(), disk.read(&name, 0, usize::MAX).expect("read"))).collect()
}
