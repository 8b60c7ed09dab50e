//! `/metrics`: what the controller counts of itself, in Prometheus' text format 0.0.4.
//!
//! Enters: counters. Leaves: text. No label names a node, a site or a person: the fleet's own readings are history, not
//! metrics of the controller.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::counters::BUCKETS_MS;
use crate::app::App;
use crate::history::keep;
use crate::ingest::Figures;

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&app)).into_response()
}

fn text(app: &App) -> String {
    let mut page = Page(String::with_capacity(8 * 1024));
    page.head("build_info", "gauge", "Always 1; the label names the version.");
    page.line("build_info", &[("version", holdfast_protocol::PROGRAM_VERSION)], 1);
    page.one("nodes", "gauge", "Nodes in the registry.", app.fleet.count());
    page.one("door_sessions_open", "gauge", "MQTT sessions that are open.", app.sessions.open_count());
    door(&mut page, app);
    ingest(&mut page, &app.ingest.figures());
    history(&mut page, app.history.keeping());
    http(&mut page, app);
    page.0
}

fn door(page: &mut Page, app: &App) {
    let mut named = "";
    for total in app.sessions.counters.each() {
        let name = format!("{}_total", total.name);
        if total.name != named {
            page.head(&name, "counter", "Counted by the MQTT door since the start.");
            named = total.name;
        }
        if total.reason.is_empty() {
            page.line(&name, &[], total.count);
        } else {
            page.line(&name, &[("reason", total.reason)], total.count);
        }
    }
}

fn ingest(page: &mut Page, figures: &Figures) {
    page.one("ingest_records_total", "counter", "Records stored.", figures.stored);
    page.one("ingest_again_total", "counter", "Records that came again.", figures.again);
    page.one("ingest_unusable_total", "counter", "Payloads that are no record.", figures.unusable);
    page.one("ingest_foreign_total", "counter", "Records under another's name.", figures.foreign);
    page.one("ingest_quota_total", "counter", "Arrivals refused for want of room.", figures.quota);
    page.one("ingest_not_now_total", "counter", "Arrivals the database did not take.", figures.not_now);
    page.one("ingest_commits_total", "counter", "Commits.", figures.commits);
    page.one("ingest_failed_commits_total", "counter", "Commits that failed.", figures.failed_commits);
    page.one("ingest_queued", "gauge", "Arrivals that wait.", figures.queued);
    page.one("ingest_per_second", "gauge", "Records a second over the last minute.", figures.per_second);
    let delay_s = figures.delay_ms_max / 1_000.0;
    page.one(
        "ingest_delay_seconds_max",
        "gauge",
        "Longest from receipt to answer in the last minute.",
        delay_s,
    );
    let commit_s = figures.commit_ms_max / 1_000.0;
    page.one("ingest_commit_seconds_max", "gauge", "Longest commit of the last minute.", commit_s);
}

fn history(page: &mut Page, figures: keep::Figures) {
    let seconds = |at: holdfast_protocol::time::WallMs| at.0.div_euclid(1_000);
    let from = "Unix time from which on";
    page.one(
        "history_records_from_seconds",
        "gauge",
        &format!("{from} records are whole; 0 before the first look."),
        seconds(figures.raw_from),
    );
    page.one(
        "history_rollups_from_seconds",
        "gauge",
        &format!("{from} roll-ups are kept; 0 before the first look."),
        seconds(figures.rollups_from),
    );
    page.one("history_hours_waiting", "gauge", "Hours of nodes that are not rolled up yet.", figures.waiting);
    page.one("history_hours_rolled_total", "counter", "Hours of nodes rolled up.", figures.rolled);
    page.one("history_rows_deleted_total", "counter", "Rows deleted because of their age.", figures.deleted);
}

fn http(page: &mut Page, app: &App) {
    page.head("http_answers_total", "counter", "HTTP answers by class of status.");
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    for (class, count) in classes.into_iter().zip(app.counters.by_class()) {
        page.line("http_answers_total", &[("class", class)], count);
    }
    let (buckets, sum_s) = app.counters.durations();
    page.head("http_duration_seconds", "histogram", "Time to the head of an answer.");
    for (bound_ms, count) in BUCKETS_MS.into_iter().zip(buckets) {
        let (whole, rest) = (bound_ms / 1_000, bound_ms % 1_000);
        let bound = format!("{whole}.{rest:03}");
        page.line("http_duration_seconds_bucket", &[("le", bound.as_str())], count);
    }
    let all: u64 = app.counters.by_class().iter().sum();
    page.line("http_duration_seconds_bucket", &[("le", "+Inf")], all);
    page.line("http_duration_seconds_sum", &[], sum_s);
    page.line("http_duration_seconds_count", &[], all);
    let feeds = app.counters.live_feeds.load(Ordering::Relaxed);
    page.one("http_live_feeds", "gauge", "Live feeds that are open.", feeds);
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _written = writeln!(self.0, "# HELP holdfast_{name} {help}\n# TYPE holdfast_{name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _written = writeln!(self.0, "holdfast_{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }
}
