//! Fuzz targets: one function a decoder, called by the replay of seeds (`tests/fuzz/main.rs`) and by libFuzzer
//! (`tests/fuzz/guided`).
//!
//! Enters: any bytes. Leaves: nothing; a target panics when a decoder does, or when one of its properties does not hold:
//! what was read and written again reads the same, sizes stay within what is stated, cutting a stream changes nothing.

mod ack;
mod agent_config;
mod block;
mod certificate;
mod controller_config;
mod door;
mod enrolment;
mod event;
mod evidence;
mod identifier;
mod identity;
mod ids;
mod import;
mod judge;
mod link;
mod lost;
mod planner;
mod proc_text;
mod record;
mod segment;
mod state;
mod statement;
mod status;
mod ticket;
mod topic;
mod wire;

/// One target.
pub(crate) struct Target {
    /// Its name: the file here, and the folder under `tests/fuzz/seeds`.
    pub(crate) name: &'static str,
    /// What it does with bytes.
    pub(crate) run: fn(&[u8]),
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// All of them.
pub(crate) const TARGETS: [Target; 26] = [
    target("ack", ack::run),
    target("agent_config", agent_config::run),
    target("block", block::run),
    target("certificate", certificate::run),
    target("controller_config", controller_config::run),
    target("door", door::run),
    target("enrolment", enrolment::run),
    target("event", event::run),
    target("evidence", evidence::run),
    target("identifier", identifier::run),
    target("identity", identity::run),
    target("ids", ids::run),
    target("import", import::run),
    target("judge", judge::run),
    target("link", link::run),
    target("lost", lost::run),
    target("planner", planner::run),
    target("proc_text", proc_text::run),
    target("record", record::run),
    target("segment", segment::run),
    target("state", state::run),
    target("statement", statement::run),
    target("status", status::run),
    target("ticket", ticket::run),
    target("topic", topic::run),
    target("wire", wire::run),
];

/// The node whom targets stand for.
pub(crate) const NODE: holdfast_protocol::ids::NodeId =
    holdfast_protocol::ids::NodeId::from_bytes([1, 2, 3, 4, 5]);

/// The target of this name.
pub(crate) fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// `bytes` with the CRC-32C behind them that makes them pass: random bytes would never get further.
fn with_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out.extend_from_slice(&crc32c::crc32c(bytes).to_le_bytes());
    out
}

/// The header of a record of [`NODE`].
pub(crate) fn record_header() -> holdfast_protocol::record::Header {
    use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
    use holdfast_protocol::record::{Header, Kind};
    use holdfast_protocol::time::{BootMs, ClockTrust};
    Header {
        kind: Kind::Block,
        node: NODE,
        epoch: Epoch(7),
        first: Sequence(1),
        last: Sequence(1),
        boot: BootCounter(1),
        at: BootMs(60_000),
        clock: ClockTrust::Unsynchronised,
        dictionary: 1,
        configuration: 0,
        report_within_s: 60,
    }
}
