//! A session that lasts longer because its reader says so (WCAG 2.2.1): the step that API and pages share, and its handler.
//!
//! Enters: a request of a signed-in browser. Leaves: the session with a later end, and its cookie with one. The token stays,
//! so that other pages of the same browser go on. A tool's token is never extended: it is made anew by `holdfast login`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json as Answer, Router};
use holdfast_protocol::time::WallMs;
use serde::Serialize;

use super::problem::ApiError;
use super::{cookies, guard};
use crate::access::{SessionKind, Viewer};
use crate::app::{App, Transport};
use crate::clock::Now;
use crate::store::StoreError;
use crate::store::sessions::{self, End};

/// A session may last this many times `sessions.longest_hours` in all: WCAG 2.2.1 asks for ten extensions behind the first
/// span.
const SPANS: i64 = 11;

/// Why a session does not last longer.
#[derive(Debug, thiserror::Error)]
pub enum ExtendError {
    /// A tool's token.
    #[error("a tool's token is not extended")]
    Tool,
    /// It has lasted as long as any may.
    #[error("the session was extended as often as it may be")]
    Longest,
    /// It ended in the meantime.
    #[error("the session has ended")]
    Over,
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ExtendError> for ApiError {
    fn from(error: ExtendError) -> Self {
        match error {
            ExtendError::Tool => Self::new(
                StatusCode::CONFLICT,
                "session_tool",
                "Not for a tool's token",
                "A tool's token is not extended. Make another with `holdfast login`.",
            ),
            ExtendError::Longest => Self::new(
                StatusCode::CONFLICT,
                "session_longest",
                "Extended as often as it may be",
                "This session has lasted as long as any may. Sign in again before it ends.",
            ),
            ExtendError::Over => Self::sign_in(),
            ExtendError::Store(error) => error.into(),
        }
    }
}

/// A session's new end.
#[derive(Debug, Clone)]
pub struct Extended {
    /// When it ends.
    pub end: End,
    /// The `Set-Cookie` line with that end.
    pub cookie: HeaderValue,
}

/// Lets the viewer's session last its whole span again, from now.
///
/// # Errors
/// [`ExtendError`].
pub async fn extend(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    transport: Transport,
    now: Now,
) -> Result<Extended, ExtendError> {
    let token = guard::cookie(headers, transport).filter(|_| viewer.kind == SessionKind::Browser);
    let Some((token, session)) = token.zip(viewer.session()) else { return Err(ExtendError::Tool) };
    let span_ms = app.config.sessions.longest_ms;
    let wish = sessions::Extension {
        session,
        ends: now.wall.plus_ms(span_ms),
        whole_ms_max: span_ms.saturating_mul(SPANS),
    };
    let end = app.store.extend_session(wish, now.wall).await?.ok_or(ExtendError::Over)?;
    if end.ends == viewer.end.ends && end.ends < wish.ends {
        return Err(ExtendError::Longest);
    }
    Ok(Extended { end, cookie: cookies::session_until(transport, token, end.ends, now.wall) })
}

#[derive(Debug, Serialize)]
struct ExtendAnswer {
    ends: WallMs,
    until: WallMs,
}

/// The route of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/api/v1/session/extend", axum::routing::post(create))
}

async fn create(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    viewer: Viewer,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let extended = extend(&app, &viewer, &headers, transport, app.clock.now()).await?;
    let End { until, ends } = extended.end;
    Ok(([(SET_COOKIE, extended.cookie)], Answer(ExtendAnswer { ends, until })).into_response())
}
