//! `/healthz`: the program runs. `/readyz`: it can do its work now. For supervisors and load balancers.
//!
//! Enters: nothing. Leaves: 200 or 503 with a word. Says nothing of the fleet.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use serde::Serialize;

use super::problem::ApiError;
use crate::app::App;
use crate::fleet::DOUBT_DATABASE;

#[derive(Debug, Serialize)]
struct Alive {
    status: &'static str,
    version: &'static str,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

async fn alive() -> Answer<Alive> {
    Answer(Alive { status: "alive", version: holdfast_protocol::PROGRAM_VERSION })
}

async fn ready(State(app): State<Arc<App>>) -> Result<Answer<Alive>, ApiError> {
    if *app.stopping.borrow() {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "The controller stops",
            "The controller is shutting down and takes no new work. Ask again when it has started.",
        ));
    }
    if app.fleet.doubt(app.clock.now()).is_some_and(|doubt| doubt.code == DOUBT_DATABASE) {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "database",
            "The database takes no writes",
            "What nodes report cannot be stored; they hold it. Look at the controller's log; a full disk is the usual cause.",
        )
        .retry_after(5));
    }
    app.store.check().await?;
    Ok(Answer(Alive { status: "ready", version: holdfast_protocol::PROGRAM_VERSION }))
}
