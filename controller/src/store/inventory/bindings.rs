//! Bindings: which serial of which item is bound to which node's key, by whom, from when, until when.
//!
//! Enters: what a person who accepted an item says. Leaves: rows, append-only but for their end. An item is bound to one
//! node at a time: a new one ends the one before. Never decides who may bind.

use holdfast_protocol::identifier::{Kind, Sensitivity};
use holdfast_protocol::ids::{ItemId, NodeId, PartyId, PersonId};
use holdfast_protocol::time::WallMs;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use crate::store::{Store, StoreError};

/// What the digest over who bound begins with.
const BY_DOMAIN: &[u8] = b"holdfast binding v1\0";

/// How a binding came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A person said so.
    ByHand,
    /// By the event that put the accepted item to work with a node.
    Deployed,
}

impl How {
    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::Deployed => "deployed",
        }
    }
}

/// What is to be bound.
#[derive(Debug, Clone, Copy)]
pub struct NewBinding {
    /// Which item.
    pub item: ItemId,
    /// To which node.
    pub node: NodeId,
    /// SHA-256 of that node's public key.
    pub key_sha256: [u8; 32],
    /// From when on.
    pub from: WallMs,
    /// Who says so.
    pub by: (PersonId, PartyId),
    /// How.
    pub how: How,
}

/// A binding as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Its number.
    pub id: i64,
    /// What the serial is.
    pub kind: Kind,
    /// The serial, in canonical form.
    pub value: String,
    /// To which node.
    pub node: NodeId,
    /// SHA-256 of that node's public key.
    pub key_sha256: [u8; 32],
    /// From when on.
    pub from: WallMs,
    /// Until when.
    pub to: Option<WallMs>,
    /// When it was recorded.
    pub recorded: WallMs,
    /// Who said so.
    pub by: (PersonId, PartyId),
    /// How it came about: a stable key.
    pub how: String,
    /// When the node's certificate was taken back.
    pub revoked: Option<WallMs>,
    salt: [u8; 16],
}

impl Binding {
    /// Stands for who said so, without telling: SHA-256 over domain, salt, and the numbers of person and party.
    #[must_use]
    pub fn by_sha256(&self) -> [u8; 32] {
        let (person, party) = (self.by.0.0.to_le_bytes(), self.by.1.0.to_le_bytes());
        let text = [BY_DOMAIN, &self.salt, &person, &party].concat();
        let mut out = [0; 32];
        out.iter_mut().zip(digest(&SHA256, &text).as_ref()).for_each(|(to, from)| *to = *from);
        out
    }
}

/// Whether an identifier of this kind can be bound: what a file could never show is not.
#[must_use]
pub fn can_be_bound(kind: Kind) -> bool {
    kind.sensitivity() == Sensitivity::Plain
}

impl Store {
    /// Binds the serials that an item carries to a node's key; how many are newly bound. What is bound to that node already
    /// stays, what is bound to another node ends.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an item or a node that is not there.
    pub async fn bind(&self, new: &NewBinding, now: WallMs) -> Result<usize, StoreError> {
        let mut tx = self.write().await?;
        let node = new.node.to_string();
        sqlx::query(
            "UPDATE bindings SET to_ms = MAX(from_ms, $3) WHERE item_id = $1 AND node_id <> $2 AND to_ms IS NULL",
        )
        .bind(new.item.0)
        .bind(&node)
        .bind(new.from.0)
        .execute(&mut *tx)
        .await?;
        let carried: Vec<(String, String)> = sqlx::query_as(
            "SELECT kind, value FROM item_identifiers i WHERE item_id = $1 AND NOT EXISTS (SELECT 1 FROM bindings b \
             WHERE b.item_id = $1 AND b.node_id = $2 AND b.to_ms IS NULL AND b.kind = i.kind AND b.value = i.value) \
             ORDER BY kind, value",
        )
        .bind(new.item.0)
        .bind(&node)
        .fetch_all(&mut *tx)
        .await?;
        let mut bound = 0;
        for (kind, value) in carried {
            if !Kind::from_word(&kind).is_some_and(can_be_bound) {
                continue;
            }
            let mut salt = [0_u8; 16];
            SystemRandom::new().fill(&mut salt).map_err(|_| StoreError::Value { what: "random salt" })?;
            sqlx::query(
                "INSERT INTO bindings (item_id, kind, value, node_id, key_sha256, from_ms, recorded_ms, by_person, by_party, \
                 how, salt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(new.item.0)
            .bind(kind)
            .bind(value)
            .bind(&node)
            .bind(new.key_sha256.as_slice())
            .bind(new.from.0)
            .bind(now.0)
            .bind(new.by.0.0)
            .bind(new.by.1.0)
            .bind(new.how.key())
            .bind(salt.as_slice())
            .execute(&mut *tx)
            .await?;
            bound += 1;
        }
        tx.commit().await?;
        Ok(bound)
    }

    /// Ends what is bound of an item: at this moment, or, without one, as if it had never been.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_bindings(&self, item: ItemId, at: Option<WallMs>) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE bindings SET to_ms = MAX(from_ms, COALESCE($2, from_ms)) WHERE item_id = $1 AND to_ms IS NULL",
        )
        .bind(item.0)
        .bind(at.map(|at| at.0))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// All bindings of an item, in the order in which they were recorded.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bindings(&self, item: ItemId) -> Result<Vec<Binding>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT b.id, b.kind, b.value, b.node_id, b.key_sha256, b.from_ms, b.to_ms, b.recorded_ms, b.by_person, \
             b.by_party, b.how, b.salt, n.revoked_ms FROM bindings b JOIN nodes n ON n.id = b.node_id \
             WHERE b.item_id = $1 ORDER BY b.id",
        )
        .bind(item.0)
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    kind: String,
    value: String,
    node_id: String,
    key_sha256: Vec<u8>,
    from_ms: i64,
    to_ms: Option<i64>,
    recorded_ms: i64,
    by_person: i64,
    by_party: i64,
    how: String,
    salt: Vec<u8>,
    revoked_ms: Option<i64>,
}

impl TryFrom<Row> for Binding {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let value = |what| StoreError::Value { what };
        Ok(Self {
            id: row.id,
            kind: Kind::from_word(&row.kind).ok_or_else(|| value("bindings.kind"))?,
            value: row.value,
            node: row.node_id.parse().map_err(|_| value("bindings.node_id"))?,
            key_sha256: row.key_sha256.try_into().map_err(|_| value("bindings.key_sha256"))?,
            from: WallMs(row.from_ms),
            to: row.to_ms.map(WallMs),
            recorded: WallMs(row.recorded_ms),
            by: (PersonId(row.by_person), PartyId(row.by_party)),
            how: row.how,
            revoked: row.revoked_ms.map(WallMs),
            salt: row.salt.try_into().map_err(|_| value("bindings.salt"))?,
        })
    }
}
