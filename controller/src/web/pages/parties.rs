//! The list of parties, and the form that makes or changes one.
//!
//! Enters: a page of parties, what was typed. Leaves: the pages. Numbers stand in addresses, names do not.

use askama::Template;

use super::render;
use crate::store::parties::{Party, PartyKind};
use crate::web::surround::{FormError, Surround};

/// What the page `/parties` is made from.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// The rows.
    pub rows: Vec<Party>,
    /// Behind which party the next page begins.
    pub next: Option<i64>,
    /// Whether this is not the first page.
    pub later: bool,
    /// Whether the reader may make and change them.
    pub changes: bool,
}

/// What the form shows again.
#[derive(Debug, Clone, Default)]
pub struct PartyForm {
    /// Which party; none for a new one.
    pub id: Option<i64>,
    /// On which version.
    pub version: i64,
    /// The name typed.
    pub name: String,
    /// Key of the kind chosen.
    pub kind: String,
    /// The country typed.
    pub country: String,
    /// What was wrong.
    pub error: Option<FormError>,
}

struct Line {
    id: i64,
    name: String,
    kind: String,
    country: String,
}

#[derive(Template)]
#[template(path = "parties.html")]
struct PartiesTemplate<'a> {
    s: &'a Surround,
    first: String,
    rows: Vec<Line>,
    next: Option<String>,
    later: bool,
    changes: bool,
}

#[derive(Template)]
#[template(path = "party.html")]
struct FormTemplate<'a> {
    s: &'a Surround,
    title: String,
    action: String,
    version: i64,
    name: String,
    kinds: Vec<(&'static str, String, bool)>,
    country: String,
    error: Option<FormError>,
}

/// The page `/parties`.
#[must_use]
pub fn parties(s: &Surround, parties: &Parties) -> String {
    let line = |party: &Party| Line {
        id: party.id.0,
        name: s.name(&party.name),
        kind: s.label(&format!("party-{}", party.kind.key())),
        country: party.country.clone(),
    };
    let count = u64::try_from(parties.rows.len()).unwrap_or(u64::MAX);
    render(&PartiesTemplate {
        s,
        first: s.n(
            if parties.next.is_some() || parties.later { "parties-here" } else { "parties-first" },
            &count,
        ),
        rows: parties.rows.iter().map(line).collect(),
        next: parties.next.map(|next| format!("/parties?after={next}")),
        later: parties.later,
        changes: parties.changes,
    })
}

/// The pages `/parties/new` and `/parties/{id}`.
#[must_use]
pub fn party_form(s: &Surround, form: PartyForm) -> String {
    let PartyForm { id, version, name, kind: chosen, country, error } = form;
    let kind =
        |kind: PartyKind| (kind.key(), s.label(&format!("party-{}", kind.key())), kind.key() == chosen);
    render(&FormTemplate {
        s,
        title: s.t(if id.is_some() { "parties-change" } else { "parties-make" }),
        action: id.map_or_else(|| "/parties/new".to_owned(), |id| format!("/parties/{id}")),
        version,
        name,
        kinds: PartyKind::ALL.into_iter().map(kind).collect(),
        country,
        error,
    })
}
