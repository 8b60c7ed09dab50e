//! Exact places of sites: entered, and shown after a reason for five minutes; which party a site is with.
//!
//! Enters: coordinates, reasons. Leaves: a place, to whom the access table lets see it, after the showing was written down
//! and audited. Kept sealed; never in an address, a title, a log or an export. No program's token is shown one.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use holdfast_protocol::ids::{PartyId, SiteId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::problem::ApiError;
use super::proposals;
use super::take::{Json, Path};
use super::words;
use crate::access::{Sight, Viewer};
use crate::app::App;
use crate::clock::Now;
use crate::proposal::{Change, ProposalId};
use crate::query;
use crate::secrets::seal::Purpose;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::places::{REVEALS_AN_HOUR_MAX, Reveal};
use crate::store::proposals::Filed;

/// Longest note to a place: which gate, whom to call.
const NOTE_CHARACTERS_MAX: usize = 200;
/// How long to wait after the last showing of an hour, at most.
const HOUR_S: u32 = 3_600;

/// Where a site is. `Debug` does not say it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// Degrees north, WGS 84.
    pub(crate) latitude: f64,
    /// Degrees east.
    pub(crate) longitude: f64,
    /// What a driver needs beside it.
    #[serde(default)]
    pub(crate) note: String,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place(…)")
    }
}

/// A place that is shown, and until when.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    /// The place.
    #[serde(flatten)]
    pub(crate) place: Place,
    /// When whoever shows it has to hide it again.
    pub(crate) ends: WallMs,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyBody {
    party: Option<i64>,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/sites/{id}/place", put(enter))
        .route("/api/v1/sites/{id}/place/show", post(show_answer))
        .route("/api/v1/sites/{id}/region/show", post(show_region_answer))
        .route("/api/v1/sites/{id}/party", put(set_party))
}

async fn enter(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    sight: Sight,
    Path(id): Path<i64>,
    Json(place): Json<Place>,
) -> Result<StatusCode, ApiError> {
    let (id, now) = (SiteId(id), app.clock.now());
    query::site(&app.fleet, &sight, id, now).await?;
    let place = checked(&place)?;
    let plain = serde_json::to_vec(&place).map_err(|error| ApiError::internal(&error))?;
    let sealed = app.seal.seal(Purpose::Place, id.0, &plain).map_err(|error| ApiError::internal(&error))?;
    app.store.keep_place(id, &sealed, viewer.person, now.wall).await?;
    audit(&app, &viewer, Action::PlaceEnter, id, Outcome::Done, "").await;
    Ok(StatusCode::NO_CONTENT)
}

fn checked(place: &Place) -> Result<Place, ApiError> {
    let within = |value: f64, most: f64| value.is_finite() && (-most..=most).contains(&value);
    if !within(place.latitude, 90.0) {
        return Err(ApiError::unusable(
            "The latitude is none. Write degrees north from -90 to 90, such as 50.4501.",
        ));
    }
    if !within(place.longitude, 180.0) {
        return Err(ApiError::unusable("The longitude is none. Write degrees east from -180 to 180."));
    }
    let note = words::line("note", &place.note, 0, NOTE_CHARACTERS_MAX)?;
    Ok(Place { note, ..place.clone() })
}

async fn show_answer(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    sight: Sight,
    Path(id): Path<i64>,
    Json(body): Json<ReasonBody>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    match show(&app, &viewer, &sight, SiteId(id), &body.reason, now).await? {
        Showing::Shown(shown) => Ok(Answer(shown).into_response()),
        Showing::Waits(proposal) => proposals::waits(&app, &viewer, proposal, now).await,
    }
}

/// What came of asking for a place.
#[derive(Debug)]
pub(crate) enum Showing {
    /// Here it is.
    Shown(Shown),
    /// It is one more than an hour allows, and waits for a second person.
    Waits(ProposalId),
}

/// Shows a place: the reason is checked, the showing written down, then the place is opened.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request` for the reason, `not_found` for what is out of sight, `no_place`,
/// `too_many_showings` where nobody could sign for one more.
pub(crate) async fn show(
    app: &App,
    viewer: &Viewer,
    sight: &Sight,
    id: SiteId,
    reason: &str,
    now: Now,
) -> Result<Showing, ApiError> {
    query::site(&app.fleet, sight, id, now).await?;
    let reason = words::reason(reason)?;
    let (sealed, ends) = match app.store.reveal_place(id, viewer.person, &reason, now.wall).await? {
        Reveal::Shown { sealed, ends } => (sealed, ends),
        Reveal::NoPlace => return Err(no_place()),
        Reveal::TooMany => {
            audit(app, viewer, Action::PlaceShow, id, Outcome::Refused, &reason).await;
            let change = Change::Showing { site: id, reason };
            let filed = proposals::file(app, viewer.person, &change, None, now).await?;
            let Filed::Waits(proposal) = filed else { return Err(too_many()) };
            return Ok(Showing::Waits(proposal));
        }
    };
    audit(app, viewer, Action::PlaceShow, id, Outcome::Done, &reason).await;
    let plain = app.seal.open(Purpose::Place, id.0, &sealed).map_err(|error| ApiError::internal(&error))?;
    let place = serde_json::from_slice(&plain).map_err(|_| ApiError::internal(&Unreadable))?;
    Ok(Showing::Shown(Shown { place, ends }))
}

/// Instead of the parser's error, which would quote the place.
#[derive(Debug, thiserror::Error)]
#[error("a sealed place opens and cannot be read")]
struct Unreadable;

fn no_place() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "no_place",
        "No place is known",
        "Nobody has entered the exact place of this site. An administrator or operator can.",
    )
}

pub(super) fn too_many() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_showings",
        "Too many places within the hour",
        format!(
            "You were shown {REVEALS_AN_HOUR_MAX} exact places within the hour. Ask another person who may see them, or \
             wait until an hour has passed since the first of these."
        ),
    )
    .retry_after(HOUR_S)
}

/// A site as an auditor is shown it: no nearer than its region.
#[derive(Debug, Serialize)]
pub(crate) struct Region {
    /// Code name.
    pub(crate) site: String,
    /// ADM1, ISO 3166-2, or empty.
    pub(crate) region: String,
    /// Who works there.
    pub(crate) party: Option<String>,
}

async fn show_region_answer(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    Json(body): Json<ReasonBody>,
) -> Result<Answer<Region>, ApiError> {
    Ok(Answer(show_region(&app, &viewer, SiteId(id), &body.reason).await?))
}

/// Shows the region of a site: the reason is checked, the showing written down, then it is read.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request` for the reason, `not_found`.
pub(crate) async fn show_region(
    app: &App,
    viewer: &Viewer,
    id: SiteId,
    reason: &str,
) -> Result<Region, ApiError> {
    let reason = words::reason(reason)?;
    let site = app.store.site(id).await?.ok_or_else(|| ApiError::not_found("site"))?;
    audit(app, viewer, Action::RegionShow, id, Outcome::Done, &reason).await;
    let party = match app.store.site_party(id).await? {
        Some(party) => app.store.party(party).await?,
        None => None,
    };
    Ok(Region { site: site.name, region: site.region, party: party.map(|party| party.name) })
}

async fn set_party(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    Json(body): Json<PartyBody>,
) -> Result<Response, ApiError> {
    let (id, party, now) = (SiteId(id), body.party.map(PartyId), app.clock.now());
    let change = Change::SiteParty { site: id, from: app.store.site_party(id).await?, to: party };
    let filed = proposals::file(&app, viewer.person, &change, None, now).await.map_err(|error| {
        let missing = error.code() == "missing_reference";
        if missing { ApiError::unusable("There is no such party.") } else { error }
    })?;
    if let Filed::Waits(proposal) = filed {
        return proposals::waits(&app, &viewer, proposal, now).await;
    }
    let to = party.map_or_else(|| "no party".to_owned(), |party| format!("party {}", party.0));
    let reason = format!("{to} {}", proposals::said(&filed));
    audit(&app, &viewer, Action::SiteParty, id, Outcome::Done, reason.trim_end()).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn audit(app: &App, viewer: &Viewer, action: Action, id: SiteId, outcome: Outcome, reason: &str) {
    let (person, thing) = (Some(viewer.person), format!("site {}", id.0));
    app.audit(Entry { person, action, thing, outcome, reason: reason.to_owned() }, app.clock.now()).await;
}
