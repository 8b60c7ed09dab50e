//! The one reader of clocks in the agent, and the pure judgement of what it read.
//!
//! Enters: nothing, or an earlier reading. Leaves: the node's own scale (`CLOCK_BOOTTIME`: it counts sleep and never steps),
//! the wall clock as a claim, how far that claim is trusted, and a step of the wall clock when one is seen. Nothing is ever
//! scheduled by wall time, so a clock that jumps by years moves no tick and ends no wait.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use holdfast_protocol::record::{CLOCK_ERROR_MS_MAX, WALL_MS_MAX};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use nix::time::{ClockId, clock_gettime};

use crate::kernel_clock;

/// Wall times before this are a lie whatever the kernel says: 2026-01-01T00:00:00Z, before the first agent was built.
pub const WALL_FLOOR: WallMs = WallMs(1_767_225_600_000);
/// Smallest jump that is a step, in milliseconds. Slewing moves a clock by 0.5 ms a second at most, 300 ms in the longest
/// usual pause of 10 minutes; waking from sleep sets it by a real-time clock that is good to a second.
pub const STEP_MS_MIN: u64 = 2_000;

/// Everything that clocks say at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The node's own scale.
    pub boot: BootMs,
    /// What the clock on the wall claims.
    pub wall: WallMs,
    /// Whether the kernel calls the clock synchronised.
    pub synchronised: bool,
    /// The largest error the kernel admits, in milliseconds.
    pub error_ms: u64,
}

/// Reads clocks. Nothing else in the agent does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock;

impl Clock {
    /// Milliseconds since the node started, sleep included.
    #[must_use]
    pub fn boot(self) -> BootMs {
        let Ok(since) = clock_gettime(ClockId::CLOCK_BOOTTIME) else {
            // Linux has had this clock since 2.6.39; without it no frame could be ordered.
            return BootMs(0);
        };
        BootMs(u64::try_from(Duration::from(since).as_millis()).unwrap_or(u64::MAX))
    }

    /// All clocks at once.
    #[must_use]
    pub fn read(self) -> Reading {
        let kernel = kernel_clock::read();
        Reading {
            boot: self.boot(),
            wall: wall(),
            synchronised: kernel.is_some_and(|kernel| kernel.synchronised),
            error_ms: kernel.map_or(u64::MAX, |kernel| kernel.error_ms),
        }
    }

    /// How far it is from now to `deadline`; zero when it is past.
    #[must_use]
    pub fn until(self, deadline: BootMs) -> Duration {
        Duration::from_millis(deadline.since_ms(self.boot()))
    }
}

fn wall() -> WallMs {
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => WallMs(millis(since)),
        Err(before) => WallMs(millis(before.duration()).saturating_neg()),
    }
}

impl Reading {
    /// What the node may say of its wall clock for the instant `at` of this boot. A clock that the kernel distrusts, or
    /// that lies outside what can be true, is not synchronised.
    #[must_use]
    pub fn trust_at(&self, at: BootMs) -> ClockTrust {
        let back = i64::try_from(self.boot.0).unwrap_or(i64::MAX).saturating_sub_unsigned(at.0);
        let wall = self.wall.plus_ms(back.saturating_neg());
        let error = u32::try_from(self.error_ms).ok().filter(|error| *error <= CLOCK_ERROR_MS_MAX);
        match error {
            Some(error_ms)
                if self.synchronised && self.wall >= WALL_FLOOR && (0..=WALL_MS_MAX).contains(&wall.0) =>
            {
                ClockTrust::Synchronised { wall, error_ms }
            }
            Some(_) | None => ClockTrust::Unsynchronised,
        }
    }
}

/// Shortest time between two steps that are told, in milliseconds: a clock that two programs fight over fills no link.
pub const STEP_QUIET_MS: u64 = 60_000;

/// Watches for steps: the wall clock's distance from the node's own scale must not jump.
#[derive(Debug, Clone, Copy, Default)]
pub struct StepWatch {
    offset: Option<i64>,
    /// Steps seen and not yet told, added up.
    owed_ms: i64,
    told: Option<BootMs>,
}

impl StepWatch {
    /// The signed step in milliseconds, when one of at least [`STEP_MS_MIN`] was seen since the reading before and the last
    /// one told is [`STEP_QUIET_MS`] ago. Steps in between are added up and told then, unless they undo each other.
    pub fn on_reading(&mut self, reading: &Reading) -> Option<i64> {
        let boot = i64::try_from(reading.boot.0).unwrap_or(i64::MAX);
        let offset = reading.wall.0.saturating_sub(boot);
        let by_ms = offset.saturating_sub(self.offset.replace(offset)?);
        if by_ms.unsigned_abs() >= STEP_MS_MIN {
            self.owed_ms = self.owed_ms.saturating_add(by_ms);
        }
        let quiet = self.told.is_some_and(|told| reading.boot.since_ms(told) < STEP_QUIET_MS);
        if quiet || self.owed_ms.unsigned_abs() < STEP_MS_MIN {
            return None;
        }
        self.told = Some(reading.boot);
        Some(std::mem::take(&mut self.owed_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR_MS: i64 = 365 * 86_400_000;

    fn reading(boot: u64, wall: i64) -> Reading {
        Reading { boot: BootMs(boot), wall: WallMs(wall), synchronised: true, error_ms: 12 }
    }

    #[test]
    fn the_wall_time_of_an_earlier_instant_is_counted_back_on_the_nodes_own_scale() {
        let now = reading(100_000, 1_795_000_000_000);
        let trust = now.trust_at(BootMs(40_000));
        assert_eq!(trust, ClockTrust::Synchronised { wall: WallMs(1_794_999_940_000), error_ms: 12 });
    }

    #[test]
    fn a_clock_that_cannot_be_true_is_not_synchronised_whatever_the_kernel_says() {
        for wall in [0, -5, i64::MIN, WALL_FLOOR.0 - 1, WALL_MS_MAX + 10, i64::MAX] {
            assert_eq!(reading(9, wall).trust_at(BootMs(0)), ClockTrust::Unsynchronised, "{wall}");
        }
        let mut vague = reading(9, 1_795_000_000_000);
        vague.error_ms = u64::MAX;
        assert_eq!(vague.trust_at(BootMs(0)), ClockTrust::Unsynchronised);
        vague = Reading { synchronised: false, ..reading(9, 1_795_000_000_000) };
        assert_eq!(vague.trust_at(BootMs(0)), ClockTrust::Unsynchronised);
    }

    #[test]
    fn a_step_of_years_either_way_is_told_once_and_drift_is_not() {
        let mut watch = StepWatch::default();
        assert_eq!(watch.on_reading(&reading(0, 1_795_000_000_000)), None);
        assert_eq!(watch.on_reading(&reading(10_000, 1_795_000_010_005)), None);
        let far = 1_795_000_020_005 + 20 * YEAR_MS;
        assert_eq!(watch.on_reading(&reading(20_000, far)), Some(20 * YEAR_MS));
        assert_eq!(watch.on_reading(&reading(90_000, far + 70_000)), None);
        assert_eq!(watch.on_reading(&reading(100_000, 0)), Some(-(far + 80_000)));
        assert!(watch.on_reading(&reading(200_000, i64::MIN)).is_some_and(|by_ms| by_ms < 0));
        let back = watch.on_reading(&reading(300_000, i64::MAX));
        assert_eq!(back, Some(i64::MAX), "held at the end of the range");
    }

    #[test]
    fn a_clock_that_two_programs_fight_over_is_told_once_a_minute_at_most() {
        let mut watch = StepWatch::default();
        let told = (0..3_600_u32).filter_map(|second| {
            let wall = 1_795_000_000_000 + i64::from(second) * 1_000 + i64::from(second % 2) * YEAR_MS;
            watch.on_reading(&reading(u64::from(second) * 1_000, wall))
        });
        let told: Vec<i64> = told.collect();
        assert!(!told.is_empty() && told.len() <= 60, "{told:?}");
    }

    #[test]
    fn the_machines_clocks_answer_and_its_own_scale_does_not_go_back() {
        let (first, second) = (Clock.read(), Clock.read());
        assert!(first.boot.0 > 0 && second.boot >= first.boot);
        assert!(Clock.until(BootMs(0)).is_zero());
    }
}
