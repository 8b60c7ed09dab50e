//! The audit page: whether the log is whole, and what was done, newest first; the same as a table for a file.
//!
//! Enters: entries, people, what was asked. Leaves: the page and the table. Times, never ages. An action without words in the
//! catalogue is shown by its key.

use std::collections::BTreeMap;

use askama::Template;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::audit::Entry;
use holdfast_provisioning::csr::hex;

use super::people::role_words;
use super::render;
use crate::api::audit::Who;
use crate::audit_watch::Walked;
use crate::export::{Cell, Column, Table};
use crate::store::audit_chain::AuditFilter;
use crate::web::chart::encode;
use crate::web::lang::{self, Arg, capitalised};
use crate::web::surround::{Markup, Surround};

/// Columns of a row in the file, with those that say when it was made, the place limit and the filter.
pub const AUDIT_COLUMNS: usize = 14;

/// What was asked.
#[derive(Debug, Clone, Default)]
pub struct AuditAsk {
    /// As the registry takes it.
    pub filter: AuditFilter,
    /// First day, as it was written.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Before which entry the page begins.
    pub after: Option<u64>,
}

/// What the page is made from.
#[derive(Debug, Clone, Default)]
pub struct AuditPage {
    /// What was asked.
    pub ask: AuditAsk,
    /// The entries.
    pub entries: Vec<Entry>,
    /// Who stands behind the numbers, as far as the reader may know.
    pub people: BTreeMap<u64, Who>,
    /// Behind which entry the next page begins.
    pub next: Option<u64>,
    /// Actions that stand in the log.
    pub actions: Vec<String>,
    /// What the last walk found.
    pub walked: Option<Walked>,
    /// Whether the reader may ask for the region of a site.
    pub regions: bool,
}

struct Line {
    time: Markup,
    who: String,
    role: String,
    action: String,
    thing: String,
    link: Option<String>,
    result: String,
    reason: String,
    number: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditTemplate<'a> {
    s: &'a Surround,
    first: Markup,
    broken: bool,
    rows: Vec<Line>,
    person: String,
    thing: String,
    from: String,
    to: String,
    actions: Vec<(String, String, bool)>,
    results: Vec<(&'static str, String, bool)>,
    narrowed: bool,
    files: Vec<(&'static str, String)>,
    next: Option<String>,
    later: bool,
}

impl AuditAsk {
    /// The query that asks the same.
    fn query(&self, more: &[(&str, String)]) -> String {
        let filter = &self.filter;
        let person = filter.person.map(|person| person.0.to_string());
        let said = [
            ("person", person),
            ("action", filter.action.clone()),
            ("thing", filter.thing.clone()),
            ("result", filter.result.clone()),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
        ];
        let said = said.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let pairs: Vec<String> = said
            .chain(more.iter().map(|(name, value)| (*name, value.clone())))
            .map(|(name, value)| format!("{name}={}", encode(&value)))
            .collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// The page `/audit`.
#[must_use]
pub fn audit(s: &Surround, page: &AuditPage) -> String {
    let (ask, filter) = (&page.ask, &page.ask.filter);
    let chosen = |key: &str| filter.result.as_deref() == Some(key);
    let action = |key: &String| (key.clone(), words(s, key), filter.action.as_ref() == Some(key));
    let path = |more: &[(&str, String)]| format!("/audit{}", ask.query(more));
    render(&AuditTemplate {
        s,
        first: first(s, page.walked.as_ref()),
        broken: page.walked.as_ref().is_some_and(|walked| walked.fault.is_some()),
        rows: page.entries.iter().map(|entry| line(s, entry, page)).collect(),
        person: filter.person.map(|person| person.0.to_string()).unwrap_or_default(),
        thing: filter.thing.clone().unwrap_or_default(),
        from: ask.from.clone().unwrap_or_default(),
        to: ask.to.clone().unwrap_or_default(),
        actions: page.actions.iter().map(action).collect(),
        results: ["done", "refused"].map(|key| (key, s.label(result_key(key)), chosen(key))).to_vec(),
        narrowed: *filter != AuditFilter::default(),
        files: ["csv", "xlsx"]
            .map(|key| (key, format!("/audit/export{}", ask.query(&[("format", key.to_owned())]))))
            .to_vec(),
        next: page.next.map(|next| path(&[("after", next.to_string())])),
        later: ask.after.is_some(),
    })
}

fn result_key(result: &str) -> &'static str {
    if result == "refused" { "audit-refused" } else { "audit-done" }
}

/// "The log is whole: 1,234 entries, walked along at 14:02."
fn first(s: &Surround, walked: Option<&Walked>) -> Markup {
    let Some(walked) = walked else { return Markup(crate::web::surround::escape(&s.t("audit-not-walked"))) };
    let count = s.count(&walked.entries);
    let key = if walked.fault.is_some() { "audit-broken" } else { "audit-whole" };
    s.aged(key, walked.at, &[("entries", Arg::Text(&count))])
}

fn words(s: &Surround, action: &str) -> String {
    let key = format!("action-{}", action.replace('_', "-"));
    if lang::has(s.lang, &key) { s.t(&key) } else { capitalised(&action.replace('_', " ")) }
}

fn line(s: &Surround, entry: &Entry, page: &AuditPage) -> Line {
    let (who, role) = who(s, entry, &page.people);
    let site = entry.thing.strip_prefix("site ").and_then(|number| number.parse::<i64>().ok());
    let person = entry.thing.strip_prefix("person ").and_then(|number| number.parse::<i64>().ok());
    let link = match (site, person) {
        (Some(site), _) if page.regions => Some(format!("/sites/{site}/region")),
        (Some(_), _) | (None, None) => None,
        (None, Some(person)) => Some(format!("/people/{person}")).filter(|_| !page.people.is_empty()),
    };
    Line {
        time: s.moment(&WallMs(entry.at_ms)),
        who,
        role,
        action: words(s, &entry.action),
        thing: said(s, &entry.thing),
        link,
        result: s.label(result_key(&entry.result)),
        reason: said(s, &entry.reason),
        number: entry.number.to_string(),
    }
}

/// Words of somebody's; nothing stays nothing, so that a phone leaves the line out.
fn said(s: &Surround, text: &str) -> String {
    if text.is_empty() { String::new() } else { s.name(text) }
}

/// Who did it, and their roles of today; a number for those who may not see people.
fn who(s: &Surround, entry: &Entry, people: &BTreeMap<u64, Who>) -> (String, String) {
    let Some(number) = entry.person else { return (s.t("audit-nobody"), String::new()) };
    let known = people.get(&number);
    let plain = || s.with("audit-person", &[("number", Arg::Text(&number.to_string()))]);
    let name = known.map_or_else(plain, |who| s.name(&who.name));
    (name, known.map(|who| role_words(s, &who.roles)).unwrap_or_default())
}

/// The same as a table. The columns that `holdfast audit verify` reads stand at the places that docs/formats/audit.md says.
#[must_use]
pub fn audit_table(s: &Surround, entries: &[Entry], people: &BTreeMap<u64, Who>, ask: &AuditAsk) -> Table {
    let columns = vec![
        Column::plain(s.t("audit-number")),
        Column::of(s.t("audit-time"), "UTC"),
        Column::of(s.t("audit-time"), "ms"),
        Column::plain(s.t("audit-who")),
        Column::plain(s.t("audit-who-number")),
        Column::plain(s.t("me-roles")),
        Column::plain(s.t("audit-action")),
        Column::plain(s.t("audit-thing")),
        Column::plain(s.t("audit-result")),
        Column::plain(s.t("audit-reason")),
        Column::of(s.t("audit-previous"), "SHA-256"),
    ];
    let row = |entry: &Entry| {
        let (name, role) = who(s, entry, people);
        vec![
            Cell::Count(entry.number),
            Cell::Time(WallMs(entry.at_ms)),
            Cell::Text(entry.at_ms.to_string()),
            Cell::Text(name),
            Cell::count(entry.person),
            Cell::Text(role),
            Cell::Text(entry.action.clone()),
            Cell::Text(entry.thing.clone()),
            Cell::Text(entry.result.clone()),
            Cell::Text(entry.reason.clone()),
            Cell::text(entry.previous.map(|previous| hex(&previous.0)).as_deref()),
        ]
    };
    let asked = ask.query(&[]);
    let filter = if asked.is_empty() { s.t("file-no-filter") } else { asked };
    let notes = vec![(s.t("file-place"), s.t("file-place-region")), (s.t("file-filter"), filter)];
    let rows = entries.iter().map(row).collect();
    Table { title: s.t("nav-audit"), made_at: s.now, notes, columns, rows }
}
