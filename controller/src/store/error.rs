//! What can go wrong with a database, told apart by what an operator would do about it.
//!
//! Enters: errors of sqlx. Leaves: [`StoreError`]. Never hides the cause: it is the source of each variant.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;

/// SQLite's primary result codes, the low byte of the extended ones: <https://sqlite.org/rescode.html>.
const SQLITE_PERM: u32 = 3;
const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
const SQLITE_READONLY: u32 = 8;
const SQLITE_IOERR: u32 = 10;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;
const SQLITE_NOTADB: u32 = 26;
/// Extended: the log's shared memory cannot grow, which "may indicate that the underlying filesystem volume is out of
/// space". A controller started on a full disk meets it first.
const SQLITE_IOERR_SHMSIZE: u32 = SQLITE_IOERR | 19 << 8;

/// A database said no.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first: a value that must be unique is there already, or a version has moved on.
    #[error("another change came first; read again and repeat what is still needed")]
    Conflict(#[source] Option<sqlx::Error>),
    /// What a value refers to is not there, or was removed meanwhile.
    #[error("what this refers to is not there; read the list again")]
    Missing(#[source] sqlx::Error),
    /// Another request was made under this key.
    #[error("another request was made under this key; take a new key for a new request")]
    OtherAct,
    /// No room is left for the file.
    #[error("the disk with the database is full; free space or give the data folder a larger disk")]
    Full(#[source] sqlx::Error),
    /// Locked, or no connection was free in time.
    #[error("the database is busy; try again")]
    Busy(#[source] sqlx::Error),
    /// The file cannot be opened, read or written.
    #[error("the database cannot be used; check that the data folder exists, is writable and its disk works")]
    Unavailable(#[source] sqlx::Error),
    /// The folder or the file in it cannot be written by this user.
    #[error("{path} cannot be written by this user; give the folder to the user the controller runs as")]
    NotWritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A newer program has changed the file; this one would not understand it.
    #[error(
        "{path} was changed by a newer version of this program (migration {migration}); start that version, or restore \
         the backup from before the update"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The migration this program does not know.
        migration: i64,
    },
    /// A migration that was applied differs from the one in this program.
    #[error("{path} does not fit this program (migration {migration} differs); use the version that made it")]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// The migration that differs.
        migration: i64,
    },
    /// The file is damaged or is no database.
    #[error("the database file is damaged or is no database; restore the last backup")]
    Damaged(#[source] sqlx::Error),
    /// A copy that opens, and whose parts do not fit each other.
    #[error("{path} is damaged ({what}); take another backup")]
    Inconsistent {
        /// Which file.
        path: PathBuf,
        /// What SQLite's own check says.
        what: String,
    },
    /// The SQLite inside this program has a known fault.
    #[error("the SQLite inside this program is {found}, but {wanted} or later is needed (WAL-reset fault)")]
    TooOld {
        /// What it says.
        found: String,
        /// The first good one.
        wanted: &'static str,
    },
    /// What is stored cannot be read as what it should be.
    #[error("a stored value cannot be read: {what}")]
    Value {
        /// Which value.
        what: &'static str,
    },
    /// Anything else.
    #[error("the database failed")]
    Other(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether trying the same again later may work without anybody changing the request.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Busy(_) | Self::Unavailable(_))
    }

    /// What became of a migration of `path`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "sqlx's enum is open, and the rest is treated alike")]
    pub(crate) fn of_migration(error: MigrateError, path: &std::path::Path) -> Self {
        match error {
            MigrateError::VersionMissing(migration) => Self::Newer { path: path.to_owned(), migration },
            MigrateError::VersionMismatch(migration) => Self::Foreign { path: path.to_owned(), migration },
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => source.into(),
            other => Self::Other(sqlx::Error::from(other)),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Self::Busy(error);
        }
        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) {
            return Self::Unavailable(error);
        }
        let Some(database) = error.as_database_error() else { return Self::Other(error) };
        if database.is_unique_violation() {
            return Self::Conflict(Some(error));
        }
        if database.is_foreign_key_violation() {
            return Self::Missing(error);
        }
        let code = database.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or(0);
        if code == SQLITE_IOERR_SHMSIZE {
            return Self::Full(error);
        }
        match code & 0xff {
            SQLITE_FULL => Self::Full(error),
            SQLITE_BUSY | SQLITE_LOCKED => Self::Busy(error),
            SQLITE_PERM | SQLITE_READONLY | SQLITE_IOERR | SQLITE_CANTOPEN => Self::Unavailable(error),
            SQLITE_CORRUPT | SQLITE_NOTADB => Self::Damaged(error),
            _ => Self::Other(error),
        }
    }
}
