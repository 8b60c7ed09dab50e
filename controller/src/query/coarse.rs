//! A chart's data over a wide range, from roll-ups of whole hours; and over one whose records are gone.
//!
//! Enters: a node, columns, a range. Leaves: buckets of whole hours. What is not rolled up as it is now (the hour that runs,
//! late data of the last minutes) is made from records here, by the same code, so that it is the same at every width.
//! Buckets lie so that the last ends with the hour of the range's end: none reaches far past now.

use std::collections::BTreeMap;

use holdfast_protocol::frame::Column;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;

use super::QueryError;
use super::node::{plain, whole};
use super::series::SeriesRange;
use crate::history::hour::{HOUR_MS, Hour, Share, begin_of, hour_of, scale};
use crate::history::{History, HourKey};
use crate::model::Point;

/// Roll-ups of one page of a read: at most 1 kB each.
const PAGE: u32 = 1_000;
/// Hours made from records for one answer: 720 blocks at a report a minute, half a day. Of older ones that are dirty the stored form is shown, which lacks
/// what came in the last minutes.
const FRESH_MAX: usize = 12;

/// Whether a range is answered from roll-ups: buckets of half an hour and more become whole hours, and what lies before
/// `raw_from` has no records.
pub(super) fn is_coarse(range: SeriesRange, wanted_ms: i64, raw_from: WallMs) -> bool {
    wanted_ms.saturating_mul(2) >= HOUR_MS || range.from < raw_from
}

/// Width of a bucket, and the points of each column.
pub(super) async fn points(
    history: &History,
    id: NodeId,
    columns: &[Column],
    range: SeriesRange,
    wanted_ms: i64,
) -> Result<(i64, Vec<Vec<Point>>), QueryError> {
    let width = wanted_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS).max(1);
    let bucket_ms = width.saturating_mul(HOUR_MS);
    let mut made: Vec<BTreeMap<i64, Sum>> = vec![BTreeMap::new(); columns.len()];
    let none = |made: Vec<BTreeMap<i64, Sum>>| (bucket_ms, made.iter().map(|_| Vec::new()).collect());
    // A range may begin before 1970 and end after all time.
    let first = hour_of(range.from.max(WallMs(0)));
    let last = hour_of(range.to.plus_ms(-1)).or_else(|| (range.to.0 > 0).then_some(HourKey::HOUR_MAX));
    let (Some(first), Some(last), Some(node)) = (first, last, history.number(id).await?) else {
        return Ok(none(made));
    };
    let bucket_of =
        |hour: u32| i64::from(hour).saturating_sub(i64::from(last)).saturating_sub(1).div_euclid(width);
    let mut add = |hour: u32, found: &Hour| {
        for (column, sums) in columns.iter().zip(&mut made) {
            if let Some(share) = found.columns.get(column) {
                sums.entry(bucket_of(hour)).or_default().add(*share, found.step_ms);
            }
        }
    };
    let mut fresh = history.dirty_hours(node, (first, last)).await?;
    fresh.truncate(FRESH_MAX);
    for hour in &fresh {
        let made = history.hour_of_records(HourKey { node, hour: *hour }, range.to).await?;
        add(*hour, &made);
        tokio::task::yield_now().await;
    }
    let mut from = first;
    loop {
        let page = history.rollups(node, (from, last), PAGE).await?;
        for (hour, body) in &page {
            if !fresh.contains(hour)
                && let Ok(found) = Hour::decode(body)
            {
                add(*hour, &found);
            }
        }
        let full = u32::try_from(page.len()).is_ok_and(|rows| rows >= PAGE);
        let Some((newest, _)) = page.last().filter(|_| full) else { break };
        from = newest.saturating_add(1);
        tokio::task::yield_now().await;
    }
    let end = begin_of(last).plus_ms(HOUR_MS);
    let (begin, to) = (begin_of(first), range.to.min(end));
    let drawn = made.iter().zip(columns).map(|(sums, column)| {
        let scale = scale(column);
        let point = |(bucket, sum): (&i64, &Sum)| {
            let at = end.plus_ms(bucket.saturating_mul(bucket_ms));
            let inside = at.plus_ms(bucket_ms).min(to).since_ms(at.max(begin));
            sum.point(at, inside, scale)
        };
        sums.iter().map(point).collect()
    });
    let drawn = drawn.collect();
    Ok((bucket_ms, drawn))
}

/// What a bucket's hours have together.
#[derive(Debug, Clone, Copy)]
struct Sum {
    share: Share,
    /// Time that the samples stand for.
    covered_ms: u64,
}

impl Default for Sum {
    fn default() -> Self {
        Self { share: Share { samples: 0, min: i64::MAX, sum: 0, max: i64::MIN }, covered_ms: 0 }
    }
}

impl Sum {
    fn add(&mut self, share: Share, step_ms: u64) {
        self.share.samples = self.share.samples.saturating_add(share.samples);
        self.share.min = self.share.min.min(share.min);
        self.share.sum = self.share.sum.saturating_add(share.sum);
        self.share.max = self.share.max.max(share.max);
        self.covered_ms = self.covered_ms.saturating_add(step_ms.saturating_mul(u64::from(share.samples)));
    }

    fn point(&self, at: WallMs, inside_ms: i64, scale: f64) -> Point {
        Point {
            at,
            min: plain(self.share.min) * scale,
            mean: plain(self.share.sum) * scale / f64::from(self.share.samples.max(1)),
            max: plain(self.share.max) * scale,
            present: (whole(self.covered_ms) / plain(inside_ms.max(1))).min(1.0),
        }
    }
}
