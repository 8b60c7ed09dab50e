//! Why a node is not enrolled: each cause that a field engineer would treat differently, with its stable code.
//!
//! Enters: causes. Leaves: problem documents that say what failed, why, and what to do. Never repeats what was sent.

use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use holdfast_protocol::enrolment::{REQUEST_BYTES_MAX, SERIAL_BYTES_MAX, SERIALS_MAX};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::ticket::TicketError;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::AuthorityError;
use holdfast_provisioning::csr::CsrError;
use holdfast_provisioning::words::utc;

use crate::api::problem::ApiError;
use crate::store::StoreError;

/// What to do about a ticket that will never be good.
const NEW: &str = "Ask for a new one: `holdfast ticket new`.";

/// A refusal, or a failure of the controller itself.
#[derive(Debug)]
pub enum Refusal {
    /// The body is too large, or was cut.
    Body(StatusCode),
    /// The body is not the JSON that is expected.
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Too many serials, or too long ones.
    Serials,
    /// Not a ticket.
    Unreadable(TicketError),
    /// Not signed by this fleet, or changed since.
    Altered,
    /// Signed, but the registry does not have it.
    Unknown,
    /// Taken back.
    Revoked,
    /// Its time is over.
    Expired {
        /// When it ended.
        expired: WallMs,
        /// What the controller's clock says.
        now: WallMs,
    },
    /// Another key was first.
    Used {
        /// The node that came of it, if it is one yet.
        node: Option<NodeId>,
    },
    /// The key belongs to a node already.
    KeyKnown {
        /// Which.
        node: NodeId,
    },
    /// The node that came of this ticket has been revoked.
    NodeRevoked {
        /// Which.
        node: NodeId,
    },
    /// The certificate request.
    Csr(CsrError),
    /// Too many refusals for this address.
    TooMany {
        /// Seconds to wait.
        wait_s: u32,
    },
    /// The registry failed.
    Store(StoreError),
    /// The authority failed.
    Authority(AuthorityError),
    /// No random bytes, or no free id.
    Random,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AuthorityError> for Refusal {
    fn from(error: AuthorityError) -> Self {
        Self::Authority(error)
    }
}

impl From<CsrError> for Refusal {
    fn from(error: CsrError) -> Self {
        Self::Csr(error)
    }
}

impl Refusal {
    /// Of a body that could not be read whole.
    #[must_use]
    pub fn of_body(rejection: &BytesRejection) -> Self {
        Self::Body(rejection.status())
    }

    /// Of a body that is not the JSON expected. The parser's words are not repeated: they may quote the ticket.
    #[must_use]
    pub fn of_json(error: &serde_json::Error) -> Self {
        Self::Json { line: error.line(), column: error.column() }
    }

    /// Whether the sender's address is to be slowed down for it; what is the controller's own fault is not.
    #[must_use]
    pub const fn counts_against_the_sender(&self) -> bool {
        match self {
            Self::Store(_) | Self::Authority(_) | Self::Random | Self::TooMany { .. } => false,
            Self::Body(_)
            | Self::Json { .. }
            | Self::Serials
            | Self::Unreadable(_)
            | Self::Altered
            | Self::Unknown
            | Self::Revoked
            | Self::Expired { .. }
            | Self::Used { .. }
            | Self::KeyKnown { .. }
            | Self::NodeRevoked { .. }
            | Self::Csr(_) => true,
        }
    }

    /// The answer.
    #[must_use]
    pub fn into_error(self) -> ApiError {
        match self {
            Self::Store(error) if error.is_temporary() => ApiError::unavailable(&error),
            Self::Store(error) => ApiError::internal(&error),
            Self::Authority(error) => ApiError::internal(&error),
            Self::Random => ApiError::internal(&std::io::Error::other("no random bytes or no free node id")),
            Self::TooMany { wait_s } => refuse(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "Too many refused enrolments",
                format!(
                    "This address was refused too often. Wait {wait_s} s and try again with a good ticket."
                ),
            )
            .retry_after(wait_s),
            Self::Unreadable(error) => refuse(
                StatusCode::BAD_REQUEST,
                "ticket_unreadable",
                "The ticket cannot be read",
                error.to_string(),
            ),
            Self::Altered => altered(),
            Self::Unknown => unknown(),
            Self::Revoked => revoked(),
            Self::Expired { expired, now } => ended(expired, now),
            Self::Used { node } => used(node),
            Self::KeyKnown { node } => key_known(node),
            Self::NodeRevoked { node } => node_revoked(node),
            Self::Csr(error) => of_csr(&error),
            Self::Body(status) => of_body(status),
            Self::Json { line, column } => refuse(
                StatusCode::BAD_REQUEST,
                "request_unreadable",
                "The request cannot be read",
                format!(
                    "It is not the JSON of docs/formats/enrolment.md at line {line}, column {column}. Use a `holdfast` \
                     program of this controller's version."
                ),
            ),
            Self::Serials => refuse(
                StatusCode::BAD_REQUEST,
                "serials_too_many",
                "Too many serials",
                format!(
                    "A request names at most {SERIALS_MAX} serials of at most {SERIAL_BYTES_MAX} bytes each."
                ),
            ),
        }
    }
}

fn altered() -> ApiError {
    refuse(
        StatusCode::FORBIDDEN,
        "ticket_altered",
        "The ticket is not genuine",
        format!("This fleet did not sign it, or it was changed since. Scan it again. {NEW}"),
    )
}

fn unknown() -> ApiError {
    refuse(
        StatusCode::FORBIDDEN,
        "ticket_unknown",
        "The ticket is not known",
        format!("It is signed, but this registry does not have it; was an older backup restored? {NEW}"),
    )
}

fn revoked() -> ApiError {
    refuse(
        StatusCode::FORBIDDEN,
        "ticket_revoked",
        "The ticket was taken back",
        format!("A person revoked it. {NEW}"),
    )
}

fn ended(expired: WallMs, now: WallMs) -> ApiError {
    refuse(
        StatusCode::FORBIDDEN,
        "ticket_expired",
        "The ticket has expired",
        format!("It ended {}; the controller's clock says {}. {NEW}", utc(expired), utc(now)),
    )
}

fn used(node: Option<NodeId>) -> ApiError {
    let became = node.map_or_else(String::new, |node| format!(" and is node {} now", node.shown()));
    refuse(
        StatusCode::CONFLICT,
        "ticket_used",
        "The ticket is used",
        format!(
            "Another key showed it first{became}. One ticket makes one node. If this is that node and its key was lost, \
             or if you did not expect this, tell an operator. {NEW}"
        ),
    )
}

fn key_known(node: NodeId) -> ApiError {
    refuse(
        StatusCode::CONFLICT,
        "key_known",
        "The key is a node already",
        format!(
            "This key belongs to node {}. For a second identity run `holdfast enrol --re-enrol`, which makes a new key. \
             The ticket is not spent.",
            node.shown()
        ),
    )
}

fn node_revoked(node: NodeId) -> ApiError {
    refuse(
        StatusCode::FORBIDDEN,
        "node_revoked",
        "The node is revoked",
        format!(
            "Node {} came of this ticket and was revoked since. Run `holdfast enrol --re-enrol` with a new ticket.",
            node.shown()
        ),
    )
}

fn of_csr(error: &CsrError) -> ApiError {
    let (code, title) = match error {
        CsrError::Malformed => ("csr_malformed", "The certificate request cannot be read"),
        CsrError::Signature => ("csr_signature", "The certificate request is not signed by its key"),
        CsrError::KeyType { .. } => ("key_type", "This kind of key is not taken"),
    };
    let detail =
        format!("{error}. Let `holdfast enrol` make the key and the request. The ticket is not spent.");
    refuse(StatusCode::BAD_REQUEST, code, title, detail)
}

fn of_body(status: StatusCode) -> ApiError {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!(
            "A request has at most {REQUEST_BYTES_MAX} bytes. Send only the ticket, the request and serials."
        );
        return refuse(status, "request_too_large", "The request is too large", detail);
    }
    refuse(
        StatusCode::BAD_REQUEST,
        "request_cut",
        "The request was cut",
        "Its body did not arrive whole. Run `holdfast enrol` again; the ticket is not spent.".to_owned(),
    )
}

fn refuse(status: StatusCode, code: &'static str, title: &'static str, detail: String) -> ApiError {
    ApiError::new(status, code, title, detail)
}
