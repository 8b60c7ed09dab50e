//! The last day of one node's words, in memory, and the merging of several into a site's strip.
//!
//! Enters: changes of the word, oldest first. Leaves: runs without gaps between them. What came before the first change
//! that is kept is "nothing recorded"; no word is carried past the end of the range asked for.

use std::collections::VecDeque;

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::rows::severity;
use crate::model::Run;

/// How far back a strip goes: 24 h.
pub const STRIP_MS: i64 = 86_400_000;
/// Most changes kept of one node: 16 bytes each, 1.5 KiB. A node that changes oftener loses the strip's begin.
const CHANGES_MAX: usize = 96;

/// Changes of one node's word.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    changes: VecDeque<(WallMs, StateWord)>,
}

impl Lane {
    /// Adds a change. A time before the last one's (the wall clock was set back) is taken as the last one's.
    pub fn push(&mut self, at: WallMs, word: StateWord) {
        let at = self.changes.back().map_or(at, |(last, _)| at.max(*last));
        if self.changes.back().is_some_and(|(_, last)| *last == word) {
            return;
        }
        while self.changes.len() >= CHANGES_MAX
            || self.changes.get(1).is_some_and(|(second, _)| *second <= at.plus_ms(-STRIP_MS))
        {
            self.changes.pop_front();
        }
        self.changes.push_back((at, word));
    }

    /// The runs from `from` to `to`.
    #[must_use]
    pub fn runs(&self, from: WallMs, to: WallMs) -> Vec<Run> {
        runs_of(self.changes.iter().copied(), from, to)
    }

    fn word_at(&self, at: WallMs) -> Option<StateWord> {
        self.changes.iter().take_while(|(since, _)| *since <= at).last().map(|(_, word)| *word)
    }
}

/// Changes, oldest first, as runs that fill a range.
#[must_use]
pub fn runs_of(changes: impl Iterator<Item = (WallMs, StateWord)>, from: WallMs, to: WallMs) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open: (WallMs, Option<StateWord>) = (from, None);
    for (at, word) in changes.filter(|(at, _)| *at < to) {
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
    if let [lane] = lanes {
        return lane.runs(from, to);
    }
    let mut edges: Vec<WallMs> = lanes
        .iter()
        .flat_map(|lane| lane.changes.iter().map(|(at, _)| *at))
        .filter(|at| *at > from && *at < to)
        .collect();
    edges.push(from);
    edges.sort_unstable();
    edges.dedup();
    let mut runs = Vec::new();
    for (index, at) in edges.iter().enumerate() {
        let end = edges.get(index.saturating_add(1)).copied().unwrap_or(to);
        let worst = lanes.iter().filter_map(|lane| lane.word_at(*at)).min_by_key(|word| severity(*word));
        add(&mut runs, *at, end, worst);
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
    fn a_wall_clock_that_is_set_back_does_not_turn_the_order_round() {
        let lane = lane(&[(1_000, StateWord::Ok), (5, StateWord::NoReport), (1_200, StateWord::Ok)]);
        let expected = [(1_000, 1_200, Some(StateWord::NoReport)), (1_200, 1_300, Some(StateWord::Ok))];
        assert_eq!(told(&lane.runs(WallMs(1_000), WallMs(1_300))), expected);
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
