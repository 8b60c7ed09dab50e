//! What was given and what became of it: donations, programmes, a donor's home; models and containers.
//!
//! Enters: views whose figures are already late and never of few for donors. Leaves: pages. Every row of figures adds up to
//! what was given, and says so; parts that are told together are named together; totals count each gift once.

use std::collections::BTreeMap;

use askama::Template;
use holdfast_protocol::time::WallMs;

use super::render;
use crate::api::inventory::donations::{DonationPage, DonationView, LineView};
use crate::inventory::figures::{Figures, Part};
use crate::store::inventory::catalogue::{Container, Model};
use crate::store::inventory::programmes::Programme;
use crate::store::inventory::terms::{Disclosure, DonationState, ShowsPlace};
use crate::web::format;
use crate::web::lang::Arg;
use crate::web::surround::{Markup, Surround};

/// What the list of donations is made of beside its rows.
#[derive(Debug, Clone)]
pub(crate) struct DonationsView {
    pub(crate) state: Option<DonationState>,
    pub(crate) text: Option<String>,
    /// Whether the text is too short to be searched for.
    pub(crate) short: bool,
    pub(crate) later: bool,
    /// Whether the viewer sees programmes.
    pub(crate) programmes: bool,
}

/// The same of a list by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct CatalogueView {
    pub(crate) later: bool,
    pub(crate) next: Option<String>,
}

/// A row of figures as the table has it.
struct LineRow {
    path: Option<String>,
    name: String,
    note: Option<String>,
    given: String,
    parts: Vec<Option<String>>,
    says: Vec<String>,
}

/// A table of lines.
struct Lines {
    parts: Vec<String>,
    rows: Vec<LineRow>,
    total: Option<LineRow>,
}

struct Gift {
    path: String,
    title: String,
    state: String,
    donors: String,
    programme: Markup,
    given: String,
    in_service: String,
    made: Markup,
}

#[derive(Template)]
#[template(path = "donations.html")]
struct DonationsTemplate<'a> {
    s: &'a Surround,
    first: String,
    view: &'a DonationsView,
    states: Vec<(String, String, bool)>,
    rows: Vec<Gift>,
    empty: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "donation.html")]
struct DonationTemplate<'a> {
    s: &'a Surround,
    title: String,
    first: String,
    rule: String,
    late: Option<String>,
    shares: Vec<String>,
    facts: Vec<(String, Markup)>,
    lines: Lines,
}

#[derive(Template)]
#[template(path = "programme.html")]
struct ProgrammeTemplate<'a> {
    s: &'a Surround,
    title: String,
    first: String,
    facts: Vec<(String, String)>,
    gifts: Vec<(String, String, String, String)>,
    lines: Lines,
}

#[derive(Template)]
#[template(path = "donor.html")]
struct DonorTemplate<'a> {
    s: &'a Surround,
    first: String,
    gifts: Vec<(String, String, String, Lines)>,
}

#[derive(Template)]
#[template(path = "catalogue.html")]
struct CatalogueTemplate<'a> {
    s: &'a Surround,
    title: String,
    first: String,
    heads: Vec<String>,
    rows: Vec<(Option<String>, Vec<String>)>,
    empty: String,
    base: &'static str,
    view: &'a CatalogueView,
}

/// The page `/donations`.
#[must_use]
pub(crate) fn donations(s: &Surround, page: &DonationPage, view: &DonationsView) -> String {
    let states = DonationState::ALL.map(|state| {
        let current = view.state == Some(state);
        let path =
            if current { "/donations".to_owned() } else { format!("/donations?state={}", state.key()) };
        (path, s.t(&format!("donation-{}", state.key())), current)
    });
    let rows: Vec<Gift> =
        if view.short { Vec::new() } else { page.rows.iter().map(|one| gift(s, one)).collect() };
    let narrowed = view.state.is_some() || view.text.is_some();
    let empty = match (view.short, narrowed, view.later) {
        (true, _, _) => "items-short",
        (_, true, _) => "donations-nothing",
        (_, _, true) => "empty-end",
        (_, _, false) => "donations-none",
    };
    let shown = u64::try_from(rows.len()).unwrap_or(0);
    let state = view.state.map(|state| format!("&state={}", state.key())).unwrap_or_default();
    let text = view.text.as_ref().map(|text| format!("&text={}", crate::web::chart::encode(text)));
    render(&DonationsTemplate {
        s,
        first: if page.next.is_some() || view.later {
            s.t("donations-first")
        } else {
            s.n("donations-many", &shown)
        },
        view,
        states: states.to_vec(),
        rows,
        empty: s.t(empty),
        next: page
            .next
            .as_ref()
            .map(|next| format!("/donations?after={next}{state}{}", text.unwrap_or_default())),
    })
}

fn gift(s: &Surround, one: &DonationView) -> Gift {
    let donors: Vec<String> = one.shares.iter().map(|share| s.name(&share.party.name)).collect();
    let given: u64 = one.lines.iter().map(|line| line.figures.given).sum();
    Gift {
        path: format!("/donations/{}", one.id.0),
        title: s.name(&one.title),
        state: s.t(&format!("donation-{}", one.state.key())),
        donors: donors.join(", "),
        programme: s.or_none(one.programme.as_ref().map(|it| s.name(&it.name))),
        given: s.count(&given),
        in_service: in_service(&one.lines).map_or_else(|| s.t("donation-few"), |count| s.count(&count)),
        made: s.moment(&one.made),
    }
}

/// How many are at work, unless a line tells that together with others.
fn in_service(lines: &[LineView]) -> Option<u64> {
    lines.iter().map(|line| line.figures.parts.get(&Part::InService).copied()).sum()
}

/// The page `/donations/{id}`; `links` where the viewer sees items.
#[must_use]
pub(crate) fn donation(s: &Surround, view: &DonationView, links: bool) -> String {
    let given: u64 = view.lines.iter().map(|line| line.figures.given).sum();
    let share = |share: &crate::api::inventory::donations::ShareView| {
        let args =
            [("donor", Arg::Name(&share.party.name)), ("share", Arg::Text(&percent(s, share.basis_points)))];
        s.with("donation-share", &args)
    };
    let mut facts = vec![
        (s.t("col-item-state"), plain(&s.t(&format!("donation-{}", view.state.key())))),
        (s.t("donation-title-passes"), plain(&s.t(&format!("title-{}", view.title_passes.key())))),
        (s.t("donation-made"), s.moment(&view.made)),
    ];
    if let Some(programme) = &view.programme {
        facts.push((s.t("col-programme"), plain(&s.name(&programme.name))));
    }
    if links {
        let path = format!("/equipment?donation={}", view.id.0);
        let text = crate::web::surround::escape(&s.t("donation-items"));
        facts.push((s.t("nav-equipment"), Markup(format!("<a href=\"{path}\">{text}</a>"))));
    }
    render(&DonationTemplate {
        s,
        title: s.name(&view.title),
        first: first(s, given, in_service(&view.lines), view.as_of),
        rule: rule(s, view.disclosure),
        late: view.least_items.map(|least| late(s, view.as_of, least)),
        shares: view.shares.iter().map(share).collect(),
        facts,
        lines: lines(s, &view.lines, links.then_some(view.id.0)),
    })
}

fn plain(text: &str) -> Markup {
    Markup(crate::web::surround::escape(text))
}

fn first(s: &Surround, given: u64, working: Option<u64>, as_of: WallMs) -> String {
    let time = format::moment(s.lang, as_of);
    let given_text = s.count(&given);
    match working {
        Some(working) => {
            let share = working.saturating_mul(100).checked_div(given).unwrap_or(0);
            let args = [
                ("working", Arg::Text(&s.count(&working))),
                ("given", Arg::Text(&given_text)),
                (
                    "share",
                    Arg::Text(&format::quantity(
                        s.lang,
                        format::float(share),
                        "%",
                        format::Multiples::Decimal,
                        false,
                    )),
                ),
                ("time", Arg::Text(&time)),
            ];
            s.with("donation-first", &args)
        }
        None => {
            s.with("donation-first-few", &[("given", Arg::Text(&given_text)), ("time", Arg::Text(&time))])
        }
    }
}

/// The disclosure rule in words.
fn rule(s: &Surround, rule: Disclosure) -> String {
    let place = s.t(match rule.place {
        ShowsPlace::None => "rule-place-none",
        ShowsPlace::Country => "rule-place-country",
        ShowsPlace::Region => "rule-place-region",
    });
    let days = s.n("rule-days", &u64::from(rule.delay_days));
    let least = s.n("rule-least", &u64::from(rule.least_items));
    let serials = s.t(if rule.serials { "rule-serials" } else { "rule-no-serials" });
    s.with(
        "rule",
        &[
            ("place", Arg::Text(&place)),
            ("days", Arg::Text(&days)),
            ("least", Arg::Text(&least)),
            ("serials", Arg::Text(&serials)),
        ],
    )
}

fn late(s: &Surround, as_of: WallMs, least: u16) -> String {
    let (time, least) = (format::moment(s.lang, as_of), s.count(&u64::from(least)));
    s.with("donation-late", &[("time", Arg::Text(&time)), ("least", Arg::Text(&least))])
}

fn percent(s: &Surround, basis_points: u32) -> String {
    let value = f64::from(basis_points) / 100.0;
    format!("{} %", format::number(s.lang, value, if basis_points.is_multiple_of(100) { 0 } else { 2 }))
}

/// The table of lines; with more than one line, a sum in which each gift is counted once.
fn lines(s: &Surround, lines: &[LineView], donation: Option<i64>) -> Lines {
    let rows: Vec<LineRow> = lines
        .iter()
        .map(|line| {
            let path = donation.map(|id| format!("/equipment?donation={id}&model={}", line.model.id));
            row(
                s,
                (path, s.name(&line.model.name), line.note.as_deref().map(|note| s.name(note))),
                &line.figures,
            )
        })
        .collect();
    let whole: Option<Vec<&Figures>> =
        lines.iter().map(|line| Some(&line.figures).filter(|it| it.together.is_none())).collect();
    let total = whole.filter(|all| all.len() > 1).map(|all| {
        let mut parts: BTreeMap<Part, u64> = BTreeMap::new();
        for figures in &all {
            figures.parts.iter().for_each(|(part, count)| *parts.entry(*part).or_default() += count);
        }
        let given = all.iter().map(|figures| figures.given).sum();
        let over = all.iter().map(|figures| figures.over).sum();
        row(s, (None, s.t("lines-total"), None), &Figures { given, over, parts, together: None })
    });
    let parts = Part::ALL.map(|part| s.t(&format!("part-{}", part.key())));
    Lines { parts: parts.to_vec(), rows, total }
}

fn row(
    s: &Surround,
    (path, name, note): (Option<String>, String, Option<String>),
    figures: &Figures,
) -> LineRow {
    let part = |part: Part| figures.parts.get(&part).map(|count| s.count(count));
    let mut says = Vec::new();
    if figures.together.as_ref().is_some_and(|together| together.parts == Part::ALL) {
        says.push(s.t("line-few"));
    } else if let Some(together) = &figures.together {
        let names: Vec<String> =
            together.parts.iter().map(|part| s.t(&format!("part-{}", part.key())).to_lowercase()).collect();
        let args = [("parts", Arg::Text(&names.join(", "))), ("items", Arg::Text(&s.count(&together.items)))];
        says.push(s.with("line-together", &args));
    }
    if figures.over > 0 {
        says.push(s.n("line-over", &figures.over));
    }
    says.push(if figures.adds_up() {
        s.with("line-adds-up", &[("sum", Arg::Text(&s.count(&figures.sum())))])
    } else {
        s.t("line-does-not-add-up")
    });
    LineRow { path, name, note, given: s.count(&figures.given), parts: Part::ALL.map(part).to_vec(), says }
}

/// The page `/donor`.
#[must_use]
pub(crate) fn donor(s: &Surround, given: &[DonationView]) -> String {
    let total: u64 = given.iter().flat_map(|one| &one.lines).map(|line| line.figures.given).sum();
    let working: Option<u64> = given.iter().map(|one| in_service(&one.lines)).sum();
    let oldest = given.iter().map(|one| one.as_of).min();
    let gifts = given.iter().map(|one| {
        let says =
            format!("{} {}", late(s, one.as_of, one.least_items.unwrap_or(1)), rule(s, one.disclosure));
        (format!("/donations/{}", one.id.0), s.name(&one.title), says, lines(s, &one.lines, None))
    });
    render(&DonorTemplate {
        s,
        first: match oldest {
            None => s.t("donor-nothing"),
            Some(as_of) => first(s, total, working, as_of),
        },
        gifts: gifts.collect(),
    })
}

/// The page `/programmes/{id}`.
#[must_use]
pub(crate) fn programme(s: &Surround, programme: &Programme, given: &[DonationView]) -> String {
    let all: Vec<LineView> = given.iter().flat_map(|one| one.lines.clone()).collect();
    let total: u64 = all.iter().map(|line| line.figures.given).sum();
    let as_of = given.iter().map(|one| one.as_of).min().unwrap_or(s.now);
    let gifts = given.iter().map(|one| {
        let share = |share: &crate::api::inventory::donations::ShareView| {
            format!("{} {}", s.name(&share.party.name), percent(s, share.basis_points))
        };
        let shares: Vec<String> = one.shares.iter().map(share).collect();
        (format!("/donations/{}", one.id.0), s.name(&one.title), shares.join(", "), rule(s, one.disclosure))
    });
    let activity = Some(programme.activity.clone()).filter(|text| !text.is_empty());
    let mut facts = vec![(s.t("programme-tlp"), tlp(programme.tlp.key()))];
    facts.extend(activity.map(|text| (s.t("programme-activity"), text)));
    render(&ProgrammeTemplate {
        s,
        title: s.name(&programme.title),
        first: if given.is_empty() {
            s.t("programme-nothing")
        } else {
            first(s, total, in_service(&all), as_of)
        },
        facts,
        gifts: gifts.collect(),
        lines: lines(s, &all, None),
    })
}

/// A marking as it is written.
fn tlp(key: &str) -> String {
    format!("TLP:{}", key.to_ascii_uppercase().replace('_', "+"))
}

/// The page `/programmes`.
#[must_use]
pub(crate) fn programmes(
    s: &Surround,
    rows: Vec<(i64, String, String, &'static str)>,
    view: &CatalogueView,
) -> String {
    let first = s.n("programmes-first", &u64::try_from(rows.len()).unwrap_or(0));
    let rows = rows.into_iter().map(|(id, title, activity, key)| {
        (Some(format!("/programmes/{id}")), vec![s.name(&title), tlp(key), activity])
    });
    render(&CatalogueTemplate {
        s,
        title: s.t("programmes"),
        first,
        heads: vec![s.t("col-programme"), s.t("programme-tlp"), s.t("programme-activity")],
        rows: rows.collect(),
        empty: s.t("programmes-none"),
        base: "/programmes",
        view,
    })
}

/// The page `/models`.
#[must_use]
pub(crate) fn models(s: &Surround, models: &[Model], view: &CatalogueView) -> String {
    let row = |model: &Model| {
        let kinds: Vec<String> = model.must_carry.iter().map(|kind| super::kind_word(s, *kind)).collect();
        let name = s.name(format!("{} {}", model.maker, model.name).trim());
        let cells =
            vec![name, s.name(&model.category), model.gtin.clone().unwrap_or_default(), kinds.join(", ")];
        (Some(format!("/equipment?model={}", model.id.0)), cells)
    };
    render(&CatalogueTemplate {
        s,
        title: s.t("models"),
        first: s.n("models-first", &u64::try_from(models.len()).unwrap_or(0)),
        heads: vec![s.t("col-model"), s.t("model-category"), "GTIN".to_owned(), s.t("model-carries")],
        rows: models.iter().map(row).collect(),
        empty: s.t("models-none"),
        base: "/models",
        view,
    })
}

/// The page `/containers`.
#[must_use]
pub(crate) fn containers(s: &Surround, containers: &[Container], view: &CatalogueView) -> String {
    let row = |one: &Container| {
        let items = s.count(&u64::try_from(one.items).unwrap_or(0));
        (Some(format!("/equipment?container={}", one.id.0)), vec![s.name(&one.name), one.seal.clone(), items])
    };
    render(&CatalogueTemplate {
        s,
        title: s.t("containers"),
        first: s.n("containers-first", &u64::try_from(containers.len()).unwrap_or(0)),
        heads: vec![s.t("col-container"), s.t("container-seal"), s.t("nav-equipment")],
        rows: containers.iter().map(row).collect(),
        empty: s.t("containers-none"),
        base: "/containers",
        view,
    })
}
