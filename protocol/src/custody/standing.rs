//! What an item's events add up to.
//!
//! Enters: its events in the order in which they were recorded. Leaves: the [`Standing`] after the last, or which event may
//! not be there and why. The standing is never stored as a truth of its own: what a store keeps of it for searching is
//! written in the transaction of the event and can be made again from the events.

use super::event::{Event, EventId, NOTE_CHARACTERS_MAX, What};
use super::state::State;
use super::table;
use crate::ids::{ContainerId, NodeId, PartyId, SiteId};
use crate::time::WallMs;

/// Most events of one item: ten a week for twenty years, rounded down. More is a program gone wrong.
pub const EVENTS_AN_ITEM_MAX: usize = 10_000;
/// How far an event may lie ahead of the moment it is recorded: two clocks of people who look at their watches.
pub const AHEAD_MS_MAX: i64 = 5 * 60_000;

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: State,
    /// Who answers for it: always somebody, never a place.
    pub custodian: PartyId,
    /// To whom it is promised.
    pub allocated_to: Option<PartyId>,
    /// What it is packed in.
    pub container: Option<ContainerId>,
    /// Where it works.
    pub site: Option<SiteId>,
    /// In or as which computer.
    pub node: Option<NodeId>,
    /// When it came into this state, as the person said.
    pub since: WallMs,
}

/// Why an event may not be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The first event is another one, or there is a second one of it.
    #[error("an item's life begins with \"registered\", once")]
    Beginning,
    /// The table does not have it.
    #[error("\"{what}\" cannot happen to an item that is \"{state}\"; it can to one that is {}", words(.from))]
    State {
        /// What was to happen.
        what: &'static str,
        /// Where it stands.
        state: &'static str,
        /// Where it would have to stand.
        from: &'static [State],
    },
    /// It would have happened before what is recorded.
    #[error(
        "it would have happened before the event of {last}, in milliseconds since 1970, that is recorded already; void that \
         one first, or give a later time"
    )]
    Earlier {
        /// When the newest change of the state happened.
        last: i64,
    },
    /// It has not happened yet.
    #[error("it would happen {ahead_s} s from now; record it when it has happened")]
    Future {
        /// By how much.
        ahead_s: i64,
    },
    /// The event to be voided is not there, or was voided.
    #[error("there is no event of this id that counts; it may have been voided already")]
    NothingToVoid,
    /// Others stand on it.
    #[error("only the newest event that counts can be voided; void the later ones first")]
    NotNewest,
    /// The first cannot be taken back: the item would be without a custodian.
    #[error("\"registered\" cannot be voided; retire the item instead, with the reason in a note")]
    Foundation,
    /// Too many.
    #[error("an item has at most {EVENTS_AN_ITEM_MAX} events")]
    TooMany,
}

fn words(states: &[State]) -> String {
    let words: Vec<String> = states.iter().map(|state| format!("\"{}\"", state.word())).collect();
    words.join(", ")
}

/// A life: the standing after each event that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    steps: Vec<(EventId, Standing)>,
    /// Newest change of the state: a remark recorded late does not move it.
    seen: usize,
}

impl Life {
    /// Begins one.
    ///
    /// # Errors
    /// [`Refusal::Beginning`] for any other event than `Registered`; [`Refusal::Future`].
    pub fn begin(event: &Event) -> Result<Self, Refusal> {
        let What::Registered { custodian } = event.what else { return Err(Refusal::Beginning) };
        not_ahead(event)?;
        let standing = Standing {
            state: State::Registered,
            custodian,
            allocated_to: None,
            container: None,
            site: None,
            node: None,
            since: event.happened,
        };
        Ok(Self { steps: vec![(event.id, standing)], seen: 1 })
    }

    /// Where the item stands now.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.steps
            .last()
            .map(|(_, standing)| *standing)
            .expect("a life begins with a step, and the first is never voided")
    }

    /// The standing after each event that counts, in order.
    pub fn steps(&self) -> impl Iterator<Item = Standing> + '_ {
        self.steps.iter().map(|(_, standing)| *standing)
    }

    /// The event that could be voided now: the newest that counts, unless it is the first.
    #[must_use]
    pub fn voidable(&self) -> Option<EventId> {
        let newest = self.steps.last().map(|(id, _)| *id);
        newest.filter(|_| self.steps.len() > 1)
    }

    /// Adds what happened next.
    ///
    /// # Errors
    /// [`Refusal`]; the life is as before.
    pub fn add(&mut self, event: &Event) -> Result<Standing, Refusal> {
        if self.seen >= EVENTS_AN_ITEM_MAX {
            return Err(Refusal::TooMany);
        }
        not_ahead(event)?;
        let before = self.standing();
        if let What::Voided { event: voided, .. } = event.what {
            self.void(voided)?;
        } else if matches!(event.what, What::Registered { .. }) {
            return Err(Refusal::Beginning);
        } else {
            let (what, state) = (&event.what, before.state);
            let Some(next) = table::next(state, what) else {
                return Err(Refusal::State {
                    what: what.word(),
                    state: state.word(),
                    from: table::from(what),
                });
            };
            if event.happened < before.since && !table::is_remark(what) {
                return Err(Refusal::Earlier { last: before.since.0 });
            }
            self.steps.push((event.id, after(before, next, what, event.happened)));
        }
        self.seen += 1;
        Ok(self.standing())
    }

    fn void(&mut self, voided: EventId) -> Result<(), Refusal> {
        let place = self.steps.iter().position(|(id, _)| *id == voided).ok_or(Refusal::NothingToVoid)?;
        if place == 0 {
            return Err(Refusal::Foundation);
        }
        if place + 1 != self.steps.len() {
            return Err(Refusal::NotNewest);
        }
        self.steps.pop();
        Ok(())
    }
}

fn not_ahead(event: &Event) -> Result<(), Refusal> {
    let ahead_ms = event.happened.since_ms(event.recorded);
    if ahead_ms > AHEAD_MS_MAX { Err(Refusal::Future { ahead_s: ahead_ms / 1000 }) } else { Ok(()) }
}

fn after(before: Standing, state: State, what: &What, happened: WallMs) -> Standing {
    let since = if table::is_remark(what) { before.since } else { happened };
    let mut next = Standing { state, since, ..before };
    match what {
        What::Allocated { to } => next.allocated_to = Some(*to),
        What::Deallocated => next.allocated_to = None,
        What::Packed { container } => next.container = *container,
        What::Accepted { custodian, .. } | What::Returned { custodian, .. } | What::Found { custodian } => {
            next.custodian = *custodian;
            next.allocated_to = None;
            next.container = None;
        }
        What::Deployed { site, node } => {
            next.site = Some(*site);
            next.node = *node;
        }
        What::Removed | What::Lost | What::Stolen | What::Destroyed => {
            next.site = None;
            next.node = None;
            if !matches!(what, What::Removed) {
                next.container = None;
            }
        }
        What::Unpacked | What::Stored | What::Retired => next.container = None,
        What::Registered { .. }
        | What::Departed
        | What::Arrived
        | What::Differed { .. }
        | What::SentToRepair
        | What::Repaired
        | What::Counted
        | What::Voided { .. } => {}
    }
    next
}

/// The life that these events make.
///
/// # Errors
/// [`Refusal`] of the first event that may not be there.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Life, Refusal> {
    let mut events = events.into_iter();
    let mut life = Life::begin(events.next().ok_or(Refusal::Beginning)?)?;
    for event in events {
        life.add(event)?;
    }
    Ok(life)
}

/// A note as it may be kept: without space around it, at most [`NOTE_CHARACTERS_MAX`] characters, no control characters but
/// line ends.
#[must_use]
pub fn note_fits(note: &str) -> bool {
    note.chars().count() <= NOTE_CHARACTERS_MAX && !note.chars().any(|c| c.is_control() && c != '\n')
}

#[cfg(test)]
mod tests {
    use super::super::event::VoidReason;
    use super::super::handover::{Difference, HandoverId};
    use super::*;
    use crate::ids::PersonId;

    const DONOR: PartyId = PartyId(1);
    const UTILITY: PartyId = PartyId(2);
    const HANDOVER: HandoverId = HandoverId([7; 16]);

    fn event(number: u8, at_s: i64, what: What) -> Event {
        let at = WallMs(at_s * 1000);
        Event { id: EventId([number; 16]), happened: at, recorded: at, by: PersonId(1), what }
    }

    fn life(whats: &[What]) -> Result<Life, Refusal> {
        let events: Vec<Event> =
            whats.iter().zip(1_u8..).map(|(what, n)| event(n, i64::from(n) * 60, what.clone())).collect();
        fold(&events)
    }

    fn in_service() -> Vec<What> {
        vec![
            What::Registered { custodian: DONOR },
            What::Allocated { to: UTILITY },
            What::Packed { container: Some(ContainerId(3)) },
            What::Departed,
            What::Arrived,
            What::Accepted { custodian: UTILITY, handover: HANDOVER },
            What::Deployed { site: SiteId(9), node: None },
        ]
    }

    #[test]
    fn the_usual_way_ends_in_service_with_the_recipient() {
        let standing = life(&in_service()).expect("a usual life").standing();
        assert_eq!((standing.state, standing.custodian), (State::InService, UTILITY));
        assert_eq!((standing.site, standing.container, standing.allocated_to), (Some(SiteId(9)), None, None));
        assert_eq!(standing.since, WallMs(7 * 60_000));
    }

    #[test]
    fn until_the_taker_accepts_the_giver_answers_for_it() {
        let standing = life(&in_service()[..5]).expect("received").standing();
        assert_eq!((standing.state, standing.custodian), (State::Received, DONOR));
    }

    #[test]
    fn a_refusal_says_where_it_stands_and_where_it_would_have_to() {
        let mut whats = in_service();
        whats.push(What::Returned { custodian: DONOR, handover: HANDOVER });
        let refusal = life(&whats).expect_err("out of service first");
        let text = refusal.to_string();
        assert!(text.starts_with("\"returned\" cannot happen to an item that is \"in_service\""), "{text}");
        assert!(text.contains("\"removed\""), "{text}");
    }

    #[test]
    fn voiding_takes_back_the_newest_and_only_that() {
        let mut life = life(&in_service()).expect("in service");
        let void = |of: u8| What::Voided { event: EventId([of; 16]), reason: VoidReason::DidNotOccur };
        assert_eq!(life.add(&event(20, 1000, void(6))), Err(Refusal::NotNewest));
        assert_eq!(life.add(&event(20, 1000, void(99))), Err(Refusal::NothingToVoid));
        let standing = life.add(&event(20, 1000, void(7))).expect("the newest");
        assert_eq!((standing.state, standing.site), (State::Accepted, None));
        assert_eq!(life.add(&event(21, 1000, void(7))), Err(Refusal::NothingToVoid), "once");
        assert_eq!(
            life.add(&event(21, 1000, void(20))),
            Err(Refusal::NothingToVoid),
            "a voiding is not voided"
        );
        for of in (2..=6).rev() {
            life.add(&event(30 + of, 1000, void(of))).expect("one after the other");
        }
        assert_eq!(life.add(&event(50, 1000, void(1))), Err(Refusal::Foundation));
        assert_eq!(life.standing().state, State::Registered);
    }

    #[test]
    fn a_change_cannot_happen_before_the_last_one_but_a_remark_can_come_late() {
        let mut life = life(&in_service()).expect("in service");
        assert_eq!(life.add(&event(20, 60, What::Removed)), Err(Refusal::Earlier { last: 420_000 }));
        let counted = life.add(&event(21, 60, What::Counted)).expect("a late count");
        assert_eq!(counted.since, WallMs(420_000), "a count does not make it newly in service");
        let short = What::Differed { handover: HANDOVER, difference: Difference::Short };
        life.add(&event(22, 60, short)).expect("a remark");
        life.add(&event(23, 420, What::Removed)).expect("in the same minute");
    }

    #[test]
    fn what_has_not_happened_yet_is_not_recorded() {
        let mut life = life(&in_service()).expect("in service");
        let mut ahead = event(20, 1000, What::Removed);
        ahead.happened = ahead.recorded.plus_ms(AHEAD_MS_MAX + 1000);
        assert_eq!(life.add(&ahead), Err(Refusal::Future { ahead_s: 301 }));
    }

    #[test]
    fn a_life_begins_once_and_with_its_custodian() {
        assert_eq!(life(&[]).expect_err("nothing"), Refusal::Beginning);
        assert_eq!(life(&[What::Stored]).expect_err("no beginning"), Refusal::Beginning);
        let twice = [What::Registered { custodian: DONOR }, What::Registered { custodian: UTILITY }];
        assert_eq!(life(&twice).expect_err("two beginnings"), Refusal::Beginning);
    }

    #[test]
    fn any_walk_through_the_table_keeps_the_standing_in_order() {
        // Seeded walks: whatever is recorded, an item has a custodian, a site exactly when it is in service, and no
        // container once a hand-over or a store took it out.
        let mut random = fastrand::Rng::with_seed(4);
        for walk in 0..500 {
            let mut life =
                Life::begin(&event(0, 0, What::Registered { custodian: DONOR })).expect("a beginning");
            for step in 1..60_u8 {
                let samples = What::samples();
                let what = samples.get(random.usize(..samples.len())).expect("in range").clone();
                let before = life.standing();
                let result = life.add(&event(step, i64::from(step), what.clone()));
                let now = life.standing();
                match result {
                    Ok(standing) => assert_eq!(standing, now),
                    Err(_) => assert_eq!(before, now, "a refusal changes nothing"),
                }
                assert_eq!(
                    now.site.is_some(),
                    now.state == State::InService,
                    "walk {walk} step {step} {what:?}"
                );
                if matches!(now.state, State::Accepted | State::InStore | State::Returned) {
                    assert_eq!(now.container, None, "walk {walk} step {step} {what:?}");
                }
            }
        }
    }
}
