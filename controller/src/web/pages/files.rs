//! Lists as tables for files: the columns of the page and the times behind its ages, in the reader's language.
//!
//! Enters: rows. Leaves: a [`Table`]. Names are as they were given, without marks for a screen; places are regions, as on
//! the page, and the file says so.

use holdfast_protocol::time::WallMs;

use crate::export::{Cell, Column, Table};
use crate::model::{NodeRow, SiteRow, State};
use crate::web::surround::Surround;

/// Columns of a file of nodes, with the three that every row of a CSV carries.
pub const NODE_COLUMNS: usize = 16;
/// The same of sites.
pub const SITE_COLUMNS: usize = 12;

/// Nodes.
#[must_use]
pub fn node_table(s: &Surround, rows: &[NodeRow], filter: &str, made_at: WallMs) -> Table {
    let mut columns = vec![Column::plain(s.t("col-node")), Column::plain(s.t("col-site"))];
    columns.push(Column::plain(s.t("col-region")));
    columns.extend(state_columns(s));
    columns.push(Column::plain(s.t("col-route")));
    columns.push(Column::of(s.t("col-rtt"), "ms"));
    columns.extend(["col-backlog", "col-lost", "col-agent"].map(|key| Column::plain(s.t(key))));
    let line = |row: &NodeRow| {
        let site = row.site.as_ref();
        let mut cells = vec![
            Cell::Text(row.shown.clone()),
            Cell::text(site.map(|site| site.name.as_str())),
            Cell::text(site.map(|site| site.region.as_str()).filter(|region| !region.is_empty())),
        ];
        cells.extend(state_cells(s, &row.state));
        cells.push(Cell::text(row.route.as_deref()));
        cells.push(Cell::number(row.rtt_ms));
        cells.push(Cell::count(row.backlog_records));
        cells.push(Cell::Count(row.lost_records));
        cells.push(Cell::text(row.agent.as_deref()));
        cells
    };
    table(s, "nav-nodes", columns, rows.iter().map(line).collect(), filter, made_at)
}

/// Sites.
#[must_use]
pub fn site_table(s: &Surround, rows: &[SiteRow], filter: &str, made_at: WallMs) -> Table {
    let mut columns = vec![Column::plain(s.t("col-site")), Column::plain(s.t("col-region"))];
    columns.extend(state_columns(s));
    columns.extend(["col-nodes", "col-backlog"].map(|key| Column::plain(s.t(key))));
    let line = |row: &SiteRow| {
        let region = Some(row.site.region.as_str()).filter(|region| !region.is_empty());
        let mut cells = vec![Cell::Text(row.site.name.clone()), Cell::text(region)];
        cells.extend(state_cells(s, &row.state));
        cells.push(Cell::Count(u64::from(row.nodes)));
        cells.push(Cell::count(row.backlog_records));
        cells
    };
    table(s, "nav-sites", columns, rows.iter().map(line).collect(), filter, made_at)
}

fn state_columns(s: &Surround) -> Vec<Column> {
    vec![
        Column::plain(s.t("col-status")),
        Column::plain(s.t("col-was")),
        Column::plain(s.label("late")),
        Column::of(s.t("col-since"), "UTC"),
        Column::of(s.t("col-heard"), "UTC"),
    ]
}

fn state_cells(s: &Surround, state: &State) -> Vec<Cell> {
    vec![
        Cell::Text(s.word_label(&state.word)),
        state.was.map_or(Cell::Empty, |was| Cell::Text(s.word_label(&was))),
        Cell::Text(s.t(if state.late { "yes" } else { "no" })),
        Cell::time(state.since),
        Cell::time(state.heard),
    ]
}

fn table(
    s: &Surround,
    title: &str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    filter: &str,
    made_at: WallMs,
) -> Table {
    let filter = if filter.is_empty() { s.t("file-no-filter") } else { filter.to_owned() };
    let notes = vec![(s.t("file-place"), s.t("file-place-region")), (s.t("file-filter"), filter)];
    Table { title: s.t(title), made_at, notes, columns, rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{Format, csv};
    use crate::web::lang::Lang;
    use crate::web::samples;

    #[test]
    fn a_file_has_the_times_behind_the_ages_and_never_a_formula() {
        let name = "=HYPERLINK(\"x\")";
        let table = node_table(&samples::surround(Lang::En), &samples::nodes(9, name).rows, "", samples::NOW);
        assert_eq!(table.columns.len() + 3, NODE_COLUMNS);
        let text = String::from_utf8(csv(&table).expect("fits")).expect("UTF-8");
        let first = text.lines().next().expect("a heading");
        assert_eq!(
            first,
            "Node,Site,Region,Status,Was,Late,Since (UTC),Heard (UTC),Interface,Round trip (ms),\
             Backlog (records),Lost (records),Agent,made_at (UTC),Place limit,Filter"
        );
        assert!(text.contains(",\"'=HYPERLINK(\"\"x\"\")\",UA-63,"), "{text}");
        assert!(text.contains("2026-11-24T14:02:02Z"), "{text}");
        assert!(text.contains(",No report,OK,no,"), "{text}");
        assert!(table.write(Format::Xlsx).is_ok());
    }

    #[test]
    fn the_same_in_every_language() {
        for lang in Lang::ALL {
            let s = samples::surround(lang);
            let table = site_table(&s, &samples::sites(9, samples::HOSTILE).rows, "x", samples::NOW);
            assert_eq!(table.columns.len() + 3, SITE_COLUMNS);
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
            assert!(table.write(Format::Xlsx).is_ok() && table.write(Format::Csv).is_ok());
        }
    }
}
