//! `status::Status::decode`: has one encoding, of the stated size.

use holdfast_protocol::status::{STATUS_BYTES_MAX, Status};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(status) = Status::decode(bytes) else { return };
    assert_eq!(status.encode(), bytes, "a status has one encoding");
    assert!(bytes.len() <= STATUS_BYTES_MAX, "{} bytes", bytes.len());
}
