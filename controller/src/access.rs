//! Who sees what: the one table of routes, what each shows, and which roles may have it.
//!
//! Enters: method and path of a matched route, and the viewer that the guard (`api/guard.rs`) found behind the credential.
//! Leaves: a decision. Every answer to a person passes through [`decide`]; a route that is not in [`TABLE`] is refused, so
//! a page that nobody thought about shows nothing. A row lets a role in only as far as the matrix ([`MATRIX`]) grants that
//! role what the row shows; a test compares the two. Never reads a database, never looks at a request's body.

mod matrix;
mod scope;
mod sight;
mod table;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::Method;
use axum::http::request::Parts;
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::api::problem::ApiError;
use crate::store::sessions::End;
use crate::store::tokens::TokenId;
pub use holdfast_protocol::ids::PersonId;
pub use matrix::{Grant, MATRIX, Matrix, Shows};
pub use scope::Scope;
pub use sight::{Sight, Whose};
pub use table::TABLE;

/// Where a signed-in person begins.
pub const START_PATH: &str = "/";
/// Where those begin whose roles do not include the overview.
pub const HOME_PATH: &str = "/home";

/// What a person may be in a fleet.
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

    /// What the shipped matrix grants this role of a kind of thing.
    #[must_use]
    pub fn grant(self, kind: Shows) -> Grant {
        Access::SHIPPED.grant(self, kind)
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        Self::from_key(&key).ok_or_else(|| serde::de::Error::custom("no role of this key"))
    }
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
    /// Puts something in the place of what was there.
    Put,
    /// Changes a part.
    Patch,
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
        } else if method == Method::PUT {
            Some(Self::Put)
        } else if method == Method::PATCH {
            Some(Self::Patch)
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
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get)
    }
}

/// How much of the fleet a route shows to whom it lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    Fleet,
    /// Only the viewer's own to those whose grant is [`Grant::Own`]; its handler narrows the rows by [`Sight`].
    Own,
    /// What it shows only after a reason, which is written down; to those whose grant is [`Grant::Own`] of their own alone.
    Reasoned,
}

impl Reach {
    /// Whether a route of this reach may let in a role with this grant.
    #[must_use]
    pub const fn suits(self, grant: Grant) -> bool {
        match grant {
            Grant::None => false,
            Grant::Own => matches!(self, Self::Own | Self::Reasoned),
            Grant::OnReason => matches!(self, Self::Reasoned),
            Grant::All => true,
        }
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
    /// What it shows to all whom it lets in.
    pub shows: &'static [Shows],
    /// What it shows beside that to those alone whom the matrix grants it; its handler leaves it out for all others.
    pub masked: &'static [Shows],
    /// How much of it.
    pub reach: Reach,
    /// What a program's token has to be made for; without one the route takes no such token.
    pub scope: Option<Scope>,
}

impl Row {
    /// The row, open to programs whose token has this scope.
    #[must_use]
    pub const fn scope(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Whether it stays open to who should have set up a second factor by now: what is open to everybody, their own pages, and
    /// the session.
    #[must_use]
    pub fn is_open_without_second_factor(&self) -> bool {
        let own = |own: &&str| {
            self.path.strip_prefix(*own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        matches!(self.need, Need::Nobody | Need::Metrics)
            || ["/me", "/api/v1/me", "/api/v1/session"].iter().any(own)
    }

    /// The row, narrowed by its handler for those who may see only their own.
    #[must_use]
    pub const fn own(self) -> Self {
        Self { reach: Reach::Own, ..self }
    }

    /// The row, with fields that its handler leaves out for those whom the matrix does not grant them.
    #[must_use]
    pub const fn masked(self, masked: &'static [Shows]) -> Self {
        Self { masked, ..self }
    }

    /// The row of an act that asks why.
    #[must_use]
    pub const fn reasoned(self) -> Self {
        Self { reach: Reach::Reasoned, ..self }
    }

    /// The roles among these by which the row lets a person in.
    pub fn admitting(&self, roles: &[Role]) -> Vec<Role> {
        let admits = |role: &Role| match self.need {
            Need::Nobody | Need::SignedIn => true,
            Need::OneOf(wanted) => wanted.contains(role),
            Need::Metrics => false,
        };
        roles.iter().copied().filter(admits).collect()
    }
}

/// Table and matrix by which a controller decides: the shipped ones; tests of the crawl hand in loosened ones.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// The routes.
    pub table: &'static [Row],
    /// Who may learn what.
    pub matrix: &'static Matrix,
}

impl Access {
    /// What every controller decides by.
    pub const SHIPPED: Self = Self { table: TABLE, matrix: MATRIX };

    /// The row of a matched route.
    #[must_use]
    pub fn row(&self, verb: Verb, path: &str) -> Option<&'static Row> {
        self.table.iter().find(|row| row.verb == verb && row.path == path)
    }

    /// The verbs that a path has; empty for a path that the table does not know.
    #[must_use]
    pub fn verbs(&self, path: &str) -> Vec<Verb> {
        self.table.iter().filter(|row| row.path == path).map(|row| row.verb).collect()
    }

    /// What a role may learn of a kind.
    #[must_use]
    pub fn grant(&self, role: Role, kind: Shows) -> Grant {
        matrix::grant(self.matrix, role, kind)
    }

    /// The widest grant that one of these roles gives of a kind.
    #[must_use]
    pub fn widest(&self, roles: &[Role], kind: Shows) -> Grant {
        roles.iter().map(|role| self.grant(*role, kind)).max().unwrap_or(Grant::None)
    }

    /// What somebody with these roles can make a token for: the scopes of rows that let one of the roles in.
    #[must_use]
    pub fn scopes(&self, roles: &[Role]) -> Vec<Scope> {
        let opens = |scope: &Scope| {
            self.table.iter().any(|row| row.scope == Some(*scope) && !row.admitting(roles).is_empty())
        };
        Scope::ALL.into_iter().filter(opens).collect()
    }

    /// Whether these roles are let in to the live feed: a page of who is not does not ask for it.
    #[must_use]
    pub fn feeds(&self, roles: &[Role]) -> bool {
        self.row(Verb::Get, "/api/v1/live").is_some_and(|row| !row.admitting(roles).is_empty())
    }

    /// Whether these roles open this page: what a menu asks before it offers one.
    #[must_use]
    pub fn opens(&self, roles: &[Role], path: &str) -> bool {
        let row = self.row(Verb::Get, path).filter(|row| row.face == Face::Page);
        row.is_some_and(|row| {
            matches!(row.need, Need::Nobody | Need::SignedIn) || !row.admitting(roles).is_empty()
        })
    }
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

/// By what a viewer is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// They signed in.
    Session(SessionId),
    /// A program of theirs asks, for no more than these scopes.
    Token(TokenId, Vec<Scope>),
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
    /// By what they are known.
    pub by: By,
    /// How that is carried.
    pub kind: SessionKind,
    /// When it ends.
    pub end: End,
    /// Until when they have to have set up a second factor; none where they have one, or nobody presses them.
    pub second_factor_due: Option<WallMs>,
}

impl Viewer {
    /// Their session; none where a program asks by a token.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        match self.by {
            By::Session(session) => Some(session),
            By::Token(..) => None,
        }
    }

    /// Whether a row is within what they are known by: a session opens every row, a token those of its scopes.
    #[must_use]
    pub fn reaches(&self, row: &Row) -> bool {
        match &self.by {
            By::Session(_) => true,
            By::Token(_, scopes) => {
                row.face == Face::Api && row.scope.is_some_and(|scope| scopes.contains(&scope))
            }
        }
    }

    /// Whether the viewer has one of these roles.
    #[must_use]
    pub fn has_one_of(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}

/// What the guard found out about a request before it asks the table.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// The person behind a valid session or token.
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
    /// A program's token that is not made for this.
    OutOfScope,
    /// Signed in, and begins elsewhere: nobody is refused at the door that they were let in by.
    Elsewhere,
}

/// Whether a request may have what a row shows.
#[must_use]
pub fn decide(row: &Row, credentials: Credentials<'_>) -> Decision {
    match (row.need, credentials.viewer) {
        (Need::Nobody, _) => Decision::Allowed,
        (Need::SignedIn | Need::OneOf(_), None) => Decision::SignIn,
        (Need::SignedIn | Need::OneOf(_), Some(viewer)) if !viewer.reaches(row) => Decision::OutOfScope,
        (Need::SignedIn, Some(_)) => Decision::Allowed,
        (Need::OneOf(roles), Some(viewer)) if viewer.has_one_of(roles) => Decision::Allowed,
        (Need::OneOf(_), Some(_)) if row.path == START_PATH => Decision::Elsewhere,
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
