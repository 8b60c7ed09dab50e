//! The presence strip and the lanes of the timeline, drawn as SVG by the server: runs, not cells.
//!
//! Enters: runs, outages, starts, late stretches. Leaves: SVG with classes and presentation attributes only, and a
//! sentence that says the same. Nothing is drawn for a time without a record, and no state is carried on to "now" (P2).

use std::fmt::Write as _;

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::format;
use super::lang::{Arg, capitalised};
use super::surround::{Markup, Surround, escape};
use crate::model::{Run, Timeline};

/// Width of every drawing in its own units; the page stretches it.
const WIDTH: f64 = 1440.0;
/// Height of a strip in its own units.
const STRIP_HEIGHT: f64 = 20.0;
/// Height of a lane of the timeline.
const LANE_HEIGHT: f64 = 28.0;

/// Patterns that strips and lanes fill with; once on a page, before the first of them.
#[must_use]
pub fn patterns() -> Markup {
    Markup(
        "<svg class=\"vh\" aria-hidden=\"true\" focusable=\"false\"><defs>\
         <pattern id=\"p-silence\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\">\
         <path class=\"k-planned_silence\" d=\"M-2 11 11-2M-2 2 2-2M7 11 11 7\"/></pattern>\
         <pattern id=\"p-maintenance\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\">\
         <path class=\"k-maintenance\" d=\"M4 0v9\"/></pattern></defs></svg>"
            .to_owned(),
    )
}

/// A span of time on the width of a drawing.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: WallMs,
    to: WallMs,
}

impl Span {
    fn x(self, at: WallMs) -> f64 {
        let whole = self.to.since_ms(self.from).max(1);
        let inside = at.since_ms(self.from).clamp(0, whole);
        WIDTH * format::float_i(inside) / format::float_i(whole)
    }

    /// Left edge and width; never thinner than can be seen.
    fn bar(self, from: WallMs, to: WallMs) -> (f64, f64) {
        const THINNEST: f64 = 1.5;
        let left = self.x(from);
        (left.min(WIDTH - THINNEST), (self.x(to) - left).max(THINNEST))
    }
}

/// How a word fills its run: share of the height, and the pattern.
const fn fill_of(word: StateWord) -> (f64, Option<&'static str>) {
    match word {
        StateWord::Ok => (0.4, None),
        StateWord::Degraded => (0.7, None),
        StateWord::Down | StateWord::Revoked => (1.0, None),
        StateWord::PlannedSilence => (1.0, Some("p-silence")),
        StateWord::Maintenance => (1.0, Some("p-maintenance")),
        StateWord::NoReport | StateWord::NotYetSeen | StateWord::NotKnown => (0.0, None),
    }
}

fn draw_runs(out: &mut String, span: Span, runs: &[Run], top: f64, height: f64) {
    for run in runs {
        let (left, width) = span.bar(run.from, run.to);
        let (share, pattern) = run.word.map_or((0.0, None), fill_of);
        if share == 0.0 {
            let y = top + height - 1.0;
            // Writing to a String cannot fail, here and below.
            let _ = write!(out, "<path class=\"gap\" d=\"M{left:.0} {y:.0}h{width:.0}\"/>");
            continue;
        }
        let (tall, key) = (height * share, run.word.map_or("", StateWord::key));
        let y = top + height - tall;
        let _ = write!(
            out,
            "<rect class=\"f-{key}\" x=\"{left:.0}\" y=\"{y:.0}\" width=\"{width:.1}\" height=\"{tall:.0}\""
        );
        if let Some(pattern) = pattern {
            let _ = write!(out, " fill=\"url(#{pattern})\"");
        }
        out.push_str("/>");
    }
}

/// The strip of a row: its runs between the first and the last, and in words how long each word held.
#[must_use]
pub fn strip(s: &Surround, runs: &[Run]) -> Markup {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return s.no_reading() };
    let span = Span { from: first.from, to: last.to };
    let mut out = format!(
        "<svg class=\"strip\" role=\"img\" viewBox=\"0 0 {WIDTH:.0} {STRIP_HEIGHT:.0}\" preserveAspectRatio=\"none\" \
         aria-label=\"{}\">",
        escape(&strip_in_words(s, runs))
    );
    draw_runs(&mut out, span, runs, 0.0, STRIP_HEIGHT);
    out.push_str("</svg>");
    Markup(out)
}

/// A word that held for less is not told: it would read "0 s".
pub const WORTH_SAYING_MS: i64 = 1000;

/// "OK 22 h, no report 2 h".
#[must_use]
pub fn strip_in_words(s: &Surround, runs: &[Run]) -> String {
    let held = |word: Option<StateWord>| -> i64 {
        runs.iter().filter(|run| run.word == word).map(|run| run.to.since_ms(run.from).max(0)).sum()
    };
    let mut parts: Vec<String> = Vec::new();
    for word in StateWord::ALL.into_iter().rev().map(Some).chain([None]) {
        let ms = held(word);
        if ms >= WORTH_SAYING_MS {
            let name = word.map_or_else(|| s.t("nothing-recorded"), |word| s.word(word));
            parts.push(format!("{name} {}", format::duration(s.lang, ms)));
        }
    }
    capitalised(&parts.join(", "))
}

/// The lanes of a node: presence, outages, starts, late data. One drawing, edges from records.
#[must_use]
pub fn lanes(s: &Surround, timeline: &Timeline) -> Markup {
    const LANES: f64 = 4.0;
    let span = Span { from: timeline.from, to: timeline.to };
    let height = LANE_HEIGHT * LANES;
    let mut out = format!(
        "<svg class=\"lanes\" role=\"img\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" preserveAspectRatio=\"none\" \
         aria-label=\"{}\">",
        escape(&lanes_in_words(s, timeline))
    );
    draw_days(&mut out, span, height);
    draw_runs(&mut out, span, &timeline.presence, 4.0, LANE_HEIGHT - 8.0);
    let lane = |index: f64| LANE_HEIGHT * index + 4.0;
    for outage in &timeline.outages {
        let (left, width) = span.bar(outage.from, outage.to);
        let title = format!(
            "{}, {}, {}",
            cause(s, &outage.cause),
            format::duration(s.lang, outage.to.since_ms(outage.from)),
            format::moment(s.lang, outage.from)
        );
        let _ = write!(
            out,
            "<rect class=\"outage\" x=\"{left:.1}\" y=\"{:.0}\" width=\"{width:.1}\" height=\"20\"><title>{}</title></rect>",
            lane(1.0),
            escape(&title)
        );
    }
    for start in &timeline.starts {
        let (x, y) = (span.x(start.at), lane(2.0));
        let class = if start.machine { "start machine" } else { "start" };
        let title =
            format!("{}, {}", start_in_words(s, start.machine, start.boot), format::moment(s.lang, start.at));
        let _ = write!(
            out,
            "<path class=\"{class}\" d=\"M{x:.1} {y:.0}v20\"><title>{}</title></path>",
            escape(&title)
        );
    }
    for late in &timeline.late {
        let (left, width) = span.bar(late.from, late.to);
        let title = s.with("late-arrived", &[("time", Arg::Text(&format::moment(s.lang, late.arrived)))]);
        let y = lane(3.0);
        let _ = write!(
            out,
            "<path class=\"notch\" d=\"M{left:.1} {y:.0}v20M{left:.1} {:.0}h{width:.1}v-6\"><title>{}</title></path>",
            y + 10.0,
            escape(&title)
        );
    }
    out.push_str("</svg>");
    Markup(out)
}

/// Midnights of UTC as thin lines.
fn draw_days(out: &mut String, span: Span, height: f64) {
    /// More lines than this say nothing; a range of 90 days has 90.
    const LINES_MAX: usize = 100;
    const DAY_MS: i64 = 86_400_000;
    let mut at = (span.from.0.div_euclid(DAY_MS) + 1) * DAY_MS;
    for _ in 0..LINES_MAX {
        if at >= span.to.0 {
            break;
        }
        let _ = write!(out, "<path class=\"day\" d=\"M{:.0} 0v{height:.0}\"/>", span.x(WallMs(at)));
        at += DAY_MS;
    }
}

/// What the lanes say, in one sentence.
#[must_use]
pub fn lanes_in_words(s: &Surround, timeline: &Timeline) -> String {
    let presence = strip_in_words(s, &timeline.presence);
    let outages = s.n("count-outages", &count(timeline.outages.len()));
    let starts = s.n("count-starts", &count(timeline.starts.len()));
    let presence = if presence.is_empty() { capitalised(&s.t("nothing-recorded")) } else { presence };
    format!("{presence}. {outages}, {starts}.")
}

/// A number of things in memory, as a count.
#[must_use]
pub fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// An outage's cause in words; one of a later version shows its stable word.
#[must_use]
pub fn cause(s: &Surround, cause: &str) -> String {
    let key = format!("cause-{cause}");
    if super::lang::has(s.lang, &key) { s.t(&key) } else { s.name(cause) }
}

/// A start in words.
#[must_use]
pub fn start_in_words(s: &Surround, machine: bool, boot: u32) -> String {
    s.with(if machine { "start-machine" } else { "start-agent" }, &[("boot", Arg::Text(&boot.to_string()))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OutageView;
    use crate::web::lang::Lang;
    use crate::web::samples;
    use crate::web::span::{Range, Span};

    #[test]
    fn an_outage_has_the_same_edges_in_every_range() {
        let s = samples::surround(Lang::En);
        let outage = OutageView {
            from: WallMs(samples::NOW.0 - 700_123),
            to: WallMs(samples::NOW.0 - 300_456),
            cause: "silent".to_owned(),
            attempts: 3,
        };
        let own =
            Span::Own { from: WallMs(samples::NOW.0 - 5_000_001), to: WallMs(samples::NOW.0 - 100_000) };
        let mut titles = Vec::new();
        for span in Range::ALL.map(Span::Last).into_iter().chain([own]) {
            let (from, to) = span.bounds(samples::NOW);
            let timeline = Timeline {
                from,
                to,
                presence: Vec::new(),
                outages: vec![outage.clone()],
                starts: Vec::new(),
                late: Vec::new(),
            };
            let drawn = lanes(&s, &timeline).0;
            let bar = drawn.split("class=\"outage\"").nth(1).expect("drawn");
            let number = |name: &str| -> f64 {
                let text = bar.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
                text.and_then(|text| text.parse().ok()).expect("a number")
            };
            let unit_ms = format::float_i(to.since_ms(from)) / WIDTH;
            let begin = format::float_i(from.0) + number("x") * unit_ms;
            // Drawn to a tenth of a unit, and never thinner than can be seen.
            assert!((begin - format::float_i(outage.from.0)).abs() <= unit_ms * 1.5, "{span:?}");
            let end = begin + number("width") * unit_ms;
            assert!((end - format::float_i(outage.to.0)).abs() <= unit_ms * 1.6, "{span:?}");
            let title = bar.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
            titles.push(title.expect("told").to_owned());
        }
        titles.dedup();
        assert_eq!(titles.len(), 1, "{titles:?}");
    }
}
