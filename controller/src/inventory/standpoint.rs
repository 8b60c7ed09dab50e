//! Where a viewer stands: their party, whose items they see on a route, and which kinds of fields of them.
//!
//! Enters: the matched row of the access table and the person. Leaves: a [`Standpoint`]. Read anew for each request, so
//! that a role or an assignment that was taken back shows nothing any more.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use holdfast_protocol::ids::{PartyId, PersonId, SiteId};

use crate::access::{Access, Grant, Role, Shows, Verb, Viewer};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::store::StoreError;
use crate::store::inventory::items::{ItemFilter, Searches, SearchesNames, Whose};

/// Roles that see every item.
const WHOLE: [Role; 4] = [Role::Administrator, Role::Operator, Role::BackOffice, Role::Auditor];

/// Where a viewer stands.
#[derive(Debug, Clone)]
pub struct Standpoint {
    /// Who.
    pub person: PersonId,
    /// Of which party.
    pub party: PartyId,
    /// The roles by which the route let them in.
    pub roles: Vec<Role>,
    /// Whose items they see.
    pub whose: Whose,
    access: Access,
}

impl Standpoint {
    /// The standpoint of a person with these roles.
    #[must_use]
    pub fn new(access: Access, person: PersonId, party: PartyId, roles: Vec<Role>) -> Self {
        let has = |role| roles.contains(&role);
        let whose = if roles.iter().any(|role| WHOLE.contains(role)) {
            Whose::All
        } else if has(Role::FieldEngineer) {
            Whose::Handled { by: person, party }
        } else if has(Role::Donor) && !has(Role::Recipient) {
            Whose::GivenBy(party)
        } else {
            Whose::HeldBy(party)
        };
        Self { person, party, roles, whose, access }
    }

    /// Whether a kind of field may stand on what this viewer sees: granted of everything, or of their own where only their
    /// own is in sight. What is granted after a reason is never on what is merely opened.
    #[must_use]
    pub fn shows(&self, kind: Shows) -> bool {
        match self.access.widest(&self.roles, kind) {
            Grant::All => true,
            Grant::Own => self.whose != Whose::All,
            Grant::OnReason | Grant::None => false,
        }
    }

    /// Whether one of the roles is among these.
    #[must_use]
    pub fn is_one_of(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// Every item in sight, searched as far as this viewer may read.
    #[must_use]
    pub fn items(&self) -> ItemFilter<'static> {
        let secret = self.access.widest(&self.roles, Shows::SecretIdentifiers) != Grant::None;
        let searches = match (self.shows(Shows::SerialNumbers), secret) {
            (false, _) => Searches::Nothing,
            (true, false) => Searches::Plain,
            (true, true) => Searches::All,
        };
        let names = if self.shows(Shows::FreeText) { SearchesNames::Yes } else { SearchesNames::No };
        ItemFilter { searches, names, ..ItemFilter::of(self.whose) }
    }

    /// Whether a site may be named by this viewer: every one, or those that are assigned to them or of their party.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reaches_site(&self, app: &App, site: SiteId) -> Result<bool, StoreError> {
        if self.whose == Whose::All {
            return Ok(app.store.site(site).await?.is_some());
        }
        app.store.site_is_near(site, self.person, self.party).await
    }
}

impl FromRequestParts<Arc<App>> for Standpoint {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let viewer = parts.extensions.get::<Viewer>().cloned().ok_or_else(ApiError::sign_in)?;
        let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let row = Verb::of(&parts.method).and_then(|verb| app.access.row(verb, matched));
        // The guard has let this request pass, so there is a row; without one no role counts.
        let roles = row.map(|row| row.admitting(&viewer.roles)).unwrap_or_default();
        let party = app.store.party_of(viewer.person).await?;
        Ok(Self::new(app.access, viewer.person, party, roles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(roles: &[Role]) -> Standpoint {
        Standpoint::new(Access::SHIPPED, PersonId(7), PartyId(3), roles.to_vec())
    }

    #[test]
    fn whose_items_somebody_sees_follows_from_their_widest_role() {
        let party = PartyId(3);
        for (roles, whose) in [
            (&[Role::Operator][..], Whose::All),
            (&[Role::Recipient, Role::BackOffice], Whose::All),
            (&[Role::FieldEngineer, Role::Recipient], Whose::Handled { by: PersonId(7), party }),
            (&[Role::Recipient], Whose::HeldBy(party)),
            (&[Role::Donor], Whose::GivenBy(party)),
            (&[], Whose::HeldBy(party)),
        ] {
            assert_eq!(standing(roles).whose, whose, "{roles:?}");
        }
    }

    #[test]
    fn a_field_of_ones_own_is_not_shown_of_everybodys() {
        assert!(standing(&[Role::Recipient]).shows(Shows::Custodian));
        assert!(standing(&[Role::BackOffice]).shows(Shows::Custodian));
        for roles in [&[Role::Auditor][..], &[Role::Auditor, Role::Recipient], &[Role::Donor], &[]] {
            assert!(!standing(roles).shows(Shows::Custodian), "{roles:?}");
        }
        assert!(!standing(&[Role::Administrator]).shows(Shows::SecretIdentifiers), "only after a reason");
        assert!(!standing(&[Role::Recipient, Role::BackOffice]).shows(Shows::SecretIdentifiers));
    }

    #[test]
    fn what_may_not_be_read_is_not_searched() {
        assert_eq!(standing(&[Role::BackOffice]).items().searches, Searches::Plain);
        assert_eq!(standing(&[Role::Operator]).items().searches, Searches::All);
        assert_eq!(standing(&[Role::Auditor]).items().names, SearchesNames::No);
        assert_eq!(standing(&[]).items().searches, Searches::Nothing);
    }
}
