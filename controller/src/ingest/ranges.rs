//! What is stored of a stream: everything below one sequence, and ranges above it. Pure.
//!
//! Enters: ranges that were stored. Leaves: whether a sequence is stored, how many are missing, how many ranges there are.
//! Bounded: past [`RANGES_MAX`] a new range is not kept, and the caller is told.

/// Most ranges kept of a stream: 8 KiB. Newest-first sending leaves one gap for every drain that was cut short.
pub const RANGES_MAX: usize = 1_024;

/// A set of sequences from 1 upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeSet {
    /// Everything below is in it; at least 1.
    below: u32,
    /// Ascending, apart from each other and from `below`; both ends included.
    ranges: Vec<(u32, u32)>,
}

/// Whether a range was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is in the set now.
    Yes,
    /// The set has too many ranges to begin another one.
    TooRagged,
}

impl RangeSet {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { below: 1, ranges: Vec::new() }
    }

    /// A set as it was stored.
    #[must_use]
    pub fn restore(below: u32, ranges: Vec<(u32, u32)>) -> Self {
        let mut set = Self { below: below.max(1), ranges: Vec::new() };
        for (first, last) in ranges {
            let _kept = set.insert(first, last);
        }
        set
    }

    /// Everything below this is in it.
    #[must_use]
    pub const fn below(&self) -> u32 {
        self.below
    }

    /// The ranges above [`Self::below`].
    #[must_use]
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// The range that holds a sequence above `below`.
    #[must_use]
    pub fn range_of(&self, sequence: u32) -> Option<(u32, u32)> {
        let index = self.ranges.partition_point(|(_, last)| *last < sequence);
        self.ranges.get(index).copied().filter(|(first, _)| *first <= sequence)
    }

    /// Whether a sequence is in it.
    #[must_use]
    pub fn contains(&self, sequence: u32) -> bool {
        sequence < self.below || self.range_of(sequence).is_some()
    }

    /// The highest sequence from `first` to `last` that is not in it; none when all of them are.
    #[must_use]
    pub fn highest_missing(&self, first: u32, last: u32) -> Option<u32> {
        let gap = match self.range_of(last) {
            Some((begin, _)) => begin.saturating_sub(1),
            None => last,
        };
        (gap >= first && gap >= self.below).then_some(gap)
    }

    /// Adds `first` to `last`, both included.
    pub fn insert(&mut self, first: u32, last: u32) -> Kept {
        if last < self.below {
            return Kept::Yes;
        }
        let first = first.max(self.below);
        // Ranges that overlap or touch [first, last].
        let from = self.ranges.partition_point(|(_, end)| end.saturating_add(1) < first);
        let to = self.ranges.partition_point(|(begin, _)| *begin <= last.saturating_add(1));
        let touched = self.ranges.get(from..to).unwrap_or_default();
        if touched.is_empty() && first > self.below && self.ranges.len() >= RANGES_MAX {
            return Kept::TooRagged;
        }
        let begin = touched.first().map_or(first, |(begin, _)| first.min(*begin));
        let end = touched.last().map_or(last, |(_, end)| last.max(*end));
        self.ranges.splice(from..to, [(begin, end)]);
        // The last sequence of all cannot be below anything; it stays a range.
        if begin == self.below
            && let Some(below) = end.checked_add(1)
        {
            self.ranges.remove(0);
            self.below = below;
        }
        Kept::Yes
    }

    /// Sequences between what is in it: those that may still come.
    #[must_use]
    pub fn missing(&self) -> u64 {
        let mut next = self.below;
        let mut missing = 0_u64;
        for (first, last) in &self.ranges {
            missing = missing.saturating_add(u64::from(first.saturating_sub(next)));
            next = last.saturating_add(1);
        }
        missing
    }
}

impl Default for RangeSet {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn any_order_of_any_ranges_gives_the_same_set_as_single_sequences_do() {
        for seed in 0..300 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut set = RangeSet::new();
            let mut model = BTreeSet::new();
            for _ in 0..40 {
                let first = random.u32(1..60);
                let last = first + random.u32(0..6);
                assert_eq!(set.insert(first, last), Kept::Yes);
                model.extend(first..=last);
                for sequence in 1..70 {
                    assert_eq!(set.contains(sequence), model.contains(&sequence), "seed {seed}, {sequence}");
                    let from = random.u32(1..=sequence);
                    let missing = (from..=sequence).rev().find(|candidate| !model.contains(candidate));
                    assert_eq!(
                        set.highest_missing(from, sequence),
                        missing,
                        "seed {seed}, {from}..{sequence}"
                    );
                }
                let top = model.last().copied().unwrap_or(0);
                let missing = (1..=top).filter(|sequence| !model.contains(sequence)).count();
                assert_eq!(set.missing(), u64::try_from(missing).unwrap(), "seed {seed}");
                assert_eq!(RangeSet::restore(set.below(), set.ranges().to_vec()), set);
                for pair in set.ranges().windows(2) {
                    assert!(pair[0].1 + 1 < pair[1].0, "ranges touch: {pair:?}");
                }
            }
        }
    }

    #[test]
    fn the_last_sequence_of_all_is_held_without_overflow() {
        let mut set = RangeSet::new();
        assert_eq!(set.insert(1, u32::MAX), Kept::Yes);
        assert!(set.contains(u32::MAX) && set.contains(1));
        assert_eq!(set.missing(), 0);
    }

    #[test]
    fn past_its_bound_the_set_begins_no_range_but_still_fills_gaps() {
        let mut set = RangeSet::new();
        for index in 0..u32::try_from(RANGES_MAX).unwrap() {
            assert_eq!(set.insert(3 + index * 2, 3 + index * 2), Kept::Yes);
        }
        assert_eq!(set.insert(1_000_000, 1_000_000), Kept::TooRagged);
        assert!(!set.contains(1_000_000));
        assert_eq!(set.insert(1, 2), Kept::Yes);
        assert_eq!(set.insert(1_000_000, 1_000_000), Kept::Yes);
    }
}
