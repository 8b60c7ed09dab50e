//! Programmes: why something is given.
//!
//! Enters: checked values. Leaves: rows.

use holdfast_protocol::ids::ProgrammeId;
use holdfast_protocol::time::WallMs;
use serde::Serialize;

use super::terms::Tlp;
use crate::store::people::fold;
use crate::store::{Store, StoreError};

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Programme {
    /// Number.
    pub id: ProgrammeId,
    /// What it is called.
    pub title: String,
    /// IATI activity id, or empty.
    pub activity: String,
    /// How widely it may be passed on.
    pub tlp: Tlp,
    /// Counts changes.
    pub version: i64,
}

impl Store {
    /// Makes a programme.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the title is taken.
    pub async fn insert_programme(
        &self,
        title: &str,
        activity: &str,
        tlp: Tlp,
        now: WallMs,
    ) -> Result<ProgrammeId, StoreError> {
        let mut tx = self.write().await?;
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO programmes (title, title_fold, activity, tlp, made_ms, changed_ms) \
             VALUES ($1, $2, $3, $4, $5, $5) RETURNING id",
        )
        .bind(title.trim())
        .bind(fold(title))
        .bind(activity.trim())
        .bind(tlp.key())
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(ProgrammeId(id))
    }

    /// Programmes by title, behind `after` (a folded title); with `only`, that one alone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn programmes(
        &self,
        after: &str,
        only: Option<ProgrammeId>,
        most: i64,
    ) -> Result<Vec<Programme>, StoreError> {
        let rows: Vec<(i64, String, String, String, i64)> = sqlx::query_as(
            "SELECT id, title, activity, tlp, version FROM programmes WHERE title_fold > $1 AND ($2 IS NULL OR id = $2) \
             ORDER BY title_fold LIMIT $3",
        )
        .bind(after)
        .bind(only.map(|id| id.0))
        .bind(most)
        .fetch_all(self.read())
        .await?;
        let row = |(id, title, activity, tlp, version): (i64, String, String, String, i64)| Programme {
            id: ProgrammeId(id),
            title,
            activity,
            // A marking this program does not know is treated as the narrowest.
            tlp: Tlp::ALL.into_iter().find(|known| known.key() == tlp).unwrap_or(Tlp::Red),
            version,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}
