//! `record::decode`: has one encoding; as it comes, and with the checksum that lets any bytes past the first check.

use holdfast_protocol::record::{self, REPORT_WITHIN_S_MAX};

pub(crate) fn run(bytes: &[u8]) {
    check(bytes);
    check(&super::with_checksum(bytes));
}

fn check(bytes: &[u8]) {
    let Ok(decoded) = record::decode(bytes) else { return };
    let header = &decoded.header;
    assert_eq!(record::encode(header, &decoded.body), bytes, "a record has one encoding");
    assert!(header.first.0 > 0 && header.first <= header.last, "{header:?}");
    assert!(header.report_within_s <= REPORT_WITHIN_S_MAX, "{header:?}");
}
