//! Programmes: why something is given.
//!
//! Enters: checked values. Leaves: rows.

use holdfast_protocol::ids::ProgrammeId;
use holdfast_protocol::time::WallMs;
use serde::Serialize;

use super::acts::{Once, keep, made_one};
use super::items::escaped;
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
        once: Option<&Once>,
    ) -> Result<ProgrammeId, StoreError> {
        let mut tx = self.write().await?;
        if let Some(id) = made_one(&mut tx, once).await? {
            return Ok(ProgrammeId(id));
        }
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
        keep(&mut tx, once, &[id], now).await?;
        tx.commit().await?;
        Ok(ProgrammeId(id))
    }

    /// Changes a programme that is still at this version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has moved on or is not there, or the title is taken.
    pub async fn change_programme(
        &self,
        id: ProgrammeId,
        version: i64,
        values: (&str, &str, Tlp),
        now: WallMs,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        change_in(&mut tx, id, version, values, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Programmes by title, behind `after` (a folded title); with `only`, that one alone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn programmes(
        &self,
        after: &str,
        only: Option<ProgrammeId>,
        text: Option<&str>,
        most: i64,
    ) -> Result<Vec<Programme>, StoreError> {
        let rows: Vec<(i64, String, String, String, i64)> = sqlx::query_as(
            "SELECT id, title, activity, tlp, version FROM programmes WHERE title_fold > $1 AND ($2 IS NULL OR id = $2) \
             AND ($3 IS NULL OR title_fold LIKE '%' || $3 || '%' ESCAPE '!') ORDER BY title_fold LIMIT $4",
        )
        .bind(after)
        .bind(only.map(|id| id.0))
        .bind(text.map(|text| escaped(&fold(text))))
        .bind(most)
        .fetch_all(self.read())
        .await?;
        let row = |(id, title, activity, tlp, version): (i64, String, String, String, i64)| Programme {
            id: ProgrammeId(id),
            title,
            activity,
            // A marking this program does not know is treated as the narrowest.
            tlp: Tlp::from_key(&tlp).unwrap_or(Tlp::Red),
            version,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// Changes a programme inside a transaction.
///
/// # Errors
/// As [`Store::change_programme`].
pub(in crate::store) async fn change_in(
    tx: &mut sqlx::SqliteConnection,
    id: ProgrammeId,
    version: i64,
    (title, activity, tlp): (&str, &str, Tlp),
    now: WallMs,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE programmes SET title = $3, title_fold = $4, activity = $5, tlp = $6, changed_ms = $7, \
         version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.0)
    .bind(version)
    .bind(title.trim())
    .bind(fold(title))
    .bind(activity.trim())
    .bind(tlp.key())
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict(None));
    }
    Ok(())
}
