//! The list of equipment, its table for files, and the page of a label.
//!
//! Enters: rows that hold no more than the viewer's role is granted, with counts. Leaves: pages and a [`Table`]. What a role
//! is not shown is named in words, so that it is not taken for nothing.

use askama::Template;
use holdfast_protocol::custody::State as ItemState;
use holdfast_protocol::time::WallMs;

use super::columns::{Columns, Head};
use super::list::{
    Bar, Facet, FacetGroup, Filters, ItemsAsk, ListAsk, Pager, Search, bar_of, head_line, search,
};
use super::{Empty, render, shown};
use crate::export::{Cell, Column, Table};
use crate::inventory::listing::{Listed, Row};
use crate::query::facets::most;
use crate::store::inventory::items::ItemFacets;
use crate::store::views::View;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{Markup, Surround, escape};

const BASE: &str = "/equipment";
/// Columns of a file of items, with the three that every row of a CSV carries.
pub(crate) const ITEM_COLUMNS: usize = 13;

/// What the list's page is made of beside its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemsView<'a> {
    pub(crate) ask: &'a ListAsk,
    pub(crate) columns: &'a Columns,
    pub(crate) views: &'a [View],
    /// Whether the text is too short to be searched for.
    pub(crate) short: bool,
    /// Whether this viewer registers items.
    pub(crate) registers: bool,
    /// Whether this viewer sees hand-overs.
    pub(crate) hands_over: bool,
}

struct Line {
    key: String,
    edge: &'static str,
    state: Markup,
    path: String,
    code: String,
    name: Option<String>,
    model: String,
    programme: Markup,
    custodian: Markup,
    region: Markup,
    changed: Markup,
}

#[derive(Template)]
#[template(path = "equipment.html")]
struct EquipmentTemplate<'a> {
    s: &'a Surround,
    first: String,
    not_shown: Option<String>,
    registers: bool,
    hands_over: bool,
    filters: Filters,
    search: Search,
    bar: Bar,
    heads: Vec<Head>,
    columns: &'a Columns,
    rows: Vec<Line>,
    pager: Pager,
    empty: Empty,
}

#[derive(Template)]
#[template(path = "label.html")]
struct LabelTemplate<'a> {
    s: &'a Surround,
}

/// The page `/equipment`.
#[must_use]
pub(crate) fn equipment(s: &Surround, page: &Listed, view: &ItemsView<'_>) -> String {
    let ask = view.ask;
    let rows: Vec<Line> =
        if view.short { Vec::new() } else { page.rows.iter().map(|row| line(s, row)).collect() };
    let many = shown(s, "shown-items", rows.len(), page.total);
    render(&EquipmentTemplate {
        s,
        first: first(s, &page.facets),
        not_shown: not_shown(s, view.columns.barred()),
        registers: view.registers,
        hands_over: view.hands_over,
        filters: filters(s, ask, &page.facets),
        search: search(BASE, "search-items", ask),
        bar: bar_of(s, BASE, (ask, view.columns, view.views), many, ("/equipment/export", ask)),
        heads: head_line(s, BASE, ask, view.columns),
        columns: view.columns,
        pager: ask.pager(BASE, page.next.as_deref()),
        empty: emptiness(s, view, &page.facets),
        rows,
    })
}

/// The page `/f/i/{code}`.
#[must_use]
pub(crate) fn label(s: &Surround) -> String {
    render(&LabelTemplate { s })
}

fn first(s: &Surround, facets: &ItemFacets) -> String {
    if facets.everything == 0 {
        s.t("list-empty-first")
    } else {
        s.n("items-first", &facets.attention_in_all)
    }
}

/// The sentence for what a role does not see; names of columns are words of the page.
fn not_shown(s: &Surround, barred: &[&'static str]) -> Option<String> {
    if barred.is_empty() {
        return None;
    }
    let names: Vec<String> = barred.iter().map(|key| s.t(&format!("col-{key}"))).collect();
    Some(s.with("items-not-shown", &[("what", Arg::Text(&names.join(", ").to_lowercase()))]))
}

fn line(s: &Surround, row: &Row) -> Line {
    let item = &row.item;
    Line {
        key: format!("item-{}", item.id.0),
        edge: edge(item.state, row.attention),
        state: state(s, row),
        path: format!("{BASE}/{}", item.id.0),
        code: item.shown.clone(),
        name: item.name.as_deref().map(|name| s.name(name)),
        model: s.name(&item.model.name),
        programme: s.or_none(item.programme.as_deref().map(|title| s.name(title))),
        custodian: s.or_none(item.custodian.as_ref().map(|party| s.name(&party.name))),
        region: s.or_none(item.site.as_ref().map(|site| site.region.clone()).filter(|it| !it.is_empty())),
        changed: s.age(item.changed),
    }
}

/// A state's word.
pub(super) fn state_word(s: &Surround, state: ItemState) -> String {
    s.t(&format!("item-state-{}", state.word()))
}

/// A state's word as a label.
pub(crate) fn state_label(s: &Surround, state: ItemState) -> String {
    capitalised(&state_word(s, state))
}

/// Colour only for what is missing, and for what waits for somebody.
pub(super) const fn edge(state: ItemState, attention: bool) -> &'static str {
    match (state, attention) {
        (ItemState::Lost | ItemState::Stolen, _) => "down",
        (_, true) => "degraded",
        (_, false) => "none",
    }
}

fn state(s: &Surround, row: &Row) -> Markup {
    let word = capitalised(&state_word(s, row.item.state));
    let mut out = format!("<span class=\"state\"><b>{}</b>", escape(&word));
    let waits = match &row.offered {
        Some(Some(taker)) => Some(s.with("item-offered-to", &[("taker", Arg::Name(taker))])),
        Some(None) => Some(s.t("item-offered")),
        None if row.attention && matches!(row.item.state, ItemState::InTransit | ItemState::Received) => {
            Some(s.t("item-long"))
        }
        None => None,
    };
    if let Some(waits) = waits {
        out.push_str(&format!("<span class=\"was plain\">{}</span>", escape(&waits)));
    }
    out.push_str("</span>");
    Markup(out)
}

/// Filters of the list; each figure is the number of rows that the link gives.
fn filters(s: &Surround, ask: &ListAsk, facets: &ItemFacets) -> Filters {
    let to = |items: ItemsAsk| ListAsk { items, ..ask.first() }.path(BASE);
    let facet = |label: String, count: u64, current: bool, path: String| Facet {
        path,
        label,
        count: Some(count),
        current,
    };
    let none = ItemsAsk { state: None, ..ask.items };
    let mut first = vec![facet(s.t("filter-all"), facets.any_state(), ask.items.state.is_none(), to(none))];
    if facets.attention > 0 || ask.items.attention {
        let items = ItemsAsk { attention: !ask.items.attention, ..ask.items };
        first.push(facet(s.t("items-attention"), facets.attention, ask.items.attention, to(items)));
    }
    let missing = ask.items.state.filter(|state| facets.states.iter().all(|(it, _)| it != state));
    for (state, count) in facets.states.iter().copied().chain(missing.map(|state| (state, 0))) {
        let current = ask.items.state == Some(state);
        let items = ItemsAsk { state: (!current).then_some(state), ..ask.items };
        first.push(facet(capitalised(&state_word(s, state)), count, current, to(items)));
    }
    let mut left_out = 0;
    let mut named =
        |list: &[(i64, String, u64)], chosen: Option<i64>, set: fn(ItemsAsk, Option<i64>) -> ItemsAsk| {
            let counted = list.iter().map(|(id, name, count)| ((*id, name), *count)).collect();
            let kept = most(counted, &mut left_out, |(id, _)| chosen == Some(*id));
            let one = |((id, name), count): ((i64, &String), u64)| {
                let current = chosen == Some(id);
                facet(s.name(name), count, current, to(set(ask.items, (!current).then_some(id))))
            };
            kept.into_iter().map(one).collect::<Vec<Facet>>()
        };
    let programmes =
        named(&facets.programmes, ask.items.programme, |items, programme| ItemsAsk { programme, ..items });
    let custodians =
        named(&facets.custodians, ask.items.custodian, |items, custodian| ItemsAsk { custodian, ..items });
    let models = named(&facets.models, ask.items.model, |items, model| ItemsAsk { model, ..items });
    let region = |(region, count): &(String, u64)| {
        let current = ask.region.as_ref() == Some(region);
        let label = if region.is_empty() { s.t("no-region") } else { s.name(region) };
        let to = ListAsk { region: (!current).then(|| region.clone()), ..ask.first() }.path(BASE);
        facet(label, *count, current, to)
    };
    let groups = [
        ("col-programme", programmes),
        ("col-custodian", custodians),
        ("col-region", facets.regions.iter().map(region).collect()),
        ("col-model", models),
    ];
    // A kind with one value narrows nothing.
    let useful = groups.into_iter().filter(|(_, list)| list.len() > 1 || list.iter().any(|it| it.current));
    let more: Vec<_> = useful.map(|(name, list)| FacetGroup { name: s.t(name), list }).collect();
    Filters {
        first,
        open: more.iter().any(|group| group.list.iter().any(|it| it.current)),
        more,
        left_out: (left_out > 0)
            .then(|| s.n("filter-left-out", &u64::try_from(left_out).unwrap_or(u64::MAX))),
        clear: ask.narrowed().then(|| ask.cleared().path(BASE)),
    }
}

/// The filters in words, as a list.
fn described(s: &Surround, ask: &ListAsk, facets: Option<&ItemFacets>) -> String {
    let name = |list: Option<&Vec<(i64, String, u64)>>, id: i64| {
        let found = list.and_then(|list| list.iter().find(|(it, _, _)| *it == id));
        found.map_or_else(|| id.to_string(), |(_, name, _)| name.clone())
    };
    let kind = |key: &str, value: &str| format!("{} {}", s.t(key).to_lowercase(), s.name(value));
    let items = &ask.items;
    let parts = [
        items.state.map(|state| s.with("by-word", &[("state", Arg::Text(&state_word(s, state)))])),
        items.attention.then(|| s.t("items-attention").to_lowercase()),
        ask.region.as_ref().map(|it| {
            if it.is_empty() { s.t("no-region") } else { s.with("by-region", &[("region", Arg::Name(it))]) }
        }),
        items.programme.map(|id| kind("col-programme", &name(facets.map(|it| &it.programmes), id))),
        items.donation.map(|id| kind("col-donation", &id.to_string())),
        items.custodian.map(|id| kind("col-custodian", &name(facets.map(|it| &it.custodians), id))),
        items.model.map(|id| kind("col-model", &name(facets.map(|it| &it.models), id))),
        items.container.map(|id| kind("col-container", &id.to_string())),
        ask.text.as_ref().map(|text| s.with("by-text", &[("text", Arg::Name(text))])),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Nothing exists, nothing matches, or too little was typed. What a role may not see never comes so far.
fn emptiness(s: &Surround, view: &ItemsView<'_>, facets: &ItemFacets) -> Empty {
    let ask = view.ask;
    if view.short {
        let action = Some((ask.cleared().path(BASE), s.t("clear-filters")));
        return Empty { text: s.t("items-short"), action };
    }
    if facets.everything > 0 && ask.narrowed() {
        let filters = described(s, ask, Some(facets));
        let args = [("filters", Arg::Text(&filters)), ("n", Arg::Count(facets.everything))];
        let action = Some((ask.cleared().path(BASE), s.t("clear-filters")));
        return Empty { text: s.with("empty-filters", &args), action };
    }
    if ask.after.is_some() {
        return Empty { text: s.t("empty-end"), action: Some((ask.first().path(BASE), s.t("pager-first"))) };
    }
    if view.registers {
        return Empty { text: s.t("items-none"), action: Some((format!("{BASE}/new"), s.t("item-new"))) };
    }
    Empty { text: s.t("items-none-yours"), action: Some(("/help".to_owned(), s.t("nav-help"))) }
}

/// Items as a table for a file, without columns that the viewer is not shown.
#[must_use]
pub(crate) fn item_table(
    s: &Surround,
    rows: &[Row],
    ask: &ListAsk,
    barred: &[&'static str],
    made_at: WallMs,
) -> Table {
    let has = |key: &str| !barred.contains(&key);
    let all = [
        ("", Column::plain(s.t("col-code"))),
        ("", Column::plain(s.t("col-item"))),
        ("", Column::plain(s.t("col-model"))),
        ("programme", Column::plain(s.t("col-programme"))),
        ("custodian", Column::plain(s.t("col-custodian"))),
        ("region", Column::plain(s.t("col-region"))),
        ("", Column::plain(s.t("col-item-state"))),
        ("custodian", Column::plain(s.t("col-offered"))),
        ("", Column::of(s.t("col-since"), "UTC")),
        ("", Column::of(s.t("col-last-event"), "UTC")),
    ];
    let line = |row: &Row| {
        let item = &row.item;
        let region = item.site.as_ref().map(|site| site.region.as_str()).filter(|it| !it.is_empty());
        let cells = [
            Cell::Text(item.shown.clone()),
            Cell::text(item.name.as_deref()),
            Cell::Text(item.model.name.clone()),
            Cell::text(item.programme.as_deref()),
            Cell::text(item.custodian.as_ref().map(|party| party.name.as_str())),
            Cell::text(region),
            Cell::Text(state_word(s, item.state)),
            Cell::text(row.offered.as_ref().and_then(Option::as_deref)),
            Cell::time(Some(item.since)),
            Cell::time(Some(item.changed)),
        ];
        let kept = all.iter().zip(cells).filter(|((key, _), _)| has(key));
        kept.map(|(_, cell)| cell).collect::<Vec<Cell>>()
    };
    let rows = rows.iter().map(line).collect();
    let filter = described(s, ask, None).replace(['\u{2068}', '\u{2069}'], "");
    let filter = if filter.is_empty() { s.t("file-no-filter") } else { filter };
    let place = if has("region") { "file-place-region" } else { "file-place-none" };
    let notes = vec![(s.t("file-place"), s.t(place)), (s.t("file-filter"), filter)];
    let columns = all.into_iter().filter(|(key, _)| has(key)).map(|(_, column)| column).collect();
    Table { title: s.t("nav-equipment"), made_at, notes, columns, rows }
}
