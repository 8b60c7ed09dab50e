//! `node.json` as the agent reads it: what was read and written again reads the same.

use holdfast_protocol::identity::NodeIdentity;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(identity) = serde_json::from_slice::<NodeIdentity>(bytes) else { return };
    let again = serde_json::to_vec(&identity).expect("written");
    assert_eq!(serde_json::from_slice::<NodeIdentity>(&again).expect("read again"), identity);
}
