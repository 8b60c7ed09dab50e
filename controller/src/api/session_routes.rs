//! `/api/v1/session`: sign in, sign out, the first administrator, invitations.
//!
//! Enters: JSON bodies. Leaves: sessions, as cookie for browsers and as token for tools. Decides nothing: the steps are in
//! `session`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::cookies;
use super::problem::ApiError;
use super::session::{Caller, SignedIn, accept, enter, first_administrator, know, sign_out};
use super::take::Json;
use crate::access::{Role, SessionKind, Viewer};
use crate::app::{App, Peer, Transport};
use crate::clock::Now;
use crate::store::sessions::End;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInBody {
    name: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    token: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstBody {
    code: String,
    name: String,
    password: String,
    #[serde(default)]
    token: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InvitedBody {
    name: String,
    code: String,
    password: String,
    #[serde(default)]
    token: bool,
}

#[derive(Debug, Serialize)]
struct SessionAnswer<'a> {
    name: &'a str,
    roles: &'a [Role],
    kind: SessionKind,
    /// At the latest.
    ends: WallMs,
    /// If nothing is asked before.
    until: WallMs,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes_left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/session", axum::routing::get(show).post(create).delete(end))
        .route("/api/v1/session/first", axum::routing::post(first))
        .route("/api/v1/session/invited", axum::routing::post(invited))
}

async fn show(viewer: Viewer) -> Response {
    Answer(answer(&viewer, None, None)).into_response()
}

async fn create(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: Option<Extension<Peer>>,
    before: Option<Viewer>,
    Json(body): Json<SignInBody>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let from = from(body.token, peer, before);
    let known = know(&app, &body.name, body.password, &from, now).await?;
    let signed = enter(&app, &known, body.code.as_deref().unwrap_or_default(), &from, now).await?;
    Ok(carried(&signed, transport, now))
}

async fn first(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: Option<Extension<Peer>>,
    Json(body): Json<FirstBody>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let from = from(body.token, peer, None);
    let signed = first_administrator(&app, &body.code, &body.name, body.password, from, now).await?;
    Ok(carried(&signed, transport, now))
}

async fn invited(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: Option<Extension<Peer>>,
    before: Option<Viewer>,
    Json(body): Json<InvitedBody>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let from = from(body.token, peer, before);
    let known = accept(&app, &body.name, &body.code, body.password, &from, now).await?;
    let signed = enter(&app, &known, "", &from, now).await?;
    Ok(carried(&signed, transport, now))
}

async fn end(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    viewer: Viewer,
) -> Result<Response, ApiError> {
    sign_out(&app, &viewer, app.clock.now()).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookies::session_gone(transport))]).into_response())
}

fn from(token: bool, peer: Option<Extension<Peer>>, before: Option<Viewer>) -> Caller {
    let kind = if token { SessionKind::Tool } else { SessionKind::Browser };
    Caller { address: peer.map(|Extension(Peer(address))| address), kind, before }
}

fn answer<'a>(
    viewer: &'a Viewer,
    recovery_codes_left: Option<u64>,
    token: Option<&'a str>,
) -> SessionAnswer<'a> {
    let Viewer { name, roles, kind, end: End { until, ends }, .. } = viewer;
    SessionAnswer { name, roles, kind: *kind, ends: *ends, until: *until, recovery_codes_left, token }
}

/// A browser gets the cookie and never sees the token; a tool gets the token and no cookie.
fn carried(signed: &SignedIn, transport: Transport, now: Now) -> Response {
    let left = signed.recovery_codes_left;
    match signed.viewer.kind {
        SessionKind::Tool => {
            (StatusCode::CREATED, Answer(answer(&signed.viewer, left, Some(signed.token.text()))))
                .into_response()
        }
        SessionKind::Browser => {
            let cookie = [(SET_COOKIE, signed.cookie(transport, now.wall))];
            (StatusCode::CREATED, cookie, Answer(answer(&signed.viewer, left, None))).into_response()
        }
    }
}
