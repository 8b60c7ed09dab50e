//! People: names, password hashes, roles, and the one-time code that makes the first administrator.
//!
//! Enters: values that were checked, hashes that were made elsewhere. Leaves: the same, committed. Never sees a password
//! or a code. "First" is decided inside one transaction, so two bearers of one code make one administrator.

use holdfast_protocol::time::WallMs;
use sqlx::{Sqlite, Transaction};

use super::{Store, StoreError};
use crate::access::{PersonId, Role};

/// A person as sign-in needs them. `Debug` leaves the hash out.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Number.
    pub id: PersonId,
    /// Name they sign in with, as it was written.
    pub name: String,
    /// PHC string; empty for who was invited and has chosen none yet.
    pub password: String,
    /// Whether they may not sign in.
    pub locked: bool,
    /// Counts changes.
    pub version: i64,
    /// Roles, in their order.
    pub roles: Vec<Role>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// What became of an attempt to make the first administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstOutcome {
    /// Made; the code is spent.
    Made(PersonId),
    /// The code is wrong, spent or over.
    WrongCode,
    /// There is a person already.
    NotFirst,
}

/// The form in which names are compared: lower case by Unicode's rules, without space around it.
#[must_use]
pub fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Store {
    /// The person of this name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn person_by_name(&self, name: &str) -> Result<Option<Person>, StoreError> {
        let row: Option<(i64, String, String, bool, i64)> = sqlx::query_as(
            "SELECT id, name, password, locked_ms IS NOT NULL, version FROM people WHERE name_fold = $1",
        )
        .bind(fold(name))
        .fetch_optional(self.read())
        .await?;
        let Some((id, name, password, locked, version)) = row else { return Ok(None) };
        let roles = self.roles_of(PersonId(id)).await?;
        Ok(Some(Person { id: PersonId(id), name, password, locked, version, roles }))
    }

    /// A person's roles. A role this program does not know gives nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn roles_of(&self, person: PersonId) -> Result<Vec<Role>, StoreError> {
        let keys: Vec<(String,)> = sqlx::query_as("SELECT role FROM person_roles WHERE person_id = $1")
            .bind(person.0)
            .fetch_all(self.read())
            .await?;
        let mut roles: Vec<Role> = keys.iter().filter_map(|(key,)| Role::from_key(key)).collect();
        roles.sort_unstable();
        Ok(roles)
    }

    /// Whether there is anybody.
    ///
    /// # Errors
    /// What the database says.
    pub async fn anybody(&self) -> Result<bool, StoreError> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM people").fetch_one(self.read()).await?;
        Ok(count > 0)
    }

    /// Keeps the hash of a new one-time code, in place of an earlier one. `false`, and nothing kept, when there is a
    /// person already.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_first_code(
        &self,
        code_sha256: &[u8; 32],
        now: WallMs,
        ends: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if people(&mut tx).await? > 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO first_code (id, code_sha256, made_ms, ends_ms) VALUES (1, $1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET code_sha256 = excluded.code_sha256, made_ms = excluded.made_ms, \
             ends_ms = excluded.ends_ms",
        )
        .bind(code_sha256.as_slice())
        .bind(now.0)
        .bind(ends.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether this hash is that of a code that can still be used: asked before the costly hash of a password is made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn first_code_holds(&self, code_sha256: &[u8; 32], now: WallMs) -> Result<bool, StoreError> {
        let row: Option<(Vec<u8>, i64)> =
            sqlx::query_as("SELECT code_sha256, ends_ms FROM first_code WHERE id = 1")
                .fetch_optional(self.read())
                .await?;
        Ok(row.is_some_and(|(kept, ends)| now.0 < ends && equal(&kept, code_sha256)))
    }

    /// Makes the first administrator and spends the code, both or neither.
    ///
    /// # Errors
    /// What the database says.
    pub async fn make_first_administrator(
        &self,
        code_sha256: &[u8; 32],
        name: &str,
        password: &str,
        now: WallMs,
    ) -> Result<FirstOutcome, StoreError> {
        let mut tx = self.write().await?;
        if people(&mut tx).await? > 0 {
            return Ok(FirstOutcome::NotFirst);
        }
        let row: Option<(Vec<u8>, i64)> =
            sqlx::query_as("SELECT code_sha256, ends_ms FROM first_code WHERE id = 1")
                .fetch_optional(&mut *tx)
                .await?;
        if !row.is_some_and(|(kept, ends)| now.0 < ends && equal(&kept, code_sha256)) {
            return Ok(FirstOutcome::WrongCode);
        }
        let person = insert(&mut tx, name, password, &[Role::Administrator], now).await?;
        sqlx::query("DELETE FROM first_code").execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(FirstOutcome::Made(person))
    }

    /// Adds a person with roles. In this version only tests make others than the first administrator.
    #[cfg(test)]
    pub(crate) async fn insert_person(
        &self,
        name: &str,
        password: &str,
        roles: &[Role],
        now: WallMs,
    ) -> Result<PersonId, StoreError> {
        let mut tx = self.write().await?;
        let person = insert(&mut tx, name, password, roles, now).await?;
        tx.commit().await?;
        Ok(person)
    }
}

async fn people(tx: &mut Transaction<'static, Sqlite>) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM people").fetch_one(&mut **tx).await?;
    Ok(count)
}

pub(super) async fn insert(
    tx: &mut Transaction<'static, Sqlite>,
    name: &str,
    password: &str,
    roles: &[Role],
    now: WallMs,
) -> Result<PersonId, StoreError> {
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO people (name, name_fold, password, made_ms, changed_ms, party_id) VALUES ($1, $2, $3, $4, $4, 1) \
         RETURNING id",
    )
    .bind(name.trim())
    .bind(fold(name))
    .bind(password)
    .bind(now.0)
    .fetch_one(&mut **tx)
    .await?;
    set_roles(tx, PersonId(id), roles).await?;
    Ok(PersonId(id))
}

/// Gives a person these roles in place of all others.
pub(super) async fn set_roles(
    tx: &mut sqlx::SqliteConnection,
    person: PersonId,
    roles: &[Role],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM person_roles WHERE person_id = $1").bind(person.0).execute(&mut *tx).await?;
    for role in roles {
        sqlx::query("INSERT INTO person_roles (person_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(person.0)
            .bind(role.key())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn equal(left: &[u8], right: &[u8; 32]) -> bool {
    bool::from(subtle::ConstantTimeEq::ct_eq(left, right.as_slice()))
}
