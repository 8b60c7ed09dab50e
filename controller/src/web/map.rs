//! Handler of the map of sites.
//!
//! Enters: requests that the guard let pass. Leaves: the page. A region is the finest place that it knows.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use super::pages;
use super::surround::{Crumb, Entry};
use super::visit::Visit;
use crate::access::Sight;
use crate::app::App;
use crate::query::{self, lists};

pub(super) async fn sites(State(app): State<Arc<App>>, visit: Visit, sight: Sight) -> Response {
    let (counts, _) = query::in_sight(&app.fleet, &sight);
    let groups = lists::site_groups(&app.fleet, &sight);
    let mut s = visit.surround(Entry::Sites, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::Sites.path().to_owned(), name: s.t(Entry::Sites.key()) }];
    Html(pages::map(&s, &counts, &groups)).into_response()
}
