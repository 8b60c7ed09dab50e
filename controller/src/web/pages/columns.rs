//! Columns of lists: which there are, which the reader hides, and headings that sort.
//!
//! Enters: the keys that a cookie names. Leaves: headings, and an answer for each cell. What a row is, its state and its age
//! are never hidden: a figure without its age says nothing.

use super::list::ListAsk;
use crate::query::order::{Direction, Order, SortKey};
use crate::web::surround::Surround;

/// A list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// `/sites`.
    Sites,
    /// `/nodes`.
    Nodes,
    /// The nodes of `/sites/{id}`.
    SiteNodes,
    /// `/equipment`.
    Items,
}

/// A column.
#[derive(Debug, Clone, Copy)]
struct Column {
    key: &'static str,
    name: &'static str,
    class: &'static str,
    sort: Option<SortKey>,
    fixed: bool,
}

const fn column(
    key: &'static str,
    name: &'static str,
    class: &'static str,
    sort: Option<SortKey>,
    fixed: bool,
) -> Column {
    Column { key, name, class, sort, fixed }
}

const SITES: &[Column] = &[
    column("status", "col-status", "", Some(SortKey::Need), true),
    column("name", "col-site", "", Some(SortKey::Name), true),
    column("region", "col-region", "wide", Some(SortKey::Region), false),
    column("strip", "col-strip", "", None, false),
    column("heard", "col-heard", "", Some(SortKey::Heard), true),
    column("nodes", "col-nodes", "wide num", Some(SortKey::Nodes), false),
    column("backlog", "col-backlog", "wide num", Some(SortKey::Backlog), false),
];

const NODES: &[Column] = &[
    column("status", "col-status", "", Some(SortKey::Need), true),
    column("name", "col-node", "", Some(SortKey::Name), true),
    column("site", "col-site", "", Some(SortKey::Site), false),
    column("heard", "col-heard", "", Some(SortKey::Heard), true),
    column("route", "col-route", "mid", Some(SortKey::Route), false),
    column("delay", "col-rtt", "mid num", Some(SortKey::Delay), false),
    column("backlog", "col-backlog", "wide num", Some(SortKey::Backlog), false),
    column("lost", "col-lost", "wide num", Some(SortKey::Lost), false),
    column("agent", "col-agent", "wide", Some(SortKey::Agent), false),
];

const ITEMS: &[Column] = &[
    column("status", "col-item-state", "", Some(SortKey::Need), true),
    column("name", "col-item", "", Some(SortKey::Name), true),
    column("model", "col-model", "mid", Some(SortKey::Model), false),
    column("programme", "col-programme", "wide", Some(SortKey::Programme), false),
    column("custodian", "col-custodian", "", Some(SortKey::Custodian), false),
    column("region", "col-region", "wide", Some(SortKey::Region), false),
    column("heard", "col-last-event", "", Some(SortKey::Changed), true),
];

impl ListKind {
    /// In cookies and forms.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Nodes | Self::SiteNodes => "nodes",
            Self::Items => "items",
        }
    }

    /// The list of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Sites, Self::Nodes, Self::Items].into_iter().find(|kind| kind.key() == key)
    }

    /// Where it is, if it has an address of its own.
    #[must_use]
    pub const fn base(self) -> &'static str {
        match self {
            Self::Sites => "/sites",
            Self::Nodes | Self::SiteNodes => "/nodes",
            Self::Items => "/equipment",
        }
    }

    /// Whether views of it can be saved.
    #[must_use]
    pub const fn saves(self) -> bool {
        match self {
            Self::Sites | Self::Nodes | Self::Items => true,
            Self::SiteNodes => false,
        }
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Sites => SITES,
            Self::Nodes | Self::SiteNodes => NODES,
            Self::Items => ITEMS,
        }
    }
}

/// Columns of a list as one reader wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Which list.
    pub kind: ListKind,
    hidden: Vec<&'static str>,
    barred: Vec<&'static str>,
}

impl Columns {
    /// Without those that a cookie names, dots between them. What it names otherwise is passed over.
    #[must_use]
    pub fn new(kind: ListKind, cookie: Option<&str>) -> Self {
        let named: Vec<&str> = cookie.unwrap_or_default().split('.').collect();
        let hideable = kind.columns().iter().filter(|it| !it.fixed).map(|it| it.key);
        Self { kind, hidden: hideable.filter(|key| named.contains(key)).collect(), barred: Vec::new() }
    }

    /// Without columns that the reader's role is not shown.
    #[must_use]
    pub fn barring(self, barred: Vec<&'static str>) -> Self {
        Self { barred, ..self }
    }

    /// Without all that a form does not name.
    #[must_use]
    pub fn showing(kind: ListKind, shown: &[&str]) -> Self {
        let hideable = kind.columns().iter().filter(|it| !it.fixed).map(|it| it.key);
        Self { kind, hidden: hideable.filter(|key| !shown.contains(key)).collect(), barred: Vec::new() }
    }

    /// As the cookie keeps it.
    #[must_use]
    pub fn cookie(&self) -> String {
        self.hidden.join(".")
    }

    /// Whether a column is shown.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        !self.hidden.contains(&key) && !self.barred.contains(&key)
    }

    /// Columns that the reader's role is not shown.
    pub(super) fn barred(&self) -> &[&'static str] {
        &self.barred
    }

    /// Columns that can be hidden: key, name, whether it is shown.
    pub(super) fn choices(&self, s: &Surround) -> Vec<(&'static str, String, bool)> {
        let hideable = self.kind.columns().iter().filter(|it| !it.fixed && !self.barred.contains(&it.key));
        hideable.map(|it| (it.key, s.t(it.name), self.has(it.key))).collect()
    }
}

/// A heading.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) label: String,
    pub(super) class: &'static str,
    pub(super) by: Option<SortKey>,
    pub(super) path: Option<String>,
    /// For `aria-sort`, with the arrow that says the same.
    pub(super) sorted: Option<(&'static str, &'static str)>,
}

/// Headings of the columns that are shown.
pub(super) fn heads(s: &Surround, base: &str, ask: &ListAsk, columns: &Columns) -> Vec<Head> {
    let order = ask.sort.unwrap_or_default();
    let shown = columns.kind.columns().iter().filter(|it| columns.has(it.key));
    let head = |it: &Column| {
        let current = it.sort.filter(|by| *by == order.by).map(|_| order.direction);
        let to = it.sort.map(|by| {
            let direction = current.map_or(by.first_way(), Direction::turned);
            ask.sorted(Order { by, direction }).path(base)
        });
        Head {
            label: s.t(it.name),
            class: it.class,
            by: it.sort,
            path: to,
            sorted: current.map(|direction| match direction {
                Direction::Up => ("ascending", "▲"),
                Direction::Down => ("descending", "▼"),
            }),
        }
    };
    shown.map(head).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::lang::Lang;
    use crate::web::samples;

    #[test]
    fn what_a_row_is_and_its_age_are_never_hidden() {
        for kind in [ListKind::Sites, ListKind::Nodes, ListKind::SiteNodes] {
            for columns in
                [Columns::showing(kind, &[]), Columns::new(kind, Some("status.name.heard.backlog.rubbish"))]
            {
                for key in ["status", "name", "heard"] {
                    assert!(columns.has(key), "{kind:?}: {key}");
                }
                assert!(!columns.has("backlog"), "{kind:?}");
                assert_eq!(Columns::new(kind, Some(&columns.cookie())), columns);
            }
            assert!(Columns::new(kind, None).has("backlog"));
        }
    }

    #[test]
    fn a_heading_sorts_by_its_column_and_the_sorted_one_turns_it_around() {
        let s = samples::surround(Lang::En);
        let columns = Columns::new(ListKind::Nodes, Some("lost"));
        let sort = Some(Order { by: SortKey::Delay, direction: Direction::Down });
        let heads = heads(&s, "/nodes", &ListAsk { sort, ..ListAsk::default() }, &columns);
        let path =
            |label: &str| heads.iter().find(|head| head.label == label).and_then(|head| head.path.clone());
        assert_eq!(path("Round trip").as_deref(), Some("/nodes?sort=delay"));
        assert_eq!(path("Heard").as_deref(), Some("/nodes?sort=heard"));
        assert_eq!(path("Backlog (records)").as_deref(), Some("/nodes?sort=-backlog"));
        assert_eq!(path("Lost (records)"), None, "it is hidden");
        let sorted: Vec<_> = heads.iter().filter_map(|head| head.sorted).collect();
        assert_eq!(sorted, [("descending", "▼")]);
    }
}
