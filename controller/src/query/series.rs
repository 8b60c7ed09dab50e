//! A chart's data: smallest, mean, largest and share of samples present, a bucket.
//!
//! Enters: a node, a field, a range, how many points. Leaves: a [`Series`]. Buckets are whole numbers of the sampling
//! step and lie so that samples fall into their middle, because else a jitter of a millisecond would make holes. Counters
//! become rates between neighbours of one boot; a gap is never joined over, neither by a line nor by a rate.

use holdfast_protocol::field::{self, FieldId};
use holdfast_protocol::frame::Column;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;

use super::node::{name, plain, whole};
use super::{QueryError, coarse, node_row};
use crate::fleet::Fleet;
use crate::history::History;
use crate::history::read::BlockCursor;
use crate::history::samples::{Gathered, Sample, Wanted, is_counter};
use crate::model::{Point, Series};

/// Most points: two for each pixel of a wide screen's half.
const POINTS_MAX: u32 = 2_000;
/// Most samples of one answer from records, over all its columns: 3.5 days at 10 s, above which hours are whole, are 30,240
/// for each of 8 charts; 40 B each.
const SAMPLES_MAX: usize = 1_000_000;
/// Longest range: 400 days.
const RANGE_MS_MAX: i64 = 400 * 86_400_000;

/// What is asked of one column.
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

/// A range, and how fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesRange {
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// Points of each column at most.
    pub points: u32,
}

/// Makes one column's.
///
/// # Errors
/// As [`series_of`].
pub async fn series(
    fleet: &Fleet,
    history: &History,
    id: NodeId,
    ask: &SeriesAsk,
) -> Result<Series, QueryError> {
    let range = SeriesRange { from: ask.from, to: ask.to, points: ask.points };
    let column = [(ask.field.clone(), ask.instance.clone())];
    let mut made = series_of(fleet, history, id, &column, range).await?;
    made.pop().ok_or(QueryError::NotFound { what: "field" })
}

/// Makes those of several columns (field, copy) of one node, in their order. Each block is read and decoded once.
///
/// # Errors
/// [`QueryError::NotFound`], [`QueryError::Ask`], [`QueryError::TooMuch`], and what the database says.
pub async fn series_of(
    fleet: &Fleet,
    history: &History,
    id: NodeId,
    asked: &[(String, String)],
    range: SeriesRange,
) -> Result<Vec<Series>, QueryError> {
    node_row(fleet, id).await?;
    check(range)?;
    let columns = asked
        .iter()
        .map(|(field, instance)| Ok(Column::of(number(field)?, instance)))
        .collect::<Result<Vec<Column>, QueryError>>()?;
    let wanted_ms = ceil_div(range.to.since_ms(range.from), i64::from(range.points));
    if coarse::is_coarse(range, wanted_ms, history.raw_from().await?) {
        let (bucket_ms, points) = coarse::points(history, id, &columns, range, wanted_ms).await?;
        let made = columns.iter().zip(asked).zip(points);
        return Ok(made
            .map(|((column, asked), points)| shaped(column, asked, range, bucket_ms, points))
            .collect());
    }
    let samples = gathered(history, id, &columns, range).await?.finish();
    let made = columns.iter().zip(asked).map(|(column, asked)| {
        let samples = samples.get(column).map(Vec::as_slice).unwrap_or_default();
        let (bucket_ms, points) = buckets(samples, range, wanted_ms);
        shaped(column, asked, range, bucket_ms, points)
    });
    Ok(made.collect())
}

fn shaped(
    column: &Column,
    (_, instance): &(String, String),
    range: SeriesRange,
    bucket_ms: i64,
    points: Vec<Point>,
) -> Series {
    let unit = field::by_id(column.field).map_or("", |field| field.unit.symbol());
    Series {
        field: name(column.field),
        instance: instance.clone(),
        unit: if is_counter(column) { format!("{unit}/s") } else { unit.to_owned() },
        from: range.from,
        to: range.to,
        bucket_ms,
        points,
    }
}

async fn gathered(
    history: &History,
    id: NodeId,
    columns: &[Column],
    range: SeriesRange,
) -> Result<Gathered, QueryError> {
    let mut gathered = Gathered::default();
    let mut cursor = BlockCursor::START;
    loop {
        let (blocks, next) = history.blocks(id, range.from, range.to, cursor).await?;
        for block in &blocks {
            gathered.add(block, Wanted::These(columns));
        }
        if gathered.count() > SAMPLES_MAX {
            return Err(QueryError::TooMuch { limit: SAMPLES_MAX });
        }
        let Some(next) = next else { return Ok(gathered) };
        cursor = next;
        // A thousand decoded blocks are enough of one thread at a time.
        tokio::task::yield_now().await;
    }
}

const fn refuse(parameter: &'static str, why: &'static str) -> QueryError {
    QueryError::Ask { parameter, why }
}

fn check(range: SeriesRange) -> Result<(), QueryError> {
    if range.from >= range.to {
        return Err(refuse("from", "has to be before `to`"));
    }
    if range.to.since_ms(range.from) > RANGE_MS_MAX {
        return Err(refuse("to", "has to be within 400 days of `from`"));
    }
    if range.points == 0 || range.points > POINTS_MAX {
        return Err(refuse("points", "has to be from 1 to 2000"));
    }
    Ok(())
}

fn number(text: &str) -> Result<FieldId, QueryError> {
    let numbered = || text.strip_prefix("field_")?.parse().ok().map(FieldId);
    field::by_name(text)
        .map(|field| field.id)
        .or_else(numbered)
        .ok_or_else(|| refuse("field", "is not in the dictionary; write its name, or field_ and its number"))
}

fn buckets(values: &[Sample], ask: SeriesRange, wanted_ms: i64) -> (i64, Vec<Point>) {
    let step = values.iter().map(|sample| sample.step_ms).max().map_or(1, int);
    let bucket_ms = ceil_div(wanted_ms, step).saturating_mul(step);
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
