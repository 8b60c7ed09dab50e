//! What waits for one viewer: hand-overs to answer, changes to sign, things that arrived and nobody accepted.
//!
//! Enters: a standpoint, an instant. Leaves: counts. Each count is the number of rows behind its link.

use holdfast_protocol::custody::State;
use holdfast_protocol::time::WallMs;

use super::Standpoint;
use super::listing::ACCEPTED_WITHIN_MS;
use crate::app::App;
use crate::proposal;
use crate::store::StoreError;
use crate::store::inventory::items::{ItemFilter, Narrowed};

/// Open hand-overs that are counted; more are a page of their own.
const OPEN_MAX: i64 = 500;

/// What waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// Hand-overs for this viewer's party to answer.
    pub handovers: u64,
    /// Changes of others for this viewer to sign.
    pub proposals: u64,
    /// Items in sight that arrived 72 hours ago and are not accepted.
    pub unaccepted: u64,
}

/// What waits for a viewer.
///
/// # Errors
/// What the database says.
pub async fn waits(app: &App, standpoint: &Standpoint, now: WallMs) -> Result<Waits, StoreError> {
    let open = app.store.handovers(None, Some(standpoint.party), Some(now), OPEN_MAX).await?;
    let ours = open.iter().filter(|one| one.handover.taker == standpoint.party).count();
    let narrowed = Narrowed {
        filter: ItemFilter { state: Some(State::Received), ..ItemFilter::of(standpoint.whose) },
        region: None,
        attention: true,
        long: now.plus_ms(-ACCEPTED_WITHIN_MS),
        now,
    };
    let unaccepted = app.store.count_items(&narrowed).await?;
    let powers = proposal::powers(&standpoint.roles);
    let proposals = app.store.proposals_to_sign(standpoint.person, &powers, now).await?;
    Ok(Waits { handovers: u64::try_from(ours).unwrap_or(u64::MAX), proposals, unaccepted })
}
