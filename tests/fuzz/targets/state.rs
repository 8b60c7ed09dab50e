//! The agent's copy of its spool's state (`spool::is_state`): total; as it comes, and with magic, counts and checksum that
//! fit the bytes.

use holdfast_agent::spool::is_state;

/// magic, version, epoch, key, generation, numbers, counts; behind them the two lists.
const FIXED_BYTES: usize = 88;
const RANGE_BYTES: usize = 8;

pub(crate) fn run(bytes: &[u8]) {
    let without_checksum = is_state(bytes);
    let with_checksum = is_state(&super::with_checksum(bytes));
    assert!(!(without_checksum && with_checksum), "one of the two has the wrong length");
    let ranges = bytes.len() / RANGE_BYTES;
    let mut state = b"HFSTATE\n\x01\0\0\0".to_vec();
    state.resize(FIXED_BYTES - 8, 3);
    state.extend(u32::try_from(ranges).expect("short").to_le_bytes());
    state.extend(0_u32.to_le_bytes());
    state.extend(bytes.iter().take(ranges * RANGE_BYTES));
    let rising = rising(bytes);
    assert_eq!(is_state(&super::with_checksum(&state)), rising, "ranges that do not rise are no state");
}

/// Whether the ranges are as they are written: each after a gap behind the one before.
fn rising(bytes: &[u8]) -> bool {
    let mut before = None;
    bytes.chunks_exact(RANGE_BYTES).all(|range| {
        let number = |at: usize| {
            range.get(at..at + 4).and_then(|four| four.first_chunk()).map(|four| u32::from_le_bytes(*four))
        };
        let (Some(first), Some(last)) = (number(0), number(4)) else { return false };
        let fits = first <= last
            && before.is_none_or(|before: u32| before.checked_add(1).is_some_and(|gap| gap < first));
        before = Some(last);
        fits
    })
}
