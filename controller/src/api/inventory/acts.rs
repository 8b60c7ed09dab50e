//! What people do with items: record an event, offer, answer and take back a hand-over, look at a secret identifier.
//!
//! Enters: the standpoint of who acts, and the act. Leaves: what came of it, audited either way. API and pages come here, so
//! that both refuse alike: first what the role may not, then what is out of sight as if it did not exist, then what the core
//! says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use holdfast_protocol::custody::handover::{Answer, Handover, HandoverId, Purpose, Stage};
use holdfast_protocol::custody::{EventId, State, What, standing, table};
use holdfast_protocol::ids::{ItemId, NodeId, PartyId, SiteId};
use holdfast_protocol::time::WallMs;

use super::audited;
use super::items::numbers;
use crate::access::Role;
use crate::api::problem::ApiError;
use crate::api::words;
use crate::app::App;
use crate::clock::Now;
use crate::evidence::keep;
use crate::inventory::rights::{Extent, VOIDS_ALL, widest};
use crate::inventory::{Standpoint, refusal};
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::inventory::custody::{Act, Only};
use crate::store::inventory::handovers::StoredHandover;
use crate::store::inventory::items::{Whose, is_secret};
use crate::store::parties::PartyKind;

/// Most items of one request: what both sides of a hand-over can still read.
const ITEMS_MAX: usize = 1_000;
/// How long an offer holds if nothing else is said.
const OFFER_MS: i64 = 14 * 86_400_000;
/// Roles that see every hand-over.
const WHOLE: [Role; 3] = [Role::Administrator, Role::Operator, Role::BackOffice];
/// What is to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    pub(crate) act: [u8; 16],
    pub(crate) what: What,
    pub(crate) happened: Option<WallMs>,
    pub(crate) note: String,
    pub(crate) version: Option<i64>,
}

/// A hand-over to be offered.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) id: HandoverId,
    pub(crate) giver: Option<PartyId>,
    pub(crate) taker: PartyId,
    pub(crate) purpose: Purpose,
    pub(crate) items: BTreeSet<ItemId>,
    pub(crate) ends: Option<WallMs>,
    pub(crate) note: String,
}

/// The words of what somebody may record of an item in this state.
pub(super) fn next(standpoint: &Standpoint, state: State, held: bool) -> Vec<&'static str> {
    let may = |what: &What| match widest(&standpoint.roles, what) {
        Extent::None => false,
        Extent::Held => held,
        Extent::Seen => true,
    };
    let fits = |what: &What| table::next(state, what).is_some() && may(what);
    What::samples().iter().filter(|what| fits(what)).map(What::word).collect()
}

/// Whether somebody may record an event of an item now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Possible {
    /// They may.
    Yes,
    /// Their roles do not record it.
    NotYourPart,
    /// Only of what their party has.
    NotHeld,
    /// Only of an item in one of these states.
    State(&'static [State]),
}

/// What may be recorded of an item by itself, in the order of a life, each with whether this person may now.
pub(crate) fn possible(standpoint: &Standpoint, state: State, held: bool) -> Vec<(&'static str, Possible)> {
    let of = |what: &What| match widest(&standpoint.roles, what) {
        Extent::None => Possible::NotYourPart,
        Extent::Held if !held => Possible::NotHeld,
        Extent::Held | Extent::Seen if table::next(state, what).is_none() => {
            Possible::State(table::from(what))
        }
        Extent::Held | Extent::Seen => Possible::Yes,
    };
    let by_itself = |what: &&What| {
        !what.is_by_handover() && !matches!(what, What::Registered { .. } | What::Voided { .. })
    };
    What::samples().iter().filter(by_itself).map(|what| (what.word(), of(what))).collect()
}

/// Records an event of items.
pub(crate) async fn record(
    app: &App,
    standpoint: &Standpoint,
    items: &[ItemId],
    recording: Recording,
    now: Now,
) -> Result<(), ApiError> {
    let thing = format!("{} of items {}", recording.what.word(), numbers(items));
    let result = recorded(app, standpoint, items, recording, now).await;
    audited(app, standpoint, (Action::CustodyRecord, thing), result, now).await
}

async fn recorded(
    app: &App,
    standpoint: &Standpoint,
    items: &[ItemId],
    recording: Recording,
    now: Now,
) -> Result<(), ApiError> {
    let what = &recording.what;
    if what.is_by_handover() {
        return Err(refusal::by_handover(what.word()));
    }
    let extent = widest(&standpoint.roles, what);
    if extent == Extent::None {
        return Err(refusal::not_your_part(what.word()));
    }
    if items.is_empty() || items.len() > ITEMS_MAX {
        return Err(ApiError::unusable(format!("One request records of 1 to {ITEMS_MAX} items.")));
    }
    for item in items {
        app.store.item(*item, standpoint.whose).await?.ok_or_else(|| ApiError::not_found("item"))?;
    }
    refers(app, standpoint, what, extent).await?;
    if let What::Voided { event, .. } = what {
        may_void(app, standpoint, items, *event).await?;
    }
    let held_by = (extent == Extent::Held).then_some(standpoint.party);
    let only = Only { version: recording.version, held_by };
    let happened = recording.happened.unwrap_or(now.wall);
    let act = Act {
        id: recording.act,
        what: recording.what,
        happened,
        by: standpoint.person,
        note: recording.note,
    };
    app.store.record(items, &act, only, now.wall).await.map_err(refusal::custody)?;
    let by = (standpoint.person, standpoint.party);
    keep::recorded(&app.store, items, (&act.what, act.happened), by, now.wall).await?;
    Ok(())
}

/// Whether what an event names is there, for this viewer.
async fn refers(app: &App, standpoint: &Standpoint, what: &What, extent: Extent) -> Result<(), ApiError> {
    match what {
        What::Deployed { site, node } => {
            if !standpoint.reaches_site(app, *site).await? {
                return Err(ApiError::not_found("site"));
            }
            match node {
                Some(node) => node_fits(app, *site, *node).await,
                None => Ok(()),
            }
        }
        What::Found { custodian } if extent == Extent::Held && *custodian != standpoint.party => {
            Err(ApiError::not_found("party"))
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
        | What::Removed
        | What::SentToRepair
        | What::Repaired
        | What::Retired
        | What::Lost
        | What::Stolen
        | What::Found { .. }
        | What::Destroyed
        | What::Counted
        | What::Voided { .. } => Ok(()),
    }
}

async fn node_fits(app: &App, site: SiteId, node: NodeId) -> Result<(), ApiError> {
    let record = app.store.node(node).await?.filter(|node| node.revoked.is_none());
    let record = record.ok_or_else(|| ApiError::not_found("node"))?;
    if record.site.is_some_and(|at| at != site) {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "node_elsewhere",
            "The node is at another site",
            format!(
                "Node {} was enrolled for another site. Name that site, or enrol the node for this one.",
                node.shown()
            ),
        ));
    }
    Ok(())
}

/// Only who recorded an event takes it back, or who answers for the whole; and never one side of a hand-over alone.
async fn may_void(
    app: &App,
    standpoint: &Standpoint,
    items: &[ItemId],
    event: EventId,
) -> Result<(), ApiError> {
    for item in items {
        let events = app.store.item_events(*item).await?;
        let Some(found) = events.iter().find(|recorded| recorded.event.id == event) else { continue };
        if found.event.what.is_by_handover() {
            return Err(refusal::by_handover(found.event.what.word()));
        }
        if found.event.by != standpoint.person && !standpoint.is_one_of(&VOIDS_ALL) {
            return Err(refusal::not_your_part("voided"));
        }
    }
    Ok(())
}

/// Offers a hand-over.
pub(crate) async fn offer(
    app: &App,
    standpoint: &Standpoint,
    offer: Offer,
    now: Now,
) -> Result<HandoverId, ApiError> {
    let (id, count) = (offer.id, offer.items.len());
    let result = offered(app, standpoint, offer, now).await;
    let thing = format!("handover {id} of {count} items");
    audited(app, standpoint, (Action::HandoverOffer, thing), result, now).await.map(|()| id)
}

async fn offered(app: &App, standpoint: &Standpoint, offer: Offer, now: Now) -> Result<(), ApiError> {
    if !standing::note_fits(&offer.note) {
        return Err(ApiError::unusable("A note has at most 500 characters and no control characters."));
    }
    let giver = offer.giver.unwrap_or(standpoint.party);
    if giver != standpoint.party {
        speaks_for(app, standpoint, giver).await?;
    }
    for item in &offer.items {
        app.store.item(*item, standpoint.whose).await?.ok_or_else(|| ApiError::not_found("item"))?;
    }
    let ends = offer.ends.unwrap_or_else(|| now.wall.plus_ms(OFFER_MS));
    let parties = (giver, offer.taker);
    let handover = Handover::offer(offer.id, parties, offer.purpose, offer.items, now.wall, ends)
        .map_err(|refused| refusal::handover(refused.into()))?;
    app.store.offer(&handover, standpoint.person, &offer.note, now.wall).await.map_err(refusal::handover)
}

/// Donors and carriers need not sign in: the back office offers for them, in its own name.
async fn speaks_for(app: &App, standpoint: &Standpoint, giver: PartyId) -> Result<(), ApiError> {
    let party = app.store.party(giver).await?;
    let party =
        party.filter(|_| standpoint.whose == Whose::All).ok_or_else(|| ApiError::not_found("party"))?;
    let absent = matches!(party.kind, PartyKind::Donor | PartyKind::Carrier);
    if absent && standpoint.is_one_of(&[Role::Administrator, Role::BackOffice]) {
        return Ok(());
    }
    Err(not_yours("Only the giver's own people offer, and the back office for donors and carriers."))
}

fn not_yours(detail: &'static str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "handover_not_yours", "Not your side of the hand-over", detail)
}

/// The hand-over of an id, if it is in sight.
pub(crate) async fn seen(
    app: &App,
    standpoint: &Standpoint,
    id: HandoverId,
) -> Result<StoredHandover, ApiError> {
    let found = app.store.handover(id).await?;
    let own = |stored: &StoredHandover| {
        let parties = [stored.handover.giver, stored.handover.taker];
        standpoint.is_one_of(&WHOLE) || parties.contains(&standpoint.party)
    };
    found.filter(own).ok_or_else(|| ApiError::not_found("hand-over"))
}

/// The party whose hand-overs a list is narrowed to, for those who see only their own.
pub(crate) fn sides(standpoint: &Standpoint) -> Option<PartyId> {
    (!standpoint.is_one_of(&WHOLE)).then_some(standpoint.party)
}

/// Answers a hand-over.
pub(crate) async fn answer(
    app: &App,
    standpoint: &Standpoint,
    id: HandoverId,
    said: Answer,
    now: Now,
) -> Result<(), ApiError> {
    let result = answered(app, standpoint, id, said, now).await;
    audited(app, standpoint, (Action::HandoverAnswer, format!("handover {id}")), result, now).await
}

async fn answered(
    app: &App,
    standpoint: &Standpoint,
    id: HandoverId,
    said: Answer,
    now: Now,
) -> Result<(), ApiError> {
    let stored = seen(app, standpoint, id).await?;
    if stored.handover.taker == standpoint.party && stored.offered_by == standpoint.person {
        return Err(not_yours(
            "A hand-over has two sides. Somebody else of the taker's people answers what you offered.",
        ));
    }
    if let Stage::Answered { answer, .. } = &stored.handover.stage {
        // Sent again by who sent it: done already.
        if *answer == said && stored.ended_by == Some(standpoint.person) {
            return Ok(());
        }
    }
    let by = (standpoint.party, standpoint.person);
    app.store.answer(id, said, by, now.wall).await.map_err(refusal::handover)?;
    Ok(())
}

/// Takes a hand-over back.
pub(crate) async fn withdraw(
    app: &App,
    standpoint: &Standpoint,
    id: HandoverId,
    now: Now,
) -> Result<(), ApiError> {
    let result = withdrawn(app, standpoint, id, now).await;
    audited(app, standpoint, (Action::HandoverWithdraw, format!("handover {id}")), result, now).await
}

async fn withdrawn(app: &App, standpoint: &Standpoint, id: HandoverId, now: Now) -> Result<(), ApiError> {
    let stored = seen(app, standpoint, id).await?;
    let giver = stored.handover.giver;
    if giver != standpoint.party {
        speaks_for(app, standpoint, giver)
            .await
            .map_err(|_| not_yours("Only the giver takes an offer back. Nothing was recorded."))?;
    }
    app.store.withdraw(id, (giver, standpoint.person), now.wall).await.map_err(refusal::handover)?;
    Ok(())
}

/// Shows the secret identifiers of an item, after a reason, written down before they are read.
pub(crate) async fn reveal(
    app: &App,
    standpoint: &Standpoint,
    id: ItemId,
    reason: &str,
    now: Now,
) -> Result<Vec<(holdfast_protocol::identifier::Kind, String)>, ApiError> {
    let reason = words::reason(reason)?;
    app.store.item(id, standpoint.whose).await?.ok_or_else(|| ApiError::not_found("item"))?;
    let entry = Entry {
        person: Some(standpoint.person),
        action: Action::ItemReveal,
        thing: format!("item {}", id.0),
        outcome: Outcome::Done,
        reason,
    };
    // Not through `App::audit`, which lets an act pass that could not be written down: this one must not.
    app.store.audit(&entry, now.wall).await?;
    let all = app.store.identifiers(id).await?;
    Ok(all.into_iter().filter(|(kind, _)| is_secret(*kind)).collect())
}
