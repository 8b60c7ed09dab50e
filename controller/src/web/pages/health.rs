//! "Can these pages be trusted?": the controller's checks of itself, each with its figures.
//!
//! Enters: the model's health. Leaves: the page. A check that this version has no words for is shown by its code.

use askama::Template;
use holdfast_protocol::presence::StateWord;

use super::render;
use crate::model::{Check, CheckVerdict, Health};
use crate::web::format::{self, Multiples};
use crate::web::lang::has;
use crate::web::strip::count;
use crate::web::surround::{Markup, Surround};

#[derive(Template)]
#[template(path = "health.html")]
struct HealthTemplate<'a> {
    s: &'a Surround,
    answer: String,
    checks: Vec<CheckLine>,
}

struct CheckLine {
    key: String,
    edge: &'static str,
    mark: Markup,
    name: String,
    verdict: String,
    explains: String,
    figures: Vec<(String, String)>,
}

/// The name of a check.
pub(super) fn check_name(s: &Surround, code: &str) -> String {
    worded(s, "check", code)
}

fn worded(s: &Surround, kind: &str, code: &str) -> String {
    let key = format!("{kind}-{code}");
    if has(s.lang, &key) { s.t(&key) } else { s.name(code) }
}

/// The page `/health`.
#[must_use]
pub fn health(s: &Surround, model: &Health) -> String {
    let failing = model.checks.iter().filter(|check| matches!(check.verdict, CheckVerdict::Fail)).count();
    let answer = if model.trusted { s.t("health-yes") } else { s.n("health-no", &count(failing)) };
    render(&HealthTemplate {
        s,
        answer,
        checks: model.checks.iter().map(|check| check_line(s, check)).collect(),
    })
}

fn check_line(s: &Surround, check: &Check) -> CheckLine {
    // A check is not a site or a node, but the marks mean the same: well, look, failing, cannot tell.
    let (word, key) = match check.verdict {
        CheckVerdict::Ok => (StateWord::Ok, "verdict-ok"),
        CheckVerdict::Warn => (StateWord::Degraded, "verdict-warn"),
        CheckVerdict::Fail => (StateWord::Down, "verdict-fail"),
        CheckVerdict::Unknown => (StateWord::NoReport, "verdict-unknown"),
    };
    let explains = format!("explain-{}", check.code);
    CheckLine {
        key: chart_key(&check.code),
        edge: if matches!(check.verdict, CheckVerdict::Ok) { "none" } else { word.key() },
        mark: s.mark(word),
        name: check_name(s, &check.code),
        verdict: s.t(key),
        explains: if has(s.lang, &explains) { s.t(&explains) } else { String::new() },
        figures: check
            .figures
            .iter()
            .map(|(name, value, unit)| (worded(s, "figure", name), figure(s, *value, unit)))
            .collect(),
    }
}

fn chart_key(code: &str) -> String {
    crate::web::chart::anchor(code, "")
}

/// A figure with its unit: sizes and lengths of time in their own steps, anything else with its unit behind it.
fn figure(s: &Surround, value: f64, unit: &str) -> String {
    match unit {
        "B" | "ms" | "%" | "°C" => format::quantity(s.lang, value, unit, Multiples::Decimal, false),
        "s" => duration(s, value),
        "d" => duration(s, value * 86_400.0),
        "1/s" | "/s" => format::quantity(s.lang, value, "", Multiples::Decimal, true),
        "" => format::significant(s.lang, value),
        other => format!("{}{}{}", format::significant(s.lang, value), format::THIN, s.name(other)),
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a float cast saturates")]
fn duration(s: &Surround, seconds: f64) -> String {
    format::duration(s.lang, (seconds * 1000.0) as i64)
}
