//! Hand-overs: offered, answered line by line, taken back; each party sees its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json as Answered;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use holdfast_protocol::custody::handover::{Answer, HandoverId, Outcome, Purpose, Stage};
use holdfast_protocol::ids::{ItemId, PartyId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::acts::{self, Offer, seen, sides};
use super::condition::Key;
use super::{ROWS_AND_ONE, cut};
use crate::api::problem::ApiError;
use crate::api::take::{Json, Path, Query};
use crate::app::App;
use crate::clock::Now;
use crate::inventory::Standpoint;
use crate::inventory::view::Named;
use crate::store::inventory::handovers::StoredHandover;
use crate::store::inventory::items::{Whose, is_secret};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<i64>,
    #[serde(default)]
    open: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferBody {
    taker: i64,
    /// The giver; the person's own party, if it is not said.
    #[serde(default)]
    giver: Option<i64>,
    #[serde(default)]
    purpose: Option<Purpose>,
    items: Vec<i64>,
    #[serde(default)]
    ends_ms: Option<i64>,
    #[serde(default)]
    note: String,
}

/// An item of a hand-over's list: what both sides need to tell it from others.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LineView {
    pub(crate) id: ItemId,
    pub(crate) shown: String,
    pub(crate) name: String,
    pub(crate) model: String,
    pub(crate) serials: Vec<String>,
}

/// A hand-over as one of its sides, or who watches, sees it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HandoverView {
    pub(crate) id: HandoverId,
    pub(crate) giver: Named,
    pub(crate) taker: Named,
    pub(crate) purpose: Purpose,
    pub(crate) outcome: Outcome,
    pub(crate) offered: WallMs,
    pub(crate) ends: WallMs,
    pub(crate) ended: Option<WallMs>,
    pub(crate) note: String,
    pub(crate) items: Vec<LineView>,
    pub(crate) answer: Option<Answer>,
    /// What this viewer can do now: `answer`, `withdraw`.
    pub(crate) can: Vec<&'static str>,
}

/// One row of the list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HandoverRow {
    pub(crate) id: HandoverId,
    pub(crate) giver: Named,
    pub(crate) taker: Named,
    pub(crate) purpose: Purpose,
    pub(crate) outcome: Outcome,
    pub(crate) offered: WallMs,
    pub(crate) ends: WallMs,
    pub(crate) items: usize,
    /// Whether it waits for this viewer's party.
    pub(crate) yours: bool,
}

/// A page of them, newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HandoverPage {
    pub(crate) rows: Vec<HandoverRow>,
    pub(crate) next: Option<String>,
    pub(crate) made_at: WallMs,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/handovers", get(list).post(create))
        .route("/api/v1/handovers/{id}", get(show))
        .route("/api/v1/handovers/{id}/answer", post(answer))
        .route("/api/v1/handovers/{id}/withdraw", post(withdraw))
}

/// A page of the hand-overs in sight.
pub(crate) async fn page(
    app: &App,
    standpoint: &Standpoint,
    after: Option<i64>,
    only_open: bool,
    now: Now,
) -> Result<HandoverPage, ApiError> {
    let open_at = only_open.then_some(now.wall);
    let mut found = app.store.handovers(after, sides(standpoint), open_at, ROWS_AND_ONE).await?;
    let next = cut(&mut found, |row| row.number.to_string());
    let mut names = BTreeMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for stored in found {
        let handover = stored.handover;
        let outcome = handover.outcome(now.wall);
        rows.push(HandoverRow {
            id: handover.id,
            giver: named(app, &mut names, handover.giver).await?,
            taker: named(app, &mut names, handover.taker).await?,
            purpose: handover.purpose,
            outcome,
            offered: handover.offered,
            ends: handover.ends,
            items: handover.items.len(),
            yours: outcome == Outcome::Offered && handover.taker == standpoint.party,
        });
    }
    Ok(HandoverPage { rows, next, made_at: now.wall })
}

async fn named(app: &App, names: &mut BTreeMap<PartyId, String>, party: PartyId) -> Result<Named, ApiError> {
    let name = match names.get(&party) {
        Some(name) => name.clone(),
        None => app.store.party(party).await?.map(|party| party.name).unwrap_or_default(),
    };
    names.insert(party, name.clone());
    Ok(Named { id: party.0, name })
}

/// One hand-over with its lines.
pub(crate) async fn whole(
    app: &App,
    standpoint: &Standpoint,
    stored: StoredHandover,
    now: Now,
) -> Result<HandoverView, ApiError> {
    let handover = stored.handover;
    let mut items = Vec::with_capacity(handover.items.len());
    for id in &handover.items {
        // In sight by the hand-over itself: the taker has to tell the things on the list from others.
        let Some(listed) = app.store.listed_item(*id, Whose::All).await? else { continue };
        let carried = app.store.identifiers(*id).await?;
        let serials = carried.into_iter().filter(|(kind, _)| !is_secret(*kind)).map(|(_, value)| value);
        items.push(LineView {
            id: *id,
            shown: listed.item.code.shown(),
            name: listed.item.name,
            model: listed.names.model,
            serials: serials.collect(),
        });
    }
    let outcome = handover.outcome(now.wall);
    let open = outcome == Outcome::Offered;
    let mut can = Vec::new();
    if open && handover.taker == standpoint.party && stored.offered_by != standpoint.person {
        can.push("answer");
    }
    if open && (handover.giver == standpoint.party || stored.offered_by == standpoint.person) {
        can.push("withdraw");
    }
    let mut names = BTreeMap::new();
    let (ended, said) = match handover.stage {
        Stage::Offered => (None, None),
        Stage::Withdrawn { at } => (Some(at), None),
        Stage::Answered { at, answer } => (Some(at), Some(answer)),
    };
    Ok(HandoverView {
        id: handover.id,
        giver: named(app, &mut names, handover.giver).await?,
        taker: named(app, &mut names, handover.taker).await?,
        purpose: handover.purpose,
        outcome,
        offered: handover.offered,
        ends: handover.ends,
        ended,
        note: stored.note,
        items,
        answer: said,
        can,
    })
}

async fn list(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Query(asked): Query<ListQuery>,
) -> Result<Answered<HandoverPage>, ApiError> {
    Ok(Answered(page(&app, &standpoint, asked.after, asked.open, app.clock.now()).await?))
}

async fn show(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Result<Answered<HandoverView>, ApiError> {
    read(&app, &standpoint, handover_id(&id)?).await.map(Answered)
}

async fn read(app: &App, standpoint: &Standpoint, id: HandoverId) -> Result<HandoverView, ApiError> {
    let stored = seen(app, standpoint, id).await?;
    whole(app, standpoint, stored, app.clock.now()).await
}

fn handover_id(text: &str) -> Result<HandoverId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("hand-over"))
}

async fn create(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<OfferBody>,
) -> Result<(StatusCode, Answered<HandoverView>), ApiError> {
    let offer = Offer {
        id: HandoverId(key.act(&standpoint)?),
        giver: body.giver.map(PartyId),
        taker: PartyId(body.taker),
        purpose: body.purpose.unwrap_or(Purpose::Delivery),
        items: body.items.into_iter().map(ItemId).collect::<BTreeSet<_>>(),
        ends: body.ends_ms.map(WallMs),
        note: body.note,
    };
    let id = acts::offer(&app, &standpoint, offer, app.clock.now()).await?;
    Ok((StatusCode::CREATED, Answered(read(&app, &standpoint, id).await?)))
}

async fn answer(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<String>,
    Json(said): Json<Answer>,
) -> Result<Answered<HandoverView>, ApiError> {
    let id = handover_id(&id)?;
    acts::answer(&app, &standpoint, id, said, app.clock.now()).await?;
    read(&app, &standpoint, id).await.map(Answered)
}

async fn withdraw(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Result<Answered<HandoverView>, ApiError> {
    let id = handover_id(&id)?;
    acts::withdraw(&app, &standpoint, id, app.clock.now()).await?;
    read(&app, &standpoint, id).await.map(Answered)
}
