//! One reading over a range: its chart large, and below it the same as a table.
//!
//! Enters: a series. Leaves: the page. Table and drawing are made of the same points, so they cannot differ.

use askama::Template;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;

use super::ranges::{RangePicker, Wanted};
use super::render;
use crate::model::Series;
use crate::web::chart::{self, Chart, Frame};
use crate::web::format::{self, Multiples};
use crate::web::span::Span;
use crate::web::strip::count;
use crate::web::surround::Surround;

#[derive(Template)]
#[template(path = "chart.html")]
struct ChartTemplate<'a> {
    s: &'a Surround,
    title: String,
    chart: Chart,
    ranges: RangePicker,
    rows: Vec<PointLine>,
    shown: String,
    files: Files,
}

/// Where the files of the chart are, and what stands on its picture.
struct Files {
    csv: String,
    xlsx: String,
    /// Name of the picture's file, without the instant and the end.
    stem: String,
    /// Lines under the picture's title.
    says: String,
}

struct PointLine {
    at: String,
    min: String,
    mean: String,
    max: String,
    present: String,
}

/// The page `/nodes/{id}/chart`.
#[must_use]
pub fn chart_page(
    s: &Surround,
    node: &str,
    heard: Option<WallMs>,
    series: &Series,
    wanted: &Wanted,
) -> String {
    let mut chart = chart::chart(s, series, Frame { node, span: wanted.span, heard });
    chart.table_path = "#table".to_owned();
    chart.alone = true;
    let value = |number| chart::value(s, &series.field, number);
    let rows: Vec<PointLine> = series
        .points
        .iter()
        .rev()
        .map(|point| PointLine {
            at: format::iso(point.at),
            min: value(point.min),
            mean: value(point.mean),
            max: value(point.max),
            present: format::quantity(
                s.lang,
                (point.present * 100.0).round(),
                "%",
                Multiples::Decimal,
                false,
            ),
        })
        .collect();
    let kept = vec![("field", series.field.clone()), ("instance", series.instance.clone())];
    render(&ChartTemplate {
        s,
        title: chart::field_name(s, &series.field, &series.instance),
        ranges: RangePicker::new(s, format!("/nodes/{node}/chart"), kept, wanted),
        files: files(s, node, series, wanted.span),
        shown: s.n("count-rows", &count(rows.len())),
        rows,
        chart,
    })
}

/// Both ends of the range as instants: a range that ends "now" would hold other points a minute later.
fn files(s: &Surround, node: &str, series: &Series, span: Span) -> Files {
    let (field, instance) = (chart::encode(&series.field), chart::encode(&series.instance));
    let query = format!("field={field}&instance={instance}&from={}&to={}", series.from.0, series.to.0);
    let shown = node.parse::<NodeId>().map_or_else(|_| node.to_owned(), NodeId::shown);
    let about = match span {
        Span::Own { .. } => span.words(s),
        Span::Last(_) => Span::Own { from: series.from, to: series.to }.words(s),
    };
    let says = [
        format!("{} {shown}, {about}", s.t("col-node")),
        chart::summary_text(s, series),
        format!("{}: {}", s.t("export-place"), s.t("export-place-region")),
    ];
    Files {
        csv: format!("/nodes/{node}/chart.csv?{query}"),
        xlsx: format!("/nodes/{node}/chart.xlsx?{query}"),
        stem: format!("holdfast-node-{node}-{}", series.field),
        says: says.join("\n"),
    }
}
