//! Changes that take two people: the list, and one: what will change in words, who has signed, who still can.
//!
//! Enters: a proposal as the reader may see it, names of what it names. Leaves: the pages. People's names stand where the
//! reader may know people, and nowhere else.

use std::collections::BTreeMap;

use askama::Template;

use super::render;
use crate::api::proposals::{Someone, View};
use crate::proposal::State;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{FormError, Markup, Surround};

/// Names of what a proposal names by numbers.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// What it changes.
    pub thing: Option<String>,
    /// A site that somebody is given.
    pub site: Option<String>,
    /// Parties by number.
    pub parties: BTreeMap<String, String>,
    /// Programmes by number.
    pub programmes: BTreeMap<String, String>,
}

/// What the page of a proposal is made from.
#[derive(Debug, Clone)]
pub(crate) struct ProposalPage {
    pub(crate) view: View,
    pub(crate) names: Named,
    pub(crate) done: Option<&'static str>,
    pub(crate) reason: String,
    pub(crate) error: Option<FormError>,
}

struct Line {
    path: String,
    what: String,
    by: String,
    made: Markup,
    state: String,
    ends: Markup,
}

#[derive(Template)]
#[template(path = "proposals.html")]
struct ListTemplate<'a> {
    s: &'a Surround,
    first: String,
    rows: Vec<Line>,
    all: bool,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct PageTemplate<'a> {
    s: &'a Surround,
    page: &'a ProposalPage,
    title: String,
    first: String,
    done: Option<String>,
    error: &'a Option<FormError>,
    facts: Vec<(String, Markup)>,
    differences: Vec<(String, String, String)>,
    waits: bool,
    path: String,
    nobody: bool,
}

/// The page `/proposals`.
#[must_use]
pub(crate) fn proposals(s: &Surround, rows: &[(View, Named)], all: bool, next: Option<i64>) -> String {
    let to_sign = rows.iter().filter(|(view, _)| view.can_sign).count();
    let line = |(view, names): &(View, Named)| Line {
        path: format!("/proposals/{}", view.id.0),
        what: title(s, view, names),
        by: by(s, view),
        made: s.age(view.made),
        state: s.t(&format!("proposal-state-{}", view.state.key())),
        ends: s.moment(&view.ends),
    };
    render(&ListTemplate {
        s,
        first: s.n("proposals-first", &crate::web::strip::count(to_sign)),
        rows: rows.iter().map(line).collect(),
        all,
        next: next.map(|next| format!("/proposals?after={next}{}", if all { "&state=all" } else { "" })),
    })
}

/// The page `/proposals/{id}`.
#[must_use]
pub(crate) fn proposal(s: &Surround, page: &ProposalPage) -> String {
    let ProposalPage { view, names, .. } = page;
    let waits = view.state == State::Waiting;
    let one = |difference: &crate::proposal::Difference| {
        let what = s.t(&format!("proposal-what-{}", difference.what.replace('_', "-")));
        let value = |text: &str| value(s, names, &difference.what, text);
        (what, value(&difference.before), value(&difference.after))
    };
    render(&PageTemplate {
        s,
        title: title(s, view, names),
        first: first(s, view),
        done: page.done.map(|done| s.t(&format!("proposal-done-{done}"))),
        error: &page.error,
        facts: facts(s, view),
        differences: view.differences.iter().map(one).collect(),
        waits,
        path: format!("/proposals/{}", view.id.0),
        nobody: waits && view.signers == 0,
        page,
    })
}

/// "Tell more of Gift of the heath".
fn title(s: &Surround, view: &View, names: &Named) -> String {
    let thing = names.thing.as_deref().unwrap_or(&view.thing);
    let key = format!("proposal-kind-{}", view.kind.replace('_', "-"));
    s.with(&key, &[("thing", Arg::Name(thing))])
}

fn by(s: &Surround, view: &View) -> String {
    match &view.by {
        _own if view.own => s.t("proposal-by-you"),
        Some(someone) => s.name(&someone.name),
        None => s.t("proposal-by-another"),
    }
}

fn first(s: &Surround, view: &View) -> String {
    match view.state {
        State::Waiting if view.own => s.n("proposal-first-own", &view.signers),
        State::Waiting if view.can_sign => s.t("proposal-first-sign"),
        State::Waiting => s.t("proposal-first-waits"),
        ended @ (State::Approved | State::Refused | State::Withdrawn | State::Expired | State::Overtaken) => {
            s.t(&format!("proposal-first-{}", ended.key()))
        }
    }
}

fn facts(s: &Surround, view: &View) -> Vec<(String, Markup)> {
    let text = |text: &str| Markup(crate::web::surround::escape(text));
    let names =
        |people: &[Someone]| people.iter().map(|one| s.name(&one.name)).collect::<Vec<String>>().join(", ");
    let mut facts = vec![
        (s.t("proposal-state"), text(&capitalised(&s.t(&format!("proposal-state-{}", view.state.key()))))),
        (s.t("proposal-by"), text(&by(s, view))),
        (s.t("proposal-made"), s.moment(&view.made)),
    ];
    if let Some(reason) = &view.wanted_for {
        facts.push((s.t("proposal-wanted-for"), text(&s.name(reason))));
    }
    if view.state == State::Waiting {
        let who = match &view.who_can_sign {
            Some(people) if !people.is_empty() => names(people),
            Some(_) | None => s.n("proposal-signers", &view.signers),
        };
        facts.push((s.t("proposal-who"), text(&who)));
        facts.push((s.t("proposal-ends"), s.moment(&view.ends)));
        return facts;
    }
    if let Some(ended) = view.ended {
        facts.push((s.t("proposal-ended"), s.moment(&ended)));
    }
    if let Some(someone) = &view.ended_by {
        facts.push((s.t("proposal-ended-by"), text(&s.name(&someone.name))));
    }
    if let Some(reason) = &view.reason {
        facts.push((s.t("person-reason"), text(&s.name(reason))));
    }
    facts
}

/// What something was or is to be, in words.
fn value(s: &Surround, names: &Named, what: &str, text: &str) -> String {
    let listed = |names: &BTreeMap<String, String>| {
        names.get(text).map_or_else(|| s.t("proposal-none"), |name| s.name(name))
    };
    match what {
        "place" => s.t(&format!("proposal-place-{text}")),
        "delay_days" => s.n("proposal-days", &text.parse().unwrap_or(0)),
        "least_items" => s.n("proposal-items", &text.parse().unwrap_or(0)),
        "serials" => s.t(if text == "true" { "proposal-serials-told" } else { "proposal-serials-not" }),
        "state" => s.t(&format!("donation-{text}")),
        "title_passes" => s.t(&format!("title-{text}")),
        "tlp" => format!("TLP:{}", text.replace("_strict", "+strict").to_uppercase()),
        "roles" => {
            let words: Vec<String> = text
                .split(' ')
                .filter(|key| !key.is_empty())
                .map(|key| s.t(&format!("role-{key}")))
                .collect();
            if words.is_empty() { s.t("proposal-none") } else { words.join(", ") }
        }
        "party" => listed(&names.parties),
        "programme" => listed(&names.programmes),
        "assigned" if text.is_empty() => s.t("proposal-none"),
        "assigned" => names.site.as_deref().map_or_else(|| text.to_owned(), |site| s.name(site)),
        "shares" => {
            let one = |(party, points): (&str, &str)| {
                let points: f64 = points.parse().unwrap_or(0.0);
                let name = names.parties.get(party).map_or(party, String::as_str);
                format!("{}: {} %", s.name(name), crate::web::format::number(s.lang, points / 100.0, 2))
            };
            text.split(' ').filter_map(|one| one.split_once('=')).map(one).collect::<Vec<_>>().join(", ")
        }
        _plain if text.is_empty() => s.t("proposal-none"),
        _plain => s.name(text),
    }
}
