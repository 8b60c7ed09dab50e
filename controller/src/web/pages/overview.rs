//! Overview: what needs a person, first as a number, then as counts, then as one queue.
//!
//! Enters: the model's overview. Leaves: the page. The queue is in the model's order and never reordered here.

use askama::Template;
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::{Empty, edge, reason, render, shown};
use crate::inventory::waits::Waits;
use crate::model::{Counts, Need, NeedKind, Overview};
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{Markup, Surround};

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewTemplate<'a> {
    s: &'a Surround,
    first: String,
    counts: Vec<CountLine>,
    waits: Vec<(&'static str, String)>,
    needs: Vec<NeedRow>,
    shown: String,
    empty: Empty,
}

pub(super) struct CountLine {
    pub(super) path: &'static str,
    pub(super) total: String,
    pub(super) parts: Vec<CountPart>,
}

pub(super) struct CountPart {
    pub(super) path: String,
    pub(super) mark: Markup,
    pub(super) text: String,
}

pub(super) struct Link {
    path: String,
    name: String,
}

pub(super) struct Place {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) region: String,
}

pub(super) struct NeedRow {
    pub(super) key: String,
    pub(super) priority: u8,
    pub(super) edge: &'static str,
    pub(super) mark: Markup,
    pub(super) what: String,
    pub(super) place: Option<Place>,
    pub(super) who: String,
    pub(super) since: Option<WallMs>,
    pub(super) next: Link,
}

/// What of the inventory waits for the viewer, each with where it is.
pub(super) fn wait_lines(s: &Surround, waits: Waits) -> Vec<(&'static str, String)> {
    let lines = [
        ("/handovers?open=true", "handovers-first", waits.handovers),
        ("/proposals", "waits-proposals", waits.proposals),
        ("/equipment?state=received&attention=true", "waits-unaccepted", waits.unaccepted),
    ];
    lines
        .into_iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(path, key, count)| (path, s.n(key, &count)))
        .collect()
}

/// The page `/` of who has nothing to do with equipment.
#[must_use]
pub fn overview(s: &Surround, model: &Overview) -> String {
    overview_with(s, model, Waits::default())
}

/// The page `/`.
#[must_use]
pub fn overview_with(s: &Surround, model: &Overview, waits: Waits) -> String {
    let needs: Vec<NeedRow> = model.needs.iter().map(|need| need_row(s, need)).collect();
    let nobody_yet = model.nodes.total == 0;
    let first = if nobody_yet { s.t("overview-empty") } else { s.n("overview-needs", &model.needs_total) };
    let empty = if nobody_yet {
        Empty { text: s.t("nodes-none"), action: Some(("/help".to_owned(), s.t("nav-help"))) }
    } else {
        Empty { text: s.t("queue-empty"), action: None }
    };
    let shown = shown(s, "shown-needs", needs.len(), model.needs_total);
    let counts = vec![
        count_line(s, "/sites", "count-sites", &model.sites),
        count_line(s, "/nodes", "count-nodes", &model.nodes),
    ];
    render(&OverviewTemplate { s, first, counts, waits: wait_lines(s, waits), needs, shown, empty })
}

pub(super) fn count_line(s: &Surround, path: &'static str, key: &str, counts: &Counts) -> CountLine {
    let parts = counts.by_word.iter().rev().filter(|(_, count)| *count > 0).map(|(word, count)| CountPart {
        path: format!("{path}?word={}", word.key()),
        mark: s.mark(*word),
        text: format!("{} {}", s.count(count), s.word(*word)),
    });
    CountLine { path, total: s.n(key, &counts.total), parts: parts.collect() }
}

pub(super) fn need_row(s: &Surround, need: &Need) -> NeedRow {
    let (word, what, kind) = match &need.kind {
        NeedKind::NoReport { was: Some(was) } => {
            let was = s.word(*was);
            (Some(StateWord::NoReport), s.with("need-no-report-was", &[("was", Arg::Text(&was))]), "n")
        }
        NeedKind::NoReport { was: None } => (Some(StateWord::NoReport), s.t("need-no-report"), "n"),
        NeedKind::Degraded { reasons } => {
            let text: Vec<String> = reasons.iter().map(|one| reason(s, one)).collect();
            let text =
                if text.is_empty() { capitalised(&s.word(StateWord::Degraded)) } else { text.join(" ") };
            (Some(StateWord::Degraded), text, "d")
        }
        NeedKind::Approval { code } => (None, s.with("need-approval", &[("code", Arg::Name(code))]), "a"),
        NeedKind::Lost { records } => (None, s.n("need-lost", records), "l"),
        NeedKind::Controller { check } => {
            let name = super::health::check_name(s, check);
            (Some(StateWord::Degraded), s.with("need-controller", &[("check", Arg::Text(&name))]), "c")
        }
    };
    let next = match (&need.kind, need.node, &need.site) {
        (NeedKind::Controller { .. }, _, _) => Link { path: "/health".to_owned(), name: s.t("next-health") },
        (_, Some(node), _) => Link {
            path: format!("/nodes/{node}"),
            name: s.with("next-node", &[("node", Arg::Text(&node.shown()))]),
        },
        (_, None, Some(site)) => Link { path: format!("/sites/{}", site.id.0), name: s.t("next-site") },
        (_, None, None) => Link { path: "/nodes".to_owned(), name: s.t("next-nodes") },
    };
    let place = need.site.as_ref().map(|site| Place {
        path: format!("/sites/{}", site.id.0),
        name: s.name(&site.name),
        region: site.region.clone(),
    });
    let about = need.node.map_or_else(|| "controller".to_owned(), |node| node.to_string());
    NeedRow {
        key: format!("q{kind}-{about}"),
        priority: need.priority,
        edge: word.map_or("none", edge),
        mark: word.map(|word| s.mark(word)).unwrap_or_default(),
        what,
        place,
        who: if need.node.is_some() { s.t("no-site") } else { s.t("the-controller") },
        since: need.since,
        next,
    }
}
