//! When hours are rolled up and old rows deleted. Pure.
//!
//! Enters: instants, what the last piece of work found. Leaves: the next piece, and when to ask again. One piece at a time,
//! and after each a rest of several times its length, so that ingest, which shares the one writer, hardly notices.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::retention::{Kept, Lane};

/// Dirty hours are looked for so often.
const ROLL_UP_EVERY: Duration = Duration::from_secs(10);
/// The limits move on so often. Each time a day at most, if the clock says so: see `retention`.
const PASS_EVERY: Duration = Duration::from_secs(600);
/// After a failure.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// A deletion holds the writer for all its length: a fifth of the time at most.
const REST_OF_DELETION: u32 = 4;
/// Rolling up reads and decodes; it holds the writer for a small part of its length.
const REST_OF_ROLL_UP: u32 = 1;

/// A piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Roll up what is dirty, and add what came late.
    RollUp,
    /// Move the limits on.
    MoveLimits,
    /// Delete old records of a stream.
    Records(Lane, Kept),
    /// Delete old roll-ups and drawn rows of a node.
    Drawn(Lane, Kept),
}

/// What a piece found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing is left of it.
    AllDone,
    /// There is more.
    More,
}

/// The schedule.
#[derive(Debug)]
pub struct Keeper {
    roll_up_at: Instant,
    pass_at: Instant,
    free_at: Instant,
    pass: VecDeque<Work>,
    /// Two pieces of rolling up never follow each other while a pass waits.
    rolled: bool,
}

impl Keeper {
    /// Begins with what is dirty.
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self { roll_up_at: now, pass_at: now, free_at: now, pass: VecDeque::new(), rolled: false }
    }

    /// When to ask [`Keeper::due`] again.
    #[must_use]
    pub fn next_deadline(&self) -> Instant {
        let next = if self.pass.is_empty() { self.roll_up_at.min(self.pass_at) } else { self.free_at };
        next.max(self.free_at)
    }

    /// What is to be done now.
    #[must_use]
    pub fn due(&self, now: Instant) -> Option<Work> {
        if now < self.free_at {
            return None;
        }
        let pass = self.pass.front().copied().or_else(|| (self.pass_at <= now).then_some(Work::MoveLimits));
        let roll_up = (self.roll_up_at <= now).then_some(Work::RollUp);
        if self.rolled { pass.or(roll_up) } else { roll_up.or(pass) }
    }

    /// A piece is done; it took so long until `now`.
    pub fn done(&mut self, work: Work, found: Found, took: Duration, now: Instant) {
        self.rolled = work == Work::RollUp;
        let rest = match work {
            Work::RollUp => {
                self.roll_up_at = match found {
                    Found::More => now,
                    Found::AllDone => later(now, ROLL_UP_EVERY),
                };
                REST_OF_ROLL_UP
            }
            Work::MoveLimits => REST_OF_DELETION,
            Work::Records(..) | Work::Drawn(..) => {
                if found == Found::AllDone {
                    self.pass.pop_front();
                }
                REST_OF_DELETION
            }
        };
        self.free_at = later(now, took.saturating_mul(rest));
    }

    /// The limits were moved: what there is to delete.
    pub fn begin_pass(&mut self, lanes: &[Lane], kept: Kept, now: Instant) {
        self.pass_at = later(now, PASS_EVERY);
        self.pass = lanes.iter().map(|lane| Work::Records(*lane, kept)).collect();
        // A node's own rows once, by its first stream.
        let nodes = lanes.iter().filter(|lane| lane.stream == lane.number);
        self.pass.extend(nodes.map(|lane| Work::Drawn(*lane, kept)));
    }

    /// A piece failed: all rests, then it is tried again.
    pub fn failed(&mut self, now: Instant) {
        self.free_at = later(now, RETRY_AFTER);
    }
}

fn later(now: Instant, by: Duration) -> Instant {
    now.checked_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::ids::NodeId;
    use holdfast_protocol::time::WallMs;

    use super::*;
    use crate::clock::Clock;
    use crate::history::StreamNumber;

    const KEPT: Kept = Kept { raw_from: WallMs(0), rollups_from: WallMs(0), clock: WallMs(0) };

    fn lane(stream: u32, number: u32) -> Lane {
        Lane { stream: StreamNumber(stream), node: NodeId::from_bytes([7; 5]), number: StreamNumber(number) }
    }

    #[test]
    fn a_pass_goes_through_all_streams_and_rolling_up_takes_turns_with_it() {
        let mut now = Clock.monotonic();
        let mut keeper = Keeper::new(now);
        let lanes = [lane(1, 1), lane(5, 1)];
        let mut seen = Vec::new();
        let mut pieces = 3;
        for _ in 0..14 {
            now = now.max(keeper.next_deadline());
            let work = keeper.due(now).expect("something is due at the deadline");
            seen.push(work);
            if work == Work::MoveLimits {
                keeper.begin_pass(&lanes, KEPT, now);
            }
            let more = match work {
                Work::Records(..) => {
                    pieces -= 1;
                    pieces > 0
                }
                Work::RollUp => true,
                Work::MoveLimits | Work::Drawn(..) => false,
            };
            let found = if more { Found::More } else { Found::AllDone };
            now += Duration::from_millis(10);
            keeper.done(work, found, Duration::from_millis(10), now);
            assert_eq!(keeper.due(now), None, "it rests");
        }
        let records = |stream| Work::Records(lane(stream, 1), KEPT);
        let expected =
            [Work::MoveLimits, records(1), records(1), records(1), records(5), Work::Drawn(lane(1, 1), KEPT)];
        let pass: Vec<Work> = seen.iter().copied().filter(|work| *work != Work::RollUp).collect();
        assert_eq!(pass, expected);
        assert_eq!(seen.iter().filter(|work| **work == Work::RollUp).count(), 8);
    }

    #[test]
    fn with_nothing_to_do_it_asks_for_the_next_look_and_a_failure_is_not_tried_at_once() {
        let now = Clock.monotonic();
        let mut keeper = Keeper::new(now);
        keeper.done(Work::RollUp, Found::AllDone, Duration::ZERO, now);
        keeper.begin_pass(&[], KEPT, now);
        keeper.done(Work::MoveLimits, Found::AllDone, Duration::ZERO, now);
        assert_eq!(keeper.next_deadline(), now + ROLL_UP_EVERY);
        assert_eq!(keeper.due(now + ROLL_UP_EVERY - Duration::from_millis(1)), None);
        keeper.failed(now + ROLL_UP_EVERY);
        assert_eq!(keeper.next_deadline(), now + ROLL_UP_EVERY + RETRY_AFTER);
    }
}
