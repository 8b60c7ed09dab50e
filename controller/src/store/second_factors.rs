//! Second factors and recovery codes of people.
//!
//! Enters: sealed secrets, hashes of codes, steps. Leaves: the same. That a code is taken once is decided inside one
//! transaction: two requests with one code let one in. Never sees a secret or a code.

use holdfast_protocol::time::WallMs;

use super::{Store, StoreError};
use crate::access::PersonId;

/// A second factor as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// Since when it counts; `None` until a first right code.
    pub confirmed: Option<WallMs>,
    /// Newest step of which a code was taken.
    pub used_step: u64,
}

impl Store {
    /// The second factor of a person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn second_factor(&self, person: PersonId) -> Result<Option<Stored>, StoreError> {
        let row: Option<(Vec<u8>, Option<i64>, i64)> =
            sqlx::query_as("SELECT sealed, confirmed_ms, used_step FROM second_factors WHERE person_id = $1")
                .bind(person.0)
                .fetch_optional(self.read())
                .await?;
        Ok(row.map(|(sealed, confirmed, step)| Stored {
            sealed,
            confirmed: confirmed.map(WallMs),
            used_step: u64::try_from(step).unwrap_or_default(),
        }))
    }

    /// Keeps a new secret that is not confirmed yet. `false`, and nothing kept, when a confirmed one is there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_second_factor(
        &self,
        person: PersonId,
        sealed: &[u8],
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO second_factors (person_id, sealed, made_ms) VALUES ($1, $2, $3) ON CONFLICT (person_id) DO UPDATE \
             SET sealed = excluded.sealed, made_ms = excluded.made_ms, used_step = 0 WHERE confirmed_ms IS NULL",
        )
        .bind(person.0)
        .bind(sealed)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Confirms the secret with the step of its first right code, and keeps the recovery codes in place of earlier ones.
    /// `false`, and nothing kept, when it was confirmed meanwhile or is gone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn confirm_second_factor(
        &self,
        person: PersonId,
        step: u64,
        recovery: &[[u8; 32]],
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE second_factors SET confirmed_ms = $2, used_step = $3 WHERE person_id = $1 AND confirmed_ms IS NULL",
        )
        .bind(person.0)
        .bind(now.0)
        .bind(i64::try_from(step).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        keep_recovery(&mut tx, person, recovery).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a step for used. `false` when it, or a later one, was used before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn use_step(&self, person: PersonId, step: u64) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done =
            sqlx::query("UPDATE second_factors SET used_step = $2 WHERE person_id = $1 AND used_step < $2")
                .bind(person.0)
                .bind(i64::try_from(step).unwrap_or(i64::MAX))
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes a recovery code for used. `false` when there is none of this hash, or it was used.
    ///
    /// # Errors
    /// What the database says.
    pub async fn use_recovery_code(
        &self,
        person: PersonId,
        code_sha256: &[u8; 32],
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE recovery_codes SET used_ms = $3 WHERE person_id = $1 AND code_sha256 = $2 AND used_ms IS NULL",
        )
        .bind(person.0)
        .bind(code_sha256.as_slice())
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps new recovery codes in place of all earlier ones.
    ///
    /// # Errors
    /// What the database says.
    pub async fn renew_recovery_codes(
        &self,
        person: PersonId,
        recovery: &[[u8; 32]],
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        keep_recovery(&mut tx, person, recovery).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How many recovery codes are left.
    ///
    /// # Errors
    /// What the database says.
    pub async fn recovery_codes_left(&self, person: PersonId) -> Result<u64, StoreError> {
        let (left,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM recovery_codes WHERE person_id = $1 AND used_ms IS NULL")
                .bind(person.0)
                .fetch_one(self.read())
                .await?;
        Ok(u64::try_from(left).unwrap_or_default())
    }

    /// Takes a person's second factor and recovery codes away; `false` when there was none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn delete_second_factor(&self, person: PersonId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM recovery_codes WHERE person_id = $1")
            .bind(person.0)
            .execute(&mut *tx)
            .await?;
        let done = sqlx::query("DELETE FROM second_factors WHERE person_id = $1")
            .bind(person.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn keep_recovery(
    tx: &mut sqlx::SqliteConnection,
    person: PersonId,
    recovery: &[[u8; 32]],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE person_id = $1").bind(person.0).execute(&mut *tx).await?;
    for code in recovery {
        sqlx::query("INSERT INTO recovery_codes (person_id, code_sha256) VALUES ($1, $2)")
            .bind(person.0)
            .bind(code.as_slice())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;
    use crate::access::Role;

    async fn person(store: &Store) -> PersonId {
        store.insert_person("Operator", "hash", &[Role::Operator], WallMs(1)).await.unwrap()
    }

    #[tokio::test]
    async fn a_secret_counts_once_it_is_confirmed_and_is_not_replaced_after_that() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person = person(&store).await;
        assert!(store.begin_second_factor(person, b"one", WallMs(5)).await.unwrap());
        assert!(
            store.begin_second_factor(person, b"two", WallMs(6)).await.unwrap(),
            "a second try with another phone"
        );
        assert!(store.confirm_second_factor(person, 100, &[[1; 32], [2; 32]], WallMs(7)).await.unwrap());
        assert!(!store.begin_second_factor(person, b"three", WallMs(8)).await.unwrap());
        assert!(!store.confirm_second_factor(person, 200, &[], WallMs(8)).await.unwrap());
        let stored = store.second_factor(person).await.unwrap().expect("there");
        assert_eq!(stored, Stored { sealed: b"two".to_vec(), confirmed: Some(WallMs(7)), used_step: 100 });
    }

    #[tokio::test]
    async fn two_requests_with_one_code_let_one_in() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person = person(&store).await;
        store.begin_second_factor(person, b"one", WallMs(5)).await.unwrap();
        store.confirm_second_factor(person, 100, &[[1; 32]], WallMs(7)).await.unwrap();
        let (one, two) = tokio::join!(store.use_step(person, 101), store.use_step(person, 101));
        assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1);
        assert!(!store.use_step(person, 100).await.unwrap(), "an earlier one is over too");
        let code = [1; 32];
        let (one, two) = tokio::join!(
            store.use_recovery_code(person, &code, WallMs(8)),
            store.use_recovery_code(person, &code, WallMs(8))
        );
        assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1);
        assert_eq!(store.recovery_codes_left(person).await.unwrap(), 0);
        store.renew_recovery_codes(person, &[[3; 32], [4; 32]]).await.unwrap();
        assert_eq!(store.recovery_codes_left(person).await.unwrap(), 2);
        assert!(store.delete_second_factor(person).await.unwrap());
        assert_eq!(store.recovery_codes_left(person).await.unwrap(), 0);
    }
}
