//! One node, whole, on one page: sentence, what is wrong, lanes, charts, readings, spool, identity.
//!
//! Enters: the model's page of a node and the series of its charts. Leaves: the page. Every reading has its unit and its
//! age; "no reading" is said, never a zero.

use askama::Template;
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::ranges::{RangePicker, Wanted};
use super::{reason, render, state_sentence};
use crate::model::{NodePage, Reading, Run, Series};
use crate::web::chart::{self, Chart, Frame};
use crate::web::format::{self, Multiples};
use crate::web::lang::Arg;
use crate::web::span::Span;
use crate::web::strip::{self, count};
use crate::web::surround::{Markup, Surround, escape};

/// Charts on a node's page, in this order, each for the copy that [`wanted_charts`] picks.
pub const DEFAULT_CHARTS: [&str; 8] = [
    "host_cpu_busy_percent",
    "host_memory_used_bytes",
    "link_rtt_ms",
    "net_receive_bytes_total",
    "net_transmit_bytes_total",
    "disk_used_bytes",
    "temperature_celsius",
    "agent_spool_records",
];

/// Rows of the table beside the lanes; more than these are counted.
const EVENTS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "node.html")]
struct NodeTemplate<'a> {
    s: &'a Surround,
    patterns: Markup,
    name: String,
    state: Markup,
    first: Markup,
    reasons: Vec<String>,
    ranges: RangePicker,
    lanes: Markup,
    lanes_words: String,
    x_labels: Vec<String>,
    legend: Vec<(Markup, String)>,
    events: Vec<EventLine>,
    events_more: Option<String>,
    charts: Vec<Chart>,
    left: Vec<(String, String)>,
    groups: Vec<Group>,
    spool_first: Markup,
    spool: Vec<(String, Markup)>,
    identity_first: Markup,
    identity: Vec<(String, Markup)>,
}

struct EventLine {
    at: WallMs,
    from: Markup,
    to: Markup,
    length: Markup,
    what: String,
}

struct Group {
    key: &'static str,
    name: String,
    readings: Vec<ReadingLine>,
}

struct ReadingLine {
    key: String,
    path: String,
    name: String,
    value: Markup,
    rate: Markup,
    at: Markup,
}

/// Field and copy of each chart that a node's readings allow: the interface that carries the route, the fullest disk, the
/// hottest sensor.
#[must_use]
pub fn wanted_charts(page: &NodePage) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for field in DEFAULT_CHARTS {
        let copies = page.readings.iter().filter(|reading| reading.field == field);
        let picked = if field.starts_with("net_") {
            copies.max_by_key(|reading| Some(reading.instance.as_str()) == page.row.route.as_deref())
        } else {
            copies.max_by(|one, two| one.value.unwrap_or(0.0).total_cmp(&two.value.unwrap_or(0.0)))
        };
        if let Some(reading) = picked {
            out.push((reading.field.clone(), reading.instance.clone()));
        }
    }
    out
}

/// The page `/nodes/{id}`. Charts in `left` were not ready in time, and are links.
#[must_use]
pub fn node(
    s: &Surround,
    page: &NodePage,
    series: &[Series],
    left: &[(String, String)],
    wanted: &Wanted,
) -> String {
    let id = page.row.id.to_string();
    let span = wanted.span;
    let frame = Frame { node: &id, span, heard: page.row.state.heard };
    let (events, events_more) = events(s, page);
    render(&NodeTemplate {
        s,
        patterns: strip::patterns(),
        name: page.row.shown.clone(),
        state: s.mark(page.row.state.word),
        first: first(s, page),
        reasons: page.reasons.iter().map(|one| reason(s, one)).collect(),
        ranges: RangePicker::new(s, format!("/nodes/{id}"), Vec::new(), wanted),
        lanes: strip::lanes(s, &page.timeline),
        lanes_words: strip::lanes_in_words(s, &page.timeline),
        x_labels: chart::time_labels(s, page.timeline.from, page.timeline.to),
        legend: legend(s, &page.timeline.presence),
        events,
        events_more,
        charts: series.iter().map(|one| chart::chart(s, one, frame)).collect(),
        left: left.iter().map(|(field, instance)| left_out(s, &id, field, instance, span)).collect(),
        groups: groups(s, page, span),
        spool_first: Markup(escape(&spool_first(s, page))),
        spool: spool(s, page),
        identity_first: identity_first(s, page),
        identity: identity(s, page),
    })
}

/// The link to a chart that was not ready.
fn left_out(s: &Surround, id: &str, field: &str, instance: &str, span: Span) -> (String, String) {
    let query = format!("field={}&instance={}", chart::encode(field), chart::encode(instance));
    let name = chart::field_name(s, field, instance);
    let label = s.with("chart-load", &[("name", Arg::Text(&name)), ("range", Arg::Text(&span.words(s)))]);
    (format!("/nodes/{id}/chart?{query}&{}", span.query()), label)
}

fn first(s: &Surround, page: &NodePage) -> Markup {
    let mut out = state_sentence(s, &page.row.state).0;
    if let Some(site) = &page.row.site {
        let place = if site.region.is_empty() {
            s.name(&site.name)
        } else {
            format!("{}, {}", s.name(&site.name), site.region)
        };
        out.push(' ');
        out.push_str(&escape(&s.with("says-site", &[("site", Arg::Text(&place))])));
    }
    if !page.reasons.is_empty() {
        out.push(' ');
        out.push_str(&escape(&s.n("says-warnings", &count(page.reasons.len()))));
    }
    Markup(out)
}

/// Words whose marks or fills are in the lanes.
fn legend(s: &Surround, runs: &[Run]) -> Vec<(Markup, String)> {
    let mut out: Vec<(Markup, String)> = Vec::new();
    for word in StateWord::ALL.into_iter().rev() {
        let held = |run: &Run| run.word == Some(word) && run.to.since_ms(run.from) >= strip::WORTH_SAYING_MS;
        if runs.iter().any(held) {
            out.push((s.mark(word), s.word_label(&word)));
        }
    }
    out
}

/// The lanes as a table, newest first.
fn events(s: &Surround, page: &NodePage) -> (Vec<EventLine>, Option<String>) {
    let length = |ms: i64| Markup(escape(&format::duration(s.lang, ms)));
    let mut all: Vec<EventLine> = Vec::new();
    for run in &page.timeline.presence {
        let what = run.word.map_or_else(|| s.label("nothing-recorded"), |word| s.word_label(&word));
        let (from, to) = (s.moment(&run.from), s.moment(&run.to));
        all.push(EventLine { at: run.from, from, to, length: length(run.to.since_ms(run.from)), what });
    }
    for outage in &page.timeline.outages {
        let cause = strip::cause(s, &outage.cause);
        let attempts = s.n("count-attempts", &u64::from(outage.attempts));
        let what =
            s.with("event-outage", &[("cause", Arg::Text(&cause)), ("attempts", Arg::Text(&attempts))]);
        let (from, to) = (s.moment(&outage.from), s.moment(&outage.to));
        all.push(EventLine {
            at: outage.from,
            from,
            to,
            length: length(outage.to.since_ms(outage.from)),
            what,
        });
    }
    for start in &page.timeline.starts {
        let none = Markup::default();
        let what = strip::start_in_words(s, start.machine, start.boot);
        all.push(EventLine { at: start.at, from: s.moment(&start.at), to: none.clone(), length: none, what });
    }
    for late in &page.timeline.late {
        let what = s.with("late-arrived", &[("time", Arg::Text(&format::moment(s.lang, late.arrived)))]);
        let (from, to) = (s.moment(&late.from), s.moment(&late.to));
        all.push(EventLine { at: late.from, from, to, length: length(late.to.since_ms(late.from)), what });
    }
    all.sort_by_key(|event| std::cmp::Reverse(event.at.0));
    let hidden = all.len().saturating_sub(EVENTS_MAX);
    all.truncate(EVENTS_MAX);
    (all, (hidden > 0).then(|| s.n("events-more", &count(hidden))))
}

fn groups(s: &Surround, page: &NodePage, span: Span) -> Vec<Group> {
    const GROUPS: [(&str, &[&str]); 6] = [
        ("link", &["link_"]),
        ("host", &["host_", "temperature_"]),
        ("disk", &["disk_"]),
        ("net", &["net_"]),
        ("agent", &["agent_", "clock_"]),
        ("other", &[""]),
    ];
    let group_of = |field: &str| {
        GROUPS
            .iter()
            .find(|(_, prefixes)| prefixes.iter().any(|prefix| field.starts_with(prefix)))
            .map(|(key, _)| *key)
    };
    let id = page.row.id.to_string();
    let mut out: Vec<Group> = Vec::new();
    for (key, _) in GROUPS {
        let mine = page.readings.iter().filter(|reading| group_of(&reading.field) == Some(key));
        let readings: Vec<ReadingLine> = mine.map(|reading| reading_line(s, &id, reading, span)).collect();
        if !readings.is_empty() {
            out.push(Group { key, name: s.t(&format!("group-{key}")), readings });
        }
    }
    out
}

fn reading_line(s: &Surround, id: &str, reading: &Reading, span: Span) -> ReadingLine {
    let multiples = chart::multiples_of(&reading.field);
    let written = |value: f64| match reading.field.as_str() {
        "host_uptime_seconds" => format::duration(s.lang, milliseconds(value)),
        "net_carrier" | "link_connected" | "link_route" | "clock_synchronised" => {
            s.t(if value >= 0.5 { "yes" } else { "no" })
        }
        _ => format::quantity(s.lang, value, reading.unit, multiples, false),
    };
    let rate = reading.rate.filter(|_| reading.field != "host_uptime_seconds");
    let rate =
        rate.map(|value| Markup(escape(&format::quantity(s.lang, value, reading.unit, multiples, true))));
    let (field, instance) = (chart::encode(&reading.field), chart::encode(&reading.instance));
    ReadingLine {
        key: chart::anchor(&reading.field, &reading.instance).replacen("c-", "r-", 1),
        path: format!("/nodes/{id}/chart?field={field}&instance={instance}&{}", span.query()),
        name: chart::field_name(s, &reading.field, &reading.instance),
        value: s.or_none(reading.value.map(written)),
        rate: rate.unwrap_or_default(),
        at: measured(s, reading),
    }
}

/// The age of a measurement, with ± where the node's clock is not trusted to a second.
fn measured(s: &Surround, reading: &Reading) -> Markup {
    const WORTH_SAYING_MS: u64 = 1000;
    let age = s.age(reading.at);
    if reading.error_ms < WORTH_SAYING_MS {
        return age;
    }
    let error = format::duration(s.lang, i64::try_from(reading.error_ms).unwrap_or(i64::MAX));
    Markup(format!("{} ±{}{}", age.0, format::THIN, escape(&error)))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a float cast saturates; uptimes are small"
)]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

fn spool_first(s: &Surround, page: &NodePage) -> String {
    let waiting = match page.spool.records {
        Some(records) => s.n("spool-waiting", &records),
        None => s.t("spool-unknown"),
    };
    if page.spool.lost_records == 0 {
        waiting
    } else {
        format!("{waiting} {}", s.n("spool-lost", &page.spool.lost_records))
    }
}

fn spool(s: &Surround, page: &NodePage) -> Vec<(String, Markup)> {
    let number = |value: Option<u64>| s.or_none(value.map(|count| s.count(&count)));
    let bytes = page.spool.bytes.map(|bytes| format::bytes(s.lang, format::float(bytes), Multiples::Decimal));
    vec![
        (s.t("spool-records"), number(page.spool.records)),
        (s.t("spool-bytes"), s.or_none(bytes)),
        (s.t("spool-missing"), number(Some(page.spool.missing_records))),
        (s.t("spool-lost-label"), number(Some(page.spool.lost_records))),
    ]
}

fn identity_first(s: &Surround, page: &NodePage) -> Markup {
    let ends = page.identity.certificate_ends;
    let left = ends.since_ms(s.now);
    let key = if left <= 0 { "certificate-ended" } else { "certificate-left" };
    Markup(escape(&s.with(
        key,
        &[
            ("left", Arg::Text(&format::duration(s.lang, left.abs()))),
            ("date", Arg::Text(&format::date(s.lang, ends))),
        ],
    )))
}

fn identity(s: &Surround, page: &NodePage) -> Vec<(String, Markup)> {
    let code = format!("<span class=\"serial\">{}</span>", escape(&page.identity.code));
    let clock = match page.identity.clock_error_ms {
        Some(error) => s.with(
            "clock-trusted",
            &[(
                "error",
                Arg::Text(&format::quantity(s.lang, f64::from(error), "ms", Multiples::Decimal, false)),
            )],
        ),
        None => s.t("clock-untrusted"),
    };
    vec![
        (s.t("identity-enrolled"), s.moment(&page.identity.enrolled)),
        (s.t("identity-ends"), s.moment(&page.identity.certificate_ends)),
        (s.t("identity-code"), Markup(code)),
        (s.t("identity-boot"), s.or_none(page.identity.boot.map(|boot| boot.to_string()))),
        (s.t("col-agent"), s.or_none(page.row.agent.as_deref().map(|agent| s.name(agent)))),
        (s.t("identity-clock"), Markup(escape(&clock))),
    ]
}
