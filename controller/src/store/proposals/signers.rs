//! Who may sign for whom, as it is at this moment, and whether there ever were two.
//!
//! Enters: a power, who asks. Leaves: people. Who may not sign in, or has chosen no password yet, signs nothing.

use holdfast_protocol::time::WallMs;
use sqlx::SqliteConnection;

use super::StoreError;
use crate::access::{PersonId, Role};
use crate::proposal::Power;

/// Writes down which powers two people have who could sign for each other: see the table `two_signers`. Asked before
/// somebody is locked or loses a role, and when somebody signs in.
pub(in crate::store) async fn note_two_signers(
    tx: &mut SqliteConnection,
    now: WallMs,
) -> Result<(), StoreError> {
    for power in Power::ALL {
        if signers_in(tx, power, PersonId(0), None).await?.len() < 2 {
            continue;
        }
        sqlx::query(
            "INSERT INTO two_signers (power, since_ms) VALUES ($1, $2) ON CONFLICT (power) DO NOTHING",
        )
        .bind(power.key())
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn two_signers(tx: &mut SqliteConnection, power: Power) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT since_ms FROM two_signers WHERE power = $1")
        .bind(power.key())
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// People of a power who may sign in and have chosen a password, but these two.
pub(super) async fn signers_in(
    tx: &mut SqliteConnection,
    power: Power,
    by: PersonId,
    gains: Option<PersonId>,
) -> Result<Vec<PersonId>, StoreError> {
    let mut keys = power.roles().iter().map(|role| role.key());
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT p.id FROM people p JOIN person_roles r ON r.person_id = p.id WHERE r.role IN ($1, $2) \
         AND p.locked_ms IS NULL AND p.password <> '' AND p.id NOT IN ($3, $4) ORDER BY p.id",
    )
    .bind(keys.next().unwrap_or_default())
    .bind(keys.next().unwrap_or_default())
    .bind(by.0)
    .bind(gains.map_or(0, |gains| gains.0))
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
}

/// The roles of somebody who may sign in; none of who is locked.
pub(super) async fn able_roles(tx: &mut SqliteConnection, person: PersonId) -> Result<Vec<Role>, StoreError> {
    let row: Option<(bool,)> = sqlx::query_as("SELECT locked_ms IS NULL FROM people WHERE id = $1")
        .bind(person.0)
        .fetch_optional(&mut *tx)
        .await?;
    if row != Some((true,)) {
        return Ok(Vec::new());
    }
    roles_in(tx, person).await
}

pub(super) async fn roles_in(tx: &mut SqliteConnection, person: PersonId) -> Result<Vec<Role>, StoreError> {
    let keys: Vec<(String,)> = sqlx::query_as("SELECT role FROM person_roles WHERE person_id = $1")
        .bind(person.0)
        .fetch_all(tx)
        .await?;
    let mut roles: Vec<Role> = keys.iter().filter_map(|(key,)| Role::from_key(key)).collect();
    roles.sort_unstable();
    Ok(roles)
}
