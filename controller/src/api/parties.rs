//! Parties: the organisations that give, run, carry and receive. Listed, made, changed on the version that was read.
//!
//! Enters: names, kinds, countries. Leaves: the parties with their versions. A list goes on behind a party's number: no name
//! stands in an address.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use holdfast_protocol::ids::PartyId;
use serde::{Deserialize, Serialize};

use super::problem::ApiError;
use super::take::{Json, Path, Query};
use super::versions::{if_match, stale, versioned};
use super::words;
use crate::access::Viewer;
use crate::app::App;
use crate::clock::Now;
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::parties::{Party, PartyKind, PartyValues};
use crate::store::people::fold;

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<i64>,
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    name: String,
    kind: String,
    #[serde(default)]
    country: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    name: Option<String>,
    kind: Option<String>,
    country: Option<String>,
}

/// A page of a list whose cursor is the number of its last row.
#[derive(Debug, Serialize)]
pub(super) struct Rows<T> {
    pub(super) rows: Vec<T>,
    /// Hand this back as `after` for the next page.
    pub(super) next: Option<i64>,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/parties", get(list).post(create))
        .route("/api/v1/parties/{id}", get(show).patch(change))
}

async fn list(
    State(app): State<Arc<App>>,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Rows<Party>>, ApiError> {
    let kind = asked.kind.as_deref().map(kind).transpose()?;
    let last = match asked.after {
        None => None,
        Some(id) => Some(app.store.party(PartyId(id)).await?.ok_or_else(no_cursor)?),
    };
    let folded = last.as_ref().map(|party| (fold(&party.name), party.id));
    let place = folded.as_ref().map(|(name, id)| (name.as_str(), *id));
    let mut rows = app.store.parties(place, kind, one_more()).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows.last().filter(|_| more).map(|party| party.id.0);
    Ok(Answer(Rows { rows, next }))
}

/// One row more than a page, by which is seen that there is another page.
pub(super) fn one_more() -> i64 {
    i64::try_from(ROWS + 1).unwrap_or(i64::MAX)
}

pub(super) fn no_cursor() -> ApiError {
    ApiError::unusable(
        "The parameter after names nothing here. Hand back `next` of the page before, unchanged.",
    )
}

async fn show(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Response, ApiError> {
    let party = app.store.party(PartyId(id)).await?.ok_or_else(|| ApiError::not_found("party"))?;
    Ok(versioned(StatusCode::OK, party.version, &party))
}

async fn create(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Json(body): Json<NewBody>,
) -> Result<Response, ApiError> {
    let party = make_one(&app, &viewer, (&body.name, &body.kind, &body.country), app.clock.now()).await?;
    Ok(versioned(StatusCode::CREATED, party.version, &party))
}

/// Makes a party of a name, the key of its kind and a country.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request`, `name_taken`.
pub(crate) async fn make_one(
    app: &App,
    viewer: &Viewer,
    wanted: (&str, &str, &str),
    now: Now,
) -> Result<Party, ApiError> {
    let party = app.store.insert_party(&values(wanted)?, now.wall).await.map_err(taken)?;
    audit(app, viewer, Action::PartyNew, party.id).await;
    Ok(party)
}

/// Changes a party that is still at this version.
///
/// # Errors
/// As [`make_one`]; `stale`.
pub(crate) async fn change_one(
    app: &App,
    viewer: &Viewer,
    (id, version): (PartyId, i64),
    wanted: (&str, &str, &str),
    now: Now,
) -> Result<Party, ApiError> {
    let party = app.store.change_party(id, version, &values(wanted)?, now.wall).await.map_err(taken)?;
    audit(app, viewer, Action::PartyChange, id).await;
    Ok(party)
}

fn values((name, kind_key, country): (&str, &str, &str)) -> Result<PartyValues, ApiError> {
    Ok(PartyValues { name: words::name(name)?, kind: kind(kind_key)?, country: words::country(country)? })
}

async fn change(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    headers: HeaderMap,
    Json(body): Json<ChangeBody>,
) -> Result<Response, ApiError> {
    let id = PartyId(id);
    let version = if_match(&headers)?;
    let before = app.store.party(id).await?.ok_or_else(|| ApiError::not_found("party"))?;
    let wanted = (
        body.name.as_deref().unwrap_or(&before.name),
        body.kind.as_deref().unwrap_or(before.kind.key()),
        body.country.as_deref().unwrap_or(&before.country),
    );
    let party = change_one(&app, &viewer, (id, version), wanted, app.clock.now()).await?;
    Ok(versioned(StatusCode::OK, party.version, &party))
}

fn kind(key: &str) -> Result<PartyKind, ApiError> {
    PartyKind::from_key(key).ok_or_else(|| {
        let known: Vec<&str> = PartyKind::ALL.into_iter().map(PartyKind::key).collect();
        ApiError::unusable(format!("The kind {key:?} is none. Write one of: {}.", known.join(", ")))
    })
}

/// A conflict with a row is a name that is taken; without one, the version has moved on.
fn taken(error: StoreError) -> ApiError {
    if matches!(error, StoreError::Conflict(None)) {
        return stale();
    }
    if matches!(error, StoreError::Conflict(Some(_))) {
        return ApiError::new(
            StatusCode::CONFLICT,
            "name_taken",
            "The name is taken",
            "Another of this kind has this name, in these or other capital letters. Take another name.",
        );
    }
    error.into()
}

async fn audit(app: &App, viewer: &Viewer, action: Action, id: PartyId) {
    let (person, thing) = (Some(viewer.person), format!("party {}", id.0));
    let entry = Entry { person, action, thing, outcome: Outcome::Done, reason: String::new() };
    app.audit(entry, app.clock.now()).await;
}
