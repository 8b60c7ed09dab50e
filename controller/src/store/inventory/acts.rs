//! Acts that made things: the same request under the same key finds what it made, and makes nothing again.
//!
//! Enters: the id of an act, and the hash of what it asks. Leaves: the numbers that it made before, or room to make them,
//! inside the transaction that makes them. A key that is used again for another request is refused.

use holdfast_protocol::time::WallMs;

use crate::store::StoreError;

/// What is to be made at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// Names the act.
    pub id: [u8; 16],
    /// What it asks.
    pub request_sha256: [u8; 32],
}

/// What an act made before, if it was made.
///
/// # Errors
/// [`StoreError::OtherAct`] when it asked for something else.
pub(super) async fn made(
    tx: &mut sqlx::SqliteConnection,
    once: Option<&Once>,
) -> Result<Option<Vec<i64>>, StoreError> {
    let Some(once) = once else { return Ok(None) };
    let row: Option<(Vec<u8>, String)> =
        sqlx::query_as("SELECT request_sha256, things FROM acts WHERE id = $1")
            .bind(once.id.as_slice())
            .fetch_optional(tx)
            .await?;
    let Some((request, things)) = row else { return Ok(None) };
    if request != once.request_sha256 {
        return Err(StoreError::OtherAct);
    }
    serde_json::from_str(&things).map(Some).map_err(|_| StoreError::Value { what: "acts.things" })
}

/// Keeps what an act made.
pub(super) async fn keep(
    tx: &mut sqlx::SqliteConnection,
    once: Option<&Once>,
    things: &[i64],
    now: WallMs,
) -> Result<(), StoreError> {
    let Some(once) = once else { return Ok(()) };
    let things = serde_json::to_string(things).map_err(|_| StoreError::Value { what: "acts.things" })?;
    sqlx::query("INSERT INTO acts (id, request_sha256, things, made_ms) VALUES ($1, $2, $3, $4)")
        .bind(once.id.as_slice())
        .bind(once.request_sha256.as_slice())
        .bind(things)
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// The one thing that an act made before.
///
/// # Errors
/// [`StoreError::OtherAct`] when the act asked for something else.
pub(super) async fn made_one(
    tx: &mut sqlx::SqliteConnection,
    once: Option<&Once>,
) -> Result<Option<i64>, StoreError> {
    Ok(made(tx, once).await?.and_then(|things| things.first().copied()))
}
