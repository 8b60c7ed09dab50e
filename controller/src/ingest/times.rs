//! Where a node's own milliseconds lie in wall time. Pure.
//!
//! Enters: headers and times of receipt. Leaves: an estimate with its error, or "not known". A synchronised record says it
//! itself. Of a boot whose clock is not synchronised, the offset is the smallest (receipt − milliseconds since boot) over
//! its live records: what is in between is delay, which is never negative. Estimates never order anything.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use holdfast_protocol::ids::{BootCounter, NodeId};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};

use crate::clock::Now;
use crate::history::RecordKey;
use crate::history::append::{BootRow, NodeStateRow, Span};

/// Boots of a node that are remembered: of older ones nothing new is learned.
const BOOTS_MAX: usize = 4;
/// Error of an estimate from receipts, once it rests on several: one satellite round trip and the sending.
const SETTLED_ERROR_MS: u64 = 2_000;
/// So many live records settle an estimate.
const SETTLED_AFTER: u32 = 3;
/// A trusted offset is written again when it moves by more than this.
const MOVED_MS: u64 = 100;
/// Newer records of a boot may begin a little before older ones did: a block's last frame lies up to a step (30 min at the
/// longest in use) before the event that was spooled ahead of it. Further back, and it is another boot of that number.
const BACK_MS: u64 = 2_700_000;

/// A live record, as far as it tells of time.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// Whose.
    pub node: NodeId,
    /// Its key: of one node, the larger is the newer word.
    pub key: RecordKey,
    /// Its boot.
    pub boot: BootCounter,
    /// Where its header lies on that boot's scale.
    pub at: BootMs,
    /// The last instant that it speaks of.
    pub last_at: BootMs,
    /// What the node's clock claimed at `at`.
    pub clock: ClockTrust,
    /// When it came.
    pub received: Now,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    offset_ms: i64,
    error_ms: u64,
    trusted: bool,
    /// Live records that it rests on; 0 for one that only stands until the next comes, since nobody knows how the
    /// controller's clock stood when it was learned.
    seen: u32,
}

/// What is known of a node. A node that loses its boot counter counts from 1 again, and then a number names two boots.
#[derive(Debug)]
struct Boots {
    /// Records up to this one belong to earlier lives of the counter, of whose boots nothing is kept.
    after: RecordKey,
    places: BTreeMap<BootCounter, Place>,
    newest: Option<(RecordKey, BootCounter, BootMs)>,
}

/// Places of all nodes' newest boots.
#[derive(Debug, Default)]
pub struct Times {
    nodes: HashMap<NodeId, Boots>,
    /// What was received up to then bears a time of receipt from before a jump of the controller's clock.
    jumped: Option<Instant>,
}

impl Times {
    /// Puts back a stored place. One that rests on receipts stands until the next live record: the controller's clock may
    /// have been corrected since.
    pub fn restore(&mut self, row: &BootRow) {
        let boots = self.nodes.entry(row.node).or_default();
        if row.after < boots.after {
            return;
        }
        if row.after > boots.after {
            boots.places.clear();
            boots.after = row.after;
        }
        let seen = if row.trusted { SETTLED_AFTER } else { 0 };
        let place = Place { offset_ms: row.offset_ms, error_ms: row.error_ms, trusted: row.trusted, seen };
        boots.put(row.boot, place);
    }

    /// Puts back a node's newest word, from which a boot counter that was lost is known.
    pub fn restore_newest(&mut self, row: &NodeStateRow) {
        self.nodes.entry(row.node).or_default().newest = Some((row.newest, row.boot, row.at));
    }

    /// Learns from a live record: the newest of its node. The row to store, when the place became better known.
    pub fn learn(&mut self, heard: Heard) -> Option<BootRow> {
        let stale = self.jumped.is_some_and(|jumped| heard.received.monotonic <= jumped);
        let boots = self.nodes.entry(heard.node).or_default();
        boots.follow(heard);
        let before = boots.places.get(&heard.boot).copied();
        let place = match heard.clock {
            ClockTrust::Synchronised { wall, error_ms } => {
                let offset_ms = wall.plus_ms(-int(heard.at.0)).0;
                let moved = before.is_none_or(|b| !b.trusted || b.offset_ms.abs_diff(offset_ms) > MOVED_MS);
                if !moved {
                    return None;
                }
                Place { offset_ms, error_ms: u64::from(error_ms), trusted: true, seen: SETTLED_AFTER }
            }
            ClockTrust::Unsynchronised if stale => return None,
            ClockTrust::Unsynchronised => by_receipt(before, heard)?,
        };
        boots.put(heard.boot, place);
        let same = before.is_some_and(|b| {
            b.offset_ms == place.offset_ms && b.error_ms == place.error_ms && b.trusted == place.trusted
        });
        (!same).then_some(BootRow {
            node: heard.node,
            boot: heard.boot,
            after: boots.after,
            offset_ms: place.offset_ms,
            error_ms: place.error_ms,
            trusted: place.trusted,
        })
    }

    /// Where two instants of a record lie.
    #[must_use]
    pub fn span(&self, heard: Heard, (first, last): (BootMs, BootMs)) -> Option<Span> {
        let (offset_ms, error_ms) = match heard.clock {
            ClockTrust::Synchronised { wall, error_ms } => {
                (wall.plus_ms(-int(heard.at.0)).0, u64::from(error_ms))
            }
            ClockTrust::Unsynchronised => {
                let boots = self.nodes.get(&heard.node).filter(|boots| boots.after < heard.key)?;
                let place = boots.places.get(&heard.boot)?;
                (place.offset_ms, place.error_ms)
            }
        };
        let wall = |instant: BootMs| WallMs(offset_ms).plus_ms(int(instant.0));
        Some(Span { first: wall(first), last: wall(last), error_ms })
    }

    /// The controller's wall clock was set by `by_ms`, as was seen at `now`: what rests on times of receipt moves with it
    /// until it is learned anew, from what is received later.
    pub fn clock_jumped(&mut self, by_ms: i64, now: Instant) {
        self.jumped = Some(now);
        let places = self.nodes.values_mut().flat_map(|boots| boots.places.values_mut());
        for place in places.filter(|place| !place.trusted) {
            place.offset_ms = place.offset_ms.saturating_add(by_ms);
            place.seen = 0;
        }
    }
}

impl Default for Boots {
    fn default() -> Self {
        Self { after: RecordKey(-1), places: BTreeMap::new(), newest: None }
    }
}

impl Boots {
    /// Notes the newest record. When its boot is an earlier one, or its boot's clock stands before where it was, the node
    /// counts its boots anew, and what was known of any number is of no use.
    fn follow(&mut self, heard: Heard) {
        if let Some((key, boot, at)) = self.newest {
            if heard.key <= key {
                return;
            }
            let back = heard.boot == boot && heard.last_at.0.saturating_add(BACK_MS) < at.0;
            if heard.boot < boot || back {
                self.places.clear();
                self.after = key;
            }
        }
        self.newest = Some((heard.key, heard.boot, heard.last_at));
    }

    /// Past the limit the lowest number goes, the oldest boot of this life of the counter.
    fn put(&mut self, boot: BootCounter, place: Place) {
        self.places.insert(boot, place);
        while self.places.len() > BOOTS_MAX {
            self.places.pop_first();
        }
    }
}

/// The place of a boot whose clock is not set, by the receipt of a live record; none where a set clock knows better.
fn by_receipt(before: Option<Place>, heard: Heard) -> Option<Place> {
    let offset_ms = heard.received.wall.plus_ms(-int(heard.last_at.0)).0;
    let place = match before {
        Some(before) if before.trusted => return None,
        Some(before) if before.seen > 0 => {
            let seen = before.seen.saturating_add(1);
            let error_ms = if seen >= SETTLED_AFTER {
                SETTLED_ERROR_MS
            } else {
                before.error_ms.max(before.offset_ms.abs_diff(offset_ms))
            };
            Place { offset_ms: before.offset_ms.min(offset_ms), error_ms, trusted: false, seen }
        }
        Some(_) | None => Place {
            offset_ms,
            error_ms: heard.last_at.since_ms(heard.at).saturating_add(SETTLED_ERROR_MS),
            trusted: false,
            seen: 1,
        },
    };
    Some(place)
}

fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    const NODE: NodeId = NodeId::from_bytes([1; 5]);
    const BOOT: BootCounter = BootCounter(41);
    /// When the boot began, in truth.
    const TRUTH: WallMs = WallMs(1_795_514_531_000);
    const YEAR_MS: i64 = 31_557_600_000;

    /// A record without a set clock, `at_s` into a boot that began at `began`, `delay_ms` on its way.
    fn record(key: i64, boot: BootCounter, began: WallMs, at_s: u64, delay_ms: i64) -> Heard {
        let at = BootMs(at_s * 1_000);
        let received = Now { wall: began.plus_ms(int(at.0) + delay_ms), monotonic: Clock.monotonic() };
        Heard {
            node: NODE,
            key: RecordKey(key),
            boot,
            at,
            last_at: at,
            clock: ClockTrust::Unsynchronised,
            received,
        }
    }

    fn unset(times: &mut Times, at_s: u64, delay_ms: i64) -> Option<BootRow> {
        times.learn(record(int(at_s), BOOT, TRUTH, at_s, delay_ms))
    }

    /// How far off the truth a record that came by itself is put, and what is said of it.
    fn placed_from(times: &Times, boot: BootCounter, key: i64, began: WallMs) -> Option<(i64, u64)> {
        let heard = record(key, boot, began, 100, 0);
        let span = times.span(heard, (heard.at, heard.at))?;
        Some((span.first.since_ms(began.plus_ms(100_000)), span.error_ms))
    }

    fn placed(times: &Times, boot: BootCounter) -> Option<(i64, u64)> {
        placed_from(times, boot, 1_000_000, TRUTH)
    }

    fn row(trusted: bool) -> BootRow {
        BootRow { node: NODE, boot: BOOT, after: RecordKey(-1), offset_ms: TRUTH.0, error_ms: 7, trusted }
    }

    #[test]
    fn the_smallest_delay_places_a_boot_whose_clock_nobody_set() {
        let mut times = Times::default();
        assert_eq!(placed(&times, BOOT), None, "time not known");
        unset(&mut times, 100, 45_000);
        unset(&mut times, 160, 700);
        assert!(unset(&mut times, 220, 9_000).is_some(), "it is settled now: the error became smaller");
        assert!(unset(&mut times, 280, 9_000).is_none(), "nothing new was learned");
        assert_eq!(placed(&times, BOOT), Some((700, SETTLED_ERROR_MS)));
        assert_eq!(placed(&times, BootCounter(40)), None, "of an earlier boot nothing is known");
    }

    #[test]
    fn a_clock_that_was_set_places_its_boot_also_for_what_came_before() {
        let mut times = Times::default();
        unset(&mut times, 10, 60_000);
        let clock = ClockTrust::Synchronised { wall: TRUTH.plus_ms(70_000), error_ms: 12 };
        let set = Heard { clock, ..record(70, BOOT, TRUTH, 70, -YEAR_MS) };
        let row = times.learn(set).expect("a better place");
        assert_eq!((row.offset_ms, row.error_ms, row.trusted), (TRUTH.0, 12, true));
        assert_eq!(placed(&times, BOOT), Some((0, 12)));
        assert!(unset(&mut times, 80, -500).is_none(), "receipts do not argue with a clock that was set");
    }

    #[test]
    fn a_jump_of_the_controllers_clock_moves_the_estimate_and_what_came_before_it_teaches_nothing() {
        let mut times = Times::default();
        unset(&mut times, 100, -10 * YEAR_MS);
        let before = record(160, BOOT, TRUTH, 160, -10 * YEAR_MS);
        let jump = Clock.monotonic() + Duration::from_secs(1);
        times.clock_jumped(10 * YEAR_MS, jump);
        assert_eq!(placed(&times, BOOT).map(|(off_ms, _)| off_ms), Some(0), "it moved along");
        assert_eq!(times.learn(before), None, "it was received by the clock that stood wrong");
        assert_eq!(placed(&times, BOOT).map(|(off_ms, _)| off_ms), Some(0));
        let mut after = record(220, BOOT, TRUTH, 220, 300);
        after.received.monotonic = jump + Duration::from_secs(1);
        times.learn(after);
        assert_eq!(placed(&times, BOOT).map(|(off_ms, _)| off_ms), Some(300));
    }

    #[test]
    fn a_place_learned_before_a_restart_stands_until_the_first_live_receipt_replaces_it() {
        let mut times = Times::default();
        times.restore(&BootRow { offset_ms: TRUTH.0 - 10 * YEAR_MS, ..row(false) });
        assert_eq!(placed(&times, BOOT), Some((-10 * YEAR_MS, 7)));
        unset(&mut times, 100, 300);
        assert_eq!(placed(&times, BOOT).map(|(off_ms, _)| off_ms), Some(300));
        let mut trusted = Times::default();
        trusted.restore(&row(true));
        unset(&mut trusted, 100, 300);
        assert_eq!(placed(&trusted, BOOT), Some((0, 7)), "a set clock's place is no matter of receipts");
    }

    #[test]
    fn a_boot_counter_that_begins_anew_takes_no_place_of_an_earlier_boot_with_its_number() {
        let later = TRUTH.plus_ms(90 * 86_400_000);
        for restored in [false, true] {
            let mut times = Times::default();
            for boot in 1..=6 {
                let clock = ClockTrust::Synchronised { wall: TRUTH.plus_ms(900_000), error_ms: 5 };
                times.learn(Heard { clock, ..record(i64::from(boot), BootCounter(boot), TRUTH, 900, 0) });
            }
            for (key, boot) in [(11, 1), (12, 2), (13, 5)] {
                let saved = times.learn(record(key, BootCounter(boot), later, 60, 400)).expect("a place");
                if restored {
                    times.restore(&BootRow { after: RecordKey(-1), boot: BootCounter(boot), ..row(true) });
                    times.restore(&saved);
                }
                let found = placed_from(&times, BootCounter(boot), key, later);
                assert_eq!(found.map(|(off_ms, _)| off_ms), Some(400), "boot {boot}, {restored}");
            }
            assert_eq!(placed_from(&times, BootCounter(5), 6, TRUTH), None, "an old record is not put there");
        }
    }

    #[test]
    fn a_boot_whose_number_is_that_of_the_one_before_is_told_by_its_own_clock_also_over_a_restart() {
        let later = TRUTH.plus_ms(90 * 86_400_000);
        let mut times = Times::default();
        times.restore(&row(true));
        times.restore_newest(&NodeStateRow {
            node: NODE,
            newest: RecordKey(50),
            block: None,
            boot: BOOT,
            at: BootMs(86_400_000),
            heard: TRUTH,
            report_within_s: 60,
            clock_error_ms: None,
        });
        times.learn(record(51, BOOT, TRUTH, 86_300, 0));
        assert_eq!(placed(&times, BOOT), Some((0, 7)), "an event may overtake a block's last frame");
        times.learn(record(52, BOOT, later, 60, 400));
        let found = placed_from(&times, BOOT, 52, later).map(|(off_ms, _)| off_ms);
        assert_eq!(found, Some(400));
    }

    #[test]
    fn hostile_times_neither_overflow_nor_panic() {
        let mut times = Times::default();
        let edges = [(0, i64::MAX), (u64::MAX, 0), (u64::MAX, i64::MIN), (1, i64::MIN)];
        for (key, (at, wall)) in (0..).zip(edges) {
            let (at, wall) = (BootMs(at), WallMs(wall));
            let received = Now { wall, monotonic: Clock.monotonic() };
            let heard = Heard { at, last_at: at, received, ..record(key, BOOT, TRUTH, 0, 0) };
            times.learn(heard);
            let clock = ClockTrust::Synchronised { wall, error_ms: u32::MAX };
            let set = Heard { clock, ..heard };
            times.learn(set);
            let _span = times.span(set, (BootMs(0), BootMs(u64::MAX)));
            times.clock_jumped(i64::MIN, received.monotonic);
        }
    }
}
