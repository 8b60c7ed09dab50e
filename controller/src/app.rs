//! What every handler shares, how a request came in, and the one router.
//!
//! Enters: the parts that `supervise` has started. Leaves: one `App` behind an `Arc`, the state of every router, and the
//! router with its layers. Holds no logic of its own.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use holdfast_provisioning::authority::Authority;
use tokio::sync::watch;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tower_http::compression::CompressionLayer;

use crate::access::Access;
use crate::api;
use crate::api::counters::Counters;
use crate::api::envelope::envelope;
use crate::api::guard::guard;
use crate::api::imports::Imports;
use crate::api::problem::{ApiError, chain};
use crate::api::session::SignIns;
use crate::api::take::BODY_BYTES_MAX;
use crate::audit_watch::AuditWatch;
use crate::clock::{Clock, Now};
use crate::config::Config;
use crate::door::Sessions;
use crate::enrol::{self, Enrolment};
use crate::evidence::keys::EvidenceKey;
use crate::fleet::Fleet;
use crate::history::History;
use crate::ingest::Ingest;
use crate::secrets::seal::SealKey;
use crate::store::Store;
use crate::store::audit::Entry;
use crate::web;

/// How a request came in. The listener puts it into the request's extensions; without it a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Over our own TLS.
    Tls,
    /// Over plain HTTP on the loopback interface.
    Loopback,
}

/// The other end's address, put into the request's extensions by the listener; behind the guard, the address that attempts
/// are counted by, and none where many share one (`api/caller.rs`). Never logged above DEBUG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

/// The state of every router.
#[derive(Debug)]
pub struct App {
    /// Table and matrix of access.
    pub access: Access,
    /// The checked configuration.
    pub config: Arc<Config>,
    /// The one reader of clocks.
    pub clock: Clock,
    /// The registry.
    pub store: Store,
    /// Blocks, events, words: what nodes said.
    pub history: History,
    /// The fleet in memory.
    pub fleet: Fleet,
    /// The way from arrivals to commits; here for its figures.
    pub ingest: Ingest,
    /// Who is connected.
    pub sessions: Arc<Sessions>,
    /// Keys that issue.
    pub authority: Arc<Authority>,
    /// What signs evidence files.
    pub evidence_key: EvidenceKey,
    /// What opens sealed values of the registry.
    pub seal: SealKey,
    /// Tickets and enrolment.
    pub enrolment: Arc<Enrolment>,
    /// When the server's certificate ends.
    pub server_certificate_ends: Arc<AtomicI64>,
    /// Becomes true when the controller begins to stop.
    pub stopping: watch::Receiver<bool>,
    /// Sign-in's memory.
    pub sign_ins: SignIns,
    /// What the last walk along the audit log found.
    pub audit_watch: AuditWatch,
    /// Lists that are read and judged.
    pub imports: Imports,
    /// What the HTTP side counts of itself.
    pub counters: Counters,
    /// SHA-256 of the token that opens `/metrics` from elsewhere.
    pub metrics_token_sha256: Option<[u8; 32]>,
}

impl App {
    /// What a transport counts as: behind a proxy with TLS, plain HTTP is treated as TLS, so that cookies are marked
    /// Secure and loopback alone opens nothing.
    #[must_use]
    pub fn transport(&self, came_by: Option<Transport>) -> Option<Transport> {
        match came_by? {
            Transport::Loopback if !self.config.listen.behind_tls_proxy => Some(Transport::Loopback),
            Transport::Loopback | Transport::Tls => Some(Transport::Tls),
        }
    }

    /// Writes a row of the audit table. That it could not be written is logged, and stops nobody: a full disk must not
    /// keep an administrator out.
    pub async fn audit(&self, entry: Entry, now: Now) {
        if let Err(error) = self.store.audit(&entry, now.wall).await {
            tracing::error!(action = entry.action.key(), cause = %chain(&error), "an audit row could not be written");
        }
    }
}

/// Answers an address that no route has.
async fn no_such_page() -> ApiError {
    ApiError::not_found("page or resource of this address")
}

/// The one router: pages, API, enrolment; the guard around every route, and what every answer has around that.
pub fn router(app: Arc<App>) -> Router {
    layered(routes(), app)
}

/// Every route without its layers.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().merge(api::router()).merge(enrol::router()).merge(web::router()).fallback(no_such_page)
}

fn layered(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    routes
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .layer(from_fn_with_state(Arc::clone(&app), web::dress))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(Arc::clone(&app), envelope))
        .with_state(app)
}
