//! The terms of a gift: how far it is, when its title passes, how widely it may be passed on, what donors may learn.
//!
//! Enters: nothing. Leaves: closed sets with stable keys, and which of two policies tells more. No SQL.

use serde::{Deserialize, Serialize};

/// How widely something may be passed on (TLP 2.0); ordered by how narrow it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tlp {
    /// To anybody.
    Clear,
    /// Within the community.
    Green,
    /// Within the organisation and its clients.
    Amber,
    /// Within the organisation.
    AmberStrict,
    /// To the people named alone.
    Red,
}

impl Tlp {
    pub(super) const ALL: [Self; 5] = [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// The marking of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tlp| tlp.key() == key)
    }

    /// Whether this lets something be passed on to more than `other` does.
    #[must_use]
    pub fn is_wider_than(self, other: Self) -> bool {
        self < other
    }

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber_strict",
            Self::Red => "red",
        }
    }
}

/// What donors may learn of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowsPlace {
    /// Nothing.
    None,
    /// The country.
    Country,
    /// The region (ADM1).
    Region,
}

impl ShowsPlace {
    pub(super) const ALL: [Self; 3] = [Self::None, Self::Country, Self::Region];

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Country => "country",
            Self::Region => "region",
        }
    }
}

/// What donors may learn of a donation, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// How near a place may be told.
    pub place: ShowsPlace,
    /// How many days late.
    pub delay_days: u16,
    /// Least number of items a figure may point at; below it the area is widened.
    pub least_items: u16,
    /// Whether serials of their own items may be told.
    pub serials: bool,
}

impl Disclosure {
    /// What is agreed unless something else is (domain.md): the region, three days late, groups of five, no serials.
    pub const USUAL: Self = Self { place: ShowsPlace::Region, delay_days: 3, least_items: 5, serials: false };

    /// Whether this tells more than `other` in any respect.
    #[must_use]
    pub fn is_looser_than(self, other: Self) -> bool {
        self.place > other.place
            || self.delay_days < other.delay_days
            || self.least_items < other.least_items
            || (self.serials && !other.serials)
    }
}

/// How far a donation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DonationState {
    /// Being written.
    Draft,
    /// Agreed between the parties.
    Agreed,
    /// Nothing more will come.
    Closed,
}

impl DonationState {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Agreed, Self::Closed];

    /// The state of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Agreed => "agreed",
            Self::Closed => "closed",
        }
    }
}

/// When the title to the things passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitlePasses {
    /// When the recipient accepts.
    OnAcceptance,
    /// When the donation is agreed.
    OnAgreement,
    /// It stays with the donor: a loan.
    Never,
}

impl TitlePasses {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OnAcceptance, Self::OnAgreement, Self::Never];

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::OnAcceptance => "on_acceptance",
            Self::OnAgreement => "on_agreement",
            Self::Never => "never",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marking_nearer_to_clear_is_wider() {
        assert!(Tlp::Clear.is_wider_than(Tlp::Green) && Tlp::Amber.is_wider_than(Tlp::AmberStrict));
        assert!(!Tlp::Red.is_wider_than(Tlp::Red) && !Tlp::Red.is_wider_than(Tlp::Amber));
    }

    #[test]
    fn a_policy_that_tells_more_in_any_respect_is_looser() {
        let usual = Disclosure::USUAL;
        for looser in [
            Disclosure { delay_days: 2, ..usual },
            Disclosure { least_items: 4, ..usual },
            Disclosure { serials: true, ..usual },
            Disclosure { delay_days: 2, least_items: 50, ..usual },
        ] {
            assert!(looser.is_looser_than(usual), "{looser:?}");
        }
        for tighter in [usual, Disclosure { place: ShowsPlace::Country, delay_days: 30, ..usual }] {
            assert!(!tighter.is_looser_than(usual), "{tighter:?}");
        }
    }
}
