//! Models and containers: what kinds of equipment there are, and what they travel in.
//!
//! Enters: checked values. Leaves: rows. A change names the version it was made on.

use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ContainerId, ModelId};
use holdfast_protocol::time::WallMs;
use serde::Serialize;

use super::acts::{Once, keep, made_one};
use super::items::escaped;
use crate::store::people::fold;
use crate::store::{Store, StoreError};

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// Number.
    pub id: ModelId,
    /// Name as its maker calls it.
    pub name: String,
    /// Maker.
    pub maker: String,
    /// Category, a short free word such as `terminal`.
    pub category: String,
    /// GTIN of 14 digits.
    pub gtin: Option<String>,
    /// Which identifiers each item of it must carry.
    pub must_carry: Vec<Kind>,
    /// Counts changes.
    pub version: i64,
}

/// What a model is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelValues {
    /// Name.
    pub name: String,
    /// Maker.
    pub maker: String,
    /// Category.
    pub category: String,
    /// GTIN of 14 digits.
    pub gtin: Option<String>,
    /// Which identifiers each item of it must carry.
    pub must_carry: Vec<Kind>,
}

impl ModelValues {
    fn folded(&self) -> String {
        fold(&format!("{} {}", self.maker.trim(), self.name.trim()))
    }

    fn kinds(&self) -> String {
        self.must_carry.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Container {
    /// Number.
    pub id: ContainerId,
    /// Name.
    pub name: String,
    /// Number on its seal, or empty.
    pub seal: String,
    /// How many items are in it.
    pub items: i64,
    /// Counts changes.
    pub version: i64,
}

type ModelRow = (i64, String, String, String, Option<String>, String, i64);
type ContainerRow = (i64, String, String, i64, i64);

impl Store {
    /// Makes a model.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when maker and name, or the GTIN, are taken.
    pub async fn insert_model(
        &self,
        values: &ModelValues,
        now: WallMs,
        once: Option<&Once>,
    ) -> Result<Model, StoreError> {
        let mut tx = self.write().await?;
        if let Some(id) = made_one(&mut tx, once).await? {
            drop(tx);
            return self.model(ModelId(id)).await?.ok_or(StoreError::Value { what: "acts.things" });
        }
        let model = insert_model(&mut tx, values, now).await?;
        keep(&mut tx, once, &[model.id.0], now).await?;
        tx.commit().await?;
        Ok(model)
    }

    /// Changes a model that is still at this version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has moved on or is not there, or the new name or GTIN is taken.
    pub async fn change_model(
        &self,
        id: ModelId,
        version: i64,
        values: &ModelValues,
        now: WallMs,
    ) -> Result<Model, StoreError> {
        let mut tx = self.write().await?;
        let row: Option<ModelRow> = sqlx::query_as(
            "UPDATE models SET name = $3, maker = $4, name_fold = $5, category = $6, gtin = $7, must_carry = $8, \
             changed_ms = $9, version = version + 1 WHERE id = $1 AND version = $2 \
             RETURNING id, name, maker, category, gtin, must_carry, version",
        )
        .bind(id.0)
        .bind(version)
        .bind(values.name.trim())
        .bind(values.maker.trim())
        .bind(values.folded())
        .bind(&values.category)
        .bind(&values.gtin)
        .bind(values.kinds())
        .bind(now.0)
        .fetch_optional(&mut *tx)
        .await?;
        let row = row.ok_or(StoreError::Conflict(None))?;
        tx.commit().await?;
        Ok(model(row))
    }

    /// One model.
    ///
    /// # Errors
    /// What the database says.
    pub async fn model(&self, id: ModelId) -> Result<Option<Model>, StoreError> {
        let row: Option<ModelRow> = sqlx::query_as(
            "SELECT id, name, maker, category, gtin, must_carry, version FROM models WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.read())
        .await?;
        Ok(row.map(model))
    }

    /// The model of this GTIN, or of this maker and name in any case.
    ///
    /// # Errors
    /// What the database says.
    pub async fn model_by(
        &self,
        gtin: Option<&str>,
        maker_and_name: &str,
    ) -> Result<Option<Model>, StoreError> {
        let row: Option<ModelRow> = sqlx::query_as(
            "SELECT id, name, maker, category, gtin, must_carry, version FROM models \
             WHERE gtin = $1 OR name_fold = $2 ORDER BY gtin IS NULL LIMIT 1",
        )
        .bind(gtin)
        .bind(fold(maker_and_name))
        .fetch_optional(self.read())
        .await?;
        Ok(row.map(model))
    }

    /// Models by maker and name, behind `after` (that text folded); with `text`, those in whose maker, name or GTIN it is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn models(&self, after: &str, text: Option<&str>, most: i64) -> Result<Vec<Model>, StoreError> {
        let rows: Vec<ModelRow> = sqlx::query_as(
            "SELECT id, name, maker, category, gtin, must_carry, version FROM models WHERE name_fold > $1 \
             AND ($2 IS NULL OR name_fold LIKE '%' || $2 || '%' ESCAPE '!' OR gtin LIKE '%' || $2 || '%' ESCAPE '!') \
             ORDER BY name_fold LIMIT $3",
        )
        .bind(after)
        .bind(text.map(|text| escaped(&fold(text))))
        .bind(most)
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(model).collect())
    }

    /// Makes a container.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn insert_container(
        &self,
        name: &str,
        seal: &str,
        now: WallMs,
        once: Option<&Once>,
    ) -> Result<ContainerId, StoreError> {
        let mut tx = self.write().await?;
        if let Some(id) = made_one(&mut tx, once).await? {
            return Ok(ContainerId(id));
        }
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO containers (name, name_fold, seal, made_ms, changed_ms) VALUES ($1, $2, $3, $4, $4) RETURNING id",
        )
        .bind(name.trim())
        .bind(fold(name))
        .bind(seal.trim())
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        keep(&mut tx, once, &[id], now).await?;
        tx.commit().await?;
        Ok(ContainerId(id))
    }

    /// Changes name and seal of a container that is still at this version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has moved on or is not there, or the name is taken.
    pub async fn change_container(
        &self,
        id: ContainerId,
        version: i64,
        (name, seal): (&str, &str),
        now: WallMs,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE containers SET name = $3, name_fold = $4, seal = $5, changed_ms = $6, version = version + 1 \
             WHERE id = $1 AND version = $2",
        )
        .bind(id.0)
        .bind(version)
        .bind(name.trim())
        .bind(fold(name))
        .bind(seal.trim())
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Conflict(None));
        }
        tx.commit().await?;
        Ok(())
    }

    /// Containers by name, behind `after` (a folded name); with `only`, that one alone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn containers(
        &self,
        after: &str,
        only: Option<ContainerId>,
        text: Option<&str>,
        most: i64,
    ) -> Result<Vec<Container>, StoreError> {
        let rows: Vec<ContainerRow> = sqlx::query_as(
            "SELECT c.id, c.name, c.seal, (SELECT COUNT(*) FROM items i WHERE i.container_id = c.id), c.version \
             FROM containers c WHERE c.name_fold > $1 AND ($2 IS NULL OR c.id = $2) \
             AND ($3 IS NULL OR c.name_fold LIKE '%' || $3 || '%' ESCAPE '!') ORDER BY c.name_fold LIMIT $4",
        )
        .bind(after)
        .bind(only.map(|id| id.0))
        .bind(text.map(|text| escaped(&fold(text))))
        .bind(most)
        .fetch_all(self.read())
        .await?;
        let row =
            |(id, name, seal, items, version)| Container { id: ContainerId(id), name, seal, items, version };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// Makes a model inside a transaction.
///
/// # Errors
/// [`StoreError::Conflict`] when maker and name, or the GTIN, are taken.
pub async fn insert_model(
    tx: &mut sqlx::SqliteConnection,
    values: &ModelValues,
    now: WallMs,
) -> Result<Model, StoreError> {
    let row: ModelRow = sqlx::query_as(
        "INSERT INTO models (name, maker, name_fold, category, gtin, must_carry, made_ms, changed_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id, name, maker, category, gtin, must_carry, version",
    )
    .bind(values.name.trim())
    .bind(values.maker.trim())
    .bind(values.folded())
    .bind(&values.category)
    .bind(&values.gtin)
    .bind(values.kinds())
    .bind(now.0)
    .fetch_one(tx)
    .await?;
    Ok(model(row))
}

fn model((id, name, maker, category, gtin, must_carry, version): ModelRow) -> Model {
    let must_carry = must_carry.split_ascii_whitespace().filter_map(Kind::from_word).collect();
    Model { id: ModelId(id), name, maker, category, gtin, must_carry, version }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    fn values(name: &str, gtin: Option<&str>) -> ModelValues {
        ModelValues {
            name: name.to_owned(),
            maker: "Maker".to_owned(),
            category: "terminal".to_owned(),
            gtin: gtin.map(str::to_owned),
            must_carry: vec![Kind::Kit, Kind::Serial],
        }
    }

    #[tokio::test]
    async fn a_model_is_found_by_gtin_or_by_maker_and_name() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let made =
            store.insert_model(&values("Terminal 3", Some("04006381333931")), WallMs(5), None).await.unwrap();
        assert_eq!(store.model_by(Some("04006381333931"), "").await.unwrap(), Some(made.clone()));
        assert_eq!(store.model_by(None, "MAKER terminal 3").await.unwrap(), Some(made.clone()));
        assert_eq!(store.model_by(None, "maker other").await.unwrap(), None);
        assert_eq!(made.must_carry, [Kind::Kit, Kind::Serial]);
        for taken in [values("terminal 3", None), values("Other", Some("04006381333931"))] {
            assert!(
                matches!(store.insert_model(&taken, WallMs(6), None).await, Err(StoreError::Conflict(_))),
                "{taken:?}"
            );
        }
        let changed = store.change_model(made.id, 1, &values("Terminal 4", None), WallMs(7)).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.version, changed.gtin), ("Terminal 4", 2, None));
        let stale = store.change_model(made.id, 1, &values("Terminal 5", None), WallMs(8)).await;
        assert!(matches!(stale, Err(StoreError::Conflict(None))));
    }

    #[tokio::test]
    async fn containers_count_what_is_in_them() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let id = store.insert_container("Flight case 7", "", WallMs(5), None).await.unwrap();
        store.change_container(id, 1, ("Flight case 7", "S-1"), WallMs(6)).await.unwrap();
        let rows = store.containers("", Some(id), None, 2).await.unwrap();
        assert_eq!((rows[0].seal.as_str(), rows[0].items, rows[0].version), ("S-1", 0, 2));
        let stale = store.change_container(id, 1, ("Flight case 8", ""), WallMs(7)).await;
        assert!(matches!(stale, Err(StoreError::Conflict(None))));
    }
}
