//! The list of hand-overs, and one with its lines and what was said of each.
//!
//! Enters: views of what is in sight. Leaves: pages. Names of sides stand in pages, never in addresses.

use std::collections::BTreeSet;

use askama::Template;
use holdfast_protocol::custody::handover::{Difference, Line, Outcome};
use holdfast_protocol::ids::ItemId;

use super::render;
use crate::api::inventory::handovers::{HandoverPage, HandoverRow, HandoverView, LineView};
use crate::web::format;
use crate::web::lang::Arg;
use crate::web::surround::{Markup, Surround};

/// What the list's page is made of beside its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HandoversView {
    /// How many wait for the viewer's party.
    pub(crate) waiting: u64,
    pub(crate) only_open: bool,
    /// Whether this is not the first page.
    pub(crate) later: bool,
}

struct Row {
    path: String,
    sides: String,
    outcome: String,
    yours: bool,
    purpose: String,
    items: String,
    offered: Markup,
    ends: Markup,
}

#[derive(Template)]
#[template(path = "handovers.html")]
struct ListTemplate<'a> {
    s: &'a Surround,
    first: String,
    rows: Vec<Row>,
    view: HandoversView,
    next: Option<String>,
}

struct ItemLine {
    path: Option<String>,
    shown: String,
    name: String,
    serials: String,
    said: String,
    words: String,
}

#[derive(Template)]
#[template(path = "handover.html")]
struct ShowTemplate<'a> {
    s: &'a Surround,
    title: String,
    first: String,
    done: Option<String>,
    facts: Vec<(String, Markup)>,
    note: Option<String>,
    lines: Vec<ItemLine>,
    over: Vec<String>,
    base: String,
    can_answer: bool,
    can_withdraw: bool,
}

/// The page `/handovers`.
#[must_use]
pub(crate) fn handovers(s: &Surround, page: &HandoverPage, view: HandoversView) -> String {
    let open = if view.only_open { "&open=true" } else { "" };
    render(&ListTemplate {
        s,
        first: s.n("handovers-first", &view.waiting),
        rows: page.rows.iter().map(|one| row(s, one)).collect(),
        view,
        next: page.next.as_ref().map(|next| format!("/handovers?after={next}{open}")),
    })
}

fn outcome(s: &Surround, outcome: Outcome) -> String {
    s.t(&format!("handover-is-{}", outcome.word()))
}

fn row(s: &Surround, one: &HandoverRow) -> Row {
    let args = [("giver", Arg::Name(&one.giver.name)), ("taker", Arg::Name(&one.taker.name))];
    Row {
        path: format!("/handovers/{}", one.id),
        sides: s.with("handover-from-to", &args),
        outcome: outcome(s, one.outcome),
        yours: one.yours,
        purpose: purpose(s, one.purpose),
        items: s.count(&u64::try_from(one.items).unwrap_or(u64::MAX)),
        offered: s.moment(&one.offered),
        ends: s.moment(&one.ends),
    }
}

fn purpose(s: &Surround, purpose: holdfast_protocol::custody::handover::Purpose) -> String {
    use holdfast_protocol::custody::handover::Purpose;
    s.t(match purpose {
        Purpose::Delivery => "handover-delivery",
        Purpose::Return => "handover-return",
    })
}

/// The page `/handovers/{id}`; items among `linked` are in the viewer's sight by themselves.
#[must_use]
pub(crate) fn handover(
    s: &Surround,
    view: &HandoverView,
    linked: &BTreeSet<ItemId>,
    done: Option<&'static str>,
) -> String {
    let args = [("giver", Arg::Name(&view.giver.name)), ("taker", Arg::Name(&view.taker.name))];
    let title = s.with("handover-from-to", &args);
    let (ends, ended) = (format::moment(s.lang, view.ends), view.ended.map(|at| format::moment(s.lang, at)));
    let word = outcome(s, view.outcome);
    let first = match (view.outcome, &ended) {
        (Outcome::Offered, _) => s.with("handover-first-open", &[("time", Arg::Text(&ends))]),
        (_, Some(at)) => {
            s.with("handover-first-ended", &[("outcome", Arg::Text(&word)), ("time", Arg::Text(at))])
        }
        (_, None) => {
            s.with("handover-first-ended", &[("outcome", Arg::Text(&word)), ("time", Arg::Text(&ends))])
        }
    };
    let facts = vec![
        (s.t("handover-purpose"), Markup(crate::web::surround::escape(&purpose(s, view.purpose)))),
        (s.t("handover-offered"), s.moment(&view.offered)),
        (s.t("handover-ends"), s.moment(&view.ends)),
    ];
    let over = view.answer.as_ref().map(|answer| answer.over.iter().map(|text| s.name(text)).collect());
    render(&ShowTemplate {
        s,
        title,
        first,
        done: done.map(|done| s.t(&format!("handover-done-{done}"))),
        facts,
        note: Some(s.name(&view.note)).filter(|_| !view.note.is_empty()),
        lines: view.items.iter().map(|line| item_line(s, view, line, linked)).collect(),
        over: over.unwrap_or_default(),
        base: format!("/handovers/{}", view.id),
        can_answer: view.can.contains(&"answer"),
        can_withdraw: view.can.contains(&"withdraw"),
    })
}

fn item_line(s: &Surround, view: &HandoverView, line: &LineView, linked: &BTreeSet<ItemId>) -> ItemLine {
    let said = view.answer.as_ref().and_then(|answer| answer.lines.get(&line.id));
    let (key, words) = match said {
        None => ("line-waits", ""),
        Some(Line::Accepted) => ("line-accepted", ""),
        Some(Line::AcceptedDamaged { words }) => ("line-accepted_damaged", words.as_str()),
        Some(Line::Not { difference, words }) => (difference_key(*difference), words.as_str()),
    };
    ItemLine {
        path: linked.contains(&line.id).then(|| format!("/equipment/{}", line.id.0)),
        shown: line.shown.clone(),
        name: s.name(if line.name.is_empty() { &line.model } else { &line.name }),
        serials: line.serials.join(", "),
        said: if view.answer.is_none() && view.outcome != Outcome::Offered {
            String::new()
        } else {
            s.t(key)
        },
        words: if words.is_empty() { String::new() } else { s.name(words) },
    }
}

const fn difference_key(difference: Difference) -> &'static str {
    match difference {
        Difference::Short => "line-short",
        Difference::WrongSerial => "line-wrong_serial",
        Difference::Damaged => "line-damaged",
        Difference::Refused => "line-refused",
    }
}
