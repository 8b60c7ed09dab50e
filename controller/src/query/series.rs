//! A chart's data: smallest, mean, largest and share of samples present, a bucket.
//!
//! Enters: a node, a field, a range, how many points. Leaves: a [`Series`]. Buckets are whole numbers of the sampling
//! step and lie so that samples fall into their middle, because else a jitter of a millisecond would make holes. Counters
//! become rates between neighbours of one boot; a gap is never joined over, neither by a line nor by a rate.

use holdfast_protocol::block;
use holdfast_protocol::field::{self, Field, FieldId, Kind};
use holdfast_protocol::frame::Column;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;

use super::node::{name, plain, whole};
use super::{QueryError, node_row};
use crate::fleet::Fleet;
use crate::history::History;
use crate::history::read::{BlockCursor, StoredBlock};
use crate::model::{Point, Series};

/// Most points: two for each pixel of a wide screen's half.
const POINTS_MAX: u32 = 2_000;
/// Most samples of one answer: 30 days at 10 s are 259,200; 24 B each.
const SAMPLES_MAX: usize = 1_000_000;
/// Longest range: 400 days.
const RANGE_MS_MAX: i64 = 400 * 86_400_000;
/// Neighbours further apart than this many steps are not neighbours.
const GAP_STEPS: f64 = 1.5;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAsk {
    /// Dictionary name, or `field_<number>`.
    pub field: String,
    /// Copy; empty where there is one.
    pub instance: String,
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// Points at most.
    pub points: u32,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    boot: u32,
    at_boot_ms: u64,
    at: WallMs,
    step_ms: u64,
    value: f64,
}

/// Makes it.
///
/// # Errors
/// [`QueryError::NotFound`], [`QueryError::Ask`], [`QueryError::TooMuch`], and what the database says.
pub async fn series(
    fleet: &Fleet,
    history: &History,
    id: NodeId,
    ask: &SeriesAsk,
) -> Result<Series, QueryError> {
    node_row(fleet, id).await?;
    let number = check(ask)?;
    let known = field::by_id(number);
    let column = Column::of(number, &ask.instance);
    let mut samples = Vec::new();
    let mut cursor = BlockCursor::START;
    loop {
        let (blocks, next) = history.blocks(id, ask.from, ask.to, cursor).await?;
        for block in &blocks {
            collect(&mut samples, block, &column, known);
        }
        if samples.len() > SAMPLES_MAX {
            return Err(QueryError::TooMuch { limit: SAMPLES_MAX });
        }
        let Some(next) = next else { break };
        cursor = next;
        // A thousand decoded blocks are enough of one thread at a time.
        tokio::task::yield_now().await;
    }
    // A frame that a thinned record repeats is there twice; of equal instants one stays.
    samples.sort_by_key(|sample| (sample.boot, sample.at_boot_ms));
    samples.dedup_by_key(|sample| (sample.boot, sample.at_boot_ms));
    let counter = known.is_some_and(|field| field.kind == Kind::Counter);
    let values = if counter { rates(&samples) } else { samples };
    let (bucket_ms, points) = buckets(&values, ask);
    let unit = known.map_or("", |field| field.unit.symbol());
    Ok(Series {
        field: name(number),
        instance: ask.instance.clone(),
        unit: if counter { format!("{unit}/s") } else { unit.to_owned() },
        from: ask.from,
        to: ask.to,
        bucket_ms,
        points,
    })
}

fn check(ask: &SeriesAsk) -> Result<FieldId, QueryError> {
    let refuse = |parameter, why| QueryError::Ask { parameter, why };
    if ask.from >= ask.to {
        return Err(refuse("from", "has to be before `to`"));
    }
    if ask.to.since_ms(ask.from) > RANGE_MS_MAX {
        return Err(refuse("to", "has to be within 400 days of `from`"));
    }
    if ask.points == 0 || ask.points > POINTS_MAX {
        return Err(refuse("points", "has to be from 1 to 2000"));
    }
    let numbered = || ask.field.strip_prefix("field_")?.parse().ok().map(FieldId);
    field::by_name(&ask.field)
        .map(|field| field.id)
        .or_else(numbered)
        .ok_or_else(|| refuse("field", "is not in the dictionary; write its name, or field_ and its number"))
}

fn collect(samples: &mut Vec<Sample>, stored: &StoredBlock, column: &Column, known: Option<&Field>) {
    let Some(span) = stored.span else { return };
    let Ok(block) = block::decode(&stored.body, stored.at) else { return };
    let Ok(index) = block.columns.binary_search_by(|(candidate, _)| candidate.cmp(column)) else { return };
    let Some((_, values)) = block.columns.get(index) else { return };
    for (index, steps) in values.iter().enumerate() {
        let Some(steps) = *steps else { continue };
        let at_boot = block.at(index);
        let after_ms = i64::try_from(at_boot.since_ms(block.first_at)).unwrap_or(i64::MAX);
        samples.push(Sample {
            boot: stored.boot.0,
            at_boot_ms: at_boot.0,
            at: span.first.plus_ms(after_ms),
            step_ms: block.step_ms,
            value: known.map_or_else(|| plain(steps), |field| field.value(steps)),
        });
    }
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

fn buckets(values: &[Sample], ask: &SeriesAsk) -> (i64, Vec<Point>) {
    let wanted = ceil_div(ask.to.since_ms(ask.from), i64::from(ask.points));
    let step = values.iter().map(|sample| sample.step_ms).max().map_or(1, int);
    let bucket_ms = ceil_div(wanted, step).saturating_mul(step);
    let inside = values.iter().filter(|sample| sample.at >= ask.from && sample.at < ask.to);
    let Some(first) = inside.clone().map(|sample| sample.at).min() else { return (bucket_ms, Vec::new()) };
    // Half a step before the first sample, moved back by whole buckets to the range's begin.
    let phase = first.plus_ms(-step / 2).since_ms(ask.from).rem_euclid(bucket_ms);
    let origin = ask.from.plus_ms(if phase == 0 { 0 } else { phase.saturating_sub(bucket_ms) });
    let mut filled: std::collections::BTreeMap<i64, Bucket> = std::collections::BTreeMap::new();
    for sample in inside {
        let index = sample.at.since_ms(origin).div_euclid(bucket_ms);
        filled.entry(index).or_default().add(sample);
    }
    let points = filled
        .into_iter()
        .map(|(index, bucket)| bucket.point(origin.plus_ms(index.saturating_mul(bucket_ms)), bucket_ms))
        .collect();
    (bucket_ms, points)
}

#[derive(Debug)]
struct Bucket {
    min: f64,
    max: f64,
    sum: f64,
    samples: u32,
    step_ms: u64,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY, sum: 0.0, samples: 0, step_ms: 1 }
    }
}

impl Bucket {
    fn add(&mut self, sample: &Sample) {
        self.min = self.min.min(sample.value);
        self.max = self.max.max(sample.value);
        self.sum += sample.value;
        self.samples = self.samples.saturating_add(1);
        self.step_ms = self.step_ms.max(sample.step_ms);
    }

    fn point(&self, at: WallMs, bucket_ms: i64) -> Point {
        let expected = (plain(bucket_ms) / whole(self.step_ms)).max(1.0);
        Point {
            at,
            min: self.min,
            mean: self.sum / f64::from(self.samples),
            max: self.max,
            present: (f64::from(self.samples) / expected).min(1.0),
        }
    }
}

fn ceil_div(value: i64, by: i64) -> i64 {
    let by = by.max(1);
    value.saturating_add(by.saturating_sub(1)).div_euclid(by).max(1)
}

fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
