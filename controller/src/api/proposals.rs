//! Changes that take two people, over the API: listed, shown, signed, refused, taken back; and the one way by which the other
//! nouns make such a change.
//!
//! Enters: changes of other nouns, reasons. Leaves: what came of them; proposals as this viewer may see them. No program's
//! token signs: the routes have no scope. Decides nothing: that is `proposal`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::parties::{Rows, one_more};
use super::people::last_administrator;
use super::places::too_many;
use super::problem::ApiError;
use super::take::{Json, Path, Query};
use super::versions::stale;
use super::words;
use crate::access::{Grant, PersonId, Shows, Viewer};
use crate::app::App;
use crate::clock::Now;
use crate::inventory::refusal;
use crate::proposal::{
    self, Act, Change, Difference, Proposal, ProposalId, State as Stage, Unfit, WAITING_MAX,
};
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::proposals::{Ended, Filed, Hindrance};

/// What the audit says of a change that one person made because there was nobody to ask.
const ALONE: &str = "alone: nobody else can sign";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<i64>,
    state: Option<Stage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    reason: String,
}

/// Somebody, by name where this viewer may know it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Someone {
    /// Number.
    pub(crate) id: PersonId,
    /// Name.
    pub(crate) name: String,
}

/// A proposal as one viewer sees it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct View {
    pub(crate) id: ProposalId,
    pub(crate) kind: &'static str,
    pub(crate) thing: String,
    pub(crate) state: Stage,
    pub(crate) differences: Vec<Difference>,
    /// What an exact place is wanted for.
    pub(crate) wanted_for: Option<String>,
    pub(crate) made: WallMs,
    pub(crate) ends: WallMs,
    /// Who proposed it; none for a viewer who may not know people.
    pub(crate) by: Option<Someone>,
    /// Whether the viewer proposed it.
    pub(crate) own: bool,
    /// How many others can still sign.
    pub(crate) signers: u64,
    /// Who they are; none for a viewer who may not know people.
    pub(crate) who_can_sign: Option<Vec<Someone>>,
    pub(crate) ended: Option<WallMs>,
    pub(crate) ended_by: Option<Someone>,
    pub(crate) reason: Option<String>,
    /// Whether the viewer can sign it now.
    pub(crate) can_sign: bool,
    #[serde(skip)]
    pub(crate) change: Change,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/proposals", get(list))
        .route("/api/v1/proposals/{id}", get(show))
        .route("/api/v1/proposals/{id}/approve", post(approve))
        .route("/api/v1/proposals/{id}/refuse", post(refuse))
        .route("/api/v1/proposals/{id}/withdraw", post(withdraw))
}

/// Makes a change, or files it as a proposal when it takes two people; what waits is audited here, what is made by the caller.
///
/// # Errors
/// A refusal in the words of the API: `not_found`, `stale`, `last_administrator`, `too_many_showings`,
/// `too_many_proposals`, what the inventory refuses.
pub(crate) async fn file(
    app: &App,
    by: PersonId,
    change: &Change,
    version: Option<i64>,
    now: Now,
) -> Result<Filed, ApiError> {
    let filed = app.store.make_or_propose(change, version, by, now.wall).await.map_err(refusal::donation)?;
    match &filed {
        Filed::Waits(id) => {
            audit(app, by, (Action::ProposalNew, *id), Outcome::Done, &change.thing(), now).await;
            Ok(filed)
        }
        Filed::Made | Filed::MadeAlone | Filed::Already => Ok(filed),
        Filed::Not(hindrance) => Err(match hindrance {
            Hindrance::Nothing => ApiError::not_found(noun(change)),
            Hindrance::Moved => stale(),
            Hindrance::LastAdministrator => last_administrator(),
            Hindrance::NobodyElse => too_many(),
            Hindrance::TooMany => too_many_proposals(),
        }),
    }
}

/// What the audit says beside a change that was made.
pub(crate) const fn said(filed: &Filed) -> &'static str {
    match filed {
        Filed::MadeAlone => ALONE,
        Filed::Made | Filed::Already | Filed::Waits(_) | Filed::Not(_) => "",
    }
}

const fn noun(change: &Change) -> &'static str {
    match change {
        Change::Donation { .. } => "donation",
        Change::Programme { .. } => "programme",
        Change::Member { .. } => "person",
        Change::Assignment { .. } => "person or site",
        Change::SiteParty { .. } | Change::Showing { .. } => "site",
    }
}

/// 202: the change waits; here is where.
///
/// # Errors
/// What the registry says.
pub(crate) async fn waits(
    app: &App,
    viewer: &Viewer,
    id: ProposalId,
    now: Now,
) -> Result<Response, ApiError> {
    let view = one(app, viewer, id, now).await?;
    let mut response = (StatusCode::ACCEPTED, Answer(view)).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/proposals/{}", id.0)) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// A page of the proposals in sight, newest first.
///
/// # Errors
/// What the registry says.
pub(crate) async fn page(
    app: &App,
    viewer: &Viewer,
    after: Option<i64>,
    state: Option<Stage>,
    now: Now,
) -> Result<(Vec<View>, Option<i64>), ApiError> {
    let whose = (viewer.person, &proposal::powers(&viewer.roles));
    let mut found = app.store.proposals(after.map(ProposalId), whose, state, one_more(), now.wall).await?;
    let whole = usize::try_from(one_more()).unwrap_or(usize::MAX);
    let more = found.len() == whole;
    found.truncate(whole.saturating_sub(1));
    let next = found.last().filter(|_| more).map(|last| last.id.0);
    let mut rows = Vec::with_capacity(found.len());
    for proposal in found {
        rows.push(view(app, viewer, proposal, now).await?);
    }
    Ok((rows, next))
}

/// A proposal in sight.
///
/// # Errors
/// `not_found`; what the registry says.
pub(crate) async fn one(app: &App, viewer: &Viewer, id: ProposalId, now: Now) -> Result<View, ApiError> {
    let found = app.store.proposal(id).await?;
    let seen = found.filter(|proposal| proposal.is_seen_by(viewer.person, &viewer.roles));
    view(app, viewer, seen.ok_or_else(nothing)?, now).await
}

async fn view(app: &App, viewer: &Viewer, proposal: Proposal, now: Now) -> Result<View, ApiError> {
    let signers = app.store.signers(&proposal.change, proposal.by).await?;
    let names = app.access.widest(&viewer.roles, Shows::People) == Grant::All;
    let mut who = Vec::new();
    for person in &signers {
        who.extend(someone(app, *person, names, now).await?);
    }
    let ended_by = match proposal.ended_by {
        Some(person) => someone(app, person, names, now).await?,
        None => None,
    };
    let may = proposal::may(&proposal, Act::Approve, viewer.person, &viewer.roles, now.wall);
    let wanted_for = match &proposal.change {
        Change::Showing { reason, .. } => Some(reason.clone()),
        Change::Donation { .. }
        | Change::Programme { .. }
        | Change::Member { .. }
        | Change::Assignment { .. }
        | Change::SiteParty { .. } => None,
    };
    Ok(View {
        id: proposal.id,
        kind: proposal.change.kind(),
        thing: proposal.change.thing(),
        state: proposal.state_at(now.wall),
        wanted_for,
        made: proposal.made,
        ends: proposal.ends,
        by: someone(app, proposal.by, names, now).await?,
        own: proposal.by == viewer.person,
        signers: u64::try_from(signers.len()).unwrap_or(u64::MAX),
        who_can_sign: names.then_some(who),
        ended: proposal.ended,
        ended_by,
        reason: Some(proposal.reason).filter(|reason| !reason.is_empty()),
        can_sign: may.is_ok(),
        differences: proposal.differences,
        change: proposal.change,
    })
}

async fn someone(app: &App, id: PersonId, names: bool, now: Now) -> Result<Option<Someone>, ApiError> {
    if !names {
        return Ok(None);
    }
    let name = app.store.member(id, now.wall).await?.map(|member| member.name).unwrap_or_default();
    Ok(Some(Someone { id, name }))
}

/// Signs, refuses or takes back; signing and refusing ask why.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request` for the reason, `not_found`, `own_proposal`, `gains_by_it`,
/// `not_yours_to_sign`, `not_your_proposal`, `proposal_over`, `overtaken`.
pub(crate) async fn end(
    app: &App,
    viewer: &Viewer,
    id: ProposalId,
    act: Act,
    reason: &str,
    now: Now,
) -> Result<(), ApiError> {
    let action = match act {
        Act::Approve => Action::ProposalApprove,
        Act::Refuse => Action::ProposalRefuse,
        Act::Withdraw => Action::ProposalWithdraw,
    };
    let reason = if act == Act::Withdraw { String::new() } else { words::reason(reason)? };
    let ended = app.store.end_proposal(id, act, viewer.person, &reason, now.wall).await?;
    let by = viewer.person;
    let refused = |code| audit(app, by, (action, id), Outcome::Refused, code, now);
    match ended {
        Ended::Done(proposal) => {
            audit(app, by, (action, id), Outcome::Done, &reason, now).await;
            if act == Act::Approve {
                made(app, &proposal, by, now).await;
            }
            Ok(())
        }
        Ended::Overtaken(_) => {
            refused("overtaken").await;
            Err(overtaken())
        }
        Ended::Unfit(_, unfit) => {
            let error = unfitting(unfit);
            refused(error.code()).await;
            Err(error)
        }
        Ended::Nothing => Err(nothing()),
    }
}

/// The change itself, under its own name in the audit log, by who proposed it.
async fn made(app: &App, proposal: &Proposal, by: PersonId, now: Now) {
    let action = match proposal.change {
        Change::Donation { .. } | Change::Programme { .. } => Action::InventoryChange,
        Change::Member { .. } => Action::PersonChange,
        Change::Assignment { .. } => Action::SiteAssign,
        Change::SiteParty { .. } => Action::SiteParty,
        // What is shown is written down when it is shown.
        Change::Showing { .. } => return,
    };
    let entry = Entry {
        person: Some(proposal.by),
        action,
        thing: proposal.change.thing(),
        outcome: Outcome::Done,
        reason: format!("proposal {}, signed by person {}", proposal.id.0, by.0),
    };
    app.audit(entry, now).await;
}

async fn audit(
    app: &App,
    person: PersonId,
    (action, id): (Action, ProposalId),
    outcome: Outcome,
    reason: &str,
    now: Now,
) {
    let thing = format!("proposal {}", id.0);
    app.audit(Entry { person: Some(person), action, thing, outcome, reason: reason.to_owned() }, now).await;
}

async fn list(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Rows<View>>, ApiError> {
    let (rows, next) = page(&app, &viewer, asked.after, asked.state, app.clock.now()).await?;
    Ok(Answer(Rows { rows, next }))
}

async fn show(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<Answer<View>, ApiError> {
    Ok(Answer(one(&app, &viewer, ProposalId(id), app.clock.now()).await?))
}

async fn approve(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    Json(body): Json<ReasonBody>,
) -> Result<Answer<View>, ApiError> {
    ended(&app, &viewer, ProposalId(id), Act::Approve, &body.reason).await
}

async fn refuse(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    Json(body): Json<ReasonBody>,
) -> Result<Answer<View>, ApiError> {
    ended(&app, &viewer, ProposalId(id), Act::Refuse, &body.reason).await
}

async fn withdraw(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<Answer<View>, ApiError> {
    ended(&app, &viewer, ProposalId(id), Act::Withdraw, "").await
}

async fn ended(
    app: &App,
    viewer: &Viewer,
    id: ProposalId,
    act: Act,
    reason: &str,
) -> Result<Answer<View>, ApiError> {
    let now = app.clock.now();
    end(app, viewer, id, act, reason, now).await?;
    Ok(Answer(one(app, viewer, id, now).await?))
}

fn nothing() -> ApiError {
    ApiError::not_found("proposal")
}

fn overtaken() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "overtaken",
        "Overtaken",
        "What this was to change has changed since it was proposed, or who proposed it may no longer change it. Nothing was \
         changed. Propose it again on what is there now.",
    )
}

fn too_many_proposals() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_proposals",
        "Too many proposals wait",
        format!(
            "{WAITING_MAX} proposals of yours wait for a second person. Have some signed, or take some back."
        ),
    )
}

fn unfitting(unfit: Unfit) -> ApiError {
    let forbidden = |code, title, detail| ApiError::new(StatusCode::FORBIDDEN, code, title, detail);
    match unfit {
        Unfit::Ended(_) => ApiError::new(
            StatusCode::CONFLICT,
            "proposal_over",
            "The proposal is over",
            "It was signed, refused, taken back or overtaken, or nobody signed it in time. Nothing was changed now.",
        ),
        Unfit::Own => forbidden(
            "own_proposal",
            "Your own proposal",
            "A second person signs or refuses it. You can take it back.",
        ),
        Unfit::Gains => forbidden(
            "gains_by_it",
            "You gain by it",
            "The change gives you more, so somebody else signs it. If nobody else can, invite another administrator.",
        ),
        Unfit::NoPower => forbidden(
            "not_yours_to_sign",
            "Not yours to sign",
            "Whoever could make the change can sign it, and your roles could not.",
        ),
        Unfit::NotTheirs => forbidden(
            "not_your_proposal",
            "Not your proposal",
            "Only who proposed it takes it back. You can refuse it, if your roles can sign it.",
        ),
    }
}
