//! One HTTP/1.1 connection: hyper with limits, the router behind it.
//!
//! Enters: a stream and where it came from. Leaves: requests with `app::Transport` and `app::Peer` in their extensions.
//! Bounded: time to read a head, size of a head, number of headers; bodies and answers are bounded by their handlers.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tower::ServiceExt;

use super::STOP_WITHIN;
use crate::app::{Peer, Transport};

/// Longest time for the head of a request, the wait for it on a kept connection included.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// Largest head, and the connection's buffer: cookies, accept headers and a long URL are under 4 KiB.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most headers of a request; browsers send about 20.
const HEADERS_MAX: usize = 64;

/// Serves one connection to its end; `slot` is its room.
pub(super) async fn serve<S>(
    stream: S,
    router: Router,
    (transport, peer): (Transport, Peer),
    slot: OwnedSemaphorePermit,
    mut stopped: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(transport);
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => Some(ended),
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            // A live feed never ends by itself: it is dropped when the time is over.
            tokio::time::timeout(STOP_WITHIN, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "HTTP connection ended");
    }
    drop(slot);
}
