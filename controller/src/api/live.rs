//! The live feed: server-sent events of rows that changed, and the server's clock every ten seconds.
//!
//! Enters: changes from the fleet, and notes that somebody's standing has changed. Leaves: `node` and `site` events with the same rows as the lists, `time` events with the
//! controller's clock, `resync` when the reader was too slow and has to read its page again, `ended` when the session or
//! the controller ends. One feed is one body, polled by its connection: no task of its own, so dropping the connection
//! drops all of it. What waits for one reader is bounded by the fleet's channel, which all share.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use holdfast_protocol::ids::{NodeId, SiteId};
use hyper::body::Frame;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use super::problem::{ApiError, chain};
use super::take::Query;
use crate::access::{By, PersonId, Sight, Verb, Viewer};
use crate::app::App;
use crate::model::{Change, NodeRow, SiteRow};
use crate::store::sessions::End;
use crate::store::standing::Standing;
use crate::store::tokens::TokenId;

const LIVE_PATH: &str = "/api/v1/live";
/// How often the clock is told, and the session asked after; pages say "stopped" after 30 s of quiet.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Most bytes of one write: some hundred rows, and what one reader holds beyond the shared channel.
const WRITE_BYTES_MAX: usize = 64 * 1024;
/// How long a browser waits before it connects again, in ms.
const RETRY_MS: u32 = 3_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveQuery {
    node: Option<NodeId>,
    site: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Time {
    now: i64,
    /// When the reader's session ends if nothing more is asked; not known for a moment while the database does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route(LIVE_PATH, get(live))
}

async fn live(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    sight: Sight,
    Query(query): Query<LiveQuery>,
) -> Result<Response, ApiError> {
    let place = Place::take(&app).ok_or_else(full)?;
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let feed = Feed {
        changes: app.fleet.changes(),
        standings: app.store.standings(),
        stopping: app.stopping.clone(),
        heartbeat,
        wanted: query,
        by: viewer.by,
        person: viewer.person,
        sight,
        begun: false,
        app,
        _place: place,
    };
    let body = Body::new(FeedBody { next: Some(Box::pin(feed.next())) });
    let headers = [
        (CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        // Proxies that hold answers back (nginx) let this one through.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

fn full() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "feeds_full",
        "Too many live feeds",
        "As many live feeds are open as limits.live_feeds allows. Close pages that nobody looks at, or raise it.",
    )
    .retry_after(30)
}

/// One of the places for live feeds, given back when dropped.
struct Place(Arc<App>);

impl Place {
    fn take(app: &Arc<App>) -> Option<Self> {
        let most = u64::try_from(app.config.limits.live_feeds).unwrap_or(u64::MAX);
        let open = &app.counters.live_feeds;
        let taken =
            open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| (now < most).then_some(now + 1));
        taken.ok().map(|_| Self(Arc::clone(app)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.counters.live_feeds.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Feed {
    app: Arc<App>,
    changes: Receiver<Change>,
    standings: Receiver<Standing>,
    stopping: watch::Receiver<bool>,
    heartbeat: Interval,
    wanted: LiveQuery,
    by: By,
    person: PersonId,
    sight: Sight,
    begun: bool,
    _place: Place,
}

/// The session has ended, or may not have this feed any more.
struct Over;

enum Step {
    Change(Result<Change, RecvError>),
    Heartbeat,
    /// Somebody's standing has changed, or a note of it was missed.
    Standing(Result<Standing, RecvError>),
    Stopping,
}

impl Feed {
    /// The next bytes, and the feed for the bytes after them; none at its end.
    async fn next(mut self) -> Option<(Option<Self>, Bytes)> {
        loop {
            let step = tokio::select! {
                biased;
                _ = self.stopping.wait_for(|stopping| *stopping) => Step::Stopping,
                _ = self.heartbeat.tick() => Step::Heartbeat,
                standing = self.standings.recv() => Step::Standing(standing),
                change = self.changes.recv() => Step::Change(change),
            };
            let text = match step {
                Step::Stopping | Step::Change(Err(RecvError::Closed)) => {
                    return Some((None, Bytes::from(event("ended", "{\"why\":\"stopping\"}"))));
                }
                Step::Heartbeat => match self.standing().await {
                    Ok(end) => self.clock(end),
                    Err(Over) => return Some((None, signed_out())),
                },
                // Told by the act itself, so that a feed ends with it and not ten seconds later.
                Step::Standing(Ok(standing)) if !standing.touches(self.person) => String::new(),
                Step::Standing(_) => match self.standing().await {
                    Ok(_) => String::new(),
                    Err(Over) => return Some((None, signed_out())),
                },
                Step::Change(Err(RecvError::Lagged(missed))) => {
                    event("resync", &format!("{{\"missed\":{missed}}}"))
                }
                Step::Change(Ok(change)) => self.with_waiting(&change),
            };
            if !text.is_empty() {
                return Some((Some(self), Bytes::from(text)));
            }
        }
    }

    /// Until when the reader may have this feed, as far as the database tells.
    ///
    /// # Errors
    /// [`Over`].
    async fn standing(&mut self) -> Result<Option<End>, Over> {
        if self.still_allowed().await { self.session_end().await } else { Err(Over) }
    }

    /// This change, and those that wait behind it, up to one write.
    fn with_waiting(&mut self, change: &Change) -> String {
        let mut text = self.shown(change);
        while text.len() < WRITE_BYTES_MAX {
            match self.changes.try_recv() {
                Ok(change) => text.push_str(&self.shown(&change)),
                Err(TryRecvError::Lagged(missed)) => {
                    text.push_str(&event("resync", &format!("{{\"missed\":{missed}}}")));
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        text
    }

    fn shown(&self, change: &Change) -> String {
        match change {
            Change::Node(row) if self.wants_node(row) => json("node", row.as_ref()),
            Change::Site(row) if self.wants_site(row) => json("site", row.as_ref()),
            Change::Node(_) | Change::Site(_) => String::new(),
        }
    }

    fn wants_node(&self, row: &NodeRow) -> bool {
        let site = row.site.as_ref().map(|site| site.id);
        self.sight.has(site)
            && self.wanted.node.is_none_or(|node| node == row.id)
            && self.wanted.site.is_none_or(|wanted| site == Some(SiteId(wanted)))
    }

    fn wants_site(&self, row: &SiteRow) -> bool {
        self.sight.has(Some(row.site.id))
            && self.wanted.node.is_none()
            && self.wanted.site.is_none_or(|wanted| row.site.id == SiteId(wanted))
    }

    /// A comment, which keeps proxies awake, and the controller's time, by which pages count ages.
    fn clock(&mut self, end: Option<End>) -> String {
        let retry = if std::mem::replace(&mut self.begun, true) {
            String::new()
        } else {
            format!("retry: {RETRY_MS}\n")
        };
        let time = Time { now: self.app.clock.wall().0, until: end.map(|end| end.until.0) };
        format!("{retry}: still here\n{}", json("time", &time))
    }

    /// Asks the access table again: roles and sites may have been taken back since the feed began.
    async fn still_allowed(&mut self) -> bool {
        let Some(row) = self.app.access.row(Verb::Get, LIVE_PATH) else { return false };
        let again = async {
            let roles = self.app.store.roles_of(self.person).await?;
            let allowed = !row.admitting(&roles).is_empty();
            Ok((allowed, super::sight::of(&self.app, row, self.person, &roles).await?))
        };
        let again: Result<_, crate::store::StoreError> = again.await;
        match again {
            Ok((allowed, sight)) => {
                self.sight = sight;
                allowed
            }
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "a live feed could not ask what it may show");
                true
            }
        }
    }

    /// When the session ends, as far as the database tells.
    ///
    /// # Errors
    /// [`Over`].
    async fn session_end(&self) -> Result<Option<End>, Over> {
        let now = self.app.clock.wall();
        let session = match self.by {
            By::Session(session) => session,
            By::Token(token, _) => return self.token_end(token).await,
        };
        match self.app.store.session_end(session, now).await {
            Ok(Some(end)) => {
                // Somebody looks: that counts as asking, at most once a minute.
                if let Err(error) = self.app.store.session_used(session, now).await {
                    tracing::warn!(cause = %chain(&error), "the last use of a session could not be written");
                }
                Ok(Some(end))
            }
            Ok(None) => Err(Over),
            // A database that does not answer for a moment signs nobody out; the next heartbeat asks again.
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "a live feed could not ask after its session");
                Ok(None)
            }
        }
    }

    /// As [`Self::session_end`], for a program.
    async fn token_end(&self, token: TokenId) -> Result<Option<End>, Over> {
        match self.app.store.token_end(token, self.app.clock.wall()).await {
            Ok(end) => end.map(|until| Some(End { until, ends: until })).ok_or(Over),
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "a live feed could not ask after its token");
                Ok(None)
            }
        }
    }
}

fn signed_out() -> Bytes {
    Bytes::from(event("ended", "{\"why\":\"signed_out\"}"))
}

fn json<T: Serialize>(name: &str, value: &T) -> String {
    match serde_json::to_string(value) {
        Ok(data) => event(name, &data),
        Err(_) => String::new(),
    }
}

/// One event; JSON has no line ends of its own.
fn event(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

type Next = Pin<Box<dyn Future<Output = Option<(Option<Feed>, Bytes)>> + Send>>;

/// Turns the feed into a body.
struct FeedBody {
    next: Option<Next>,
}

impl hyper::body::Body for FeedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(next) = self.next.as_mut() else { return Poll::Ready(None) };
        let got = ready!(next.as_mut().poll(context));
        let Some((feed, bytes)) = got else {
            self.next = None;
            return Poll::Ready(None);
        };
        self.next = feed.map(|feed| -> Next { Box::pin(feed.next()) });
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_two_lines_and_an_empty_one() {
        assert_eq!(json("time", &Time { now: 5, until: None }), "event: time\ndata: {\"now\":5}\n\n");
    }
}
