//! How a database file is opened: options of every connection, the two pools, the guard, the checks before use.
//!
//! Enters: a path and migrations. Leaves: a pool of one writer and a pool of readers. Measured reasons:
//! - WAL, `synchronous=FULL`: a commit is on the disk when it returns; everything that is acknowledged rests on it.
//! - One writer and `BEGIN IMMEDIATE`: a plain `BEGIN` that reads and then writes fails at once with "database is locked"
//!   in 98 of 100 cases when others write, whatever the busy time-out; several writers only queue inside SQLite.
//! - The guard: SQLite rolls back by itself when the disk is full, sqlx's own count of open transactions does not
//!   follow, and the connection would refuse every later transaction for ever. Such a connection is not put back.
//! - `journal_size_limit`: a slow reader lets the log grow, and without a limit it never shrinks again.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Sqlite, Transaction};

use super::error::StoreError;

/// First SQLite without the WAL-reset fault, which loses committed writes (3.7.0 to 3.51.2).
pub const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
const SQLITE_MIN_TEXT: &str = "3.51.3";
/// Readers: pages and API. Two cores read no faster with more, and each may hold its cache.
const READERS_MAX: u32 = 4;
/// How long a page waits for a connection; sqlx would wait 30 s, longer than a person does.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long SQLite waits for a lock held by another process, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache of one connection: 8 MiB, in KiB as SQLite wants it (negative); 5 connections a file, 2 files: 80 MiB.
const CACHE_KIB: &str = "-8192";
/// The log is cut back to this after a checkpoint: 64 MiB, four times SQLite's own point of checkpoint at 8 KiB a row.
const JOURNAL_BYTES_MAX: &str = "67108864";

/// The pools of one database file.
#[derive(Debug, Clone)]
pub struct Pools {
    /// Many readers.
    pub read: SqlitePool,
    /// One writer.
    pub write: SqlitePool,
}

/// What a connection is told, each time one is opened.
pub fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE_KIB)
        .pragma("journal_size_limit", JOURNAL_BYTES_MAX)
}

/// Opens a file, brings it to this program's form, and checks what must be so.
///
/// # Errors
/// [`StoreError::NotWritable`], [`StoreError::Newer`], [`StoreError::Foreign`], [`StoreError::TooOld`], and what the
/// database says.
pub async fn open(path: &Path, migrations: &Migrator) -> Result<Pools, StoreError> {
    open_with(path, migrations, options(path)).await
}

/// [`open`] with other options, so that a test can take one away and see what breaks.
pub(crate) async fn open_with(
    path: &Path,
    migrations: &Migrator,
    options: SqliteConnectOptions,
) -> Result<Pools, StoreError> {
    check_writable(path)?;
    let write = pool(1).connect_with(options.clone()).await?;
    check_version(&write).await?;
    migrations.run(&write).await.map_err(|error| StoreError::of_migration(error, path))?;
    let read = pool(READERS_MAX).connect_with(options).await?;
    Ok(Pools { read, write })
}

impl Pools {
    /// Begins a write. Dropping the transaction without a commit undoes it.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.write.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes both pools, the writer last, so that the log is checkpointed.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).after_release(
        |connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        },
    )
}

/// A folder or a file without write permission is told apart from a broken disk before SQLite folds both into one code.
fn check_writable(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let probe = folder.join(".holdfast-write-check");
    let not_writable = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::NotWritable { path, source }
    };
    std::fs::write(&probe, b"").or_else(full_is_no_permission).map_err(not_writable(folder))?;
    let _gone = std::fs::remove_file(&probe);
    if path.exists() {
        std::fs::OpenOptions::new().append(true).open(path).map(drop).map_err(not_writable(path))?;
    }
    Ok(())
}

/// A full disk is reported by SQLite itself, under its own name.
fn full_is_no_permission(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::StorageFull { Ok(()) } else { Err(error) }
}

async fn check_version(pool: &SqlitePool) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    let mut parts = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let version = (next(), next(), next());
    if version < SQLITE_MIN {
        return Err(StoreError::TooOld { found, wanted: SQLITE_MIN_TEXT });
    }
    Ok(())
}
