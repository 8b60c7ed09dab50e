//! Handlers of the pages that read: overview, one node, charts, health, verify, help, "my settings".
//!
//! Enters: requests that the guard let pass. Leaves: pages, or the page of a problem. Thin: what is asked goes to `query`,
//! what comes back to `pages`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;
use serde::Deserialize;

use super::chart;
use super::pages::{self, Problem, Wanted};
use super::refusal::Refusal;
use super::signing::see_other;
use super::span::{Asked, Range, Span};
use super::strip::count;
use super::surround::{Crumb, Entry, Surround};
use super::visit::Visit;
use crate::access::{Role, Sight, Viewer};
use crate::api::overview as figures;
use crate::api::sight::node_in_sight;
use crate::app::App;
use crate::inventory::Standpoint;
use crate::inventory::waits::{Waits, waits};
use crate::model::{NodePage, Series};
use crate::query::{self, SeriesAsk, SeriesRange};

/// How long a node's page waits for its charts; those that are not ready by then are links.
const CHARTS_WITHIN: Duration = Duration::from_millis(700);

type Answer = Result<Response, Refusal>;

/// How the overview is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OverviewQuery {
    view: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeQuery {
    range: Option<String>,
    from: Option<String>,
    to: Option<String>,
    part: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChartQuery {
    field: String,
    instance: String,
    range: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

fn page(html: String) -> Response {
    Html(html).into_response()
}

fn crumb(s: &Surround, entry: Entry) -> Crumb {
    Crumb { path: entry.path().to_owned(), name: s.t(entry.key()) }
}

pub(super) async fn overview(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    query: Query<OverviewQuery>,
) -> Answer {
    let model = figures::overview(&app, visit.now).await.map_err(|error| Refusal::query(&visit, &error))?;
    let s = visit.surround(Entry::Overview, Vec::new());
    let wall = query.0.view.as_deref() == Some("wall");
    if wall {
        return Ok(page(pages::wall(&s, &model)));
    }
    let waits = waits(&app, &standpoint, visit.now.wall).await;
    let waits = waits.map_err(|error| Refusal::store(&visit, &error))?;
    Ok(page(pages::overview_with(&s, &model, waits)))
}

/// Where those begin who have no overview. Who is a donor and nothing else begins at what they gave.
pub(super) async fn home(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    standpoint: Standpoint,
) -> Answer {
    if viewer.roles == [Role::Donor] {
        return Ok(see_other(Entry::Donor.path(), Vec::new()));
    }
    let handles = app.access.opens(&viewer.roles, Entry::Handovers.path());
    let waits = if handles {
        waits(&app, &standpoint, visit.now.wall).await.map_err(|error| Refusal::store(&visit, &error))?
    } else {
        Waits::default()
    };
    Ok(page(pages::home(&visit.surround(Entry::Home, Vec::new()), &viewer.roles, waits)))
}

pub(super) async fn node(
    State(app): State<Arc<App>>,
    visit: Visit,
    sight: Sight,
    Path(id): Path<String>,
    query: Query<NodeQuery>,
) -> Answer {
    let id = node_id(&visit, &id)?;
    let NodeQuery { range, from, to, part } = query.0;
    let now = visit.now.wall;
    let asked = Asked { range, from, to };
    let (mut wanted, usual) = wanted(asked, now);
    let refused = |error| Refusal::query(&visit, &error);
    node_in_sight(&app, &sight, id).await.map_err(refused)?;
    let read = |span: Span| query::node(&app.fleet, &app.history, id, span.bounds(now), visit.now);
    let mut model = read(wanted.span).await.map_err(refused)?;
    let young = Span::Last(Range::usual(now.since_ms(model.identity.enrolled)));
    if usual && young != wanted.span {
        wanted.span = young;
        model = read(young).await.map_err(refused)?;
    }
    let fields = if part.as_deref() == Some("live") { Vec::new() } else { pages::wanted_charts(&model) };
    let (series, left) = charts(&app, &model, fields, wanted.span, &visit).await;
    let mut s = visit.surround(Entry::Nodes, Vec::new());
    s.crumbs = vec![crumb(&s, Entry::Nodes)];
    if let Some(site) = &model.row.site {
        s.crumbs.push(Crumb { path: format!("/sites/{}", site.id.0), name: s.name(&site.name) });
    }
    Ok(ranged(pages::node(&s, &model, &series, &left, &wanted), &wanted))
}

/// What is asked, or a day instead, and whether the page may choose a shorter one.
fn wanted(asked: Asked, now: WallMs) -> (Wanted, bool) {
    match asked.span(now) {
        Ok(Some(span)) => (span.into(), false),
        Ok(None) => (Span::Last(Range::Day).into(), true),
        Err(wrong) => (Wanted { span: Span::Last(Range::Day), wrong: Some((asked, wrong)) }, true),
    }
}

/// A page with a range; one that could not be shown answers as any refused form.
fn ranged(html: String, wanted: &Wanted) -> Response {
    let status = if wanted.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, Html(html)).into_response()
}

/// The charts, when they are ready in time; else all are left as links.
async fn charts(
    app: &App,
    model: &NodePage,
    wanted: Vec<(String, String)>,
    span: Span,
    visit: &Visit,
) -> (Vec<Series>, Vec<(String, String)>) {
    let (from, to) = span.bounds(visit.now.wall);
    let asked = SeriesRange { from, to, points: chart::POINTS };
    let spent = app.clock.monotonic().saturating_duration_since(visit.now.monotonic);
    let made = query::series_of(&app.fleet, &app.history, model.row.id, &wanted, asked);
    let made = tokio::time::timeout(CHARTS_WITHIN.saturating_sub(spent), made).await;
    tracing::debug!(charts = count(wanted.len()), in_time = made.is_ok(), "charts of a node's page");
    match made {
        Ok(Ok(ready)) => (ready, Vec::new()),
        // Charts that are too large or failed cost themselves only; a chart's own page says why.
        Ok(Err(error)) => {
            Refusal::log(&error);
            (Vec::new(), wanted)
        }
        Err(_late) => (Vec::new(), wanted),
    }
}

pub(super) async fn chart_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    sight: Sight,
    Path(id): Path<String>,
    query: Query<ChartQuery>,
) -> Answer {
    let id = node_id(&visit, &id)?;
    let ChartQuery { field, instance, range, from, to } = query.0;
    let (wanted, _) = wanted(Asked { range, from, to }, visit.now.wall);
    let (from, to) = wanted.span.bounds(visit.now.wall);
    let refused = |error| Refusal::query(&visit, &error);
    node_in_sight(&app, &sight, id).await.map_err(refused)?;
    let row = query::node_row(&app.fleet, id).await.map_err(refused)?;
    let ask = SeriesAsk { field, instance, from, to, points: chart::POINTS };
    let series = query::series(&app.fleet, &app.history, id, &ask).await.map_err(refused)?;
    let mut s = visit.surround(Entry::Nodes, Vec::new());
    s.crumbs = vec![crumb(&s, Entry::Nodes), Crumb { path: format!("/nodes/{id}"), name: row.shown }];
    let html = pages::chart_page(&s, &id.to_string(), row.state.heard, &series, &wanted);
    Ok(ranged(html, &wanted))
}

fn node_id(visit: &Visit, text: &str) -> Result<NodeId, Refusal> {
    text.parse().map_err(|_| Refusal::new(visit, Problem::NotFound))
}

pub(super) async fn health(State(app): State<Arc<App>>, visit: Visit, _viewer: Viewer) -> Answer {
    let model = figures::health(&app, visit.now).await.map_err(|error| Refusal::query(&visit, &error))?;
    Ok(page(pages::health(&visit.surround(Entry::Health, Vec::new()), &model)))
}

pub(super) async fn verify(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let key = app.evidence_key.verification_key(&app.authority);
    page(pages::verify(&visit.surround(Entry::Verify, Vec::new()), &key))
}

pub(super) async fn help(visit: Visit) -> Response {
    page(pages::help(&visit.surround(Entry::Help, Vec::new())))
}
