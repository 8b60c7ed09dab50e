//! The bytes on disk: golden vector, total decoders, nonces.

use std::collections::BTreeSet;

use holdfast_protocol::ids::{BootCounter, Sequence};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::super::entry::{EntryMeta, Head, Urgency, sealed};
use super::super::segment::{FORMAT, Header, HeaderDamage, decode_segment};
use super::super::state::State;
use super::super::{Disk, is_state};
use super::*;

/// The segment of docs/formats/spool.md: key 00 01 … 1f, epoch 0x01020304, two records. Never edited: a change of the
/// format is a new version with a vector of its own.
const VECTOR: &[u8] = include_bytes!("../../../vectors/spool-v1.bin");

fn vector_key() -> SpoolKey {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(0..).for_each(|(byte, value)| *byte = value);
    SpoolKey::new(&bytes)
}

fn vector_entry(sequence: u32, kind: Kind, urgency: Urgency, nonce: u8, record: &[u8]) -> Vec<u8> {
    let meta = EntryMeta {
        first: Sequence(sequence),
        last: Sequence(sequence),
        kind,
        urgency,
        boot: BootCounter(41),
        at: BootMs(11_400_000),
        record_bytes: u32::try_from(record.len()).expect("small"),
    };
    let head = Head { meta, nonce: [nonce; 12] };
    let mut bytes = record.to_vec();
    vector_key().seal(head.nonce, &head.associated(Epoch(0x0102_0304)), &mut bytes).expect("sealed");
    head.encode(&bytes)
}

#[test]
fn version_1_is_written_and_read_as_the_golden_bytes_say() {
    let header =
        Header { version: FORMAT, epoch: Epoch(0x0102_0304), number: 7, key_name: vector_key().name() };
    let mut written = header.encode().to_vec();
    written.extend(vector_entry(5, Kind::Block, Urgency::Usual, 0xa0, b"a block"));
    written.extend(vector_entry(9, Kind::Event, Urgency::Urgent, 0xa1, b"an event"));
    assert_eq!(written, VECTOR);

    let decoded = decode_segment(VECTOR);
    assert_eq!(decoded.header, Ok(header));
    assert_eq!((decoded.bad.len(), decoded.good_end()), (0, VECTOR.len()));
    let records: Vec<Vec<u8>> = decoded
        .entries
        .iter()
        .map(|found| {
            let bytes = &VECTOR[found.offset..];
            let head = Head::decode(bytes).expect("head");
            let sealed = sealed(&head, bytes).expect("whole").to_vec();
            vector_key().open(head.nonce, &head.associated(header.epoch), sealed).expect("opened")
        })
        .collect();
    assert_eq!(records, [b"a block".to_vec(), b"an event".to_vec()]);
}

#[test]
fn any_bytes_decode_to_something_within_their_length() {
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..20_000 {
        let mut bytes = VECTOR.to_vec();
        for _ in 0..random.usize(0..6) {
            match random.u8(0..5) {
                0 => bytes.truncate(random.usize(0..=bytes.len())),
                1 => bytes.extend_from_slice(VECTOR),
                2 => {
                    let cut = random.usize(0..=bytes.len());
                    bytes.rotate_left(cut);
                }
                3 => bytes.insert(random.usize(0..=bytes.len()), random.u8(..)),
                _ => {
                    if let Some(byte) = random.choice(&mut bytes) {
                        *byte ^= 1 << random.u8(0..8);
                    }
                }
            }
        }
        let decoded = decode_segment(&bytes);
        let numbers: Vec<u32> = decoded.entries.iter().map(|found| found.meta.last.0).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert!(decoded.entries.is_empty() || decoded.good_end() <= bytes.len());
        assert!(decoded.bad.iter().all(|bad| bad.offset + bad.length <= bytes.len()));
        assert!(!is_state(&bytes));
    }
}

#[test]
fn any_damage_to_a_state_is_noticed() {
    let disk = FaultyDisk::new(1);
    let (mut spool, _) = open(&disk);
    store_blocks(&mut spool, 3);
    spool.acknowledge(&ack(2, &[(3, 3)])).expect("acknowledged");
    spool.close().expect("closed");
    let bytes = disk.read("state-1", 0, 1 << 20).expect("read");
    assert!(State::decode(&bytes).is_ok());
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(State::decode(&damaged).is_err(), "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert!(State::decode(&bytes[..length]).is_err(), "length {length}");
    }
}

#[test]
fn what_a_power_cut_leaves_of_a_header_is_told_from_another_file() {
    let damaged = [&VECTOR[..20], &[0; 40], &[], &VECTOR[..3]];
    for bytes in damaged {
        assert_eq!(decode_segment(bytes).header, Err(HeaderDamage::Damaged), "{bytes:x?}");
    }
    for bytes in [b"#!/bin/sh\n".as_slice(), b"SQLite format 3\0"] {
        assert_eq!(decode_segment(bytes).header, Err(HeaderDamage::Foreign));
    }
}

#[test]
fn the_same_number_sealed_again_after_a_power_cut_or_from_an_old_copy_has_another_nonce() {
    let mut nonces = BTreeSet::new();
    for _ in 0..100 {
        // The same disk, key, epoch and number every time, as if a folder were put back from a copy.
        let disk = FaultyDisk::new(1);
        let (mut spool, _) = open(&disk);
        store_blocks(&mut spool, 1);
        let bytes = disk.read("00000001.seg", 0, 1 << 20).expect("read");
        let entry = decode_segment(&bytes).entries[0];
        assert_eq!(entry.meta.last, Sequence(1));
        assert!(nonces.insert(entry.nonce), "a nonce came twice");
    }
}
