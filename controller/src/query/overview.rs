//! The first page: counts by word, and what needs a person.
//!
//! Enters: the fleet, the last health check. Leaves: an [`Overview`]. From memory alone.

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::QueryError;
use crate::access::Sight;
use crate::clock::Now;
use crate::fleet::node::Node;
use crate::fleet::rows::{site_ref, site_state};
use crate::fleet::{Fleet, Inner};
use crate::model::{CheckVerdict, Counts, Health, Need, NeedKind, Overview, Reason, State};

/// Needs that are shown; how many there are in all is said beside them.
const NEEDS_MAX: usize = 50;

/// Makes it. `health` is the last check, if one was made.
///
/// # Errors
/// None today: all of it is in memory.
pub async fn overview(fleet: &Fleet, health: Option<&Health>, now: Now) -> Result<Overview, QueryError> {
    Ok(fleet.read(|inner| {
        let mut needs: Vec<Need> = health.into_iter().flat_map(controller).collect();
        needs.extend(inner.nodes.values().flat_map(|node| of_node(inner, node)));
        needs.sort_by_key(|need| (need.priority, need.since));
        let needs_total = u64::try_from(needs.len()).unwrap_or(u64::MAX);
        needs.truncate(NEEDS_MAX);
        Overview {
            sites: counts(inner.by_site().values().map(|nodes| site_state(nodes))),
            nodes: counts(inner.nodes.values().map(Node::state)),
            needs,
            needs_total,
            made_at: now.wall,
            doubt: inner.doubt(now),
        }
    }))
}

/// Sites and nodes in sight, counted by word.
#[must_use]
pub fn in_sight(fleet: &Fleet, sight: &Sight) -> (Counts, Counts) {
    fleet.read(|inner| {
        let by_site = inner.by_site();
        let sites = by_site.iter().filter(|(site, _)| sight.has(Some(**site)));
        let nodes = inner.nodes.values().filter(|node| sight.has(node.site));
        (counts(sites.map(|(_, nodes)| site_state(nodes))), counts(nodes.map(Node::state)))
    })
}

fn counts(states: impl Iterator<Item = State>) -> Counts {
    let mut by_word: Vec<(StateWord, u64)> = StateWord::ALL.into_iter().map(|word| (word, 0)).collect();
    let (mut total, mut late) = (0_u64, 0_u64);
    for state in states {
        total = total.saturating_add(1);
        late = late.saturating_add(u64::from(state.late));
        if let Some((_, count)) = by_word.iter_mut().find(|(word, _)| *word == state.word) {
            *count = count.saturating_add(1);
        }
    }
    Counts { by_word, total, late }
}

/// Checks of the controller itself come first: while it is not well, nothing else can be trusted.
fn controller(health: &Health) -> Vec<Need> {
    let failing = health.checks.iter().filter_map(|check| match check.verdict {
        CheckVerdict::Fail => Some((1, check)),
        CheckVerdict::Warn => Some((2, check)),
        CheckVerdict::Ok | CheckVerdict::Unknown => None,
    });
    failing
        .map(|(priority, check)| Need {
            priority,
            kind: NeedKind::Controller { check: check.code.clone() },
            site: None,
            node: None,
            // A check says how things stand, not since when.
            since: None,
        })
        .collect()
}

fn of_node(inner: &Inner, node: &Node) -> Vec<Need> {
    let state = node.state();
    let need = |priority, kind, since: Option<WallMs>| Need {
        priority,
        kind,
        site: node.site.and_then(|site| inner.sites.get(&site)).map(site_ref),
        node: Some(node.id),
        since,
    };
    let mut needs = Vec::new();
    match state.word {
        StateWord::Down | StateWord::NoReport => {
            needs.push(need(1, NeedKind::NoReport { was: state.was }, state.heard.or(state.since)));
        }
        StateWord::Degraded => {
            // A full disk or heat ends in a node that is down; the rest can wait.
            let soon = node.reasons.iter().any(|r| matches!(r, Reason::DiskFull { .. } | Reason::Hot { .. }));
            let kind = NeedKind::Degraded { reasons: node.reasons.clone() };
            needs.push(need(if soon { 2 } else { 3 }, kind, state.since));
        }
        StateWord::Revoked
        | StateWord::NotYetSeen
        | StateWord::PlannedSilence
        | StateWord::Maintenance
        | StateWord::NotKnown
        | StateWord::Ok => {}
    }
    if node.lost_records > 0 && node.counts() {
        needs.push(need(3, NeedKind::Lost { records: node.lost_records }, None));
    }
    needs
}
