//! Lists of nodes and sites, from memory: "needs a person first", 50 rows a page.
//!
//! Enters: filters and where to go on. Leaves: a page and its cursor. A cursor is the place of the last row in the order
//! (urgency, since, id), not a count, so that rows that change while someone reads are neither skipped in bulk nor repeated.

use std::cmp::Reverse;

use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::{PAGE_ROWS, QueryError};
use crate::clock::Now;
use crate::fleet::node::Node;
use crate::fleet::rows::{node_row, severity, site_row, site_state};
use crate::fleet::{Fleet, Inner};
use crate::model::{NodeRow, Page, SiteRow, State};

/// Longest text of a search that is looked at.
const TEXT_CHARS_MAX: usize = 64;

/// Which nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeFilter {
    /// With this word.
    pub word: Option<StateWord>,
    /// At this site.
    pub site: Option<SiteId>,
    /// Only those past their promise and within grace.
    pub late: bool,
    /// Begin of the id, any case, with or without hyphens.
    pub text: Option<String>,
}

/// Which sites.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteFilter {
    /// With this word.
    pub word: Option<StateWord>,
    /// In this region.
    pub region: Option<String>,
    /// Part of the name, any case.
    pub text: Option<String>,
}

/// Place of a row in the order.
type Place<I> = (u8, Reverse<bool>, i64, I);

/// A page of nodes.
///
/// # Errors
/// [`QueryError::Ask`] for a cursor that is none.
pub async fn nodes(
    fleet: &Fleet,
    filter: &NodeFilter,
    after: Option<&str>,
    now: Now,
) -> Result<Page<NodeRow>, QueryError> {
    let after = after.map(cursor::<NodeId>).transpose()?;
    let text = filter.text.as_deref().map(folded_id);
    Ok(fleet.read(|inner| {
        let mut found: Vec<(Place<NodeId>, &Node)> = inner
            .nodes
            .values()
            .filter(|node| filter.site.is_none_or(|site| node.site == Some(site)))
            .filter(|node| filter.word.is_none_or(|word| node.state().word == word))
            .filter(|node| !filter.late || node.state().late)
            .filter(|node| text.as_ref().is_none_or(|text| node.id.to_string().starts_with(text.as_str())))
            .map(|node| (place(&node.state(), node.id), node))
            .collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        page(found, after, now.wall, |node| node_row(node, node.site.and_then(|site| inner.sites.get(&site))))
    }))
}

/// A page of sites.
///
/// # Errors
/// [`QueryError::Ask`] for a cursor that is none.
pub async fn sites(
    fleet: &Fleet,
    filter: &SiteFilter,
    after: Option<&str>,
    now: Now,
) -> Result<Page<SiteRow>, QueryError> {
    let after = after.map(cursor::<SiteNumber>).transpose()?;
    let text = filter.text.as_deref().map(folded);
    Ok(fleet.read(|inner| {
        let by_site = inner.by_site();
        let mut found: Vec<(Place<SiteNumber>, SiteId)> = inner
            .sites
            .values()
            .filter(|site| filter.region.as_ref().is_none_or(|region| site.region == *region))
            .filter(|site| text.as_ref().is_none_or(|text| folded(&site.name).contains(text.as_str())))
            .map(|site| (site_state(nodes_of(&by_site, site.id)), site.id))
            .filter(|(state, _)| filter.word.is_none_or(|word| state.word == word))
            .map(|(state, id)| (place(&state, SiteNumber(id)), id))
            .collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        page_of(found, after, now.wall, |id| {
            inner.sites.get(&id).map(|site| site_row(site, nodes_of(&by_site, id), now.wall))
        })
    }))
}

/// One site.
///
/// # Errors
/// [`QueryError::NotFound`].
pub async fn site(fleet: &Fleet, id: SiteId, now: Now) -> Result<SiteRow, QueryError> {
    fleet
        .read(|inner| {
            let nodes: Vec<&Node> = at_site(inner, id);
            inner.sites.get(&id).map(|site| site_row(site, &nodes, now.wall))
        })
        .ok_or(QueryError::NotFound { what: "site" })
}

fn at_site(inner: &Inner, id: SiteId) -> Vec<&Node> {
    inner.nodes.values().filter(|node| node.site == Some(id)).collect()
}

fn nodes_of<'a, 'b>(
    by_site: &'b std::collections::BTreeMap<SiteId, Vec<&'a Node>>,
    id: SiteId,
) -> &'b [&'a Node] {
    by_site.get(&id).map(Vec::as_slice).unwrap_or_default()
}

/// Most urgent first; of equal words the late ones, then those that have waited longest.
fn place<I>(state: &State, id: I) -> Place<I> {
    (severity(state.word), Reverse(state.late), state.since.map_or(i64::MAX, |since| since.0), id)
}

fn page<T, I: Id, R>(
    found: Vec<(Place<I>, T)>,
    after: Option<Place<I>>,
    made_at: WallMs,
    row: impl Fn(T) -> R,
) -> Page<R> {
    page_of(found, after, made_at, |item| Some(row(item)))
}

fn page_of<T, I: Id, R>(
    found: Vec<(Place<I>, T)>,
    after: Option<Place<I>>,
    made_at: WallMs,
    row: impl Fn(T) -> Option<R>,
) -> Page<R> {
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let mut rest = found.into_iter().filter(|(place, _)| after.is_none_or(|after| *place > after)).peekable();
    let mut rows = Vec::with_capacity(PAGE_ROWS);
    let mut last = None;
    while rows.len() < PAGE_ROWS {
        let Some((place, item)) = rest.next() else { break };
        last = Some(place);
        rows.extend(row(item));
    }
    let next = last.filter(|_| rest.peek().is_some()).map(|place| text_of(&place));
    Page { rows, total, next, made_at }
}

/// An id that a cursor can hold.
trait Id: Copy + Ord {
    fn write(self) -> String;
    fn read(text: &str) -> Option<Self>;
}

/// A site's number with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SiteNumber(SiteId);

impl Id for NodeId {
    fn write(self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Id for SiteNumber {
    fn write(self) -> String {
        self.0.0.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(|id| Self(SiteId(id)))
    }
}

fn text_of<I: Id>((severity, Reverse(late), since, id): &Place<I>) -> String {
    format!("{severity}.{}.{since}.{}", u8::from(*late), id.write())
}

fn cursor<I: Id>(text: &str) -> Result<Place<I>, QueryError> {
    let read = || {
        let mut parts = text.split('.');
        let place = (
            parts.next()?.parse().ok()?,
            Reverse(match parts.next()? {
                "0" => false,
                "1" => true,
                _ => return None,
            }),
            parts.next()?.parse().ok()?,
            I::read(parts.next()?)?,
        );
        parts.next().is_none().then_some(place)
    };
    read()
        .ok_or(QueryError::Ask { parameter: "after", why: "hand back `next` of the page before, unchanged" })
}

fn folded(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).flat_map(char::to_lowercase).collect()
}

fn folded_id(text: &str) -> String {
    folded(text).chars().filter(|c| !matches!(c, '-' | ' ')).collect()
}
