//! `/api/v1/me/tokens`: a person's tokens for programs as JSON.
//!
//! Enters: what a token shall be for. Leaves: the list, and a new token in the one answer that has it. Decides nothing: that is
//! `tokens`. No program's token comes here: the rows have no scope.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Json as Answer, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::me;
use super::me_routes::{PeerOf, caller};
use super::problem::ApiError;
use super::take::{Json, Path};
use super::tokens::{self, DAYS_DEFAULT, Wish};
use crate::access::Viewer;
use crate::app::App;
use crate::store::tokens::TokenId;

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/me/tokens", get(list).post(make))
        .route("/api/v1/me/tokens/{id}", delete(revoke))
}

const fn days_default() -> i64 {
    DAYS_DEFAULT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    name: String,
    scopes: Vec<String>,
    #[serde(default = "days_default")]
    days: i64,
    #[serde(default)]
    again: String,
}

async fn list(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Answer<Value>, ApiError> {
    let rows = app.store.tokens_of(viewer.person).await?;
    Ok(Answer(json!({"rows": rows, "scopes": app.access.scopes(&viewer.roles)})))
}

async fn make(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    viewer: Viewer,
    Json(body): Json<NewBody>,
) -> Result<(StatusCode, Answer<Value>), ApiError> {
    let now = app.clock.now();
    me::again(&app, &viewer, &body.again, &caller(&viewer, peer), now).await?;
    let wish = Wish { name: body.name, scopes: body.scopes, days: body.days };
    let made = tokens::make(&app, &viewer, &wish, now).await?;
    let shown = json!({"id": made.id, "token": made.token, "scopes": made.scopes, "ends": made.ends});
    Ok((StatusCode::CREATED, Answer(shown)))
}

async fn revoke(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    tokens::revoke(&app, &viewer, TokenId(id), app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
