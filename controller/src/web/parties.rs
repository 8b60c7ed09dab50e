//! Handlers of the pages about parties: the list, making one, changing one on what was read.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: pages and redirects. Decides nothing: that is
//! `api::parties`.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::PartyId;
use serde::Deserialize;

use super::pages::{self, Parties, PartyForm, Problem};
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::{Crumb, Entry, FormError, Surround};
use super::visit::Visit;
use crate::access::Viewer;
use crate::api::parties::{change_one, make_one};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::store::parties::{Party, PartyKind};
use crate::store::people::fold;

/// Rows of a page of the list.
const ROWS: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    after: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct PartyInput {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    version: i64,
}

/// `GET /parties`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Ok(Query(ListQuery { after })) = query else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    let last = match after {
        None => None,
        Some(id) => Some(party(&app, &visit, id, Problem::BadRequest).await?),
    };
    let folded = last.as_ref().map(|party| (fold(&party.name), party.id));
    let place = folded.as_ref().map(|(name, id)| (name.as_str(), *id));
    let rows = app.store.parties(place, None, i64::try_from(ROWS + 1).unwrap_or(i64::MAX)).await;
    let mut rows = rows.map_err(|error| Refusal::store(&visit, &error))?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows.last().filter(|_| more).map(|party| party.id.0);
    let changes = app.access.opens(&viewer.roles, "/parties/new");
    let s = visit.surround(Entry::People, Vec::new());
    let parties = Parties { rows, next, later: after.is_some(), changes };
    Ok(Html(pages::parties(&s, &parties)).into_response())
}

async fn party(app: &App, visit: &Visit, id: i64, none: Problem) -> Result<Party, Refusal> {
    let party = app.store.party(PartyId(id)).await.map_err(|error| Refusal::store(visit, &error))?;
    party.ok_or_else(|| Refusal::new(visit, none))
}

/// `GET /parties/new`.
pub(super) async fn new_page(visit: Visit) -> Response {
    let form = PartyForm { kind: PartyKind::Recipient.key().to_owned(), ..PartyForm::default() };
    Html(pages::party_form(&surround(&visit), form)).into_response()
}

/// `POST /parties/new`.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    form: Result<Form<PartyInput>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(input)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let wanted = (input.name.as_str(), input.kind.as_str(), input.country.as_str());
    match make_one(&app, &viewer, wanted, visit.now).await {
        Ok(_) => Ok(see_other("/parties", Vec::new())),
        Err(refused) => refused_form(&visit, None, input, &refused),
    }
}

/// `GET /parties/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id = id.parse().map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    let party = party(&app, &visit, id, Problem::NotFound).await?;
    let form = PartyForm {
        id: Some(id),
        version: party.version,
        name: party.name,
        kind: party.kind.key().to_owned(),
        country: party.country,
        error: None,
    };
    Ok(Html(pages::party_form(&surround(&visit), form)).into_response())
}

/// `POST /parties/{id}`.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
    form: Result<Form<PartyInput>, FormRejection>,
) -> Result<Response, Refusal> {
    let Ok(Form(input)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let id = id.parse().map_err(|_| Refusal::new(&visit, Problem::NotFound))?;
    party(&app, &visit, id, Problem::NotFound).await?;
    let wanted = (input.name.as_str(), input.kind.as_str(), input.country.as_str());
    match change_one(&app, &viewer, (PartyId(id), input.version), wanted, visit.now).await {
        Ok(_) => Ok(see_other("/parties", Vec::new())),
        Err(refused) => refused_form(&visit, Some(id), input, &refused),
    }
}

/// The form again, with what was wrong and all that was typed.
fn refused_form(
    visit: &Visit,
    id: Option<i64>,
    input: PartyInput,
    refused: &ApiError,
) -> Result<Response, Refusal> {
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    let country = input.country.trim();
    let code = country.is_empty() || (country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic()));
    let (key, field, status) = match refused.code() {
        "name_taken" => ("parties-name-taken", "name", StatusCode::CONFLICT),
        "stale" => ("parties-stale", "name", StatusCode::PRECONDITION_FAILED),
        "unusable_request" if PartyKind::from_key(&input.kind).is_none() => {
            ("parties-kind-wrong", "kind", unfit)
        }
        "unusable_request" if !code => ("parties-country-wrong", "country", unfit),
        "unusable_request" => ("people-name-wrong", "name", unfit),
        _other => return Err(Refusal::new(visit, Problem::Failed)),
    };
    let s = surround(visit);
    let error = Some(FormError { title: s.t("parties-not-kept"), text: s.t(key), field });
    let PartyInput { name, kind, country, version } = input;
    let form = PartyForm { id, version, name, kind, country, error };
    Ok((status, Html(pages::party_form(&s, form))).into_response())
}

fn surround(visit: &Visit) -> Surround {
    let mut s = visit.surround(Entry::People, Vec::new());
    s.crumbs = vec![Crumb { path: "/parties".to_owned(), name: s.t("parties-title") }];
    s
}
