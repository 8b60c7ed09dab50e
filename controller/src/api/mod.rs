//! The JSON API under `/api/v1`, and the probes beside it; one file a noun.
//!
//! Enters: HTTP requests that passed the guard. Leaves: JSON, problem documents, one live feed. The shapes are those of
//! `model`, so that pages and API say the same.

#[cfg(test)]
mod access_tests;
pub mod attempts;
pub mod audit;
#[cfg(test)]
mod audit_tests;
mod caller;
#[cfg(test)]
mod caller_tests;
pub mod cookies;
pub mod counters;
#[cfg(test)]
mod crawl_tests;
pub mod envelope;
pub mod extend;
pub mod grace;
pub mod guard;
pub mod imports;
pub(crate) mod inventory;
mod live;
#[cfg(test)]
mod live_tests;
pub mod me;
mod me_routes;
#[cfg(test)]
mod me_tests;
mod metrics;
pub(crate) mod moment;
mod nodes;
pub mod overview;
#[cfg(test)]
mod page_session_tests;
pub(crate) mod parties;
pub mod passwords;
pub mod pending;
pub(crate) mod people;
#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod place_tests;
pub(crate) mod places;
mod probes;
pub mod problem;
pub(crate) mod proposals;
#[cfg(test)]
mod proposals_tests;
#[cfg(test)]
mod route_tests;
pub mod second_factor;
#[cfg(test)]
mod second_factor_tests;
pub mod session;
mod session_routes;
#[cfg(test)]
mod session_tests;
pub(crate) mod sight;
#[cfg(test)]
mod sight_tests;
mod sites;
pub mod take;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod ticket_tests;
mod tickets;
mod token_routes;
pub mod tokens;
#[cfg(test)]
mod tokens_tests;
pub(crate) mod versions;
pub(crate) mod words;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// Every route of the API.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .merge(audit::router())
        .merge(extend::router())
        .merge(imports::router())
        .merge(inventory::router())
        .merge(live::router())
        .merge(me_routes::router())
        .merge(metrics::router())
        .merge(nodes::router())
        .merge(overview::router())
        .merge(parties::router())
        .merge(people::router())
        .merge(places::router())
        .merge(probes::router())
        .merge(proposals::router())
        .merge(session_routes::router())
        .merge(sites::router())
        .merge(tickets::router())
        .merge(token_routes::router())
}
