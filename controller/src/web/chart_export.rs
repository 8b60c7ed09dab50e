//! A chart as a file: the points that its table shows, in the reading's own unit and unrounded.
//!
//! Enters: the query of a chart's page. Leaves: CSV or a workbook, and an audit row. The links of a page name both ends of
//! its range as instants, so that file, table and drawing hold the same points. The page's picture asks here too: what a
//! reader takes away is written down, whatever its form.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use holdfast_protocol::ids::NodeId;
use serde::Deserialize;

use super::chart;
use super::pages::Problem;
use super::refusal::Refusal;
use super::span::{Asked, Range, Span};
use super::surround::{Entry as MenuEntry, Surround};
use super::visit::Visit;
use crate::access::{Sight, Viewer};
use crate::api::problem::chain;
use crate::api::sight::node_in_sight;
use crate::app::App;
use crate::export::{Cell, Column, ExportError, Format, Table};
use crate::model::Series;
use crate::query::{self, SeriesAsk};
use crate::store::audit::{Action, Entry, Outcome};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExportQuery {
    field: String,
    instance: String,
    range: Option<String>,
    from: Option<String>,
    to: Option<String>,
    /// `png` where the page's script draws a picture of the points.
    r#for: String,
}

/// `/nodes/{id}/chart.csv`.
pub(super) async fn csv(
    app: State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    id: Path<String>,
    query: Query<ExportQuery>,
) -> Result<Response, Refusal> {
    export(app.0, visit, viewer, &sight, &id.0, query.0, Format::Csv).await
}

/// `/nodes/{id}/chart.xlsx`.
pub(super) async fn xlsx(
    app: State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    sight: Sight,
    id: Path<String>,
    query: Query<ExportQuery>,
) -> Result<Response, Refusal> {
    export(app.0, visit, viewer, &sight, &id.0, query.0, Format::Xlsx).await
}

async fn export(
    app: Arc<App>,
    visit: Visit,
    viewer: Viewer,
    sight: &Sight,
    id: &str,
    asked: ExportQuery,
    format: Format,
) -> Result<Response, Refusal> {
    let id: NodeId = id.parse().map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    node_in_sight(&app, sight, id).await.map_err(|error| Refusal::query(&visit, &error))?;
    let ExportQuery { field, instance, range, from, to, r#for } = asked;
    let span = Asked { range, from, to }.span(visit.now.wall);
    let span = span.map_err(|_| Refusal::new(&visit, Problem::BadRequest))?;
    let (from, to) = span.unwrap_or(Span::Last(Range::Day)).bounds(visit.now.wall);
    let refused = |error| Refusal::query(&visit, &error);
    let shown = query::node_row(&app.fleet, id).await.map_err(refused)?.shown;
    let ask = SeriesAsk { field, instance, from, to, points: chart::POINTS };
    let series = query::series(&app.fleet, &app.history, id, &ask).await.map_err(refused)?;
    let s = visit.surround(MenuEntry::Nodes, Vec::new());
    let table = table(&s, &shown, &series);
    let bytes = table.write(format).map_err(|error| failed(&visit, &error))?;
    let reason = if r#for == "png" { "png" } else { format.key() }.to_owned();
    let (person, thing) = (Some(viewer.person), format!("node {id} {}", series.field));
    let entry = Entry { person, action: Action::Export, thing, outcome: Outcome::Done, reason };
    app.audit(entry, visit.now).await;
    let name = table.file_name(&format!("node-{id}-{}", series.field), format);
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    Ok((
        [(CONTENT_TYPE, HeaderValue::from_static(format.media_type())), (CONTENT_DISPOSITION, disposition)],
        bytes,
    )
        .into_response())
}

fn failed(visit: &Visit, error: &ExportError) -> Refusal {
    match error {
        ExportError::TooLarge { .. } => Refusal::new(visit, Problem::TooMuch),
        ExportError::Workbook { .. } => {
            tracing::error!(cause = %chain(error), "a workbook could not be written");
            Refusal::new(visit, Problem::Failed)
        }
    }
}

/// The table of a chart as it goes into a file, oldest first.
pub(super) fn table(s: &Surround, node: &str, series: &Series) -> Table {
    let unit = if chart::is_rate(&series.field) {
        format!("{}/s", chart::unit_of(&series.field))
    } else {
        chart::unit_of(&series.field).to_owned()
    };
    let figure = |key: &str| Column::of(s.t(key), unit.clone());
    let rows = series.points.iter().map(|point| {
        let number = Cell::Number;
        vec![
            Cell::Time(point.at),
            number(point.min),
            number(point.mean),
            number(point.max),
            number(point.present * 100.0),
        ]
    });
    let instant = |at| super::format::iso(at);
    // Marks of direction are for pages; in a file they would be part of the name.
    let name = chart::field_name(s, &series.field, &series.instance).replace(['\u{2068}', '\u{2069}'], "");
    Table {
        title: name.clone(),
        made_at: s.now,
        notes: vec![
            (s.t("col-node"), node.to_owned()),
            (s.t("col-reading"), name),
            (s.t("range-from"), instant(series.from)),
            (s.t("range-to"), instant(series.to)),
            (s.t("export-bucket"), (series.bucket_ms / 1000).to_string()),
            (s.t("export-place"), s.t("export-place-region")),
        ],
        columns: vec![
            Column::of(s.t("col-from"), "UTC"),
            figure("col-min"),
            figure("col-mean"),
            figure("col-max"),
            Column::of(s.t("col-present"), "%"),
        ],
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::api::testing::{Bench, Sent, bearer};
    use crate::export;
    use crate::web::lang::Lang;
    use crate::web::pages;
    use crate::web::samples;

    /// The cells of a CSV without quotes.
    fn lines(text: &str) -> Vec<Vec<&str>> {
        text.lines().map(|line| line.split(',').collect()).collect()
    }

    async fn a_node(bench: &Bench) -> NodeId {
        let (id, now) = (NodeId::from_bytes([1, 2, 3, 4, 5]), bench.app.clock.now());
        let record = crate::store::nodes::NodeRecord {
            id,
            key_sha256: [3; 32],
            certificate_der: Vec::new(),
            certificate_ends: now.wall.plus_ms(1_000_000_000),
            enrolled: now.wall,
            code: "7K2M-9QXD".into(),
            site: None,
            revoked: None,
            ticket: None,
        };
        bench.app.store.insert_node(&record).await.expect("node");
        bench.app.fleet.node_enrolled(&record, now);
        id
    }

    #[test]
    fn the_file_equals_the_table_and_the_drawing() {
        let s = samples::surround(Lang::En);
        let series = samples::series("host_memory_used_bytes", "");
        let bytes = export::csv(&table(&s, "7K2M-9QXD", &series)).expect("small");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let file = lines(&text);
        let html = pages::chart_page(&s, "7k2m9qxd", None, &series, &Span::Last(Range::Day).into());
        let body =
            html.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next()).expect("a table");
        let shown: Vec<Vec<String>> = body
            .split("<tr>")
            .skip(1)
            .map(|row| {
                row.split("<td")
                    .skip(1)
                    .map(|cell| cell.split(['>', '<']).nth(1).unwrap_or_default().to_owned())
                    .collect()
            })
            .collect();
        assert_eq!(file.len() - 1, shown.len());
        assert_eq!(file.len() - 1, series.points.len());
        for (line, row) in file.iter().skip(1).zip(shown.iter().rev()) {
            assert_eq!(line[0], row[0]);
            for (cell, shown) in line[1..4].iter().zip(&row[1..4]) {
                let number: f64 = cell.parse().expect("a plain number");
                assert_eq!(&chart::value(&s, &series.field, number), shown);
            }
            let present: f64 = line[4].parse().expect("a number");
            assert_eq!(row[4], format!("{}\u{202f}%", present.round()));
        }
        assert_eq!(file[0][..5], ["From (UTC)", "Least (B)", "Mean (B)", "Most (B)", "Samples present (%)"]);
        assert_eq!(file[0][5], "made_at (UTC)");
    }

    #[test]
    fn a_rate_says_in_its_heading_that_it_is_one() {
        let s = samples::surround(Lang::En);
        let table = table(&s, "7K2M-9QXD", &samples::series("net_receive_bytes_total", "wlan0"));
        assert_eq!(table.columns[1].heading(), "Least (B/s)");
        assert_eq!(table.title, "Received, wlan0");
    }

    #[test]
    fn the_links_of_a_page_name_both_ends_of_its_range() {
        let s = samples::surround(Lang::En);
        let series = samples::series("host_cpu_busy_percent", "");
        let html = pages::chart_page(&s, "7k2m9qxd", None, &series, &Span::Last(Range::Day).into());
        let ends = format!("from={}&#38;to={}", series.from.0, series.to.0);
        for format in ["csv", "xlsx"] {
            let link = html.split(&format!("chart.{format}?")).nth(1).and_then(|rest| rest.split('"').next());
            assert!(link.expect("a link").ends_with(&ends), "{link:?}");
        }
    }

    #[tokio::test]
    async fn what_is_taken_away_is_written_down() {
        let bench = Bench::new().await;
        let token = bench.token(Role::Administrator).await;
        let node = a_node(&bench).await;
        for (end, kind, reason) in [
            ("csv", "text/csv; charset=utf-8; header=present", "csv"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("csv", "text/csv; charset=utf-8; header=present", "png"),
        ] {
            let picture = if reason == "png" { "&for=png" } else { "" };
            let path = format!("/nodes/{node}/chart.{end}?field=host_load1&range=1h{picture}");
            let answer =
                bench.send("GET", &path, Sent { headers: vec![bearer(&token)], ..Sent::default() }).await;
            assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
            assert_eq!(answer.header("content-type"), kind);
            let name = format!("attachment; filename=\"holdfast-node-{node}-host_load1-");
            assert!(answer.header("content-disposition").starts_with(&name));
            let rows = bench.app.store.newest_audit(1).await.expect("rows");
            assert_eq!(rows[0].action, "export");
            assert_eq!(rows[0].thing, format!("node {node} host_load1"));
            assert_eq!(rows[0].reason, reason);
        }
        let path = format!("/nodes/{node}/chart.csv?field=host_load1&from=x&to=y");
        let answer =
            bench.send("GET", &path, Sent { headers: vec![bearer(&token)], ..Sent::default() }).await;
        assert_eq!(answer.status.as_u16(), 400);
    }
}
