//! Exact places of sites, sealed, and who was shown one.
//!
//! Enters: sealed bytes, reasons. Leaves: the same. The row of a showing is written before the bytes are read, in one
//! transaction: nobody is shown a place without a trace. Never opens what is sealed.

use std::collections::BTreeMap;

use holdfast_protocol::ids::{PartyId, SiteId};
use holdfast_protocol::time::WallMs;

use super::proposals::use_signed_showing;
use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::PersonId;

/// How long a place stays shown: long enough to read it to a driver.
pub const SHOWN_MS: i64 = 5 * 60_000;
/// Showings within an hour before a second person is needed.
pub const REVEALS_AN_HOUR_MAX: u32 = 5;
pub(super) const HOUR_MS: i64 = 3_600_000;

/// What came of asking for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reveal {
    /// Written down; here it is, until then.
    Shown {
        /// The sealed place.
        sealed: Vec<u8>,
        /// When the page has to hide it again.
        ends: WallMs,
    },
    /// Nobody has entered it.
    NoPlace,
    /// This person was shown [`REVEALS_AN_HOUR_MAX`] within the hour, and nobody has signed for one more of this site.
    TooMany,
}

/// A showing, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevealRow {
    /// Number.
    pub id: i64,
    /// Of which site.
    pub site: SiteId,
    /// To whom.
    pub person: PersonId,
    /// When.
    pub at: WallMs,
    /// For what.
    pub reason: String,
}

/// Showings of a person or of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reveals {
    /// How many.
    pub times: u64,
    /// When last.
    pub last: WallMs,
}

impl Reveals {
    fn of(times: i64, last: i64) -> Self {
        Self { times: u64::try_from(times).unwrap_or(0), last: WallMs(last) }
    }
}

/// A site whose place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedSite {
    /// Number.
    pub id: SiteId,
    /// Code name.
    pub name: String,
    /// ADM1.
    pub region: String,
    /// Who works there.
    pub party: Option<PartyId>,
}

impl Store {
    /// Keeps a site's place, sealed, in place of an earlier one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_place(
        &self,
        site: SiteId,
        sealed: &[u8],
        by: PersonId,
        now: WallMs,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO site_places (site_id, sealed, changed_ms, by_person) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (site_id) DO UPDATE SET sealed = excluded.sealed, changed_ms = excluded.changed_ms, \
             by_person = excluded.by_person",
        )
        .bind(site.0)
        .bind(sealed)
        .bind(now.0)
        .bind(by.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether a site's place is known, and since when.
    ///
    /// # Errors
    /// What the database says.
    pub async fn place_since(&self, site: SiteId) -> Result<Option<WallMs>, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT changed_ms FROM site_places WHERE site_id = $1")
            .bind(site.0)
            .fetch_optional(self.read())
            .await?;
        Ok(row.map(|(changed,)| WallMs(changed)))
    }

    /// Writes that a person is shown a place, then reads it, both or neither.
    ///
    /// # Errors
    /// What the database says; then nothing was shown.
    pub async fn reveal_place(
        &self,
        site: SiteId,
        person: PersonId,
        reason: &str,
        now: WallMs,
    ) -> Result<Reveal, StoreError> {
        let mut tx = self.write().await?;
        let (within,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM place_reveals WHERE person_id = $1 AND at_ms > $2")
                .bind(person.0)
                .bind(now.0 - HOUR_MS)
                .fetch_one(&mut *tx)
                .await?;
        let full = within >= i64::from(REVEALS_AN_HOUR_MAX);
        let row: Option<(Vec<u8>,)> = sqlx::query_as("SELECT sealed FROM site_places WHERE site_id = $1")
            .bind(site.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((sealed,)) = row else { return Ok(Reveal::NoPlace) };
        if full && !use_signed_showing(&mut tx, site, person, now).await? {
            return Ok(Reveal::TooMany);
        }
        let ends = now.plus_ms(SHOWN_MS);
        sqlx::query(
            "INSERT INTO place_reveals (site_id, person_id, at_ms, ends_ms, reason) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(site.0)
        .bind(person.0)
        .bind(now.0)
        .bind(ends.0)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Reveal::Shown { sealed, ends })
    }

    /// The newest showings, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reveals(&self, most: u32) -> Result<Vec<RevealRow>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, String)> = sqlx::query_as(
            "SELECT id, site_id, person_id, at_ms, reason FROM place_reveals ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(self.read())
        .await?;
        let row = |(id, site, person, at, reason)| RevealRow {
            id,
            site: SiteId(site),
            person: PersonId(person),
            at: WallMs(at),
            reason,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// How often each person was shown a place, and when last.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reveals_by_person(&self) -> Result<BTreeMap<PersonId, Reveals>, StoreError> {
        let rows: Vec<(i64, i64, i64)> =
            sqlx::query_as("SELECT person_id, COUNT(*), MAX(at_ms) FROM place_reveals GROUP BY person_id")
                .fetch_all(self.read())
                .await?;
        Ok(rows.into_iter().map(|(id, times, last)| (PersonId(id), Reveals::of(times, last))).collect())
    }

    /// How often the place of each site was shown, and when last.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reveals_by_site(&self) -> Result<BTreeMap<SiteId, Reveals>, StoreError> {
        let rows: Vec<(i64, i64, i64)> =
            sqlx::query_as("SELECT site_id, COUNT(*), MAX(at_ms) FROM place_reveals GROUP BY site_id")
                .fetch_all(self.read())
                .await?;
        Ok(rows.into_iter().map(|(id, times, last)| (SiteId(id), Reveals::of(times, last))).collect())
    }

    /// Sites whose place is known, by name: number, code name, region, party.
    ///
    /// # Errors
    /// What the database says.
    pub async fn placed_sites(&self, most: i64) -> Result<Vec<PlacedSite>, StoreError> {
        let rows: Vec<(i64, String, String, Option<i64>)> = sqlx::query_as(
            "SELECT s.id, s.name, s.region, s.party_id FROM sites s JOIN site_places p ON p.site_id = s.id \
             ORDER BY s.name LIMIT $1",
        )
        .bind(most)
        .fetch_all(self.read())
        .await?;
        let site = |(id, name, region, party): (i64, String, String, Option<i64>)| PlacedSite {
            id: SiteId(id),
            name,
            region,
            party: party.map(PartyId),
        };
        Ok(rows.into_iter().map(site).collect())
    }

    /// Every assignment of a site to a person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn all_assignments(&self) -> Result<Vec<(PersonId, SiteId)>, StoreError> {
        let rows: Vec<(i64, i64)> =
            sqlx::query_as("SELECT person_id, site_id FROM person_sites ORDER BY person_id, site_id")
                .fetch_all(self.read())
                .await?;
        Ok(rows.into_iter().map(|(person, site)| (PersonId(person), SiteId(site))).collect())
    }

    /// Assigns a site to a person: a field engineer sees its exact place. `false` when it was assigned already.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when one of them is not there.
    pub async fn assign_site(
        &self,
        person: PersonId,
        site: SiteId,
        by: PersonId,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let new = assign_in(&mut tx, (person, site), by, now).await?;
        tx.commit().await?;
        self.tell(Standing::Of(person));
        Ok(new)
    }

    /// Takes an assignment back; `false` when there was none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unassign_site(&self, person: PersonId, site: SiteId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM person_sites WHERE person_id = $1 AND site_id = $2")
            .bind(person.0)
            .bind(site.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.tell(Standing::Of(person));
        Ok(done.rows_affected() > 0)
    }

    /// Sites assigned to a person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sites_of_person(&self, person: PersonId) -> Result<Vec<SiteId>, StoreError> {
        let rows: Vec<(i64,)> =
            sqlx::query_as("SELECT site_id FROM person_sites WHERE person_id = $1 ORDER BY site_id")
                .bind(person.0)
                .fetch_all(self.read())
                .await?;
        Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
    }
}

/// Assigns a site inside a transaction.
pub(super) async fn assign_in(
    tx: &mut sqlx::SqliteConnection,
    (person, site): (PersonId, SiteId),
    by: PersonId,
    now: WallMs,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO person_sites (person_id, site_id, made_ms, by_person) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person_id, site_id) DO NOTHING",
    )
    .bind(person.0)
    .bind(site.0)
    .bind(now.0)
    .bind(by.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;
    use crate::access::Role;

    #[tokio::test]
    async fn nobody_is_shown_a_place_without_a_trace_and_not_more_than_five_an_hour() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person = store.insert_person("Operator", "hash", &[Role::Operator], WallMs(1)).await.unwrap();
        let site = store.insert_site("Birch 114", "UA-63", WallMs(1)).await.unwrap().id;
        assert_eq!(store.reveal_place(site, person, "driver", WallMs(5)).await.unwrap(), Reveal::NoPlace);
        assert_eq!(store.reveals(10).await.unwrap(), [], "nothing was shown, nothing is written");
        store.keep_place(site, b"sealed", person, WallMs(6)).await.unwrap();
        for number in 0..5 {
            let shown = store.reveal_place(site, person, "driver", WallMs(10 + number)).await.unwrap();
            assert_eq!(
                shown,
                Reveal::Shown { sealed: b"sealed".to_vec(), ends: WallMs(10 + number + SHOWN_MS) }
            );
        }
        assert_eq!(store.reveal_place(site, person, "driver", WallMs(20)).await.unwrap(), Reveal::TooMany);
        let later = store.reveal_place(site, person, "driver", WallMs(20 + HOUR_MS)).await.unwrap();
        assert!(matches!(later, Reveal::Shown { .. }));
        let rows = store.reveals(10).await.unwrap();
        assert_eq!((rows.len(), rows[0].reason.as_str(), rows[0].person), (6, "driver", person));
    }

    #[tokio::test]
    async fn a_site_is_assigned_and_taken_back() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person =
            store.insert_person("Engineer", "hash", &[Role::FieldEngineer], WallMs(1)).await.unwrap();
        let site = store.insert_site("Birch 114", "UA-63", WallMs(1)).await.unwrap().id;
        assert!(store.assign_site(person, site, person, WallMs(5)).await.unwrap());
        assert!(!store.assign_site(person, site, person, WallMs(6)).await.unwrap());
        assert_eq!(store.sites_of_person(person).await.unwrap(), [site]);
        assert!(matches!(
            store.assign_site(person, SiteId(99), person, WallMs(6)).await,
            Err(StoreError::Missing(_))
        ));
        assert!(store.unassign_site(person, site).await.unwrap());
        assert_eq!(store.sites_of_person(person).await.unwrap(), []);
    }
}
