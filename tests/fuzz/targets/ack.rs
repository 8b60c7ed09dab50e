//! `ack::Ack::decode`: has one encoding, covers what it says and nothing above its ranges.

use holdfast_protocol::ack::{Ack, RANGES_MAX};
use holdfast_protocol::ids::Sequence;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(ack) = Ack::decode(bytes) else { return };
    assert_eq!(ack.encode(), bytes, "an ack has one encoding");
    assert!(bytes.len() <= 94 && ack.ranges.len() <= RANGES_MAX, "larger than stated");
    assert!(!ack.covers(ack.below), "`below` itself is not stored");
    let mut before = ack.below;
    for range in &ack.ranges {
        assert!(before < range.first && range.first <= range.last, "ranges ascend: {ack:?}");
        assert!(ack.covers(range.first) && ack.covers(range.last), "{ack:?}");
        before = range.last;
    }
    if let Some(behind) = ack.ranges.last().and_then(|range| range.last.0.checked_add(1)) {
        assert!(!ack.covers(Sequence(behind)), "{ack:?}");
    }
}
