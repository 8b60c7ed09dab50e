//! Tickets: who may join the fleet. A ticket's secret is never stored, only its hash.
//!
//! Enters: ids, hashes, keys. Leaves: [`TicketRecord`], whose state owns what exists only then. What changes a state takes
//! the caller's transaction, so that a ticket is spent and its node added together or not at all.

use std::fmt;
use std::str::FromStr;

use holdfast_protocol::ids::{IdError, NodeId, SiteId, base32, from_base32};
use holdfast_protocol::ticket::{Approval, shown_id};
use holdfast_protocol::time::WallMs;
use sqlx::{FromRow, SqliteConnection};

use super::{Store, StoreError};

/// Names a ticket in lists, addresses and logs; not secret. Written as 13 characters of Crockford base32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub [u8; 8]);

impl TicketId {
    /// As people read it: the first eight characters in groups of four.
    #[must_use]
    pub fn shown(self) -> String {
        shown_id(&self.0)
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32(&self.0))
    }
}

impl FromStr for TicketId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = || IdError {
            what: "ticket id",
            form: "13 characters of 0-9 and a-z without i, l, o, u, as `holdfast ticket list` shows",
            text: text.chars().take(40).collect(),
        };
        let bytes = from_base32(text, 13).ok_or_else(error)?;
        bytes.try_into().map(Self).map_err(|_| error())
    }
}

/// A ticket as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// Which.
    pub id: TicketId,
    /// Hash of its secret (`holdfast_provisioning::ticket::secret_hash`).
    pub secret_hash: [u8; 32],
    /// Serial of the item it is meant for; empty for any.
    pub serial: String,
    /// Site of the node that comes with it.
    pub site: Option<SiteId>,
    /// Whether a person must approve.
    pub approval: Approval,
    /// When it was issued.
    pub issued: WallMs,
    /// When it ends.
    pub expires: WallMs,
    /// Where it stands.
    pub state: TicketState,
    /// How often a key other than the first showed it: somebody has a copy.
    pub other_keys: u32,
}

/// The life of a ticket. `Used` and `Revoked` are final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketState {
    /// Nobody has shown it yet.
    Open,
    /// A key has shown it and a person has to approve.
    Waiting(Claim),
    /// A person has approved; the node gets its certificate when it asks again.
    Approved(Claim),
    /// Spent. Final.
    Used {
        /// Who showed it.
        claim: Claim,
        /// Which node came of it.
        node: NodeId,
        /// When.
        at: WallMs,
        /// The certificate, PEM, given again to the same key.
        certificate_pem: String,
    },
    /// Taken back before it was spent. Final.
    Revoked {
        /// When.
        at: WallMs,
    },
}

/// The key that showed a ticket first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// SHA-256 of the public key (SubjectPublicKeyInfo, DER).
    pub key_sha256: [u8; 32],
    /// The code that node and controller show.
    pub code: String,
    /// When it first asked.
    pub since: WallMs,
}

#[derive(FromRow)]
struct Row {
    id: Vec<u8>,
    secret_hash: Vec<u8>,
    serial: String,
    site_id: Option<i64>,
    approval: String,
    issued_ms: i64,
    expires_ms: i64,
    state: String,
    key_sha256: Option<Vec<u8>>,
    code: Option<String>,
    claimed_ms: Option<i64>,
    node_id: Option<String>,
    used_ms: Option<i64>,
    certificate_pem: Option<String>,
    revoked_ms: Option<i64>,
    other_keys: i64,
}

impl Store {
    /// Keeps a new, open ticket.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id is there already.
    pub async fn insert_ticket(&self, ticket: &TicketRecord) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO tickets (id, secret_hash, serial, site_id, approval, issued_ms, expires_ms, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')",
        )
        .bind(ticket.id.0.as_slice())
        .bind(ticket.secret_hash.as_slice())
        .bind(ticket.serial.as_str())
        .bind(ticket.site.map(|site| site.0))
        .bind(approval_word(ticket.approval))
        .bind(ticket.issued.0)
        .bind(ticket.expires.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tickets, newest first, behind `after`, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tickets(
        &self,
        after: Option<TicketId>,
        limit: u32,
    ) -> Result<Vec<TicketRecord>, StoreError> {
        let rows: Vec<Row> = match after {
            None => {
                sqlx::query_as("SELECT * FROM tickets ORDER BY issued_ms DESC, id DESC LIMIT $1")
                    .bind(i64::from(limit))
                    .fetch_all(self.read())
                    .await?
            }
            Some(after) => {
                sqlx::query_as(
                    "SELECT * FROM tickets WHERE (issued_ms, id) < \
                     (SELECT before.issued_ms, before.id FROM tickets AS before WHERE before.id = $1) \
                     ORDER BY issued_ms DESC, id DESC LIMIT $2",
                )
                .bind(after.0.as_slice())
                .bind(i64::from(limit))
                .fetch_all(self.read())
                .await?
            }
        };
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Tickets whose node waits to be approved, longest wait first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waiting_tickets(&self, limit: u32) -> Result<Vec<TicketRecord>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM tickets WHERE state = 'waiting' ORDER BY claimed_ms, id LIMIT $1")
                .bind(i64::from(limit))
                .fetch_all(self.read())
                .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Takes a ticket back. `None` when it is not known; else the state it had before: open, waiting and approved are
    /// revoked now, used and revoked ones stay as they are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_ticket(&self, id: TicketId, now: WallMs) -> Result<Option<TicketState>, StoreError> {
        let mut tx = self.write().await?;
        let Some(ticket) = ticket(&mut tx, id).await? else { return Ok(None) };
        sqlx::query(
            "UPDATE tickets SET state = 'revoked', revoked_ms = $2 \
             WHERE id = $1 AND state IN ('open', 'waiting', 'approved')",
        )
        .bind(id.0.as_slice())
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(ticket.state))
    }

    /// Approves the node that waits under `code` (as shown: `7K2M-9QXD`). `None` when none, or more than one, waits
    /// under it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn approve_waiting(&self, code: &str) -> Result<Option<TicketId>, StoreError> {
        let mut tx = self.write().await?;
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM tickets WHERE state = 'waiting' AND code = $1 LIMIT 2")
                .bind(code)
                .fetch_all(&mut *tx)
                .await?;
        let Ok([row]) = <[Row; 1]>::try_from(rows) else { return Ok(None) };
        let ticket = TicketRecord::try_from(row)?;
        sqlx::query("UPDATE tickets SET state = 'approved' WHERE id = $1 AND state = 'waiting'")
            .bind(ticket.id.0.as_slice())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(ticket.id))
    }
}

/// The ticket of this id, inside a transaction.
///
/// # Errors
/// What the database says.
pub async fn ticket(tx: &mut SqliteConnection, id: TicketId) -> Result<Option<TicketRecord>, StoreError> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM tickets WHERE id = $1")
        .bind(id.0.as_slice())
        .fetch_optional(tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// An open ticket begins to wait for approval under the first key that shows it.
///
/// # Errors
/// [`StoreError::Conflict`] when it is not open.
pub async fn wait_for_approval(
    tx: &mut SqliteConnection,
    id: TicketId,
    claim: &Claim,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE tickets SET state = 'waiting', key_sha256 = $2, code = $3, claimed_ms = $4 \
         WHERE id = $1 AND state = 'open'",
    )
    .bind(id.0.as_slice())
    .bind(claim.key_sha256.as_slice())
    .bind(claim.code.as_str())
    .bind(claim.since.0)
    .execute(tx)
    .await?;
    one(done.rows_affected())
}

/// Spends a ticket. The node must be in the registry already, in the same transaction.
///
/// # Errors
/// [`StoreError::Conflict`] when it is neither open nor approved.
pub async fn spend(
    tx: &mut SqliteConnection,
    id: TicketId,
    claim: &Claim,
    node: NodeId,
    certificate_pem: &str,
    now: WallMs,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE tickets SET state = 'used', key_sha256 = $2, code = $3, claimed_ms = $4, node_id = $5, used_ms = $6, \
         certificate_pem = $7 WHERE id = $1 AND state IN ('open', 'approved')",
    )
    .bind(id.0.as_slice())
    .bind(claim.key_sha256.as_slice())
    .bind(claim.code.as_str())
    .bind(claim.since.0)
    .bind(node.to_string())
    .bind(now.0)
    .bind(certificate_pem)
    .execute(tx)
    .await?;
    one(done.rows_affected())
}

/// Counts a key other than the first that showed this ticket.
///
/// # Errors
/// What the database says.
pub async fn count_other_key(tx: &mut SqliteConnection, id: TicketId) -> Result<(), StoreError> {
    sqlx::query("UPDATE tickets SET other_keys = other_keys + 1 WHERE id = $1 AND other_keys < 1000000")
        .bind(id.0.as_slice())
        .execute(tx)
        .await?;
    Ok(())
}

fn one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict(None)) }
}

const fn approval_word(approval: Approval) -> &'static str {
    match approval {
        Approval::Automatic => "automatic",
        Approval::Needed => "needed",
    }
}

impl TryFrom<Row> for TicketRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let value = |what| StoreError::Value { what };
        let claim = || -> Result<Claim, StoreError> {
            let key = row.key_sha256.clone().ok_or_else(|| value("tickets.key_sha256"))?;
            Ok(Claim {
                key_sha256: key.try_into().map_err(|_| value("tickets.key_sha256"))?,
                code: row.code.clone().ok_or_else(|| value("tickets.code"))?,
                since: WallMs(row.claimed_ms.ok_or_else(|| value("tickets.claimed_ms"))?),
            })
        };
        let state = match row.state.as_str() {
            "open" => TicketState::Open,
            "waiting" => TicketState::Waiting(claim()?),
            "approved" => TicketState::Approved(claim()?),
            "used" => TicketState::Used {
                claim: claim()?,
                node: row
                    .node_id
                    .as_deref()
                    .and_then(|id| id.parse().ok())
                    .ok_or_else(|| value("tickets.node_id"))?,
                at: WallMs(row.used_ms.ok_or_else(|| value("tickets.used_ms"))?),
                certificate_pem: row
                    .certificate_pem
                    .clone()
                    .ok_or_else(|| value("tickets.certificate_pem"))?,
            },
            "revoked" => TicketState::Revoked {
                at: WallMs(row.revoked_ms.ok_or_else(|| value("tickets.revoked_ms"))?),
            },
            _ => return Err(value("tickets.state")),
        };
        let approval = match row.approval.as_str() {
            "automatic" => Approval::Automatic,
            "needed" => Approval::Needed,
            _ => return Err(value("tickets.approval")),
        };
        Ok(Self {
            id: TicketId(row.id.try_into().map_err(|_| value("tickets.id"))?),
            secret_hash: row.secret_hash.try_into().map_err(|_| value("tickets.secret_hash"))?,
            serial: row.serial,
            site: row.site_id.map(SiteId),
            approval,
            issued: WallMs(row.issued_ms),
            expires: WallMs(row.expires_ms),
            state,
            other_keys: u32::try_from(row.other_keys).unwrap_or(u32::MAX),
        })
    }
}
