//! The outermost layer: a request's id, span, time limit, and the headers that every answer has.
//!
//! Enters: every request. Leaves: every answer, with `x-request-id` and the security headers of the interface design. The
//! span names the route as the router knows it, never the address as it was typed, and no peer.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ring::rand::{SecureRandom, SystemRandom};
use tracing::Instrument;

use super::problem::{ApiError, REQUEST_ID, RequestId};
use crate::app::App;

/// Nothing inline, nothing from elsewhere, no frame around it, no plug-in, no form to elsewhere.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers that every answer has unless its handler set them.
const HEADERS: [(HeaderName, &str); 8] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (CACHE_CONTROL, "no-store"),
];

/// The layer.
pub async fn envelope(
    State(app): State<Arc<App>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let id = new_id();
    let route = matched.as_ref().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", request.id = %id.0, method = %request.method(), route);
    let begun = app.clock.monotonic();
    let limit = app.config.limits.request;
    let header = HeaderValue::try_from(id.0.as_str()).ok();
    let answer = async {
        match tokio::time::timeout(limit, next.run(request)).await {
            Ok(response) => response,
            Err(_) => too_slow().into_response(),
        }
    };
    let mut response = REQUEST_ID.scope(id, answer).instrument(span.clone()).await;
    let duration = app.clock.monotonic().saturating_duration_since(begun);
    app.counters.answered(response.status(), duration);
    span.in_scope(|| {
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), duration_ms, "answered");
    });
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Some(id) = header {
        headers.insert("x-request-id", id);
    }
    response
}

fn too_slow() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too_slow",
        "Not answered in time",
        "The controller could not answer within its time limit (limits.request_seconds). Ask for less at once, or try \
         again; if it stays, look at the Health page.",
    )
    .retry_after(10)
}

fn new_id() -> RequestId {
    let mut bytes = [0_u8; 8];
    // Without randomness the id is all zeros: it names a line in the log, and nothing rests on it.
    let _filled = SystemRandom::new().fill(&mut bytes);
    RequestId(bytes.iter().fold(String::with_capacity(16), |text, byte| text + &format!("{byte:02x}")))
}
