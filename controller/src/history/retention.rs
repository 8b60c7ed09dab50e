//! Retention: what is older than it is kept for goes, in pieces.
//!
//! Enters: instants. Leaves: fewer rows. A record goes by the time that its frames were taken, and only when every hour
//! they lie in is rolled up for good: `raw_from_ms` never passes an hour that is dirty, and each piece looks again. What is
//! acknowledged is said by `streams`, which is never touched, so that a record that is gone is not accepted anew; nor is
//! `node_state`, or the block that it names. Pages that are freed are used again: the file keeps its largest size.

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::WallMs;

use super::hour::{HOUR_MS, hour_of};
use super::state::{narrow, node_id};
use super::{History, HourKey, StreamNumber};
use crate::store::StoreError;

/// Rows that one transaction deletes. A row is 800 B with its index entry, so that 500 are some hundred pages, fewer than a
/// group of ingest may write.
pub const PIECE_ROWS: u32 = 500;
/// The controller's clock is believed to go on by a day from one look to the next at most: one that was set years ahead by
/// mistake takes a day of records with it each ten minutes, not all of them at once, and Health says that it jumped.
const BELIEVED_MS: i64 = 86_400_000;
/// Frames that claim to lie further ahead than a chart reaches are not believed: their records go by when they came.
const AHEAD_MS: i64 = 400 * 86_400_000;
/// Boots of a node whose place in time is kept: twice what ingest remembers.
const BOOTS_KEPT: i64 = 8;

/// Old records of a stream by one reason, in the order of `records_by_time`, and what stays in spite of it.
macro_rules! old {
    ($before:literal, $reason:literal, $after:literal) => {
        concat!(
            $before,
            "SELECT r.key FROM records r WHERE r.stream = $1 AND ",
            $reason,
            " AND r.kind NOT IN ($4, $5) \
             AND r.key NOT IN (SELECT COALESCE(block_key, 0) FROM node_state WHERE node = $6) \
             AND NOT EXISTS (SELECT 1 FROM streams s WHERE s.number = $1 AND s.untracked = 1 \
               AND (r.key & 4294967295) >= s.below) \
             AND NOT EXISTS (SELECT 1 FROM late_records l WHERE l.key = r.key) \
             AND (r.kind <> $7 OR r.first_ms IS NULL OR NOT EXISTS (SELECT 1 FROM dirty_hours d \
               WHERE d.key BETWEEN $8 + r.first_ms / 3600000 AND $8 + r.last_ms / 3600000)) LIMIT $9",
            $after
        )
    };
}
/// The same as a look and as a deletion.
macro_rules! both {
    ($reason:literal) => {
        (
            old!("SELECT COUNT(*) FROM (", $reason, ")"),
            old!("DELETE FROM records WHERE key IN (", $reason, ")"),
        )
    };
}
/// By the time of their frames; without one, by when they came; and those whose claim is not believed, by when they came.
const OLD: [(&str, &str); 3] = [
    both!("r.first_ms < $2 AND r.last_ms < $2"),
    both!("r.first_ms IS NULL AND r.received_ms < $2"),
    both!("r.first_ms >= $3 AND r.received_ms < $2"),
];

macro_rules! bound {
    ($query:expr, $lane:expr, $kept:expr) => {
        $query
            .bind(i64::from($lane.stream.0))
            .bind($kept.raw_from.0)
            .bind($kept.clock.plus_ms(AHEAD_MS).0)
            .bind(i64::from(Kind::Statement.code()))
            .bind(i64::from(Kind::Reply.code()))
            .bind($lane.node.to_string())
            .bind(i64::from(Kind::Block.code()))
            .bind(HourKey { node: $lane.number, hour: 0 }.stored())
            .bind(i64::from(PIECE_ROWS))
    };
}

/// For how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Records.
    pub raw_ms: i64,
    /// Roll-ups, and what was drawn from events.
    pub rollups_ms: i64,
}

/// From when on there is something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Records.
    pub raw_from: WallMs,
    /// Roll-ups, presence, outages, starts.
    pub rollups_from: WallMs,
    /// The controller's clock, as it is believed.
    pub clock: WallMs,
}

/// A stream, as far as retention is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// Its number.
    pub stream: StreamNumber,
    /// Whose.
    pub node: NodeId,
    /// The number of that node's hours.
    pub number: StreamNumber,
}

impl History {
    /// Moves both limits on: to what is to be kept, but not past an hour that is not rolled up, and never back.
    ///
    /// # Errors
    /// What the database says.
    pub async fn move_limits(&self, keep: Keep, now: WallMs) -> Result<Kept, StoreError> {
        let mut tx = self.pools.begin().await?;
        let (raw_before, rollups_before, clock): (i64, i64, Option<i64>) =
            sqlx::query_as("SELECT raw_from_ms, rollups_from_ms, clock_ms FROM keeping")
                .fetch_one(&mut *tx)
                .await?;
        let first_dirty: Option<i64> =
            sqlx::query_scalar("SELECT MIN(key & 4294967295) FROM dirty_hours").fetch_one(&mut *tx).await?;
        let clock = clock.map_or(now.0, |clock| now.0.min(clock.saturating_add(BELIEVED_MS)));
        let hour = |ms: i64| ms.div_euclid(HOUR_MS).saturating_mul(HOUR_MS);
        let ready = first_dirty.map_or(i64::MAX, |first| first.saturating_mul(HOUR_MS));
        let raw_from = raw_before.max(hour(clock.saturating_sub(keep.raw_ms)).min(ready));
        let rollups_from = rollups_before.max(hour(clock.saturating_sub(keep.rollups_ms)));
        sqlx::query("UPDATE keeping SET raw_from_ms = $1, rollups_from_ms = $2, clock_ms = $3")
            .bind(raw_from)
            .bind(rollups_from)
            .bind(clock)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Kept { raw_from: WallMs(raw_from), rollups_from: WallMs(rollups_from), clock: WallMs(clock) })
    }

    /// From when on records are whole.
    ///
    /// # Errors
    /// What the database says.
    pub async fn raw_from(&self) -> Result<WallMs, StoreError> {
        let ms: i64 =
            sqlx::query_scalar("SELECT raw_from_ms FROM keeping").fetch_one(&self.pools.read).await?;
        Ok(WallMs(ms))
    }

    /// All streams.
    ///
    /// # Errors
    /// What the database says.
    pub async fn retention_lanes(&self) -> Result<Vec<Lane>, StoreError> {
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT number, node, MIN(number) OVER (PARTITION BY node) FROM streams ORDER BY node, number",
        )
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter()
            .map(|(stream, node, number)| {
                Ok(Lane {
                    stream: StreamNumber(narrow(stream, "streams.number")?),
                    node: node_id(&node, "streams.node")?,
                    number: StreamNumber(narrow(number, "streams.number")?),
                })
            })
            .collect()
    }

    /// Deletes a piece of a stream's old records: rows that are gone. With fewer than [`PIECE_ROWS`] the stream is done.
    ///
    /// Stay: a node's newest block, whose readings its page shows; statements and replies, which are evidence; of a stream
    /// that has more gaps than are kept, what only its records tell; and what is not rolled up.
    ///
    /// # Errors
    /// What the database says; nothing is deleted then.
    pub async fn delete_records(&self, lane: Lane, kept: Kept) -> Result<u64, StoreError> {
        let mut gone = 0_u64;
        for (look, delete) in OLD {
            // Most streams have nothing to delete most of the time: the writer is not asked for that.
            let found: i64 = bound!(sqlx::query_scalar(look), lane, kept).fetch_one(&self.pools.read).await?;
            if found == 0 {
                continue;
            }
            let mut tx = self.pools.begin().await?;
            let done = bound!(sqlx::query(delete), lane, kept).execute(&mut *tx).await?;
            tx.commit().await?;
            gone = gone.max(done.rows_affected());
        }
        Ok(gone)
    }

    /// Deletes a piece of a node's old roll-ups, words, outages and starts: rows that are gone. The last word before the
    /// limit stays, since it holds behind it. With fewer than [`PIECE_ROWS`] the node is done.
    ///
    /// # Errors
    /// What the database says; nothing is deleted then.
    pub async fn delete_drawn(&self, lane: Lane, kept: Kept) -> Result<u64, StoreError> {
        let (node, from) = (lane.node.to_string(), kept.rollups_from.0);
        let first = HourKey { node: lane.number, hour: 0 }.stored();
        let hours = i64::from(hour_of(kept.rollups_from).unwrap_or(0));
        let mut tx = self.pools.begin().await?;
        let rollups = sqlx::query(
            "DELETE FROM rollups WHERE key IN (SELECT key FROM rollups WHERE key >= $1 AND key < $1 + $2 LIMIT $3)",
        )
        .bind(first)
        .bind(hours)
        .bind(i64::from(PIECE_ROWS))
        .execute(&mut *tx)
        .await?;
        let mut gone = rollups.rows_affected();
        for sql in [
            "DELETE FROM presence WHERE id IN (SELECT id FROM presence WHERE node = $1 AND from_ms < $2 AND id < \
             (SELECT MAX(id) FROM presence WHERE node = $1 AND from_ms < $2) LIMIT $3)",
            "DELETE FROM outages WHERE key IN (SELECT key FROM outages WHERE node = $1 AND to_ms < $2 LIMIT $3)",
            "DELETE FROM starts WHERE key IN (SELECT key FROM starts WHERE node = $1 AND at_ms < $2 LIMIT $3)",
        ] {
            let query = sqlx::query(sql).bind(node.as_str()).bind(from).bind(i64::from(PIECE_ROWS));
            gone = gone.max(query.execute(&mut *tx).await?.rows_affected());
        }
        sqlx::query(
            "DELETE FROM boots WHERE node = $1 AND (after_key, boot) < (SELECT after_key, boot FROM boots \
             WHERE node = $1 ORDER BY after_key DESC, boot DESC LIMIT 1 OFFSET $2)",
        )
        .bind(node.as_str())
        .bind(BOOTS_KEPT - 1)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Deletes the controller's own runs that ended before the limit.
    ///
    /// # Errors
    /// What the database says; nothing is deleted then.
    pub async fn delete_runs(&self, kept: Kept) -> Result<(), StoreError> {
        let mut tx = self.pools.begin().await?;
        sqlx::query("DELETE FROM runs WHERE alive_ms < $1 AND id < (SELECT MAX(id) FROM runs)")
            .bind(kept.rollups_from.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
