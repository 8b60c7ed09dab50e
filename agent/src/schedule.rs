//! When to sample and when to report: ticks at a fixed step on the node's own scale, and the promise to report.
//!
//! Enters: instants. Leaves: what is due. Ticks lie on one grid from the start on; a tick that was missed (the machine
//! slept, the agent was stopped) is left out and counted, never made up for by a burst. Nothing here waits or reads a clock.

use std::time::Duration;

use holdfast_protocol::record::REPORT_WITHIN_S_MAX;
use holdfast_protocol::time::BootMs;

/// Most that the margin of the promise adds, in milliseconds: the link sends a record again when no ack came for 30 s
/// (wire.md), and a report that has to be sent twice has still kept its promise.
pub const MARGIN_MS_MAX: u64 = 30_000;
/// Least that it adds: a tick, a sync of a slow disk, and a few round trips of the slowest link.
pub const MARGIN_MS_MIN: u64 = 5_000;

/// The promise that a record carries: seconds from its receipt within which the next is there. The report interval, one
/// step (a report leaves on a tick), and half the interval as margin, within [`MARGIN_MS_MIN`] and [`MARGIN_MS_MAX`].
#[must_use]
pub fn report_within_s(interval: Duration, step: Duration) -> u32 {
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let interval_ms = millis(interval);
    // With the default step of 10 s the step is within the margin; only a longer one adds to it.
    let margin_ms = (interval_ms / 2).clamp(MARGIN_MS_MIN, MARGIN_MS_MAX).max(millis(step));
    let seconds = interval_ms.saturating_add(margin_ms).div_ceil(1_000);
    u32::try_from(seconds).unwrap_or(u32::MAX).min(REPORT_WITHIN_S_MAX)
}

/// What a wake-up finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Ticks that were missed since the one before; they stay holes.
    pub missed: u64,
    /// Whether a report is due with this tick.
    pub report: bool,
}

/// The grid of ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    step_ms: u64,
    report_ms: u64,
    next_tick: BootMs,
    next_report: BootMs,
}

impl Schedule {
    /// A grid that begins at `now`: the first tick is due at once, so that a node is seen soon after its start, and so is the
    /// second's report; then one each `report`.
    #[must_use]
    pub fn new(now: BootMs, step: Duration, report: Duration) -> Self {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1);
        let (step_ms, report_ms) = (millis(step), millis(report));
        // The first report holds two frames: processor time needs two readings to say anything.
        Self { step_ms, report_ms, next_tick: now, next_report: now.plus_ms(step_ms.min(report_ms)) }
    }

    /// When to wake up.
    #[must_use]
    pub const fn next_deadline(&self) -> BootMs {
        self.next_tick
    }

    /// When the next report is due.
    #[must_use]
    pub const fn next_report(&self) -> BootMs {
        self.next_report
    }

    /// What is due at `now`; nothing before the next tick.
    pub fn on_wake(&mut self, now: BootMs) -> Option<Due> {
        if now < self.next_tick {
            return None;
        }
        let missed = now.since_ms(self.next_tick) / self.step_ms;
        self.next_tick = self.next_tick.plus_ms(self.step_ms.saturating_mul(missed.saturating_add(1)));
        // A tick comes milliseconds late, never early; a report within half a step is due with this one.
        let report = now.plus_ms(self.step_ms / 2) >= self.next_report;
        if report {
            let late = now.since_ms(self.next_report) / self.report_ms;
            self.next_report =
                self.next_report.plus_ms(self.report_ms.saturating_mul(late.saturating_add(1)));
        }
        Some(Due { missed, report })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_secs(10);
    const MINUTE: Duration = Duration::from_secs(60);

    fn schedule(start: u64) -> Schedule {
        Schedule::new(BootMs(start), STEP, MINUTE)
    }

    #[test]
    fn ticks_stay_on_their_grid_however_late_each_one_is() {
        let mut schedule = schedule(1_003);
        let mut at = Vec::new();
        for late in [0, 7, 2, 9_999, 0] {
            let now = schedule.next_deadline().plus_ms(late);
            assert_eq!(schedule.on_wake(now).map(|due| due.missed), Some(0));
            at.push(schedule.next_deadline().0);
        }
        assert_eq!(at, [11_003, 21_003, 31_003, 41_003, 51_003]);
        assert_eq!(schedule.on_wake(BootMs(51_002)), None, "not yet");
    }

    #[test]
    fn a_night_asleep_is_one_tick_and_one_report_and_a_count_of_holes() {
        let mut schedule = schedule(0);
        assert_eq!(schedule.on_wake(BootMs(0)), Some(Due { missed: 0, report: false }));
        let morning = BootMs(8 * 3_600_000 + 4_000);
        assert_eq!(schedule.on_wake(morning), Some(Due { missed: 2_879, report: true }));
        assert_eq!(schedule.on_wake(morning), None);
        assert_eq!(schedule.next_deadline(), BootMs(8 * 3_600_000 + 10_000));
        let next = schedule.on_wake(schedule.next_deadline()).expect("due");
        assert_eq!(next.missed, 0);
        assert!(schedule.next_report() > morning);
    }

    #[test]
    fn the_first_report_follows_the_second_tick_and_then_one_comes_each_interval() {
        let mut schedule = schedule(5);
        let mut reports = Vec::new();
        for _ in 0..20 {
            let now = schedule.next_deadline().plus_ms(3);
            if schedule.on_wake(now).expect("due").report {
                reports.push((now.0 - 8) / 1_000);
            }
        }
        assert_eq!(reports, [10, 70, 130, 190]);
    }

    #[test]
    fn steps_of_a_tenth_of_a_second_report_as_often_as_asked() {
        let mut schedule = Schedule::new(BootMs(0), Duration::from_millis(100), Duration::from_millis(100));
        let reports = (0..50).filter(|_| {
            let now = schedule.next_deadline();
            schedule.on_wake(now).expect("due").report
        });
        assert!(reports.count() >= 49);
    }

    #[test]
    fn instants_at_the_end_of_the_scale_do_not_overflow() {
        let mut schedule = Schedule::new(BootMs(u64::MAX - 5), STEP, MINUTE);
        assert!(schedule.on_wake(BootMs(u64::MAX)).is_some());
        assert!(schedule.on_wake(BootMs(u64::MAX)).is_some());
    }

    #[test]
    fn the_promise_is_the_interval_and_a_margin_for_one_report_sent_twice() {
        assert_eq!(report_within_s(MINUTE, STEP), 90);
        assert_eq!(report_within_s(STEP, STEP), 20, "a report may leave one step late");
        assert_eq!(report_within_s(STEP, Duration::from_secs(1)), 15);
        assert_eq!(report_within_s(Duration::from_secs(3_600), STEP), 3_630);
        assert_eq!(report_within_s(Duration::from_millis(100), Duration::from_millis(100)), 6);
        assert_eq!(report_within_s(Duration::MAX, Duration::MAX), REPORT_WITHIN_S_MAX);
    }
}
