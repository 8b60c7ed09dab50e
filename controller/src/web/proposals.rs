//! Handlers of the pages about changes that take two people: the list, and one with what can be done with it.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: pages and redirects. Decides nothing: that is
//! `api::proposals`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::{DonationId, PartyId, ProgrammeId, SiteId};
use serde::Deserialize;

use super::pages::{self, Named, Problem, ProposalPage};
use super::places::ReasonInput;
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::{Crumb, Entry, FormError, Surround};
use super::visit::Visit;
use crate::access::Viewer;
use crate::api::problem::ApiError;
use crate::api::proposals::{self as proposing, View};
use crate::app::App;
use crate::proposal::{Act, Change, ProposalId, State as Stage};

/// Where the list is.
const LIST: &str = "/proposals";
/// What the page says has just been done; other words in the address say nothing.
pub(super) const DONE: [&str; 4] = ["new", "approve", "refuse", "withdraw"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    after: Option<String>,
    state: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// Leads to a change that waits now.
pub(super) fn waits(id: ProposalId) -> Response {
    see_other(&format!("{LIST}/{}?done=new", id.0), Vec::new())
}

/// `GET /proposals`: those that wait, unless all are asked for.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    query: Query<ListQuery>,
) -> Result<Response, Refusal> {
    let ListQuery { after, state } = query.0;
    let all = state.as_deref() == Some("all");
    let stage = if all { None } else { Some(Stage::Waiting) };
    let after = after.and_then(|after| after.parse().ok());
    let (rows, next) =
        proposing::page(&app, &viewer, after, stage, visit.now).await.map_err(failed(&visit))?;
    let mut named = Vec::with_capacity(rows.len());
    for view in rows {
        let names = names(&app, &view).await.map_err(failed(&visit))?;
        named.push((view, names));
    }
    let s = visit.surround(Entry::Elsewhere, Vec::new());
    Ok(Html(pages::proposals(&s, &named, all, next)).into_response())
}

/// `GET /proposals/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    query: Query<DoneQuery>,
) -> Result<Response, Refusal> {
    let done = query.0.done.as_deref().and_then(|word| DONE.into_iter().find(|done| *done == word));
    let page = read(&app, &visit, &viewer, &id).await?;
    Ok(Html(pages::proposal(&below(&visit), &ProposalPage { done, ..page })).into_response())
}

async fn read(app: &App, visit: &Visit, viewer: &Viewer, id: &str) -> Result<ProposalPage, Refusal> {
    let id = id.parse().map(ProposalId).map_err(|_| Refusal::new(visit, Problem::NotFound))?;
    let view = proposing::one(app, viewer, id, visit.now).await.map_err(failed(visit))?;
    let names = names(app, &view).await.map_err(failed(visit))?;
    Ok(ProposalPage { view, names, done: None, reason: String::new(), error: None })
}

fn failed(visit: &Visit) -> impl Fn(ApiError) -> Refusal + '_ {
    |error| Refusal::api(visit, &error)
}

/// Names of what a proposal names by numbers.
async fn names(app: &App, view: &View) -> Result<Named, ApiError> {
    let mut named = Named::default();
    let mut parties: Vec<PartyId> = Vec::new();
    match &view.change {
        Change::Donation { donation, .. } => {
            named.thing = title(app, *donation).await?;
        }
        Change::Programme { programme, .. } => {
            let found = app.store.programmes("", Some(*programme), None, 1).await?;
            named.thing = found.into_iter().next().map(|found| found.title);
        }
        Change::Member { person, from, to } => {
            named.thing = name(app, view, *person).await?;
            parties.extend([from.party, to.party]);
        }
        Change::Assignment { person, site } => {
            named.thing = name(app, view, *person).await?;
            named.site = site_name(app, *site).await?;
        }
        Change::SiteParty { site, from, to } => {
            named.thing = site_name(app, *site).await?;
            parties.extend([*from, *to].into_iter().flatten());
        }
        Change::Showing { site, .. } => named.thing = site_name(app, *site).await?,
    }
    for difference in view.differences.iter().filter(|difference| difference.what == "shares") {
        let both = [&difference.before, &difference.after];
        let ids = both.into_iter().flat_map(|text| text.split(' ')).filter_map(|one| one.split_once('='));
        parties.extend(ids.filter_map(|(id, _)| id.parse().ok().map(PartyId)));
    }
    for party in parties {
        let found = app.store.party(party).await?.map(|party| party.name).unwrap_or_default();
        named.parties.insert(party.0.to_string(), found);
    }
    for difference in view.differences.iter().filter(|difference| difference.what == "programme") {
        for id in [&difference.before, &difference.after].into_iter().filter_map(|id| id.parse().ok()) {
            let found = app.store.programmes("", Some(ProgrammeId(id)), None, 1).await?;
            let titles = found.into_iter().map(|found| (id.to_string(), found.title));
            named.programmes.extend(titles.collect::<BTreeMap<String, String>>());
        }
    }
    Ok(named)
}

async fn title(app: &App, donation: DonationId) -> Result<Option<String>, ApiError> {
    Ok(app.store.donation(donation).await?.map(|donation| donation.values.title))
}

async fn site_name(app: &App, site: SiteId) -> Result<Option<String>, ApiError> {
    Ok(app.store.site(site).await?.map(|site| site.name))
}

/// A person's name, for those who may know people.
async fn name(app: &App, view: &View, person: crate::access::PersonId) -> Result<Option<String>, ApiError> {
    if view.who_can_sign.is_none() {
        return Ok(None);
    }
    Ok(app.store.member(person, view.made).await?.map(|member| member.name))
}

/// `POST /proposals/{id}/approve`.
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Result<Form<ReasonInput>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(ReasonInput { reason })) = form else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    end(&app, &visit, &viewer, (&id, Act::Approve), reason).await
}

/// `POST /proposals/{id}/refuse`.
pub(super) async fn refuse(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Result<Form<ReasonInput>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(ReasonInput { reason })) = form else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    end(&app, &visit, &viewer, (&id, Act::Refuse), reason).await
}

/// `POST /proposals/{id}/withdraw`.
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    end(&app, &visit, &viewer, (&id, Act::Withdraw), String::new()).await
}

async fn end(
    app: &App,
    visit: &Visit,
    viewer: &Viewer,
    (id, act): (&str, Act),
    reason: String,
) -> Result<Response, Refusal> {
    let number = id.parse().map(ProposalId).map_err(|_| Refusal::new(visit, Problem::NotFound))?;
    let word = match act {
        Act::Approve => "approve",
        Act::Refuse => "refuse",
        Act::Withdraw => "withdraw",
    };
    let refused = match proposing::end(app, viewer, number, act, &reason, visit.now).await {
        Ok(()) => return Ok(see_other(&format!("{LIST}/{}?done={word}", number.0), Vec::new())),
        Err(refused) => refused,
    };
    let (key, status) = match refused.code() {
        "unusable_request" => ("person-reason-wrong", StatusCode::UNPROCESSABLE_ENTITY),
        "own_proposal" => ("proposal-own", StatusCode::FORBIDDEN),
        "gains_by_it" => ("proposal-gains", StatusCode::FORBIDDEN),
        "overtaken" => ("proposal-is-overtaken", StatusCode::CONFLICT),
        "proposal_over" => ("proposal-over", StatusCode::CONFLICT),
        _other => return Err(Refusal::api(visit, &refused)),
    };
    // Read after the act: what is over says so.
    let page = read(app, visit, viewer, id).await?;
    let s = below(visit);
    let error = FormError { title: s.t("proposal-not-done"), text: s.t(key), field: "reason" };
    let page = ProposalPage { reason, error: Some(error), ..page };
    Ok((status, Html(pages::proposal(&s, &page))).into_response())
}

fn below(visit: &Visit) -> Surround {
    let mut s = visit.surround(Entry::Elsewhere, Vec::new());
    s.crumbs = vec![Crumb { path: LIST.to_owned(), name: s.t("proposals-title") }];
    s
}
