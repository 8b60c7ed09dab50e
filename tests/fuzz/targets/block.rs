//! `block::decode`: within its limits, and what was read and written again reads the same; as it comes, and as the plain
//! part of a block that is not compressed.

use holdfast_protocol::block::{self, CELLS_MAX, FRAMES_MAX};
use holdfast_protocol::time::BootMs;

const AT: BootMs = BootMs(11_400_000);

pub(crate) fn run(bytes: &[u8]) {
    check(bytes);
    let mut stored = vec![block::VERSION, 0];
    stored.extend_from_slice(bytes);
    check(&stored);
}

fn check(bytes: &[u8]) {
    let Ok(decoded) = block::decode(bytes, AT) else { return };
    assert!((1..=FRAMES_MAX).contains(&decoded.frames), "{} frames", decoded.frames);
    assert!(decoded.frames * decoded.columns.len() <= CELLS_MAX, "more cells than stated");
    for (column, values) in &decoded.columns {
        assert_eq!(values.len(), decoded.frames, "{column:?}");
        let newest = decoded.newest(column).map(|(index, value)| (index, Some(value)));
        let last = values.iter().enumerate().rev().find(|(_, value)| value.is_some());
        assert_eq!(newest, last.map(|(index, value)| (index, *value)), "{column:?}");
    }
    let again = block::encode(&decoded).expect("a block that was read is within the limits of writing");
    assert_eq!(block::decode(&again, AT), Ok(decoded));
}
