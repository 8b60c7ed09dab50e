//! Tickets: made, listed, taken back, and nodes that wait for a person's approval.
//!
//! Enters: what a ticket shall be for. Leaves: the ticket's text once, in the answer to who made it; afterwards only its id
//! and state. Never logs a ticket.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use holdfast_protocol::ids::SiteId;
use holdfast_protocol::ticket::Approval;
use holdfast_provisioning::api::{TicketIssued, TicketPage, TicketRequest, VALID_S_DEFAULT};
use holdfast_provisioning::ticket::IssueError;
use serde::Deserialize;

use super::problem::ApiError;
use super::take::{Json, Path, Query};
use crate::access::Viewer;
use crate::app::App;
use crate::clock::Now;
use crate::enrol::{IssueTicketError, NewTicket};
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::sites::SiteRecord;
use crate::store::tickets::{TicketId, TicketState};

/// Longest code name of a site, in characters.
const SITE_CHARACTERS_MAX: usize = 64;
/// Longest region: `UA-63` has 5; ISO 3166-2 codes have at most 6 characters.
const REGION_CHARACTERS_MAX: usize = 6;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<String>,
    state: Option<Wanted>,
}

/// Which tickets a list is narrowed to.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Waiting,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproveBody {
    code: String,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/tickets", get(list).post(create))
        .route("/api/v1/tickets/approve", post(approve))
        .route("/api/v1/tickets/{id}/revoke", post(revoke))
}

async fn list(
    State(app): State<Arc<App>>,
    Query(query): Query<ListQuery>,
) -> Result<Answer<TicketPage>, ApiError> {
    let after = query.after.as_deref().map(ticket_id).transpose()?;
    let now = app.clock.wall();
    let page = match query.state {
        None => app.enrolment.ticket_page(after, now).await?,
        Some(Wanted::Waiting) => app.enrolment.waiting_page(now).await?,
    };
    Ok(Answer(page))
}

async fn create(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Json(wish): Json<TicketRequest>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    check_site(&wish)?;
    let new = NewTicket {
        site: site(&app, &wish, now).await?,
        serial: wish.serial.trim().to_owned(),
        valid_for_s: if wish.valid_s == 0 { VALID_S_DEFAULT } else { wish.valid_s },
        approval: if wish.approval { Approval::Needed } else { Approval::Automatic },
    };
    let signed = app.enrolment.issue_ticket(new, now.wall).await.map_err(refusal)?;
    let id = TicketId(signed.ticket.id);
    audit(&app, &viewer, Action::TicketNew, id, now).await;
    let issued = TicketIssued {
        id: id.to_string(),
        shown: id.shown(),
        ticket: signed.text(),
        expires_s: signed.ticket.expires_s,
    };
    Ok((StatusCode::CREATED, Answer(issued)).into_response())
}

async fn revoke(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = ticket_id(&id)?;
    let now = app.clock.now();
    match app.enrolment.revoke_ticket(id, now.wall).await? {
        None => Err(ApiError::not_found("ticket")),
        Some(TicketState::Used { node, .. }) => Err(ApiError::new(
            StatusCode::CONFLICT,
            "ticket_used",
            "The ticket is spent",
            format!(
                "The ticket was used by node {} and cannot be taken back. To shut the node out, revoke the node.",
                node.shown()
            ),
        )),
        // Taken back before: the same answer, so that a repeated request does no harm.
        Some(TicketState::Revoked { .. }) => Ok(StatusCode::NO_CONTENT),
        Some(TicketState::Open | TicketState::Waiting(_) | TicketState::Approved(_)) => {
            audit(&app, &viewer, Action::TicketRevoke, id, now).await;
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

async fn approve(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Json(body): Json<ApproveBody>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let approved = app.enrolment.approve(&body.code).await?;
    let thing = if approved { format!("code {}", body.code.trim()) } else { "code".to_owned() };
    let outcome = if approved { Outcome::Done } else { Outcome::Refused };
    let person = Some(viewer.person);
    app.audit(Entry { person, action: Action::TicketApprove, thing, outcome, reason: String::new() }, now)
        .await;
    if approved {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiError::new(
        StatusCode::NOT_FOUND,
        "code_unknown",
        "No node waits under this code",
        "No node waits for approval under this code, such as 7K2M-9QXD. Compare it with what the node shows; do not \
         approve another.",
    ))
}

async fn audit(app: &App, viewer: &Viewer, action: Action, id: TicketId, now: Now) {
    let thing = format!("ticket {}", id.shown());
    let person = Some(viewer.person);
    app.audit(Entry { person, action, thing, outcome: Outcome::Done, reason: String::new() }, now).await;
}

fn ticket_id(text: &str) -> Result<TicketId, ApiError> {
    text.parse().map_err(|error| ApiError::unusable(format!("{error}.")))
}

fn check_site(wish: &TicketRequest) -> Result<(), ApiError> {
    let (name, region) = (wish.site.trim(), wish.region.trim());
    if name.chars().count() > SITE_CHARACTERS_MAX || name.chars().any(char::is_control) {
        return Err(ApiError::unusable(format!(
            "The code name of the site cannot be taken. Write at most {SITE_CHARACTERS_MAX} characters on one line, and \
             no name of a town."
        )));
    }
    let fits = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if region.chars().count() > REGION_CHARACTERS_MAX || !region.chars().all(fits) {
        return Err(ApiError::unusable(
            "The region is an ISO 3166-2 code, such as UA-63; leave it out if unknown.",
        ));
    }
    if name.is_empty() && !region.is_empty() {
        return Err(ApiError::unusable(
            "A region needs a site; give the site's code name too, or leave both out.",
        ));
    }
    Ok(())
}

/// The site of this code name, made when there is none.
async fn site(app: &Arc<App>, wish: &TicketRequest, now: Now) -> Result<Option<SiteId>, ApiError> {
    let (name, region) = (wish.site.trim().to_owned(), wish.region.trim().to_owned());
    if name.is_empty() {
        return Ok(None);
    }
    // In a task of its own: a client that hangs up must not leave a site on disk that the fleet does not know.
    let whole = tokio::spawn(site_whole(Arc::clone(app), name, region, now));
    whole.await.map_err(|error| ApiError::internal(&error))?.map(Some)
}

async fn site_whole(app: Arc<App>, name: String, region: String, now: Now) -> Result<SiteId, ApiError> {
    let site = match app.store.site_by_name(&name).await? {
        Some(site) => known(site, &region)?,
        None => match app.store.insert_site(&name, &region, now.wall).await {
            Ok(site) => site,
            // Somebody else has just made it.
            Err(StoreError::Conflict(_)) => match app.store.site_by_name(&name).await? {
                Some(site) => known(site, &region)?,
                None => return Err(ApiError::not_found("site")),
            },
            Err(error) => return Err(error.into()),
        },
    };
    let id = site.id;
    // Told again of a site that was there before: whoever made it may have been stopped before the telling.
    app.fleet.site_made(site);
    Ok(id)
}

/// A site that is there already, unless it is wanted with another region.
fn known(site: SiteRecord, region: &str) -> Result<SiteRecord, ApiError> {
    if !region.is_empty() && region != site.region {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "region_differs",
            "The site has another region",
            format!(
                "The site {} is there already, with region {:?}. Leave the region out, or take another code name.",
                site.name, site.region
            ),
        ));
    }
    Ok(site)
}

fn refusal(error: IssueTicketError) -> ApiError {
    match error {
        IssueTicketError::Unusable(why @ (IssueError::Serial { .. } | IssueError::Life { .. })) => {
            ApiError::unusable(format!("{why}."))
        }
        IssueTicketError::Unusable(why @ (IssueError::UrlCount { .. } | IssueError::Url { .. })) => {
            ApiError::new(
                StatusCode::CONFLICT,
                "ticket_urls",
                "The controller does not know its own address",
                format!("{why}. Set tickets.urls or server.names in the controller's configuration."),
            )
        }
        IssueTicketError::Unusable(why @ IssueError::Random) => ApiError::internal(&why),
        IssueTicketError::Site => ApiError::not_found("site"),
        IssueTicketError::Store(error) => error.into(),
    }
}
