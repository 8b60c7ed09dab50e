//! From stored blocks to samples in wall time, a list for each column. Pure.
//!
//! Enters: blocks in order of time, which columns are wanted. Leaves: samples in order, each frame once; of counters their
//! rates. A block is decoded once, however many columns are wanted. A number of a boot is not enough to tell boots apart:
//! a node that loses its counter uses numbers again, so that a boot is known by stream, number and place in time together.

use std::collections::BTreeMap;

use holdfast_protocol::block;
use holdfast_protocol::field::{self, Kind};
use holdfast_protocol::frame::Column;
use holdfast_protocol::time::WallMs;

use super::StreamNumber;
use super::read::StoredBlock;

/// Neighbours further apart than this many steps are not neighbours.
const GAP_STEPS: f64 = 1.5;
/// Blocks of one boot lie at one offset, but for what estimates of it differ by: seconds. Two boots with one number lie at
/// least the first one's length apart; one of under a minute has six frames.
const BOOT_APART_MS: u64 = 60_000;
/// Boots with one number that are told apart at most; a node that claims more of them in one range loses rates only.
const NAMESAKES_MAX: usize = 16;

/// A column's value at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Which boot, by a number of this list's own.
    boot: u32,
    at_boot_ms: u64,
    /// When.
    pub at: WallMs,
    /// Milliseconds from one frame to the next.
    pub step_ms: u64,
    /// In the field's unit; of a counter, once finished, per second.
    pub value: f64,
}

/// Which columns.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// All.
    All,
    /// These.
    These(&'a [Column]),
}

/// Samples that are being gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    columns: BTreeMap<Column, Vec<Sample>>,
    boots: BTreeMap<(StreamNumber, u32), Vec<(i64, u32)>>,
    named: u32,
    count: usize,
}

impl Gathered {
    /// Takes a block's samples. One that cannot be read, or whose time is not known, has none.
    pub fn add(&mut self, stored: &StoredBlock, wanted: Wanted<'_>) {
        let Some(span) = stored.span else { return };
        let Ok(block) = block::decode(&stored.body, stored.at) else { return };
        let boot = self.boot(stored, span.first);
        for (column, values) in &block.columns {
            let is_wanted = match wanted {
                Wanted::All => true,
                Wanted::These(columns) => columns.contains(column),
            };
            if !is_wanted {
                continue;
            }
            if !self.columns.contains_key(column) {
                self.columns.insert(column.clone(), Vec::new());
            }
            let Some(samples) = self.columns.get_mut(column) else { continue };
            let before = samples.len();
            let known = field::by_id(column.field);
            samples.extend(values.iter().enumerate().filter_map(|(index, steps)| {
                let steps = (*steps)?;
                let at_boot = block.at(index);
                let after_ms = i64::try_from(at_boot.since_ms(block.first_at)).unwrap_or(i64::MAX);
                Some(Sample {
                    boot,
                    at_boot_ms: at_boot.0,
                    at: span.first.plus_ms(after_ms),
                    step_ms: block.step_ms,
                    value: known.map_or_else(|| plain(steps), |field| field.value(steps)),
                })
            }));
            self.count = self.count.saturating_add(samples.len().saturating_sub(before));
        }
    }

    /// How many samples there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Each frame once, in order; counters as rates between neighbours of one boot.
    #[must_use]
    pub fn finish(mut self) -> BTreeMap<Column, Vec<Sample>> {
        for (column, samples) in &mut self.columns {
            // A frame that a thinned record repeats is there twice; of equal instants of one boot one stays.
            samples.sort_by_key(|sample| (sample.boot, sample.at_boot_ms));
            samples.dedup_by_key(|sample| (sample.boot, sample.at_boot_ms));
            if is_counter(column) {
                *samples = rates(samples);
            }
        }
        self.columns
    }

    /// The number under which this list knows a block's boot.
    fn boot(&mut self, stored: &StoredBlock, first: WallMs) -> u32 {
        let offset_ms = first.plus_ms(-i64::try_from(stored.at.0).unwrap_or(i64::MAX)).0;
        let namesakes = self.boots.entry((stored.key.stream(), stored.boot.0)).or_default();
        let near = namesakes.iter_mut().find(|(other, _)| other.abs_diff(offset_ms) <= BOOT_APART_MS);
        if let Some((last, number)) = near {
            *last = offset_ms;
            return *number;
        }
        self.named = self.named.saturating_add(1);
        if namesakes.len() >= NAMESAKES_MAX {
            namesakes.remove(0);
        }
        namesakes.push((offset_ms, self.named));
        self.named
    }
}

/// Whether a column's samples are rates.
#[must_use]
pub fn is_counter(column: &Column) -> bool {
    field::by_id(column.field).is_some_and(|field| field.kind == Kind::Counter)
}

/// Rates between neighbours. A counter that is lower than before was started anew: it has counted from zero since then.
fn rates(samples: &[Sample]) -> Vec<Sample> {
    let pairs = samples.iter().zip(samples.iter().skip(1));
    pairs
        .filter_map(|(before, after)| {
            let ms = whole(after.at_boot_ms.saturating_sub(before.at_boot_ms));
            let neighbours = before.boot == after.boot && ms > 0.0 && ms <= whole(after.step_ms) * GAP_STEPS;
            let grown = if after.value >= before.value { after.value - before.value } else { after.value };
            neighbours.then(|| Sample { value: grown * 1_000.0 / ms, ..*after })
        })
        .collect()
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a field nobody knows only loses digits"
)]
const fn plain(steps: i64) -> f64 {
    steps as f64
}

/// Milliseconds of a block fit f64 exactly: 360 steps of at most a day.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "below 2^53")]
const fn whole(ms: u64) -> f64 {
    ms as f64
}
