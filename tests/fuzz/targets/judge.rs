//! The controller's judgement of a payload (`ingest::judge`), body and digest included: total, and never of another node.

use holdfast_controller::ingest::judge::{Refusal, judge};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::record::{self, Header, Kind};

use super::NODE;

pub(crate) fn run(bytes: &[u8]) {
    check(bytes);
    // The header of a good record; then kind and body are free.
    let Some((kind, body)) = bytes.split_first() else { return };
    let header = Header { kind: Kind::from_code(kind % 7), ..super::record_header() };
    check(&record::encode(&header, body));
}

fn check(payload: &[u8]) {
    match judge(NODE, payload) {
        Ok(taken) => {
            assert_eq!(taken.record.header.node, NODE);
            assert!(taken.first_at <= taken.last_at, "time runs forwards: {taken:?}");
        }
        Err(Refusal::Foreign { node, named }) => assert!(node == NODE && named != NODE),
        Err(Refusal::Unusable(_)) => {}
    }
    let other = NodeId::from_bytes([9; 5]);
    assert!(judge(other, payload).is_err() || judge(NODE, payload).is_err(), "a record of two nodes");
}
