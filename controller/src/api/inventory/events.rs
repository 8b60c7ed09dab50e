//! Custody events of items: what happened, recording more, and a reasoned look at secret identifiers.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use holdfast_protocol::custody::{EventId, What};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ItemId, PersonId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::acts::{Recording, record, reveal};
use super::condition::{Key, MayMatch, tagged};
use super::items::whole;
use crate::access::Shows;
use crate::api::problem::ApiError;
use crate::api::take::{Json, Path};
use crate::app::App;
use crate::inventory::Standpoint;
use crate::inventory::view::{self, ItemView};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventBody {
    event: Value,
    #[serde(default)]
    happened_ms: Option<i64>,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManyBody {
    items: Vec<i64>,
    event: Value,
    #[serde(default)]
    happened_ms: Option<i64>,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevealBody {
    reason: String,
}

/// An event as a viewer sees it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EventView {
    pub(crate) id: EventId,
    pub(crate) happened: WallMs,
    pub(crate) recorded: WallMs,
    pub(crate) by: Option<PersonId>,
    /// The word of what happened.
    pub(crate) word: &'static str,
    /// All of it, for those who are shown parties and places.
    pub(crate) event: Option<What>,
    pub(crate) note: Option<String>,
    /// Whether a later event says that it does not count.
    pub(crate) voided: bool,
}

#[derive(Debug, Serialize)]
struct Events {
    rows: Vec<EventView>,
}

#[derive(Debug, Serialize)]
struct Many {
    items: Vec<ItemView>,
}

#[derive(Debug, Serialize)]
struct Revealed {
    identifiers: Vec<Secret>,
}

#[derive(Debug, Serialize)]
struct Secret {
    kind: Kind,
    value: String,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/items/events", post(many))
        .route("/api/v1/items/{id}/events", get(list).post(one))
        .route("/api/v1/items/{id}/reveal", post(secrets))
}

/// An event as it was sent. Serde passes over unknown fields beside the tag of a variant without fields, so that what was
/// read is written again, and a field that is not in it is refused.
fn strict(sent: &Value) -> Result<What, ApiError> {
    let refused = |why: String| ApiError::unusable(format!("The event cannot be taken: {why}."));
    let what = What::deserialize(sent).map_err(|error| refused(error.to_string()))?;
    let written = serde_json::to_value(&what).map_err(|error| ApiError::internal(&error))?;
    let unknown =
        sent.as_object().and_then(|sent| sent.keys().find(|key| written.get(key.as_str()).is_none()));
    match unknown {
        None => Ok(what),
        Some(key) => Err(refused(format!("unknown field `{key}` of \"{}\"", what.word()))),
    }
}

/// The events of an item in sight, oldest first.
pub(crate) async fn events(
    app: &App,
    standpoint: &Standpoint,
    item: ItemId,
) -> Result<Vec<EventView>, ApiError> {
    app.store.item(item, standpoint.whose).await?.ok_or_else(|| ApiError::not_found("item"))?;
    let recorded = app.store.item_events(item).await?;
    let voided: Vec<EventId> = recorded
        .iter()
        .filter_map(|one| if let What::Voided { event, .. } = &one.event.what { Some(*event) } else { None })
        .collect();
    let full = standpoint.shows(Shows::Custodian) && standpoint.shows(Shows::Region);
    let texts = standpoint.shows(Shows::FreeText);
    let view = |one: crate::store::inventory::custody::Recorded| EventView {
        id: one.event.id,
        happened: one.event.happened,
        recorded: one.event.recorded,
        by: Some(one.event.by).filter(|_| full),
        word: one.event.what.word(),
        voided: voided.contains(&one.event.id),
        event: Some(one.event.what).filter(|_| full),
        note: Some(one.note).filter(|note| texts && !note.is_empty()),
    };
    Ok(recorded.into_iter().map(view).collect())
}

async fn list(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Result<Answer<impl Serialize>, ApiError> {
    Ok(Answer(Events { rows: events(&app, &standpoint, ItemId(id)).await? }))
}

async fn one(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    key: Key,
    MayMatch(version): MayMatch,
    Json(body): Json<EventBody>,
) -> Result<Response, ApiError> {
    let (now, id) = (app.clock.now(), ItemId(id));
    let recording = Recording {
        act: key.act(&standpoint)?,
        what: strict(&body.event)?,
        happened: body.happened_ms.map(WallMs),
        note: body.note,
        version,
    };
    record(&app, &standpoint, &[id], recording, now).await?;
    let whole = whole(&app, &standpoint, id, now).await?;
    let version = whole.item.version;
    Ok(tagged(StatusCode::CREATED, whole, version))
}

async fn many(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<ManyBody>,
) -> Result<(StatusCode, Answer<impl Serialize>), ApiError> {
    let now = app.clock.now();
    let mut items: Vec<ItemId> = body.items.into_iter().map(ItemId).collect();
    items.sort_unstable();
    items.dedup();
    let recording = Recording {
        act: key.act(&standpoint)?,
        what: strict(&body.event)?,
        happened: body.happened_ms.map(WallMs),
        note: body.note,
        version: None,
    };
    record(&app, &standpoint, &items, recording, now).await?;
    let mut views = Vec::with_capacity(items.len());
    for id in items {
        views.extend(
            app.store.listed_item(id, standpoint.whose).await?.map(|row| view::item(&standpoint, row)),
        );
    }
    Ok((StatusCode::CREATED, Answer(Many { items: views })))
}

async fn secrets(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Json(body): Json<RevealBody>,
) -> Result<Answer<impl Serialize>, ApiError> {
    let found = reveal(&app, &standpoint, ItemId(id), &body.reason, app.clock.now()).await?;
    let identifiers = found.into_iter().map(|(kind, value)| Secret { kind, value }).collect();
    Ok(Answer(Revealed { identifiers }))
}
