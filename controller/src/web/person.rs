//! Handlers of one person's page as an administrator sees it: party and roles, sites, and the acts on their way in, each on a
//! page of its own.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: pages, redirects, the code of a new invitation
//! once. Decides nothing: that is `api::people`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::{PartyId, SiteId};
use serde::Deserialize;

use super::pages::{self, ActForm, Person, Problem};
use super::people::{parties, surround};
use super::proposals;
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::{Crumb, FormError, Surround};
use super::visit::Visit;
use crate::access::{PersonId, Viewer};
use crate::api::people::{self, Act, Wish};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::store::StoreError;
use crate::store::members::Member;

/// What the page says has just been done; other words in the address say nothing.
pub(super) const DONE: [&str; 7] =
    ["changed", "lock", "unlock", "sessions", "factor", "assigned", "unassigned"];

type Fields = Result<Form<Vec<(String, String)>>, FormRejection>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// An act with a page of its own, by the word in its address.
fn act_of(word: &str) -> Option<Act> {
    match word {
        "lock" => Some(Act::Lock),
        "unlock" => Some(Act::Unlock),
        "sessions" => Some(Act::EndSessions),
        "factor" => Some(Act::RemoveFactor),
        _other => None,
    }
}

/// `GET /people/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    query: Query<DoneQuery>,
) -> Result<Response, Refusal> {
    let done = query.done.as_deref().and_then(|word| DONE.into_iter().find(|done| *done == word));
    let person = read(&app, &visit, &id).await?;
    Ok(Html(pages::person(&surround(&visit), &Person { done, ..person })).into_response())
}

async fn member(app: &App, visit: &Visit, id: &str) -> Result<Member, Refusal> {
    let id = id.parse().map(PersonId).map_err(|_| Refusal::new(visit, Problem::NotFound))?;
    let member = app.store.member(id, visit.now.wall).await.map_err(|error| Refusal::store(visit, &error))?;
    member.ok_or_else(|| Refusal::new(visit, Problem::NotFound))
}

async fn read(app: &App, visit: &Visit, id: &str) -> Result<Person, Refusal> {
    let member = member(app, visit, id).await?;
    let parties = parties(app, visit).await?;
    let rest = async {
        let mut sites = Vec::new();
        for site in app.store.sites_of_person(member.id).await? {
            let record = app.store.site(site).await?;
            sites.push((site, record.map(|record| record.name).unwrap_or_default()));
        }
        let sessions = app.store.sessions_of(member.id, visit.now.wall).await?;
        let tokens = app.store.tokens_of(member.id).await?;
        Ok((sites, sessions, tokens))
    };
    let (sites, sessions, tokens) = rest.await.map_err(|error: StoreError| Refusal::store(visit, &error))?;
    Ok(Person { parties, sites, sessions, tokens, ..Person::of(member) })
}

/// `POST /people/{id}`: party and roles.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Fields,
) -> Result<Response, Refusal> {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let all = |key: &str| -> Vec<String> {
        fields.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    };
    let number = |key: &str| all(key).pop().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let person = read(&app, &visit, &id).await?;
    let (party, roles) = (number("party"), all("role"));
    let known = person.parties.iter().any(|one| one.id.0 == party);
    let wish = Wish { version: number("version"), party: Some(PartyId(party)), roles: Some(roles.clone()) };
    let (key, field, status) = if known {
        match people::change_one(&app, &viewer, person.member.id, &wish, visit.now).await {
            Ok(None) => return Ok(see_other(&format!("/people/{id}?done=changed"), Vec::new())),
            Ok(Some(proposal)) => return Ok(proposals::waits(proposal)),
            Err(refused) => unchanged(&visit, &refused)?,
        }
    } else {
        ("people-no-party", "party", StatusCode::UNPROCESSABLE_ENTITY)
    };
    let s = surround(&visit);
    let error = Some(FormError { title: s.t("person-unchanged"), text: s.t(key), field });
    let person = Person { party, roles, error, ..person };
    Ok((status, Html(pages::person(&s, &person))).into_response())
}

/// Why party and roles stay as they are: key of the words, field, status.
fn unchanged(visit: &Visit, refused: &ApiError) -> Result<(&'static str, &'static str, StatusCode), Refusal> {
    match refused.code() {
        "unusable_request" => Ok(("people-no-roles", "roles", StatusCode::UNPROCESSABLE_ENTITY)),
        "own_roles" => Ok(("person-own-roles", "roles", StatusCode::FORBIDDEN)),
        "last_administrator" => Ok(("person-last", "roles", StatusCode::CONFLICT)),
        "stale" => Ok(("person-stale", "roles", StatusCode::PRECONDITION_FAILED)),
        "not_found" => Err(Refusal::new(visit, Problem::NotFound)),
        _other => Err(Refusal::new(visit, Problem::Failed)),
    }
}

/// `GET /people/{id}/act/{act}`.
pub(super) async fn act_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((id, word)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let member = member(&app, &visit, &id).await?;
    let s = below(&visit, &member);
    if word == "invite" {
        return Ok(Html(pages::person_act(&s, &member, "invite", false, ActForm::default())).into_response());
    }
    let act = act_of(&word).ok_or_else(|| Refusal::new(&visit, Problem::NotFound))?;
    Ok(Html(pages::person_act(&s, &member, &word, act.asks_why(), ActForm::default())).into_response())
}

/// `POST /people/{id}/act/{act}`.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path((id, word)): Path<(String, String)>,
    form: Fields,
) -> Result<Response, Refusal> {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let member = member(&app, &visit, &id).await?;
    if word == "invite" {
        let made = people::invite_once_more(&app, &viewer, member.id, visit.now).await;
        let made = made.map_err(|_| Refusal::new(&visit, Problem::Failed))?;
        let html = pages::invitation(&surround(&visit), &member.name, &made);
        return Ok(Html(html).into_response());
    }
    let act = act_of(&word).ok_or_else(|| Refusal::new(&visit, Problem::NotFound))?;
    let reason = fields.into_iter().find(|(name, _)| name == "reason").map(|(_, value)| value);
    let reason = reason.unwrap_or_default();
    let (key, status) = match people::act(&app, &viewer, member.id, act, &reason, visit.now).await {
        Ok(()) => return Ok(see_other(&format!("/people/{}?done={word}", member.id.0), Vec::new())),
        Err(refused) => match refused.code() {
            "unusable_request" => ("person-reason-wrong", StatusCode::UNPROCESSABLE_ENTITY),
            "last_administrator" => ("person-last", StatusCode::CONFLICT),
            "not_found" => return Err(Refusal::new(&visit, Problem::NotFound)),
            _other => return Err(Refusal::new(&visit, Problem::Failed)),
        },
    };
    let s = below(&visit, &member);
    let error = Some(FormError { title: s.t("person-not-done"), text: s.t(key), field: "reason" });
    let form = ActForm { reason, error };
    Ok((status, Html(pages::person_act(&s, &member, &word, act.asks_why(), form))).into_response())
}

/// `POST /people/{id}/sites`: a site by its code name.
pub(super) async fn assign(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Fields,
) -> Result<Response, Refusal> {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let name =
        fields.into_iter().find(|(name, _)| name == "site").map(|(_, value)| value).unwrap_or_default();
    let person = read(&app, &visit, &id).await?;
    let site = app.store.site_by_name(name.trim()).await.map_err(|error| Refusal::store(&visit, &error))?;
    let Some(site) = site else {
        let s = surround(&visit);
        let error =
            FormError { title: s.t("person-not-assigned"), text: s.t("person-no-site"), field: "site" };
        let person = Person { site: name, error: Some(error), ..person };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(pages::person(&s, &person))).into_response());
    };
    match people::assign_one(&app, &viewer, person.member.id, site.id, visit.now).await {
        Ok(Some(proposal)) => Ok(proposals::waits(proposal)),
        Ok(None) => Ok(see_other(&format!("/people/{}?done=assigned", person.member.id.0), Vec::new())),
        Err(_) => Err(Refusal::new(&visit, Problem::Failed)),
    }
}

/// `POST /people/{id}/sites/{site}/remove`.
pub(super) async fn unassign(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path((id, site)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let none = || Refusal::new(&visit, Problem::NotFound);
    let (Ok(person), Ok(site)) = (id.parse().map(PersonId), site.parse().map(SiteId)) else {
        return Err(none());
    };
    match people::unassign_one(&app, &viewer, person, site).await {
        Ok(()) => Ok(see_other(&format!("/people/{}?done=unassigned", person.0), Vec::new())),
        Err(refused) if refused.status() == StatusCode::NOT_FOUND => Err(none()),
        Err(_) => Err(Refusal::new(&visit, Problem::Failed)),
    }
}

/// The surround of a page below a person's.
fn below(visit: &Visit, member: &Member) -> Surround {
    let mut s = surround(visit);
    let name = s.name(&member.name);
    s.crumbs.push(Crumb { path: format!("/people/{}", member.id.0), name });
    s
}
