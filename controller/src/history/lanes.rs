//! Presence as intervals, announced silences, the controller's own times of running, and agents' versions: words of the
//! fleet, written behind.
//!
//! Enters: changes of a state's word. Leaves: rows in the order in which they happened; their times are the wall clock's
//! and may step, so the order is that of their ids. Losing the last second of them at a crash loses no record.

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;
use sqlx::{QueryBuilder, Sqlite};

use super::History;
use super::state::node_id;
use crate::store::StoreError;

/// Rows of one INSERT: 500 x 3 binds.
const LIST: usize = 500;
/// Most changes of one node that a page reads.
const CHANGES_MAX: i64 = 2_000;

/// From here on the node had this word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresenceRow {
    /// Who.
    pub node: NodeId,
    /// Since when.
    pub from: WallMs,
    /// The word.
    pub word: StateWord,
}

/// A silence that a node announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SilenceRow {
    /// Who.
    pub node: NodeId,
    /// When it said so.
    pub heard: WallMs,
    /// Until when.
    pub until: WallMs,
}

/// One run of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(i64);

impl History {
    /// Adds changes in their order, versions of agents, and announced silences.
    ///
    /// # Errors
    /// What the database says; nothing is added then.
    pub async fn append_words(
        &self,
        rows: &[PresenceRow],
        agents: &[(NodeId, String)],
        silences: impl ExactSizeIterator<Item = &SilenceRow>,
    ) -> Result<(), StoreError> {
        if rows.is_empty() && agents.is_empty() && silences.len() == 0 {
            return Ok(());
        }
        let mut tx = self.pools.begin().await?;
        for list in rows.chunks(LIST) {
            let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO presence (node, from_ms, word) ");
            sql.push_values(list, |mut row, change| {
                row.push_bind(change.node.to_string()).push_bind(change.from.0).push_bind(change.word.key());
            });
            sql.build().persistent(false).execute(&mut *tx).await?;
        }
        for (node, version) in agents {
            sqlx::query(
                "INSERT INTO agents (node, version) VALUES ($1, $2) \
                 ON CONFLICT (node) DO UPDATE SET version = excluded.version",
            )
            .bind(node.to_string())
            .bind(version.as_str())
            .execute(&mut *tx)
            .await?;
        }
        for silence in silences {
            sqlx::query(
                "INSERT INTO silences (node, heard_ms, until_ms) VALUES ($1, $2, $3) \
                 ON CONFLICT (node) DO UPDATE SET heard_ms = excluded.heard_ms, until_ms = excluded.until_ms",
            )
            .bind(silence.node.to_string())
            .bind(silence.heard.0)
            .bind(silence.until.0)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every node's newest announced silence.
    ///
    /// # Errors
    /// What the database says.
    pub async fn silences(&self) -> Result<Vec<SilenceRow>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as("SELECT node, heard_ms, until_ms FROM silences")
            .fetch_all(&self.pools.read)
            .await?;
        rows.into_iter()
            .map(|(node, heard, until)| {
                let node = node_id(&node, "silences.node")?;
                Ok(SilenceRow { node, heard: WallMs(heard), until: WallMs(until) })
            })
            .collect()
    }

    /// Every node's changes since `from`, and before them the last one before `from`; in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn presence_since(&self, from: WallMs) -> Result<Vec<PresenceRow>, StoreError> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT node, from_ms, word FROM presence WHERE from_ms >= $1 OR id IN \
             (SELECT MAX(id) FROM presence WHERE from_ms < $1 GROUP BY node) ORDER BY id",
        )
        .bind(from.0)
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter().map(presence).collect()
    }

    /// One node's changes that matter to a range: the last one before it, and those inside; in order, the newest 2,000 at most.
    ///
    /// # Errors
    /// What the database says.
    pub async fn presence_of(
        &self,
        node: NodeId,
        from: WallMs,
        to: WallMs,
    ) -> Result<Vec<PresenceRow>, StoreError> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT node, from_ms, word FROM (SELECT id, node, from_ms, word FROM presence WHERE node = $1 AND \
             from_ms < $3 AND (from_ms >= $2 OR id = (SELECT MAX(id) FROM presence WHERE node = $1 AND from_ms < $2)) \
             ORDER BY id DESC LIMIT $4) AS newest ORDER BY id",
        )
        .bind(node.to_string())
        .bind(from.0)
        .bind(to.0)
        .bind(CHANGES_MAX)
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter().map(presence).collect()
    }

    /// Writes that the controller runs, and says when it was last alive before, if ever.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_run(&self, now: WallMs) -> Result<(RunId, Option<WallMs>), StoreError> {
        let mut tx = self.pools.begin().await?;
        let before: Option<i64> = sqlx::query_scalar("SELECT alive_ms FROM runs ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut *tx)
            .await?;
        let id: i64 =
            sqlx::query_scalar("INSERT INTO runs (started_ms, alive_ms) VALUES ($1, $1) RETURNING id")
                .bind(now.0)
                .fetch_one(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok((RunId(id), before.map(WallMs)))
    }

    /// Writes that the controller is still alive; also shows that the database takes writes.
    ///
    /// # Errors
    /// What the database says.
    pub async fn alive(&self, run: RunId, now: WallMs) -> Result<(), StoreError> {
        let mut tx = self.pools.begin().await?;
        sqlx::query("UPDATE runs SET alive_ms = $2 WHERE id = $1")
            .bind(run.0)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

fn presence((node, from, word): (String, i64, String)) -> Result<PresenceRow, StoreError> {
    Ok(PresenceRow {
        node: node_id(&node, "presence.node")?,
        from: WallMs(from),
        word: StateWord::from_key(&word).ok_or(StoreError::Value { what: "presence.word" })?,
    })
}
