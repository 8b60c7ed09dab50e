//! Whose a site is: the party that works there, and the people it is assigned to.
//!
//! Enters: numbers. Leaves: the sites that a person may see as their own. Recipients see the sites of their party, field
//! engineers those that somebody assigned to them; which of both counts is the access table's to say.

use std::collections::BTreeSet;

use holdfast_protocol::ids::{PartyId, SiteId};

use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::PersonId;

impl Store {
    /// The sites that are a person's own: those assigned to them, those of their party, or both.
    ///
    /// # Errors
    /// What the database says.
    pub async fn own_sites(
        &self,
        person: PersonId,
        assigned: bool,
        party: bool,
    ) -> Result<BTreeSet<SiteId>, StoreError> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT site_id FROM person_sites WHERE person_id = $1 AND $2 \
             UNION SELECT s.id FROM sites s JOIN people p ON s.party_id = COALESCE(p.party_id, 1) WHERE p.id = $1 AND $3",
        )
        .bind(person.0)
        .bind(assigned)
        .bind(party)
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
    }

    /// Says which party works at a site, or that none does; `false` when there is no such site.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the party is not there.
    pub async fn set_site_party(&self, site: SiteId, party: Option<PartyId>) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let there = set_party_in(&mut tx, site, party).await?;
        tx.commit().await?;
        self.tell(Standing::Anybodys);
        Ok(there)
    }

    /// The party that works at a site.
    ///
    /// # Errors
    /// What the database says.
    pub async fn site_party(&self, site: SiteId) -> Result<Option<PartyId>, StoreError> {
        let row: Option<(Option<i64>,)> = sqlx::query_as("SELECT party_id FROM sites WHERE id = $1")
            .bind(site.0)
            .fetch_optional(self.read())
            .await?;
        Ok(row.and_then(|(party,)| party).map(PartyId))
    }

    /// The people a site is assigned to.
    ///
    /// # Errors
    /// What the database says.
    pub async fn people_of_site(&self, site: SiteId) -> Result<Vec<PersonId>, StoreError> {
        let rows: Vec<(i64,)> =
            sqlx::query_as("SELECT person_id FROM person_sites WHERE site_id = $1 ORDER BY person_id")
                .bind(site.0)
                .fetch_all(self.read())
                .await?;
        Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
    }
}

/// Says which party works at a site, inside a transaction.
pub(super) async fn set_party_in(
    tx: &mut sqlx::SqliteConnection,
    site: SiteId,
    party: Option<PartyId>,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE sites SET party_id = $2 WHERE id = $1")
        .bind(site.0)
        .bind(party.map(|party| party.0))
        .execute(tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::time::WallMs;

    use super::super::parties::{OWN_PARTY, PartyKind, PartyValues};
    use super::super::scratch::Scratch;
    use super::*;
    use crate::access::Role;

    #[tokio::test]
    async fn sites_are_ones_own_by_assignment_by_party_or_by_both() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person = store.insert_person("Olena", "hash", &[Role::Recipient], WallMs(1)).await.unwrap();
        let mut sites = Vec::new();
        for name in ["Ash 1", "Birch 2", "Cedar 3"] {
            sites.push(store.insert_site(name, "UA-63", WallMs(1)).await.unwrap().id);
        }
        let values = PartyValues { name: "Utility".into(), kind: PartyKind::Recipient, country: "UA".into() };
        let other = store.insert_party(&values, WallMs(1)).await.unwrap().id;
        store.assign_site(person, sites[0], person, WallMs(2)).await.unwrap();
        assert!(store.set_site_party(sites[1], Some(OWN_PARTY)).await.unwrap());
        assert!(store.set_site_party(sites[2], Some(other)).await.unwrap());
        assert!(!store.set_site_party(SiteId(99), Some(other)).await.unwrap());
        assert!(matches!(
            store.set_site_party(sites[2], Some(PartyId(99))).await,
            Err(StoreError::Missing(_))
        ));
        let own = async |assigned, party| store.own_sites(person, assigned, party).await.unwrap();
        assert_eq!(own(true, false).await, BTreeSet::from([sites[0]]));
        assert_eq!(own(false, true).await, BTreeSet::from([sites[1]]));
        assert_eq!(own(true, true).await, BTreeSet::from([sites[0], sites[1]]));
        assert_eq!(own(false, false).await, BTreeSet::new());
        assert_eq!(store.site_party(sites[2]).await.unwrap(), Some(other));
        assert_eq!(store.people_of_site(sites[0]).await.unwrap(), [person]);
    }
}
