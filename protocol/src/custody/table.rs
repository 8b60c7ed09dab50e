//! The one table of transitions: which event may happen in which state, and which state follows.
//!
//! Enters: a state and what happened. Leaves: the next state, or `None`. Everything that is not in the table is refused.
//! Why it is this way: what is in service is taken out before it goes elsewhere, so that a site's record ends on a day; what
//! is lost or stolen comes back only by being found; and only a hand-over makes a party answer for an item.

use super::event::What;
use super::state::State;

/// The states in which somebody has the item.
const HELD: &[State] = &[
    State::Registered,
    State::Allocated,
    State::Packed,
    State::InTransit,
    State::Received,
    State::Accepted,
    State::InStore,
    State::InService,
    State::Removed,
    State::InRepair,
    State::Returned,
];

/// What an event leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// This state.
    State(State),
    /// The state it had.
    Same,
}

/// The states an item may be in for this to happen, and what follows. `Registered` and `Voided` are not steps between
/// states: the first begins a life, the second takes back a step.
fn row(what: &What) -> Option<(&'static [State], To)> {
    use State::{
        Accepted, Allocated, Destroyed, InRepair, InService, InStore, InTransit, Lost, Packed, Received,
        Registered, Removed, Retired, Returned, Stolen,
    };
    Some(match what {
        What::Registered { .. } | What::Voided { .. } => return None,
        What::Allocated { .. } => (&[Registered, InStore, Returned], To::State(Allocated)),
        What::Deallocated => (&[Allocated], To::State(Registered)),
        What::Packed { .. } => (&[Allocated, Accepted, InStore, Removed, Returned], To::State(Packed)),
        What::Unpacked => (&[Packed], To::State(InStore)),
        What::Departed => (&[Allocated, Packed, Removed], To::State(InTransit)),
        What::Arrived => (&[InTransit], To::State(Received)),
        What::Accepted { .. } => (
            &[Allocated, Packed, InTransit, Received, Accepted, InStore, Removed, Returned],
            To::State(Accepted),
        ),
        What::Returned { .. } => {
            (&[Packed, InTransit, Received, Accepted, InStore, Removed, InRepair], To::State(Returned))
        }
        What::Differed { .. } => (HELD, To::Same),
        What::Stored => (&[Registered, Accepted, Removed, Returned], To::State(InStore)),
        What::Deployed { .. } => (&[Accepted, InStore, Removed], To::State(InService)),
        What::Removed => (&[InService], To::State(Removed)),
        What::SentToRepair => (&[Accepted, InStore, Removed, Returned], To::State(InRepair)),
        What::Repaired => (&[InRepair], To::State(InStore)),
        What::Retired => (
            &[Registered, Allocated, Received, Accepted, InStore, Removed, InRepair, Returned],
            To::State(Retired),
        ),
        What::Lost => (HELD, To::State(Lost)),
        What::Stolen => (HELD, To::State(Stolen)),
        What::Destroyed => (HELD, To::State(Destroyed)),
        What::Found { .. } => (&[Lost, Stolen], To::State(InStore)),
        What::Counted => (HELD, To::Same),
    })
}

/// The state that follows, or `None` where this may not happen.
#[must_use]
pub fn next(state: State, what: &What) -> Option<State> {
    let (from, to) = row(what)?;
    from.contains(&state).then_some(match to {
        To::State(state) => state,
        To::Same => state,
    })
}

/// Whether the event leaves the state as it is wherever it may happen; such an event may be recorded late.
#[must_use]
pub fn is_remark(what: &What) -> bool {
    row(what).is_some_and(|(_, to)| to == To::Same)
}

/// The states in which this may happen; none for what begins or takes back.
#[must_use]
pub fn from(what: &What) -> &'static [State] {
    row(what).map_or(&[], |(from, _)| from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The table as people read it: each state, and what may happen in it.
    const READABLE: &str = "\
registered: allocated>allocated differed>registered stored>in_store retired>retired lost>lost stolen>stolen destroyed>destroyed counted>registered
allocated: deallocated>registered packed>packed departed>in_transit accepted>accepted differed>allocated retired>retired lost>lost stolen>stolen destroyed>destroyed counted>allocated
packed: unpacked>in_store departed>in_transit accepted>accepted returned>returned differed>packed lost>lost stolen>stolen destroyed>destroyed counted>packed
in_transit: arrived>received accepted>accepted returned>returned differed>in_transit lost>lost stolen>stolen destroyed>destroyed counted>in_transit
received: accepted>accepted returned>returned differed>received retired>retired lost>lost stolen>stolen destroyed>destroyed counted>received
accepted: packed>packed accepted>accepted returned>returned differed>accepted stored>in_store deployed>in_service sent_to_repair>in_repair retired>retired lost>lost stolen>stolen destroyed>destroyed counted>accepted
in_store: allocated>allocated packed>packed accepted>accepted returned>returned differed>in_store deployed>in_service sent_to_repair>in_repair retired>retired lost>lost stolen>stolen destroyed>destroyed counted>in_store
in_service: differed>in_service removed>removed lost>lost stolen>stolen destroyed>destroyed counted>in_service
removed: packed>packed departed>in_transit accepted>accepted returned>returned differed>removed stored>in_store deployed>in_service sent_to_repair>in_repair retired>retired lost>lost stolen>stolen destroyed>destroyed counted>removed
in_repair: returned>returned differed>in_repair repaired>in_store retired>retired lost>lost stolen>stolen destroyed>destroyed counted>in_repair
returned: allocated>allocated packed>packed accepted>accepted differed>returned stored>in_store sent_to_repair>in_repair retired>retired lost>lost stolen>stolen destroyed>destroyed counted>returned
retired:
lost: found>in_store
stolen: found>in_store
destroyed:
";

    #[test]
    fn the_table_says_what_it_says_here_and_nothing_more() {
        let mut written = String::new();
        for state in State::ALL {
            written.push_str(state.word());
            written.push(':');
            for what in What::samples() {
                if let Some(to) = next(state, &what) {
                    written.push_str(&format!(" {}>{}", what.word(), to.word()));
                }
            }
            written.push('\n');
        }
        assert_eq!(written, READABLE);
    }

    #[test]
    fn every_state_can_be_reached_and_a_terminal_one_cannot_be_left() {
        let mut reached = BTreeSet::from([State::Registered]);
        for _ in State::ALL {
            let now: Vec<State> = reached.iter().copied().collect();
            reached.extend(
                now.iter()
                    .flat_map(|state| What::samples().into_iter().filter_map(|what| next(*state, &what))),
            );
        }
        assert_eq!(reached.len(), State::ALL.len());
        for state in State::ALL.into_iter().filter(|state| state.is_terminal()) {
            assert!(What::samples().iter().all(|what| next(state, what).is_none()), "{state:?}");
        }
    }

    #[test]
    fn the_held_states_are_those_that_say_so() {
        for state in State::ALL {
            assert_eq!(HELD.contains(&state), state.is_held(), "{state:?}");
        }
    }
}
