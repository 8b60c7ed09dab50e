//! What lists share: what was asked, filters with counts, headings that sort, pages, the bar above the table, and the words
//! in place of an empty one.
//!
//! Enters: the query of an address as it was read, counts. Leaves: parts of pages. The whole state of a view is in the
//! address, so that a link shows a colleague the same; only hidden columns are the reader's own.

use super::columns::{Columns, Head, heads};
use super::{Empty, edge};
use crate::model::{Counts, Group};
use crate::query::order::Direction;
use crate::query::{Facets, Order, SortKey};
use crate::store::views::View;
use crate::web::chart::encode;
use crate::web::lang::Arg;
use crate::web::regions;
use crate::web::surround::{Markup, Surround};
use holdfast_protocol::custody::State as ItemState;
use holdfast_protocol::presence::StateWord;

/// A list of more rows opens grouped by region: ten pages are more than anybody turns.
pub const GROUPED_ABOVE: u64 = 500;
/// In an address: rows without a region.
const NO_REGION: &str = "none";

/// What a list of items was narrowed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemsAsk {
    /// Only in this state.
    pub state: Option<ItemState>,
    /// Only what somebody has to look after.
    pub attention: bool,
    /// Only under this programme.
    pub programme: Option<i64>,
    /// Only of this donation.
    pub donation: Option<i64>,
    /// Only what this party has.
    pub custodian: Option<i64>,
    /// Only of this model.
    pub model: Option<i64>,
    /// Only in this container.
    pub container: Option<i64>,
}

/// What a list was asked for; its whole state is in the query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListAsk {
    /// Only this word.
    pub word: Option<StateWord>,
    /// Only those that are late.
    pub late: bool,
    /// Only this region; empty text for none.
    pub region: Option<String>,
    /// Only this version of the agent.
    pub agent: Option<String>,
    /// Only this site.
    pub site: Option<i64>,
    /// Of items: only these.
    pub items: ItemsAsk,
    /// Only those whose name or id fits.
    pub text: Option<String>,
    /// The order; without one, needs a person first, and a long list in groups.
    pub sort: Option<Order>,
    /// Times instead of ages.
    pub times: bool,
    /// The cursor of this page.
    pub after: Option<String>,
    /// Cursors of the pages before it, oldest first, `~` between them; empty text for the first page.
    pub back: Option<String>,
}

/// What a list's page is made of beside its rows.
#[derive(Debug, Clone, Copy)]
pub struct ListView<'a> {
    /// What was asked.
    pub ask: &'a ListAsk,
    /// By word, over all.
    pub counts: &'a Counts,
    /// What the list could be narrowed to.
    pub facets: &'a Facets,
    /// Rows by region, where the list is long.
    pub groups: &'a [Group],
    /// Which columns the reader wants.
    pub columns: &'a Columns,
    /// The reader's saved views of this list.
    pub views: &'a [View],
}

/// A filter that is one link.
#[derive(Debug, Clone)]
pub(super) struct Facet {
    pub(super) path: String,
    pub(super) label: String,
    /// Rows that the link gives, where that is known.
    pub(super) count: Option<u64>,
    pub(super) current: bool,
}

/// Filters of a kind.
#[derive(Debug, Clone)]
pub(super) struct FacetGroup {
    pub(super) name: String,
    pub(super) list: Vec<Facet>,
}

/// All filters of a list.
#[derive(Debug, Clone)]
pub(super) struct Filters {
    /// By state, and late.
    pub(super) first: Vec<Facet>,
    pub(super) more: Vec<FacetGroup>,
    /// One of the further ones is set.
    pub(super) open: bool,
    pub(super) left_out: Option<String>,
    /// Where none is set, if one is.
    pub(super) clear: Option<String>,
}

/// Ways to the pages before and behind.
#[derive(Debug, Clone, Default)]
pub(super) struct Pager {
    pub(super) back: Option<String>,
    pub(super) next: Option<String>,
}

/// A search that keeps the other filters.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) path: String,
    pub(super) label: &'static str,
    pub(super) text: String,
    pub(super) kept: Vec<(&'static str, String)>,
}

/// The bar above a table.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) shown: String,
    /// Where times stand for ages, or the other way around, and where this page is.
    pub(super) other: String,
    pub(super) here: String,
    pub(super) kind: &'static str,
    /// Key, name, whether it is shown.
    pub(super) choices: Vec<(&'static str, String, bool)>,
    /// Orders for a screen without headings: key, name, whether it is this one.
    pub(super) orders: Vec<(String, String, bool)>,
    pub(super) base: String,
    pub(super) kept: Vec<(&'static str, String)>,
    /// Names of formats with their addresses.
    pub(super) files: Vec<(&'static str, String)>,
    pub(super) views: Option<Views>,
}

/// Saved views of a list.
#[derive(Debug, Clone)]
pub(super) struct Views {
    pub(super) list: Vec<View>,
    pub(super) path: String,
    pub(super) full: bool,
}

/// A region of a long list.
#[derive(Debug, Clone)]
pub(super) struct GroupLine {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) edge: &'static str,
    pub(super) mark: Markup,
    pub(super) worst: String,
    pub(super) rows: String,
    pub(super) late: String,
}

impl ListAsk {
    /// Cursors kept for going back; a reader who went further begins again at the first page.
    const BACK_MAX: usize = 20;

    /// Name and value of all but the page.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let region = self.region.as_ref().map(|it| if it.is_empty() { NO_REGION } else { it }.to_owned());
        let pairs = [
            ("word", self.word.map(|word| word.key().to_owned())),
            ("late", self.late.then(|| "true".to_owned())),
            ("region", region),
            ("agent", self.agent.clone()),
            ("site", self.site.map(|site| site.to_string())),
            ("state", self.items.state.map(|state| state.word().to_owned())),
            ("attention", self.items.attention.then(|| "true".to_owned())),
            ("programme", self.items.programme.map(|id| id.to_string())),
            ("donation", self.items.donation.map(|id| id.to_string())),
            ("custodian", self.items.custodian.map(|id| id.to_string())),
            ("model", self.items.model.map(|id| id.to_string())),
            ("container", self.items.container.map(|id| id.to_string())),
            ("text", self.text.clone()),
            ("sort", self.sort.map(Order::key)),
            ("times", self.times.then(|| "true".to_owned())),
        ];
        pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }

    /// The address of this view.
    #[must_use]
    pub fn path(&self, base: &str) -> String {
        let mut pairs = self.pairs();
        pairs.extend(self.after.clone().map(|after| ("after", after)));
        pairs.extend(self.back.clone().map(|back| ("back", back)));
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if query.is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) }
    }

    /// A region as an address names it.
    #[must_use]
    pub fn region_of(text: String) -> String {
        if text == NO_REGION { String::new() } else { text }
    }

    /// Whether any filter is set.
    #[must_use]
    pub fn narrowed(&self) -> bool {
        *self != Self { sort: self.sort, times: self.times, ..self.paged_like() }
    }

    /// Whether nothing is asked: then a long list is shown in groups.
    #[must_use]
    pub fn plain(&self) -> bool {
        !self.narrowed() && self.sort.is_none() && self.after.is_none()
    }

    fn paged_like(&self) -> Self {
        Self { after: self.after.clone(), back: self.back.clone(), ..Self::default() }
    }

    /// From the first page.
    pub(super) fn first(&self) -> Self {
        Self { after: None, back: None, ..self.clone() }
    }

    /// Without filters.
    pub(super) fn cleared(&self) -> Self {
        Self { sort: self.sort, times: self.times, ..Self::default() }
    }

    /// In this order, from the first page.
    pub(super) fn sorted(&self, order: Order) -> Self {
        Self { sort: Some(order), ..self.first() }
    }

    /// The filters in words, as a list.
    #[must_use]
    pub fn described(&self, s: &Surround, site: Option<&str>) -> String {
        let region = |it: &String| {
            if it.is_empty() { s.t("no-region") } else { s.with("by-region", &[("region", Arg::Name(it))]) }
        };
        let parts = [
            self.word.map(|word| s.with("by-word", &[("state", Arg::Text(&s.word(word)))])),
            self.late.then(|| s.t("late")),
            self.region.as_ref().map(region),
            self.agent.as_ref().map(|agent| s.with("by-agent", &[("agent", Arg::Name(agent))])),
            self.site.map(|_| s.with("by-site", &[("site", Arg::Name(site.unwrap_or("?")))])),
            self.text.as_ref().map(|text| s.with("by-text", &[("text", Arg::Name(text))])),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    pub(super) fn pager(&self, base: &str, next: Option<&str>) -> Pager {
        let behind: Vec<&str> = self.back.as_deref().map_or_else(Vec::new, |text| text.split('~').collect());
        let back = self.after.as_ref().map(|_| {
            let (after, rest) =
                behind.split_last().map_or((None, &[][..]), |(last, rest)| (Some(*last), rest));
            let after = after.filter(|text| !text.is_empty()).map(str::to_owned);
            let back = Some(rest.join("~")).filter(|way| after.is_some() && !way.is_empty());
            Self { after, back, ..self.clone() }.path(base)
        });
        let next = next.map(|next| {
            let mut way = behind.clone();
            way.push(self.after.as_deref().unwrap_or(""));
            let skipped = way.len().saturating_sub(Self::BACK_MAX);
            let way: Vec<&str> = way.into_iter().skip(skipped).collect();
            let after = Some(next.to_owned());
            Self { after, back: Some(way.join("~")), ..self.clone() }.path(base)
        });
        Pager { back, next }
    }
}

pub(super) fn search(base: &str, label: &'static str, ask: &ListAsk) -> Search {
    let kept = ListAsk { text: None, ..ask.clone() }.pairs();
    Search { path: base.to_owned(), label, text: ask.text.clone().unwrap_or_default(), kept }
}

/// Filters of a list. Each figure is the number of rows that the link gives; a link that is set leads to where it is not.
pub(super) fn filters(s: &Surround, base: &str, view: &ListView<'_>) -> Filters {
    let (ask, facets) = (view.ask, view.facets);
    let facet = |label: String, count: u64, current: bool, to: ListAsk| Facet {
        path: to.path(base),
        label,
        count: Some(count),
        current,
    };
    let word = |word| ListAsk { word, ..ask.first() };
    let mut first = vec![facet(s.t("filter-all"), facets.any_word, ask.word.is_none(), word(None))];
    let words = facets.words.iter().filter(|(it, count)| *count > 0 || ask.word == Some(*it));
    first.extend(words.map(|(it, count)| {
        let current = ask.word == Some(*it);
        facet(s.word_label(it), *count, current, word((!current).then_some(*it)))
    }));
    if facets.late > 0 || ask.late {
        first.push(facet(s.label("late"), facets.late, ask.late, ListAsk { late: !ask.late, ..ask.first() }));
    }
    let regions = facets.regions.iter().map(|(it, count)| {
        let current = ask.region.as_ref() == Some(it);
        let label = regions::named(s, it);
        facet(label, *count, current, ListAsk { region: (!current).then(|| it.clone()), ..ask.first() })
    });
    let agents = facets.agents.iter().map(|(it, count)| {
        let current = ask.agent.as_ref() == Some(it);
        facet(s.name(it), *count, current, ListAsk { agent: (!current).then(|| it.clone()), ..ask.first() })
    });
    let sites = facets.sites.iter().map(|(it, count)| {
        let current = ask.site == Some(it.id.0);
        facet(
            s.name(&it.name),
            *count,
            current,
            ListAsk { site: (!current).then_some(it.id.0), ..ask.first() },
        )
    });
    let groups = [
        ("col-region", regions.collect::<Vec<_>>()),
        ("col-site", sites.collect()),
        ("col-agent", agents.collect()),
    ];
    // A kind with one value narrows nothing.
    let useful = groups.into_iter().filter(|(_, list)| list.len() > 1 || list.iter().any(|it| it.current));
    let more: Vec<_> = useful.map(|(name, list)| FacetGroup { name: s.t(name), list }).collect();
    Filters {
        first,
        open: more.iter().any(|group| group.list.iter().any(|it| it.current)),
        more,
        left_out: (facets.left_out > 0)
            .then(|| s.n("filter-left-out", &u64::try_from(facets.left_out).unwrap_or(u64::MAX))),
        clear: ask.narrowed().then(|| ask.cleared().path(base)),
    }
}

/// The emptiness of a list: nothing exists, or nothing matches. What a role may not see never comes so far.
pub(super) fn emptiness(s: &Surround, base: &str, view: &ListView<'_>, none_yet: &str) -> Empty {
    let ask = view.ask;
    if view.facets.everything > 0 && ask.narrowed() {
        let site = view.facets.sites.iter().find(|(site, _)| Some(site.id.0) == ask.site);
        let filters = ask.described(s, site.map(|(site, _)| site.name.as_str()));
        let args = [("filters", Arg::Text(&filters)), ("n", Arg::Count(view.facets.everything))];
        let action = Some((ask.cleared().path(base), s.t("clear-filters")));
        return Empty { text: s.with("empty-filters", &args), action };
    }
    if ask.after.is_some() {
        let action = Some((ask.first().path(base), s.t("pager-first")));
        return Empty { text: s.t("empty-end"), action };
    }
    Empty { text: s.t(none_yet), action: Some(("/help".to_owned(), s.t("nav-help"))) }
}

/// The bar of a list; `files` is where its rows are as a file, with what a file of them must be narrowed to.
pub(super) fn bar(
    s: &Surround,
    base: &str,
    view: &ListView<'_>,
    shown: String,
    files: (&str, &ListAsk),
) -> Bar {
    bar_of(s, base, (view.ask, view.columns, view.views), shown, files)
}

/// The same of any list.
pub(super) fn bar_of(
    s: &Surround,
    base: &str,
    (ask, columns, views): (&ListAsk, &Columns, &[View]),
    shown: String,
    files: (&str, &ListAsk),
) -> Bar {
    let order = ask.sort.unwrap_or_default();
    let orders = heads(s, base, ask, columns).into_iter().filter_map(|head| {
        let by = head.by?;
        let direction = if order.by == by { order.direction } else { by.first_way() };
        Some((Order { by, direction }.key(), head.label, order.by == by))
    });
    let file = |format: &str| {
        let mut path = ListAsk { after: None, back: None, times: false, ..files.1.clone() }.path(files.0);
        path.push(if path.contains('?') { '&' } else { '?' });
        path + "format=" + format
    };
    Bar {
        shown,
        other: ListAsk { times: !ask.times, ..ask.clone() }.path(base),
        here: ask.path(base),
        kind: columns.kind.key(),
        choices: columns.choices(s),
        orders: orders.collect(),
        base: base.to_owned(),
        kept: ListAsk { sort: None, ..ask.first() }.pairs(),
        files: vec![("CSV", file("csv")), ("Excel (XLSX)", file("xlsx"))],
        views: columns.kind.saves().then(|| Views {
            list: views.to_vec(),
            path: ask.first().path(base),
            full: views.len() >= crate::store::views::VIEWS_A_LIST_MAX,
        }),
    }
}

/// Headings of a list.
pub(super) fn head_line(s: &Surround, base: &str, ask: &ListAsk, columns: &Columns) -> Vec<Head> {
    heads(s, base, ask, columns)
}

/// Regions of a long list.
pub(super) fn group_lines(s: &Surround, base: &str, view: &ListView<'_>) -> Vec<GroupLine> {
    let line = |group: &Group| GroupLine {
        path: ListAsk { region: Some(group.region.clone()), ..view.ask.first() }.path(base),
        name: regions::named(s, &group.region),
        edge: edge(group.worst),
        mark: s.mark(group.worst),
        worst: format!("{} {}", s.count(&group.with_worst), s.word(group.worst)),
        rows: s.count(&group.rows),
        late: s.count(&group.late),
    };
    view.groups.iter().map(line).collect()
}

/// The whole of a grouped list as one.
pub(super) fn flat(base: &str, view: &ListView<'_>) -> String {
    view.ask.sorted(Order { by: SortKey::Need, direction: Direction::Up }).path(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_what_narrows_and_neither_the_order_nor_the_page() {
        let by_heard = Order { by: SortKey::Heard, direction: Direction::Down };
        let turned = ListAsk {
            sort: Some(by_heard),
            times: true,
            after: Some("-heard.1.2".to_owned()),
            back: Some(String::new()),
            ..ListAsk::default()
        };
        assert!(!turned.narrowed() && !turned.plain());
        assert!(ListAsk { times: true, ..ListAsk::default() }.plain());
        for one in [
            ListAsk { late: true, ..turned.clone() },
            ListAsk { region: Some(String::new()), ..turned.clone() },
            ListAsk { agent: Some("1".to_owned()), ..turned.clone() },
            ListAsk { site: Some(1), ..turned.clone() },
            ListAsk { text: Some("a".to_owned()), ..turned.clone() },
            ListAsk { word: Some(StateWord::Ok), ..turned.clone() },
        ] {
            assert!(one.narrowed(), "{one:?}");
            let sorted = one.sorted(by_heard).path("/nodes");
            assert!(!sorted.contains("after=") && sorted.contains("sort=-heard"), "{sorted}");
        }
        assert_eq!(
            ListAsk { region: Some(String::new()), text: Some("a&b".to_owned()), ..turned }.path("/sites"),
            "/sites?region=none&text=a%26b&sort=-heard&times=true&after=-heard.1.2&back="
        );
    }
}
