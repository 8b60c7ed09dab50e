//! Handlers of what was given: donations and programmes with what became of each line, models, containers, a donor's home.
//!
//! Enters: requests that the guard let pass, with the standpoint of who asks. Leaves: pages. Donors read their own, late and
//! never of few: that is `api::inventory::donations`, which API and pages ask alike.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::{DonationId, ProgrammeId};
use serde::Deserialize;

use super::pages::{self, CatalogueView, DonationsView, Problem};
use super::refusal::Refusal;
use super::surround::{Crumb, Entry, Surround};
use super::visit::Visit;
use crate::access::Viewer;
use crate::api::inventory::donations::{self, DonationView, DonationsQuery};
use crate::app::App;
use crate::inventory::Standpoint;
use crate::store::inventory::items::FRAGMENT_CHARACTERS_MIN;
use crate::store::inventory::terms::DonationState;
use crate::store::people::fold;

type Answer = Result<Response, Refusal>;

/// Rows of a page, and one more to know whether there is a next one.
const ROWS: usize = 50;
/// Donations of one programme, or of one donor, whose lines a page shows.
const DONATIONS_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    after: Option<i64>,
    state: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NamesQuery {
    after: Option<String>,
    text: Option<String>,
}

fn below(visit: &Visit, entry: Entry) -> Surround {
    let mut s = visit.surround(entry, Vec::new());
    s.crumbs = vec![Crumb { path: entry.path().to_owned(), name: s.t(entry.key()) }];
    s
}

/// `GET /donations`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    standpoint: Standpoint,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Answer {
    let unusable = || Refusal::new(&visit, Problem::BadRequest);
    let Ok(Query(asked)) = query else { return Err(unusable()) };
    let state = match asked.state.as_deref() {
        None | Some("") => None,
        Some(key) => Some(DonationState::from_key(key).ok_or_else(unusable)?),
    };
    let text = asked.text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let short = text.as_ref().is_some_and(|text| text.chars().count() < FRAGMENT_CHARACTERS_MIN);
    let query = DonationsQuery {
        after: asked.after,
        state,
        text: text.clone().filter(|_| !short),
        ..DonationsQuery::default()
    };
    let page = donations::page(&app, &standpoint, &query, visit.now).await;
    let page = page.map_err(|error| Refusal::api(&visit, &error))?;
    let view = DonationsView {
        state,
        text,
        short,
        later: asked.after.is_some(),
        programmes: app.access.opens(&viewer.roles, "/programmes"),
    };
    Ok(Html(pages::donations(&visit.surround(Entry::Donations, Vec::new()), &page, &view)).into_response())
}

/// `GET /donations/{id}`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map(DonationId).map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    let view = donations::one(&app, &standpoint, id, visit.now).await;
    let view = view.map_err(|error| Refusal::api(&visit, &error))?;
    let links = app.access.opens(&viewer.roles, "/equipment");
    Ok(Html(pages::donation(&below(&visit, Entry::Donations), &view, links)).into_response())
}

/// The donations of a filter, whole.
async fn all(
    app: &App,
    visit: &Visit,
    standpoint: &Standpoint,
    programme: Option<i64>,
) -> Result<Vec<DonationView>, Refusal> {
    let mut found = Vec::new();
    let mut after = None;
    while found.len() < DONATIONS_MAX {
        let query = DonationsQuery { after, programme, ..DonationsQuery::default() };
        let page = donations::page(app, standpoint, &query, visit.now).await;
        let page = page.map_err(|error| Refusal::api(visit, &error))?;
        found.extend(page.rows);
        after = page.next.and_then(|next| next.parse().ok());
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// `GET /donor`: what became of what the viewer's party gave.
pub(super) async fn donor(State(app): State<Arc<App>>, visit: Visit, standpoint: Standpoint) -> Answer {
    let given = all(&app, &visit, &standpoint, None).await?;
    Ok(Html(pages::donor(&visit.surround(Entry::Donor, Vec::new()), &given)).into_response())
}

/// `GET /programmes`.
pub(super) async fn programmes(
    State(app): State<Arc<App>>,
    visit: Visit,
    query: Query<NamesQuery>,
) -> Answer {
    let NamesQuery { after, text } = query.0;
    let most = i64::try_from(ROWS.saturating_add(1)).unwrap_or(i64::MAX);
    let found = app.store.programmes(after.as_deref().unwrap_or_default(), None, text.as_deref(), most).await;
    let mut found = found.map_err(|error| Refusal::store(&visit, &error))?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|one| fold(&one.title));
    let rows = found.into_iter().map(|one| (one.id.0, one.title, one.activity, one.tlp.key()));
    let s = below(&visit, Entry::Donations);
    let view = CatalogueView { later: after.is_some(), next };
    Ok(Html(pages::programmes(&s, rows.collect(), &view)).into_response())
}

/// `GET /programmes/{id}`.
pub(super) async fn programme(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let none = || Refusal::new(&visit, Problem::NotFound);
    let id = id.parse().map(ProgrammeId).map_err(|_| none())?;
    let found = app.store.programmes("", Some(id), None, 1).await;
    let found = found.map_err(|error| Refusal::store(&visit, &error))?.into_iter().next().ok_or_else(none)?;
    let given = all(&app, &visit, &standpoint, Some(id.0)).await?;
    let mut s = below(&visit, Entry::Donations);
    s.crumbs.push(Crumb { path: "/programmes".to_owned(), name: s.t("programmes") });
    Ok(Html(pages::programme(&s, &found, &given)).into_response())
}

/// `GET /models`.
pub(super) async fn models(State(app): State<Arc<App>>, visit: Visit, query: Query<NamesQuery>) -> Answer {
    let NamesQuery { after, text } = query.0;
    let most = i64::try_from(ROWS.saturating_add(1)).unwrap_or(i64::MAX);
    let found = app.store.models(after.as_deref().unwrap_or_default(), text.as_deref(), most).await;
    let mut found = found.map_err(|error| Refusal::store(&visit, &error))?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next =
        found.last().filter(|_| more).map(|one| fold(&format!("{} {}", one.maker.trim(), one.name.trim())));
    let view = CatalogueView { later: after.is_some(), next };
    Ok(Html(pages::models(&below(&visit, Entry::Equipment), &found, &view)).into_response())
}

/// `GET /containers`.
pub(super) async fn containers(
    State(app): State<Arc<App>>,
    visit: Visit,
    query: Query<NamesQuery>,
) -> Answer {
    let NamesQuery { after, text } = query.0;
    let most = i64::try_from(ROWS.saturating_add(1)).unwrap_or(i64::MAX);
    let found = app.store.containers(after.as_deref().unwrap_or_default(), None, text.as_deref(), most).await;
    let mut found = found.map_err(|error| Refusal::store(&visit, &error))?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|one| fold(&one.name));
    let view = CatalogueView { later: after.is_some(), next };
    Ok(Html(pages::containers(&below(&visit, Entry::Equipment), &found, &view)).into_response())
}
