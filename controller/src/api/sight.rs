//! How far the viewer of a request sees: the access table's rule, and the sites that are theirs at this moment.
//!
//! Enters: the matched route and the signed-in person. Leaves: a [`Sight`] for the handler, which hands it to its query.
//! Read anew for each request: an assignment that was taken back shows nothing any more. Whoever sees the whole fleet costs
//! no read.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use holdfast_protocol::ids::NodeId;

use super::problem::ApiError;
use crate::access::{PersonId, Role, Row, Sight, Verb, Viewer, Whose};
use crate::app::App;
use crate::query::{self, QueryError};
use crate::store::StoreError;

/// How far a person with these roles sees on a row.
///
/// # Errors
/// What the database says.
pub(crate) async fn of(app: &App, row: &Row, person: PersonId, roles: &[Role]) -> Result<Sight, StoreError> {
    match app.access.whose(row, roles) {
        Whose::Fleet => Ok(Sight::Fleet),
        Whose::Own { assigned, party } => {
            Ok(Sight::Sites(app.store.own_sites(person, assigned, party).await?))
        }
    }
}

/// Refuses a node out of sight in the words for one that does not exist.
///
/// # Errors
/// [`QueryError::NotFound`].
pub(crate) async fn node_in_sight(app: &App, sight: &Sight, id: NodeId) -> Result<(), QueryError> {
    let site = query::node_row(&app.fleet, id).await?.site.map(|site| site.id);
    if sight.has(site) { Ok(()) } else { Err(QueryError::NotFound { what: "node" }) }
}

impl FromRequestParts<Arc<App>> for Sight {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let viewer = parts.extensions.get::<Viewer>().ok_or_else(ApiError::sign_in)?;
        let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let row = Verb::of(&parts.method).and_then(|verb| app.access.row(verb, matched));
        // The guard has let this request pass, so there is a row; without one nothing is in sight.
        let Some(row) = row else { return Ok(Self::Sites(Default::default())) };
        Ok(of(app, row, viewer.person, &viewer.roles).await?)
    }
}
