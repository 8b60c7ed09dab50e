//! What a week of an item adds up to. Pure.
//!
//! Enters: bindings, statements that count, and when people said something of the item. Leaves: a [`Window`]: its level,
//! which statements count in it, and the longest time without one. E2 needs a statement of the bound node that names the
//! bound serial, made while it was bound and before the node was revoked, wholly within the week; E1 a person's word in that
//! week; else E0. Of each quarter of a day the first observation counts, so that saying more proves no more.

use holdfast_protocol::evidence::{Level, longest_gap_ms, quarter, week_until};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::statement::{Seen, Statement};
use holdfast_protocol::time::WallMs;
use holdfast_protocol::week::Week;

use super::verdict::Moment;
use crate::history::RecordKey;

/// A serial and the key that may speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Its number: among several, the lowest with most observations is the week's.
    pub id: i64,
    /// What the serial is.
    pub kind: Kind,
    /// The serial, in canonical form.
    pub value: String,
    /// Whose key.
    pub node: NodeId,
    /// From when on.
    pub from: WallMs,
    /// Until when.
    pub to: Option<WallMs>,
    /// When the node's certificate was taken back: what it said from then on counts for nothing.
    pub revoked: Option<WallMs>,
    /// First and last instant at which that certificate is valid; outside of it no checker would believe the key.
    pub valid: (WallMs, WallMs),
}

/// A statement that counts, and the serials it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Its record.
    pub key: RecordKey,
    /// Who says it.
    pub node: NodeId,
    /// When.
    pub moment: Moment,
    /// Place among its claims, kind and canonical value of each serial.
    pub serials: Vec<(usize, Kind, String)>,
}

/// An observation that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Of which statement.
    pub key: RecordKey,
    /// Which claim names the serial.
    pub place: usize,
    /// When.
    pub moment: Moment,
}

/// What a week adds up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The week.
    pub week: Week,
    /// How far it is shown.
    pub level: Level,
    /// By which binding, at E2.
    pub binding: Option<i64>,
    /// What counts, in the order of time.
    pub counted: Vec<Counted>,
    /// Longest time without an observation.
    pub longest_gap_ms: i64,
}

impl Observed {
    /// What a statement's body says; nothing of a body that cannot be read.
    #[must_use]
    pub fn of(key: RecordKey, moment: Moment, body: &[u8]) -> Option<Self> {
        let statement = Statement::decode(body).ok()?;
        let serials = statement.openings.iter().enumerate().filter_map(|(place, opening)| {
            let kind = opening.claim.source.kind()?;
            match &opening.claim.seen {
                // What is no identifier of its kind cannot be an item's either.
                Seen::Serial(serial) => Some((place, kind, kind.parse(serial).ok()?)),
                Seen::NotReadable | Seen::NoSerial => None,
            }
        });
        Some(Self { key, node: statement.head.node, moment, serials: serials.collect() })
    }
}

/// What a week adds up to, as of now if it still runs.
#[must_use]
pub fn window(
    (week, now): (Week, WallMs),
    bindings: &[Bound],
    observed: &[Observed],
    said: &[WallMs],
) -> Window {
    let until = week_until(week, now);
    let mut best: Option<(i64, Vec<Counted>)> = None;
    for bound in bindings {
        let counted = counted(week, bound, observed);
        let better = best.as_ref().is_none_or(|(id, most)| {
            counted.len() > most.len() || (counted.len() == most.len() && bound.id < *id)
        });
        if better && !counted.is_empty() {
            best = Some((bound.id, counted));
        }
    }
    if let Some((binding, counted)) = best {
        let at: Vec<WallMs> = counted.iter().map(|one| one.moment.at).collect();
        let longest_gap_ms = longest_gap_ms(week, until, &at);
        return Window { week, level: Level::E2, binding: Some(binding), counted, longest_gap_ms };
    }
    let level = if said.iter().any(|at| week.holds(*at)) { Level::E1 } else { Level::E0 };
    Window {
        week,
        level,
        binding: None,
        counted: Vec::new(),
        longest_gap_ms: longest_gap_ms(week, until, &[]),
    }
}

fn counted(week: Week, bound: &Bound, observed: &[Observed]) -> Vec<Counted> {
    let mut found: Vec<Counted> = observed.iter().filter_map(|one| observation(week, bound, one)).collect();
    found.sort_by_key(|one| (one.moment.at, one.key));
    found.dedup_by_key(|one| quarter(week.start(), one.moment.at));
    found
}

fn observation(week: Week, bound: &Bound, one: &Observed) -> Option<Counted> {
    let at = one.moment.at;
    let (earliest, latest) = one.moment.bounds();
    let ended = [bound.to, bound.revoked].into_iter().flatten().any(|end| at >= end);
    let valid = bound.valid.0 <= at && at <= bound.valid.1;
    if one.node != bound.node
        || at < bound.from
        || ended
        || !valid
        || !week.holds(earliest)
        || !week.holds(latest)
    {
        return None;
    }
    let named = one.serials.iter().find(|(_, kind, value)| *kind == bound.kind && *value == bound.value);
    named.map(|(place, _, _)| Counted { key: one.key, place: *place, moment: one.moment })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId::from_bytes([7; 5]);
    const OTHER: NodeId = NodeId::from_bytes([8; 5]);
    const HOUR_MS: i64 = 3_600_000;
    const DAY_MS: i64 = 24 * HOUR_MS;

    fn week(text: &str) -> Week {
        text.parse().expect("a week")
    }

    fn bound(id: i64) -> Bound {
        Bound {
            id,
            kind: Kind::Serial,
            value: "SN-1".into(),
            node: NODE,
            from: WallMs(0),
            to: None,
            revoked: None,
            valid: (WallMs(0), WallMs(i64::MAX)),
        }
    }

    fn seen(key: i64, node: NodeId, at: WallMs) -> Observed {
        Observed {
            key: RecordKey(key),
            node,
            moment: Moment::by_node(at, 10),
            serials: vec![(0, Kind::Mac, "52:54:00:12:34:56".into()), (2, Kind::Serial, "SN-1".into())],
        }
    }

    fn level(week: Week, bindings: &[Bound], observed: &[Observed], said: &[WallMs]) -> (Level, usize) {
        let window = window((week, week.end()), bindings, observed, said);
        (window.level, window.counted.len())
    }

    #[test]
    fn a_week_is_e2_by_the_bound_nodes_word_e1_by_a_persons_and_else_e0() {
        let week = week("2026-W48");
        let at = week.start().plus_ms(DAY_MS);
        assert_eq!(level(week, &[], &[], &[]), (Level::E0, 0));
        assert_eq!(level(week, &[bound(1)], &[], &[at]), (Level::E1, 0));
        assert_eq!(level(week, &[], &[seen(1, NODE, at)], &[at]), (Level::E1, 0), "seen, but never bound");
        assert_eq!(level(week, &[bound(1)], &[seen(1, OTHER, at)], &[]), (Level::E0, 0), "another node");
        assert_eq!(level(week, &[bound(1)], &[seen(1, NODE, at)], &[]), (Level::E2, 1));
        let other = Bound { value: "SN-2".into(), ..bound(1) };
        assert_eq!(level(week, &[other], &[seen(1, NODE, at)], &[]), (Level::E0, 0), "another serial");
        let window = window((week, week.end()), &[bound(1)], &[seen(1, NODE, at)], &[]);
        assert_eq!((window.binding, window.counted.first().map(|one| one.place)), (Some(1), Some(2)));
        assert_eq!(window.longest_gap_ms, 6 * DAY_MS);
    }

    #[test]
    fn the_borders_of_a_week_are_mondays_at_midnight_utc_and_an_error_across_one_counts_for_none() {
        let (before, after) = (week("2026-W53"), week("2027-W01"));
        let border = after.start();
        for (at, error_ms, wanted) in [
            (border.plus_ms(-11), 10, (1, 0)),
            (border.plus_ms(-10), 10, (0, 0)),
            (border, 10, (0, 0)),
            (border.plus_ms(9), 10, (0, 0)),
            (border.plus_ms(10), 10, (0, 1)),
            (border.plus_ms(-1), 0, (1, 0)),
            (border, 0, (0, 1)),
        ] {
            let one = Observed { moment: Moment::by_node(at, error_ms), ..seen(1, NODE, at) };
            let counts =
                [before, after].map(|week| level(week, &[bound(1)], std::slice::from_ref(&one), &[]).1);
            assert_eq!(counts, [wanted.0, wanted.1], "{} ms from the border", at.since_ms(border));
        }
        assert_eq!(level(before, &[], &[], &[border]), (Level::E0, 0));
        assert_eq!(level(after, &[], &[], &[border]), (Level::E1, 0));
    }

    #[test]
    fn of_each_quarter_of_a_day_the_first_observation_counts_and_order_of_arrival_does_not_matter() {
        let week = week("2026-W48");
        let at = |hours: i64| week.start().plus_ms(hours * HOUR_MS);
        // A month late and backwards: what counts is when they were made.
        let late: Vec<Observed> =
            [100, 50, 49, 7, 6, 5, 1].iter().map(|hours| seen(1_000 - hours, NODE, at(*hours))).collect();
        let window = window((week, week.end()), &[bound(1)], &late, &[]);
        let hours: Vec<i64> =
            window.counted.iter().map(|one| one.moment.at.since_ms(week.start()) / HOUR_MS).collect();
        assert_eq!(hours, [1, 6, 49, 100]);
        assert_eq!(window.longest_gap_ms, 68 * HOUR_MS);
    }

    #[test]
    fn only_what_was_said_while_bound_and_before_a_revocation_counts() {
        let week = week("2026-W48");
        let at = |days: i64| week.start().plus_ms(days * DAY_MS);
        let daily: Vec<Observed> = (0..7).map(|day| seen(day, NODE, at(day).plus_ms(HOUR_MS))).collect();
        let moved = Bound { to: Some(at(3)), ..bound(1) };
        assert_eq!(
            level(week, &[moved], &daily, &[]),
            (Level::E2, 3),
            "the node went to another item on day 3"
        );
        let late = Bound { from: at(5), ..bound(1) };
        assert_eq!(level(week, &[late], &daily, &[]), (Level::E2, 2));
        let revoked = Bound { revoked: Some(at(1)), ..bound(1) };
        assert_eq!(level(week, &[revoked], &daily, &[]), (Level::E2, 1));
        let expired = Bound { valid: (at(2), at(4)), ..bound(1) };
        assert_eq!(level(week, &[expired], &daily, &[]), (Level::E2, 2), "outside of its certificate");
        let before = Bound { revoked: Some(week.start()), ..bound(1) };
        assert_eq!(level(week, &[before], &daily, &[]), (Level::E0, 0));
    }

    #[test]
    fn of_several_bindings_the_one_with_most_observations_is_the_weeks() {
        let week = week("2026-W48");
        let at = |days: i64| week.start().plus_ms(days * DAY_MS + HOUR_MS);
        let mut observed: Vec<Observed> = (0..3).map(|day| seen(day, NODE, at(day))).collect();
        observed.extend((3..7).map(|day| seen(day, OTHER, at(day))));
        let bindings = [
            Bound { to: Some(at(3)), ..bound(1) },
            Bound { node: OTHER, from: at(3), ..bound(2) },
            Bound { node: OTHER, from: at(3), ..bound(3) },
        ];
        let window = window((week, week.end()), &bindings, &observed, &[]);
        assert_eq!((window.binding, window.counted.len()), (Some(2), 4));
    }

    #[test]
    fn time_by_the_controllers_estimate_counts_when_it_is_sure_of_the_week() {
        let week = week("2026-W48");
        let at = week.start().plus_ms(DAY_MS);
        let one = |error_ms| Observed { moment: Moment::by_controller(at, error_ms), ..seen(1, NODE, at) };
        assert_eq!(level(week, &[bound(1)], &[one(HOUR_MS)], &[]), (Level::E2, 1));
        assert_eq!(level(week, &[bound(1)], &[one(2 * DAY_MS)], &[]), (Level::E0, 0));
        assert_eq!(level(week, &[bound(1)], &[one(i64::MAX)], &[]), (Level::E0, 0));
    }
}
