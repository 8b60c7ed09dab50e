//! Sites: where equipment works, by code name and region. Never an exact place.

use holdfast_protocol::ids::{PartyId, PersonId, SiteId};
use holdfast_protocol::time::WallMs;
use sqlx::SqliteConnection;

use super::{Store, StoreError};

/// A site as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRecord {
    /// Its number.
    pub id: SiteId,
    /// Its code name, unique.
    pub name: String,
    /// ADM1 region, ISO 3166-2, or empty.
    pub region: String,
    /// When it was made.
    pub made: WallMs,
}

type Row = (i64, String, String, i64);

impl Store {
    /// Makes a site.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn insert_site(&self, name: &str, region: &str, now: WallMs) -> Result<SiteRecord, StoreError> {
        let mut tx = self.write().await?;
        let site = insert_site(&mut tx, name, region, now).await?;
        tx.commit().await?;
        Ok(site)
    }

    /// The site of this name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn site_by_name(&self, name: &str) -> Result<Option<SiteRecord>, StoreError> {
        let row: Option<Row> = sqlx::query_as("SELECT id, name, region, made_ms FROM sites WHERE name = $1")
            .bind(name)
            .fetch_optional(self.read())
            .await?;
        Ok(row.map(from_row))
    }

    /// The site of this number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn site(&self, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
        let row: Option<Row> = sqlx::query_as("SELECT id, name, region, made_ms FROM sites WHERE id = $1")
            .bind(id.0)
            .fetch_optional(self.read())
            .await?;
        Ok(row.map(from_row))
    }

    /// Whether a site is assigned to a person, or is of this party.
    ///
    /// # Errors
    /// What the database says.
    pub async fn site_is_near(
        &self,
        id: SiteId,
        person: PersonId,
        party: PartyId,
    ) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as(
            "SELECT s.id FROM sites s WHERE s.id = $1 AND (s.party_id = $3 OR EXISTS \
             (SELECT 1 FROM person_sites p WHERE p.site_id = s.id AND p.person_id = $2))",
        )
        .bind(id.0)
        .bind(person.0)
        .bind(party.0)
        .fetch_optional(self.read())
        .await?;
        Ok(row.is_some())
    }

    /// All sites; read once, at start.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sites(&self) -> Result<Vec<SiteRecord>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT id, name, region, made_ms FROM sites ORDER BY id")
            .fetch_all(self.read())
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }
}

/// Makes a site inside a transaction.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub async fn insert_site(
    tx: &mut SqliteConnection,
    name: &str,
    region: &str,
    now: WallMs,
) -> Result<SiteRecord, StoreError> {
    let row: Row = sqlx::query_as(
        "INSERT INTO sites (name, region, made_ms) VALUES ($1, $2, $3) RETURNING id, name, region, made_ms",
    )
    .bind(name)
    .bind(region)
    .bind(now.0)
    .fetch_one(tx)
    .await?;
    Ok(from_row(row))
}

fn from_row((id, name, region, made): Row) -> SiteRecord {
    SiteRecord { id: SiteId(id), name, region, made: WallMs(made) }
}
