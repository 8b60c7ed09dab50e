//! Rows of lists, made from memory, and the order in which they want a person.
//!
//! Enters: nodes and sites of the fleet. Leaves: shapes of `model`. Never judges presence; that was done before.

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::lane::{STRIP_MS, merge};
use super::node::Node;
use crate::model::{NodeRow, SiteRef, SiteRow, State};
use crate::store::sites::SiteRecord;

/// Which word wants a person first; 0 is the most urgent.
#[must_use]
pub const fn severity(word: StateWord) -> u8 {
    match word {
        StateWord::Down => 0,
        StateWord::NoReport => 1,
        StateWord::NotKnown => 2,
        StateWord::Degraded => 3,
        StateWord::PlannedSilence => 4,
        StateWord::Maintenance => 5,
        StateWord::NotYetSeen => 6,
        StateWord::Ok => 7,
        StateWord::Revoked => 8,
    }
}

/// A node's row.
#[must_use]
pub fn node_row(node: &Node, site: Option<&SiteRecord>) -> NodeRow {
    NodeRow {
        id: node.id,
        shown: node.id.shown(),
        site: site.map(site_ref),
        state: node.state(),
        backlog_records: node.digest.as_ref().and_then(|digest| digest.spool_records),
        lost_records: node.lost_records,
        agent: node.agent.as_deref().map(str::to_owned),
        rtt_ms: node.digest.as_ref().and_then(|digest| digest.rtt_ms),
        route: node.digest.as_ref().and_then(|digest| digest.route.as_deref()).map(str::to_owned),
    }
}

/// A site's row. A revoked node says nothing about a site that has others.
#[must_use]
pub fn site_row(site: &SiteRecord, nodes: &[&Node], now: WallMs) -> SiteRow {
    let lanes: Vec<_> = nodes.iter().filter(|node| node.counts()).map(|node| &node.lane).collect();
    SiteRow { strip: merge(&lanes, now.plus_ms(-STRIP_MS), now), ..site_row_bare(site, nodes) }
}

/// A site's row without its strip, which costs more than all else of it.
#[must_use]
pub fn site_row_bare(site: &SiteRecord, nodes: &[&Node]) -> SiteRow {
    let backlogs: Vec<u64> = nodes
        .iter()
        .filter_map(|node| node.digest.as_ref().and_then(|digest| digest.spool_records))
        .collect();
    SiteRow {
        site: site_ref(site),
        state: site_state(nodes),
        nodes: u32::try_from(nodes.len()).unwrap_or(u32::MAX),
        strip: Vec::new(),
        backlog_records: (!backlogs.is_empty())
            .then(|| backlogs.iter().fold(0, |sum: u64, records| sum.saturating_add(*records))),
    }
}

/// The state of the node that wants a person most; heard is that node's.
#[must_use]
pub fn site_state(nodes: &[&Node]) -> State {
    nodes
        .iter()
        .map(|node| node.state())
        .min_by_key(|state| (severity(state.word), !state.late, state.since))
        .unwrap_or(State {
            word: StateWord::NotYetSeen,
            was: None,
            late: false,
            since: None,
            heard: None,
            report_within_s: None,
        })
}

/// A site by name.
#[must_use]
pub fn site_ref(site: &SiteRecord) -> SiteRef {
    SiteRef { id: site.id, name: site.name.clone(), region: site.region.clone() }
}
