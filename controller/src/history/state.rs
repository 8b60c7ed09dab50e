//! What ingest and fleet hold in memory, read once at start: streams, newest words, boots, probes.
//!
//! Enters: nothing. Leaves: rows. Never written here: `append` writes them in the same transaction as the records.

use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::time::{BootMs, WallMs};
use sqlx::FromRow;

use super::append::{BootRow, NodeStateRow, ProbeRow, StreamRow, unpack};
use super::{History, RecordKey, StreamNumber};
use crate::store::StoreError;

/// A node's newest word, with its newest block where there is one.
#[derive(Debug, Clone)]
pub struct LoadedNode {
    /// The word.
    pub state: NodeStateRow,
    /// Version of the agent, from its last birth.
    pub agent: Option<String>,
    /// Where the newest block begins on its boot's scale, and its body.
    pub block: Option<(BootMs, Vec<u8>)>,
}

#[derive(FromRow)]
struct NodeRow {
    node: String,
    newest_key: i64,
    block_key: Option<i64>,
    boot: i64,
    last_at_ms: i64,
    heard_ms: i64,
    report_within_s: i64,
    clock_error_ms: Option<i64>,
    version: Option<String>,
    at_boot_ms: Option<i64>,
    body: Option<Vec<u8>>,
}

impl History {
    /// All streams.
    ///
    /// # Errors
    /// What the database says.
    pub async fn streams(&self) -> Result<Vec<StreamRow>, StoreError> {
        type Row = (i64, String, i64, i64, Vec<u8>, i64, i64, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT number, node, epoch, below, ranges, untracked, newest, lost_records FROM streams ORDER BY number",
        )
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter()
            .map(|(number, node, epoch, below, ranges, untracked, newest, lost)| {
                Ok(StreamRow {
                    number: StreamNumber(narrow(number, "streams.number")?),
                    node: node_id(&node, "streams.node")?,
                    epoch: Epoch(narrow(epoch, "streams.epoch")?),
                    below: narrow(below, "streams.below")?,
                    ranges: unpack(&ranges),
                    untracked: untracked != 0,
                    newest: Sequence(narrow(newest, "streams.newest")?),
                    lost_records: u64::try_from(lost).unwrap_or(0),
                })
            })
            .collect()
    }

    /// What is stored of a stream from a sequence on, as ranges in order; for a stream whose set had grown too ragged.
    ///
    /// # Errors
    /// What the database says.
    pub async fn stored_ranges(
        &self,
        stream: StreamNumber,
        from: Sequence,
    ) -> Result<Vec<(u32, u32)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT first_sequence, key FROM records WHERE key >= $1 AND key <= $2 ORDER BY key",
        )
        .bind(stream.key(from).0)
        .bind(stream.key(Sequence(u32::MAX)).0)
        .fetch_all(&self.pools.read)
        .await?;
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for (first, key) in rows {
            let first: u32 = narrow(first, "records.first_sequence")?;
            let last = RecordKey(key).sequence().0;
            // One that stands for several may reach back over others.
            let mut range = (first, last);
            while let Some(before) = ranges.pop_if(|before| range.0 <= before.1.saturating_add(1)) {
                range = (range.0.min(before.0), range.1.max(before.1));
            }
            ranges.push(range);
        }
        Ok(ranges)
    }

    /// Every node's newest word and block.
    ///
    /// # Errors
    /// What the database says.
    pub async fn node_states(&self) -> Result<Vec<LoadedNode>, StoreError> {
        let rows: Vec<NodeRow> = sqlx::query_as(
            "SELECT s.node, s.newest_key, s.block_key, s.boot, s.at_boot_ms AS last_at_ms, s.heard_ms, s.report_within_s, \
             s.clock_error_ms, a.version, r.at_boot_ms, r.body FROM node_state s \
             LEFT JOIN agents a ON a.node = s.node LEFT JOIN records r ON r.key = s.block_key",
        )
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// All boots that are placed in time, oldest first; those of a counter that was begun anew come behind.
    ///
    /// # Errors
    /// What the database says.
    pub async fn boots(&self) -> Result<Vec<BootRow>, StoreError> {
        let rows: Vec<(String, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT node, boot, after_key, offset_ms, error_ms, trusted FROM boots ORDER BY node, after_key, boot",
        )
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter()
            .map(|(node, boot, after, offset_ms, error, trusted)| {
                Ok(BootRow {
                    node: node_id(&node, "boots.node")?,
                    boot: BootCounter(narrow(boot, "boots.boot")?),
                    after: RecordKey(after),
                    offset_ms,
                    error_ms: u64::try_from(error).unwrap_or(u64::MAX),
                    trusted: trusted != 0,
                })
            })
            .collect()
    }

    /// Newest word about every probe.
    ///
    /// # Errors
    /// What the database says.
    pub async fn probes(&self) -> Result<Vec<ProbeRow>, StoreError> {
        let rows: Vec<(String, String, i64, i64, String)> =
            sqlx::query_as("SELECT node, probe, key, failing, why FROM probes ORDER BY node, probe")
                .fetch_all(&self.pools.read)
                .await?;
        rows.into_iter()
            .map(|(node, probe, key, failing, why)| {
                Ok(ProbeRow {
                    node: node_id(&node, "probes.node")?,
                    probe,
                    key: RecordKey(key),
                    failing: (failing != 0).then_some(why),
                })
            })
            .collect()
    }
}

impl TryFrom<NodeRow> for LoadedNode {
    type Error = StoreError;

    fn try_from(row: NodeRow) -> Result<Self, StoreError> {
        let at = row.at_boot_ms.map(|at| BootMs(u64::try_from(at).unwrap_or(0)));
        Ok(Self {
            state: NodeStateRow {
                node: node_id(&row.node, "node_state.node")?,
                newest: RecordKey(row.newest_key),
                block: row.block_key.map(RecordKey),
                boot: BootCounter(narrow(row.boot, "node_state.boot")?),
                at: BootMs(u64::try_from(row.last_at_ms).unwrap_or(0)),
                heard: WallMs(row.heard_ms),
                report_within_s: narrow(row.report_within_s, "node_state.report_within_s")?,
                clock_error_ms: row
                    .clock_error_ms
                    .map(|error| narrow(error, "node_state.clock_error_ms"))
                    .transpose()?,
            },
            agent: row.version,
            block: at.zip(row.body),
        })
    }
}

pub(super) fn node_id(text: &str, what: &'static str) -> Result<NodeId, StoreError> {
    text.parse().map_err(|_| StoreError::Value { what })
}

pub(super) fn narrow(value: i64, what: &'static str) -> Result<u32, StoreError> {
    u32::try_from(value).map_err(|_| StoreError::Value { what })
}
