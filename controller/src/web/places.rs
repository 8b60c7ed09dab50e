//! Handlers of the page that shows an exact place: why, then the place for five minutes.
//!
//! Enters: a reason, posted. Leaves: the form, or the place on a page that nothing keeps and that leaves by itself. The
//! answer to the post is the page: a redirect would put a key to the place into an address.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::SiteId;
use serde::Deserialize;

use super::pages::{self, PlaceForm, Problem};
use super::proposals;
use super::refusal::Refusal;
use super::surround::{Crumb, Entry, FormError, Surround};
use super::visit::Visit;
use crate::access::{Sight, Viewer};
use crate::api::places::{self, Showing};
use crate::app::App;
use crate::model::SiteRef;
use crate::query;

#[derive(Deserialize)]
pub(super) struct ReasonInput {
    #[serde(default)]
    pub(super) reason: String,
}

/// `GET /sites/{id}/place`.
pub(super) async fn form(
    State(app): State<Arc<App>>,
    visit: Visit,
    sight: Sight,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let (s, site) = surround(&app, &visit, &sight, &id).await?;
    let known = app.store.place_since(site.id).await;
    let known = known.map_err(|error| Refusal::query(&visit, &error.into()))?.is_some();
    let form = PlaceForm { known, ..PlaceForm::default() };
    Ok(Html(pages::place_form(&s, &site, form)).into_response())
}

/// `POST /sites/{id}/place`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    Path(id): Path<String>,
    form: Result<Form<ReasonInput>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(ReasonInput { reason })) = form else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    let (s, site) = surround(&app, &visit, &sight, &id).await?;
    let refused = match places::show(&app, &viewer, &sight, site.id, &reason, visit.now).await {
        Ok(Showing::Shown(shown)) => {
            return Ok(Html(pages::place_shown(&s, &site, &shown.place, shown.ends)).into_response());
        }
        Ok(Showing::Waits(proposal)) => return Ok(proposals::waits(proposal)),
        Err(refused) => refused,
    };
    let (key, status) = match refused.code() {
        "unusable_request" => ("place-reason-wrong", StatusCode::UNPROCESSABLE_ENTITY),
        "too_many_showings" => ("place-too-many", StatusCode::TOO_MANY_REQUESTS),
        "no_place" => ("place-none", StatusCode::UNPROCESSABLE_ENTITY),
        _other if refused.status().is_server_error() => return Err(Refusal::new(&visit, Problem::Failed)),
        _other => return Err(Refusal::new(&visit, Problem::NotFound)),
    };
    let error = FormError { title: s.t("place-not-shown"), text: s.t(key), field: "reason" };
    let form = PlaceForm { known: true, reason, error: Some(error) };
    Ok((status, Html(pages::place_form(&s, &site, form))).into_response())
}

async fn surround(app: &App, visit: &Visit, sight: &Sight, id: &str) -> Result<(Surround, SiteRef), Refusal> {
    let id = id.parse().map(SiteId).map_err(|_| Refusal::new(visit, Problem::NotFound))?;
    let row = query::site(&app.fleet, sight, id, visit.now).await;
    let site = row.map_err(|error| Refusal::query(visit, &error))?.site;
    let mut s = visit.surround(Entry::Sites, Vec::new());
    let path = format!("/sites/{}", site.id.0);
    s.crumbs = vec![
        Crumb { path: Entry::Sites.path().to_owned(), name: s.t(Entry::Sites.key()) },
        Crumb { path, name: s.name(&site.name) },
    ];
    Ok((s, site))
}
