//! Mutations of seeds, drawn from a seeded generator.
//!
//! Enters: a seed, another one, a generator. Leaves: bytes that resemble them, at most 64 KiB. The same seed of the
//! generator gives the same bytes on every machine.

use fastrand::Rng;

/// Largest input; the decoders' own limits are tried by the suites, with real sizes.
const INPUT_BYTES_MAX: usize = 64 * 1024;
/// Values at which arithmetic goes wrong.
const EDGES: [&[u8]; 10] = [
    &[0],
    &[0xff],
    &[0x7f],
    &[0x80],
    &[0xff; 4],
    &[0xff; 8],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0x80, 0x80, 0x80, 0x80, 0x01],
];

/// One to eight changes.
pub(crate) fn mutate(seed: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.usize(1..=8) {
        change(&mut bytes, other, random);
    }
    bytes.truncate(INPUT_BYTES_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Rng) {
    let at = random.usize(..=bytes.len());
    let end = random.usize(at..=bytes.len()).min(at + 32);
    match random.u8(..8) {
        0 => flip(bytes, at, random),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.u8(..);
            }
        }
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let edge = EDGES.get(random.usize(..EDGES.len())).copied().unwrap_or_default();
            drop(bytes.splice(at..(at + edge.len()).min(bytes.len()), edge.iter().copied()));
        }
        5 => {
            let again: Vec<u8> = bytes.get(at..end).unwrap_or_default().to_vec();
            let times = random.usize(1..=16);
            drop(bytes.splice(at..at, again.repeat(times)));
        }
        6 => {
            let from = random.usize(..=other.len());
            let part = other.get(from..random.usize(from..=other.len())).unwrap_or_default();
            drop(bytes.splice(at..at, part.iter().copied()));
        }
        _ => {
            let fresh: Vec<u8> = (0..random.usize(1..=8)).map(|_| random.u8(..)).collect();
            drop(bytes.splice(at..at, fresh));
        }
    }
}

fn flip(bytes: &mut [u8], at: usize, random: &mut Rng) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << random.u8(..8);
    }
}
