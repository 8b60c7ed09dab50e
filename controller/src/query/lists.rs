//! Lists of nodes and sites, from memory: filtered, ordered, 50 rows a page; and whole, for files.
//!
//! Enters: filters, an order and where to go on. Leaves: a page with its cursor, and the counts of its facets. Without an
//! order "needs a person first" holds.

use std::collections::BTreeMap;

use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::presence::StateWord;

use super::facets::{Chosen, Facets, Fails, Kind, Tally, Told};
use super::order::{Id, Order, Place, SiteNumber, SortKey, Value, cursor, from_cursor, page};
use super::text::{folded, folded_id};
use super::{PAGE_ROWS, QueryError};
use crate::access::Sight;
use crate::clock::Now;
use crate::fleet::node::Node;
use crate::fleet::rows::{node_row, severity, site_ref, site_row, site_row_bare, site_state};
use crate::fleet::{Fleet, Inner};
use crate::model::{Group, NodeRow, Page, SiteRow, State};
use crate::store::sites::SiteRecord;

/// Which nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeFilter {
    /// Of these alone: what the viewer may learn of.
    pub sight: Sight,
    /// With this word.
    pub word: Option<StateWord>,
    /// At this site.
    pub site: Option<SiteId>,
    /// At a site of this region; empty text: at none, or at one whose region is not known.
    pub region: Option<String>,
    /// Only those past their promise and within grace.
    pub late: bool,
    /// With this version of the agent.
    pub agent: Option<String>,
    /// Begin of the id, with or without hyphens, or part of the site's name.
    pub text: Option<String>,
}

/// Which sites.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteFilter {
    /// Of these alone: what the viewer may learn of.
    pub sight: Sight,
    /// With this word.
    pub word: Option<StateWord>,
    /// In this region; empty text: not known.
    pub region: Option<String>,
    /// Only those whose worst node is past its promise and within grace.
    pub late: bool,
    /// With a node of this version of the agent.
    pub agent: Option<String>,
    /// Part of the name.
    pub text: Option<String>,
}

/// A page of a list with the counts beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<R> {
    /// The page.
    pub page: Page<R>,
    /// What it could be narrowed to.
    pub facets: Facets,
}

/// A row that is not written out yet.
type Found<I, T> = (Place<I>, T);

/// A page of nodes.
///
/// # Errors
/// [`QueryError::Ask`] for a cursor that is none, or belongs to another order.
pub async fn nodes(
    fleet: &Fleet,
    filter: &NodeFilter,
    order: Order,
    after: Option<&str>,
    now: Now,
) -> Result<Listing<NodeRow>, QueryError> {
    fleet.read(|inner| {
        let (found, facets) = found_nodes(inner, filter, order);
        let row = |node: &Node| node_row(node, at(inner, node));
        Ok(Listing { page: page_of((inner, &filter.sight), found, order, after, now, row)?, facets })
    })
}

/// A page of sites.
///
/// # Errors
/// As [`nodes`].
pub async fn sites(
    fleet: &Fleet,
    filter: &SiteFilter,
    order: Order,
    after: Option<&str>,
    now: Now,
) -> Result<Listing<SiteRow>, QueryError> {
    fleet.read(|inner| {
        let by_site = inner.by_site();
        let (found, facets) = found_sites(inner, &by_site, filter, order);
        let row = |site: &SiteRecord| site_row(site, nodes_of(&by_site, site.id), now.wall);
        Ok(Listing { page: page_of((inner, &filter.sight), found, order, after, now, row)?, facets })
    })
}

/// All nodes under a filter, in an order, but no more than `most`; and how many there are.
#[must_use]
pub fn all_nodes(fleet: &Fleet, filter: &NodeFilter, order: Order, most: usize) -> (Vec<NodeRow>, usize) {
    fleet.read(|inner| {
        let (found, _) = found_nodes(inner, filter, order);
        let total = found.len();
        let (rows, _) = page(found, order.direction, None, most);
        (rows.into_iter().map(|node| node_row(node, at(inner, node))).collect(), total)
    })
}

/// All sites under a filter, in an order, without their strips, but no more than `most`; and how many there are.
#[must_use]
pub fn all_sites(fleet: &Fleet, filter: &SiteFilter, order: Order, most: usize) -> (Vec<SiteRow>, usize) {
    fleet.read(|inner| {
        let by_site = inner.by_site();
        let (found, _) = found_sites(inner, &by_site, filter, order);
        let total = found.len();
        let (rows, _) = page(found, order.direction, None, most);
        (rows.into_iter().map(|site| site_row_bare(site, nodes_of(&by_site, site.id))).collect(), total)
    })
}

/// All nodes in sight by region, the most urgent region first.
#[must_use]
pub fn node_groups(fleet: &Fleet, sight: &Sight) -> Vec<Group> {
    fleet.read(|inner| {
        let nodes = inner.nodes.values().filter(|node| sight.has(node.site));
        groups(nodes.map(|node| (at(inner, node).map_or("", |site| &site.region), node.state())))
    })
}

/// All sites in sight by region, the most urgent region first.
#[must_use]
pub fn site_groups(fleet: &Fleet, sight: &Sight) -> Vec<Group> {
    fleet.read(|inner| {
        let by_site = inner.by_site();
        let sites = inner.sites.values().filter(|site| sight.has(Some(site.id)));
        groups(sites.map(|site| (site.region.as_str(), site_state(nodes_of(&by_site, site.id)))))
    })
}

/// One site, if it is in sight.
///
/// # Errors
/// [`QueryError::NotFound`].
pub async fn site(fleet: &Fleet, sight: &Sight, id: SiteId, now: Now) -> Result<SiteRow, QueryError> {
    fleet
        .read(|inner| {
            let nodes: Vec<&Node> = inner.nodes.values().filter(|node| node.site == Some(id)).collect();
            let site = inner.sites.get(&id).filter(|site| sight.has(Some(site.id)));
            site.map(|site| site_row(site, &nodes, now.wall))
        })
        .ok_or(QueryError::NotFound { what: "site" })
}

/// The node in sight whose whole id this is, as people type it.
#[must_use]
pub fn exact_node(fleet: &Fleet, sight: &Sight, text: &str) -> Option<NodeId> {
    let id = folded_id(text).parse().ok()?;
    fleet.read(|inner| inner.nodes.get(&id).is_some_and(|node| sight.has(node.site))).then_some(id)
}

/// The only site in sight whose whole name this is.
#[must_use]
pub fn exact_site(fleet: &Fleet, sight: &Sight, text: &str) -> Option<SiteId> {
    let wanted = folded(text.trim());
    fleet.read(|inner| {
        let seen = inner.sites.values().filter(|site| sight.has(Some(site.id)));
        let mut named = seen.filter(|site| folded(&site.name) == wanted);
        let first = named.next().map(|site| site.id);
        first.filter(|_| named.next().is_none())
    })
}

/// The name of a site in sight.
#[must_use]
pub fn site_name(fleet: &Fleet, sight: &Sight, id: SiteId) -> Option<String> {
    fleet.read(|inner| inner.sites.get(&id).filter(|_| sight.has(Some(id))).map(|site| site.name.clone()))
}

fn at<'a>(inner: &'a Inner, node: &Node) -> Option<&'a SiteRecord> {
    node.site.and_then(|site| inner.sites.get(&site))
}

fn nodes_of<'a, 'b>(by_site: &'b BTreeMap<SiteId, Vec<&'a Node>>, id: SiteId) -> &'b [&'a Node] {
    by_site.get(&id).map(Vec::as_slice).unwrap_or_default()
}

fn found_nodes<'a>(
    inner: &'a Inner,
    filter: &NodeFilter,
    order: Order,
) -> (Vec<Found<NodeId, &'a Node>>, Facets) {
    let id = filter.text.as_deref().map(folded_id);
    let name = filter.text.as_deref().map(folded);
    let named = |site: Option<&SiteRecord>| {
        site.zip(name.as_ref()).is_some_and(|(site, name)| folded(&site.name).contains(name.as_str()))
    };
    let mut tally = Tally::default();
    let mut found = Vec::new();
    for node in inner.nodes.values().filter(|node| filter.sight.has(node.site)) {
        let (state, site) = (node.state(), at(inner, node));
        let region = site.map_or("", |site| &site.region);
        let matches =
            id.as_ref().is_none_or(|id| node.id.to_string().starts_with(id.as_str()) || named(site));
        let fails = Fails::default()
            .with(Kind::Word, filter.word.is_none_or(|word| state.word == word))
            .with(Kind::Late, !filter.late || state.late)
            .with(Kind::Site, filter.site.is_none_or(|site| node.site == Some(site)))
            .with(Kind::Region, filter.region.as_ref().is_none_or(|wanted| region == wanted))
            .with(Kind::Agent, filter.agent.as_ref().is_none_or(|agent| node.agent.as_deref() == Some(agent)))
            .with_text(matches);
        let told = Told { word: state.word, late: state.late, region: Some(region), site: node.site };
        tally.take(told, node.agent.as_deref().as_slice(), fails);
        if fails.none() {
            found.push((Place { value: node_value(node, &state, site, order.by), id: node.id }, node));
        }
    }
    let chosen =
        Chosen { region: filter.region.as_deref(), agent: filter.agent.as_deref(), site: filter.site };
    let seen = |id| inner.sites.get(&id).filter(|_| filter.sight.has(Some(id)));
    (found, tally.done(chosen, |id| seen(id).map(site_ref)))
}

fn found_sites<'a>(
    inner: &'a Inner,
    by_site: &BTreeMap<SiteId, Vec<&'a Node>>,
    filter: &SiteFilter,
    order: Order,
) -> (Vec<Found<SiteNumber, &'a SiteRecord>>, Facets) {
    let name = filter.text.as_deref().map(folded);
    let mut tally = Tally::default();
    let mut found = Vec::new();
    for site in inner.sites.values().filter(|site| filter.sight.has(Some(site.id))) {
        let nodes = nodes_of(by_site, site.id);
        let state = site_state(nodes);
        let mut agents: Vec<&str> = nodes.iter().filter_map(|node| node.agent.as_deref()).collect();
        agents.sort_unstable();
        agents.dedup();
        let fails = Fails::default()
            .with(Kind::Word, filter.word.is_none_or(|word| state.word == word))
            .with(Kind::Late, !filter.late || state.late)
            .with(Kind::Region, filter.region.as_ref().is_none_or(|region| site.region == *region))
            .with(Kind::Agent, filter.agent.as_ref().is_none_or(|agent| agents.contains(&agent.as_str())))
            .with_text(name.as_ref().is_none_or(|name| folded(&site.name).contains(name.as_str())));
        let told = Told { word: state.word, late: state.late, region: Some(&site.region), site: None };
        tally.take(told, &agents, fails);
        if fails.none() {
            let id = SiteNumber(site.id);
            found.push((Place { value: site_value(site, nodes, &state, order.by), id }, site));
        }
    }
    let chosen = Chosen { region: filter.region.as_deref(), agent: filter.agent.as_deref(), site: None };
    (found, tally.done(chosen, |_| None))
}

/// Most urgent first; of equal words the late ones, then those that have waited longest.
fn need(state: &State) -> Value {
    Value::Need(severity(state.word), !state.late, state.since.map_or(i64::MAX, |since| since.0))
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::text(text))
}

fn node_value(node: &Node, state: &State, site: Option<&SiteRecord>, by: SortKey) -> Option<Value> {
    let digest = node.digest.as_ref();
    match by {
        SortKey::Need => Some(need(state)),
        SortKey::Name => {
            let [a, b, c, d, e] = node.id.bytes();
            Some(Value::Whole(i64::from_be_bytes([0, 0, 0, a, b, c, d, e])))
        }
        SortKey::Site => site.map(|site| Value::name(&site.name, site.id)),
        SortKey::Region => site.and_then(|site| text(&site.region)),
        SortKey::Heard => state.heard.map(|heard| Value::Whole(heard.0)),
        SortKey::Route => digest.and_then(|digest| digest.route.as_deref()).and_then(text),
        SortKey::Delay => digest.and_then(|digest| digest.rtt_ms).map(Value::figure),
        SortKey::Backlog => digest.and_then(|digest| digest.spool_records).map(Value::count),
        SortKey::Lost => Some(Value::count(node.lost_records)),
        SortKey::Agent => node.agent.as_deref().and_then(text),
        // Not orders of this list; `Order::from_key` does not give them.
        SortKey::Nodes | SortKey::Model | SortKey::Programme | SortKey::Custodian | SortKey::Changed => None,
    }
}

fn site_value(site: &SiteRecord, nodes: &[&Node], state: &State, by: SortKey) -> Option<Value> {
    match by {
        SortKey::Need => Some(need(state)),
        SortKey::Name | SortKey::Site => Some(Value::name(&site.name, site.id)),
        SortKey::Region => text(&site.region),
        SortKey::Heard => state.heard.map(|heard| Value::Whole(heard.0)),
        SortKey::Nodes => i64::try_from(nodes.len()).ok().map(Value::Whole),
        SortKey::Backlog => site_row_bare(site, nodes).backlog_records.map(Value::count),
        // Not orders of this list; `Order::from_key` does not give them.
        SortKey::Route
        | SortKey::Delay
        | SortKey::Lost
        | SortKey::Agent
        | SortKey::Model
        | SortKey::Programme
        | SortKey::Custodian
        | SortKey::Changed => None,
    }
}

fn page_of<T, I: Id, R>(
    (inner, sight): (&Inner, &Sight),
    found: Vec<Found<I, T>>,
    order: Order,
    after: Option<&str>,
    now: Now,
    row: impl Fn(T) -> R,
) -> Result<Page<R>, QueryError> {
    let name = |id| inner.sites.get(&id).filter(|_| sight.has(Some(id))).map(|site| site.name.clone());
    let after = after.map(|text| from_cursor::<I>(text, order, name)).transpose()?;
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let (rows, next) = page(found, order.direction, after.as_ref(), PAGE_ROWS);
    let next = next.map(|place| cursor(order, &place));
    Ok(Page { rows: rows.into_iter().map(row).collect(), total, next, made_at: now.wall })
}

fn groups<'a>(rows: impl Iterator<Item = (&'a str, State)>) -> Vec<Group> {
    let mut by_region: BTreeMap<&str, Group> = BTreeMap::new();
    for (region, state) in rows {
        let group = by_region.entry(region).or_insert_with(|| Group {
            region: region.to_owned(),
            rows: 0,
            worst: state.word,
            with_worst: 0,
            late: 0,
        });
        group.rows = group.rows.saturating_add(1);
        group.late = group.late.saturating_add(u64::from(state.late));
        if severity(state.word) < severity(group.worst) {
            (group.worst, group.with_worst) = (state.word, 0);
        }
        if state.word == group.worst {
            group.with_worst = group.with_worst.saturating_add(1);
        }
    }
    let mut groups: Vec<Group> = by_region.into_values().collect();
    groups.sort_by_key(|group| (severity(group.worst), std::cmp::Reverse(group.with_worst)));
    groups
}
