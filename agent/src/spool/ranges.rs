//! A set of sequence numbers kept as ranges.
//!
//! Enters: ranges, both ends included. Leaves: membership, gaps, the ranges in order. Between two ranges lies at least
//! one number that is not in the set, so a set over a spool holds at most one range (8 bytes) for each waiting record;
//! in practice a handful, because records are acknowledged in long runs.

/// Numbers as sorted, disjoint, non-adjacent ranges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RangeSet {
    ranges: Vec<(u32, u32)>,
}

impl RangeSet {
    /// Adds `first..=last`; answers whether that changed anything. A range that ends before it begins adds nothing.
    pub(crate) fn insert(&mut self, first: u32, last: u32) -> bool {
        if first > last || self.covers(first, last) {
            return false;
        }
        let start = self.ranges.partition_point(|range| range.1.saturating_add(1) < first);
        let end = self.ranges.partition_point(|range| range.0 <= last.saturating_add(1));
        let touched = self.ranges.get(start..end).unwrap_or_default();
        let low = touched.first().map_or(first, |range| range.0.min(first));
        let high = touched.last().map_or(last, |range| range.1.max(last));
        self.ranges.splice(start..end.max(start), [(low, high)]);
        true
    }

    /// Takes `first..=last` out.
    pub(crate) fn remove(&mut self, first: u32, last: u32) {
        if first > last {
            return;
        }
        let start = self.ranges.partition_point(|range| range.1 < first);
        let end = self.ranges.partition_point(|range| range.0 <= last);
        let mut rest = Vec::new();
        for range in self.ranges.get(start..end).unwrap_or_default() {
            if range.0 < first {
                rest.push((range.0, first.saturating_sub(1)));
            }
            if range.1 > last {
                rest.push((last.saturating_add(1), range.1));
            }
        }
        self.ranges.splice(start..end.max(start), rest);
    }

    /// Is every number of `first..=last` in the set?
    pub(crate) fn covers(&self, first: u32, last: u32) -> bool {
        let at = self.ranges.partition_point(|range| range.1 < first);
        self.ranges.get(at).is_some_and(|range| range.0 <= first && last <= range.1)
    }

    /// Is any number of `first..=last` in the set?
    pub(crate) fn touches(&self, first: u32, last: u32) -> bool {
        let at = self.ranges.partition_point(|range| range.1 < first);
        self.ranges.get(at).is_some_and(|range| range.0 <= last)
    }

    /// The numbers of `first..=last` that are not in the set, as ranges in order.
    pub(crate) fn gaps(&self, first: u32, last: u32) -> Vec<(u32, u32)> {
        let mut gaps = Vec::new();
        let mut from = u64::from(first);
        let start = self.ranges.partition_point(|range| range.1 < first);
        for range in self.ranges.iter().skip(start).take_while(|range| range.0 <= last) {
            if from < u64::from(range.0) {
                gaps.push((narrow(from), range.0.saturating_sub(1)));
            }
            from = u64::from(range.1) + 1;
        }
        if from <= u64::from(last) {
            gaps.push((narrow(from), last));
        }
        gaps
    }

    /// The numbers of `first..=last` that are in the set, as ranges in order.
    pub(crate) fn within(&self, first: u32, last: u32) -> Vec<(u32, u32)> {
        let start = self.ranges.partition_point(|range| range.1 < first);
        let touched = self.ranges.iter().skip(start).take_while(|range| range.0 <= last);
        touched.map(|range| (range.0.max(first), range.1.min(last))).collect()
    }

    /// The ranges, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.ranges.iter().copied()
    }

    /// How many ranges.
    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_set_of_ranges_behaves_as_a_plain_set_of_numbers() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..300 {
            let mut set = RangeSet::default();
            let mut plain = BTreeSet::new();
            for _ in 0..30 {
                let first = random.u32(0..60);
                let last = first + random.u32(0..8);
                if random.u8(0..3) == 0 {
                    set.remove(first, last);
                    plain.retain(|n| !(first..=last).contains(n));
                } else {
                    let changed = set.insert(first, last);
                    let before = plain.len();
                    plain.extend(first..=last);
                    assert_eq!(changed, plain.len() > before);
                }
                let flat: Vec<u32> = set.iter().flat_map(|(a, b)| a..=b).collect();
                assert_eq!(flat, plain.iter().copied().collect::<Vec<_>>());
                assert!(
                    set.iter().zip(set.iter().skip(1)).all(|(a, b)| a.1 + 1 < b.0),
                    "ranges do not touch"
                );
                let gaps: Vec<u32> = set.gaps(5, 50).into_iter().flat_map(|(a, b)| a..=b).collect();
                assert_eq!(gaps, (5..=50).filter(|n| !plain.contains(n)).collect::<Vec<_>>());
                assert_eq!(set.covers(first, last), (first..=last).all(|n| plain.contains(&n)));
                assert_eq!(set.touches(first, last), (first..=last).any(|n| plain.contains(&n)));
            }
        }
    }

    #[test]
    fn the_ends_of_the_number_space_hold() {
        let mut set = RangeSet::default();
        set.insert(u32::MAX, u32::MAX);
        set.insert(0, 0);
        assert_eq!(set.gaps(0, u32::MAX), vec![(1, u32::MAX - 1)]);
        set.insert(1, u32::MAX - 1);
        assert_eq!((set.len(), set.gaps(0, u32::MAX).len()), (1, 0));
    }
}
