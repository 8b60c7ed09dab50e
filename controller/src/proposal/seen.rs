//! Whose exact places somebody can be shown: every site's, or those of some.
//!
//! Enters: roles, the sites assigned to a person, those of their party. Leaves: a set that can be compared. The matrix of
//! access says what a role gives.

use std::collections::BTreeSet;

use holdfast_protocol::ids::SiteId;

use crate::access::{Grant, Role, Shows};

/// The sites whose exact place somebody can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// All, those to come too.
    Every,
    /// These.
    These(BTreeSet<SiteId>),
}

impl Seen {
    /// What somebody with these roles can be shown.
    #[must_use]
    pub fn of(roles: &[Role], assigned: &BTreeSet<SiteId>, of_party: &BTreeSet<SiteId>) -> Self {
        let mut sites = BTreeSet::new();
        for role in roles {
            match role.grant(Shows::ExactPlace) {
                Grant::All | Grant::OnReason => return Self::Every,
                Grant::Own if *role == Role::Recipient => sites.extend(of_party),
                Grant::Own => sites.extend(assigned),
                Grant::None => {}
            }
        }
        Self::These(sites)
    }

    /// Whether this is more than `before` in any site.
    #[must_use]
    pub fn is_more_than(&self, before: &Self) -> bool {
        match (self, before) {
            (_, Self::Every) => false,
            (Self::Every, Self::These(_)) => true,
            (Self::These(after), Self::These(before)) => !after.is_subset(before),
        }
    }
}
