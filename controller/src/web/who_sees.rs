//! Handlers of "who can see exact places", and of the region that an auditor is shown after a reason.
//!
//! Enters: what the registry knows of people, sites and showings; a reason, posted. Leaves: pages. Never a place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::{PartyId, SiteId};

use super::pages::{self, ActForm, Problem, SeenSite, Seer, WhoSees, Why};
use super::people::surround;
use super::places::ReasonInput;
use super::refusal::Refusal;
use super::surround::{Entry, FormError};
use super::visit::Visit;
use crate::access::{Grant, PersonId, Role, Shows, Viewer};
use crate::api::places;
use crate::app::App;
use crate::store::StoreError;
use crate::store::members::Member;
use crate::store::places::PlacedSite;

/// People and sites on the page; a fleet has hundreds of people, and more are said to be left out.
const ROWS_MAX: i64 = 1_000;

/// `GET /people/places`.
pub(super) async fn page(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Refusal> {
    let read = read(&app, &visit).await.map_err(|error| Refusal::store(&visit, &error))?;
    Ok(Html(pages::who_sees(&surround(&visit), &read)).into_response())
}

async fn read(app: &App, visit: &Visit) -> Result<WhoSees, StoreError> {
    let members = app.store.members(None, ROWS_MAX, visit.now.wall).await?;
    let sites = app.store.placed_sites(ROWS_MAX).await?;
    let mut assigned: BTreeMap<PersonId, BTreeSet<SiteId>> = BTreeMap::new();
    for (person, site) in app.store.all_assignments().await? {
        assigned.entry(person).or_default().insert(site);
    }
    let (by_person, by_site) = (app.store.reveals_by_person().await?, app.store.reveals_by_site().await?);
    let none = BTreeSet::new();
    let mut people = Vec::new();
    let mut seers: BTreeMap<SiteId, u64> = BTreeMap::new();
    for member in members {
        let whys = whys(app, &member, assigned.get(&member.id).unwrap_or(&none), &sites);
        let reveals = by_person.get(&member.id).copied();
        if whys.is_empty() && reveals.is_none() {
            continue;
        }
        for site in sites.iter().filter(|site| whys.iter().any(|why| why.covers(site))) {
            if member.locked.is_none() {
                *seers.entry(site.id).or_default() += 1;
            }
        }
        people.push(Seer { member, whys, reveals });
    }
    let seen = |site: PlacedSite| {
        let (by, reveals) = (seers.get(&site.id).copied().unwrap_or(0), by_site.get(&site.id).copied());
        SeenSite { site, by, reveals }
    };
    Ok(WhoSees { people, sites: sites.into_iter().map(seen).collect() })
}

/// By what a person is shown exact places: the matrix's word on each of their roles.
fn whys(app: &App, member: &Member, assigned: &BTreeSet<SiteId>, sites: &[PlacedSite]) -> Vec<Why> {
    let mut whys = Vec::new();
    for role in &member.roles {
        match app.access.grant(*role, Shows::ExactPlace) {
            Grant::All | Grant::OnReason => whys.push(Why::Every(*role)),
            Grant::Own if *role == Role::Recipient => whys.push(party(member.party, sites)),
            Grant::Own => whys.push(Why::These(*role, names(sites, |site| assigned.contains(&site.id)))),
            Grant::None => {}
        }
    }
    whys
}

fn party(party: PartyId, sites: &[PlacedSite]) -> Why {
    Why::These(Role::Recipient, names(sites, |site| site.party == Some(party)))
}

fn names(sites: &[PlacedSite], own: impl Fn(&PlacedSite) -> bool) -> Vec<(SiteId, String)> {
    sites.iter().filter(|site| own(site)).map(|site| (site.id, site.name.clone())).collect()
}

/// `GET /sites/{id}/region`.
pub(super) async fn region_form(visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id: i64 = id.parse().map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    let s = visit.surround(Entry::Audit, Vec::new());
    Ok(Html(pages::region_form(&s, id, ActForm::default())).into_response())
}

/// `POST /sites/{id}/region`; the answer to the post is the page.
pub(super) async fn region(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Result<Form<ReasonInput>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(ReasonInput { reason })) = form else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    let id: i64 = id.parse().map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    let s = visit.surround(Entry::Audit, Vec::new());
    match places::show_region(&app, &viewer, SiteId(id), &reason).await {
        Ok(region) => Ok(Html(pages::region_shown(&s, id, &region)).into_response()),
        Err(refused) if refused.code() == "unusable_request" => {
            let error = FormError {
                title: s.t("region-not-shown"),
                text: s.t("person-reason-wrong"),
                field: "reason",
            };
            let form = ActForm { reason, error: Some(error) };
            let html = pages::region_form(&s, id, form);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response())
        }
        Err(refused) if refused.status() == StatusCode::NOT_FOUND => {
            Err(Refusal::new(&visit, Problem::NotFound))
        }
        Err(_) => Err(Refusal::new(&visit, Problem::Failed)),
    }
}
