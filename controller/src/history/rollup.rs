//! Roll-ups: an hour of a node in at most a kilobyte, made from its records, and kept longer than they are.
//!
//! Enters: marks that `append` leaves, in the transaction of the records, on each hour that they touch. Leaves: a row an
//! hour. An hour is made anew from all its records, never added to, so that late and re-ordered data correct it, and an end
//! of the program between any two steps costs nothing but doing it again. Frames that come after records of their hour are
//! gone are the exception: they are added, and the note of it is taken away in the same transaction.

use std::collections::BTreeMap;

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::WallMs;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::append::RecordRow;
use super::hour::{HOUR_MS, Hour, begin_of, by_hour};
use super::read::BlockCursor;
use super::samples::{Gathered, Wanted};
use super::state::node_id;
use super::{History, HourKey, RecordKey, StreamNumber};
use crate::store::StoreError;

/// Rows of one list of marks: 500 x 3 binds.
const LIST: usize = 500;
/// An hour is rolled up so much after its end: most records have come by then, and it need not be done twice.
const SETTLE_MS: i64 = 300_000;
/// And at the latest so long after its first mark, for nodes whose clock stands ahead of the controller's.
const WAIT_MS: i64 = HOUR_MS + SETTLE_MS;
/// The first rate of an hour needs the sample before it: a step and a half of the usual 10 s, and of up to 200 s.
const BEFORE_MS: i64 = 300_000;

/// An hour that has to be rolled up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirtyHour {
    /// Which.
    pub key: HourKey,
    /// Marks when it was read: with more of them it stays dirty.
    pub marks: i64,
}

/// Marks hours, and notes blocks whose hours are final already. In the transaction of the records, before they are written:
/// a record that is there already is no news.
pub(super) async fn mark(
    c: &mut SqliteConnection,
    records: &[RecordRow],
    hours: &BTreeMap<HourKey, WallMs>,
) -> Result<(), StoreError> {
    if hours.is_empty() {
        return Ok(());
    }
    let raw_from: i64 = sqlx::query_scalar("SELECT raw_from_ms FROM keeping").fetch_one(&mut *c).await?;
    let is_late = |record: &&RecordRow| {
        record.kind == Kind::Block && record.span.is_some_and(|span| span.first.0 < raw_from)
    };
    for record in records.iter().filter(is_late) {
        sqlx::query(
            "INSERT INTO late_records (key, before_ms) SELECT $1, $2 \
             WHERE NOT EXISTS (SELECT 1 FROM records WHERE key = $1) ON CONFLICT (key) DO NOTHING",
        )
        .bind(record.key.0)
        .bind(raw_from)
        .execute(&mut *c)
        .await?;
    }
    let open: Vec<(HourKey, WallMs)> = hours
        .iter()
        .filter(|(key, _)| begin_of(key.hour).0 >= raw_from)
        .map(|(key, since)| (*key, *since))
        .collect();
    for list in open.chunks(LIST) {
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO dirty_hours (key, marks, since_ms) ");
        sql.push_values(list, |mut row, (key, since)| {
            row.push_bind(key.stored()).push_bind(1).push_bind(since.0);
        });
        sql.push(" ON CONFLICT (key) DO UPDATE SET marks = dirty_hours.marks + 1");
        sql.build().persistent(false).execute(&mut *c).await?;
    }
    Ok(())
}

impl History {
    /// Hours that are to be rolled up now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ripe_hours(&self, now: WallMs, limit: u32) -> Result<Vec<DirtyHour>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT key, marks FROM dirty_hours WHERE (key & 4294967295) < $1 OR since_ms <= $2 \
             ORDER BY key LIMIT $3",
        )
        .bind(now.plus_ms(-SETTLE_MS).0.div_euclid(HOUR_MS))
        .bind(now.plus_ms(-WAIT_MS).0)
        .bind(i64::from(limit))
        .fetch_all(&self.pools.read)
        .await?;
        let dirty = |(key, marks)| DirtyHour { key: HourKey::from_stored(key), marks };
        Ok(rows.into_iter().map(dirty).collect())
    }

    /// Which hours of a node in a range are not rolled up as they are now, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dirty_hours(
        &self,
        node: StreamNumber,
        (from, to): (u32, u32),
    ) -> Result<Vec<u32>, StoreError> {
        let keys: Vec<i64> =
            sqlx::query_scalar("SELECT key FROM dirty_hours WHERE key BETWEEN $1 AND $2 ORDER BY key DESC")
                .bind(HourKey { node, hour: from }.stored())
                .bind(HourKey { node, hour: to }.stored())
                .fetch_all(&self.pools.read)
                .await?;
        Ok(keys.into_iter().map(|key| HourKey::from_stored(key).hour).collect())
    }

    /// How many hours wait.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dirty_count(&self) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM dirty_hours").fetch_one(&self.pools.read).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Rolls hours up: each from all its records, then all in one transaction.
    ///
    /// # Errors
    /// What the database says; nothing is written then, and all stay dirty.
    pub async fn roll_up(&self, dirty: &[DirtyHour], now: WallMs) -> Result<(), StoreError> {
        if dirty.is_empty() {
            return Ok(());
        }
        let mut made = Vec::with_capacity(dirty.len());
        for hour in dirty {
            made.push(self.hour_of_records(hour.key, WallMs(i64::MAX)).await?);
            tokio::task::yield_now().await;
        }
        let mut tx = self.pools.begin().await?;
        for (hour, made) in dirty.iter().zip(made) {
            write(&mut tx, hour.key, &made).await?;
            sqlx::query("DELETE FROM dirty_hours WHERE key = $1 AND marks = $2")
                .bind(hour.key.stored())
                .bind(hour.marks)
                .execute(&mut *tx)
                .await?;
            // What came meanwhile has to wait as long as if it had come first: a node whose clock stands ahead marks one hour
            // again with each of its records.
            sqlx::query("UPDATE dirty_hours SET since_ms = $2 WHERE key = $1")
                .bind(hour.key.stored())
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// An hour as its records have it now, up to an instant.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hour_of_records(&self, key: HourKey, until: WallMs) -> Result<Hour, StoreError> {
        let Some(node) = self.node_of(key.node).await? else { return Ok(Hour::default()) };
        let begin = begin_of(key.hour);
        let mut gathered = Gathered::default();
        let mut cursor = BlockCursor::START;
        loop {
            let (from, to) = (begin.plus_ms(-BEFORE_MS), begin.plus_ms(HOUR_MS));
            let (blocks, next) = self.blocks(node, from, to, cursor).await?;
            for block in &blocks {
                gathered.add(block, Wanted::All);
            }
            let Some(next) = next else { break };
            cursor = next;
        }
        let mut columns = gathered.finish();
        for samples in columns.values_mut() {
            samples.retain(|sample| sample.at < until);
        }
        Ok(by_hour(&columns).remove(&key.hour).unwrap_or_default())
    }

    /// The roll-ups of a node from an hour to another, both included.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rollups(
        &self,
        node: StreamNumber,
        (from, to): (u32, u32),
        limit: u32,
    ) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT key, body FROM rollups WHERE key BETWEEN $1 AND $2 ORDER BY key LIMIT $3")
                .bind(HourKey { node, hour: from }.stored())
                .bind(HourKey { node, hour: to }.stored())
                .bind(i64::from(limit))
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(|(key, body)| (HourKey::from_stored(key).hour, body)).collect())
    }

    /// Adds frames that came too late for their hours to be made anew. How many blocks that were.
    ///
    /// # Errors
    /// What the database says; nothing is added then.
    pub async fn add_late(&self, limit: u32) -> Result<u32, StoreError> {
        let late: Vec<(i64, i64)> =
            sqlx::query_as("SELECT key, before_ms FROM late_records ORDER BY key LIMIT $1")
                .bind(i64::from(limit))
                .fetch_all(&self.pools.read)
                .await?;
        if late.is_empty() {
            return Ok(0);
        }
        let mut parts = Vec::with_capacity(late.len());
        for (key, before) in late {
            let key = RecordKey(key);
            parts.push((key, self.late_part(key, WallMs(before)).await?));
        }
        let count = u32::try_from(parts.len()).unwrap_or(limit);
        let mut tx = self.pools.begin().await?;
        for (key, hours) in parts {
            let node = number_of(&mut tx, key.stream()).await?;
            for (hour, part) in hours {
                let Some(node) = node else { continue };
                let key = HourKey { node, hour };
                let mut whole = stored(&mut tx, key).await?;
                whole.join(&part);
                write(&mut tx, key, &whole).await?;
            }
            sqlx::query("DELETE FROM late_records WHERE key = $1").bind(key.0).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// The number by which a node's hours are kept; none before its first record.
    ///
    /// # Errors
    /// What the database says.
    pub async fn number(&self, node: NodeId) -> Result<Option<StreamNumber>, StoreError> {
        let number: Option<i64> = sqlx::query_scalar("SELECT MIN(number) FROM streams WHERE node = $1")
            .bind(node.to_string())
            .fetch_one(&self.pools.read)
            .await?;
        Ok(number.and_then(|number| u32::try_from(number).ok()).map(StreamNumber))
    }

    async fn node_of(&self, number: StreamNumber) -> Result<Option<NodeId>, StoreError> {
        let node: Option<String> = sqlx::query_scalar("SELECT node FROM streams WHERE number = $1")
            .bind(i64::from(number.0))
            .fetch_optional(&self.pools.read)
            .await?;
        node.map(|node| node_id(&node, "streams.node")).transpose()
    }

    /// What a late block has from before an instant, by hours. Rates are those inside it.
    async fn late_part(&self, key: RecordKey, before: WallMs) -> Result<BTreeMap<u32, Hour>, StoreError> {
        let mut gathered = Gathered::default();
        if let Some(block) = self.block(key).await? {
            gathered.add(&block, Wanted::All);
        }
        let mut columns = gathered.finish();
        for samples in columns.values_mut() {
            samples.retain(|sample| sample.at < before);
        }
        Ok(by_hour(&columns))
    }
}

async fn number_of(
    c: &mut SqliteConnection,
    stream: StreamNumber,
) -> Result<Option<StreamNumber>, StoreError> {
    let number: Option<i64> = sqlx::query_scalar(
        "SELECT MIN(number) FROM streams WHERE node = (SELECT node FROM streams WHERE number = $1)",
    )
    .bind(i64::from(stream.0))
    .fetch_one(&mut *c)
    .await?;
    Ok(number.and_then(|number| u32::try_from(number).ok()).map(StreamNumber))
}

/// A row that cannot be read counts as none.
async fn stored(c: &mut SqliteConnection, key: HourKey) -> Result<Hour, StoreError> {
    let body: Option<Vec<u8>> = sqlx::query_scalar("SELECT body FROM rollups WHERE key = $1")
        .bind(key.stored())
        .fetch_optional(&mut *c)
        .await?;
    Ok(body.and_then(|body| Hour::decode(&body).ok()).unwrap_or_default())
}

async fn write(c: &mut SqliteConnection, key: HourKey, hour: &Hour) -> Result<(), StoreError> {
    let body = hour.encode().map_err(|_| StoreError::Value { what: "rollups.body" })?;
    let query = if hour.columns.is_empty() {
        sqlx::query("DELETE FROM rollups WHERE key = $1").bind(key.stored())
    } else {
        sqlx::query(
            "INSERT INTO rollups (key, body) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
        )
        .bind(key.stored())
        .bind(body)
    };
    query.execute(&mut *c).await?;
    Ok(())
}
