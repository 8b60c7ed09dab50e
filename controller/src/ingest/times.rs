//! Where a node's own milliseconds lie in wall time. Pure.
//!
//! Enters: headers and times of receipt. Leaves: an estimate with its error, or "not known". A synchronised record says it
//! itself. Of a boot whose clock is not synchronised, the offset is the smallest (receipt − milliseconds since boot) over
//! its live records: what is in between is delay, which is never negative. Estimates never order anything.

use std::collections::{BTreeMap, HashMap};

use holdfast_protocol::ids::{BootCounter, NodeId};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};

use crate::history::append::{BootRow, Span};

/// Boots of a node that are remembered: of older ones nothing new is learned.
const BOOTS_MAX: usize = 4;
/// Error of an estimate from receipts, once it rests on several: one satellite round trip and the sending.
const SETTLED_ERROR_MS: u64 = 2_000;
/// So many live records settle an estimate.
const SETTLED_AFTER: u32 = 3;
/// A trusted offset is written again when it moves by more than this.
const MOVED_MS: u64 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    offset_ms: i64,
    error_ms: u64,
    trusted: bool,
    seen: u32,
}

/// Places of all nodes' newest boots.
#[derive(Debug, Default)]
pub struct Times {
    boots: HashMap<NodeId, BTreeMap<BootCounter, Place>>,
}

impl Times {
    /// Puts back a stored place. Rows come oldest boot first.
    pub fn restore(&mut self, row: &BootRow) {
        let place = Place {
            offset_ms: row.offset_ms,
            error_ms: row.error_ms,
            trusted: row.trusted,
            seen: SETTLED_AFTER,
        };
        self.put(row.node, row.boot, place);
    }

    /// Learns from a live record: the newest of its stream. The row to store, when the place became better known.
    pub fn learn(
        &mut self,
        node: NodeId,
        boot: BootCounter,
        at: BootMs,
        last_at: BootMs,
        clock: ClockTrust,
        received: WallMs,
    ) -> Option<BootRow> {
        let before = self.boots.get(&node).and_then(|boots| boots.get(&boot)).copied();
        let place = match clock {
            ClockTrust::Synchronised { wall, error_ms } => {
                let offset_ms = wall.plus_ms(-int(at.0)).0;
                let moved = before.is_none_or(|b| !b.trusted || b.offset_ms.abs_diff(offset_ms) > MOVED_MS);
                if !moved {
                    return None;
                }
                Place { offset_ms, error_ms: u64::from(error_ms), trusted: true, seen: SETTLED_AFTER }
            }
            ClockTrust::Unsynchronised => {
                let offset_ms = received.plus_ms(-int(last_at.0)).0;
                match before {
                    Some(before) if before.trusted => return None,
                    Some(before) => {
                        let seen = before.seen.saturating_add(1);
                        let error_ms = if seen >= SETTLED_AFTER {
                            SETTLED_ERROR_MS
                        } else {
                            before.error_ms.max(before.offset_ms.abs_diff(offset_ms))
                        };
                        Place { offset_ms: before.offset_ms.min(offset_ms), error_ms, trusted: false, seen }
                    }
                    None => Place {
                        offset_ms,
                        error_ms: last_at.since_ms(at).saturating_add(SETTLED_ERROR_MS),
                        trusted: false,
                        seen: 1,
                    },
                }
            }
        };
        self.put(node, boot, place);
        let same = before.is_some_and(|b| {
            b.offset_ms == place.offset_ms && b.error_ms == place.error_ms && b.trusted == place.trusted
        });
        (!same).then_some(BootRow {
            node,
            boot,
            offset_ms: place.offset_ms,
            error_ms: place.error_ms,
            trusted: place.trusted,
        })
    }

    /// Where two instants of a record lie.
    #[must_use]
    pub fn span(
        &self,
        node: NodeId,
        boot: BootCounter,
        at: BootMs,
        clock: ClockTrust,
        instants: (BootMs, BootMs),
    ) -> Option<Span> {
        let (offset_ms, error_ms) = match clock {
            ClockTrust::Synchronised { wall, error_ms } => (wall.plus_ms(-int(at.0)).0, u64::from(error_ms)),
            ClockTrust::Unsynchronised => {
                let place = self.boots.get(&node)?.get(&boot)?;
                (place.offset_ms, place.error_ms)
            }
        };
        let wall = |instant: BootMs| WallMs(offset_ms).plus_ms(int(instant.0));
        Some(Span { first: wall(instants.0), last: wall(instants.1), error_ms })
    }

    /// The controller's wall clock jumped: what rests on times of receipt is learned anew.
    pub fn forget_receipts(&mut self) {
        for boots in self.boots.values_mut() {
            boots.retain(|_, place| place.trusted);
        }
    }

    fn put(&mut self, node: NodeId, boot: BootCounter, place: Place) {
        let boots = self.boots.entry(node).or_default();
        boots.insert(boot, place);
        while boots.len() > BOOTS_MAX {
            boots.pop_first();
        }
    }
}

fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId::from_bytes([1; 5]);
    const BOOT: BootCounter = BootCounter(41);
    /// When the boot began, in truth.
    const TRUTH: WallMs = WallMs(1_795_514_531_000);

    fn unset(times: &mut Times, at_s: u64, delay_ms: i64) -> Option<BootRow> {
        let at = BootMs(at_s * 1_000);
        let received = TRUTH.plus_ms(int(at.0) + delay_ms);
        times.learn(NODE, BOOT, at, at, ClockTrust::Unsynchronised, received)
    }

    fn placed(times: &Times, boot: BootCounter, at_s: u64) -> Option<(i64, u64)> {
        let at = BootMs(at_s * 1_000);
        let span = times.span(NODE, boot, at, ClockTrust::Unsynchronised, (at, at))?;
        Some((span.first.since_ms(TRUTH.plus_ms(int(at.0))), span.error_ms))
    }

    #[test]
    fn the_smallest_delay_places_a_boot_whose_clock_nobody_set() {
        let mut times = Times::default();
        assert_eq!(placed(&times, BOOT, 100), None, "time not known");
        unset(&mut times, 100, 45_000);
        unset(&mut times, 160, 700);
        assert!(unset(&mut times, 220, 9_000).is_some(), "it is settled now: the error became smaller");
        assert!(unset(&mut times, 280, 9_000).is_none(), "nothing new was learned");
        assert_eq!(placed(&times, BOOT, 100), Some((700, SETTLED_ERROR_MS)));
        assert_eq!(placed(&times, BootCounter(40), 100), None, "of an earlier boot nothing is known");
    }

    #[test]
    fn a_clock_that_was_set_places_its_boot_also_for_what_came_before() {
        let mut times = Times::default();
        unset(&mut times, 10, 60_000);
        let clock = ClockTrust::Synchronised { wall: TRUTH.plus_ms(70_000), error_ms: 12 };
        let at = BootMs(70_000);
        let row = times.learn(NODE, BOOT, at, at, clock, WallMs(0)).expect("a better place");
        assert_eq!((row.offset_ms, row.error_ms, row.trusted), (TRUTH.0, 12, true));
        assert_eq!(placed(&times, BOOT, 10), Some((0, 12)));
        assert!(unset(&mut times, 80, -500).is_none(), "receipts do not argue with a clock that was set");
    }

    #[test]
    fn a_jump_of_the_controllers_clock_does_not_stay_in_the_estimate() {
        let mut times = Times::default();
        unset(&mut times, 100, -315_576_000_000);
        times.forget_receipts();
        unset(&mut times, 160, 300);
        assert_eq!(placed(&times, BOOT, 160).map(|(off_ms, _)| off_ms), Some(300));
        let mut again = Times::default();
        again.restore(&BootRow { node: NODE, boot: BOOT, offset_ms: TRUTH.0, error_ms: 7, trusted: false });
        assert_eq!(placed(&again, BOOT, 5), Some((0, 7)));
    }

    #[test]
    fn hostile_times_neither_overflow_nor_panic() {
        let mut times = Times::default();
        for (at, wall) in [(0, i64::MAX), (u64::MAX, 0), (u64::MAX, i64::MIN), (1, i64::MIN)] {
            let at = BootMs(at);
            times.learn(NODE, BOOT, at, at, ClockTrust::Unsynchronised, WallMs(wall));
            let clock = ClockTrust::Synchronised { wall: WallMs(wall), error_ms: u32::MAX };
            times.learn(NODE, BOOT, at, at, clock, WallMs(wall));
            let _span = times.span(NODE, BOOT, at, clock, (BootMs(0), BootMs(u64::MAX)));
        }
    }
}
