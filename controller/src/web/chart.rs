//! Charts as SVG drawn by the server: a band from least to most, a line of means, gaps left open, and a line where the
//! node was last heard. The page's script may draw the same points anew on a canvas; without it nothing is missing.
//!
//! Enters: a series of `model`. Leaves: SVG without text (labels are HTML beside it, so that they keep their size at any
//! width), labels, a summary sentence, rows of a table. Nothing is drawn right of the newest point; no line crosses a
//! bucket without samples.

use std::fmt::Write as _;

use holdfast_protocol::field;
use holdfast_protocol::time::WallMs;

use super::format::{self, Multiples};
use super::lang::Arg;
use super::span::Span;
use super::surround::{Markup, Surround, escape};
use crate::model::{Point, Series};

/// Points of a chart, and rows of its table: one a pixel pair of its usual width, and wider than the usual sampling of 10 s
/// in an hour, so that no bucket is empty by chance. Drawing, canvas, table and exports ask for the same.
pub const POINTS: u32 = 240;
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 240.0;

/// A chart ready for its template.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Stable id in the page.
    pub id: String,
    /// Title with the unit.
    pub title: String,
    /// One sentence that says what the drawing shows.
    pub summary: Markup,
    /// The drawing.
    pub svg: Markup,
    /// Labels of the upright axis, top first.
    pub y_labels: Vec<String>,
    /// Labels of the time axis, oldest first.
    pub x_labels: Vec<String>,
    /// The page with the table of it.
    pub table_path: String,
    /// Where the script finds the points as JSON.
    pub data_path: String,
    /// Unit word for the script: divisor of a value, and symbol.
    pub divisor: f64,
    /// Symbol behind a value so divided.
    pub symbol: String,
    /// Whether it is the page's one chart, whose summary is the page's first sentence.
    pub alone: bool,
    /// Whether the range stands still while time goes on.
    pub still: bool,
    /// Whether there is any point.
    pub empty: bool,
    /// Width of a bucket in ms.
    pub bucket_ms: i64,
    /// Begin of the range.
    pub from: WallMs,
    /// End of the range.
    pub to: WallMs,
    /// Bottom of the upright axis.
    pub low: f64,
    /// Top of the upright axis.
    pub top: f64,
    /// When the node was last heard.
    pub heard: Option<WallMs>,
}

/// What is needed beside the series.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The node in paths.
    pub node: &'a str,
    /// What is shown, for the query.
    pub span: Span,
    /// When the node was last heard.
    pub heard: Option<WallMs>,
}

/// How a field's sizes are counted.
#[must_use]
pub fn multiples_of(name: &str) -> Multiples {
    let memory =
        name.starts_with("host_memory") || name.starts_with("host_swap") || name == "agent_resident_bytes";
    if memory { Multiples::Binary } else { Multiples::Decimal }
}

/// Whether a field is a counter, whose points are per second.
#[must_use]
pub fn is_rate(name: &str) -> bool {
    field::by_name(name).is_some_and(|field| matches!(field.kind, field::Kind::Counter))
}

/// The unit's symbol of a field's values, without the "per second" of a rate.
#[must_use]
pub fn unit_of(name: &str) -> &'static str {
    field::by_name(name).map_or("", |field| field.unit.symbol())
}

/// A field's name in words, with its copy; a field without a name here shows its stable name.
#[must_use]
pub fn field_name(s: &Surround, name: &str, instance: &str) -> String {
    let key = format!("field-{name}");
    let words = if super::lang::has(s.lang, &key) { s.t(&key) } else { s.name(name) };
    if instance.is_empty() { words } else { format!("{words}, {}", s.name(instance)) }
}

/// A point's value as text.
#[must_use]
pub fn value(s: &Surround, name: &str, value: f64) -> String {
    format::quantity(s.lang, value, unit_of(name), multiples_of(name), is_rate(name))
}

/// Makes a chart of a series.
#[must_use]
pub fn chart(s: &Surround, series: &Series, frame: Frame<'_>) -> Chart {
    let top = series.points.iter().map(|point| point.max).fold(0.0_f64, f64::max);
    let low = series.points.iter().map(|point| point.min).fold(0.0_f64, f64::min);
    let scale = Scale::over(low, top, unit_of(&series.field), multiples_of(&series.field));
    let query = format!("field={}&instance={}", encode(&series.field), encode(&series.instance));
    let rate = is_rate(&series.field);
    let mut symbol = format::unit_symbol(s.lang, scale.symbol).to_owned();
    if rate {
        symbol.push('/');
        symbol.push_str(format::unit_symbol(s.lang, "s"));
    }
    let name = field_name(s, &series.field, &series.instance);
    Chart {
        id: anchor(&series.field, &series.instance),
        title: if symbol.is_empty() { name } else { format!("{name} ({symbol})") },
        summary: summary(s, series, frame.heard),
        svg: draw(s, series, &scale, frame.heard),
        y_labels: scale.labels(s, rate),
        x_labels: time_labels(s, series.from, series.to),
        table_path: format!("/nodes/{}/chart?{query}&{}", frame.node, frame.span.query()),
        data_path: format!(
            "/api/v1/nodes/{}/history?{query}&from={}&to={}&points={POINTS}",
            frame.node, series.from.0, series.to.0
        ),
        divisor: scale.step,
        from: series.from,
        to: series.to,
        low: scale.low,
        top: scale.high,
        heard: frame.heard,
        symbol,
        alone: false,
        still: frame.span.is_own(),
        empty: series.points.is_empty(),
        bucket_ms: series.bucket_ms,
    }
}

/// The anchor of a chart: letters, digits and hyphens of its names.
#[must_use]
pub fn anchor(field: &str, instance: &str) -> String {
    let mut out = String::from("c-");
    out.extend(
        field.chars().chain(instance.chars()).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }),
    );
    out
}

/// Percent-encodes for a query.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The upright axis: round steps from 0, or from below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
    /// A label is value / step.
    step: f64,
    symbol: &'static str,
}

impl Scale {
    fn over(low: f64, top: f64, unit: &'static str, multiples: Multiples) -> Self {
        let (step, symbol) = if unit == "B" { format::byte_step(top, multiples) } else { (1.0, unit) };
        let high = if unit == "%" && top > 50.0 { 100.0 } else { top };
        let span = ((high - low) / step).max(1e-9);
        let tick = round_step(span / 4.0) * step;
        let first = (low / tick).floor();
        let mut ticks = vec![first * tick];
        // Four or five steps reach the top; the bound keeps hostile numbers finite.
        for index in 1..=8_u32 {
            let last = ticks.last().copied().unwrap_or_default();
            if last >= high - tick * 1e-9 && index > 1 {
                break;
            }
            ticks.push((first + f64::from(index)) * tick);
        }
        let (low, high) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
        Self { low, high, ticks, step, symbol }
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE);
        HEIGHT - HEIGHT * share.clamp(0.0, 1.0)
    }

    fn labels(&self, s: &Surround, rate: bool) -> Vec<String> {
        let per = if rate { format!("/{}", format::unit_symbol(s.lang, "s")) } else { String::new() };
        let symbol = format::unit_symbol(s.lang, self.symbol);
        let label = |tick: &f64| {
            let text = format::significant(s.lang, tick / self.step);
            if symbol.is_empty() {
                format!("{text}{per}")
            } else {
                format!("{text}{}{symbol}{per}", format::THIN)
            }
        };
        self.ticks.iter().rev().map(label).collect()
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, at least `wanted`.
fn round_step(wanted: f64) -> f64 {
    let power = 10.0_f64.powf(wanted.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= wanted * 0.999)
        .unwrap_or(power)
}

/// Five times at equal distances, the day where it changes.
#[must_use]
pub fn time_labels(s: &Surround, from: WallMs, to: WallMs) -> Vec<String> {
    const PARTS: i64 = 4;
    let width = to.since_ms(from);
    let days = width > 2 * 86_400_000;
    let mut day_before = None;
    let mut label = |at: WallMs| {
        if days {
            return format::day(s.lang, at);
        }
        let day = at.0.div_euclid(86_400_000);
        let new_day = day_before != Some(day);
        day_before = Some(day);
        if new_day {
            format!("{} {}", format::day(s.lang, at), format::hour_minute(at))
        } else {
            format::hour_minute(at)
        }
    };
    (0..=PARTS).map(|part| label(from.plus_ms(width * part / PARTS))).collect()
}

/// Stretches of buckets that touch: a line is drawn inside one, never from one to the next.
fn stretches(series: &Series) -> Vec<&[Point]> {
    // Half a bucket of slack: begins of buckets are exact multiples, but for a range that was cut.
    let longest = series.bucket_ms + series.bucket_ms / 2;
    series.points.chunk_by(|one, two| two.at.since_ms(one.at) <= longest).collect()
}

fn draw(s: &Surround, series: &Series, scale: &Scale, heard: Option<WallMs>) -> Markup {
    let whole = format::float_i(series.to.since_ms(series.from).max(1));
    let x = |at: WallMs| WIDTH * format::float_i(at.since_ms(series.from)) / whole;
    let wide = WIDTH * format::float_i(series.bucket_ms) / whole;
    let mut out = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH:.0} {HEIGHT:.0}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    );
    for tick in &scale.ticks {
        let _ = write!(out, "<path class=\"grid\" d=\"M0 {:.1}H{WIDTH:.0}\"/>", scale.y(*tick));
    }
    let (mut band, mut line, mut thin) = (String::new(), String::new(), String::new());
    for stretch in stretches(series) {
        draw_band(&mut band, stretch, scale, x, wide);
        draw_mean(&mut line, &mut thin, stretch, scale, x, wide);
    }
    for (class, path) in [("range", band), ("mean", line), ("mean thin", thin)] {
        if !path.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }
    if let Some(heard) = heard.filter(|at| at.0 > series.from.0 && at.0 <= series.to.0) {
        let title = s.with("chart-heard", &[("time", Arg::Text(&format::moment(s.lang, heard)))]);
        let _ = write!(
            out,
            "<path class=\"heard\" d=\"M{:.1} 0V{HEIGHT:.0}\"><title>{}</title></path>",
            x(heard),
            escape(&title)
        );
    }
    out.push_str("</svg>");
    Markup(out)
}

fn draw_band(out: &mut String, stretch: &[Point], scale: &Scale, x: impl Fn(WallMs) -> f64, wide: f64) {
    // Steps, so that a single bucket has a width too. Writing to a String cannot fail.
    for (index, point) in stretch.iter().enumerate() {
        let _ = write!(
            out,
            "{}{:.1} {:.1}h{wide:.1}",
            if index == 0 { "M" } else { "L" },
            x(point.at),
            scale.y(point.max)
        );
    }
    for point in stretch.iter().rev() {
        let _ = write!(out, "L{:.1} {:.1}h-{wide:.1}", x(point.at) + wide, scale.y(point.min));
    }
    out.push('Z');
}

fn draw_mean(
    line: &mut String,
    thin: &mut String,
    stretch: &[Point],
    scale: &Scale,
    x: impl Fn(WallMs) -> f64,
    wide: f64,
) {
    /// Under this share of the samples the line is thinner.
    const WHOLE: f64 = 0.99;
    let middle = |point: &Point| (x(point.at) + wide / 2.0, scale.y(point.mean));
    if let [only] = stretch {
        let (at, y) = middle(only);
        let target = if only.present < WHOLE { thin } else { line };
        let _ = write!(target, "M{:.1} {y:.1}h{wide:.1}", at - wide / 2.0);
        return;
    }
    for pair in stretch.windows(2) {
        let [one, two] = pair else { continue };
        let target = if one.present < WHOLE || two.present < WHOLE { &mut *thin } else { &mut *line };
        let ((from_x, from_y), (to_x, to_y)) = (middle(one), middle(two));
        let begin = format!("{from_x:.1} {from_y:.1}");
        if !target.ends_with(&begin) {
            let _ = write!(target, "M{begin}");
        }
        let _ = write!(target, "L{to_x:.1} {to_y:.1}");
    }
}

/// "Between 3 % and 97 %, mean 12 %, newest 8 %. Samples for 98 % of the time."
#[must_use]
pub fn summary_text(s: &Surround, series: &Series) -> String {
    let Some(newest) = series.points.last() else { return s.t("chart-empty") };
    let write = |number| value(s, &series.field, number);
    let low = series.points.iter().map(|point| point.min).fold(f64::INFINITY, f64::min);
    let high = series.points.iter().map(|point| point.max).fold(f64::NEG_INFINITY, f64::max);
    let weight: f64 = series.points.iter().map(|point| point.present).sum();
    let sum: f64 = series.points.iter().map(|point| point.mean * point.present).sum();
    let mean = if weight > 0.0 { sum / weight } else { newest.mean };
    let buckets = format::float_i((series.to.since_ms(series.from) / series.bucket_ms.max(1)).max(1));
    let covered = (100.0 * weight / buckets).min(100.0);
    let args = [
        ("low", write(low)),
        ("high", write(high)),
        ("mean", write(mean)),
        ("newest", write(newest.mean)),
        ("covered", format::quantity(s.lang, covered.round(), "%", Multiples::Decimal, false)),
    ];
    let args: Vec<(&str, Arg<'_>)> = args.iter().map(|(name, text)| (*name, Arg::Text(text))).collect();
    s.with("chart-summary", &args)
}

/// The same with "Last heard 40 s ago.", which goes on counting.
fn summary(s: &Surround, series: &Series, heard: Option<WallMs>) -> Markup {
    let text = escape(&summary_text(s, series));
    if series.points.is_empty() {
        return Markup(text);
    }
    let heard = heard.map(|at| s.aged("chart-heard-ago", at, &[]).0).unwrap_or_default();
    Markup(format!("{text} {heard}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::span::Range;

    fn point(minute: i64, mean: f64, present: f64) -> Point {
        Point { at: WallMs(minute * 60_000), min: mean - 1.0, mean, max: mean + 1.0, present }
    }

    fn series(points: Vec<Point>) -> Series {
        Series {
            field: "host_cpu_busy_percent".to_owned(),
            instance: String::new(),
            unit: "%".to_owned(),
            from: WallMs(0),
            to: WallMs(3_600_000),
            bucket_ms: 60_000,
            points,
        }
    }

    fn made(points: Vec<Point>) -> Chart {
        let s = crate::web::samples::surround(super::super::lang::Lang::En);
        chart(
            &s,
            &series(points),
            Frame { node: "7k2m9qxd", span: Span::Last(Range::Hour), heard: Some(WallMs(3_000_000)) },
        )
    }

    #[test]
    fn a_gap_is_not_joined() {
        let whole = made(vec![point(1, 10.0, 1.0), point(2, 12.0, 1.0), point(3, 11.0, 1.0)]);
        let split =
            made(vec![point(1, 10.0, 1.0), point(2, 12.0, 1.0), point(9, 11.0, 1.0), point(10, 11.0, 1.0)]);
        let moves = |chart: &Chart| {
            let mean =
                chart.svg.0.split("class=\"mean\" d=\"").nth(1).and_then(|rest| rest.split('"').next());
            mean.map_or(0, |path| path.matches('M').count())
        };
        assert_eq!(moves(&whole), 1);
        assert_eq!(moves(&split), 2);
    }

    #[test]
    fn a_bucket_with_missing_samples_is_drawn_thinner() {
        let chart = made(vec![point(1, 10.0, 1.0), point(2, 12.0, 0.5)]);
        assert!(chart.svg.0.contains("mean thin"));
    }

    #[test]
    fn no_point_says_so_and_draws_no_line() {
        let chart = made(Vec::new());
        assert!(chart.empty);
        assert!(!chart.svg.0.contains("class=\"mean\""));
        assert_eq!(chart.summary.0, "No reading in this range.");
    }

    #[test]
    fn the_axis_has_round_steps_and_holds_the_top() {
        let scale = Scale::over(0.0, 37.0, "ms", Multiples::Decimal);
        assert!(scale.high >= 37.0 && scale.ticks.len() <= 6, "{scale:?}");
        assert_eq!(scale.ticks.first(), Some(&0.0));
        let flat = Scale::over(0.0, 0.0, "", Multiples::Decimal);
        assert!(flat.high > flat.low);
        let cold = Scale::over(-12.0, 5.0, "°C", Multiples::Decimal);
        assert!(cold.low <= -12.0 && cold.high >= 5.0);
        let hostile = Scale::over(0.0, 1e300, "B", Multiples::Decimal);
        assert!(hostile.ticks.len() <= 9);
    }

    #[test]
    fn the_summary_gives_range_mean_newest_and_coverage() {
        let chart = made(vec![point(1, 10.0, 1.0), point(2, 20.0, 1.0)]);
        let text = chart.summary.0.replace('\u{202f}', " ");
        assert!(text.contains("Between 9 % and 21 %"), "{text}");
        assert!(text.contains("mean 15 %"), "{text}");
        assert!(text.contains("3 % of the time"), "{text}");
    }

    #[test]
    fn a_query_value_is_encoded() {
        assert_eq!(encode("/mnt/дані &x"), "%2Fmnt%2F%D0%B4%D0%B0%D0%BD%D1%96%20%26x");
    }
}
