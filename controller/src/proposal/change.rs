//! The changes that may take two people, what each is made on, and what becomes different by it.
//!
//! Enters: a change and what is there. Leaves: whether it opens more, and the differences, in keys that pages put into words.
//! A change is kept as JSON while it waits: a shape that this program cannot read is a proposal that it does not make.

use holdfast_protocol::ids::{DonationId, PartyId, ProgrammeId, SiteId};
use serde::{Deserialize, Serialize};

use super::{Opens, Power, Seen};
use crate::access::{PersonId, Role};
use crate::store::inventory::donations::DonationValues;
use crate::store::inventory::terms::Tlp;

/// Keys of every kind of change.
pub const KINDS: [&str; 6] = ["donation", "programme", "member", "assignment", "site_party", "showing"];
/// Keys of everything that can become different.
pub const WHATS: [&str; 15] = [
    "place",
    "delay_days",
    "least_items",
    "serials",
    "title",
    "state",
    "programme",
    "title_passes",
    "shares",
    "terms",
    "activity",
    "tlp",
    "party",
    "roles",
    "assigned",
];

/// Party and roles of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Their party.
    pub party: PartyId,
    /// Their roles, in their order.
    pub roles: Vec<Role>,
}

/// What a programme is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeValues {
    /// What it is called.
    pub title: String,
    /// IATI activity id, or empty.
    pub activity: String,
    /// How widely it may be passed on.
    pub tlp: Tlp,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// What a donation is, its policy with it.
    Donation {
        /// Which.
        donation: DonationId,
        /// The version it was made on.
        version: i64,
        /// What it is to be.
        values: DonationValues,
    },
    /// What a programme is, its marking with it.
    Programme {
        /// Which.
        programme: ProgrammeId,
        /// The version it was made on.
        version: i64,
        /// What it is to be.
        values: ProgrammeValues,
    },
    /// Party and roles of a person.
    Member {
        /// Who.
        person: PersonId,
        /// What they were.
        from: Membership,
        /// What they are to be.
        to: Membership,
    },
    /// A site becomes a field engineer's.
    Assignment {
        /// Whose.
        person: PersonId,
        /// Which.
        site: SiteId,
    },
    /// Which party works at a site.
    SiteParty {
        /// Which.
        site: SiteId,
        /// Who did.
        from: Option<PartyId>,
        /// Who is to.
        to: Option<PartyId>,
    },
    /// One more exact place than an hour allows, shown once to who asks.
    Showing {
        /// Of which site.
        site: SiteId,
        /// What for.
        reason: String,
    },
}

/// What is there before a change, as far as it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// Of a donation.
    Donation(DonationValues),
    /// Of a programme.
    Programme(ProgrammeValues),
    /// What a person can be shown, before and after.
    Seen {
        /// Before.
        before: Seen,
        /// After.
        after: Seen,
    },
    /// How many recipients of the party can be shown the site's place afterwards who could not before.
    Recipients(u64),
    /// The hour is full.
    Hour,
}

/// One thing that becomes different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Key of what.
    pub what: String,
    /// What it was: a key, a number, a text.
    pub before: String,
    /// What it is to be.
    pub after: String,
}

impl Difference {
    fn of<T: ToString + ?Sized>(what: &str, before: &T, after: &T) -> Option<Self> {
        let (before, after) = (before.to_string(), after.to_string());
        (before != after).then(|| Self { what: what.to_owned(), before, after })
    }
}

impl Change {
    /// Its stable key.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Donation { .. } => "donation",
            Self::Programme { .. } => "programme",
            Self::Member { .. } => "member",
            Self::Assignment { .. } => "assignment",
            Self::SiteParty { .. } => "site_party",
            Self::Showing { .. } => "showing",
        }
    }

    /// What it changes, as the audit log names things.
    #[must_use]
    pub fn thing(&self) -> String {
        match self {
            Self::Donation { donation, .. } => format!("donation {}", donation.0),
            Self::Programme { programme, .. } => format!("programme {}", programme.0),
            Self::Member { person, .. } | Self::Assignment { person, .. } => format!("person {}", person.0),
            Self::SiteParty { site, .. } | Self::Showing { site, .. } => format!("site {}", site.0),
        }
    }

    /// Whose it is to make.
    #[must_use]
    pub const fn power(&self) -> Power {
        match self {
            Self::Donation { .. } | Self::Programme { .. } => Power::Gifts,
            Self::Member { .. } | Self::Assignment { .. } | Self::SiteParty { .. } => Power::People,
            Self::Showing { .. } => Power::Places,
        }
    }

    /// Who can do more by it; they do not sign it.
    #[must_use]
    pub const fn gains(&self) -> Option<PersonId> {
        match self {
            Self::Member { person, .. } | Self::Assignment { person, .. } => Some(*person),
            Self::Donation { .. }
            | Self::Programme { .. }
            | Self::SiteParty { .. }
            | Self::Showing { .. } => None,
        }
    }

    /// Whether it tells or grants more than what is there.
    #[must_use]
    pub fn opens(&self, before: &Before) -> Opens {
        let more = |more| if more { Opens::More } else { Opens::Nothing };
        match (self, before) {
            (Self::Donation { values, .. }, Before::Donation(before)) => {
                more(values.disclosure.is_looser_than(before.disclosure))
            }
            (Self::Programme { values, .. }, Before::Programme(before)) => {
                more(values.tlp.is_wider_than(before.tlp))
            }
            (Self::Member { from, to, .. }, Before::Seen { before, after }) => {
                let made = |of: &Membership| of.roles.contains(&Role::Administrator);
                match after.is_more_than(before) || (made(to) && !made(from)) {
                    true if made(to) && !made(from) => Opens::Administrator,
                    opens => more(opens),
                }
            }
            (Self::Assignment { .. }, Before::Seen { before, after }) => more(after.is_more_than(before)),
            (Self::SiteParty { .. }, Before::Recipients(count)) => more(*count > 0),
            (Self::Showing { .. }, Before::Hour) => Opens::More,
            // What does not belong together was not looked at: a second person does.
            (
                Self::Donation { .. }
                | Self::Programme { .. }
                | Self::Member { .. }
                | Self::Assignment { .. }
                | Self::SiteParty { .. }
                | Self::Showing { .. },
                Before::Donation(_)
                | Before::Programme(_)
                | Before::Seen { .. }
                | Before::Recipients(_)
                | Before::Hour,
            ) => Opens::More,
        }
    }

    /// What becomes different by it.
    #[must_use]
    pub fn differences(&self, before: &Before) -> Vec<Difference> {
        let all = match (self, before) {
            (Self::Donation { values, .. }, Before::Donation(before)) => of_donation(before, values),
            (Self::Programme { values, .. }, Before::Programme(before)) => vec![
                Difference::of("title", &before.title, &values.title),
                Difference::of("activity", &before.activity, &values.activity),
                Difference::of("tlp", before.tlp.key(), values.tlp.key()),
            ],
            (Self::Member { from, to, .. }, _) => vec![
                Difference::of("party", &from.party.0, &to.party.0),
                Difference::of("roles", &roles(&from.roles), &roles(&to.roles)),
            ],
            (Self::SiteParty { from, to, .. }, _) => {
                let number = |party: &Option<PartyId>| party.map(|id| id.0.to_string()).unwrap_or_default();
                vec![Difference::of("party", &number(from), &number(to))]
            }
            (Self::Assignment { site, .. }, _) => {
                vec![Difference::of("assigned", "", site.0.to_string().as_str())]
            }
            (Self::Donation { .. } | Self::Programme { .. } | Self::Showing { .. }, _) => Vec::new(),
        };
        all.into_iter().flatten().collect()
    }
}

fn of_donation(before: &DonationValues, after: &DonationValues) -> Vec<Option<Difference>> {
    let number = |programme: Option<ProgrammeId>| programme.map(|id| id.0.to_string()).unwrap_or_default();
    let shares = |values: &DonationValues| {
        let one = |(party, points): (&PartyId, &u32)| format!("{}={points}", party.0);
        values.shares.iter().map(one).collect::<Vec<String>>().join(" ")
    };
    let (was, is) = (before.disclosure, after.disclosure);
    vec![
        Difference::of("place", was.place.key(), is.place.key()),
        Difference::of("delay_days", &was.delay_days, &is.delay_days),
        Difference::of("least_items", &was.least_items, &is.least_items),
        Difference::of("serials", &was.serials, &is.serials),
        Difference::of("title", before.title.trim(), after.title.trim()),
        Difference::of("state", before.state.key(), after.state.key()),
        Difference::of("programme", &number(before.programme), &number(after.programme)),
        Difference::of("title_passes", before.title_passes.key(), after.title_passes.key()),
        Difference::of("shares", &shares(before), &shares(after)),
        Difference::of("terms", &hex(before.terms_sha256), &hex(after.terms_sha256)),
    ]
}

fn hex(hash: Option<[u8; 32]>) -> String {
    hash.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default()
}

fn roles(roles: &[Role]) -> String {
    roles.iter().map(|role| role.key()).collect::<Vec<&str>>().join(" ")
}
