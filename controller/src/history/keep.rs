//! The task that rolls up and deletes, as the keeper says.
//!
//! Enters: for how long things are kept, a clock, the sign to stop. Leaves: roll-ups, fewer old rows, figures. Dropping the
//! future at any moment costs only doing a piece again.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use holdfast_protocol::time::WallMs;
use tokio::sync::watch;

use super::History;
use super::keeper::{Found, Keeper, Work};
use super::retention::{Keep, PIECE_ROWS};
use crate::clock::Clock;
use crate::store::StoreError;

/// Hours of one piece: 60 blocks each at a report a minute.
const HOURS: u32 = 32;
/// Late blocks of one piece.
const LATE: u32 = 64;

/// What is counted.
#[derive(Debug, Default)]
pub struct Counters {
    raw_from_ms: AtomicI64,
    rollups_from_ms: AtomicI64,
    waiting: AtomicU64,
    rolled: AtomicU64,
    deleted: AtomicU64,
    failed: AtomicU64,
}

/// What is kept, and how the work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Records are whole from here on; 0 before the first look.
    pub raw_from: WallMs,
    /// And roll-ups.
    pub rollups_from: WallMs,
    /// Hours that are not rolled up yet.
    pub waiting: u64,
    /// Hours rolled up since the start.
    pub rolled: u64,
    /// Rows deleted since the start.
    pub deleted: u64,
    /// Pieces that failed since the last that did not.
    pub failed: u64,
}

impl Counters {
    /// As they stand.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures {
            raw_from: WallMs(self.raw_from_ms.load(Ordering::Relaxed)),
            rollups_from: WallMs(self.rollups_from_ms.load(Ordering::Relaxed)),
            waiting: self.waiting.load(Ordering::Relaxed),
            rolled: self.rolled.load(Ordering::Relaxed),
            deleted: self.deleted.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

/// Runs until `stop` says so.
pub async fn run(history: History, keep: Keep, clock: Clock, mut stop: watch::Receiver<bool>) {
    let mut keeper = Keeper::new(clock.monotonic());
    while !*stop.borrow() {
        let wait = keeper.next_deadline().saturating_duration_since(clock.monotonic());
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = stop.changed() => {
                if changed.is_err() {
                    return;
                }
                continue;
            }
        }
        let Some(work) = keeper.due(clock.monotonic()) else { continue };
        if let Err(error) = piece(&history, &mut keeper, work, keep, clock).await {
            history.keeping.failed.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(?work, %error, cause = ?std::error::Error::source(&error), "history could not be tidied; tried again");
            keeper.failed(clock.monotonic());
        }
    }
}

/// Does one piece and tells the keeper.
///
/// # Errors
/// What the database says; the piece is due again then.
pub async fn piece(
    history: &History,
    keeper: &mut Keeper,
    work: Work,
    keep: Keep,
    clock: Clock,
) -> Result<(), StoreError> {
    let begun = clock.monotonic();
    let counters = &history.keeping;
    let found = match work {
        Work::RollUp => {
            let now = clock.wall();
            let hours = history.ripe_hours(now, HOURS).await?;
            history.roll_up(&hours, now).await?;
            let late = history.add_late(LATE).await?;
            let count = u32::try_from(hours.len()).unwrap_or(u32::MAX);
            counters.rolled.fetch_add(u64::from(count), Ordering::Relaxed);
            counters.waiting.store(history.dirty_count().await?, Ordering::Relaxed);
            more(count >= HOURS || late >= LATE)
        }
        Work::MoveLimits => {
            let kept = history.move_limits(keep, clock.wall()).await?;
            counters.raw_from_ms.store(kept.raw_from.0, Ordering::Relaxed);
            counters.rollups_from_ms.store(kept.rollups_from.0, Ordering::Relaxed);
            history.delete_runs(kept).await?;
            keeper.begin_pass(&history.retention_lanes().await?, kept, clock.monotonic());
            Found::AllDone
        }
        Work::Records(lane, kept) => gone(counters, history.delete_records(lane, kept).await?),
        Work::Drawn(lane, kept) => gone(counters, history.delete_drawn(lane, kept).await?),
    };
    let now = clock.monotonic();
    let took: Duration = now.saturating_duration_since(begun);
    counters.failed.store(0, Ordering::Relaxed);
    keeper.done(work, found, took, now);
    Ok(())
}

fn gone(counters: &Counters, rows: u64) -> Found {
    counters.deleted.fetch_add(rows, Ordering::Relaxed);
    more(rows >= u64::from(PIECE_ROWS))
}

const fn more(is_more: bool) -> Found {
    if is_more { Found::More } else { Found::AllDone }
}
