//! Nodes: the list, one node whole, one reading over time, and the end of a node's certificate.
//!
//! Enters: ids and filters. Leaves: the shapes of `model`. Revoking shuts a node out at once and for good: first in the
//! registry, then in the fleet's memory (which the door asks), then its live session; all within the one request.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;
use serde::Deserialize;

use super::moment;
use super::problem::ApiError;
use super::sight::node_in_sight;
use super::take::{Path, Query};
use crate::access::{Sight, Viewer};
use crate::app::App;
use crate::door::Goodbye;
use crate::model::{NodePage, NodeRow, Page, Series};
use crate::query::{self, NodeFilter, Order, SeriesAsk, SortKey};
use crate::store::audit::{Action, Entry, Outcome};

/// Range of a node's timeline and of a chart when nothing is asked: a day.
const RANGE_MS: i64 = 86_400_000;
/// Points of a chart when nothing is asked: about one a pixel of a desk's chart.
const POINTS: u32 = 600;
/// Longest reason, in characters.
const REASON_CHARACTERS_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<String>,
    word: Option<StateWord>,
    site: Option<i64>,
    region: Option<String>,
    agent: Option<String>,
    #[serde(default)]
    late: bool,
    text: Option<String>,
    sort: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeQuery {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryQuery {
    field: String,
    #[serde(default)]
    instance: String,
    from: Option<String>,
    to: Option<String>,
    points: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RevokeBody {
    reason: String,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/nodes", get(list))
        .route("/api/v1/nodes/{id}", get(show))
        .route("/api/v1/nodes/{id}/history", get(history))
        .route("/api/v1/nodes/{id}/revoke", post(revoke))
}

async fn list(
    State(app): State<Arc<App>>,
    sight: Sight,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Page<NodeRow>>, ApiError> {
    let filter = NodeFilter {
        sight,
        word: asked.word,
        site: asked.site.map(SiteId),
        region: asked.region,
        late: asked.late,
        agent: asked.agent,
        text: asked.text,
    };
    let order = asked.sort.as_deref().map(|text| Order::from_key(text, SortKey::OF_NODES)).transpose()?;
    let (order, now) = (order.unwrap_or_default(), app.clock.now());
    Ok(Answer(query::nodes(&app.fleet, &filter, order, asked.after.as_deref(), now).await?.page))
}

async fn show(
    State(app): State<Arc<App>>,
    sight: Sight,
    Path(id): Path<String>,
    Query(asked): Query<RangeQuery>,
) -> Result<Answer<NodePage>, ApiError> {
    let now = app.clock.now();
    let range = range(asked.from.as_deref(), asked.to.as_deref(), now.wall)?;
    let id = node_id(&id)?;
    node_in_sight(&app, &sight, id).await?;
    Ok(Answer(query::node(&app.fleet, &app.history, id, range, now).await?))
}

async fn history(
    State(app): State<Arc<App>>,
    sight: Sight,
    Path(id): Path<String>,
    Query(asked): Query<HistoryQuery>,
) -> Result<Answer<Series>, ApiError> {
    let (from, to) = range(asked.from.as_deref(), asked.to.as_deref(), app.clock.wall())?;
    let HistoryQuery { field, instance, points, .. } = asked;
    let ask = SeriesAsk { field, instance, from, to, points: points.unwrap_or(POINTS) };
    let id = node_id(&id)?;
    node_in_sight(&app, &sight, id).await?;
    Ok(Answer(query::series(&app.fleet, &app.history, id, &ask).await?))
}

async fn revoke(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let id = node_id(&id)?;
    let reason = reason(&body)?;
    // In a task of its own: a client that hangs up must not leave a node revoked on disk and let in by memory.
    tokio::spawn(revoke_whole(app, viewer, id, reason)).await.map_err(|error| ApiError::internal(&error))?
}

async fn revoke_whole(
    app: Arc<App>,
    viewer: Viewer,
    id: NodeId,
    reason: String,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let first = app.store.revoke_node(id, now.wall).await?;
    if !first && app.store.node(id).await?.is_none() {
        return Err(ApiError::not_found("node"));
    }
    // Done again for a node that was revoked before: a request repeated after a lost answer must not leave half of it.
    app.fleet.node_revoked(id, now);
    app.sessions.close(id, Goodbye::Revoked);
    if first {
        let (person, thing) = (Some(viewer.person), format!("node {id}"));
        app.audit(Entry { person, action: Action::NodeRevoke, thing, outcome: Outcome::Done, reason }, now)
            .await;
        tracing::warn!(node.id = %id, "a node was revoked");
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The id of a path. What has not the form of an id is told so, and not looked up.
pub(super) fn node_id(text: &str) -> Result<NodeId, ApiError> {
    text.parse().map_err(|error| ApiError::unusable(format!("{error}.")))
}

/// A range of an address: RFC 3339 or milliseconds; without an end until now, without a begin a day before the end.
pub(super) fn range(from: Option<&str>, to: Option<&str>, now: WallMs) -> Result<(WallMs, WallMs), ApiError> {
    let to = to.map_or(Ok(now), |text| instant("to", text))?;
    let from = from.map_or(Ok(to.plus_ms(-RANGE_MS)), |text| instant("from", text))?;
    Ok((from, to))
}

fn instant(parameter: &str, text: &str) -> Result<WallMs, ApiError> {
    moment::parse(text).ok_or_else(|| {
        ApiError::unusable(format!(
            "The parameter {parameter} is no instant. Write RFC 3339, such as 2026-11-24T14:00:00Z, or milliseconds since \
             1970."
        ))
    })
}

/// The body is optional; what is there has to be right.
fn reason(body: &[u8]) -> Result<String, ApiError> {
    if body.is_empty() {
        return Ok(String::new());
    }
    let RevokeBody { reason } = serde_json::from_slice(body)
        .map_err(|error| ApiError::unusable(format!("The JSON body cannot be taken: {error}.")))?;
    if reason.chars().count() > REASON_CHARACTERS_MAX {
        return Err(ApiError::unusable(format!(
            "The reason is longer than {REASON_CHARACTERS_MAX} characters."
        )));
    }
    Ok(reason)
}
