//! The list of sites, and one site with its nodes.
//!
//! Enters: a page of rows, or a row with its nodes. Leaves: the pages. Sites go by code name and region; no place finer
//! than that is in them.

use askama::Template;

use super::nodes::{NodeLine, first, line};
use super::{
    Empty, Facet, ListAsk, Pager, Search, count_or_none, edge, emptiness, facets, heard, render, search,
    shown, state_sentence,
};
use crate::model::{Counts, NodeRow, Page, SiteRow};
use crate::web::strip;
use crate::web::surround::{Markup, Surround};

#[derive(Template)]
#[template(path = "sites.html")]
struct SitesTemplate<'a> {
    s: &'a Surround,
    patterns: Markup,
    first: String,
    facets: Vec<Facet>,
    search: Search,
    rows: Vec<SiteLine>,
    shown: String,
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
    rows: Vec<NodeLine>,
    shown: String,
    pager: Pager,
    empty: Empty,
}

/// The page `/sites`.
#[must_use]
pub fn sites(s: &Surround, page: &Page<SiteRow>, counts: &Counts, ask: &ListAsk) -> String {
    let rows: Vec<SiteLine> = page.rows.iter().map(|row| site_line(s, row)).collect();
    render(&SitesTemplate {
        s,
        patterns: strip::patterns(),
        first: first(s, "sites-first", counts),
        facets: facets(s, "/sites", ask, counts),
        search: search("/sites", "search-sites", ask),
        shown: shown(s, "shown-sites", rows.len(), page.total),
        pager: ask.pager("/sites", page.next.as_deref()),
        empty: emptiness(s, "/sites", ask, "sites-none", counts.total),
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
    s.or_none((!region.is_empty()).then(|| region.to_owned()))
}

/// The page `/sites/{id}`.
#[must_use]
pub fn site(s: &Surround, row: &SiteRow, nodes: &Page<NodeRow>, ask: &ListAsk) -> String {
    let base = format!("/sites/{}", row.site.id.0);
    let lines: Vec<NodeLine> = nodes.rows.iter().map(|node| line(s, node)).collect();
    let own = ListAsk { site: None, ..ask.clone() };
    render(&SiteTemplate {
        s,
        patterns: strip::patterns(),
        name: s.name(&row.site.name),
        first: state_sentence(s, &row.state),
        region: region(s, &row.site.region),
        strip: strip::strip(s, &row.strip),
        strip_words: strip::strip_in_words(s, &row.strip),
        shown: shown(s, "shown-nodes", lines.len(), nodes.total),
        pager: own.pager(&base, nodes.next.as_deref()),
        empty: Empty { text: s.t("site-no-nodes"), action: None },
        rows: lines,
    })
}
