//! What can happen to an item.
//!
//! Enters: what a person records. Leaves: an [`Event`]. An event is never changed: a mistake is answered by
//! [`What::Voided`]. Names of people are not in it, only their numbers; it never holds a place finer than a site's number.

use serde::{Deserialize, Serialize};

use super::handover::{Difference, HandoverId};
use crate::ids::{ContainerId, NodeId, PartyId, PersonId, SiteId};
use crate::time::WallMs;

/// Longest note of an event, in characters: a remark, not a report.
pub const NOTE_CHARACTERS_MAX: usize = 500;

/// Names an event: 128 random bits chosen by who records it, so that the same event sent twice is one event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 16]);

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EventId({self})")
    }
}

impl std::str::FromStr for EventId {
    type Err = crate::ids::IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || crate::ids::IdError {
            what: "event id",
            form: "32 hexadecimal digits",
            text: text.chars().take(40).collect(),
        };
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(error());
        }
        u128::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| error())
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One thing that happened to one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its name.
    pub id: EventId,
    /// When it happened, as the person says.
    pub happened: WallMs,
    /// When it was recorded, by the controller's clock.
    pub recorded: WallMs,
    /// Who recorded it.
    pub by: PersonId,
    /// What.
    pub what: What,
}

/// Why an event is voided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// It did not happen (`ER-did_not_occur` of the Core Business Vocabulary).
    DidNotOccur,
    /// It happened otherwise; a right one follows (`ER-incorrect_data`).
    IncorrectData,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// It was entered. Always the first.
    Registered {
        /// Who answers for it from now on.
        custodian: PartyId,
    },
    /// It was promised to a party.
    Allocated {
        /// To whom.
        to: PartyId,
    },
    /// The promise was taken back.
    Deallocated,
    /// It was put into a container, or packed by itself.
    Packed {
        /// Into which.
        container: Option<ContainerId>,
    },
    /// It was taken out again.
    Unpacked,
    /// It left.
    Departed,
    /// It arrived; nobody has accepted it yet.
    Arrived,
    /// The taker of a hand-over accepted it, and answers for it.
    Accepted {
        /// Who has it now.
        custodian: PartyId,
        /// By which hand-over.
        handover: HandoverId,
    },
    /// The taker of a hand-over that is a return accepted it.
    Returned {
        /// Who has it now.
        custodian: PartyId,
        /// By which hand-over.
        handover: HandoverId,
    },
    /// The taker of a hand-over did not take it; nothing changes but that it is written.
    Differed {
        /// By which hand-over.
        handover: HandoverId,
        /// How.
        difference: Difference,
    },
    /// It was put into a store.
    Stored,
    /// It was put to work.
    Deployed {
        /// Where.
        site: SiteId,
        /// In or as which computer; none for a thing without an agent.
        node: Option<NodeId>,
    },
    /// It was taken out of service.
    Removed,
    /// It was given to somebody who mends it.
    SentToRepair,
    /// It came back mended.
    Repaired,
    /// It was written off.
    Retired,
    /// Nobody knows where it is.
    Lost,
    /// It was taken.
    Stolen,
    /// It turned up.
    Found {
        /// Who has it now.
        custodian: PartyId,
    },
    /// It is no longer there as a thing.
    Destroyed,
    /// A person saw it where it should be.
    Counted,
    /// An earlier event is to count as not recorded. Only the newest that still counts can be voided, so that every
    /// standing in between stays explained.
    Voided {
        /// Which.
        event: EventId,
        /// Why.
        reason: VoidReason,
    },
}

impl What {
    /// One of each, with ids of no meaning: what tests and tables go through.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let (party, handover) = (PartyId(1), HandoverId([0; 16]));
        vec![
            Self::Registered { custodian: party },
            Self::Allocated { to: party },
            Self::Deallocated,
            Self::Packed { container: None },
            Self::Unpacked,
            Self::Departed,
            Self::Arrived,
            Self::Accepted { custodian: party, handover },
            Self::Returned { custodian: party, handover },
            Self::Differed { handover, difference: Difference::Short },
            Self::Stored,
            Self::Deployed { site: SiteId(1), node: None },
            Self::Removed,
            Self::SentToRepair,
            Self::Repaired,
            Self::Retired,
            Self::Lost,
            Self::Stolen,
            Self::Found { custodian: party },
            Self::Destroyed,
            Self::Counted,
            Self::Voided { event: EventId([0; 16]), reason: VoidReason::DidNotOccur },
        ]
    }

    /// The stable word of the store, the API and of translation keys.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::Allocated { .. } => "allocated",
            Self::Deallocated => "deallocated",
            Self::Packed { .. } => "packed",
            Self::Unpacked => "unpacked",
            Self::Departed => "departed",
            Self::Arrived => "arrived",
            Self::Accepted { .. } => "accepted",
            Self::Returned { .. } => "returned",
            Self::Differed { .. } => "differed",
            Self::Stored => "stored",
            Self::Deployed { .. } => "deployed",
            Self::Removed => "removed",
            Self::SentToRepair => "sent_to_repair",
            Self::Repaired => "repaired",
            Self::Retired => "retired",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Found { .. } => "found",
            Self::Destroyed => "destroyed",
            Self::Counted => "counted",
            Self::Voided { .. } => "voided",
        }
    }

    /// The business step of GS1's Core Business Vocabulary 2.0 (section 7.1) that comes nearest.
    #[must_use]
    pub const fn business_step(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "commissioning",
            Self::Allocated { .. } => "reserving",
            Self::Packed { .. } => "packing",
            Self::Unpacked => "unpacking",
            Self::Departed => "departing",
            Self::Arrived => "arriving",
            Self::Accepted { .. } | Self::Returned { .. } => "accepting",
            Self::Differed { .. } | Self::Counted => "inspecting",
            Self::Stored | Self::Found { .. } => "storing",
            Self::Deployed { .. } => "installing",
            Self::Removed => "removing",
            Self::SentToRepair | Self::Repaired => "repairing",
            Self::Retired => "decommissioning",
            Self::Destroyed => "destroying",
            Self::Deallocated | Self::Lost | Self::Stolen | Self::Voided { .. } => "other",
        }
    }

    /// Whether only a hand-over may record it: its two sides decide, not one person.
    #[must_use]
    pub const fn is_by_handover(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Returned { .. } | Self::Differed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_from_json_under_its_word() {
        for what in What::samples() {
            let json = serde_json::to_string(&what).expect("plain values");
            assert!(json.contains(&format!("\"what\":\"{}\"", what.word())), "{json}");
            assert_eq!(serde_json::from_str::<What>(&json).expect("what was written"), what);
        }
    }

    #[test]
    fn an_event_id_is_32_hexadecimal_digits_and_nothing_else() {
        let id = EventId([0xab; 16]);
        assert_eq!(id.to_string().parse::<EventId>(), Ok(id));
        for text in ["", "ab", "+b000000000000000000000000000000", "zz000000000000000000000000000000"] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
    }
}
