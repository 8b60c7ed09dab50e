//! Who sees what: the one table of routes, what each shows, and which roles may have it.
//!
//! Enters: method and path of a matched route, and the viewer that the guard (`api/guard.rs`) found behind the credential.
//! Leaves: a decision. Every answer to a person passes through [`decide`]; a route that is not in [`TABLE`] is refused, so
//! a page that nobody thought about shows nothing. Never reads a database, never looks at a request's body.

mod table;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::Method;
use axum::http::request::Parts;
use holdfast_protocol::time::WallMs;
use serde::{Serialize, Serializer};

use crate::api::problem::ApiError;
pub use holdfast_protocol::ids::PersonId;
pub use table::TABLE;

/// What a person may be in a fleet. In this version only an administrator can be made; the table stands for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// People, roles, policies, keys; sees all but exact places.
    Administrator,
    /// Watches the fleet and acts on incidents.
    Operator,
    /// Brings nodes to life.
    FieldEngineer,
    /// Programmes, donations, needs, shipments.
    BackOffice,
    /// Has items in custody.
    Recipient,
    /// Gave items.
    Donor,
    /// Inspects.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Administrator,
        Self::Operator,
        Self::FieldEngineer,
        Self::BackOffice,
        Self::Recipient,
        Self::Donor,
        Self::Auditor,
    ];

    /// Its stable key in the database and in API answers.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::FieldEngineer => "field_engineer",
            Self::BackOffice => "back_office",
            Self::Recipient => "recipient",
            Self::Donor => "donor",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// Whether this role may learn this kind of thing of the whole fleet. What a role may see of its own items or sites
    /// only (field engineer, recipient, donor) is not in here: such a route has to filter its rows and say so.
    #[must_use]
    pub const fn sees(self, kind: Shows) -> bool {
        match kind {
            Shows::Nothing | Shows::Program | Shows::OwnSession => true,
            Shows::Region => matches!(self, Self::Administrator | Self::Operator | Self::BackOffice),
            Shows::NodeHealth | Shows::Addresses => matches!(self, Self::Administrator | Self::Operator),
            Shows::Tickets => matches!(self, Self::Administrator | Self::FieldEngineer),
            Shows::Controller => matches!(self, Self::Administrator | Self::Operator),
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

/// What an answer shows. An exact place is not among them: no route of this version has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shows {
    /// Style, script, forms: the same for everybody.
    Nothing,
    /// That the program runs, and which version.
    Program,
    /// The viewer's own name, roles and session.
    OwnSession,
    /// Code name and region of sites.
    Region,
    /// State and readings of nodes, with outage times, which betray a place to who knows the grid.
    NodeHealth,
    /// Names of interfaces and networks.
    Addresses,
    /// Tickets: who may join the fleet.
    Tickets,
    /// How the controller itself is.
    Controller,
}

/// What a request has to bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nobody,
    /// A signed-in person of any role.
    SignedIn,
    /// A signed-in person with one of these roles.
    OneOf(&'static [Role]),
    /// The loopback listener, or the metrics token.
    Metrics,
}

/// How a refusal is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Pages: sent to the sign-in page and back.
    Page,
    /// API: problem+json.
    Api,
    /// Enrolment, probes, metrics: problem+json, and no browser is expected.
    Machine,
}

/// The methods that routes have; HEAD counts as GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes.
    Post,
    /// Ends.
    Delete,
}

impl Verb {
    /// The verb of a method, if routes may have it at all.
    #[must_use]
    pub fn of(method: &Method) -> Option<Self> {
        if method == Method::GET || method == Method::HEAD {
            Some(Self::Get)
        } else if method == Method::POST {
            Some(Self::Post)
        } else if method == Method::DELETE {
            Some(Self::Delete)
        } else {
            None
        }
    }

    /// Its name in HTTP.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get)
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Method.
    pub verb: Verb,
    /// Path as it is given to the router.
    pub path: &'static str,
    /// How it refuses.
    pub face: Face,
    /// Who may have it.
    pub need: Need,
    /// What it shows.
    pub shows: &'static [Shows],
}

/// The row of a matched route.
#[must_use]
pub fn row(verb: Verb, path: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.verb == verb && row.path == path)
}

/// The verbs that a path has; empty for a path that the table does not know.
#[must_use]
pub fn verbs(path: &str) -> Vec<Verb> {
    TABLE.iter().filter(|row| row.path == path).map(|row| row.verb).collect()
}

/// A session's number in the registry; not secret, its token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SessionId(pub i64);

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A browser, by cookie.
    Browser,
    /// The terminal or a script, by bearer token.
    Tool,
}

/// The signed-in person behind a request. As an extractor it refuses a request without one (401, or the sign-in page);
/// `Option<Viewer>` takes both. The roles were already checked against the table when a handler runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub person: PersonId,
    /// The name they sign in with.
    pub name: String,
    /// What they may be.
    pub roles: Vec<Role>,
    /// By which session.
    pub session: SessionId,
    /// How that session is carried.
    pub kind: SessionKind,
    /// When the session ends at the latest.
    pub ends: WallMs,
}

impl Viewer {
    /// Whether the viewer has one of these roles.
    #[must_use]
    pub fn has_one_of(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}

/// What the guard found out about a request before it asks the table.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// The person behind a valid session.
    pub viewer: Option<&'a Viewer>,
    /// Whether the request may read metrics: it came in on loopback, or carries their token.
    pub metrics: bool,
}

/// The table's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allowed,
    /// Sign in first.
    SignIn,
    /// Signed in, and not for this role.
    Forbidden,
}

/// Whether a request may have what a row shows.
#[must_use]
pub fn decide(row: &Row, credentials: Credentials<'_>) -> Decision {
    match (row.need, credentials.viewer) {
        (Need::Nobody, _) | (Need::SignedIn, Some(_)) => Decision::Allowed,
        (Need::SignedIn | Need::OneOf(_), None) => Decision::SignIn,
        (Need::OneOf(roles), Some(viewer)) if viewer.has_one_of(roles) => Decision::Allowed,
        (Need::OneOf(_), Some(_)) => Decision::Forbidden,
        (Need::Metrics, _) if credentials.metrics => Decision::Allowed,
        (Need::Metrics, _) => Decision::SignIn,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::sign_in)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Viewer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
