//! What satellite providers say of terminals: the newest saying an item.
//!
//! Enters: statements of an export, each with the item that is meant. Leaves: rows. An export that is older than what is
//! known of an item changes nothing of it; the same file twice is once.

use holdfast_protocol::ids::{ItemId, PersonId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use crate::import::provider::Silent;
use crate::store::{Store, StoreError};

/// Rows without an item that are kept of an export.
pub const SILENT_MAX: usize = 1_000;

/// A row of which no item is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilentRow {
    /// Its number.
    pub row: u32,
    /// Why.
    pub why: Silent,
    /// By what it is known: masked.
    pub shown: String,
}

/// What a provider says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saying {
    /// Of which item.
    pub item: ItemId,
    /// When it was last active.
    pub last_active: Option<WallMs>,
    /// How much data it used.
    pub data_bytes: Option<u64>,
}

/// An export to be kept.
#[derive(Debug, Clone)]
pub struct NewExport {
    /// As of when the provider says it.
    pub as_of: WallMs,
    /// Who sent it in.
    pub by: PersonId,
    /// The file's hash.
    pub file_sha256: [u8; 32],
    /// Rows that name a terminal, or try to.
    pub rows: u32,
    /// What it says.
    pub sayings: Vec<Saying>,
    /// Rows without an item.
    pub silent: Vec<SilentRow>,
}

/// An export as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderExport {
    /// Number.
    pub id: i64,
    /// As of when the provider says it.
    pub as_of: WallMs,
    /// Rows.
    pub rows: u32,
    /// Rows with an item.
    pub matched: u32,
    /// Rows without one, the first of them.
    pub silent: Vec<SilentRow>,
    /// When it came.
    pub made: WallMs,
}

/// What a provider said of an item last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ProviderSays {
    /// As of when.
    pub as_of: WallMs,
    /// When the item was last active, if it says so.
    pub last_active: Option<WallMs>,
    /// How much data it used.
    pub data_bytes: Option<u64>,
}

type ExportRow = (i64, i64, i64, i64, String, i64);

impl Store {
    /// Keeps an export and what it says; an export that is there already under its hash is given back.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert_provider_export(&self, new: &NewExport, now: WallMs) -> Result<i64, StoreError> {
        let mut tx = self.write().await?;
        let before: Option<(i64,)> = sqlx::query_as("SELECT id FROM provider_exports WHERE file_sha256 = $1")
            .bind(new.file_sha256.as_slice())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some((id,)) = before {
            return Ok(id);
        }
        let silent: Vec<&SilentRow> = new.silent.iter().take(SILENT_MAX).collect();
        let silent = serde_json::to_string(&silent)
            .map_err(|_| StoreError::Value { what: "provider_exports.silent" })?;
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO provider_exports (as_of_ms, by_person, file_sha256, rows, matched, silent, made_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(new.as_of.0)
        .bind(new.by.0)
        .bind(new.file_sha256.as_slice())
        .bind(i64::from(new.rows))
        .bind(i64::try_from(new.sayings.len()).unwrap_or(i64::MAX))
        .bind(silent)
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        for saying in &new.sayings {
            sqlx::query(
                "INSERT INTO provider_sayings (item_id, export_id, as_of_ms, last_active_ms, data_bytes) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (item_id) DO UPDATE SET export_id = excluded.export_id, \
                 as_of_ms = excluded.as_of_ms, last_active_ms = excluded.last_active_ms, data_bytes = excluded.data_bytes \
                 WHERE excluded.as_of_ms > provider_sayings.as_of_ms",
            )
            .bind(saying.item.0)
            .bind(id)
            .bind(new.as_of.0)
            .bind(saying.last_active.map(|at| at.0))
            .bind(saying.data_bytes.and_then(|bytes| i64::try_from(bytes).ok()))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(id)
    }

    /// An export.
    ///
    /// # Errors
    /// What the database says.
    pub async fn provider_export(&self, id: i64) -> Result<Option<ProviderExport>, StoreError> {
        let row: Option<ExportRow> = sqlx::query_as(
            "SELECT id, as_of_ms, rows, matched, silent, made_ms FROM provider_exports WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.read())
        .await?;
        let Some((id, as_of, rows, matched, silent, made)) = row else { return Ok(None) };
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let silent = serde_json::from_str(&silent)
            .map_err(|_| StoreError::Value { what: "provider_exports.silent" })?;
        let (rows, matched) = (small(rows), small(matched));
        Ok(Some(ProviderExport { id, as_of: WallMs(as_of), rows, matched, silent, made: WallMs(made) }))
    }

    /// What a provider said of an item last: somebody's word, level E1 at most.
    ///
    /// # Errors
    /// What the database says.
    pub async fn provider_says(&self, item: ItemId) -> Result<Option<ProviderSays>, StoreError> {
        let row: Option<(i64, Option<i64>, Option<i64>)> = sqlx::query_as(
            "SELECT as_of_ms, last_active_ms, data_bytes FROM provider_sayings WHERE item_id = $1",
        )
        .bind(item.0)
        .fetch_optional(self.read())
        .await?;
        Ok(row.map(|(as_of, last_active, data)| ProviderSays {
            as_of: WallMs(as_of),
            last_active: last_active.map(WallMs),
            data_bytes: data.and_then(|bytes| u64::try_from(bytes).ok()),
        }))
    }
}
