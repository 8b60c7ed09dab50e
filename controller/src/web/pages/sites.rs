//! The list of sites, and one site with its nodes.
//!
//! Enters: a page of rows, or a row with its nodes. Leaves: the pages. Sites go by code name and region; no place finer
//! than that is in them.

use askama::Template;

use super::columns::{Columns, Head};
use super::list::{
    Bar, Filters, GroupLine, ListAsk, ListView, Pager, Search, bar, emptiness, filters, flat, group_lines,
    head_line, search,
};
use super::nodes::{NodeLine, first, line};
use super::{Empty, count_or_none, edge, heard, render, shown, state_sentence};
use crate::model::{NodeRow, Page, SiteRow};
use crate::web::regions;
use crate::web::strip;
use crate::web::surround::{Markup, Surround};

const BASE: &str = "/sites";

#[derive(Template)]
#[template(path = "sites.html")]
struct SitesTemplate<'a> {
    s: &'a Surround,
    patterns: Markup,
    first: String,
    filters: Filters,
    search: Search,
    bar: Bar,
    heads: Vec<Head>,
    columns: &'a Columns,
    rows: Vec<SiteLine>,
    groups: Vec<GroupLine>,
    flat: String,
    pager: Pager,
    empty: Empty,
}

struct SiteLine {
    key: String,
    edge: &'static str,
    state: Markup,
    path: String,
    name: String,
    region: Markup,
    strip: Markup,
    heard: Markup,
    nodes: String,
    backlog: Markup,
}

#[derive(Template)]
#[template(path = "site.html")]
struct SiteTemplate<'a> {
    s: &'a Surround,
    patterns: Markup,
    name: String,
    first: Markup,
    region: Markup,
    strip: Markup,
    strip_words: String,
    bar: Bar,
    heads: Vec<Head>,
    columns: &'a Columns,
    place_path: String,
    rows: Vec<NodeLine>,
    pager: Pager,
    empty: Empty,
}

/// The page `/sites`.
#[must_use]
pub fn sites(s: &Surround, page: &Page<SiteRow>, view: &ListView<'_>) -> String {
    let rows: Vec<SiteLine> = page.rows.iter().map(|row| site_line(s, row)).collect();
    let many = if view.groups.is_empty() {
        shown(s, "shown-sites", rows.len(), page.total)
    } else {
        s.n("count-sites", &page.total)
    };
    render(&SitesTemplate {
        s,
        patterns: strip::patterns(),
        first: first(s, "sites-first", view.counts),
        filters: filters(s, BASE, view),
        search: search(BASE, "search-sites", view.ask),
        bar: bar(s, BASE, view, many, ("/sites/export", view.ask)),
        heads: head_line(s, BASE, view.ask, view.columns),
        columns: view.columns,
        groups: group_lines(s, BASE, view),
        flat: flat(BASE, view),
        pager: view.ask.pager(BASE, page.next.as_deref()),
        empty: emptiness(s, BASE, view, "sites-none"),
        rows,
    })
}

fn site_line(s: &Surround, row: &SiteRow) -> SiteLine {
    SiteLine {
        key: format!("s{}", row.site.id.0),
        edge: edge(row.state.word),
        state: s.state(&row.state),
        path: format!("/sites/{}", row.site.id.0),
        name: s.name(&row.site.name),
        region: region(s, &row.site.region),
        strip: strip::strip(s, &row.strip),
        heard: heard(s, row.state.heard),
        nodes: s.count(&u64::from(row.nodes)),
        backlog: count_or_none(s, row.backlog_records),
    }
}

fn region(s: &Surround, region: &str) -> Markup {
    s.or_none((!region.is_empty()).then(|| regions::named(s, region)))
}

/// The page `/sites/{id}`.
#[must_use]
pub fn site(s: &Surround, row: &SiteRow, nodes: &Page<NodeRow>, view: &ListView<'_>) -> String {
    let base = format!("/sites/{}", row.site.id.0);
    let lines: Vec<NodeLine> = nodes.rows.iter().map(|node| line(s, node)).collect();
    let many = shown(s, "shown-nodes", lines.len(), nodes.total);
    let here = ListAsk { site: Some(row.site.id.0), ..view.ask.clone() };
    render(&SiteTemplate {
        s,
        patterns: strip::patterns(),
        name: s.name(&row.site.name),
        first: state_sentence(s, &row.state),
        region: region(s, &row.site.region),
        strip: strip::strip(s, &row.strip),
        strip_words: strip::strip_in_words(s, &row.strip),
        place_path: format!("{base}/place"),
        bar: bar(s, &base, view, many, ("/nodes/export", &here)),
        heads: head_line(s, &base, view.ask, view.columns),
        columns: view.columns,
        pager: view.ask.pager(&base, nodes.next.as_deref()),
        empty: emptiness(s, &base, view, "site-no-nodes"),
        rows: lines,
    })
}
