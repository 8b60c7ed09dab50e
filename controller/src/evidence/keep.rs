//! What stands between history and registry: statements are checked against the registry's keys, and what people record of
//! an item binds its serials or ends that.
//!
//! Enters: what history has and nobody has checked, and recorded events. Leaves: verdicts and bindings. A statement is
//! checked before anybody looks at what it says, and again never: the key of a node does not change.

use holdfast_protocol::custody::{Event, What};
use holdfast_protocol::evidence::Level;
use holdfast_protocol::ids::{ItemId, NodeId, PartyId, PersonId};
use holdfast_protocol::time::WallMs;
use holdfast_protocol::week::Week;
use holdfast_provisioning::authority::validity_s;
use x509_parser::parse_x509_certificate;

use super::verdict::judge;
use super::window::{Bound, Observed, Window, window};
use crate::app::App;
use crate::history::History;
use crate::store::inventory::bindings::{Binding, How, NewBinding};
use crate::store::{Store, StoreError};

/// Statements that are checked together: 128 verifications of a tenth of a millisecond.
const PIECE: u32 = 128;
/// Most weeks that are looked at together: a quarter.
pub const WEEKS_MAX: u32 = 13;
/// Statements of one node that are read: 24 a day at most, for a quarter of a year.
const STATEMENTS_MAX: u32 = 24 * 7 * WEEKS_MAX;

/// Checks every statement that nobody has checked yet; how many.
///
/// # Errors
/// What a database says; what was not written down is checked by the next call.
pub async fn check_statements(store: &Store, history: &History) -> Result<u64, StoreError> {
    let mut checked = 0_u64;
    loop {
        let came = history.unchecked_statements(PIECE).await?;
        let Some(last) = came.last().map(|one| one.key) else { return Ok(checked) };
        let mut found = Vec::with_capacity(came.len());
        for one in &came {
            let spki = store.node(one.node).await?.and_then(|node| public_key(&node.certificate_der));
            // A node that the registry does not know has no key: nothing it says is signed by it.
            let (verdict, moment) = judge(one, spki.as_deref().unwrap_or_default());
            if !matches!(verdict, super::verdict::Verdict::Genuine) {
                tracing::warn!(node.id = %one.node, verdict = verdict.word(), "a statement of serials counts for nothing; it is kept");
            }
            found.push((one.key, verdict, moment));
        }
        history.judge_statements(&found).await?;
        checked = checked.saturating_add(u64::try_from(found.len()).unwrap_or(u64::MAX));
        tracing::debug!(checked, last = last.0, "statements were checked");
    }
}

fn public_key(certificate_der: &[u8]) -> Option<Vec<u8>> {
    let (_, certificate) = parse_x509_certificate(certificate_der).ok()?;
    Some(certificate.public_key().raw.to_vec())
}

/// What an item's weeks add up to, and what they rest on.
#[derive(Debug, Clone)]
pub struct Weeks {
    /// The windows, in the order of time.
    pub windows: Vec<Window>,
    /// The item's bindings.
    pub bindings: Vec<Binding>,
}

/// The windows of an item from a week on.
///
/// # Errors
/// What a database says.
pub async fn weeks(app: &App, item: ItemId, weeks: &[Week], now: WallMs) -> Result<Weeks, StoreError> {
    check_statements(&app.store, &app.history).await?;
    let bindings = app.store.bindings(item).await?;
    let (mut bounds, mut observed) = (Vec::new(), Vec::new());
    if let (Some(first), Some(last)) = (weeks.first(), weeks.last()) {
        let mut nodes: Vec<NodeId> = bindings.iter().map(|binding| binding.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            let certificate =
                app.store.node(node).await?.map(|node| node.certificate_der).unwrap_or_default();
            let Some((from, to)) = validity_s(&certificate) else { continue };
            let valid = (WallMs(from.saturating_mul(1_000)), WallMs(to.saturating_mul(1_000)));
            bounds.extend(bindings.iter().filter(|one| one.node == node).map(|one| bound(one, valid)));
            let genuine = app.history.statements(node, (first.start(), last.end()), STATEMENTS_MAX).await?;
            observed.extend(genuine.iter().filter_map(|one| Observed::of(one.key, one.moment, &one.body)));
        }
    }
    let said = said(app, item).await?;
    let windows = weeks.iter().map(|week| window((*week, now), &bounds, &observed, &said)).collect();
    Ok(Weeks { windows, bindings })
}

fn bound(binding: &Binding, valid: (WallMs, WallMs)) -> Bound {
    Bound {
        id: binding.id,
        kind: binding.kind,
        value: binding.value.clone(),
        node: binding.node,
        from: binding.from,
        to: binding.to,
        revoked: binding.revoked,
        valid,
    }
}

/// When people who had the thing before them said something of it; what was voided was not said.
async fn said(app: &App, item: ItemId) -> Result<Vec<WallMs>, StoreError> {
    let events: Vec<Event> = app.store.item_events(item).await?.into_iter().map(|one| one.event).collect();
    let voided = |event: &Event| {
        events.iter().any(|other| matches!(&other.what, What::Voided { event: id, .. } if *id == event.id))
    };
    Ok(events
        .iter()
        .filter(|event| is_seeing(&event.what) && !voided(event))
        .map(|event| event.happened)
        .collect())
}

/// Whether who records this has the thing before them.
const fn is_seeing(what: &What) -> bool {
    match what {
        What::Accepted { .. }
        | What::Returned { .. }
        | What::Counted
        | What::Stored
        | What::Deployed { .. }
        | What::Removed
        | What::Repaired
        | What::Found { .. } => true,
        What::Registered { .. }
        | What::Allocated { .. }
        | What::Deallocated
        | What::Packed { .. }
        | What::Unpacked
        | What::Departed
        | What::Arrived
        | What::Differed { .. }
        | What::SentToRepair
        | What::Retired
        | What::Lost
        | What::Stolen
        | What::Destroyed
        | What::Voided { .. } => false,
    }
}

/// When an item was accepted last, as far as that still counts.
///
/// # Errors
/// What the database says.
pub async fn accepted(store: &Store, item: ItemId) -> Result<Option<WallMs>, StoreError> {
    let events = store.item_events(item).await?;
    let accepted = events.iter().filter(|one| matches!(one.event.what, What::Accepted { .. }));
    // A hand-over cannot be voided.
    Ok(accepted.map(|one| one.event.happened).next_back())
}

/// An event was recorded: an accepted item that is put to work with a node is bound to that node's key; one that is taken
/// out of service is bound no longer, and a deployment that did not happen bound nothing.
///
/// # Errors
/// What the database says.
pub async fn recorded(
    store: &Store,
    items: &[ItemId],
    (what, happened): (&What, WallMs),
    by: (PersonId, PartyId),
    now: WallMs,
) -> Result<(), StoreError> {
    for item in items {
        match what {
            What::Deployed { node: Some(node), .. } => {
                let Some(accepted) = accepted(store, *item).await? else { continue };
                let Some(record) = store.node(*node).await? else { continue };
                let from = happened.max(accepted);
                let new = NewBinding {
                    item: *item,
                    node: *node,
                    key_sha256: record.key_sha256,
                    from,
                    by,
                    how: How::Deployed,
                };
                store.bind(&new, now).await?;
            }
            What::Deployed { node: None, .. } | What::Removed | What::Retired | What::Destroyed => {
                store.end_bindings(*item, Some(happened)).await?;
            }
            What::Voided { event, .. } => {
                let events = store.item_events(*item).await?;
                let voided = events.iter().find(|one| one.event.id == *event);
                if voided.is_some_and(|one| matches!(one.event.what, What::Deployed { node: Some(_), .. })) {
                    store.end_bindings(*item, None).await?;
                }
            }
            What::Registered { .. }
            | What::Allocated { .. }
            | What::Deallocated
            | What::Packed { .. }
            | What::Unpacked
            | What::Departed
            | What::Arrived
            | What::Accepted { .. }
            | What::Returned { .. }
            | What::Differed { .. }
            | What::Stored
            | What::SentToRepair
            | What::Repaired
            | What::Lost
            | What::Stolen
            | What::Found { .. }
            | What::Counted => {}
        }
    }
    Ok(())
}

/// Whether a file of this window names observations.
#[must_use]
pub const fn is_observed(window: &Window) -> bool {
    matches!(window.level, Level::E2)
}
