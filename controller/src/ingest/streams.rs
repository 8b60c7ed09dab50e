//! One stream as ingest holds it, and the ack that is made of it. Pure.
//!
//! Enters: sequences that were stored. Leaves: acks. An ack holds at most 8 ranges, so it is chosen: what came last is in
//! it first. A node that hears nothing of a sequence sends it again, and then it came last; so every sequence is
//! acknowledged in the end, however ragged the stream is.

use std::collections::VecDeque;

use holdfast_protocol::ack::{Ack, RANGES_MAX, SequenceRange};
use holdfast_protocol::ids::{Epoch, NodeId, Sequence};

use super::ranges::{Kept, RangeSet};
use crate::history::StreamNumber;
use crate::history::append::StreamRow;

/// Newest arrivals remembered for the choice of ranges: the node's window (64 records), so that an ack that replaces one
/// which was not sent yet still covers what that one did.
const RECENT_MAX: usize = 64;

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Its number.
    pub number: StreamNumber,
    /// Whose.
    pub node: NodeId,
    /// Which life of the spool.
    pub epoch: Epoch,
    /// What is stored or declared lost.
    pub set: RangeSet,
    /// Something is stored that the set had no room for.
    pub untracked: bool,
    /// Highest sequence stored.
    pub newest: Sequence,
    /// Records declared lost.
    pub lost_records: u64,
    /// Ranges of the newest arrivals, newest first.
    recent: VecDeque<(u32, u32)>,
}

impl Stream {
    /// A stream nothing is known of.
    #[must_use]
    pub const fn new(number: StreamNumber, node: NodeId, epoch: Epoch) -> Self {
        Self {
            number,
            node,
            epoch,
            set: RangeSet::new(),
            untracked: false,
            newest: Sequence(0),
            lost_records: 0,
            recent: VecDeque::new(),
        }
    }

    /// A stream as it was stored.
    #[must_use]
    pub fn restore(row: StreamRow) -> Self {
        Self {
            set: RangeSet::restore(row.below, row.ranges),
            untracked: row.untracked,
            newest: row.newest,
            lost_records: row.lost_records,
            ..Self::new(row.number, row.node, row.epoch)
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn row(&self) -> StreamRow {
        StreamRow {
            number: self.number,
            node: self.node,
            epoch: self.epoch,
            below: self.set.below(),
            ranges: self.set.ranges().to_vec(),
            untracked: self.untracked,
            newest: self.newest,
            lost_records: self.lost_records,
        }
    }

    /// `first` to `last` are stored, or were declared lost.
    pub fn stored(&mut self, first: Sequence, last: Sequence) {
        if self.set.insert(first.0, last.0) == Kept::TooRagged {
            self.untracked = true;
        }
    }

    /// A record arrived, new or again: the next ack has to cover it.
    pub fn arrived(&mut self, first: Sequence, last: Sequence) {
        self.recent.retain(|range| *range != (first.0, last.0));
        self.recent.truncate(RECENT_MAX.saturating_sub(1));
        self.recent.push_front((first.0, last.0));
        self.newest = self.newest.max(last);
    }

    /// What is to be told to the node: the lowest range, then those of what came last, then those nearest to `below`. With
    /// its eight ranges used up an ack says all there is up to the end of its first, and no more; with fewer it says all.
    #[must_use]
    pub fn ack(&self) -> Ack {
        let below = self.set.below();
        let mut chosen: Vec<(u32, u32)> = self.set.ranges().first().copied().into_iter().collect();
        let came = self.recent.iter().filter(|(_, last)| *last >= below).map(|(first, last)| {
            // Not in the set: there was no room for it, but it is stored.
            self.set.range_of(*last).unwrap_or(((*first).max(below), *last))
        });
        for range in came.chain(self.set.ranges().iter().copied()) {
            // Ranges that touch become one, so it is what is told that is counted.
            if chosen.len() >= RANGES_MAX && apart(below, &chosen).len() >= RANGES_MAX {
                break;
            }
            if !chosen.contains(&range) {
                chosen.push(range);
                chosen.sort_unstable();
            }
        }
        Ack { epoch: self.epoch, below: Sequence(below), ranges: apart(below, &chosen) }
    }
}

/// Ranges that touch or overlap become one; the wire allows no others. One that touches `below` loses its first sequence,
/// which is acknowledged when the gap before it is filled; the last number of all, with everything before it stored, is the
/// one that no ack can name.
fn apart(below: u32, ascending: &[(u32, u32)]) -> Vec<SequenceRange> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ascending {
        match ranges.last_mut() {
            Some(before) if *first <= before.1.saturating_add(1) => before.1 = before.1.max(*last),
            _ => ranges.push((*first, *last)),
        }
    }
    ranges
        .into_iter()
        .filter_map(|(first, last)| Some((first.max(below.checked_add(1)?), last)))
        .filter(|(first, last)| first <= last)
        .map(|(first, last)| SequenceRange { first: Sequence(first), last: Sequence(last) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a node concludes from an ack: with fewer than eight ranges it is the whole truth; with eight, up to the end of the
    /// first. A node that freed a record which such an ack seems to lack would declare it lost.
    #[test]
    fn an_ack_lacks_nothing_that_is_stored_up_to_where_it_claims_to_be_whole() {
        for seed in 0..3_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut stream = Stream::new(StreamNumber(1), NodeId::from_bytes([1; 5]), Epoch(1));
            let mut stored = std::collections::BTreeSet::new();
            for _ in 0..random.u32(1..60) {
                let sequence = random.u32(1..90);
                stored.insert(sequence);
                stream.stored(Sequence(sequence), Sequence(sequence));
                if random.bool() {
                    stream.arrived(Sequence(sequence), Sequence(sequence));
                }
                let ack = stream.ack();
                assert!(ack.ranges.len() <= RANGES_MAX, "seed {seed}");
                assert_eq!(Ack::decode(&ack.encode()), Ok(ack.clone()), "seed {seed}");
                let is_full = ack.ranges.len() == RANGES_MAX;
                let whole_to = ack.ranges.first().filter(|_| is_full).map_or(u32::MAX, |range| range.last.0);
                for sequence in stored.iter().filter(|sequence| **sequence <= whole_to) {
                    // What touches `below` waits for the gap before it: the wire cannot name it.
                    let named = ack.covers(Sequence(*sequence)) || *sequence == ack.below.0;
                    assert!(named, "seed {seed}: {sequence} is stored, the ack is {ack:?}");
                }
            }
        }
    }
}
