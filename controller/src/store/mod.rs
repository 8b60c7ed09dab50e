//! The registry: people, nodes, sites, tickets; small and precious. One noun a file, its SQL beside its function.
//!
//! Enters: values. Leaves: values, committed. Only `store/*` and `history/*` name sqlx. The SQL is written so that
//! PostgreSQL would take it too (`$n`, ON CONFLICT, integers for time, no functions of one engine), but only SQLite is
//! built: a second engine would become a second variant of [`Store`] with its own folder of migrations.
//! Never holds telemetry: that is `history`, in its own file with its own backup. Never a transaction across both.

pub mod assignments;
pub mod audit;
pub mod audit_chain;
pub mod connect;
#[cfg(test)]
mod contract;
pub mod copy;
pub mod error;
pub mod inventory;
pub mod invitations;
pub mod members;
pub mod nodes;
pub mod parties;
pub mod people;
pub mod places;
pub mod proposals;
pub mod restored;
#[cfg(test)]
pub(crate) mod scratch;
pub mod second_factors;
pub mod sessions;
pub mod sites;
pub mod standing;
pub mod tickets;
pub mod tokens;
pub mod views;

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};
use tokio::sync::broadcast;

use connect::Pools;
pub use error::StoreError;
use standing::Standing;

/// The registry's file in the data folder.
pub const REGISTRY_FILE: &str = "holdfast.sqlite";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/registry");

/// The registry. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    path: PathBuf,
    standings: broadcast::Sender<Standing>,
}

impl Store {
    /// Opens, or makes, the registry in a data folder that exists.
    ///
    /// # Errors
    /// As [`connect::open`].
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(REGISTRY_FILE);
        let pools = connect::open(&path, &MIGRATIONS).await?;
        Ok(Self { pools, path, standings: standing::channel() })
    }

    /// For reading.
    #[must_use]
    pub const fn read(&self) -> &SqlitePool {
        &self.pools.read
    }

    /// Begins a write: `BEGIN IMMEDIATE` on the one writer. Nothing is kept unless it is committed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the writer is not free within 5 s.
    pub async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.pools.begin().await
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pools.read).await?;
        Ok(())
    }

    /// Closes it in good order; for the last step of a shutdown.
    pub async fn close(&self) {
        self.pools.close().await;
    }
}
