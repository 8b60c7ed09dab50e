//! Items: the list, one, registering, changing what one is called and carries. Its state is changed in `events` alone.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use holdfast_protocol::custody::State as ItemState;
use holdfast_protocol::custody::What;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{
    ContainerId, DonationId, ItemCode, ItemId, LineId, ModelId, NodeId, PartyId, ProgrammeId, SiteId,
};
use holdfast_protocol::time::WallMs;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use super::condition::{IfMatch, Key, tagged};
use super::{ROWS_AND_ONE, audited, cut, fragment, line};
use crate::api::problem::ApiError;
use crate::api::take::{Json, Path, Query};
use crate::app::App;
use crate::clock::Now;
use crate::inventory::Standpoint;
use crate::inventory::refusal;
use crate::inventory::view::{self, IdentifierView, ItemView, ProviderView};
use crate::model::Page;
use crate::store::audit::Action;
use crate::store::inventory::custody::{Act, ItemValues, NewItem};
use crate::store::inventory::items::{After, ItemFilter, Whose};

/// Most items of one request; longer lists come by import.
const NEW_MAX: usize = 500;

/// Which items a list is narrowed to.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemsQuery {
    pub(crate) after: Option<String>,
    pub(crate) state: Option<ItemState>,
    pub(crate) custodian: Option<i64>,
    pub(crate) donation: Option<i64>,
    pub(crate) programme: Option<i64>,
    pub(crate) model: Option<i64>,
    pub(crate) container: Option<i64>,
    pub(crate) site: Option<i64>,
    pub(crate) node: Option<String>,
    pub(crate) text: Option<String>,
}

/// An identifier as it is typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    pub(crate) kind: Kind,
    pub(crate) value: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBody {
    pub(crate) items: Vec<NewOne>,
    /// When they were registered; now, if it is not said.
    #[serde(default)]
    pub(crate) happened_ms: Option<i64>,
    #[serde(default)]
    pub(crate) note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOne {
    pub(crate) model: i64,
    pub(crate) custodian: i64,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) line: Option<i64>,
    #[serde(default)]
    pub(crate) identifiers: Vec<Typed>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeBody {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) line: Option<i64>,
    /// All of them; left out, they stay.
    #[serde(default)]
    pub(crate) identifiers: Option<Vec<Typed>>,
}

#[derive(Debug, Serialize)]
struct Made {
    items: Vec<ItemView>,
}

/// One item.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Whole {
    pub(crate) item: ItemView,
    pub(crate) identifiers: Vec<IdentifierView>,
    /// What a satellite provider said of it last.
    pub(crate) provider: Option<ProviderView>,
    /// What this viewer may record of it now.
    pub(crate) next: Vec<&'static str>,
    pub(crate) made_at: WallMs,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/items", get(list).post(create))
        .route("/api/v1/items/{id}", get(show).put(change))
}

/// The filter of a query, over what is in sight.
pub(crate) fn filter<'a>(standpoint: &Standpoint, asked: &'a ItemsQuery) -> Result<ItemFilter<'a>, ApiError> {
    let node = asked.node.as_deref().map(str::parse::<NodeId>).transpose();
    // Who is not shown custodians or sites cannot ask by them either, or the answers would tell.
    let hidden = (asked.custodian.is_some() && !standpoint.shows(crate::access::Shows::Custodian))
        || ((asked.site.is_some() || asked.node.is_some())
            && !standpoint.shows(crate::access::Shows::Region))
        || ((asked.donation.is_some() || asked.programme.is_some())
            && !standpoint.shows(crate::access::Shows::Parties))
        || (asked.container.is_some() && !standpoint.shows(crate::access::Shows::FreeText));
    if hidden {
        return Err(ApiError::forbidden());
    }
    Ok(ItemFilter {
        state: asked.state,
        custodian: asked.custodian.map(PartyId),
        donation: asked.donation.map(DonationId),
        programme: asked.programme.map(ProgrammeId),
        model: asked.model.map(ModelId),
        container: asked.container.map(ContainerId),
        site: asked.site.map(SiteId),
        node: node.map_err(|error| ApiError::unusable(format!("{error}.")))?,
        text: fragment(asked.text.as_deref())?,
        ..standpoint.items()
    })
}

/// A page of items.
pub(crate) async fn page(
    app: &App,
    standpoint: &Standpoint,
    asked: &ItemsQuery,
    now: Now,
) -> Result<(Page<ItemView>, Vec<(ItemState, u64)>), ApiError> {
    let filter = filter(standpoint, asked)?;
    let after = asked.after.as_deref().map(cursor).transpose()?;
    let mut rows = app.store.items(&filter, after, ROWS_AND_ONE).await?;
    let counts = app.store.items_by_state(&filter).await?;
    let next = cut(&mut rows, |row| format!("{}.{}", row.item.changed.0, row.item.id.0));
    let total = counts.iter().map(|(_, count)| count).sum();
    let rows = rows.into_iter().map(|row| view::item(standpoint, row)).collect();
    Ok((Page { rows, total, next, made_at: now.wall }, counts))
}

pub(crate) fn cursor(text: &str) -> Result<After, ApiError> {
    let pair = text.split_once('.').and_then(|(changed, id)| Some((changed.parse().ok()?, id.parse().ok()?)));
    let (changed, id) = pair.ok_or_else(|| {
        ApiError::unusable("The parameter after is what the page before gave as next, unchanged.")
    })?;
    Ok(After { changed: WallMs(changed), item: ItemId(id) })
}

async fn list(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Query(asked): Query<ItemsQuery>,
) -> Result<Answer<Page<ItemView>>, ApiError> {
    Ok(Answer(page(&app, &standpoint, &asked, app.clock.now()).await?.0))
}

/// One item with what may happen to it next, if it is in sight.
pub(crate) async fn whole(
    app: &App,
    standpoint: &Standpoint,
    id: ItemId,
    now: Now,
) -> Result<Whole, ApiError> {
    let listed = app.store.listed_item(id, standpoint.whose).await?;
    let listed = listed.ok_or_else(|| ApiError::not_found("item"))?;
    let carried = app.store.identifiers(id).await?;
    let held = listed.item.custodian == standpoint.party;
    let next = super::acts::next(standpoint, listed.item.state, held);
    Ok(Whole {
        identifiers: view::identifiers(standpoint, carried),
        provider: view::provider(standpoint, app.store.provider_says(id).await?),
        item: view::item(standpoint, listed),
        next,
        made_at: now.wall,
    })
}

async fn show(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, ApiError> {
    let whole = whole(&app, &standpoint, ItemId(id), app.clock.now()).await?;
    let version = whole.item.version;
    Ok(tagged(StatusCode::OK, whole, version))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoQuery {}

async fn create(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<NewBody>,
) -> Result<Response, ApiError> {
    let ids = register_all(&app, &standpoint, &key, &body, app.clock.now()).await?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        items.extend(
            app.store.listed_item(id, standpoint.whose).await?.map(|row| view::item(&standpoint, row)),
        );
    }
    Ok(tagged(StatusCode::CREATED, Made { items }, 1))
}

/// Registers items, all or none, and writes down what became of it.
pub(crate) async fn register_all(
    app: &App,
    standpoint: &Standpoint,
    key: &Key,
    body: &NewBody,
    now: Now,
) -> Result<Vec<ItemId>, ApiError> {
    let result = register(app, standpoint, key, body, now).await;
    let thing = match &result {
        Ok(ids) => format!("items {}", numbers(ids)),
        Err(_) => format!("{} items", body.items.len()),
    };
    audited(app, standpoint, (Action::InventoryNew, thing), result, now).await
}

/// "7, 8, 9", and how many more where they are many.
pub(super) fn numbers(ids: &[ItemId]) -> String {
    let first: Vec<String> = ids.iter().take(20).map(|id| id.0.to_string()).collect();
    let more = ids.len().saturating_sub(first.len());
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

async fn register(
    app: &App,
    standpoint: &Standpoint,
    key: &Key,
    body: &NewBody,
    now: Now,
) -> Result<Vec<ItemId>, ApiError> {
    if body.items.is_empty() || body.items.len() > NEW_MAX {
        return Err(ApiError::unusable(format!("One request registers 1 to {NEW_MAX} items.")));
    }
    let mut items = Vec::with_capacity(body.items.len());
    for one in &body.items {
        line("name", &one.name)?;
        let identifiers = canonical(&one.identifiers)?;
        carries_what_it_must(app, ModelId(one.model), &identifiers).await?;
        items.push(NewItem {
            code: code()?,
            name: one.name.clone(),
            model: ModelId(one.model),
            line: one.line.map(LineId),
            identifiers,
            custodian: PartyId(one.custodian),
        });
    }
    // The state machine is told per item who has it; the act's own value stands for none of them.
    let act = Act {
        id: key.act(standpoint)?,
        what: What::Counted,
        happened: body.happened_ms.map_or(now.wall, WallMs),
        by: standpoint.person,
        note: body.note.clone(),
    };
    let once = key.once(standpoint, body)?;
    app.store.register_items(&items, &act, now.wall, once.as_ref()).await.map_err(refusal::custody)
}

async fn carries_what_it_must(
    app: &App,
    model: ModelId,
    identifiers: &[(Kind, String)],
) -> Result<(), ApiError> {
    let Some(model) = app.store.model(model).await? else {
        return Err(ApiError::unusable(format!(
            "There is no model {}. Make it first, or read the list.",
            model.0
        )));
    };
    let missing = model.must_carry.iter().find(|kind| !identifiers.iter().any(|(found, _)| found == *kind));
    match missing {
        None => Ok(()),
        Some(kind) => Err(ApiError::unusable(format!(
            "An item of {} {} carries a {}, and none is given. Read it off the type plate.",
            model.maker,
            model.name,
            kind.word()
        ))),
    }
}

fn canonical(typed: &[Typed]) -> Result<Vec<(Kind, String)>, ApiError> {
    let one = |typed: &Typed| match typed.kind.parse(&typed.value) {
        Ok(value) => Ok((typed.kind, value)),
        Err(error) => Err(ApiError::unusable(format!("The {} cannot be taken: {error}.", typed.kind.word()))),
    };
    typed.iter().map(one).collect()
}

fn code() -> Result<ItemCode, ApiError> {
    let mut bytes = [0_u8; 5];
    SystemRandom::new().fill(&mut bytes).map_err(|_| ApiError::internal(&std::fmt::Error))?;
    Ok(ItemCode::from_bytes(bytes))
}

async fn change(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Response, ApiError> {
    let (now, id) = (app.clock.now(), ItemId(id));
    change_one(&app, &standpoint, (id, version), body, now).await?;
    let whole = whole(&app, &standpoint, id, now).await?;
    let version = whole.item.version;
    Ok(tagged(StatusCode::OK, whole, version))
}

/// Changes an item that is still at this version, and writes down what became of it.
pub(crate) async fn change_one(
    app: &App,
    standpoint: &Standpoint,
    (id, version): (ItemId, i64),
    body: ChangeBody,
    now: Now,
) -> Result<(), ApiError> {
    let done = changed(app, id, version, body, now).await;
    audited(app, standpoint, (Action::InventoryChange, format!("item {}", id.0)), done, now).await
}

async fn changed(app: &App, id: ItemId, version: i64, body: ChangeBody, now: Now) -> Result<(), ApiError> {
    line("name", &body.name)?;
    let item = app.store.item(id, Whose::All).await?.ok_or_else(|| ApiError::not_found("item"))?;
    let identifiers = match &body.identifiers {
        Some(typed) => canonical(typed)?,
        None => app.store.identifiers(id).await?,
    };
    carries_what_it_must(app, item.model, &identifiers).await?;
    let values = ItemValues { name: body.name, line: body.line.map(LineId), identifiers };
    app.store.change_item(id, version, &values, now.wall).await.map_err(refusal::custody)
}
