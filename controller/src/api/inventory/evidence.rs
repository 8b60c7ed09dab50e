//! Evidence of items: which serials are bound to which node, what the weeks add up to, and the file of a week.
//!
//! Enters: requests with the standpoint of who asks. Leaves: JSON, and sealed files. A donor is given what the donation's
//! policy lets be told of single items, and as late; everybody else by what their role may see. Every file that is taken,
//! and every refusal of one, is audited. No file holds a place.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use holdfast_protocol::evidence::{Level, VerificationKey};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{DonationId, ItemCode, ItemId, NodeId, PersonId};
use holdfast_protocol::time::WallMs;
use holdfast_protocol::week::Week;
use serde::{Deserialize, Serialize};

use super::audited;
use crate::access::{Role, Shows};
use crate::api::problem::ApiError;
use crate::api::take::{Json, Path, Query};
use crate::app::App;
use crate::clock::Now;
use crate::evidence::disclosure::{Withheld, of_week, single_items};
use crate::evidence::keep::{self, WEEKS_MAX, Weeks};
use crate::evidence::window::Window;
use crate::evidence::{file, keep::accepted};
use crate::inventory::Standpoint;
use crate::store::audit::Action;
use crate::store::inventory::bindings::{Binding, How, NewBinding};
use crate::store::inventory::items::{After, ItemFilter, ListedItem, Whose};
use crate::store::inventory::terms::Disclosure;

/// Who binds by hand: those who are at the thing, and those who answer for the whole.
const BINDS: [Role; 2] = [Role::Administrator, Role::FieldEngineer];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BindBody {
    node: NodeId,
    /// From when on; now, if it is not said.
    #[serde(default)]
    from_ms: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WeeksQuery {
    /// The newest week; the one that runs, if it is not said.
    week: Option<String>,
    /// How many; 13 if it is not said, 13 at most.
    weeks: Option<u32>,
}

#[derive(Debug, Serialize)]
struct BindingView {
    id: i64,
    kind: Kind,
    value: Option<String>,
    node: NodeId,
    from: WallMs,
    to: Option<WallMs>,
    recorded: WallMs,
    by: Option<PersonId>,
    how: String,
    node_revoked: bool,
}

#[derive(Debug, Serialize)]
struct Bindings {
    rows: Vec<BindingView>,
}

/// A week of an item.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WeekView {
    pub(crate) week: Week,
    pub(crate) level: Level,
    pub(crate) observations: usize,
    pub(crate) longest_gap_ms: i64,
    /// Whether it still runs: what it adds up to so far.
    pub(crate) runs: bool,
    /// Where its file is.
    pub(crate) file: String,
}

/// The weeks of an item, newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EvidenceView {
    pub(crate) item: ItemId,
    pub(crate) code: ItemCode,
    pub(crate) model: String,
    pub(crate) rows: Vec<WeekView>,
    pub(crate) made_at: WallMs,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/items/{id}/bindings", get(bindings).post(bind))
        .route("/api/v1/items/{id}/evidence", get(weeks))
        .route("/api/v1/items/{id}/evidence/{week}", get(take))
        .route("/api/v1/donations/{id}/evidence", get(of_donation))
        .route("/api/v1/verification-key", get(verification_key))
}

fn withheld(why: Withheld) -> ApiError {
    let (code, detail) = match why {
        Withheld::Serials => (
            "withheld_serials",
            "The donation's policy tells donors no serials, and an evidence file names one.".to_owned(),
        ),
        Withheld::FewItems(least) => (
            "withheld_few_items",
            format!(
                "The donation's policy tells nothing of fewer than {least} items, and an evidence file is of one."
            ),
        ),
        Withheld::Until(from) => (
            "withheld_until",
            format!("The donation's policy tells it later: from {} (ms since 1970, UTC) on.", from.0),
        ),
    };
    ApiError::new(StatusCode::FORBIDDEN, code, "Not told under the donation's policy", detail)
}

/// The donation's policy, for those who see what they gave; none for everybody else.
async fn policy(
    app: &App,
    standpoint: &Standpoint,
    listed: &ListedItem,
) -> Result<Option<Disclosure>, ApiError> {
    if !matches!(standpoint.whose, Whose::GivenBy(_)) {
        return Ok(None);
    }
    let donation: Option<DonationId> = listed.names.donation.as_ref().map(|(id, _)| *id);
    let Some(donation) = donation else { return Err(ApiError::not_found("item")) };
    let found = app.store.donation(donation).await?.ok_or_else(|| ApiError::not_found("item"))?;
    Ok(Some(found.values.disclosure))
}

async fn seen(app: &App, standpoint: &Standpoint, id: ItemId) -> Result<ListedItem, ApiError> {
    app.store.listed_item(id, standpoint.whose).await?.ok_or_else(|| ApiError::not_found("item"))
}

async fn bindings(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Result<Answer<impl Serialize>, ApiError> {
    seen(&app, &standpoint, ItemId(id)).await?;
    let found = app.store.bindings(ItemId(id)).await?;
    Ok(Answer(views(&standpoint, found)))
}

fn views(standpoint: &Standpoint, found: Vec<Binding>) -> Bindings {
    let (serials, full) = (standpoint.shows(Shows::SerialNumbers), standpoint.shows(Shows::Custodian));
    let view = |one: Binding| BindingView {
        id: one.id,
        kind: one.kind,
        value: Some(one.value).filter(|_| serials),
        node: one.node,
        from: one.from,
        to: one.to,
        recorded: one.recorded,
        by: Some(one.by.0).filter(|_| full),
        how: one.how,
        node_revoked: one.revoked.is_some(),
    };
    Bindings { rows: found.into_iter().map(view).collect() }
}

async fn bind(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Json(body): Json<BindBody>,
) -> Result<(StatusCode, Answer<impl Serialize>), ApiError> {
    let (now, item) = (app.clock.now(), ItemId(id));
    let result = bound(&app, &standpoint, item, &body, now).await;
    let thing = format!("item {id} to node {}", body.node);
    audited(&app, &standpoint, (Action::ItemBind, thing), result, now).await?;
    let found = app.store.bindings(item).await?;
    Ok((StatusCode::CREATED, Answer(views(&standpoint, found))))
}

async fn bound(
    app: &App,
    standpoint: &Standpoint,
    item: ItemId,
    body: &BindBody,
    now: Now,
) -> Result<(), ApiError> {
    let conflict = |code, detail| ApiError::new(StatusCode::CONFLICT, code, "Cannot be bound", detail);
    let listed = seen(app, standpoint, item).await?;
    if !standpoint.is_one_of(&BINDS) && listed.item.custodian != standpoint.party {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "not_in_custody",
            "Not in your custody",
            "Who accepted the item binds it. It is not in your party's custody.",
        ));
    }
    let accepted = accepted(&app.store, item).await?.ok_or_else(|| {
        conflict(
            "not_accepted",
            "The item was never accepted in a hand-over. It is bound when it is, or after it.",
        )
    })?;
    let from = body.from_ms.map_or(now.wall, WallMs);
    if from < accepted || from > now.wall {
        return Err(ApiError::unusable(
            "A binding begins with the item's acceptance at the earliest, and now at the latest.",
        ));
    }
    let node = app.store.node(body.node).await?.filter(|node| node.revoked.is_none());
    let node = node.ok_or_else(|| ApiError::not_found("node"))?;
    let by = (standpoint.person, standpoint.party);
    let new = NewBinding { item, node: node.id, key_sha256: node.key_sha256, from, by, how: How::ByHand };
    let count = app.store.bind(&new, now.wall).await?;
    let open = app.store.bindings(item).await?.iter().any(|one| one.node == node.id && one.to.is_none());
    if count == 0 && !open {
        return Err(conflict(
            "nothing_to_bind",
            "The item carries no serial that can be bound: a serial, a disk serial or a UPS serial. Enter it first.",
        ));
    }
    Ok(())
}

fn no_such_week() -> ApiError {
    ApiError::unusable("The week is written as 2026-W48, by ISO 8601, and is not still to come.")
}

fn this_week(now: Now) -> Result<Week, ApiError> {
    Week::of(now.wall).ok_or_else(no_such_week)
}

fn week(text: &str, now: Now) -> Result<Week, ApiError> {
    let week: Week = text.parse().map_err(|_| no_such_week())?;
    if week > this_week(now)? { Err(no_such_week()) } else { Ok(week) }
}

async fn weeks(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Query(asked): Query<WeeksQuery>,
) -> Result<Answer<EvidenceView>, ApiError> {
    let now = app.clock.now();
    let newest = asked.week.as_deref().map_or_else(|| this_week(now), |text| week(text, now))?;
    let count = asked.weeks.unwrap_or(WEEKS_MAX);
    if count == 0 || count > WEEKS_MAX {
        return Err(ApiError::unusable(format!("1 to {WEEKS_MAX} weeks are told at one time.")));
    }
    Ok(Answer(view(&app, &standpoint, ItemId(id), (newest, count), now).await?))
}

/// The weeks of an item that a viewer may know of, newest first.
pub(crate) async fn view(
    app: &App,
    standpoint: &Standpoint,
    id: ItemId,
    (newest, count): (Week, u32),
    now: Now,
) -> Result<EvidenceView, ApiError> {
    let listed = seen(app, standpoint, id).await?;
    let policy = policy(app, standpoint, &listed).await?;
    if let Some(policy) = policy {
        single_items(policy).map_err(withheld)?;
    }
    let first = newest.number().saturating_sub(count - 1);
    let asked: Vec<Week> = (first..=newest.number())
        .filter_map(Week::from_number)
        .filter(|week| policy.is_none_or(|policy| of_week(policy, *week, now.wall).is_ok()))
        .collect();
    let Weeks { windows, .. } = keep::weeks(app, id, &asked, now.wall).await?;
    let rows = windows.iter().rev().map(|window| row(id, window, now.wall)).collect();
    Ok(EvidenceView { item: id, code: listed.item.code, model: listed.names.model, rows, made_at: now.wall })
}

fn row(id: ItemId, window: &Window, now: WallMs) -> WeekView {
    WeekView {
        week: window.week,
        level: window.level,
        observations: window.counted.len(),
        longest_gap_ms: window.longest_gap_ms,
        runs: window.week.end() > now,
        file: format!("/api/v1/items/{}/evidence/{}", id.0, window.week),
    }
}

async fn take(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path((id, text)): Path<(i64, String)>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let week = week(&text, now)?;
    let result = taken(&app, &standpoint, ItemId(id), week, now).await;
    let thing = format!("evidence of item {id}, week {week}");
    let (code, bytes) = audited(&app, &standpoint, (Action::EvidenceTake, thing), result, now).await?;
    let name = format!("attachment; filename=\"holdfast-evidence-{code}-{week}.json\"");
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

async fn taken(
    app: &App,
    standpoint: &Standpoint,
    id: ItemId,
    week: Week,
    now: Now,
) -> Result<(ItemCode, Vec<u8>), ApiError> {
    let listed = seen(app, standpoint, id).await?;
    if let Some(policy) = policy(app, standpoint, &listed).await? {
        of_week(policy, week, now.wall).map_err(withheld)?;
    }
    let Weeks { windows, bindings } = keep::weeks(app, id, &[week], now.wall).await?;
    let window = windows.first().ok_or_else(no_such_week)?;
    let what = (listed.item.code, listed.names.model);
    let bytes = file::make(app, what, (window, &bindings), now.wall).await.map_err(|error| match error {
        file::FileError::Store(error) => error.into(),
        gone @ file::FileError::Gone(_) => ApiError::internal(&gone),
    })?;
    Ok((listed.item.code, bytes))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfDonationQuery {
    after: Option<String>,
}

/// An item of a donation that there is evidence of.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GivenView {
    pub(crate) item: ItemId,
    pub(crate) code: ItemCode,
    pub(crate) shown: String,
    pub(crate) model: String,
    /// Where its weeks are.
    pub(crate) evidence: String,
}

/// A page of them, the newest change first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GivenPage {
    pub(crate) rows: Vec<GivenView>,
    pub(crate) next: Option<String>,
    pub(crate) made_at: WallMs,
}

async fn of_donation(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Query(asked): Query<OfDonationQuery>,
) -> Result<Answer<GivenPage>, ApiError> {
    let after = asked.after.as_deref().map(super::items::cursor).transpose()?;
    Ok(Answer(given(&app, &standpoint, DonationId(id), after, app.clock.now()).await?))
}

/// The items of a donation whose evidence a viewer may take.
pub(crate) async fn given(
    app: &App,
    standpoint: &Standpoint,
    id: DonationId,
    after: Option<After>,
    now: Now,
) -> Result<GivenPage, ApiError> {
    let missing = || ApiError::not_found("donation");
    let donation = app.store.donation(id).await?.ok_or_else(missing)?;
    if let Whose::GivenBy(party) = standpoint.whose {
        if !donation.values.shares.contains_key(&party) {
            return Err(missing());
        }
        single_items(donation.values.disclosure).map_err(withheld)?;
    }
    let filter = ItemFilter { donation: Some(id), ..ItemFilter::of(standpoint.whose) };
    let mut found = app.store.items(&filter, after, super::ROWS_AND_ONE).await?;
    let next = super::cut(&mut found, |row| format!("{}.{}", row.item.changed.0, row.item.id.0));
    let rows = found.into_iter().map(|listed| GivenView {
        item: listed.item.id,
        code: listed.item.code,
        shown: listed.item.code.shown(),
        model: listed.names.model,
        evidence: format!("/api/v1/items/{}/evidence", listed.item.id.0),
    });
    Ok(GivenPage { rows: rows.collect(), next, made_at: now.wall })
}

async fn verification_key(State(app): State<Arc<App>>) -> Answer<VerificationKey> {
    Answer(app.evidence_key.verification_key(&app.authority))
}
