//! `lost::Lost::decode`: has one encoding, never counts more records than sequences.

use holdfast_protocol::lost::Lost;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(lost) = Lost::decode(bytes) else { return };
    assert_eq!(lost.encode(), bytes, "a loss has one encoding");
    assert!(lost.first.0 > 0 && lost.first <= lost.last, "{lost:?}");
    assert!(u64::from(lost.records) <= u64::from(lost.last.0 - lost.first.0) + 1, "{lost:?}");
}
