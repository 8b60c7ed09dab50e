//! Handlers of the pages about people: the list, and inviting somebody.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: pages. Decides nothing: that is `api::people`.
//! The answer to an invitation is the page with its code, which is kept nowhere and which no address leads to.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::Vacant;
use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::PartyId;
use serde::Deserialize;

use super::pages::{self, InviteForm, People, Problem};
use super::refusal::Refusal;
use super::surround::{Crumb, Entry, FormError, Surround};
use super::visit::Visit;
use crate::access::{PersonId, Viewer};
use crate::api::people;
use crate::app::App;
use crate::store::StoreError;
use crate::store::parties::{OWN_PARTY, Party};

/// Rows of a page of the list.
const ROWS: usize = 50;
/// Parties that a form offers; a fleet has dozens.
const PARTIES_MAX: i64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    after: Option<i64>,
}

/// `GET /people`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Ok(Query(ListQuery { after })) = query else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    let people = read(&app, &visit, after).await.map_err(|error| Refusal::store(&visit, &error))?;
    let people = people.ok_or_else(|| Refusal::new(&visit, Problem::BadRequest))?;
    let s = visit.surround(Entry::People, Vec::new());
    Ok(Html(pages::people(&s, &people)).into_response())
}

/// A page of people; `None` behind somebody who is not there.
async fn read(app: &App, visit: &Visit, after: Option<i64>) -> Result<Option<People>, StoreError> {
    let now = visit.now.wall;
    let last = match after {
        None => None,
        Some(id) => match app.store.member(PersonId(id), now).await? {
            None => return Ok(None),
            found => found,
        },
    };
    let place = last.as_ref().map(|member| (member.name.as_str(), member.id));
    let mut members = app.store.members(place, i64::try_from(ROWS + 1).unwrap_or(i64::MAX), now).await?;
    let more = members.len() > ROWS;
    members.truncate(ROWS);
    let next = members.last().filter(|_| more).map(|member| member.id.0);
    let mut names: BTreeMap<PartyId, String> = BTreeMap::new();
    for member in &members {
        if let Vacant(name) = names.entry(member.party) {
            let party = app.store.party(member.party).await?;
            name.insert(party.map(|party| party.name).unwrap_or_default());
        }
    }
    let rows = members.into_iter().map(|member| {
        let party = names.get(&member.party).cloned().unwrap_or_default();
        (member, party)
    });
    let counts = app.store.member_counts().await?;
    Ok(Some(People { rows: rows.collect(), counts, next, later: after.is_some() }))
}

/// `GET /people/invite`.
pub(super) async fn invite_page(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Refusal> {
    let parties = parties(&app, &visit).await?;
    let form = InviteForm { party: OWN_PARTY.0, ..InviteForm::default() };
    Ok(Html(pages::invite(&surround(&visit), &parties, form)).into_response())
}

/// `POST /people/invite`.
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let all = |key: &str| -> Vec<String> {
        fields.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    };
    let name = all("name").pop().unwrap_or_default();
    let party = all("party").pop().and_then(|text| text.parse().ok()).unwrap_or(0);
    let roles = all("role");
    let (s, parties) = (surround(&visit), parties(&app, &visit).await?);
    let known = parties.iter().any(|one| one.id.0 == party);
    let (key, field, status) = if roles.is_empty() {
        ("people-no-roles", "roles", StatusCode::UNPROCESSABLE_ENTITY)
    } else if !known {
        ("people-no-party", "party", StatusCode::UNPROCESSABLE_ENTITY)
    } else {
        match people::invite_new(&app, &viewer, (&name, PartyId(party), &roles), visit.now).await {
            Ok(made) => return Ok(Html(pages::invitation(&s, &name, &made)).into_response()),
            Err(refused) => match refused.code() {
                "name_taken" => ("people-name-taken", "name", StatusCode::CONFLICT),
                "unusable_request" => ("people-name-wrong", "name", StatusCode::UNPROCESSABLE_ENTITY),
                _other => return Err(Refusal::new(&visit, Problem::Failed)),
            },
        }
    };
    let error = Some(FormError { title: s.t("people-not-invited"), text: s.t(key), field });
    let form = InviteForm { name, party, roles, error };
    Ok((status, Html(pages::invite(&s, &parties, form))).into_response())
}

pub(super) async fn parties(app: &App, visit: &Visit) -> Result<Vec<Party>, Refusal> {
    app.store.parties(None, None, PARTIES_MAX).await.map_err(|error| Refusal::store(visit, &error))
}

pub(super) fn surround(visit: &Visit) -> Surround {
    let mut s = visit.surround(Entry::People, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::People.path().to_owned(), name: s.t(Entry::People.key()) }];
    s
}
