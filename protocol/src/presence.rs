//! The words for a node's state, and the arithmetic of its promise to report.
//!
//! Enters: seconds promised. Leaves: when a node is late and when it is "No report". The judgement itself is the
//! controller's (one pure function there); the words are here because terminal, pages and API must say the same.

use serde::{Deserialize, Serialize};

/// Shortest grace behind a promise, in seconds: a satellite link may be dark for a handover and a reconnect.
pub const GRACE_S_MIN: u32 = 60;

/// The one word for a state, in the order in which the first that applies is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateWord {
    /// Its certificate is no longer taken.
    Revoked,
    /// Enrolled, never heard.
    NotYetSeen,
    /// Silent by order.
    PlannedSilence,
    /// Being worked on.
    Maintenance,
    /// Somebody with eyes said that it is down.
    Down,
    /// The controller doubts itself: the last word stands "as of".
    NotKnown,
    /// Its promise and grace are over. Not a verdict of "down".
    NoReport,
    /// It reports, and something is wrong.
    Degraded,
    /// It reports, and nothing is wrong.
    Ok,
}

impl StateWord {
    /// All words in their order.
    pub const ALL: [Self; 9] = [
        Self::Revoked,
        Self::NotYetSeen,
        Self::PlannedSilence,
        Self::Maintenance,
        Self::Down,
        Self::NotKnown,
        Self::NoReport,
        Self::Degraded,
        Self::Ok,
    ];

    /// Its stable key in API answers, translations and style classes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::NotYetSeen => "not_yet_seen",
            Self::PlannedSilence => "planned_silence",
            Self::Maintenance => "maintenance",
            Self::Down => "down",
            Self::NotKnown => "not_known",
            Self::NoReport => "no_report",
            Self::Degraded => "degraded",
            Self::Ok => "ok",
        }
    }

    /// The word with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.key() == key)
    }
}

/// Seconds behind a promise before "No report": half of it again, at least [`GRACE_S_MIN`].
#[must_use]
pub const fn grace_s(report_within_s: u32) -> u32 {
    let half = report_within_s / 2;
    if half > GRACE_S_MIN { half } else { GRACE_S_MIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_is_half_the_promise_and_never_under_a_minute() {
        assert_eq!(grace_s(30), 60);
        assert_eq!(grace_s(120), 60);
        assert_eq!(grace_s(3_600), 1_800);
    }

    #[test]
    fn every_word_has_its_own_key() {
        for word in StateWord::ALL {
            assert_eq!(StateWord::from_key(word.key()), Some(word));
        }
    }
}
