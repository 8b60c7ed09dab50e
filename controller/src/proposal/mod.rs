//! Changes that take two people: which ones do, who may sign, and what a proposal may still become. Pure.
//!
//! Enters: a change, what is there now, who could sign. Leaves: whether it is made at once or waits for a second person, and
//! whether this person may sign, refuse or take back. Never makes a change: `store/proposals.rs` does, in the transaction
//! that asks here (docs/decisions/0009-two-people.md).

mod change;
mod seen;

use std::collections::BTreeSet;

use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use crate::access::{PersonId, Role};
pub use change::{Before, Change, Difference, KINDS, Membership, ProgrammeValues, WHATS};
pub use seen::Seen;

/// How long a proposal waits: a week, so that it outlives a weekend and a trip, as an invitation does.
pub const WAITS_MS: i64 = 7 * 86_400_000;
/// Most proposals of one person that wait: more than a second person reads with care.
pub const WAITING_MAX: i64 = 50;

/// A proposal's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProposalId(pub i64);

/// Whose a change is to make, and so to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// Roles, assignments, whose a site is.
    People,
    /// What donors may learn.
    Gifts,
    /// Looking at more exact places.
    Places,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::People, Self::Gifts, Self::Places];

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Gifts => "gifts",
            Self::Places => "places",
        }
    }

    /// The power of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|power| power.key() == key)
    }

    /// The roles that have it. Of places only those who may be shown every one: they answer for the fleet.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::People => &[Role::Administrator],
            Self::Gifts => &[Role::Administrator, Role::BackOffice],
            Self::Places => &[Role::Administrator, Role::Operator],
        }
    }

    /// Whether one of these roles has it.
    #[must_use]
    pub fn is_of(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles().contains(role))
    }
}

/// Whether a change tells or grants more than what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// As much or less.
    Nothing,
    /// More.
    More,
    /// More, and what it makes is another administrator: the way out of being alone.
    Administrator,
}

/// Who could sign for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// How many can now.
    pub now: u64,
    /// Whether there ever were two.
    pub ever: bool,
}

/// What is done with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Made at once.
    AtOnce,
    /// Made at once because there is nobody to ask; said so in the audit log.
    Alone,
    /// Waits for a second person.
    Waits,
}

/// What is done with a change that opens so much.
///
/// Before there ever were two, one person makes the fleet's first settings: a second signature would be that of somebody
/// they invite themselves. Afterwards being alone frees from nothing but making another administrator.
#[must_use]
pub const fn ruling(opens: Opens, others: Others) -> Ruling {
    match (opens, others.now) {
        (Opens::Nothing, _) => Ruling::AtOnce,
        (Opens::More | Opens::Administrator, 0) if !others.ever => Ruling::Alone,
        (Opens::Administrator, 0) => Ruling::Alone,
        (Opens::More | Opens::Administrator, _) => Ruling::Waits,
    }
}

/// How far a proposal is. All but the first are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// For a second person.
    Waiting,
    /// Signed, and made.
    Approved,
    /// A second person said no.
    Refused,
    /// Who proposed it took it back.
    Withdrawn,
    /// Nobody signed in time.
    Expired,
    /// What it was made on has changed meanwhile, or who proposed it may no longer.
    Overtaken,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Approved, Self::Refused, Self::Withdrawn, Self::Expired, Self::Overtaken];

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Overtaken => "overtaken",
        }
    }

    /// The state of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Number.
    pub id: ProposalId,
    /// What.
    pub change: Change,
    /// What becomes different.
    pub differences: Vec<Difference>,
    /// Who proposed it.
    pub by: PersonId,
    /// When.
    pub made: WallMs,
    /// Until when it can be signed.
    pub ends: WallMs,
    /// How far it is.
    pub state: State,
    /// When it ended.
    pub ended: Option<WallMs>,
    /// Who ended it.
    pub ended_by: Option<PersonId>,
    /// What they said.
    pub reason: String,
    /// When an approved showing was used.
    pub used: Option<WallMs>,
}

/// What somebody does with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Signs it: it is made.
    Approve,
    /// Says no.
    Refuse,
    /// Takes their own back.
    Withdraw,
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is over.
    Ended(State),
    /// They proposed it.
    Own,
    /// They gain by it.
    Gains,
    /// Their roles could not make the change.
    NoPower,
    /// Only who proposed it takes it back.
    NotTheirs,
}

/// Whether somebody with these roles may do this now.
///
/// # Errors
/// [`Unfit`].
pub fn may(proposal: &Proposal, act: Act, who: PersonId, roles: &[Role], now: WallMs) -> Result<(), Unfit> {
    let own = proposal.by == who;
    match act {
        Act::Withdraw if !own => return Err(Unfit::NotTheirs),
        Act::Approve | Act::Refuse if own => return Err(Unfit::Own),
        Act::Approve | Act::Refuse if !proposal.change.power().is_of(roles) => return Err(Unfit::NoPower),
        Act::Approve if proposal.change.gains() == Some(who) => return Err(Unfit::Gains),
        Act::Withdraw | Act::Approve | Act::Refuse => {}
    }
    match proposal.state_at(now) {
        State::Waiting => Ok(()),
        ended @ (State::Approved | State::Refused | State::Withdrawn | State::Expired | State::Overtaken) => {
            Err(Unfit::Ended(ended))
        }
    }
}

impl Proposal {
    /// How far it is at an instant: what nobody signed in time is over, whether or not anybody wrote that down.
    #[must_use]
    pub fn state_at(&self, now: WallMs) -> State {
        if self.state == State::Waiting && now >= self.ends { State::Expired } else { self.state }
    }

    /// Whether somebody may learn of it: who proposed it, and who has the power to sign.
    #[must_use]
    pub fn is_seen_by(&self, who: PersonId, roles: &[Role]) -> bool {
        self.by == who || self.change.power().is_of(roles)
    }
}

/// The powers of these roles.
#[must_use]
pub fn powers(roles: &[Role]) -> BTreeSet<Power> {
    Power::ALL.into_iter().filter(|power| power.is_of(roles)).collect()
}

#[cfg(test)]
mod tests;
