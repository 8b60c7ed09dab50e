//! Sites: the list, and one with its state. Never an exact place.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use holdfast_protocol::ids::SiteId;
use holdfast_protocol::presence::StateWord;
use serde::Deserialize;

use super::problem::ApiError;
use super::take::{Path, Query};
use crate::access::Sight;
use crate::app::App;
use crate::model::{Page, SiteRow};
use crate::query::{self, Order, SiteFilter, SortKey};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<String>,
    word: Option<StateWord>,
    region: Option<String>,
    agent: Option<String>,
    #[serde(default)]
    late: bool,
    text: Option<String>,
    sort: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoQuery {}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/api/v1/sites", get(list)).route("/api/v1/sites/{id}", get(show))
}

async fn list(
    State(app): State<Arc<App>>,
    sight: Sight,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Page<SiteRow>>, ApiError> {
    let filter = SiteFilter {
        sight,
        word: asked.word,
        region: asked.region,
        late: asked.late,
        agent: asked.agent,
        text: asked.text,
    };
    let order = asked.sort.as_deref().map(|text| Order::from_key(text, SortKey::OF_SITES)).transpose()?;
    let (order, now) = (order.unwrap_or_default(), app.clock.now());
    Ok(Answer(query::sites(&app.fleet, &filter, order, asked.after.as_deref(), now).await?.page))
}

async fn show(
    State(app): State<Arc<App>>,
    sight: Sight,
    Path(id): Path<i64>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Answer<SiteRow>, ApiError> {
    Ok(Answer(query::site(&app.fleet, &sight, SiteId(id), app.clock.now()).await?))
}
