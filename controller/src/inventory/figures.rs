//! What became of a donation, line by line, in figures that add up. Pure.
//!
//! Enters: how many were given, and how many items of a line are in which state. Leaves: a row whose parts add up to what
//! was given, or to what is registered where that is more. For donors parts of few items are told together, so that no
//! figure points at fewer than their policy's least number: a part that is known from the others is told with them.

use std::collections::BTreeMap;

use holdfast_protocol::custody::State;
use serde::Serialize;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// A part of what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Promised on paper; no item of it is registered.
    NotRegistered,
    /// Registered, and nobody has accepted it yet.
    OnTheWay,
    /// Accepted, and not at work.
    Accepted,
    /// At work.
    InService,
    /// Being mended.
    InRepair,
    /// Lost or stolen.
    Lost,
    /// Given back.
    Returned,
    /// Retired or destroyed.
    WrittenOff,
}

impl Part {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 8] = [
        Self::NotRegistered,
        Self::OnTheWay,
        Self::Accepted,
        Self::InService,
        Self::InRepair,
        Self::Lost,
        Self::Returned,
        Self::WrittenOff,
    ];

    /// The part of a state.
    #[must_use]
    pub const fn of(state: State) -> Self {
        match state {
            State::Registered | State::Allocated | State::Packed | State::InTransit | State::Received => {
                Self::OnTheWay
            }
            State::Accepted | State::InStore | State::Removed => Self::Accepted,
            State::InService => Self::InService,
            State::InRepair => Self::InRepair,
            State::Lost | State::Stolen => Self::Lost,
            State::Returned => Self::Returned,
            State::Retired | State::Destroyed => Self::WrittenOff,
        }
    }

    /// Its stable word, and the end of its key in the catalogue.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotRegistered => "not_registered",
            Self::OnTheWay => "on_the_way",
            Self::Accepted => "accepted",
            Self::InService => "in_service",
            Self::InRepair => "in_repair",
            Self::Lost => "lost",
            Self::Returned => "returned",
            Self::WrittenOff => "written_off",
        }
    }
}

/// Parts that are told as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Together {
    /// Which.
    pub parts: Vec<Part>,
    /// How many items in all of them.
    pub items: u64,
}

/// The row of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How many were given.
    pub given: u64,
    /// How many items are registered beyond that.
    pub over: u64,
    /// Each part that is told by itself.
    pub parts: BTreeMap<Part, u64>,
    /// Parts that are told as one, because by itself one of them would point at too few.
    pub together: Option<Together>,
}

impl Figures {
    /// The row of a line.
    #[must_use]
    pub fn new(given: u64, states: &[(State, u64)]) -> Self {
        let registered: u64 = states.iter().map(|(_, count)| count).sum();
        let mut parts: BTreeMap<Part, u64> = Part::ALL.into_iter().map(|part| (part, 0)).collect();
        for (state, count) in states {
            *parts.entry(Part::of(*state)).or_default() += count;
        }
        parts.insert(Part::NotRegistered, given.saturating_sub(registered));
        Self { given, over: registered.saturating_sub(given), parts, together: None }
    }

    /// The same, with no figure that points at fewer than `least` items. What is not registered is paper and points at
    /// nothing, unless fewer than `least` are registered: then it would tell how many.
    #[must_use]
    pub fn not_of_few(mut self, least: u64) -> Self {
        let items = |parts: &BTreeMap<Part, u64>, part: Part| parts.get(&part).copied().unwrap_or(0);
        let mut some: Vec<Part> = Part::ALL
            .into_iter()
            .filter(|part| *part != Part::NotRegistered && items(&self.parts, *part) > 0)
            .collect();
        some.sort_by_key(|part| items(&self.parts, *part));
        let few = some.iter().filter(|part| items(&self.parts, **part) < least).count();
        if few == 0 {
            return self;
        }
        let mut taken = few;
        let sum = |count: usize| some.iter().take(count).map(|part| items(&self.parts, *part)).sum::<u64>();
        while taken < some.len() && (taken < 2 || sum(taken) < least) {
            taken += 1;
        }
        let enough = taken >= 2 && sum(taken) >= least;
        let mut parts: Vec<Part> = if enough {
            some.iter().take(taken).copied().collect()
        } else {
            // All there is points at too few: neither which part it is in nor, by taking away, how many there are.
            Part::ALL.to_vec()
        };
        parts.sort_unstable();
        let items = if enough { sum(taken) } else { self.given };
        if !enough {
            self.over = 0;
        }
        self.parts.retain(|part, _| !parts.contains(part));
        self.together = Some(Together { parts, items });
        self
    }

    /// What all parts come to.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.parts.values().sum::<u64>() + self.together.as_ref().map_or(0, |together| together.items)
    }

    /// Whether they come to what was given, and what is over.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.sum() == self.given + self.over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_in_one_part_and_a_row_adds_up() {
        let states: Vec<(State, u64)> = State::ALL.into_iter().map(|state| (state, 2)).collect();
        let items = 2 * u64::try_from(State::ALL.len()).expect("few");
        for (given, over) in [(100, 0), (items, 0), (10, items - 10)] {
            let row = Figures::new(given, &states);
            assert!(row.adds_up(), "{row:?}");
            assert_eq!((row.over, row.sum()), (over, given.max(items)));
        }
    }

    #[test]
    fn no_figure_of_a_donor_points_at_fewer_than_the_least_number_not_even_by_taking_away() {
        let mut random = fastrand::Rng::with_seed(41);
        for _ in 0..2_000 {
            // Half of the rows have few items in all.
            let (many, most) = if random.bool() { (2, 9) } else { (8, 2) };
            let states: Vec<(State, u64)> = State::ALL
                .into_iter()
                .map(|state| (state, if random.u8(..many) > 0 { 0 } else { random.u64(..most) }))
                .collect();
            let least = random.u64(1..8);
            let row = Figures::new(random.u64(..60), &states).not_of_few(least);
            assert!(row.adds_up(), "{row:?}");
            let alone = row.parts.iter().filter(|(part, count)| **part != Part::NotRegistered && **count > 0);
            assert!(alone.clone().all(|(_, count)| *count >= least), "{least}: {row:?}");
            if let Some(together) = &row.together {
                let all = together.parts == Part::ALL && row.parts.is_empty() && row.over == 0;
                let told = if all { row.given } else { together.items };
                assert!(together.parts.len() >= 2 && told == together.items, "{least}: {row:?}");
                assert!(all || together.items >= least, "{least}: {row:?}");
            }
            // Whoever takes away learns how many are registered only where they are none or enough.
            let registered: u64 = states.iter().map(|(_, count)| count).sum();
            if (1..least).contains(&registered) {
                for other in 1..least {
                    let others = [(State::InService, other)];
                    let other = Figures::new(row.given, &others).not_of_few(least);
                    assert_eq!(row, other, "{registered} are told from others");
                }
            }
        }
    }

    #[test]
    fn one_lost_of_fifty_is_told_with_those_in_service() {
        let row = Figures::new(50, &[(State::InService, 49), (State::Lost, 1)]).not_of_few(5);
        let together = row.together.clone().expect("few are lost");
        assert_eq!((together.parts, together.items), (vec![Part::InService, Part::Lost], 50));
        assert_eq!(row.parts.get(&Part::Accepted), Some(&0));
        let whole = Figures::new(50, &[(State::InService, 49), (State::Lost, 1)]).not_of_few(1);
        assert_eq!((whole.together, whole.parts.get(&Part::Lost)), (None, Some(&1)));
        let single = Figures::new(1, &[(State::Lost, 1)]).not_of_few(5);
        assert_eq!(single.together.expect("too few").parts, Part::ALL, "where the only one is, is not told");
    }
}
