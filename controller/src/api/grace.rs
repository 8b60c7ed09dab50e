//! Which sessions have shown a password or a code within the last minutes. Pure.
//!
//! Enters: sessions, `now`. Leaves: whether a dangerous act may go on without asking again. In memory alone: a restart asks
//! again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::access::SessionId;

/// How long one showing counts.
pub const LASTS: Duration = Duration::from_secs(300);
/// Most at one time, 32 bytes each; when full, the oldest is asked again.
const ENTRIES_MAX: usize = 4_096;

/// The sessions.
#[derive(Debug, Default)]
pub struct Grace(HashMap<SessionId, Instant>);

impl Grace {
    /// A password or a code was right just now.
    pub fn shown(&mut self, session: SessionId, now: Instant) {
        self.0.retain(|_, at| now.saturating_duration_since(*at) < LASTS);
        if self.0.len() >= ENTRIES_MAX {
            let oldest = self.0.iter().min_by_key(|(_, at)| **at).map(|(session, _)| *session);
            oldest.and_then(|session| self.0.remove(&session));
        }
        self.0.insert(session, now);
    }

    /// Whether it still counts.
    #[must_use]
    pub fn holds(&self, session: SessionId, now: Instant) -> bool {
        self.0.get(&session).is_some_and(|at| now.saturating_duration_since(*at) < LASTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_five_minutes_for_the_session_that_showed_it() {
        let (mut grace, now) = (Grace::default(), Instant::now());
        grace.shown(SessionId(1), now);
        assert!(grace.holds(SessionId(1), now + LASTS - Duration::from_secs(1)));
        assert!(!grace.holds(SessionId(1), now + LASTS));
        assert!(!grace.holds(SessionId(2), now));
    }
}
