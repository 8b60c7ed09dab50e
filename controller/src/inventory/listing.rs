//! The list of items as one viewer reads it: what their role shows, in their order, page by page, with counts.
//!
//! Enters: a standpoint and what is asked. Leaves: rows of what is granted, the place of the next page. What a role is not
//! shown it cannot ask by, order by or count by. A cursor holds numbers and times, never a name.

use holdfast_protocol::custody::State;
use holdfast_protocol::ids::ItemId;
use holdfast_protocol::time::WallMs;

use super::Standpoint;
use super::view::{self, ItemView};
use crate::access::Shows;
use crate::api::inventory::items::{ItemsQuery, filter};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::query::order::Direction;
use crate::query::{Order, PAGE_ROWS, SortKey};
use crate::store::inventory::items::{ByItem, ItemFacets, Narrowed, PlaceOfItem, Way};

/// How long something may lie unaccepted before somebody has to look after it.
pub(super) const ACCEPTED_WITHIN_MS: i64 = 72 * 3_600_000;

/// What is asked of the list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) query: ItemsQuery,
    /// Empty text for no region.
    pub(crate) region: Option<String>,
    pub(crate) attention: bool,
    pub(crate) order: Order,
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) item: ItemView,
    /// Whether it waits for the answer to a hand-over, and to whom it is offered where the viewer is shown that.
    pub(crate) offered: Option<Option<String>>,
    pub(crate) attention: bool,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) rows: Vec<Row>,
    pub(crate) total: u64,
    pub(crate) next: Option<String>,
    pub(crate) facets: ItemFacets,
}

/// A page of items in sight.
pub(crate) async fn page(
    app: &App,
    standpoint: &Standpoint,
    asked: &Asked,
    now: WallMs,
) -> Result<Listed, ApiError> {
    let narrowed = narrowed(standpoint, asked, now)?;
    let order = order(standpoint, asked.order)?;
    let after = asked.query.after.as_deref().map(|text| from_cursor(text, asked.order)).transpose()?;
    let most = i64::try_from(PAGE_ROWS.saturating_add(1)).unwrap_or(i64::MAX);
    // The rows and their counts are read side by side: each takes as long as the other.
    let listed = app.store.list_items(&narrowed, order, after, most);
    let (mut found, mut facets) = tokio::try_join!(listed, app.store.item_facets(&narrowed))?;
    let more = found.len() > PAGE_ROWS;
    found.truncate(PAGE_ROWS);
    let next = found.last().filter(|_| more).map(|last| {
        let (item, attention) = (&last.listed.item, u8::from(last.attention));
        format!("{}.{attention}_{}.{}", asked.order.key(), item.changed.0, item.id.0)
    });
    hide(standpoint, &mut facets);
    let of_state =
        |state: State| facets.states.iter().find(|(it, _)| *it == state).map_or(0, |(_, count)| *count);
    let total = match (asked.attention, asked.query.state) {
        (_, None) => facets.any_state(),
        (_, Some(state)) => of_state(state),
    };
    Ok(Listed { rows: rows(standpoint, found), total, next, facets })
}

/// All rows of the list, but no more than `most`.
pub(crate) async fn all(
    app: &App,
    standpoint: &Standpoint,
    asked: &Asked,
    (now, most): (WallMs, i64),
) -> Result<Vec<Row>, ApiError> {
    let narrowed = narrowed(standpoint, asked, now)?;
    let found = app.store.list_items(&narrowed, order(standpoint, asked.order)?, None, most).await?;
    Ok(rows(standpoint, found))
}

fn rows(standpoint: &Standpoint, found: Vec<crate::store::inventory::items::Listing>) -> Vec<Row> {
    let names = standpoint.shows(Shows::Custodian);
    let row = |listing: crate::store::inventory::items::Listing| Row {
        attention: listing.attention,
        offered: listing.offered_to.map(|to| Some(to).filter(|_| names)),
        item: view::item(standpoint, listing.listed),
    };
    found.into_iter().map(row).collect()
}

fn narrowed<'a>(standpoint: &Standpoint, asked: &'a Asked, now: WallMs) -> Result<Narrowed<'a>, ApiError> {
    if asked.region.is_some() && !standpoint.shows(Shows::Region) {
        return Err(ApiError::forbidden());
    }
    Ok(Narrowed {
        filter: filter(standpoint, &asked.query)?,
        region: asked.region.as_deref(),
        attention: asked.attention,
        long: now.plus_ms(-ACCEPTED_WITHIN_MS),
        now,
    })
}

/// What a field's order would tell is what the field tells.
fn order(standpoint: &Standpoint, order: Order) -> Result<(ByItem, Way), ApiError> {
    let (by, shown) = match order.by {
        SortKey::Need => (ByItem::Attention, true),
        SortKey::Name => (ByItem::Name, standpoint.shows(Shows::FreeText)),
        SortKey::Model => (ByItem::Model, true),
        SortKey::Programme => (ByItem::Programme, standpoint.shows(Shows::Parties)),
        SortKey::Custodian => (ByItem::Custodian, standpoint.shows(Shows::Custodian)),
        SortKey::Region => (ByItem::Region, standpoint.shows(Shows::Region)),
        SortKey::Changed => (ByItem::Changed, true),
        SortKey::Site
        | SortKey::Heard
        | SortKey::Route
        | SortKey::Delay
        | SortKey::Backlog
        | SortKey::Lost
        | SortKey::Agent
        | SortKey::Nodes => return Err(ApiError::unusable("This list has no such order.")),
    };
    if !shown {
        return Err(ApiError::forbidden());
    }
    Ok((
        by,
        match order.direction {
            Direction::Up => Way::Up,
            Direction::Down => Way::Down,
        },
    ))
}

fn hide(standpoint: &Standpoint, facets: &mut ItemFacets) {
    if !standpoint.shows(Shows::Parties) {
        facets.programmes.clear();
    }
    if !standpoint.shows(Shows::Custodian) {
        facets.custodians.clear();
    }
    if !standpoint.shows(Shows::Region) {
        facets.regions.clear();
    }
}

fn from_cursor(text: &str, order: Order) -> Result<PlaceOfItem, ApiError> {
    let wrong = || ApiError::unusable("The parameter after is what the page before gave as next, unchanged.");
    let mut parts = text.split('.');
    let (Some(key), Some(place), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    let (attention, changed) = place.split_once('_').ok_or_else(wrong)?;
    if key != order.key() || !matches!(attention, "0" | "1") {
        return Err(wrong());
    }
    let item = id.parse().map(ItemId).map_err(|_| wrong())?;
    let changed = changed.parse().map(WallMs).map_err(|_| wrong())?;
    Ok(PlaceOfItem { item, changed, attention: attention == "1" })
}

/// Whether a text is too short to be searched for.
pub(crate) fn is_short(text: &str) -> bool {
    text.trim().chars().count() < crate::store::inventory::items::FRAGMENT_CHARACTERS_MIN
}
