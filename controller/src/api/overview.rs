//! The first page as data, and "can these pages be trusted?".
//!
//! Enters: nothing but the viewer's right to ask. Leaves: `Overview` and `Health`. [`health`] is what the pages use too.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::validity_s;
use serde::Deserialize;

use super::problem::ApiError;
use super::take::Query;
use crate::app::App;
use crate::clock::Now;
use crate::model::{Health, Overview};
use crate::query::{self, CertificateEnd, HealthSources, QueryError, RootKey};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoQuery {}

/// The routes of these nouns.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/api/v1/overview", get(overview_answer)).route("/api/v1/health", get(health_answer))
}

async fn overview_answer(
    State(app): State<Arc<App>>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Answer<Overview>, ApiError> {
    Ok(Answer(overview(&app, app.clock.now()).await?))
}

async fn health_answer(
    State(app): State<Arc<App>>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Answer<Health>, ApiError> {
    Ok(Answer(health(&app, app.clock.now()).await?))
}

/// The first page: what needs a person, the controller's own needs included.
///
/// # Errors
/// [`QueryError`].
pub async fn overview(app: &App, now: Now) -> Result<Overview, QueryError> {
    let health = health(app, now).await?;
    query::overview(&app.fleet, Some(&health), now).await
}

/// The controller's health.
///
/// # Errors
/// [`QueryError`].
pub async fn health(app: &App, now: Now) -> Result<Health, QueryError> {
    let end = |code: &str, ends_ms: i64| CertificateEnd { code: code.to_owned(), ends: WallMs(ends_ms) };
    let root_end_s = validity_s(app.authority.root()).map_or(0, |(_, ends_s)| ends_s);
    let certificates = [
        end("server", app.server_certificate_ends.load(Ordering::Relaxed)),
        end("intermediate", app.authority.intermediate_end_s().saturating_mul(1_000)),
        end("root", root_end_s.saturating_mul(1_000)),
    ];
    let sources = HealthSources {
        store: &app.store,
        history: &app.history,
        fleet: &app.fleet,
        ingest: &app.ingest,
        data_dir: &app.config.data,
        backup: &app.config.backup,
        certificates: &certificates,
        root_key: if app.authority.root_key_is_here() { RootKey::Here } else { RootKey::Away },
    };
    query::health(sources, now).await
}
