//! Who can see exact places: each person with why, which sites, and when they last did; each site with how many. And the page
//! on which an auditor asks for a region.
//!
//! Enters: people, sites, showings, a reason. Leaves: the pages. Never a place.

use askama::Template;
use holdfast_protocol::ids::SiteId;

use super::person::ActForm;
use super::render;
use crate::access::Role;
use crate::api::places::Region;
use crate::store::members::Member;
use crate::store::places::{PlacedSite, Reveals};
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{FormError, Markup, Surround};

/// By what somebody is shown exact places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// By this role, of every site.
    Every(Role),
    /// By this role, of these sites.
    These(Role, Vec<(SiteId, String)>),
}

impl Why {
    /// Whether a site is among them.
    #[must_use]
    pub fn covers(&self, site: &PlacedSite) -> bool {
        match self {
            Self::Every(_) => true,
            Self::These(_, sites) => sites.iter().any(|(id, _)| *id == site.id),
        }
    }
}

/// Somebody who can see exact places, or did.
#[derive(Debug, Clone)]
pub struct Seer {
    /// Who.
    pub member: Member,
    /// By what; nothing for who could once.
    pub whys: Vec<Why>,
    /// How often they did.
    pub reveals: Option<Reveals>,
}

/// A site whose place is known.
#[derive(Debug, Clone)]
pub struct SeenSite {
    /// Which.
    pub site: PlacedSite,
    /// How many people can see it.
    pub by: u64,
    /// How often it was shown.
    pub reveals: Option<Reveals>,
}

/// What the page `/people/places` is made from.
#[derive(Debug, Clone, Default)]
pub struct WhoSees {
    /// People, by name.
    pub people: Vec<Seer>,
    /// Sites, by name.
    pub sites: Vec<SeenSite>,
}

struct PersonLine {
    path: String,
    name: String,
    why: Vec<String>,
    times: String,
    last: Markup,
}

struct SiteLine {
    path: String,
    name: String,
    region: String,
    by: String,
    times: String,
    last: Markup,
}

#[derive(Template)]
#[template(path = "who_sees.html")]
struct WhoTemplate<'a> {
    s: &'a Surround,
    first: String,
    people: Vec<PersonLine>,
    sites: Vec<SiteLine>,
}

#[derive(Template)]
#[template(path = "region.html")]
struct RegionTemplate<'a> {
    s: &'a Surround,
    id: i64,
    reason: String,
    shown: Option<(String, String, String)>,
    error: Option<FormError>,
}

/// The page `/people/places`.
#[must_use]
pub fn who_sees(s: &Surround, read: &WhoSees) -> String {
    let able = read.people.iter().filter(|one| !one.whys.is_empty() && one.member.locked.is_none()).count();
    let able = u64::try_from(able).unwrap_or(u64::MAX);
    let placed = u64::try_from(read.sites.len()).unwrap_or(u64::MAX);
    render(&WhoTemplate {
        s,
        first: [s.n("places-first", &able), s.n("places-first-sites", &placed)].join(" "),
        people: read.people.iter().map(|one| person_line(s, one)).collect(),
        sites: read.sites.iter().map(|one| site_line(s, one)).collect(),
    })
}

fn person_line(s: &Surround, one: &Seer) -> PersonLine {
    let mut why: Vec<String> = one.whys.iter().map(|why| why_words(s, why)).collect();
    if one.member.locked.is_some() {
        why.insert(0, s.t("people-locked"));
    }
    if one.whys.is_empty() {
        why.push(s.t("places-no-longer"));
    }
    let (times, last) = times(s, one.reveals);
    PersonLine {
        path: format!("/people/{}", one.member.id.0),
        name: s.name(&one.member.name),
        why,
        times,
        last,
    }
}

fn why_words(s: &Surround, why: &Why) -> String {
    let role = |role: &Role| capitalised(&s.t(&format!("role-{}", role.key())));
    match why {
        Why::Every(one) => s.with("places-every", &[("role", Arg::Text(&role(one)))]),
        Why::These(one, sites) if sites.is_empty() => {
            s.with("places-none-yet", &[("role", Arg::Text(&role(one)))])
        }
        Why::These(one, sites) => {
            let names: Vec<String> = sites.iter().map(|(_, name)| s.name(name)).collect();
            s.with(
                "places-these",
                &[("role", Arg::Text(&role(one))), ("sites", Arg::Text(&names.join(", ")))],
            )
        }
    }
}

fn times(s: &Surround, reveals: Option<Reveals>) -> (String, Markup) {
    let count = reveals.map_or(0, |reveals| reveals.times);
    (s.count(&count), s.age_or_never(&reveals.map(|reveals| reveals.last)))
}

fn site_line(s: &Surround, one: &SeenSite) -> SiteLine {
    let (times, last) = times(s, one.reveals);
    SiteLine {
        path: format!("/sites/{}", one.site.id.0),
        name: s.name(&one.site.name),
        region: s.name(&one.site.region),
        by: s.count(&one.by),
        times,
        last,
    }
}

/// The page `/sites/{id}/region`.
#[must_use]
pub fn region_form(s: &Surround, id: i64, form: ActForm) -> String {
    let ActForm { reason, error } = form;
    render(&RegionTemplate { s, id, reason, shown: None, error })
}

/// The answer to it.
#[must_use]
pub(crate) fn region_shown(s: &Surround, id: i64, region: &Region) -> String {
    let or_none = |text: &str| if text.is_empty() { s.t("no-reading") } else { s.name(text) };
    let party = region.party.as_deref().unwrap_or_default();
    let shown = Some((s.name(&region.site), or_none(&region.region), or_none(party)));
    render(&RegionTemplate { s, id, reason: String::new(), shown, error: None })
}
