//! Copies of a database file that others write at the same time, and a look at whether a copy is whole.
//!
//! Enters: paths. Leaves: a copy as of one moment, made by SQLite itself (`VACUUM INTO` on a connection that can only read),
//! and what a look found: every page consistent, every reference kept, how many rows the tables have that count. A copy of the bare file
//! would lack what stands in its log. Never writes to the file it copies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::StoreError;

/// What a look at a whole file found: rows of each table.
pub type Rows = BTreeMap<String, u64>;

/// What is counted: the tables whose rows a person would miss, each where it is there.
const COUNTED: &[(&str, &str)] = &[
    ("people", "SELECT COUNT(*) FROM people"),
    ("parties", "SELECT COUNT(*) FROM parties"),
    ("sites", "SELECT COUNT(*) FROM sites"),
    ("site_places", "SELECT COUNT(*) FROM site_places"),
    ("nodes", "SELECT COUNT(*) FROM nodes"),
    ("tickets", "SELECT COUNT(*) FROM tickets"),
    ("audit", "SELECT COUNT(*) FROM audit"),
    ("donations", "SELECT COUNT(*) FROM donations"),
    ("items", "SELECT COUNT(*) FROM items"),
    ("item_events", "SELECT COUNT(*) FROM item_events"),
    ("handovers", "SELECT COUNT(*) FROM handovers"),
    ("streams", "SELECT COUNT(*) FROM streams"),
    ("records", "SELECT COUNT(*) FROM records"),
    ("statements", "SELECT COUNT(*) FROM statements"),
    ("rollups", "SELECT COUNT(*) FROM rollups"),
];

/// Makes a copy of `from` as of now. `to` must not be there; it is not synced, and readable by its owner alone only if its
/// folder is.
///
/// # Errors
/// [`StoreError`]: no room, a busy or a damaged file.
pub async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let mut connection = reader(from).await?;
    sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().as_ref()).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Looks through a file that nobody writes.
///
/// # Errors
/// [`StoreError::Damaged`] when a page or a reference does not fit; others as the database says.
pub async fn look(path: &Path) -> Result<Rows, StoreError> {
    let mut connection = reader(path).await?;
    let words: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_all(&mut connection).await?;
    if words != ["ok"] {
        return Err(StoreError::Inconsistent { path: path.to_owned(), what: words.join("; ") });
    }
    let loose = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut connection).await?;
    if loose.is_some() {
        let what = "a row refers to one that is not there".to_owned();
        return Err(StoreError::Inconsistent { path: path.to_owned(), what });
    }
    let there = tables(&mut connection).await?;
    let mut rows = Rows::new();
    for (table, count) in COUNTED {
        if there.contains(*table) {
            let found: i64 = sqlx::query_scalar(*count).fetch_one(&mut connection).await?;
            rows.insert((*table).to_owned(), u64::try_from(found).unwrap_or(0));
        }
    }
    connection.close().await?;
    Ok(rows)
}

async fn tables(connection: &mut SqliteConnection) -> Result<BTreeSet<String>, StoreError> {
    let names = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'");
    Ok(names.fetch_all(connection).await?.into_iter().collect())
}

async fn reader(path: &Path) -> Result<SqliteConnection, StoreError> {
    Ok(SqliteConnectOptions::new().filename(path).read_only(true).connect().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{REGISTRY_FILE, Store};

    #[tokio::test]
    async fn a_copy_holds_what_is_committed_at_its_moment_and_a_cut_one_is_found_out() {
        let folder = crate::api::testing::folder();
        let store = Store::open(folder.path()).await.expect("store");
        store.insert_site("Birch 114", "UA-63", holdfast_protocol::time::WallMs(1)).await.expect("a site");
        let to = folder.path().join("copy.sqlite");
        copy(&folder.path().join(REGISTRY_FILE), &to).await.expect("copied while it is open");
        store
            .insert_site("Cedar 107", "UA-63", holdfast_protocol::time::WallMs(2))
            .await
            .expect("another site");
        let rows = look(&to).await.expect("whole");
        assert_eq!(rows.get("sites"), Some(&1), "{rows:?}");

        let bytes = std::fs::read(&to).expect("read");
        std::fs::write(&to, &bytes[..bytes.len() / 2]).expect("cut");
        assert!(look(&to).await.is_err());
    }
}
