//! The last day of one node's words, in memory, and the merging of several into a site's strip.
//!
//! Enters: changes of the word, in the order in which they happened. Leaves: runs without gaps between them. What came
//! before the first change that is kept is "nothing recorded"; no word is carried past the end of the range asked for.
//! Times are the wall clock's, which may have stood years off for a while: the order is kept, and a time that lies behind
//! the end of the range or before the change that came earlier is taken for its neighbour's.

use std::collections::VecDeque;

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::rows::severity;
use crate::model::Run;

/// How far back a strip goes: 24 h.
pub const STRIP_MS: i64 = 86_400_000;
/// Most changes kept of one node, however old: 16 bytes each, 1.5 KiB. One that changes oftener in a day loses the strip's
/// begin.
const CHANGES_MAX: usize = 96;

/// Changes of one node's word.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    changes: VecDeque<(WallMs, StateWord)>,
}

impl Lane {
    /// Adds a change.
    pub fn push(&mut self, at: WallMs, word: StateWord) {
        if self.changes.back().is_some_and(|(_, last)| *last == word) {
            return;
        }
        while self.changes.len() >= CHANGES_MAX {
            self.changes.pop_front();
        }
        self.changes.push_back((at, word));
    }

    /// The runs from `from` to `to`.
    #[must_use]
    pub fn runs(&self, from: WallMs, to: WallMs) -> Vec<Run> {
        runs_of(self.changes.iter().copied(), from, to)
    }
}

/// Changes, in their order, as runs that fill a range that does not reach past now.
#[must_use]
pub fn runs_of(changes: impl Iterator<Item = (WallMs, StateWord)>, from: WallMs, to: WallMs) -> Vec<Run> {
    let mut changes: Vec<(WallMs, StateWord)> = changes.collect();
    let mut next = to;
    for (at, _) in changes.iter_mut().rev() {
        if *at > to {
            *at = next;
        }
        next = *at;
    }
    let mut runs: Vec<Run> = Vec::new();
    let mut open: (WallMs, Option<StateWord>) = (from, None);
    for (at, word) in changes {
        let at = at.max(open.0);
        add(&mut runs, open.0, at, open.1);
        open = (at, Some(word));
    }
    add(&mut runs, open.0, to, open.1);
    runs
}

/// The worst word of several lanes at each instant, as runs.
#[must_use]
pub fn merge(lanes: &[&Lane], from: WallMs, to: WallMs) -> Vec<Run> {
    let mut lanes: Vec<Vec<Run>> = lanes.iter().map(|lane| lane.runs(from, to)).collect();
    if lanes.len() == 1 {
        return lanes.pop().unwrap_or_default();
    }
    let mut edges: Vec<WallMs> = lanes.iter().flatten().map(|run| run.from).collect();
    edges.extend([from, to]);
    edges.sort_unstable();
    edges.dedup();
    let mut places = vec![0_usize; lanes.len()];
    let mut runs = Vec::new();
    for (at, end) in edges.iter().zip(edges.iter().skip(1)) {
        let words = lanes.iter().zip(&mut places).filter_map(|(lane, place)| {
            while lane.get(*place).is_some_and(|run| run.to <= *at) {
                *place = place.saturating_add(1);
            }
            lane.get(*place).and_then(|run| run.word)
        });
        add(&mut runs, *at, *end, words.min_by_key(|word| severity(*word)));
    }
    runs
}

fn add(runs: &mut Vec<Run>, from: WallMs, to: WallMs, word: Option<StateWord>) {
    if from >= to {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.word == word && last.to == from => last.to = to,
        _ => runs.push(Run { from, to, word }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(changes: &[(i64, StateWord)]) -> Lane {
        let mut lane = Lane::default();
        for (at, word) in changes {
            lane.push(WallMs(*at), *word);
        }
        lane
    }

    fn told(runs: &[Run]) -> Vec<(i64, i64, Option<StateWord>)> {
        runs.iter().map(|run| (run.from.0, run.to.0, run.word)).collect()
    }

    #[test]
    fn runs_fill_the_range_and_what_was_not_recorded_is_said_so() {
        let lane = lane(&[(10, StateWord::Ok), (20, StateWord::NoReport), (30, StateWord::Ok)]);
        let expected = [
            (0, 10, None),
            (10, 20, Some(StateWord::Ok)),
            (20, 30, Some(StateWord::NoReport)),
            (30, 40, Some(StateWord::Ok)),
        ];
        assert_eq!(told(&lane.runs(WallMs(0), WallMs(40))), expected);
        assert_eq!(told(&lane.runs(WallMs(22), WallMs(25))), [(22, 25, Some(StateWord::NoReport))]);
    }

    #[test]
    fn a_site_shows_the_worst_of_its_nodes_at_each_instant() {
        let one = lane(&[(0, StateWord::Ok), (20, StateWord::Degraded)]);
        let two = lane(&[(5, StateWord::Ok), (10, StateWord::NoReport), (30, StateWord::Ok)]);
        let expected = [
            (0, 10, Some(StateWord::Ok)),
            (10, 30, Some(StateWord::NoReport)),
            (30, 40, Some(StateWord::Degraded)),
        ];
        assert_eq!(told(&merge(&[&one, &two], WallMs(0), WallMs(40))), expected);
        assert_eq!(told(&merge(&[], WallMs(0), WallMs(40))), [(0, 40, None)]);
    }

    #[test]
    fn a_wall_clock_that_stood_years_off_for_a_while_spoils_neither_order_nor_what_was_known() {
        let year = 31_557_600_000;
        for off in [-20 * year, 20 * year] {
            let lane = lane(&[
                (1_000, StateWord::Ok),
                (1_100 + off, StateWord::NoReport),
                (1_150 + off, StateWord::Degraded),
                (1_200, StateWord::Ok),
            ]);
            let runs = lane.runs(WallMs(900), WallMs(1_300));
            assert_eq!((runs[0].from, runs[0].to, runs[0].word), (WallMs(900), WallMs(1_000), None), "{off}");
            // A change that claims to lie years ahead is taken for the next one's instant, so nothing of it is left.
            let since = if off > 0 { 1_000 } else { 1_200 };
            let last = runs.last().map(|run| (run.from, run.to, run.word));
            assert_eq!(last, Some((WallMs(since), WallMs(1_300), Some(StateWord::Ok))), "{off}");
            for pair in runs.windows(2) {
                assert_eq!(pair[0].to, pair[1].from, "{off}: runs follow each other");
            }
        }
    }

    #[test]
    fn a_node_that_never_rests_costs_no_more_than_the_bound() {
        let mut lane = Lane::default();
        for at in 0..10_000 {
            lane.push(WallMs(at), if at % 2 == 0 { StateWord::Ok } else { StateWord::NoReport });
        }
        assert_eq!(lane.changes.len(), CHANGES_MAX);
    }
}
