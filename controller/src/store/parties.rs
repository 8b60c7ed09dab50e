//! Parties: the organisations that give, run, carry and receive.
//!
//! Enters: checked values. Leaves: parties, by name or page by page. A change names the version it was made on, and is
//! refused when another came first.

use holdfast_protocol::ids::{PartyId, PersonId};
use holdfast_protocol::time::WallMs;
use serde::{Serialize, Serializer};

use super::people::fold;
use super::{Store, StoreError};

/// Whoever runs this fleet; made with the registry.
pub const OWN_PARTY: PartyId = PartyId(1);

/// What a party is in the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyKind {
    /// Runs the fleet.
    Operator,
    /// Gathers needs, matches offers.
    BackOffice,
    /// Gives.
    Donor,
    /// Uses what was given.
    Recipient,
    /// Brings it.
    Carrier,
}

impl PartyKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Operator, Self::BackOffice, Self::Donor, Self::Recipient, Self::Carrier];

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::BackOffice => "back_office",
            Self::Donor => "donor",
            Self::Recipient => "recipient",
            Self::Carrier => "carrier",
        }
    }

    /// The kind of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

impl Serialize for PartyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

/// A party as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Number.
    pub id: PartyId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// Counts changes.
    pub version: i64,
}

/// A party to be made, or what one is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyValues {
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: String,
}

type Row = (i64, String, String, String, i64);

impl Store {
    /// The party of a person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn party_of(&self, person: PersonId) -> Result<PartyId, StoreError> {
        let row: Option<(Option<i64>,)> = sqlx::query_as("SELECT party_id FROM people WHERE id = $1")
            .bind(person.0)
            .fetch_optional(self.read())
            .await?;
        Ok(row.and_then(|(party,)| party).map_or(OWN_PARTY, PartyId))
    }

    /// Makes a party.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn insert_party(&self, values: &PartyValues, now: WallMs) -> Result<Party, StoreError> {
        let mut tx = self.write().await?;
        let row: Row = sqlx::query_as(
            "INSERT INTO parties (name, name_fold, kind, country, made_ms, changed_ms) VALUES ($1, $2, $3, $4, $5, $5) \
             RETURNING id, name, kind, country, version",
        )
        .bind(values.name.trim())
        .bind(fold(&values.name))
        .bind(values.kind.key())
        .bind(&values.country)
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(from_row(row))
    }

    /// Changes a party that is still at this version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has moved on, is not there, or the name is taken.
    pub async fn change_party(
        &self,
        id: PartyId,
        version: i64,
        values: &PartyValues,
        now: WallMs,
    ) -> Result<Party, StoreError> {
        let mut tx = self.write().await?;
        let row: Option<Row> = sqlx::query_as(
            "UPDATE parties SET name = $3, name_fold = $4, kind = $5, country = $6, changed_ms = $7, version = version + 1 \
             WHERE id = $1 AND version = $2 RETURNING id, name, kind, country, version",
        )
        .bind(id.0)
        .bind(version)
        .bind(values.name.trim())
        .bind(fold(&values.name))
        .bind(values.kind.key())
        .bind(&values.country)
        .bind(now.0)
        .fetch_optional(&mut *tx)
        .await?;
        let row = row.ok_or(StoreError::Conflict(None))?;
        tx.commit().await?;
        Ok(from_row(row))
    }

    /// One party.
    ///
    /// # Errors
    /// What the database says.
    pub async fn party(&self, id: PartyId) -> Result<Option<Party>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, kind, country, version FROM parties WHERE id = $1")
                .bind(id.0)
                .fetch_optional(self.read())
                .await?;
        Ok(row.map(from_row))
    }

    /// Parties by name, behind `after` (a folded name and its number).
    ///
    /// # Errors
    /// What the database says.
    pub async fn parties(
        &self,
        after: Option<(&str, PartyId)>,
        kind: Option<PartyKind>,
        most: i64,
    ) -> Result<Vec<Party>, StoreError> {
        let (name, id) = after.map_or(("", 0), |(name, id)| (name, id.0));
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, name, kind, country, version FROM parties \
             WHERE (name_fold, id) > ($1, $2) AND ($3 = '' OR kind = $3) ORDER BY name_fold, id LIMIT $4",
        )
        .bind(name)
        .bind(id)
        .bind(kind.map_or("", PartyKind::key))
        .bind(most)
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }
}

fn from_row((id, name, kind, country, version): Row) -> Party {
    // The table's CHECK lists the same keys; a key of a later version reads as the kind that may do least.
    let kind = PartyKind::from_key(&kind).unwrap_or(PartyKind::Carrier);
    Party { id: PartyId(id), name, kind, country, version }
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;

    fn values(name: &str, kind: PartyKind) -> PartyValues {
        PartyValues { name: name.to_owned(), kind, country: "PL".to_owned() }
    }

    #[tokio::test]
    async fn a_party_is_made_found_and_changed_on_the_version_that_was_read() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let made = store.insert_party(&values(" Водоканал ", PartyKind::Recipient), WallMs(5)).await.unwrap();
        assert_eq!((made.name.as_str(), made.version), ("Водоканал", 1));
        assert!(
            matches!(
                store.insert_party(&values("ВОДОКАНАЛ", PartyKind::Donor), WallMs(6)).await,
                Err(StoreError::Conflict(_))
            ),
            "one name, one party, in any case"
        );
        let changed = store
            .change_party(made.id, 1, &values("Utility", PartyKind::Recipient), WallMs(7))
            .await
            .unwrap();
        assert_eq!((changed.name.as_str(), changed.version), ("Utility", 2));
        let stale = store.change_party(made.id, 1, &values("Other", PartyKind::Donor), WallMs(8)).await;
        assert!(matches!(stale, Err(StoreError::Conflict(None))), "somebody else was first");
        assert_eq!(store.party(made.id).await.unwrap(), Some(changed));
    }

    #[tokio::test]
    async fn pages_of_parties_follow_one_another_without_hole_or_double() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        for number in 0..25 {
            store
                .insert_party(&values(&format!("Party {number:02}"), PartyKind::Donor), WallMs(5))
                .await
                .unwrap();
        }
        let mut seen = Vec::new();
        let mut after: Option<(String, PartyId)> = None;
        loop {
            let place = after.as_ref().map(|(name, id)| (name.as_str(), *id));
            let page = store.parties(place, Some(PartyKind::Donor), 10).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((fold(&last.name), last.id));
            seen.extend(page.into_iter().map(|party| party.name));
        }
        let wanted: Vec<String> = (0..25).map(|number| format!("Party {number:02}")).collect();
        assert_eq!(seen, wanted);
        assert_eq!(
            store.party(OWN_PARTY).await.unwrap().expect("made with the registry").kind,
            PartyKind::Operator
        );
    }
}
