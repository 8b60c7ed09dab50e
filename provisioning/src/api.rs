//! Shapes of the controller's JSON API that both the controller and the `holdfast` command use, so that they cannot drift.
//!
//! Enters and leaves: JSON of `/api/v1/tickets` and `/api/v1/session`. Fields are only ever added: readers pass over what
//! they do not know, except in requests, where an unknown field is a mistake worth naming.

use std::fmt;

use holdfast_protocol::ids::NodeId;
use serde::{Deserialize, Serialize};

/// `POST /api/v1/tickets`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TicketRequest {
    /// Code name of the site where the node will work; made when there is none of that name. Empty for none.
    pub site: String,
    /// ADM1 region of a site that is made, ISO 3166-2 (`UA-63`); empty for unknown.
    pub region: String,
    /// Serial of the item it is meant for; empty for any.
    pub serial: String,
    /// How long it holds, in seconds; 0 for the default, [`VALID_S_DEFAULT`].
    pub valid_s: u64,
    /// Whether a person must approve the node.
    pub approval: bool,
}

/// How long a ticket holds when nothing else is asked: a day.
pub const VALID_S_DEFAULT: u64 = 86_400;

/// Its answer. The one time that the ticket is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketIssued {
    /// Names it in lists.
    pub id: String,
    /// The id as people read it.
    pub shown: String,
    /// The ticket's text, secret included.
    pub ticket: String,
    /// When it ends, seconds since 1970.
    pub expires_s: u64,
}

impl fmt::Debug for TicketIssued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketIssued").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where a ticket stands, as lists show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketWord {
    /// Nobody has shown it yet.
    Open,
    /// Its node waits to be approved.
    Waiting,
    /// Approved; the node gets its certificate when it asks again.
    Approved,
    /// Spent.
    Used,
    /// Taken back.
    Revoked,
    /// Its time ended before anybody showed it.
    Expired,
}

/// One row of `GET /api/v1/tickets`. The secret is not in it; nobody can read it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRow {
    /// Names it.
    pub id: String,
    /// The id as people read it.
    pub shown: String,
    /// Where it stands.
    pub state: TicketWord,
    /// Serial it is meant for; empty for any.
    pub serial: String,
    /// Code name of its site.
    pub site: Option<String>,
    /// Whether a person must approve.
    pub approval: bool,
    /// When it was issued, milliseconds since 1970.
    pub issued_ms: i64,
    /// When it ends, milliseconds since 1970.
    pub expires_ms: i64,
    /// The code of the node that showed it.
    pub code: Option<String>,
    /// The node that came of it.
    pub node: Option<NodeId>,
    /// How often another key showed it: somebody has a copy.
    pub other_keys: u32,
}

/// `GET /api/v1/tickets?after=`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketPage {
    /// The rows.
    pub rows: Vec<TicketRow>,
    /// Hand this back as `after` for the next page.
    pub next: Option<String>,
}

/// A refusal: RFC 9457 problem document. Fields that this program does not need are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// What failed, in a few words.
    pub title: String,
    /// What failed, why, and what to do.
    pub detail: String,
    /// Names the request in the controller's log.
    pub request_id: String,
}
