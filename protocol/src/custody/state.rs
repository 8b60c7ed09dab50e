//! The states of an item, and their stable words.
//!
//! Enters: nothing. Leaves: [`State`] and its word. Which event leads from which to which is in [`super::table`].

use serde::{Deserialize, Serialize};

/// Where an item is in its life. "Delivered" is not among them: the word for that is [`State::Accepted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Known on paper, promised to nobody.
    Registered,
    /// Promised to a party.
    Allocated,
    /// In a container that is being made ready.
    Packed,
    /// Between two places.
    InTransit,
    /// At the place it was sent to; nobody there has accepted it yet.
    Received,
    /// The party it was meant for said that it is there and that they answer for it.
    Accepted,
    /// Kept, not used.
    InStore,
    /// At work at a site.
    InService,
    /// Taken out of service.
    Removed,
    /// With somebody who mends it.
    InRepair,
    /// Given back, and accepted by who got it back.
    Returned,
    /// Worn out or written off. Terminal.
    Retired,
    /// Nobody knows where. Left by being found only.
    Lost,
    /// Taken. Left by being found only.
    Stolen,
    /// No longer there as a thing. Terminal.
    Destroyed,
}

impl State {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 15] = [
        Self::Registered,
        Self::Allocated,
        Self::Packed,
        Self::InTransit,
        Self::Received,
        Self::Accepted,
        Self::InStore,
        Self::InService,
        Self::Removed,
        Self::InRepair,
        Self::Returned,
        Self::Retired,
        Self::Lost,
        Self::Stolen,
        Self::Destroyed,
    ];

    /// The stable word of the store, the API and of translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Allocated => "allocated",
            Self::Packed => "packed",
            Self::InTransit => "in_transit",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::InStore => "in_store",
            Self::InService => "in_service",
            Self::Removed => "removed",
            Self::InRepair => "in_repair",
            Self::Returned => "returned",
            Self::Retired => "retired",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Destroyed => "destroyed",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing can happen to it any more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Retired | Self::Destroyed)
    }

    /// Whether somebody has it: neither gone nor missing.
    #[must_use]
    pub const fn is_held(self) -> bool {
        !matches!(self, Self::Retired | Self::Destroyed | Self::Lost | Self::Stolen)
    }

    /// The disposition of GS1's Core Business Vocabulary 2.0 (section 7.2) that comes nearest.
    #[must_use]
    pub const fn disposition(self) -> &'static str {
        match self {
            Self::Registered | Self::InService => "active",
            Self::Allocated => "reserved",
            Self::Packed => "container_closed",
            Self::InTransit => "in_transit",
            Self::Received => "in_progress",
            Self::Accepted | Self::InStore => "available",
            Self::Removed => "inactive",
            Self::InRepair => "needs_replacement",
            Self::Returned => "returned",
            Self::Retired => "disposed",
            Self::Lost => "unavailable",
            Self::Stolen => "stolen",
            Self::Destroyed => "destroyed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_state_and_no_two_are_alike() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
            let json = serde_json::to_string(&state).expect("a word");
            assert_eq!(json, format!("\"{}\"", state.word()), "the API says the same word");
        }
        assert_eq!(State::from_word("delivered"), None, "one word, one meaning");
    }
}
