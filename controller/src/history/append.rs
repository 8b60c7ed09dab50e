//! The one write that everything rests on: a group of records, the state of their streams, and the newest word of their
//! nodes, in one transaction.
//!
//! Enters: a [`Group`]. Leaves: nothing, when all of it is on the disk; else an error, and none of it is there.
//! Rows go in as lists of VALUES: row by row costs 2.5 times as much. Lists have one of three lengths, so that SQLite
//! parses each statement once and not once a group.

use std::collections::BTreeMap;

use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{History, HourKey, RecordKey, StreamNumber, rollup, statements};
use crate::store::StoreError;

/// Lengths of a VALUES list. The longest has 128 x 15 = 1,920 binds of the 32,766 that SQLite takes.
const LENGTHS: [usize; 3] = [128, 16, 1];
/// Most binds of one statement.
const BINDS_MAX: usize = 32_766;
const RECORD_COLUMNS: usize = 15;
const _: () = assert!(LENGTHS[0] * RECORD_COLUMNS <= BINDS_MAX, "a list has more binds than SQLite takes");

/// What is committed together.
#[derive(Debug, Default, Clone)]
pub struct Group {
    /// Streams that changed, one entry each.
    pub streams: Vec<StreamRow>,
    /// Records; those that are there already change nothing.
    pub records: Vec<RecordRow>,
    /// Hours that blocks of the group touch, and since when that is known.
    pub hours: BTreeMap<HourKey, WallMs>,
    /// Newest words, one entry a node.
    pub nodes: Vec<NodeStateRow>,
    /// Newest blocks, one entry a node; an older one than is known changes nothing.
    pub blocks: Vec<(NodeId, RecordKey)>,
    /// Offsets of boots that became better known.
    pub boots: Vec<BootRow>,
    /// Outages the nodes told of.
    pub outages: Vec<OutageRow>,
    /// Starts the nodes told of.
    pub starts: Vec<StartRow>,
    /// Probes that fail or work again.
    pub probes: Vec<ProbeRow>,
}

/// A stream and what is stored of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRow {
    /// Its number.
    pub number: StreamNumber,
    /// Whose.
    pub node: NodeId,
    /// Which life of the spool.
    pub epoch: Epoch,
    /// Everything below is stored or declared lost.
    pub below: u32,
    /// And these ranges.
    pub ranges: Vec<(u32, u32)>,
    /// More is stored than the ranges tell.
    pub untracked: bool,
    /// Highest sequence stored.
    pub newest: Sequence,
    /// Records declared lost.
    pub lost_records: u64,
}

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Its key.
    pub key: RecordKey,
    /// First sequence it stands for.
    pub first: Sequence,
    /// What the body holds.
    pub kind: Kind,
    /// Which boot.
    pub boot: BootCounter,
    /// When, on that boot's scale.
    pub at: BootMs,
    /// What the node's clock claimed.
    pub clock: ClockTrust,
    /// When it was received.
    pub received: WallMs,
    /// Where its frames lie in time, if that can be told.
    pub span: Option<Span>,
    /// Version of the dictionary.
    pub dictionary: u32,
    /// Version of the configuration the node held.
    pub configuration: u32,
    /// The body.
    pub body: Vec<u8>,
}

/// Where frames lie in time, by the controller's estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: WallMs,
    /// The last.
    pub last: WallMs,
    /// How far both may be off, in ms.
    pub error_ms: u64,
}

/// A node's newest word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeStateRow {
    /// Who.
    pub node: NodeId,
    /// Its newest record.
    pub newest: RecordKey,
    /// Its newest block, as read; written through [`Group::blocks`].
    pub block: Option<RecordKey>,
    /// Its boot.
    pub boot: BootCounter,
    /// The last instant of the newest record, on that boot's scale.
    pub at: BootMs,
    /// When the newest record was received.
    pub heard: WallMs,
    /// Its promise.
    pub report_within_s: u32,
    /// Error of its clock; `None` when that is not synchronised.
    pub clock_error_ms: Option<u32>,
}

/// A boot's place in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootRow {
    /// Whose.
    pub node: NodeId,
    /// Which.
    pub boot: BootCounter,
    /// Only records behind this one belong to it: the node counted its boots anew then.
    pub after: RecordKey,
    /// Wall time at its millisecond 0.
    pub offset_ms: i64,
    /// How far that may be off.
    pub error_ms: u64,
    /// By the node's own synchronised clock, not by times of receipt.
    pub trusted: bool,
}

/// An outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageRow {
    /// The event's record.
    pub key: RecordKey,
    /// Whose.
    pub node: NodeId,
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// Stable word of its cause.
    pub cause: &'static str,
    /// Attempts it took.
    pub attempts: u32,
}

/// A start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartRow {
    /// The event's record.
    pub key: RecordKey,
    /// Whose.
    pub node: NodeId,
    /// When.
    pub at: WallMs,
    /// Which boot.
    pub boot: BootCounter,
    /// The machine, or only the agent.
    pub machine: bool,
}

/// Newest word about a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeRow {
    /// Whose.
    pub node: NodeId,
    /// Which probe.
    pub probe: String,
    /// The event's record; an older word does not replace a newer one.
    pub key: RecordKey,
    /// Why it fails; `None` when it works again.
    pub failing: Option<String>,
}

impl History {
    /// Commits a group. When this returns `Ok`, the disk has it.
    ///
    /// # Errors
    /// What the database says; nothing of the group is stored then. Dropping the future before it returns leaves it open
    /// whether the group was stored.
    pub async fn append(&self, group: &Group) -> Result<(), StoreError> {
        let mut tx = self.pools.begin().await?;
        let c: &mut SqliteConnection = &mut tx;
        streams(c, &group.streams).await?;
        rollup::mark(c, &group.records, &group.hours).await?;
        records(c, &group.records).await?;
        statements::enter(c, &group.records).await?;
        nodes(c, &group.nodes).await?;
        blocks(c, &group.blocks).await?;
        boots(c, &group.boots).await?;
        outages(c, &group.outages).await?;
        starts(c, &group.starts).await?;
        probes(c, &group.probes).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Cuts rows into lists of [`LENGTHS`].
fn lists<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = LENGTHS.into_iter().find(|length| *length <= rows.len())?;
        let (list, rest) = rows.split_at(length);
        rows = rest;
        Some(list)
    })
}

/// Counters of the wire are u64, SQLite's integers i64: held at the end of the range.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

async fn streams(c: &mut SqliteConnection, rows: &[StreamRow]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO streams (number, node, epoch, below, ranges, untracked, newest, lost_records) ",
        );
        sql.push_values(list, |mut row, stream| {
            row.push_bind(i64::from(stream.number.0))
                .push_bind(stream.node.to_string())
                .push_bind(i64::from(stream.epoch.0))
                .push_bind(i64::from(stream.below))
                .push_bind(pack(&stream.ranges))
                .push_bind(i64::from(stream.untracked))
                .push_bind(i64::from(stream.newest.0))
                .push_bind(int(stream.lost_records));
        });
        sql.push(
            " ON CONFLICT (number) DO UPDATE SET below = excluded.below, ranges = excluded.ranges, \
             untracked = excluded.untracked, newest = excluded.newest, lost_records = excluded.lost_records",
        );
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

async fn records(c: &mut SqliteConnection, rows: &[RecordRow]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO records (key, stream, first_sequence, kind, boot, at_boot_ms, wall_ms, clock_error_ms, \
             received_ms, first_ms, last_ms, error_ms, dictionary, configuration, body) ",
        );
        sql.push_values(list, |mut row, record| {
            let (wall, clock_error) = match record.clock {
                ClockTrust::Unsynchronised => (None, None),
                ClockTrust::Synchronised { wall, error_ms } => (Some(wall.0), Some(i64::from(error_ms))),
            };
            row.push_bind(record.key.0)
                .push_bind(i64::from(record.key.stream().0))
                .push_bind(i64::from(record.first.0))
                .push_bind(i64::from(record.kind.code()))
                .push_bind(i64::from(record.boot.0))
                .push_bind(int(record.at.0))
                .push_bind(wall)
                .push_bind(clock_error)
                .push_bind(record.received.0)
                .push_bind(record.span.map(|span| span.first.0))
                .push_bind(record.span.map(|span| span.last.0))
                .push_bind(record.span.map(|span| int(span.error_ms)))
                .push_bind(i64::from(record.dictionary))
                .push_bind(i64::from(record.configuration))
                .push_bind(record.body.as_slice());
        });
        sql.push(" ON CONFLICT (key) DO NOTHING");
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

async fn nodes(c: &mut SqliteConnection, rows: &[NodeStateRow]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO node_state (node, newest_key, boot, at_boot_ms, heard_ms, report_within_s, clock_error_ms) ",
        );
        sql.push_values(list, |mut row, state| {
            row.push_bind(state.node.to_string())
                .push_bind(state.newest.0)
                .push_bind(i64::from(state.boot.0))
                .push_bind(int(state.at.0))
                .push_bind(state.heard.0)
                .push_bind(i64::from(state.report_within_s))
                .push_bind(state.clock_error_ms.map(i64::from));
        });
        sql.push(
            " ON CONFLICT (node) DO UPDATE SET newest_key = excluded.newest_key, boot = excluded.boot, \
             at_boot_ms = excluded.at_boot_ms, heard_ms = excluded.heard_ms, report_within_s = excluded.report_within_s, \
             clock_error_ms = excluded.clock_error_ms WHERE excluded.newest_key > node_state.newest_key",
        );
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

/// A node's newest block, which need not be in its newest record: events overtake blocks, and a backlog comes last.
async fn blocks(c: &mut SqliteConnection, rows: &[(NodeId, RecordKey)]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql = QueryBuilder::<Sqlite>::new("WITH newer (node, block_key) AS (");
        sql.push_values(list, |mut row, (node, key)| {
            row.push_bind(node.to_string()).push_bind(key.0);
        });
        sql.push(
            ") UPDATE node_state SET block_key = newer.block_key FROM newer WHERE node_state.node = newer.node \
             AND (node_state.block_key IS NULL OR node_state.block_key < newer.block_key)",
        );
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

async fn boots(c: &mut SqliteConnection, rows: &[BootRow]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO boots (node, boot, after_key, offset_ms, error_ms, trusted) ",
        );
        sql.push_values(list, |mut row, boot| {
            row.push_bind(boot.node.to_string())
                .push_bind(i64::from(boot.boot.0))
                .push_bind(boot.after.0)
                .push_bind(boot.offset_ms)
                .push_bind(int(boot.error_ms))
                .push_bind(i64::from(boot.trusted));
        });
        sql.push(
            " ON CONFLICT (node, boot) DO UPDATE SET after_key = excluded.after_key, offset_ms = excluded.offset_ms, error_ms = excluded.error_ms, \
             trusted = excluded.trusted",
        );
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

async fn outages(c: &mut SqliteConnection, rows: &[OutageRow]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql =
            QueryBuilder::<Sqlite>::new("INSERT INTO outages (key, node, from_ms, to_ms, cause, attempts) ");
        sql.push_values(list, |mut row, outage| {
            row.push_bind(outage.key.0)
                .push_bind(outage.node.to_string())
                .push_bind(outage.from.0)
                .push_bind(outage.to.0)
                .push_bind(outage.cause)
                .push_bind(i64::from(outage.attempts));
        });
        sql.push(" ON CONFLICT (key) DO NOTHING");
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

async fn starts(c: &mut SqliteConnection, rows: &[StartRow]) -> Result<(), StoreError> {
    for list in lists(rows) {
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO starts (key, node, at_ms, boot, machine) ");
        sql.push_values(list, |mut row, start| {
            row.push_bind(start.key.0)
                .push_bind(start.node.to_string())
                .push_bind(start.at.0)
                .push_bind(i64::from(start.boot.0))
                .push_bind(i64::from(start.machine));
        });
        sql.push(" ON CONFLICT (key) DO NOTHING");
        sql.build().execute(&mut *c).await?;
    }
    Ok(())
}

async fn probes(c: &mut SqliteConnection, rows: &[ProbeRow]) -> Result<(), StoreError> {
    // Row by row: events of probes are rare, and one group may hold two words about one probe, which PostgreSQL refuses
    // to update twice in one statement.
    for probe in rows {
        sqlx::query(
            "INSERT INTO probes (node, probe, key, failing, why) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (node, probe) DO UPDATE SET key = excluded.key, failing = excluded.failing, \
             why = excluded.why WHERE excluded.key > probes.key",
        )
        .bind(probe.node.to_string())
        .bind(probe.probe.as_str())
        .bind(probe.key.0)
        .bind(i64::from(probe.failing.is_some()))
        .bind(probe.failing.as_deref().unwrap_or_default())
        .execute(&mut *c)
        .await?;
    }
    Ok(())
}

/// Ranges as little-endian pairs.
fn pack(ranges: &[(u32, u32)]) -> Vec<u8> {
    ranges.iter().flat_map(|(first, last)| [first.to_le_bytes(), last.to_le_bytes()]).flatten().collect()
}

/// And back; a cut pair at the end is left out.
pub(super) fn unpack(bytes: &[u8]) -> Vec<(u32, u32)> {
    let (pairs, _cut) = bytes.as_chunks::<8>();
    pairs
        .iter()
        .map(|[a, b, c, d, e, f, g, h]| {
            (u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]))
        })
        .collect()
}
