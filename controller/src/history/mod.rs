//! History: every record that nodes sent, once, and what was drawn from it. Large, bounded by retention, in its own file.
//!
//! Enters: groups of records from ingest, changes of presence from fleet. Leaves: committed rows, and reads in pages.
//! One row a record, keyed by stream number and last sequence, so that a record sent again changes nothing
//! (`ON CONFLICT DO NOTHING`), whatever any clock said. Time is a column, never the key.
//! One writer (ingest, and the few words of fleet), own readers: a storm of records does not starve a page.
//! As in `store`, the SQL would do for PostgreSQL; only SQLite is built. Never judges what a record says.

pub mod append;
pub mod hour;
pub mod keep;
pub mod keeper;
pub mod lanes;
pub mod read;
pub mod retention;
pub mod rollup;
pub mod samples;
pub mod state;
pub mod statements;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdfast_protocol::ids::Sequence;

use crate::store::StoreError;
use crate::store::connect::{self, Pools};

/// History's file in the data folder.
pub const HISTORY_FILE: &str = "history.sqlite";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/history");

/// Number the controller gives a stream (node and epoch), from 1, below 2³¹.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamNumber(pub u32);

impl StreamNumber {
    /// Largest: the key of a record has to fit 63 bits.
    pub const MAX: Self = Self(0x7fff_ffff);

    /// The key of this stream's record with this last sequence.
    #[must_use]
    pub fn key(self, last: Sequence) -> RecordKey {
        RecordKey(i64::from(self.0) << 32 | i64::from(last.0))
    }
}

/// Key of a stored record: stream number << 32 | last sequence. Of one node, the larger key is the newer word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(pub i64);

impl RecordKey {
    /// The stream.
    #[must_use]
    pub fn stream(self) -> StreamNumber {
        StreamNumber(u32::try_from(self.0 >> 32).unwrap_or(0))
    }

    /// The sequence.
    #[must_use]
    pub fn sequence(self) -> Sequence {
        Sequence(u32::try_from(self.0 & 0xffff_ffff).unwrap_or(0))
    }
}

/// An hour of a node, from 1970 on. A node is known by the lowest number of its streams, which never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourKey {
    /// The lowest number of its streams.
    pub node: StreamNumber,
    /// Hours since 1970, UTC.
    pub hour: u32,
}

impl HourKey {
    /// Largest hour: in 245,000 years.
    pub const HOUR_MAX: u32 = 0x7fff_ffff;

    /// As it is stored.
    #[must_use]
    pub fn stored(self) -> i64 {
        i64::from(self.node.0) << 32 | i64::from(self.hour)
    }

    /// And back.
    #[must_use]
    pub fn from_stored(key: i64) -> Self {
        let key = RecordKey(key);
        Self { node: key.stream(), hour: key.sequence().0 }
    }
}

/// The history. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct History {
    pools: Pools,
    path: PathBuf,
    keeping: Arc<keep::Counters>,
}

impl History {
    /// Opens, or makes, the history in a data folder that exists.
    ///
    /// # Errors
    /// As [`connect::open`].
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(HISTORY_FILE);
        let pools = connect::open(&path, &MIGRATIONS).await?;
        Ok(Self { pools, path, keeping: Arc::default() })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept, and how rolling up and deleting stand.
    #[must_use]
    pub fn keeping(&self) -> keep::Figures {
        self.keeping.figures()
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

    #[cfg(test)]
    pub(crate) const fn pools(&self) -> &Pools {
        &self.pools
    }
}
