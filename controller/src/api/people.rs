//! People, as administrators manage them: listed, invited, given roles and a party, locked out and let in again.
//!
//! Enters: names, roles, versions. Leaves: people; the code of an invitation once, in the answer to who made it. Nobody
//! raises their own roles, and the last administrator who may sign in stays. Never sees a password.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use holdfast_protocol::ids::{PartyId, SiteId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::parties::{Rows, no_cursor, one_more};
use super::problem::ApiError;
use super::proposals;
use super::session::new_first_code;
use super::take::{Json, Path, Query};
use super::versions::{if_match, stale, versioned};
use super::words;
use crate::access::{PersonId, Role, Viewer};
use crate::app::App;
use crate::clock::Now;
use crate::proposal::{Change, Membership, ProposalId};
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::invitations::{Invitation, Invited};
use crate::store::members::{Change as Came, Member};
use crate::store::proposals::Filed;

/// How long an invitation holds: a week, so that it outlives a weekend and a trip.
const INVITATION_MS: i64 = 7 * 86_400_000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    name: String,
    party: i64,
    roles: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    party: Option<i64>,
    roles: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    reason: String,
}

/// A person as the API shows them.
#[derive(Debug, Serialize)]
struct View {
    id: PersonId,
    name: String,
    party: PartyId,
    roles: Vec<Role>,
    locked: Option<WallMs>,
    has_password: bool,
    has_second_factor: bool,
    invited_until: Option<WallMs>,
    first_sign_in: Option<WallMs>,
    last_sign_in: Option<WallMs>,
    sessions: u32,
    tokens: u32,
    sites: Vec<SiteId>,
    version: i64,
}

/// An invitation, in the one answer that has its code.
#[derive(Serialize)]
pub(crate) struct Invitations {
    pub(crate) id: PersonId,
    pub(crate) code: String,
    pub(crate) ends: WallMs,
    /// The roles wait for a second person under this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proposal: Option<ProposalId>,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/people", get(list).post(invite))
        .route("/api/v1/people/{id}", get(show).patch(change))
        .route("/api/v1/people/{id}/invite", post(invite_again))
        .route("/api/v1/people/{id}/lock", post(lock))
        .route("/api/v1/people/{id}/unlock", post(unlock))
        .route("/api/v1/people/{id}/sessions/end", post(end_sessions))
        .route("/api/v1/people/{id}/second-factor/remove", post(remove_second_factor))
        .route("/api/v1/people/{id}/sites/{site}", put(assign).delete(unassign))
}

async fn list(
    State(app): State<Arc<App>>,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Rows<View>>, ApiError> {
    let now = app.clock.wall();
    let last = match asked.after {
        None => None,
        Some(id) => Some(app.store.member(PersonId(id), now).await?.ok_or_else(no_cursor)?),
    };
    let place = last.as_ref().map(|member| (member.name.as_str(), member.id));
    let mut members = app.store.members(place, one_more(), now).await?;
    let whole = usize::try_from(one_more()).unwrap_or(usize::MAX);
    let more = members.len() == whole;
    members.truncate(whole.saturating_sub(1));
    let next = members.last().filter(|_| more).map(|member| member.id.0);
    Ok(Answer(Rows { rows: members.into_iter().map(|member| view(member, Vec::new())).collect(), next }))
}

async fn show(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Response, ApiError> {
    shown(&app, PersonId(id)).await
}

async fn shown(app: &App, id: PersonId) -> Result<Response, ApiError> {
    let member = app.store.member(id, app.clock.wall()).await?.ok_or_else(nobody)?;
    let sites = app.store.sites_of_person(id).await?;
    Ok(versioned(StatusCode::OK, member.version, &view(member, sites)))
}

fn view(member: Member, sites: Vec<SiteId>) -> View {
    View {
        id: member.id,
        name: member.name,
        party: member.party,
        roles: member.roles,
        locked: member.locked,
        has_password: member.has_password,
        has_second_factor: member.has_second_factor,
        invited_until: member.invited_until,
        first_sign_in: member.first_sign_in,
        last_sign_in: member.last_sign_in,
        sessions: member.sessions,
        tokens: member.tokens,
        sites,
        version: member.version,
    }
}

async fn invite(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Json(body): Json<InviteBody>,
) -> Result<Response, ApiError> {
    let made =
        invite_new(&app, &viewer, (&body.name, PartyId(body.party), &body.roles), app.clock.now()).await?;
    Ok((StatusCode::CREATED, Answer(made)).into_response())
}

/// Invites a new person by name, party and keys of roles.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request`, `name_taken`.
pub(crate) async fn invite_new(
    app: &App,
    viewer: &Viewer,
    (name, party, keys): (&str, PartyId, &[String]),
    now: Now,
) -> Result<Invitations, ApiError> {
    let (name, roles) = (words::name(name)?, roles(keys)?);
    let (code, invitation) = invitation(viewer, now)?;
    // Without roles until these are given as any others are: what gives exact places takes two people.
    let invited = Invited { name: &name, party, roles: &[] };
    let id = app.store.invite(&invited, invitation, now.wall).await.map_err(unfit)?;
    let (from, to) = (Membership { party, roles: Vec::new() }, Membership { party, roles });
    let filed =
        proposals::file(app, viewer.person, &Change::Member { person: id, from, to }, None, now).await?;
    done(app, viewer, Action::PersonInvite, id, proposals::said(&filed)).await;
    let proposal = waiting(&filed);
    Ok(Invitations { id, code, ends: invitation.ends, proposal })
}

async fn invite_again(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<Response, ApiError> {
    let made = invite_once_more(&app, &viewer, PersonId(id), app.clock.now()).await?;
    Ok((StatusCode::CREATED, Answer(made)).into_response())
}

/// Invites a person again, to choose a new password.
///
/// # Errors
/// `not_found`; what the registry says.
pub(crate) async fn invite_once_more(
    app: &App,
    viewer: &Viewer,
    id: PersonId,
    now: Now,
) -> Result<Invitations, ApiError> {
    let (code, invitation) = invitation(viewer, now)?;
    if !app.store.invite_again(id, invitation, now.wall).await? {
        return Err(nobody());
    }
    done(app, viewer, Action::PersonInvite, id, "").await;
    Ok(Invitations { id, code, ends: invitation.ends, proposal: None })
}

fn invitation(viewer: &Viewer, now: Now) -> Result<(String, Invitation), ApiError> {
    let (code, code_sha256) = new_first_code()?;
    Ok((code, Invitation { code_sha256, ends: now.wall.plus_ms(INVITATION_MS), by: viewer.person }))
}

async fn change(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    headers: HeaderMap,
    Json(body): Json<ChangeBody>,
) -> Result<Response, ApiError> {
    let id = PersonId(id);
    let wish = Wish { version: if_match(&headers)?, party: body.party.map(PartyId), roles: body.roles };
    let now = app.clock.now();
    match change_one(&app, &viewer, id, &wish, now).await? {
        Some(proposal) => proposals::waits(&app, &viewer, proposal, now).await,
        None => shown(&app, id).await,
    }
}

/// What a person shall be.
pub(crate) struct Wish {
    /// Made on this version.
    pub(crate) version: i64,
    /// Their party; as it is where none is named.
    pub(crate) party: Option<PartyId>,
    /// Keys of their roles; as they are where none are named.
    pub(crate) roles: Option<Vec<String>>,
}

/// Changes party and roles, or says under which number the change waits for a second person.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request`, `own_roles`, `stale`, `last_administrator`, `not_found`.
pub(crate) async fn change_one(
    app: &App,
    viewer: &Viewer,
    id: PersonId,
    wish: &Wish,
    now: Now,
) -> Result<Option<ProposalId>, ApiError> {
    let before = app.store.member(id, now.wall).await?.ok_or_else(nobody)?;
    let wanted = wish.roles.as_deref().map_or_else(|| Ok(before.roles.clone()), roles)?;
    if id == viewer.person && wanted.iter().any(|role| !before.roles.contains(role)) {
        refused(app, viewer, Action::PersonChange, id, "own roles").await;
        return Err(own_roles());
    }
    let party = wish.party.unwrap_or(before.party);
    let from = Membership { party: before.party, roles: before.roles };
    let change = Change::Member { person: id, from, to: Membership { party, roles: wanted } };
    match proposals::file(app, viewer.person, &change, Some(wish.version), now).await {
        Ok(Filed::Waits(proposal)) => Ok(Some(proposal)),
        Ok(filed) => {
            done(app, viewer, Action::PersonChange, id, proposals::said(&filed)).await;
            Ok(None)
        }
        Err(error) if error.code() == "missing_reference" => Err(no_party()),
        Err(error) => {
            if error.code() == "last_administrator" {
                refused(app, viewer, Action::PersonChange, id, "last administrator").await;
            }
            Err(error)
        }
    }
}

const fn waiting(filed: &Filed) -> Option<ProposalId> {
    match filed {
        Filed::Waits(proposal) => Some(*proposal),
        Filed::Made | Filed::MadeAlone | Filed::Already | Filed::Not(_) => None,
    }
}

/// What is done to a person's way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Let in no more.
    Lock,
    /// Let in again.
    Unlock,
    /// All sessions end.
    EndSessions,
    /// The second factor is taken away.
    RemoveFactor,
}

impl Act {
    /// Whether it asks why.
    #[must_use]
    pub(crate) const fn asks_why(self) -> bool {
        matches!(self, Self::Lock | Self::RemoveFactor)
    }
}

/// Does it.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request` for the reason, `last_administrator`, `not_found`.
pub(crate) async fn act(
    app: &App,
    viewer: &Viewer,
    id: PersonId,
    act: Act,
    reason: &str,
    now: Now,
) -> Result<(), ApiError> {
    let reason = if act.asks_why() { words::reason(reason)? } else { String::new() };
    there(app, id).await?;
    let (action, change) = match act {
        Act::Lock => (Action::PersonLock, app.store.lock_person(id, now.wall).await?),
        Act::Unlock => (Action::PersonUnlock, app.store.unlock_person(id, now.wall).await?),
        Act::EndSessions => {
            app.store.end_sessions_of(id).await?;
            (Action::SessionsEnd, Came::Done)
        }
        Act::RemoveFactor => {
            app.store.delete_second_factor(id).await?;
            (Action::SecondFactorRemove, Came::Done)
        }
    };
    finish_because(app, viewer, action, id, change, &reason).await
}

async fn lock(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, ApiError> {
    act(&app, &viewer, PersonId(id), Act::Lock, &body.reason, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unlock(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    act(&app, &viewer, PersonId(id), Act::Unlock, "", app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_sessions(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    act(&app, &viewer, PersonId(id), Act::EndSessions, "", app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_second_factor(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, ApiError> {
    act(&app, &viewer, PersonId(id), Act::RemoveFactor, &body.reason, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn assign(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((id, site)): Path<(i64, i64)>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    match assign_one(&app, &viewer, PersonId(id), SiteId(site), now).await? {
        Some(proposal) => proposals::waits(&app, &viewer, proposal, now).await,
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// Assigns a site, or says under which number that waits: a field engineer is then shown its exact place after a reason.
///
/// # Errors
/// `not_found`; what the registry says.
pub(crate) async fn assign_one(
    app: &App,
    viewer: &Viewer,
    id: PersonId,
    site: SiteId,
    now: Now,
) -> Result<Option<ProposalId>, ApiError> {
    let change = Change::Assignment { person: id, site };
    let filed = proposals::file(app, viewer.person, &change, None, now).await.map_err(|error| {
        let missing = error.code() == "missing_reference";
        if missing { ApiError::not_found("person or site") } else { error }
    })?;
    if matches!(filed, Filed::Made | Filed::MadeAlone) {
        let reason = format!("site {} {}", site.0, proposals::said(&filed));
        done(app, viewer, Action::SiteAssign, id, reason.trim_end()).await;
    }
    Ok(waiting(&filed))
}

async fn unassign(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((id, site)): Path<(i64, i64)>,
) -> Result<StatusCode, ApiError> {
    unassign_one(&app, &viewer, PersonId(id), SiteId(site)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an assignment back.
///
/// # Errors
/// `not_found`; what the registry says.
pub(crate) async fn unassign_one(
    app: &App,
    viewer: &Viewer,
    id: PersonId,
    site: SiteId,
) -> Result<(), ApiError> {
    if !app.store.unassign_site(id, site).await? {
        return Err(ApiError::not_found("assignment"));
    }
    done(app, viewer, Action::SiteUnassign, id, &format!("site {}", site.0)).await;
    Ok(())
}

async fn there(app: &App, id: PersonId) -> Result<(), ApiError> {
    app.store.member(id, app.clock.wall()).await?.map(|_| ()).ok_or_else(nobody)
}

/// Roles by their keys: at least one, each once.
fn roles(keys: &[String]) -> Result<Vec<Role>, ApiError> {
    let known = || Role::ALL.into_iter().map(Role::key).collect::<Vec<&str>>().join(", ");
    let mut roles = Vec::new();
    for key in keys {
        let role = Role::from_key(key).ok_or_else(|| {
            ApiError::unusable(format!("The role {key:?} is none. Write some of: {}.", known()))
        })?;
        roles.push(role);
    }
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(ApiError::unusable(format!(
            "A person needs at least one role. Write some of: {}.",
            known()
        )));
    }
    Ok(roles)
}

fn nobody() -> ApiError {
    ApiError::not_found("person")
}

fn own_roles() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "own_roles",
        "Nobody raises their own roles",
        "A role that you do not have yet is given to you by another administrator. Ask one, or invite a second one.",
    )
}

fn unfit(error: StoreError) -> ApiError {
    if matches!(error, StoreError::Conflict(_)) {
        return ApiError::new(
            StatusCode::CONFLICT,
            "name_taken",
            "The name is taken",
            "Another person signs in with this name, in these or other capital letters. Take another name.",
        );
    }
    if matches!(error, StoreError::Missing(_)) {
        return no_party();
    }
    error.into()
}

fn no_party() -> ApiError {
    ApiError::unusable("There is no such party. GET /api/v1/parties names what there is.")
}

async fn finish_because(
    app: &App,
    viewer: &Viewer,
    action: Action,
    id: PersonId,
    change: Came,
    reason: &str,
) -> Result<(), ApiError> {
    match change {
        Came::Done => {
            done(app, viewer, action, id, reason).await;
            Ok(())
        }
        Came::Nobody => Err(nobody()),
        Came::Stale => Err(stale()),
        Came::LastAdministrator => {
            refused(app, viewer, action, id, "last administrator").await;
            Err(last_administrator())
        }
    }
}

pub(super) fn last_administrator() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "last_administrator",
        "The last administrator stays",
        "Nobody else could manage this fleet. Make another person administrator, let them sign in once, then do this again.",
    )
}

async fn done(app: &App, viewer: &Viewer, action: Action, id: PersonId, reason: &str) {
    audit(app, viewer, action, id, Outcome::Done, reason).await;
}

async fn refused(app: &App, viewer: &Viewer, action: Action, id: PersonId, reason: &str) {
    audit(app, viewer, action, id, Outcome::Refused, reason).await;
}

async fn audit(app: &App, viewer: &Viewer, action: Action, id: PersonId, outcome: Outcome, reason: &str) {
    let (person, thing) = (Some(viewer.person), format!("person {}", id.0));
    app.audit(Entry { person, action, thing, outcome, reason: reason.to_owned() }, app.clock.now()).await;
}
