//! Evidence of what a donor gave: a row an item, with the newest week that the donation's policy tells, and its files.
//!
//! Enters: the viewer's donations, and what may be told of the items of one. Leaves: the page. Holds no place.

use askama::Template;
use holdfast_protocol::evidence::Level;

use super::render;
use crate::api::inventory::evidence::EvidenceView;
use crate::evidence::disclosure::Withheld;
use crate::web::format;
use crate::web::lang::Arg;
use crate::web::surround::Surround;

/// What is told of one donation.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// All donations of the viewer: number and title, and which one is shown.
    pub donations: Vec<(i64, String)>,
    /// The one that is shown.
    pub here: Option<i64>,
    /// Why nothing is told of it.
    pub withheld: Option<Withheld>,
    /// Its items, each with the weeks that are told, newest first.
    pub(crate) items: Vec<EvidenceView>,
    /// Where the next page is.
    pub next: Option<String>,
}

struct Donation {
    id: i64,
    title: String,
    here: bool,
}

struct Row {
    shown: String,
    model: String,
    level: String,
    observations: String,
    gap: String,
    files: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidenceTemplate<'a> {
    s: &'a Surround,
    first: String,
    donations: Vec<Donation>,
    why: Option<String>,
    rows: Vec<Row>,
    next: Option<String>,
}

/// The page `/evidence`.
#[must_use]
pub fn evidence(s: &Surround, evidence: &Evidence) -> String {
    let rows: Vec<Row> = evidence.items.iter().map(|item| row(s, item)).collect();
    let observed = |item: &&EvidenceView| item.rows.first().is_some_and(|week| week.level == Level::E2);
    let confirmed = s.count(&count(evidence.items.iter().filter(observed).count()));
    let first = if evidence.donations.is_empty() {
        s.t("evidence-none")
    } else {
        s.with(
            "evidence-first",
            &[("n", Arg::Count(count(evidence.items.len()))), ("confirmed", Arg::Text(&confirmed))],
        )
    };
    let why = match evidence.withheld {
        Some(Withheld::Serials) => Some(s.t("evidence-withheld-serials")),
        Some(Withheld::FewItems(least)) => Some(s.n("evidence-withheld-few", &u64::from(least))),
        Some(Withheld::Until(_)) => Some(s.t("evidence-withheld-until")),
        None if rows.is_empty() && !evidence.donations.is_empty() => Some(s.t("evidence-no-items")),
        None => None,
    };
    let donations = evidence.donations.iter().map(|(id, title)| Donation {
        id: *id,
        title: s.name(title),
        here: evidence.here == Some(*id),
    });
    render(&EvidenceTemplate {
        s,
        first,
        donations: donations.collect(),
        why,
        rows,
        next: evidence.next.clone(),
    })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn row(s: &Surround, item: &EvidenceView) -> Row {
    let newest = item.rows.first();
    let no_week = || s.t("evidence-no-week");
    Row {
        shown: item.code.shown(),
        model: s.name(&item.model),
        level: newest.map_or_else(no_week, |week| s.t(&format!("evidence-level-{}", week.level.word()))),
        observations: newest.map(|week| s.count(&count(week.observations))).unwrap_or_default(),
        gap: newest.map(|week| format::duration(s.lang, week.longest_gap_ms)).unwrap_or_default(),
        files: item.rows.iter().map(|week| (week.file.clone(), week.week.to_string())).collect(),
    }
}
