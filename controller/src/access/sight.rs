//! What of the fleet a viewer may learn on a route: all of it, or what stands at their own sites. Pure.
//!
//! Enters: the roles by which a row lets somebody in, and the sites that are theirs. Leaves: a [`Sight`], which lists and
//! single things ask. What is not in it is answered like what does not exist.

use std::collections::BTreeSet;

use holdfast_protocol::ids::SiteId;

use super::{Access, Grant, Role, Row};

/// Which sites a viewer may learn of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sight {
    /// Every one, and nodes without a site.
    #[default]
    Fleet,
    /// These, and nodes at these.
    Sites(BTreeSet<SiteId>),
}

impl Sight {
    /// Whether something at this site is in sight; what has no site is in nobody's own.
    #[must_use]
    pub fn has(&self, site: Option<SiteId>) -> bool {
        match self {
            Self::Fleet => true,
            Self::Sites(sites) => site.is_some_and(|site| sites.contains(&site)),
        }
    }
}

/// By which rules sites are a viewer's own on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// None has to be: a role of theirs shows the whole fleet.
    Fleet,
    /// By these.
    Own {
        /// Sites assigned to the person: field engineers.
        assigned: bool,
        /// Sites of the person's party: recipients.
        party: bool,
    },
}

impl Access {
    /// How far somebody with these roles sees on a row. Only roles that the row lets in count: a role that shows the whole
    /// fleet of something else widens nothing here.
    #[must_use]
    pub fn whose(&self, row: &Row, roles: &[Role]) -> Whose {
        let admitted = row.admitting(roles);
        let whole = |role: &Role| {
            let grants = |kind| matches!(self.grant(*role, kind), Grant::All | Grant::OnReason);
            row.shows.iter().all(|kind| grants(*kind))
        };
        if admitted.iter().any(whole) {
            return Whose::Fleet;
        }
        Whose::Own {
            assigned: admitted.contains(&Role::FieldEngineer),
            party: admitted.contains(&Role::Recipient),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Verb;

    #[test]
    fn only_roles_that_the_row_lets_in_count() {
        let row = Access::SHIPPED.row(Verb::Get, "/api/v1/nodes").expect("there");
        let whose = |roles: &[Role]| Access::SHIPPED.whose(row, roles);
        assert_eq!(whose(&[Role::Operator, Role::FieldEngineer]), Whose::Fleet);
        let own = |assigned, party| Whose::Own { assigned, party };
        assert_eq!(whose(&[Role::FieldEngineer]), own(true, false));
        assert_eq!(
            whose(&[Role::FieldEngineer, Role::BackOffice]),
            own(true, false),
            "not by the other role"
        );
        assert_eq!(whose(&[Role::Recipient, Role::Donor]), own(false, true));
        assert_eq!(whose(&[]), own(false, false));
    }

    #[test]
    fn what_has_no_site_is_in_nobodys_own() {
        let own = Sight::Sites(BTreeSet::from([SiteId(3)]));
        assert!(own.has(Some(SiteId(3))) && !own.has(Some(SiteId(4))) && !own.has(None));
        assert!(Sight::Fleet.has(None));
    }
}
