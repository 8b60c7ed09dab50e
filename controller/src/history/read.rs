//! Reads for pages: a node's blocks in a range, its newest block, its outages, starts and late data.
//!
//! Enters: a node and a range of time. Leaves: rows, in pages: a reader that stays open for seconds keeps SQLite's log
//! from being cut back. Never decodes a body.

use holdfast_protocol::ids::{BootCounter, NodeId};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::{BootMs, WallMs};
use sqlx::FromRow;

use super::append::Span;
use super::state::narrow;
use super::{History, RecordKey};
use crate::store::StoreError;

/// Blocks of one page of a read: 1,000 x 650 B.
pub const BLOCKS_PAGE: u32 = 1_000;
/// No block is longer than this by its frames' own count: 360 frames at a step of 30 min, the longest in use, and twice
/// that. The search by time begins so much before the range.
const BLOCK_MS_MAX: i64 = 15 * 86_400_000;
/// Most events of one kind that a page shows.
const EVENTS_MAX: i64 = 1_000;
/// Most late blocks that are looked at: a week at 60 s.
const LATE_MAX: i64 = 10_080;

/// A block as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlock {
    /// Its key.
    pub key: RecordKey,
    /// Which boot.
    pub boot: BootCounter,
    /// First frame, on that boot's scale.
    pub at: BootMs,
    /// Where it lies in time.
    pub span: Option<Span>,
    /// When it was received.
    pub received: WallMs,
    /// The body.
    pub body: Vec<u8>,
}

/// Where the next page of blocks begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockCursor(i64, i64);

impl BlockCursor {
    /// Before the first.
    pub const START: Self = Self(i64::MIN, 0);
}

/// An outage as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOutage {
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// Stable word of its cause.
    pub cause: String,
    /// Attempts it took.
    pub attempts: u32,
}

/// A start as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStart {
    /// When.
    pub at: WallMs,
    /// Which boot.
    pub boot: BootCounter,
    /// The machine, or only the agent.
    pub machine: bool,
}

#[derive(FromRow)]
struct Row {
    key: i64,
    boot: i64,
    at_boot_ms: i64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
    error_ms: Option<i64>,
    received_ms: i64,
    body: Vec<u8>,
}

impl History {
    /// A page of a node's blocks that touch a range, in order of time, and where the next page begins.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blocks(
        &self,
        node: NodeId,
        from: WallMs,
        to: WallMs,
        after: BlockCursor,
    ) -> Result<(Vec<StoredBlock>, Option<BlockCursor>), StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT key, boot, at_boot_ms, first_ms, last_ms, error_ms, received_ms, body FROM records \
             WHERE stream IN (SELECT number FROM streams WHERE node = $1) AND first_ms >= $2 AND first_ms < $3 \
             AND last_ms >= $4 AND kind = $5 AND (first_ms > $6 OR (first_ms = $6 AND key > $7)) \
             ORDER BY first_ms, key LIMIT $8",
        )
        .bind(node.to_string())
        .bind(from.plus_ms(-BLOCK_MS_MAX).0.max(after.0))
        .bind(to.0)
        .bind(from.0)
        .bind(i64::from(Kind::Block.code()))
        .bind(after.0)
        .bind(after.1)
        .bind(i64::from(BLOCKS_PAGE))
        .fetch_all(&self.pools.read)
        .await?;
        let full = u32::try_from(rows.len()).unwrap_or(u32::MAX) >= BLOCKS_PAGE;
        let next =
            rows.last().filter(|_| full).map(|row| BlockCursor(row.first_ms.unwrap_or(i64::MAX), row.key));
        Ok((rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?, next))
    }

    /// One block.
    ///
    /// # Errors
    /// What the database says.
    pub async fn block(&self, key: RecordKey) -> Result<Option<StoredBlock>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT key, boot, at_boot_ms, first_ms, last_ms, error_ms, received_ms, body FROM records WHERE key = $1",
        )
        .bind(key.0)
        .fetch_optional(&self.pools.read)
        .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// A node's newest block.
    ///
    /// # Errors
    /// What the database says.
    pub async fn newest_block(&self, node: NodeId) -> Result<Option<StoredBlock>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT r.key, r.boot, r.at_boot_ms, r.first_ms, r.last_ms, r.error_ms, r.received_ms, r.body \
             FROM node_state s JOIN records r ON r.key = s.block_key WHERE s.node = $1",
        )
        .bind(node.to_string())
        .fetch_optional(&self.pools.read)
        .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// A node's outages that touch a range, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn outages(
        &self,
        node: NodeId,
        from: WallMs,
        to: WallMs,
    ) -> Result<Vec<StoredOutage>, StoreError> {
        let rows: Vec<(i64, i64, String, i64)> = sqlx::query_as(
            "SELECT from_ms, to_ms, cause, attempts FROM (SELECT from_ms, to_ms, cause, attempts FROM outages \
             WHERE node = $1 AND to_ms >= $2 AND from_ms < $3 ORDER BY to_ms DESC LIMIT $4) AS newest ORDER BY to_ms",
        )
        .bind(node.to_string())
        .bind(from.0)
        .bind(to.0)
        .bind(EVENTS_MAX)
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter()
            .map(|(from, to, cause, attempts)| {
                let attempts = narrow(attempts, "outages.attempts")?;
                Ok(StoredOutage { from: WallMs(from), to: WallMs(to), cause, attempts })
            })
            .collect()
    }

    /// A node's starts in a range, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn starts(
        &self,
        node: NodeId,
        from: WallMs,
        to: WallMs,
    ) -> Result<Vec<StoredStart>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT at_ms, boot, machine FROM (SELECT at_ms, boot, machine FROM starts WHERE node = $1 AND \
             at_ms >= $2 AND at_ms < $3 ORDER BY at_ms DESC LIMIT $4) AS newest ORDER BY at_ms",
        )
        .bind(node.to_string())
        .bind(from.0)
        .bind(to.0)
        .bind(EVENTS_MAX)
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter()
            .map(|(at, boot, machine)| {
                let boot = BootCounter(narrow(boot, "starts.boot")?);
                Ok(StoredStart { at: WallMs(at), boot, machine: machine != 0 })
            })
            .collect()
    }

    /// Blocks in a range that were received more than `later_ms` after their last frame: first frame, last frame,
    /// receipt; oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn late(
        &self,
        node: NodeId,
        from: WallMs,
        to: WallMs,
        later_ms: i64,
    ) -> Result<Vec<(WallMs, WallMs, WallMs)>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT first_ms, last_ms, received_ms FROM records WHERE stream IN (SELECT number FROM streams \
             WHERE node = $1) AND first_ms >= $2 AND first_ms < $3 AND kind = $4 AND received_ms - last_ms > $5 \
             ORDER BY first_ms LIMIT $6",
        )
        .bind(node.to_string())
        .bind(from.0)
        .bind(to.0)
        .bind(i64::from(Kind::Block.code()))
        .bind(later_ms)
        .bind(LATE_MAX)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(|(a, b, c)| (WallMs(a), WallMs(b), WallMs(c))).collect())
    }

    /// How many records are stored.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM records").fetch_one(&self.pools.read).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

impl TryFrom<Row> for StoredBlock {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let span = match (row.first_ms, row.last_ms) {
            (Some(first), Some(last)) => Some(Span {
                first: WallMs(first),
                last: WallMs(last),
                error_ms: row.error_ms.and_then(|error| u64::try_from(error).ok()).unwrap_or(0),
            }),
            (None, _) | (_, None) => None,
        };
        Ok(Self {
            key: RecordKey(row.key),
            boot: BootCounter(narrow(row.boot, "records.boot")?),
            at: BootMs(u64::try_from(row.at_boot_ms).unwrap_or(0)),
            span,
            received: WallMs(row.received_ms),
            body: row.body,
        })
    }
}
