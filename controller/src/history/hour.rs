//! An hour of one node in few bytes: of each column how many samples, the smallest, their sum, the largest. Pure.
//!
//! Enters: samples, or stored bytes. Leaves: an [`Hour`], or bytes. Stored as a block (docs/formats/block.md) of four
//! frames, so that it has the block's limits, and its decoder's tests. Numbers are whole: of a gauge its resolutions, of a
//! counter's rate thousandths of them a second.

use std::collections::BTreeMap;

use holdfast_protocol::block::{self, Block, BlockError, COLUMNS_MAX, STEP_MS_MAX, STEP_MS_MIN};
use holdfast_protocol::field;
use holdfast_protocol::frame::Column;
use holdfast_protocol::time::{BootMs, WallMs};

use super::samples::{Sample, is_counter};
use super::{HourKey, StreamNumber};

/// Length of an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Frames of the block that holds an hour: samples, smallest, sum, largest.
const FRAMES: usize = 4;
/// Rates are held in thousandths of a resolution a second.
const RATE_PARTS: f64 = 1_000.0;

/// What one column was in an hour, in whole steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub samples: u32,
    /// Smallest.
    pub min: i64,
    /// Sum; held at the end of the range.
    pub sum: i64,
    /// Largest.
    pub max: i64,
}

/// An hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hour {
    /// Longest sampling step in it, in ms: what the number of samples is measured by.
    pub step_ms: u64,
    /// Columns that have samples.
    pub columns: BTreeMap<Column, Share>,
}

impl Default for Hour {
    fn default() -> Self {
        Self { step_ms: STEP_MS_MIN, columns: BTreeMap::new() }
    }
}

impl Hour {
    /// Adds a sample. Past the block's limit no column is begun: an hour of a real node has some 90.
    pub fn add(&mut self, column: &Column, sample: &Sample) {
        let steps = steps(sample.value, scale(column));
        self.step_ms = self.step_ms.max(sample.step_ms.min(STEP_MS_MAX));
        self.share(column, Share { samples: 1, min: steps, sum: steps, max: steps });
    }

    /// Adds another part of the same hour.
    pub fn join(&mut self, other: &Self) {
        self.step_ms = self.step_ms.max(other.step_ms);
        for (column, share) in &other.columns {
            self.share(column, *share);
        }
    }

    fn share(&mut self, column: &Column, add: Share) {
        if let Some(share) = self.columns.get_mut(column) {
            share.samples = share.samples.saturating_add(add.samples);
            share.min = share.min.min(add.min);
            share.sum = share.sum.saturating_add(add.sum);
            share.max = share.max.max(add.max);
        } else if self.columns.len() < COLUMNS_MAX {
            self.columns.insert(column.clone(), add);
        }
    }

    /// Its bytes.
    ///
    /// # Errors
    /// None for what [`Hour::add`] made; the block's limits are wider than an hour's.
    pub fn encode(&self) -> Result<Vec<u8>, BlockError> {
        let columns = self.columns.iter().map(|(column, share)| {
            let values = [i64::from(share.samples), share.min, share.sum, share.max];
            (column.clone(), values.map(Some).to_vec())
        });
        block::encode(&Block {
            step_ms: self.step_ms,
            first_at: BootMs(0),
            frames: FRAMES,
            columns: columns.collect(),
        })
    }

    /// And back.
    ///
    /// # Errors
    /// What the block's decoder says; [`BlockError::Empty`] for another number of frames.
    pub fn decode(bytes: &[u8]) -> Result<Self, BlockError> {
        let block = block::decode(bytes, BootMs(0))?;
        if block.frames != FRAMES {
            return Err(BlockError::Empty);
        }
        let columns = block.columns.into_iter().filter_map(|(column, values)| {
            let [Some(samples), Some(min), Some(sum), Some(max)] = values.as_slice() else { return None };
            let samples = u32::try_from(*samples).ok()?;
            Some((column, Share { samples, min: *min, sum: *sum, max: *max }))
        });
        Ok(Self { step_ms: block.step_ms, columns: columns.collect() })
    }
}

/// The value of one step of a column, in its unit or its unit a second.
#[must_use]
pub fn scale(column: &Column) -> f64 {
    let resolution = field::by_id(column.field).map_or(1.0, |field| field.resolution);
    if is_counter(column) { resolution / RATE_PARTS } else { resolution }
}

/// Samples by hours. What lies before 1970 or past 2³¹ hours has none.
#[must_use]
pub fn by_hour(columns: &BTreeMap<Column, Vec<Sample>>) -> BTreeMap<u32, Hour> {
    let mut hours: BTreeMap<u32, Hour> = BTreeMap::new();
    for (column, samples) in columns {
        for sample in samples {
            if let Some(hour) = hour_of(sample.at) {
                hours.entry(hour).or_default().add(column, sample);
            }
        }
    }
    hours
}

/// The hour of an instant, from 1970 on.
#[must_use]
pub fn hour_of(at: WallMs) -> Option<u32> {
    u32::try_from(at.0.div_euclid(HOUR_MS)).ok().filter(|hour| *hour <= HourKey::HOUR_MAX)
}

/// When an hour begins.
#[must_use]
pub fn begin_of(hour: u32) -> WallMs {
    WallMs(i64::from(hour).saturating_mul(HOUR_MS))
}

/// The hours that a block's frames lie in, and the one behind its last: a counter's first rate there depends on it. At most
/// one for each frame and one more, whatever the block claims.
#[must_use]
pub fn hours_of(number: StreamNumber, first: WallMs, frames: usize, step_ms: u64) -> Vec<HourKey> {
    let step_ms = i64::try_from(step_ms).unwrap_or(i64::MAX);
    let mut hours: Vec<HourKey> = Vec::new();
    for index in 0..=i64::try_from(frames).unwrap_or(i64::MAX) {
        let at = first.plus_ms(step_ms.saturating_mul(index));
        let Some(hour) = hour_of(at) else { continue };
        if hours.last().is_none_or(|last| last.hour != hour) {
            hours.push(HourKey { node: number, hour });
        }
    }
    hours
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a cast from f64 saturates; values of the dictionary are below 2^53 steps"
)]
fn steps(value: f64, scale: f64) -> i64 {
    (value / scale).round() as i64
}
