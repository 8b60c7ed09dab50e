//! One item: its sentence, what can be recorded, its chain of custody, what it carries, where it stood; and its label.
//!
//! Enters: views that hold no more than the viewer's role is granted. Leaves: pages. Secret identifiers are masked here; times
//! stand for ages, as on every page that may become evidence.

use askama::Template;
use holdfast_protocol::custody::handover::HandoverId;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::time::WallMs;

use super::equipment::state_word;
use super::render;
use crate::api::inventory::acts::Possible;
use crate::inventory::view::{IdentifierView, ItemView};
use crate::store::inventory::history::Deployment;
use crate::web::format;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{Markup, Surround, escape};

/// One event of the chain.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) word: &'static str,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// Code name and region.
    pub(crate) place: Option<(String, String)>,
    pub(crate) handover: Option<HandoverId>,
    /// Of which party's people recorded it.
    pub(crate) by: Option<String>,
    pub(crate) happened: WallMs,
    pub(crate) recorded: WallMs,
    pub(crate) note: Option<String>,
    pub(crate) voided: bool,
}

/// What the item's page is made from.
#[derive(Debug, Clone)]
pub(crate) struct ItemPage {
    pub(crate) item: ItemView,
    pub(crate) identifiers: Vec<IdentifierView>,
    /// Newest first.
    pub(crate) chain: Vec<Step>,
    pub(crate) deployments: Vec<Deployment>,
    /// Newest first; none for who does not see hand-overs.
    pub(crate) handovers: Option<Vec<(HandoverId, String, String, WallMs)>>,
    /// What can be recorded; empty for who records nothing.
    pub(crate) possible: Vec<(&'static str, Possible)>,
    pub(crate) can: Can,
    /// What was just done, as its key.
    pub(crate) done: Option<&'static str>,
}

/// What this viewer can do, and which pages they can open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Can {
    pub(crate) change: bool,
    pub(crate) reveal: bool,
    pub(crate) hand_over: bool,
    pub(crate) void: bool,
    pub(crate) open_sites: bool,
    pub(crate) open_nodes: bool,
    pub(crate) open_donations: bool,
}

struct Fact {
    name: String,
    value: Markup,
}

struct StepLine {
    what: String,
    happened: Markup,
    ways: Vec<String>,
    handover: Option<String>,
    recorded: String,
    note: Option<String>,
    voided: bool,
}

struct Act {
    label: String,
    path: String,
    why: String,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemTemplate<'a> {
    s: &'a Surround,
    title: String,
    first: String,
    done: Option<String>,
    not_shown: Option<String>,
    base: String,
    facts: Vec<Fact>,
    can: Can,
    acts: Vec<Act>,
    barred: Vec<Act>,
    chain: Vec<StepLine>,
    identifiers: Vec<(String, Option<String>)>,
    masked: bool,
    deployments: Vec<(Markup, String, Markup, Markup, Markup)>,
    handovers: Vec<(String, String, Markup)>,
    sees_handovers: bool,
}

#[derive(Template)]
#[template(path = "item_label.html")]
struct LabelTemplate<'a> {
    s: &'a Surround,
    code: String,
    model: String,
    drawn: Markup,
    url: &'a str,
    back: String,
}

/// The page `/equipment/{id}`.
#[must_use]
pub(crate) fn item(s: &Surround, page: &ItemPage) -> String {
    let item = &page.item;
    let base = format!("/equipment/{}", item.id.0);
    let act = |(word, possible): &(&'static str, Possible)| Act {
        label: s.t(&format!("event-{word}")),
        path: format!("{base}/record?what={word}"),
        why: why_not(s, *possible),
    };
    let (open, barred): (Vec<_>, Vec<_>) =
        page.possible.iter().partition(|(_, possible)| *possible == Possible::Yes);
    render(&ItemTemplate {
        s,
        title: title(s, item),
        first: first(s, item),
        done: page.done.map(|done| s.t(&format!("item-done-{done}"))),
        not_shown: not_shown(s, item),
        facts: facts(s, item, page.can),
        can: page.can,
        acts: open.iter().map(act).collect(),
        barred: barred.iter().map(act).collect(),
        chain: page.chain.iter().map(|step| step_line(s, step)).collect(),
        identifiers: page.identifiers.iter().map(|one| (kind_word(s, one.kind), one.value.clone())).collect(),
        masked: page.identifiers.iter().any(|one| one.value.is_none()),
        deployments: page.deployments.iter().map(|one| deployment(s, one, page.can)).collect(),
        sees_handovers: page.handovers.is_some(),
        handovers: page
            .handovers
            .iter()
            .flatten()
            .map(|(id, giver, taker, at)| {
                let args = [("giver", Arg::Name(giver)), ("taker", Arg::Name(taker))];
                (format!("/handovers/{id}"), s.with("handover-from-to", &args), s.moment(at))
            })
            .collect(),
        base,
    })
}

/// The page of an item's label, to be printed.
#[must_use]
pub(crate) fn item_label(s: &Surround, item: &ItemView, url: &str, drawn: Markup) -> String {
    render(&LabelTemplate {
        s,
        code: item.shown.clone(),
        model: s.name(&item.model.name),
        drawn,
        url,
        back: format!("/equipment/{}", item.id.0),
    })
}

/// What an item is called: its name, or its model, with its code.
pub(crate) fn title(s: &Surround, item: &ItemView) -> String {
    let name = item.name.as_deref().unwrap_or(&item.model.name);
    format!("{} {}", s.name(name), item.shown)
}

/// The word of a kind of identifier.
pub(crate) fn kind_word(s: &Surround, kind: Kind) -> String {
    s.t(&format!("identifier-{}", kind.word()))
}

fn first(s: &Surround, item: &ItemView) -> String {
    let (state, since) = (capitalised(&state_word(s, item.state)), format::moment(s.lang, item.since));
    let mut args = vec![("state", Arg::Text(&state)), ("since", Arg::Text(&since))];
    let Some(custodian) = &item.custodian else { return s.with("item-first", &args) };
    args.push(("custodian", Arg::Name(&custodian.name)));
    match item.site.as_ref().filter(|site| !site.region.is_empty()) {
        Some(site) => {
            args.push(("region", Arg::Name(&site.region)));
            s.with("item-first-at", &args)
        }
        None => s.with("item-first-with", &args),
    }
}

fn not_shown(s: &Surround, item: &ItemView) -> Option<String> {
    if item.left_out.is_empty() {
        return None;
    }
    let name = |word: &&str| s.t(&format!("left-out-{word}"));
    let names: Vec<String> = item.left_out.iter().map(name).collect();
    Some(s.with("items-not-shown", &[("what", Arg::Text(&names.join(", ")))]))
}

fn link(path: &str, text: &str) -> Markup {
    Markup(format!("<a href=\"{}\">{}</a>", escape(path), escape(text)))
}

fn plain(text: &str) -> Markup {
    Markup(escape(text))
}

fn facts(s: &Surround, item: &ItemView, can: Can) -> Vec<Fact> {
    let mut out = Vec::new();
    let mut add = |key: &str, value: Option<Markup>| {
        out.extend(value.map(|value| Fact { name: s.t(key), value }));
    };
    add("col-code", Some(Markup(format!("<span class=\"serial\">{}</span>", escape(&item.shown)))));
    add("col-model", Some(plain(&s.name(&item.model.name))));
    add("col-programme", item.programme.as_deref().map(|title| plain(&s.name(title))));
    add(
        "col-donation",
        item.donation.as_ref().map(|one| {
            let name = s.name(&one.name);
            if can.open_donations { link(&format!("/donations/{}", one.id), &name) } else { plain(&name) }
        }),
    );
    add("col-custodian", item.custodian.as_ref().map(|party| plain(&s.name(&party.name))));
    add("item-promised", item.allocated_to.as_ref().map(|party| plain(&s.name(&party.name))));
    add("col-container", item.container.as_ref().map(|one| plain(&s.name(&one.name))));
    add("col-site", item.site.as_ref().map(|site| site_link(s, site.id, &site.name, &site.region, can)));
    add(
        "col-node",
        item.node.map(|node| {
            let path = format!("/nodes/{node}");
            if can.open_nodes { link(&path, &node.shown()) } else { plain(&node.shown()) }
        }),
    );
    out
}

fn site_link(s: &Surround, id: i64, name: &str, region: &str, can: Can) -> Markup {
    let name = s.name(name);
    let name = if can.open_sites { link(&format!("/sites/{id}"), &name) } else { plain(&name) };
    if region.is_empty() {
        name
    } else {
        Markup(format!("{name} <span class=\"muted\">{}</span>", escape(region)))
    }
}

fn why_not(s: &Surround, possible: Possible) -> String {
    match possible {
        Possible::Yes => String::new(),
        Possible::NotYourPart => s.t("event-not-your-part"),
        Possible::NotHeld => s.t("event-not-held"),
        Possible::State(from) => {
            let words: Vec<String> = from.iter().map(|state| state_word(s, *state)).collect();
            s.with("event-only-when", &[("states", Arg::Text(&words.join(", ")))])
        }
    }
}

fn step_line(s: &Surround, step: &Step) -> StepLine {
    let mut ways = Vec::new();
    match (&step.from, &step.to) {
        (Some(from), Some(to)) => {
            ways.push(s.with("step-from-to", &[("giver", Arg::Name(from)), ("taker", Arg::Name(to))]));
        }
        (None, Some(to)) => ways.push(s.with("step-to", &[("taker", Arg::Name(to))])),
        (Some(from), None) => ways.push(s.with("step-from", &[("giver", Arg::Name(from))])),
        (None, None) => {}
    }
    if let Some((site, region)) = &step.place {
        let key = if region.is_empty() { "step-at" } else { "step-at-region" };
        let args = [("site", Arg::Name(site)), ("region", Arg::Name(region))];
        ways.push(s.with(key, args.get(..if region.is_empty() { 1 } else { 2 }).unwrap_or(&args)));
    }
    let recorded = format::moment(s.lang, step.recorded);
    let time = ("time", Arg::Text(&recorded));
    StepLine {
        what: s.t(&format!("event-{}", step.word)),
        happened: s.moment(&step.happened),
        ways,
        handover: step.handover.map(|id| format!("/handovers/{id}")),
        recorded: match &step.by {
            Some(by) => s.with("step-recorded-by", &[time, ("by", Arg::Name(by))]),
            None => s.with("step-recorded", &[time]),
        },
        note: step.note.as_deref().map(|note| s.name(note)),
        voided: step.voided,
    }
}

type DeploymentLine = (Markup, String, Markup, Markup, Markup);

fn deployment(s: &Surround, one: &Deployment, can: Can) -> DeploymentLine {
    let node = one.node.map(|node| {
        if can.open_nodes { link(&format!("/nodes/{node}"), &node.shown()) } else { plain(&node.shown()) }
    });
    (
        site_link(s, one.site, &one.name, "", can),
        one.region.clone(),
        node.unwrap_or_else(|| s.no_reading()),
        s.moment(&one.from),
        one.to.map_or_else(|| plain(&s.t("deployment-now")), |to| s.moment(&to)),
    )
}
