//! Handlers of the list of equipment, its files, and the page that a label leads to.
//!
//! Enters: requests that the guard let pass, with the standpoint of who asks. Leaves: pages, files, redirects. What is asked
//! goes to `inventory::listing`, which shows no more than the role is granted.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::custody::State as ItemState;
use holdfast_protocol::ids::ItemCode;
use serde::Deserialize;

use super::download::{self, File};
use super::lists::{TEXT_BYTES_MAX, columns, views};
use super::pages::{self, ITEM_COLUMNS, ItemsAsk, ItemsView, ListAsk, ListKind, Problem};
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::Entry;
use super::visit::Visit;
use crate::access::{Shows, Viewer};
use crate::api::inventory::items::ItemsQuery;
use crate::app::App;
use crate::export::{CELLS_MAX, Format};
use crate::inventory::Standpoint;
use crate::inventory::listing::{self, Asked};
use crate::query::{Order, SortKey};

type Answer = Result<Response, Refusal>;
type Asking = Result<Query<EquipmentQuery>, QueryRejection>;

/// What the list's address may say. Other names are passed over, so that an old link still opens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EquipmentQuery {
    state: Option<String>,
    attention: Option<String>,
    region: Option<String>,
    programme: Option<i64>,
    donation: Option<i64>,
    custodian: Option<i64>,
    model: Option<i64>,
    container: Option<i64>,
    text: Option<String>,
    sort: Option<String>,
    times: Option<String>,
    after: Option<String>,
    back: Option<String>,
    format: Option<String>,
}

/// What is asked of the list, and the format of a file. A state or an order that is none is refused.
fn asked(visit: &Visit, query: Asking) -> Result<(ListAsk, Option<Format>), Refusal> {
    let unusable = || Refusal::new(visit, Problem::BadRequest);
    let Ok(Query(asked)) = query else { return Err(unusable()) };
    let given = |text: Option<String>| {
        let text = text.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES_MAX)
    };
    let said = |text: Option<String>| text.is_some_and(|text| text == "true");
    let state = match given(asked.state) {
        None => None,
        Some(word) => Some(ItemState::from_word(&word).ok_or_else(unusable)?),
    };
    let sort = match given(asked.sort) {
        None => None,
        Some(key) => {
            Some(Order::from_key(&key, SortKey::OF_ITEMS).map_err(|error| Refusal::query(visit, &error))?)
        }
    };
    let format = given(asked.format).and_then(|key| Format::from_key(&key));
    let items = ItemsAsk {
        state,
        attention: said(asked.attention),
        programme: asked.programme,
        donation: asked.donation,
        custodian: asked.custodian,
        model: asked.model,
        container: asked.container,
    };
    let ask = ListAsk {
        region: given(asked.region).map(ListAsk::region_of),
        items,
        text: given(asked.text),
        sort,
        times: said(asked.times),
        after: asked.after,
        back: asked.back,
        ..ListAsk::default()
    };
    Ok((ask, format))
}

fn asking(ask: &ListAsk) -> Asked {
    let ItemsAsk { state, attention, programme, donation, custodian, model, container } = ask.items;
    let text = ask.text.clone().filter(|text| !listing::is_short(text));
    let query = ItemsQuery {
        after: ask.after.clone(),
        state,
        custodian,
        donation,
        programme,
        model,
        container,
        text,
        ..ItemsQuery::default()
    };
    Asked { query, region: ask.region.clone(), attention, order: ask.sort.unwrap_or_default() }
}

/// Columns that this viewer is not shown.
fn barred(standpoint: &Standpoint) -> Vec<&'static str> {
    let columns = [("programme", Shows::Parties), ("custodian", Shows::Custodian), ("region", Shows::Region)];
    columns.into_iter().filter(|(_, kind)| !standpoint.shows(*kind)).map(|(key, _)| key).collect()
}

/// `GET /equipment`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    standpoint: Standpoint,
    headers: HeaderMap,
    query: Asking,
) -> Answer {
    let (ask, _) = asked(&visit, query)?;
    if let Some(straight) = straight(&app, &visit, &standpoint, &ask).await? {
        return Ok(straight);
    }
    let page = listing::page(&app, &standpoint, &asking(&ask), visit.now.wall).await;
    let page = page.map_err(|error| Refusal::api(&visit, &error))?;
    let view = ItemsView {
        ask: &ask,
        columns: &columns(&headers, ListKind::Items).barring(barred(&standpoint)),
        views: &views(&app, &viewer, ListKind::Items).await,
        short: ask.text.as_deref().is_some_and(listing::is_short),
        registers: app.access.opens(&viewer.roles, "/equipment/new"),
        hands_over: app.access.opens(&viewer.roles, "/handovers"),
    };
    let s = visit.surround(Entry::Equipment, Vec::new());
    Ok(Html(pages::equipment(&s, &page, &view)).into_response())
}

/// An exact code leads straight to the item.
async fn straight(
    app: &App,
    visit: &Visit,
    standpoint: &Standpoint,
    ask: &ListAsk,
) -> Result<Option<Response>, Refusal> {
    let code = ask.text.as_deref().filter(|_| ask.after.is_none()).and_then(code_of);
    let Some(code) = code else { return Ok(None) };
    let failed = |error| Refusal::store(visit, &error);
    let Some(item) = app.store.item_by_code(code).await.map_err(failed)? else { return Ok(None) };
    let seen = app.store.item(item.id, standpoint.whose).await.map_err(failed)?;
    Ok(seen.map(|item| see_other(&format!("/equipment/{}", item.id.0), Vec::new())))
}

/// A code as people type it: with or without hyphens, spaces and the letters in front.
pub(super) fn code_of(text: &str) -> Option<ItemCode> {
    crate::query::text::folded_id(text).parse().ok()
}

/// `GET /equipment/export`.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    standpoint: Standpoint,
    query: Asking,
) -> Answer {
    let (ask, format) = asked(&visit, query)?;
    let format = format.ok_or_else(|| Refusal::new(&visit, Problem::BadRequest))?;
    let turn = download::turn(&visit).await?;
    let most = CELLS_MAX / ITEM_COLUMNS;
    let one_more = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
    let rows = listing::all(&app, &standpoint, &asking(&ask), (visit.now.wall, one_more)).await;
    let rows = rows.map_err(|error| Refusal::api(&visit, &error))?;
    if rows.len() > most {
        return Err(Refusal::new(&visit, Problem::TooMuch));
    }
    let s = visit.surround(Entry::Equipment, Vec::new());
    let table = pages::item_table(&s, &rows, &ask, &barred(&standpoint), visit.now.wall);
    let file = File { stem: "items", thing: "items".to_owned(), format, table };
    download::answer(turn, &app, &visit, &viewer, file).await
}

/// `GET /f/i/{code}`: what a label leads to. Strangers read the same for every code, known or not.
pub(super) async fn label(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Option<Viewer>,
    Path(code): Path<String>,
) -> Response {
    let sees = viewer.is_some_and(|viewer| app.access.opens(&viewer.roles, Entry::Equipment.path()));
    if let Some(code) = code_of(&code).filter(|_| sees) {
        return see_other(&format!("{}?text={}", Entry::Equipment.path(), code.shown()), Vec::new());
    }
    Html(pages::label(&visit.surround(Entry::Elsewhere, Vec::new()))).into_response()
}
