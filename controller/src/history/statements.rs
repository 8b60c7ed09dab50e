//! Statements of nodes in history: which are not checked yet, what was found, and those of a stretch of time that count.
//!
//! Enters: verdicts. Leaves: bodies, word for word, with when they were made. Rows are made in the commit that stores the
//! record; a verdict is written once and never changed. Never judges.

use holdfast_protocol::ids::{BootCounter, NodeId};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::{BootMs, WallMs};
use sqlx::SqliteConnection;

use super::append::RecordRow;
use super::state::{narrow, node_id};
use super::{History, RecordKey};
use crate::evidence::verdict::{Moment, Verdict};
use crate::store::StoreError;

/// A statement as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its record.
    pub key: RecordKey,
    /// Whose session brought it.
    pub node: NodeId,
    /// The boot in its record's header.
    pub boot: BootCounter,
    /// The instant in its record's header.
    pub at: BootMs,
    /// When it was received.
    pub received: WallMs,
    /// The controller's estimate of when it was made, and its error.
    pub estimate: Option<Moment>,
    /// What the node said.
    pub body: Vec<u8>,
}

/// A statement that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genuine {
    /// Its record.
    pub key: RecordKey,
    /// Who says it.
    pub node: NodeId,
    /// When.
    pub moment: Moment,
    /// What the node said.
    pub body: Vec<u8>,
}

/// Makes the rows of a commit's statements.
///
/// # Errors
/// What the database says.
pub(super) async fn enter(c: &mut SqliteConnection, records: &[RecordRow]) -> Result<(), StoreError> {
    // Row by row: a node makes one a day.
    for record in records.iter().filter(|record| record.kind == Kind::Statement) {
        sqlx::query(
            "INSERT INTO statements (key, node, boot, at_boot_ms, received_ms, first_ms, error_ms, verdict) \
             SELECT $1, s.node, $2, $3, $4, $5, $6, 'unchecked' FROM streams s WHERE s.number = $7 \
             ON CONFLICT (key) DO NOTHING",
        )
        .bind(record.key.0)
        .bind(i64::from(record.boot.0))
        .bind(i64::try_from(record.at.0).unwrap_or(i64::MAX))
        .bind(record.received.0)
        .bind(record.span.map(|span| span.first.0))
        .bind(record.span.map(|span| i64::try_from(span.error_ms).unwrap_or(i64::MAX)))
        .bind(i64::from(record.key.stream().0))
        .execute(&mut *c)
        .await?;
    }
    Ok(())
}

impl History {
    /// Statements that nobody has checked yet, in the order in which they came.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unchecked_statements(&self, limit: u32) -> Result<Vec<Came>, StoreError> {
        type Row = (i64, String, i64, i64, i64, Option<i64>, Option<i64>, Vec<u8>);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT t.key, t.node, t.boot, t.at_boot_ms, t.received_ms, t.first_ms, t.error_ms, r.body \
             FROM statements t JOIN records r ON r.key = t.key WHERE t.verdict = 'unchecked' ORDER BY t.key LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pools.read)
        .await?;
        rows.into_iter()
            .map(|(key, node, boot, at, received, first, error, body)| {
                Ok(Came {
                    key: RecordKey(key),
                    node: node_id(&node, "statements.node")?,
                    boot: BootCounter(narrow(boot, "statements.boot")?),
                    at: BootMs(u64::try_from(at).unwrap_or(0)),
                    received: WallMs(received),
                    estimate: first
                        .zip(error)
                        .map(|(first, error_ms)| Moment::by_controller(WallMs(first), error_ms)),
                    body,
                })
            })
            .collect()
    }

    /// Writes down what was found of statements. One of an instant that another of its node has already is `said_again`.
    ///
    /// # Errors
    /// What the database says; nothing is written then.
    pub async fn judge_statements(
        &self,
        found: &[(RecordKey, Verdict, Option<Moment>)],
    ) -> Result<(), StoreError> {
        let mut tx = self.pools.begin().await?;
        for (key, verdict, moment) in found {
            sqlx::query(
                "UPDATE statements SET at_ms = $3, at_error_ms = $4, node_clock = $5, verdict = CASE WHEN $2 = 'genuine' \
                 AND EXISTS (SELECT 1 FROM statements o WHERE o.node = statements.node AND o.boot = statements.boot \
                 AND o.at_boot_ms = statements.at_boot_ms AND o.verdict = 'genuine' AND o.key <> statements.key) \
                 THEN $6 ELSE $2 END WHERE key = $1 AND verdict = 'unchecked'",
            )
            .bind(key.0)
            .bind(verdict.word())
            .bind(moment.map(|moment| moment.at.0))
            .bind(moment.map(|moment| moment.error_ms))
            .bind(moment.map(|moment| i64::from(moment.is_by_node())))
            .bind(Verdict::SaidAgain.word())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Statements of a node that count, made from `from` on and before `to`, in the order of time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn statements(
        &self,
        node: NodeId,
        (from, to): (WallMs, WallMs),
        limit: u32,
    ) -> Result<Vec<Genuine>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT t.key, t.at_ms, t.at_error_ms, t.node_clock, r.body FROM statements t JOIN records r ON r.key = t.key \
             WHERE t.node = $1 AND t.verdict = 'genuine' AND t.at_ms >= $2 AND t.at_ms < $3 ORDER BY t.at_ms, t.key LIMIT $4",
        )
        .bind(node.to_string())
        .bind(from.0)
        .bind(to.0)
        .bind(i64::from(limit))
        .fetch_all(&self.pools.read)
        .await?;
        let genuine = |(key, at, error_ms, by_node, body)| {
            let at = WallMs(at);
            let moment = if by_node == 0 {
                Moment::by_controller(at, error_ms)
            } else {
                Moment::by_node(at, error_ms)
            };
            Genuine { key: RecordKey(key), node, moment, body }
        };
        Ok(rows.into_iter().map(genuine).collect())
    }

    /// What a node said in a statement that counts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn statement(&self, key: RecordKey) -> Result<Option<Vec<u8>>, StoreError> {
        let body = sqlx::query_scalar(
            "SELECT r.body FROM statements t JOIN records r ON r.key = t.key WHERE t.key = $1 AND t.verdict = 'genuine'",
        )
        .bind(key.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(body)
    }

    /// How many statements of a node were found to be what, by word.
    ///
    /// # Errors
    /// What the database says.
    pub async fn statement_verdicts(&self, node: NodeId) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT verdict, COUNT(*) FROM statements WHERE node = $1 GROUP BY verdict ORDER BY verdict",
        )
        .bind(node.to_string())
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(|(word, count)| (word, u64::try_from(count).unwrap_or(0))).collect())
    }
}
