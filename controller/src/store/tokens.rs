//! Tokens of programs: scoped, hashed, ending.
//!
//! Enters: hashes and scopes. Leaves: what stands behind one that holds. The roles are read with it each time: a token
//! never outlives what its person may do. Never sees a token.

use holdfast_protocol::time::WallMs;

use super::sessions::SEEN_EVERY_MS;
use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::PersonId;

/// Most tokens of a person that hold at one time: a script for each of some tasks, not one for each run.
pub const TOKENS_A_PERSON_MAX: i64 = 20;

/// A token's number; not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct TokenId(pub i64);

/// A token as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TokenRow {
    /// Number.
    pub id: TokenId,
    /// What its person calls it.
    pub name: String,
    /// Keys of its scopes.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made: WallMs,
    /// When it ends.
    pub ends: WallMs,
    /// When it was last used, to the minute.
    pub used: Option<WallMs>,
    /// When it was taken back.
    pub revoked: Option<WallMs>,
}

/// What stands behind a token that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub id: TokenId,
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Keys of its scopes.
    pub scopes: Vec<String>,
    /// When it ends.
    pub ends: WallMs,
    /// Whether the person has a second factor.
    pub second_factor: bool,
    /// When they first signed in.
    pub first_sign_in: Option<WallMs>,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// Whose.
    pub person: PersonId,
    /// What it is called.
    pub name: &'a str,
    /// Its hash.
    pub token_sha256: [u8; 32],
    /// Keys of its scopes.
    pub scopes: &'a [&'a str],
    /// When it ends.
    pub ends: WallMs,
}

type Row = (i64, String, String, i64, i64, Option<i64>, Option<i64>);

type HeldRow = (i64, i64, String, String, i64, Option<i64>, bool, Option<i64>);

impl Store {
    /// Makes a token; `None`, and nothing made, when the person has [`TOKENS_A_PERSON_MAX`] that hold.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert_token(&self, new: &NewToken<'_>, now: WallMs) -> Result<Option<TokenId>, StoreError> {
        let mut tx = self.write().await?;
        let (held,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM api_tokens WHERE person_id = $1 AND revoked_ms IS NULL AND ends_ms > $2",
        )
        .bind(new.person.0)
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        if held >= TOKENS_A_PERSON_MAX {
            return Ok(None);
        }
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO api_tokens (person_id, name, token_sha256, scopes, made_ms, ends_ms) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(new.person.0)
        .bind(new.name)
        .bind(new.token_sha256.as_slice())
        .bind(new.scopes.join(" "))
        .bind(now.0)
        .bind(new.ends.0)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(TokenId(id)))
    }

    /// What stands behind a token's hash, if it holds and its person may sign in. Its use is written at most once a minute.
    ///
    /// # Errors
    /// What the database says.
    pub async fn token(&self, token_sha256: &[u8; 32], now: WallMs) -> Result<Option<Held>, StoreError> {
        let row: Option<HeldRow> = sqlx::query_as(
            "SELECT t.id, t.person_id, p.name, t.scopes, t.ends_ms, t.used_ms, \
             EXISTS (SELECT 1 FROM second_factors f WHERE f.person_id = p.id AND f.confirmed_ms IS NOT NULL), \
             p.first_sign_in_ms FROM api_tokens t \
             JOIN people p ON p.id = t.person_id WHERE t.token_sha256 = $1 AND t.revoked_ms IS NULL AND t.ends_ms > $2 \
             AND p.locked_ms IS NULL",
        )
        .bind(token_sha256.as_slice())
        .bind(now.0)
        .fetch_optional(self.read())
        .await?;
        let Some((id, person, name, scopes, ends, used, second_factor, first)) = row else { return Ok(None) };
        if used.is_none_or(|used| now.since_ms(WallMs(used)) >= SEEN_EVERY_MS) {
            let mut tx = self.write().await?;
            sqlx::query("UPDATE api_tokens SET used_ms = $2 WHERE id = $1")
                .bind(id)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        }
        let (id, person) = (TokenId(id), PersonId(person));
        let (scopes, ends, first_sign_in) = (split(&scopes), WallMs(ends), first.map(WallMs));
        Ok(Some(Held { id, person, name, scopes, ends, second_factor, first_sign_in }))
    }

    /// When a token ends that still holds; what a live feed asks from time to time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn token_end(&self, id: TokenId, now: WallMs) -> Result<Option<WallMs>, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as(
            "SELECT t.ends_ms FROM api_tokens t JOIN people p ON p.id = t.person_id \
             WHERE t.id = $1 AND t.revoked_ms IS NULL AND t.ends_ms > $2 AND p.locked_ms IS NULL",
        )
        .bind(id.0)
        .bind(now.0)
        .fetch_optional(self.read())
        .await?;
        Ok(row.map(|(ends,)| WallMs(ends)))
    }

    /// A person's tokens, newest first, those that are over too.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tokens_of(&self, person: PersonId) -> Result<Vec<TokenRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, name, scopes, made_ms, ends_ms, used_ms, revoked_ms FROM api_tokens WHERE person_id = $1 \
             ORDER BY id DESC LIMIT 100",
        )
        .bind(person.0)
        .fetch_all(self.read())
        .await?;
        let row = |(id, name, scopes, made, ends, used, revoked): Row| TokenRow {
            id: TokenId(id),
            name,
            scopes: split(&scopes),
            made: WallMs(made),
            ends: WallMs(ends),
            used: used.map(WallMs),
            revoked: revoked.map(WallMs),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Takes a person's token back; `false` when it is not theirs, or was taken back.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_token(&self, person: PersonId, id: TokenId, now: WallMs) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE api_tokens SET revoked_ms = $3 WHERE id = $2 AND person_id = $1 AND revoked_ms IS NULL",
        )
        .bind(person.0)
        .bind(id.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.tell(Standing::Of(person));
        Ok(done.rows_affected() > 0)
    }
}

fn split(scopes: &str) -> Vec<String> {
    scopes.split_ascii_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;
    use crate::access::Role;

    fn new(person: PersonId, byte: u8) -> NewToken<'static> {
        NewToken {
            person,
            name: "script",
            token_sha256: [byte; 32],
            scopes: &["fleet:read"],
            ends: WallMs(1_000_000),
        }
    }

    #[tokio::test]
    async fn a_token_holds_until_it_ends_is_taken_back_or_its_person_is_locked() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person = store.insert_person("Operator", "hash", &[Role::Operator], WallMs(1)).await.unwrap();
        let other = store.insert_person("Other", "hash", &[Role::Operator], WallMs(1)).await.unwrap();
        let id = store.insert_token(&new(person, 1), WallMs(5)).await.unwrap().expect("room");
        let held = store.token(&[1; 32], WallMs(6)).await.unwrap().expect("holds");
        assert_eq!(
            (held.id, held.person, held.scopes.as_slice()),
            (id, person, &["fleet:read".to_owned()][..])
        );
        assert_eq!(store.tokens_of(person).await.unwrap()[0].used, Some(WallMs(6)));
        assert_eq!(store.token(&[1; 32], WallMs(1_000_000)).await.unwrap(), None, "at its end");
        store.lock_person(person, WallMs(7)).await.unwrap();
        assert_eq!(store.token(&[1; 32], WallMs(8)).await.unwrap(), None, "its person is locked");
        store.unlock_person(person, WallMs(9)).await.unwrap();
        assert!(!store.revoke_token(other, id, WallMs(10)).await.unwrap(), "not theirs");
        assert!(store.revoke_token(person, id, WallMs(10)).await.unwrap());
        assert_eq!(store.token(&[1; 32], WallMs(11)).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_person_has_a_bounded_number_of_tokens_that_hold() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let person = store.insert_person("Operator", "hash", &[Role::Operator], WallMs(1)).await.unwrap();
        for byte in 0..20 {
            assert!(store.insert_token(&new(person, byte), WallMs(5)).await.unwrap().is_some());
        }
        assert_eq!(store.insert_token(&new(person, 99), WallMs(5)).await.unwrap(), None);
        let first = store.tokens_of(person).await.unwrap()[0].id;
        store.revoke_token(person, first, WallMs(6)).await.unwrap();
        assert!(store.insert_token(&new(person, 99), WallMs(7)).await.unwrap().is_some(), "room again");
    }
}
