//! Tells whoever waits that somebody's standing has changed: a lock, roles, a session or token that ended, sites of their own.
//!
//! Enters: the commit of such a change, in the function that makes it, so that no act can forget to tell. Leaves: a note with
//! the person and nothing else; who hears it asks the registry what holds now. A note that was missed is a note: a receiver
//! that lags asks too.

use tokio::sync::broadcast;

use super::Store;
use crate::access::PersonId;

/// Notes that wait for the slowest receiver, 16 bytes each: an administrator who tidies up changes some dozen people.
const WAITING_MAX: usize = 64;

/// Whose standing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// This person's.
    Of(PersonId),
    /// Perhaps anybody's: a site changed hands.
    Anybodys,
}

impl Standing {
    /// Whether it may be this person's.
    #[must_use]
    pub fn touches(self, person: PersonId) -> bool {
        match self {
            Self::Of(whose) => whose == person,
            Self::Anybodys => true,
        }
    }
}

/// The channel of a [`Store`].
pub(super) fn channel() -> broadcast::Sender<Standing> {
    broadcast::Sender::new(WAITING_MAX)
}

impl Store {
    /// Notes of changes from now on.
    #[must_use]
    pub fn standings(&self) -> broadcast::Receiver<Standing> {
        self.standings.subscribe()
    }

    /// Tells that a change was committed. That nobody listens is no failure.
    pub(super) fn tell(&self, standing: Standing) {
        let _nobody_listens = self.standings.send(standing);
    }
}
