//! One node, whole: its row, its newest readings, its timeline.
//!
//! Enters: a node and a range. Leaves: a [`NodePage`]. Readings are read from the newest block in history when they are
//! asked for, so that memory holds none of them.

use holdfast_protocol::block::{self, Block};
use holdfast_protocol::field::{self, FieldId, Kind};
use holdfast_protocol::frame::Column;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;

use super::QueryError;
use crate::clock::Now;
use crate::fleet::lane::runs_of;
use crate::fleet::{Fleet, rows};
use crate::history::History;
use crate::history::read::StoredBlock;
use crate::model::{
    IdentityView, LateView, NodePage, NodeRow, OutageView, Reading, SpoolView, StartView, Timeline,
};

/// Data that was received so much after it was measured "came late".
const LATE_MS: i64 = 300_000;
/// Late stretches of at most this distance are one.
const LATE_JOIN_MS: i64 = 120_000;

/// Its row alone, from memory.
///
/// # Errors
/// [`QueryError::NotFound`].
pub async fn node_row(fleet: &Fleet, id: NodeId) -> Result<NodeRow, QueryError> {
    fleet
        .read(|inner| {
            let node = inner.nodes.get(&id)?;
            Some(rows::node_row(node, node.site.and_then(|site| inner.sites.get(&site))))
        })
        .ok_or(QueryError::NotFound { what: "node" })
}

/// All of it, with the timeline from `from` to `to`.
///
/// # Errors
/// [`QueryError::NotFound`], [`QueryError::Ask`] for a range that is none, and what the database says.
pub async fn node(
    fleet: &Fleet,
    history: &History,
    id: NodeId,
    (from, to): (WallMs, WallMs),
    now: Now,
) -> Result<NodePage, QueryError> {
    if from >= to {
        return Err(QueryError::Ask { parameter: "from", why: "has to be before `to`" });
    }
    let row = node_row(fleet, id).await?;
    let (reasons, spool, identity) = fleet
        .read(|inner| {
            let node = inner.nodes.get(&id)?;
            let digest = node.digest.as_ref();
            let spool = SpoolView {
                records: digest.and_then(|digest| digest.spool_records),
                bytes: digest.and_then(|digest| digest.spool_bytes),
                lost_records: node.lost_records,
                missing_records: node.missing_records,
            };
            let identity = IdentityView {
                enrolled: node.enrolled,
                certificate_ends: node.certificate_ends,
                code: node.code.to_string(),
                boot: node.boot.map(|boot| boot.0),
                clock_error_ms: node.clock_error_ms,
            };
            Some((node.reasons.clone(), spool, identity))
        })
        .ok_or(QueryError::NotFound { what: "node" })?;
    let newest = history.newest_block(id).await?;
    Ok(NodePage {
        row,
        reasons,
        readings: newest.as_ref().map(readings).unwrap_or_default(),
        timeline: timeline(history, id, from, to.min(now.wall)).await?,
        spool,
        identity,
        made_at: now.wall,
    })
}

async fn timeline(history: &History, id: NodeId, from: WallMs, to: WallMs) -> Result<Timeline, QueryError> {
    let changes = history.presence_of(id, from, to).await?;
    let outages = history.outages(id, from, to).await?;
    let starts = history.starts(id, from, to).await?;
    let late = history.late(id, from, to, LATE_MS).await?;
    Ok(Timeline {
        from,
        to,
        presence: runs_of(changes.into_iter().map(|change| (change.from, change.word)), from, to),
        outages: outages
            .into_iter()
            .map(|o| OutageView { from: o.from, to: o.to, cause: o.cause, attempts: o.attempts })
            .collect(),
        starts: starts
            .into_iter()
            .map(|start| StartView { at: start.at, boot: start.boot.0, machine: start.machine })
            .collect(),
        late: joined(late),
    })
}

/// Late blocks that follow each other, as one stretch; it "arrived" when its last part did.
fn joined(blocks: Vec<(WallMs, WallMs, WallMs)>) -> Vec<LateView> {
    let mut stretches: Vec<LateView> = Vec::new();
    for (from, to, arrived) in blocks {
        match stretches.last_mut() {
            Some(last) if from.since_ms(last.to) <= LATE_JOIN_MS => {
                last.to = last.to.max(to);
                last.arrived = last.arrived.max(arrived);
            }
            _ => stretches.push(LateView { from, to, arrived }),
        }
    }
    stretches
}

/// Newest value of every column, in the dictionary's order. A body that cannot be read has none.
fn readings(stored: &StoredBlock) -> Vec<Reading> {
    let Ok(block) = block::decode(&stored.body, stored.at) else { return Vec::new() };
    block.columns.iter().map(|(column, values)| reading(stored, &block, column, values)).collect()
}

fn reading(stored: &StoredBlock, block: &Block, column: &Column, values: &[Option<i64>]) -> Reading {
    let mut newest = values.iter().enumerate().rev().filter_map(|(index, value)| value.map(|v| (index, v)));
    let (last, before) = (newest.next(), newest.next());
    let known = field::by_id(column.field);
    let value = |steps: i64| known.map_or_else(|| plain(steps), |field| field.value(steps));
    let rate = known.filter(|field| field.kind == Kind::Counter).and_then(|_| {
        let ((index, steps), (index_before, steps_before)) = last.zip(before)?;
        let ms = block.at(index).since_ms(block.at(index_before));
        (steps >= steps_before && ms > 0).then(|| (value(steps) - value(steps_before)) * 1_000.0 / whole(ms))
    });
    let after_ms = last.map_or(0, |(index, _)| block.at(index).since_ms(block.first_at));
    Reading {
        field: name(column.field),
        instance: column.instance.to_string(),
        unit: known.map_or("", |field| field.unit.symbol()),
        value: last.map(|(_, steps)| value(steps)),
        rate,
        at: stored
            .span
            .map_or(stored.received, |span| span.first.plus_ms(i64::try_from(after_ms).unwrap_or(i64::MAX))),
        error_ms: stored.span.map_or(0, |span| span.error_ms),
    }
}

/// A field's name, or one made of its number.
pub(super) fn name(id: FieldId) -> String {
    field::by_id(id).map_or_else(|| format!("field_{}", id.0), |field| field.name.to_owned())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a field nobody knows only loses digits"
)]
pub(super) const fn plain(steps: i64) -> f64 {
    steps as f64
}

/// Milliseconds of a block fit f64 exactly: 360 steps of at most a day.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "below 2^53")]
pub(super) const fn whole(ms: u64) -> f64 {
    ms as f64
}
