//! The outermost layer: a request's id, span, time limit, and the headers that every answer has.
//!
//! Enters: every request. Leaves: every answer, with `x-request-id` and the security headers of the interface design. The
//! span names the route as the router knows it, never the address as it was typed, and no peer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
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
    let awaited = Arc::new(AtomicBool::new(false));
    let request = request.map(|inner| Body::new(Watched { inner, awaited: Arc::clone(&awaited) }));
    let answer = async {
        match tokio::time::timeout(limit, next.run(request)).await {
            Ok(response) => response,
            Err(_) if awaited.load(Ordering::Relaxed) => slow_body().into_response(),
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

/// The sender's slowness, not ours. What is left of the body would be taken for the next request, so the connection ends.
fn slow_body() -> impl IntoResponse {
    let error = ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "slow_body",
        "The request did not come in time",
        "The body of the request did not arrive within the time limit (limits.request_seconds); nothing was changed. Look \
         at the link between here and the controller, and send it again.",
    );
    ([(CONNECTION, HeaderValue::from_static("close"))], error)
}

/// A request's body that knows whether somebody waits for it.
struct Watched {
    inner: Body,
    awaited: Arc<AtomicBool>,
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        self.awaited.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn new_id() -> RequestId {
    let mut bytes = [0_u8; 8];
    // Without randomness the id is all zeros: it names a line in the log, and nothing rests on it.
    let _filled = SystemRandom::new().fill(&mut bytes);
    RequestId(bytes.iter().fold(String::with_capacity(16), |text, byte| text + &format!("{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use tower::ServiceExt;

    use super::*;
    use crate::api::testing::Bench;

    /// A body that never comes.
    struct Silent;

    impl hyper::body::Body for Silent {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_told_from_a_controller_that_does_not_answer() {
        let bench = Bench::new().await;
        let never = std::future::pending::<()>;
        let router = Router::new()
            .route("/reads", post(move |_body: Bytes| never()))
            .route("/reads/nothing", post(never))
            .layer(from_fn_with_state(Arc::clone(&bench.app), envelope));
        tokio::time::pause();
        for (path, body, status, code) in [
            ("/reads", Body::new(Silent), StatusCode::REQUEST_TIMEOUT, "slow_body"),
            ("/reads", Body::from("whole"), StatusCode::SERVICE_UNAVAILABLE, "too_slow"),
            ("/reads/nothing", Body::new(Silent), StatusCode::SERVICE_UNAVAILABLE, "too_slow"),
        ] {
            let request = Request::post(path).body(body).expect("request");
            let response = router.clone().oneshot(request).await.expect("infallible");
            assert_eq!(response.status(), status, "{path}");
            let closes = response.headers().get(CONNECTION).is_some_and(|value| value == "close");
            assert_eq!(closes, status == StatusCode::REQUEST_TIMEOUT, "{path}");
            let text = axum::body::to_bytes(response.into_body(), 4_096).await.expect("body");
            let problem: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
            assert_eq!(problem["code"], code, "{path}");
        }
    }
}
