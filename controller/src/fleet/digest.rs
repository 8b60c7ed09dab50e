//! What the fleet keeps of a block: the few newest readings that lists and reasons need.
//!
//! Enters: a decoded block. Leaves: a [`Digest`], mostly under 100 bytes: disks and sensors are in it only when they are
//! near a threshold. All other readings stay in history and are read when a page asks.

use holdfast_protocol::block::Block;
use holdfast_protocol::field::{
    AGENT_SPOOL_BYTES, AGENT_SPOOL_RECORDS, DISK_AVAILABLE, DISK_USED, FieldId, HOST_MEMORY_TOTAL,
    HOST_MEMORY_USED, LINK_ROUTE, LINK_RTT, TEMPERATURE, by_id,
};
use holdfast_protocol::frame::Column;

use super::reasons::{DISK_PERCENT, TEMPERATURE_CELSIUS};

/// Most disks and most sensors kept of one node; the fullest and hottest stay.
const KEPT_MAX: usize = 16;

/// Newest readings of a node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Digest {
    /// Round trip of the controller connection, in ms.
    pub rtt_ms: Option<f64>,
    /// The interface that carries it.
    pub route: Option<Box<str>>,
    /// Records in its spool.
    pub spool_records: Option<u64>,
    /// Bytes of its spool.
    pub spool_bytes: Option<u64>,
    /// Memory used, of a hundred.
    pub memory_percent: Option<f64>,
    /// Mount points that are nearly full, fullest first: used, of a hundred.
    pub disks: Vec<(Box<str>, f64)>,
    /// Hot sensors, hottest first: °C.
    pub sensors: Vec<(Box<str>, f64)>,
}

impl Digest {
    /// Draws it from a block.
    #[must_use]
    pub fn of(block: &Block) -> Self {
        let memory = match (newest(block, HOST_MEMORY_USED, ""), newest(block, HOST_MEMORY_TOTAL, "")) {
            (Some(used), Some(total)) if total > 0.0 => Some(used / total * 100.0),
            (_, _) => None,
        };
        let route = instances(block, LINK_ROUTE).find(|name| newest(block, LINK_ROUTE, name) == Some(1.0));
        Self {
            rtt_ms: newest(block, LINK_RTT, ""),
            route: route.map(Into::into),
            spool_records: newest(block, AGENT_SPOOL_RECORDS, "").map(whole),
            spool_bytes: newest(block, AGENT_SPOOL_BYTES, "").map(whole),
            memory_percent: memory,
            disks: highest(instances(block, DISK_USED), DISK_PERCENT.close, |mount| {
                let used = newest(block, DISK_USED, mount)?;
                // As df counts: what is reserved for root is neither used nor available.
                let all = used + newest(block, DISK_AVAILABLE, mount)?;
                (all > 0.0).then(|| used / all * 100.0)
            }),
            sensors: highest(instances(block, TEMPERATURE), TEMPERATURE_CELSIUS.close, |sensor| {
                newest(block, TEMPERATURE, sensor)
            }),
        }
    }
}

/// The newest value of a column, in the field's unit.
fn newest(block: &Block, field: FieldId, instance: &str) -> Option<f64> {
    let (_, steps) = block.newest(&Column::of(field, instance))?;
    Some(by_id(field)?.value(steps))
}

fn instances(block: &Block, field: FieldId) -> impl Iterator<Item = &str> {
    block.columns.iter().filter(move |(column, _)| column.field == field).map(|(column, _)| &*column.instance)
}

fn highest<'a>(
    names: impl Iterator<Item = &'a str>,
    from: f64,
    value: impl Fn(&str) -> Option<f64>,
) -> Vec<(Box<str>, f64)> {
    let mut found: Vec<(Box<str>, f64)> = names
        .filter_map(|name| value(name).filter(|value| *value >= from).map(|value| (name.into(), value)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(KEPT_MAX);
    found
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and a negative or missing number of records becomes 0"
)]
fn whole(value: f64) -> u64 {
    value as u64
}
