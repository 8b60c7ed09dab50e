//! Handlers of lists: sites, one site's nodes, nodes; the same as files; and the reader's columns and saved views.
//!
//! Enters: requests that the guard let pass. Leaves: pages, files, redirects. Thin: what is asked goes to `query`, what
//! comes back to `pages`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::SiteId;
use holdfast_protocol::presence::StateWord;
use serde::Deserialize;

use super::download::{self, File};
use super::pages::{self, Columns, GROUPED_ABOVE, ItemsAsk, ListAsk, ListKind, ListView, Problem};
use super::refusal::Refusal;
use super::signing::{choice, see_other};
use super::surround::{Crumb, Entry, Surround};
use super::visit::{Visit, cookie, local_path};
use crate::access::{Sight, Viewer};
use crate::app::{App, Transport};
use crate::export::{CELLS_MAX, Format};
use crate::query::{self, NodeFilter, Order, SiteFilter, SortKey, lists};
use crate::store::StoreError;
use crate::store::views::{Kept, NAME_CHARACTERS_MAX, View};

/// Longest text of a search, and of a value that is filtered by.
pub(super) const TEXT_BYTES_MAX: usize = 256;
/// Cookie of the columns that are hidden, one a list.
const COLUMNS_COOKIE: &str = "holdfast-columns-";

type Answer = Result<Response, Refusal>;
type Fields = Result<Form<Vec<(String, String)>>, FormRejection>;

/// What a list's address may say. Other names are passed over, so that an old link still opens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    word: Option<String>,
    late: Option<String>,
    region: Option<String>,
    agent: Option<String>,
    site: Option<i64>,
    text: Option<String>,
    sort: Option<String>,
    times: Option<String>,
    after: Option<String>,
    back: Option<String>,
    part: Option<String>,
    format: Option<String>,
}

/// What is asked of a list. A word or an order that is none is refused: passing over it would show something else than was
/// asked for.
fn asked(visit: &Visit, asked: ListQuery, orders: &[SortKey]) -> Result<ListAsk, Refusal> {
    let word = match asked.word.as_deref() {
        None | Some("") => None,
        Some(key) => Some(StateWord::from_key(key).ok_or_else(|| Refusal::new(visit, Problem::BadRequest))?),
    };
    let sort = match asked.sort.as_deref() {
        None | Some("") => None,
        Some(key) => Some(Order::from_key(key, orders).map_err(|error| Refusal::query(visit, &error))?),
    };
    let short = |text: Option<String>| {
        let text = text.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES_MAX)
    };
    let said = |text: Option<String>| text.is_some_and(|text| text == "true");
    Ok(ListAsk {
        word,
        late: said(asked.late),
        region: short(asked.region).map(ListAsk::region_of),
        agent: short(asked.agent),
        site: asked.site,
        items: ItemsAsk::default(),
        text: short(asked.text),
        sort,
        times: said(asked.times),
        after: asked.after,
        back: asked.back,
    })
}

fn node_filter(ask: &ListAsk, sight: &Sight) -> NodeFilter {
    NodeFilter {
        sight: sight.clone(),
        word: ask.word,
        site: ask.site.map(SiteId),
        region: ask.region.clone(),
        late: ask.late,
        agent: ask.agent.clone(),
        text: ask.text.clone(),
    }
}

fn site_filter(ask: &ListAsk, sight: &Sight) -> SiteFilter {
    SiteFilter {
        sight: sight.clone(),
        word: ask.word,
        region: ask.region.clone(),
        late: ask.late,
        agent: ask.agent.clone(),
        text: ask.text.clone(),
    }
}

pub(super) fn columns(headers: &HeaderMap, kind: ListKind) -> Columns {
    Columns::new(kind, cookie(headers, &format!("{COLUMNS_COOKIE}{}", kind.key())))
}

/// A reader's views. A list is worth more than the names above it: when they cannot be read, the page comes without.
pub(super) async fn views(app: &App, viewer: &Viewer, kind: ListKind) -> Vec<View> {
    match app.store.views(viewer.person, kind.key()).await {
        Ok(views) => views,
        Err(error) => {
            tracing::warn!(cause = %crate::api::problem::chain(&error), "saved views could not be read");
            Vec::new()
        }
    }
}

fn page(html: String) -> Response {
    Html(html).into_response()
}

/// Where an exact code leads: straight to the thing, unless somebody turns pages of its matches.
fn straight(app: &App, sight: &Sight, kind: ListKind, ask: &ListAsk, live: bool) -> Option<Response> {
    let text = ask.text.as_deref().filter(|_| ask.after.is_none() && !live)?;
    let node = lists::exact_node(&app.fleet, sight, text).map(|id| format!("/nodes/{id}"));
    let site = || lists::exact_site(&app.fleet, sight, text).map(|id| format!("/sites/{}", id.0));
    let path = node.or_else(|| (kind == ListKind::Sites).then(site).flatten())?;
    Some(see_other(&path, Vec::new()))
}

pub(super) async fn sites(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    headers: HeaderMap,
    query: Query<ListQuery>,
) -> Answer {
    let live = query.0.part.is_some();
    let ask = asked(&visit, query.0, SortKey::OF_SITES)?;
    if let Some(straight) = straight(&app, &sight, ListKind::Sites, &ask, live) {
        return Ok(straight);
    }
    let refused = |error| Refusal::query(&visit, &error);
    let (order, after) = (ask.sort.unwrap_or_default(), ask.after.as_deref());
    let list = query::sites(&app.fleet, &site_filter(&ask, &sight), order, after, visit.now)
        .await
        .map_err(refused)?;
    let (sites_in_all, _) = query::in_sight(&app.fleet, &sight);
    let long = list.facets.everything > GROUPED_ABOVE && ask.plain();
    let view = ListView {
        ask: &ask,
        counts: &sites_in_all,
        facets: &list.facets,
        groups: &if long { lists::site_groups(&app.fleet, &sight) } else { Vec::new() },
        columns: &columns(&headers, ListKind::Sites),
        views: &views(&app, &viewer, ListKind::Sites).await,
    };
    Ok(page(pages::sites(&visit.surround(Entry::Sites, Vec::new()), &list.page, &view)))
}

pub(super) async fn site(
    State(app): State<Arc<App>>,
    visit: Visit,
    sight: Sight,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: Query<ListQuery>,
) -> Answer {
    let ask = asked(&visit, query.0, SortKey::OF_NODES)?;
    let id = id.parse().map(SiteId).map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    let refused = |error| Refusal::query(&visit, &error);
    let row = query::site(&app.fleet, &sight, id, visit.now).await.map_err(refused)?;
    let filter = NodeFilter { site: Some(id), ..node_filter(&ask, &sight) };
    let (order, after) = (ask.sort.unwrap_or_default(), ask.after.as_deref());
    let list = query::nodes(&app.fleet, &filter, order, after, visit.now).await.map_err(refused)?;
    let (_, nodes_in_all) = query::in_sight(&app.fleet, &sight);
    let ask = ListAsk { site: None, ..ask };
    let view = ListView {
        ask: &ask,
        counts: &nodes_in_all,
        facets: &list.facets,
        groups: &[],
        columns: &columns(&headers, ListKind::SiteNodes),
        views: &[],
    };
    let mut s = visit.surround(Entry::Sites, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::Sites.path().to_owned(), name: s.t(Entry::Sites.key()) }];
    Ok(page(pages::site(&s, &row, &list.page, &view)))
}

pub(super) async fn nodes(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    headers: HeaderMap,
    query: Query<ListQuery>,
) -> Answer {
    let live = query.0.part.is_some();
    let ask = asked(&visit, query.0, SortKey::OF_NODES)?;
    if let Some(straight) = straight(&app, &sight, ListKind::Nodes, &ask, live) {
        return Ok(straight);
    }
    let refused = |error| Refusal::query(&visit, &error);
    let (order, after) = (ask.sort.unwrap_or_default(), ask.after.as_deref());
    let list = query::nodes(&app.fleet, &node_filter(&ask, &sight), order, after, visit.now)
        .await
        .map_err(refused)?;
    let (_, nodes_in_all) = query::in_sight(&app.fleet, &sight);
    let long = list.facets.everything > GROUPED_ABOVE && ask.plain();
    let view = ListView {
        ask: &ask,
        counts: &nodes_in_all,
        facets: &list.facets,
        groups: &if long { lists::node_groups(&app.fleet, &sight) } else { Vec::new() },
        columns: &columns(&headers, ListKind::Nodes),
        views: &views(&app, &viewer, ListKind::Nodes).await,
    };
    Ok(page(pages::nodes(&visit.surround(Entry::Nodes, Vec::new()), &list.page, &view)))
}

/// Format of a file; an address without one is no address of ours.
fn format(visit: &Visit, query: &ListQuery) -> Result<Format, Refusal> {
    query.format.as_deref().and_then(Format::from_key).ok_or_else(|| Refusal::new(visit, Problem::BadRequest))
}

/// The filter in words, without the marks that keep the direction of names apart on a screen.
fn in_words(s: &Surround, ask: &ListAsk, app: &App, sight: &Sight) -> String {
    let site = ask.site.and_then(|id| lists::site_name(&app.fleet, sight, SiteId(id)));
    ask.described(s, site.as_deref()).replace(['\u{2068}', '\u{2069}'], "")
}

pub(super) async fn export_nodes(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    query: Query<ListQuery>,
) -> Answer {
    let format = format(&visit, &query.0)?;
    let ask = asked(&visit, query.0, SortKey::OF_NODES)?;
    let turn = download::turn(&visit).await?;
    let most = CELLS_MAX / pages::NODE_COLUMNS;
    let (rows, total) =
        lists::all_nodes(&app.fleet, &node_filter(&ask, &sight), ask.sort.unwrap_or_default(), most);
    if total > rows.len() {
        return Err(Refusal::new(&visit, Problem::TooMuch));
    }
    let s = visit.surround(Entry::Nodes, Vec::new());
    let table = pages::node_table(&s, &rows, &in_words(&s, &ask, &app, &sight), visit.now.wall);
    let file = File { stem: "nodes", thing: "nodes".to_owned(), format, table };
    download::answer(turn, &app, &visit, &viewer, file).await
}

pub(super) async fn export_sites(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    query: Query<ListQuery>,
) -> Answer {
    let format = format(&visit, &query.0)?;
    let ask = asked(&visit, query.0, SortKey::OF_SITES)?;
    let turn = download::turn(&visit).await?;
    let most = CELLS_MAX / pages::SITE_COLUMNS;
    let (rows, total) =
        lists::all_sites(&app.fleet, &site_filter(&ask, &sight), ask.sort.unwrap_or_default(), most);
    if total > rows.len() {
        return Err(Refusal::new(&visit, Problem::TooMuch));
    }
    let s = visit.surround(Entry::Sites, Vec::new());
    let table = pages::site_table(&s, &rows, &in_words(&s, &ask, &app, &sight), visit.now.wall);
    let file = File { stem: "sites", thing: "sites".to_owned(), format, table };
    download::answer(turn, &app, &visit, &viewer, file).await
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
}

/// Which columns a reader wants: a cookie, so that the server makes the page right at once.
pub(super) async fn choose_columns(
    Extension(transport): Extension<Transport>,
    visit: Visit,
    form: Fields,
) -> Response {
    let Ok(Form(fields)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let Some(kind) = field(&fields, "list").and_then(ListKind::from_key) else {
        return Refusal::new(&visit, Problem::BadRequest).into_response();
    };
    let shown: Vec<&str> =
        fields.iter().filter(|(name, _)| name == "show").map(|(_, value)| value.as_str()).collect();
    let name = format!("{COLUMNS_COOKIE}{}", kind.key());
    let cookie = choice(&name, &Columns::showing(kind, &shown).cookie(), transport);
    see_other(field(&fields, "back").and_then(local_path).unwrap_or(kind.base()), vec![cookie])
}

fn failed(visit: &Visit, error: StoreError) -> Refusal {
    Refusal::query(visit, &error.into())
}

/// Keeps a view under a name.
pub(super) async fn keep_view(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    form: Fields,
) -> Answer {
    let unusable = || Refusal::new(&visit, Problem::BadRequest);
    let Ok(Form(fields)) = form else { return Err(unusable()) };
    let name = field(&fields, "name").unwrap_or_default().trim();
    let path = field(&fields, "path").and_then(local_path).ok_or_else(unusable)?;
    let base = path.split('?').next().unwrap_or_default();
    let kinds = [ListKind::Sites, ListKind::Nodes, ListKind::Items];
    let kind = kinds.into_iter().find(|kind| kind.base() == base).ok_or_else(unusable)?;
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.chars().any(char::is_control) {
        return Err(unusable());
    }
    let kept = app.store.keep_view(viewer.person, kind.key(), name, path, visit.now.wall).await;
    match kept.map_err(|error| failed(&visit, error))? {
        Kept::Yes => Ok(see_other(path, Vec::new())),
        Kept::Full => Err(unusable()),
    }
}

/// Lets go of a view.
pub(super) async fn drop_view(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Fields,
) -> Answer {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let id = id.parse().map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    let there = app.store.drop_view(viewer.person, id).await.map_err(|error| failed(&visit, error))?;
    if !there {
        return Err(Refusal::new(&visit, Problem::NotFound));
    }
    Ok(see_other(field(&fields, "back").and_then(local_path).unwrap_or("/nodes"), Vec::new()))
}
