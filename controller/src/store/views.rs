//! Saved views of lists: a name for a question that a person asks again.
//!
//! Enters: a person, a name, the address of a view. Leaves: the person's own views of a list, by name; nobody sees those of
//! others. Both are the person's words: they are in no log.

use holdfast_protocol::time::WallMs;

use super::{Store, StoreError};
use crate::access::PersonId;

/// Most views of one list that a person keeps: what still reads as a menu. With two lists, names of 160 bytes and addresses
/// of 1,024, a person holds 48 KB at most.
pub const VIEWS_A_LIST_MAX: usize = 20;
/// Longest name, in characters; four bytes each at most.
pub const NAME_CHARACTERS_MAX: usize = 40;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its number.
    pub id: i64,
    /// Its name, in the person's words.
    pub name: String,
    /// Path and query of the list.
    pub path: String,
}

/// What came of keeping a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is there; one of the same name was replaced.
    Yes,
    /// The person has [`VIEWS_A_LIST_MAX`] of this list.
    Full,
}

impl Store {
    /// A person's views of a list, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn views(&self, person: PersonId, list: &str) -> Result<Vec<View>, StoreError> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT id, name, path FROM views WHERE person_id = $1 AND list = $2 ORDER BY name, id LIMIT $3",
        )
        .bind(person.0)
        .bind(list)
        .bind(i64::try_from(VIEWS_A_LIST_MAX).unwrap_or(i64::MAX))
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(|(id, name, path)| View { id, name, path }).collect())
    }

    /// Keeps a view; one of the same name leads elsewhere from now on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_view(
        &self,
        person: PersonId,
        list: &str,
        name: &str,
        path: &str,
        now: WallMs,
    ) -> Result<Kept, StoreError> {
        let mut tx = self.write().await?;
        let (others,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM views WHERE person_id = $1 AND list = $2 AND name <> $3")
                .bind(person.0)
                .bind(list)
                .bind(name)
                .fetch_one(&mut *tx)
                .await?;
        if usize::try_from(others).unwrap_or(usize::MAX) >= VIEWS_A_LIST_MAX {
            return Ok(Kept::Full);
        }
        sqlx::query(
            "INSERT INTO views (person_id, list, name, path, made_ms) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (person_id, list, name) DO UPDATE SET path = excluded.path, made_ms = excluded.made_ms",
        )
        .bind(person.0)
        .bind(list)
        .bind(name)
        .bind(path)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Kept::Yes)
    }

    /// Lets go of a view. Whether the person had it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_view(&self, person: PersonId, id: i64) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM views WHERE id = $1 AND person_id = $2")
            .bind(id)
            .bind(person.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}
