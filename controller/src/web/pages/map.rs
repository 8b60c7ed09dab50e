//! The map of sites: a country by its regions, each with how many sites it has and the most urgent word among them.
//!
//! Enters: counts by region. Leaves: the page: the map, and the same as a table, which is all of it for those who do not see
//! the map. Region fill stays grey; no place finer than a region is in it.

use askama::Template;

use super::nodes::first;
use super::{ListAsk, edge, render};
use crate::model::{Counts, Group};
use crate::web::assets;
use crate::web::lang::Arg;
use crate::web::regions::{self, Shape};
use crate::web::surround::{Markup, Surround, escape, mark_of};

const LIST: &str = "/sites";
/// Side of a mark, in the map's units.
const MARK: u32 = 9;

#[derive(Template)]
#[template(path = "map.html")]
struct MapTemplate<'a> {
    s: &'a Surround,
    first: String,
    regions: String,
    drawing: Markup,
    lines: Vec<Line>,
}

struct Line {
    key: String,
    edge: &'static str,
    path: String,
    name: String,
    mark: Markup,
    worst: String,
    rows: String,
    late: String,
}

/// The page `/sites/map`.
#[must_use]
pub fn map(s: &Surround, counts: &Counts, groups: &[Group]) -> String {
    render(&MapTemplate {
        s,
        first: first(s, "sites-first", counts),
        regions: s.n("map-regions", &u64::try_from(groups.len()).unwrap_or(u64::MAX)),
        drawing: drawing(s, groups),
        lines: groups.iter().map(|group| line(s, group)).collect(),
    })
}

fn line(s: &Surround, group: &Group) -> Line {
    Line {
        key: format!("r{}", group.region.to_ascii_lowercase()),
        edge: edge(group.worst),
        path: list_of(group),
        name: regions::named(s, &group.region),
        mark: s.mark(group.worst),
        worst: worst(s, group),
        rows: s.count(&group.rows),
        late: s.count(&group.late),
    }
}

fn worst(s: &Surround, group: &Group) -> String {
    format!("{} {}", s.count(&group.with_worst), s.word(group.worst))
}

/// The region's own list.
fn list_of(group: &Group) -> String {
    ListAsk { region: Some(group.region.clone()), ..ListAsk::default() }.path(LIST)
}

fn drawing(s: &Surround, groups: &[Group]) -> Markup {
    let mut out = String::new();
    let mut upper = String::new();
    for shape in regions::shapes() {
        let here: Vec<&Group> =
            groups.iter().filter(|group| regions::drawn_as(&group.region) == shape.code).collect();
        match here.as_slice() {
            [] => out.push_str(&format!("<path d=\"{}\"/>", shape.path)),
            [group] => upper.push_str(&region(s, shape, group, group.rows)),
            // The most urgent one comes first, and stands for both.
            [group, ..] => {
                let rows = here.iter().map(|group| group.rows).sum();
                upper.push_str(&region(s, shape, group, rows));
            }
        }
    }
    out.push_str(&upper);
    Markup(out)
}

/// A region with sites: a link with its outline, mark and count.
fn region(s: &Surround, shape: Shape, group: &Group, rows: u64) -> String {
    let named = s.with(
        "map-region",
        &[
            ("region", Arg::Text(&regions::named(s, &group.region))),
            ("sites", Arg::Text(&s.n("count-sites", &rows))),
            ("worst", Arg::Text(&worst(s, group))),
        ],
    );
    let (x, y) = shape.at;
    let mark = mark_of(group.worst).map_or_else(String::new, |icon| {
        format!(
            "<use class=\"m-{}\" href=\"{}#{icon}\" x=\"{}\" y=\"{}\" width=\"{MARK}\" height=\"{MARK}\"/>",
            group.worst.key(),
            assets::path(assets::ICONS),
            x.saturating_sub(MARK),
            y.saturating_sub(MARK / 2),
        )
    });
    format!(
        "<a href=\"{}\" aria-label=\"{}\"><path class=\"with\" d=\"{}\"/>{mark}<text x=\"{}\" y=\"{}\">{}</text></a>",
        escape(&list_of(group)),
        escape(&named),
        shape.path,
        x + 2,
        y + 4,
        escape(&s.count(&rows)),
    )
}
