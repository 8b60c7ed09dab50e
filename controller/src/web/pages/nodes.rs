//! The list of nodes, and its rows, which the page of a site shows too.
//!
//! Enters: a page of rows and what was asked. Leaves: the page. The order is the query's; a long list without a question
//! is shown by region.

use askama::Template;
use holdfast_protocol::presence::StateWord;

use super::columns::{Columns, Head};
use super::list::{
    Bar, Filters, GroupLine, ListView, Pager, Search, bar, emptiness, filters, flat, group_lines, head_line,
    search,
};
use super::{Empty, count_or_none, edge, heard, render, shown, site_link};
use crate::model::{Counts, NodeRow, Page};
use crate::web::format::{self, Multiples};
use crate::web::surround::{Markup, Surround};

const BASE: &str = "/nodes";

#[derive(Template)]
#[template(path = "nodes.html")]
struct NodesTemplate<'a> {
    s: &'a Surround,
    first: String,
    filters: Filters,
    search: Search,
    bar: Bar,
    heads: Vec<Head>,
    columns: &'a Columns,
    rows: Vec<NodeLine>,
    groups: Vec<GroupLine>,
    flat: String,
    pager: Pager,
    empty: Empty,
}

/// A row of nodes as its template wants it.
pub(super) struct NodeLine {
    pub(super) key: String,
    pub(super) edge: &'static str,
    pub(super) state: Markup,
    pub(super) path: String,
    pub(super) name: String,
    pub(super) site: Markup,
    pub(super) heard: Markup,
    pub(super) route: Markup,
    pub(super) rtt: Markup,
    pub(super) backlog: Markup,
    pub(super) lost: String,
    pub(super) agent: Markup,
}

/// One row.
pub(super) fn line(s: &Surround, row: &NodeRow) -> NodeLine {
    NodeLine {
        key: format!("n{}", row.id),
        edge: edge(row.state.word),
        state: s.state(&row.state),
        path: format!("/nodes/{}", row.id),
        name: row.shown.clone(),
        site: site_link(s, row.site.as_ref()),
        heard: heard(s, row.state.heard),
        route: s.or_none(row.route.as_deref().map(|route| s.name(route))),
        rtt: s.or_none(row.rtt_ms.map(|rtt| format::quantity(s.lang, rtt, "ms", Multiples::Decimal, false))),
        backlog: count_or_none(s, row.backlog_records),
        lost: s.count(&row.lost_records),
        agent: s.or_none(row.agent.as_deref().map(|agent| s.name(agent))),
    }
}

/// The sentence of a list: how many need a person.
pub(super) fn first(s: &Surround, key: &str, counts: &Counts) -> String {
    let well = |word: &StateWord| {
        matches!(
            word,
            StateWord::Ok | StateWord::PlannedSilence | StateWord::Maintenance | StateWord::Revoked
        )
    };
    let troubled: u64 = counts.by_word.iter().filter(|(word, _)| !well(word)).map(|(_, count)| count).sum();
    if counts.total == 0 { s.t("list-empty-first") } else { s.n(key, &troubled) }
}

/// The page `/nodes`.
#[must_use]
pub fn nodes(s: &Surround, page: &Page<NodeRow>, view: &ListView<'_>) -> String {
    let rows: Vec<NodeLine> = page.rows.iter().map(|row| line(s, row)).collect();
    let many = if view.groups.is_empty() {
        shown(s, "shown-nodes", rows.len(), page.total)
    } else {
        s.n("count-nodes", &page.total)
    };
    render(&NodesTemplate {
        s,
        first: first(s, "nodes-first", view.counts),
        filters: filters(s, BASE, view),
        search: search(BASE, "search-nodes", view.ask),
        bar: bar(s, BASE, view, many, ("/nodes/export", view.ask)),
        heads: head_line(s, BASE, view.ask, view.columns),
        columns: view.columns,
        groups: group_lines(s, BASE, view),
        flat: flat(BASE, view),
        pager: view.ask.pager(BASE, page.next.as_deref()),
        empty: emptiness(s, BASE, view, "nodes-none"),
        rows,
    })
}
