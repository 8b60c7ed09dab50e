//! Nodes: who was enrolled, with which key, where, and whether the certificate is still taken.

use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::time::WallMs;
use sqlx::{FromRow, SqliteConnection};

use super::{Store, StoreError};

/// A node as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRecord {
    /// Who.
    pub id: NodeId,
    /// SHA-256 of its public key (SubjectPublicKeyInfo, DER): what the door knows it by.
    pub key_sha256: [u8; 32],
    /// Its certificate.
    pub certificate_der: Vec<u8>,
    /// When that ends.
    pub certificate_ends: WallMs,
    /// When it was enrolled.
    pub enrolled: WallMs,
    /// The code that both sides showed.
    pub code: String,
    /// Where it works, if that was said.
    pub site: Option<SiteId>,
    /// Since when its certificate is not taken any more.
    pub revoked: Option<WallMs>,
    /// The ticket it came with.
    pub ticket: Option<[u8; 8]>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    key_sha256: Vec<u8>,
    certificate_der: Vec<u8>,
    certificate_ends_ms: i64,
    enrolled_ms: i64,
    code: String,
    site_id: Option<i64>,
    revoked_ms: Option<i64>,
    ticket_id: Option<Vec<u8>>,
}

impl Store {
    /// Adds a node.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id or the key is there already.
    pub async fn insert_node(&self, node: &NodeRecord) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        insert_node(&mut tx, node).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The node of this id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn node(&self, id: NodeId) -> Result<Option<NodeRecord>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, key_sha256, certificate_der, certificate_ends_ms, enrolled_ms, code, site_id, revoked_ms, \
             ticket_id FROM nodes WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(self.read())
        .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// The node with this key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn node_by_key(&self, key_sha256: &[u8; 32]) -> Result<Option<NodeRecord>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, key_sha256, certificate_der, certificate_ends_ms, enrolled_ms, code, site_id, revoked_ms, \
             ticket_id FROM nodes WHERE key_sha256 = $1",
        )
        .bind(key_sha256.as_slice())
        .fetch_optional(self.read())
        .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Nodes behind `after` in order of id, at most `limit`; read in pages at start.
    ///
    /// # Errors
    /// What the database says.
    pub async fn nodes(&self, after: Option<NodeId>, limit: u32) -> Result<Vec<NodeRecord>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, key_sha256, certificate_der, certificate_ends_ms, enrolled_ms, code, site_id, revoked_ms, \
             ticket_id FROM nodes WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Takes a node's certificate no longer. `false` when it was so already, or the node is not known.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_node(&self, id: NodeId, now: WallMs) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE nodes SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL")
            .bind(id.to_string())
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a node a new certificate.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the node is not known or revoked.
    pub async fn renew_node(&self, id: NodeId, der: &[u8], ends: WallMs) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE nodes SET certificate_der = $2, certificate_ends_ms = $3 WHERE id = $1 AND revoked_ms IS NULL",
        )
        .bind(id.to_string())
        .bind(der)
        .bind(ends.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Conflict(None));
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Adds a node inside a transaction, so that its ticket can be spent in the same one.
///
/// # Errors
/// [`StoreError::Conflict`] when the id or the key is there already.
pub async fn insert_node(tx: &mut SqliteConnection, node: &NodeRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO nodes (id, key_sha256, certificate_der, certificate_ends_ms, enrolled_ms, code, site_id, \
         revoked_ms, ticket_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(node.id.to_string())
    .bind(node.key_sha256.as_slice())
    .bind(node.certificate_der.as_slice())
    .bind(node.certificate_ends.0)
    .bind(node.enrolled.0)
    .bind(node.code.as_str())
    .bind(node.site.map(|site| site.0))
    .bind(node.revoked.map(|at| at.0))
    .bind(node.ticket.as_ref().map(<[u8; 8]>::as_slice))
    .execute(tx)
    .await?;
    Ok(())
}

impl TryFrom<Row> for NodeRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let value = |what| StoreError::Value { what };
        let ticket: Option<Result<[u8; 8], _>> = row.ticket_id.map(TryInto::try_into);
        Ok(Self {
            id: row.id.parse().map_err(|_| value("nodes.id"))?,
            key_sha256: row.key_sha256.try_into().map_err(|_| value("nodes.key_sha256"))?,
            certificate_der: row.certificate_der,
            certificate_ends: WallMs(row.certificate_ends_ms),
            enrolled: WallMs(row.enrolled_ms),
            code: row.code,
            site: row.site_id.map(SiteId),
            revoked: row.revoked_ms.map(WallMs),
            ticket: ticket.transpose().map_err(|_| value("nodes.ticket_id"))?,
        })
    }
}
