//! `/api/v1/me`: a person's own sign-in as JSON.
//!
//! Enters: bodies with what was typed. Leaves: JSON; secrets and codes in the one answer that makes them. Decides nothing:
//! that is `me`. No program's token comes here: the rows have no scope.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json as Answer, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::me;
use super::problem::ApiError;
use super::session::Caller;
use super::take::{Json, Path};
use crate::access::{SessionId, Viewer};
use crate::app::{App, Peer};

pub(super) type PeerOf = Option<Extension<Peer>>;

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/me", get(show))
        .route("/api/v1/me/password", post(password))
        .route("/api/v1/me/second-factor", post(begin))
        .route("/api/v1/me/second-factor/confirm", post(confirm))
        .route("/api/v1/me/second-factor/remove", post(remove))
        .route("/api/v1/me/recovery-codes", post(recovery))
        .route("/api/v1/me/sessions", get(sessions))
        .route("/api/v1/me/sessions/others/end", post(end_others))
        .route("/api/v1/me/sessions/{id}/end", post(end))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AgainBody {
    again: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    old: String,
    new: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveBody {
    password: String,
    code: String,
}

pub(super) fn caller(viewer: &Viewer, peer: PeerOf) -> Caller {
    Caller { address: peer.map(|Extension(Peer(address))| address), kind: viewer.kind, before: None }
}

async fn show(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Answer<Value>, ApiError> {
    let now = app.clock.now();
    let member = app.store.member(viewer.person, now.wall).await?.ok_or_else(ApiError::sign_in)?;
    let party = app.store.party(member.party).await?;
    Ok(Answer(json!({
        "name": member.name,
        "party": party.map(|party| json!({"id": party.id, "name": party.name})),
        "roles": member.roles,
        "second_factor": member.has_second_factor,
        "recovery_codes_left": app.store.recovery_codes_left(viewer.person).await?,
    })))
}

async fn password(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    viewer: Viewer,
    Json(body): Json<PasswordBody>,
) -> Result<StatusCode, ApiError> {
    let from = caller(&viewer, peer);
    me::change_password(&app, &viewer, (&body.old, body.new), &from, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn begin(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    viewer: Viewer,
    Json(body): Json<AgainBody>,
) -> Result<(StatusCode, Answer<Value>), ApiError> {
    let now = app.clock.now();
    me::again(&app, &viewer, &body.again, &caller(&viewer, peer), now).await?;
    let factor = me::begin_factor(&app, &viewer, now).await?;
    let uri = me::factor_uri(&app, &viewer, &factor);
    Ok((StatusCode::CREATED, Answer(json!({"secret": factor.typed(), "uri": uri}))))
}

async fn confirm(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Json(body): Json<CodeBody>,
) -> Result<Answer<Value>, ApiError> {
    let codes = me::confirm_factor(&app, &viewer, &body.code, app.clock.now()).await?;
    Ok(Answer(json!({"recovery_codes": codes})))
}

async fn remove(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    viewer: Viewer,
    Json(body): Json<RemoveBody>,
) -> Result<StatusCode, ApiError> {
    let from = caller(&viewer, peer);
    me::remove_factor(&app, &viewer, (&body.password, &body.code), &from, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn recovery(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    viewer: Viewer,
    Json(body): Json<AgainBody>,
) -> Result<Answer<Value>, ApiError> {
    let now = app.clock.now();
    me::again(&app, &viewer, &body.again, &caller(&viewer, peer), now).await?;
    Ok(Answer(json!({"recovery_codes": me::renew_recovery(&app, &viewer, now).await?})))
}

async fn sessions(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Answer<Value>, ApiError> {
    let rows = app.store.sessions_of(viewer.person, app.clock.wall()).await?;
    Ok(Answer(json!({"rows": rows, "this": viewer.session()})))
}

async fn end(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    me::end_session(&app, &viewer, SessionId(id), app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_others(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Answer<Value>, ApiError> {
    Ok(Answer(json!({"ended": me::end_others(&app, &viewer, app.clock.now()).await?})))
}
