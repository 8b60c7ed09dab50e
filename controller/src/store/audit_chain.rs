//! The audit log as a chain: read in its order, walked along, its head; and pages of it, narrowed.
//!
//! Enters: numbers, filters. Leaves: entries with their hashes, the head, what a walk found. Never writes: that is
//! `store/audit.rs`.

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::audit::{self as chain, Ended, Fault, Head, Sha256, Walk};

use super::audit::Entry;
use super::{Store, StoreError};
use crate::access::PersonId;

/// Entries read at one time while walking: half a megabyte, where each has the longest reason in four-byte letters.
const PIECE: i64 = 500;

/// What narrows a page of the log; all that is said has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this person.
    pub person: Option<PersonId>,
    /// This action.
    pub action: Option<String>,
    /// To this thing.
    pub thing: Option<String>,
    /// Ended so.
    pub result: Option<String>,
    /// Not before.
    pub from: Option<WallMs>,
    /// Before.
    pub to: Option<WallMs>,
}

type Row = (i64, i64, Option<i64>, String, String, String, String, Option<Vec<u8>>);

/// An entry of the chain for what shall be written.
pub(super) fn link(number: u64, entry: &Entry, now: WallMs) -> chain::Entry {
    chain::Entry {
        number,
        at_ms: now.0,
        person: entry.person.and_then(|person| u64::try_from(person.0).ok()),
        action: entry.action.key().to_owned(),
        thing: entry.thing.clone(),
        result: entry.outcome.key().to_owned(),
        reason: entry.reason.clone(),
        previous: None,
    }
}

/// The head that the next entry hangs on.
pub(super) async fn head_in(connection: &mut sqlx::SqliteConnection) -> Result<Head, StoreError> {
    let row: Option<(i64, Vec<u8>)> = sqlx::query_as("SELECT number, sha256 FROM audit_head WHERE id = 1")
        .fetch_optional(&mut *connection)
        .await?;
    if let Some((number, sha256)) = row {
        return Ok(Head { number: unsigned(number)?, sha256: hash(&sha256)? });
    }
    // Entries of a program that did not chain: once, all of them are hung up behind one another.
    let mut head = Head::genesis();
    loop {
        let rows = entries(&mut *connection, head.number).await?;
        if rows.is_empty() {
            return Ok(head);
        }
        head = rows.iter().fold(head, Head::then);
    }
}

async fn entries(
    connection: impl sqlx::Executor<'_, Database = sqlx::Sqlite>,
    after: u64,
) -> Result<Vec<chain::Entry>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, at_ms, person_id, action, thing, result, reason, previous FROM audit WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(PIECE)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: Row) -> Result<chain::Entry, StoreError> {
    let (id, at_ms, person, action, thing, result, reason, previous) = row;
    let previous = previous.as_deref().map(hash).transpose()?;
    let person = person.map(unsigned).transpose()?;
    Ok(chain::Entry { number: unsigned(id)?, at_ms, person, action, thing, result, reason, previous })
}

fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Value { what: "audit.id" })
}

fn hash(bytes: &[u8]) -> Result<Sha256, StoreError> {
    bytes.try_into().map(Sha256).map_err(|_| StoreError::Value { what: "audit.previous" })
}

impl Store {
    /// Entries behind this number, in their order; at most five hundred.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_entries(&self, after: u64) -> Result<Vec<chain::Entry>, StoreError> {
        entries(self.read(), after).await
    }

    /// The head of the log.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_head(&self) -> Result<Head, StoreError> {
        let mut connection = self.read().acquire().await?;
        head_in(&mut connection).await
    }

    /// Walks along the whole log; it has to reach the head of this moment and those known from elsewhere.
    ///
    /// # Errors
    /// What the database says.
    pub async fn walk_audit(&self, mut known: Vec<Head>) -> Result<Result<Ended, Fault>, StoreError> {
        known.push(self.audit_head().await?);
        let mut walk = Walk::new(known);
        loop {
            let rows = self.audit_entries(walk.head().number).await?;
            if rows.is_empty() {
                return Ok(walk.end());
            }
            for entry in &rows {
                if let Err(fault) = walk.step(entry) {
                    return Ok(Err(fault));
                }
            }
        }
    }

    /// Entries of a filter before a number, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        before: Option<u64>,
        most: usize,
    ) -> Result<Vec<chain::Entry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, at_ms, person_id, action, thing, result, reason, previous FROM audit WHERE id < $1 \
             AND ($2 IS NULL OR person_id = $2) AND ($3 IS NULL OR action = $3) AND ($4 IS NULL OR thing = $4) \
             AND ($5 IS NULL OR result = $5) AND ($6 IS NULL OR at_ms >= $6) AND ($7 IS NULL OR at_ms < $7) \
             ORDER BY id DESC LIMIT $8",
        )
        .bind(before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX))
        .bind(filter.person.map(|person| person.0))
        .bind(filter.action.as_deref())
        .bind(filter.thing.as_deref())
        .bind(filter.result.as_deref())
        .bind(filter.from.map(|at| at.0))
        .bind(filter.to.map(|at| at.0))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Keys of the actions that stand in the log; one look-up a key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_actions(&self) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "WITH RECURSIVE keys (key) AS (SELECT MIN(action) FROM audit UNION ALL \
             SELECT (SELECT MIN(action) FROM audit WHERE action > key) FROM keys WHERE key IS NOT NULL) \
             SELECT key FROM keys WHERE key IS NOT NULL",
        )
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(|(key,)| key).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::audit::{Action, Outcome};
    use super::super::scratch::Scratch;
    use super::*;

    async fn with_entries(count: i64) -> (Scratch, Store) {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        for number in 1..=count {
            write(&store, number, "driver asks for the gate").await;
        }
        (folder, store)
    }

    async fn write(store: &Store, number: i64, reason: &str) {
        let (person, thing) = (Some(PersonId(number % 2 + 1)), format!("site {number}"));
        let entry =
            Entry { person, action: Action::PlaceShow, thing, outcome: Outcome::Done, reason: reason.into() };
        store.audit(&entry, WallMs(1_000 + number)).await.unwrap();
    }

    /// As somebody with the file in their hands: without the triggers, and back on again.
    async fn tamper(store: &Store, statement: &'static str) {
        let mut tx = store.write().await.unwrap();
        for statement in
            ["DROP TRIGGER audit_is_never_changed", "DROP TRIGGER audit_is_never_shortened", statement]
        {
            sqlx::query(statement).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_log_is_whole_and_stays_it_over_a_restart() {
        let (folder, store) = with_entries(5).await;
        let ended = store.walk_audit(Vec::new()).await.unwrap().unwrap();
        assert_eq!((ended.head.number, ended.known_to), (5, Some(5)));
        store.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        write(&store, 6, "again").await;
        assert_eq!(store.walk_audit(vec![ended.head]).await.unwrap().unwrap().head.number, 6);
    }

    #[tokio::test]
    async fn one_byte_of_a_row_a_row_in_the_middle_and_a_row_at_the_end_are_missed() {
        for (statement, number) in [
            ("UPDATE audit SET reason = 'driver asks for the date' WHERE id = 3", 4),
            ("UPDATE audit SET at_ms = at_ms + 1 WHERE id = 1", 2),
            ("UPDATE audit SET person_id = NULL WHERE id = 5", 5),
        ] {
            let (_folder, store) = with_entries(5).await;
            tamper(&store, statement).await;
            let fault = store.walk_audit(Vec::new()).await.unwrap().expect_err(statement);
            let wanted = if number == 5 { Fault::OtherHead { number } } else { Fault::Altered { number } };
            assert_eq!(fault, wanted, "{statement}");
        }
        let (_folder, store) = with_entries(5).await;
        tamper(&store, "DELETE FROM audit WHERE id = 3").await;
        assert_eq!(store.walk_audit(Vec::new()).await.unwrap(), Err(Fault::Gap { wanted: 3, found: 4 }));

        let (_folder, store) = with_entries(5).await;
        let known = store.audit_head().await.unwrap();
        tamper(&store, "DELETE FROM audit WHERE id = 5").await;
        assert_eq!(store.walk_audit(Vec::new()).await.unwrap(), Err(Fault::Short { number: 4, wanted: 5 }));
        write(&store, 6, "afterwards").await;
        assert_eq!(store.walk_audit(Vec::new()).await.unwrap(), Err(Fault::Gap { wanted: 5, found: 6 }));

        let (_folder, store) = with_entries(5).await;
        tamper(&store, "DELETE FROM audit WHERE id = 5").await;
        let mut tx = store.write().await.unwrap();
        sqlx::query("DELETE FROM audit_head").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        write(&store, 5, "another end").await;
        assert!(
            store.walk_audit(Vec::new()).await.unwrap().is_ok(),
            "who forges the head too is not found inside"
        );
        assert_eq!(
            store.walk_audit(vec![known]).await.unwrap(),
            Err(Fault::OtherHead { number: 5 }),
            "but by a head that was written down elsewhere"
        );
    }

    #[tokio::test]
    async fn rows_from_before_the_chain_are_hung_up_with_the_first_that_is_written() {
        let (_folder, store) = with_entries(0).await;
        let mut tx = store.write().await.unwrap();
        for number in 1..=3 {
            sqlx::query(
                "INSERT INTO audit (at_ms, person_id, action, thing, result) VALUES ($1, 1, 'sign_in', '', 'done')",
            )
            .bind(number)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        write(&store, 4, "the first of the chain").await;
        assert_eq!(store.walk_audit(Vec::new()).await.unwrap().unwrap().head.number, 4);
        tamper(&store, "UPDATE audit SET action = 'sign_out' WHERE id = 2").await;
        assert_eq!(store.walk_audit(Vec::new()).await.unwrap(), Err(Fault::Altered { number: 4 }));
    }

    #[tokio::test]
    async fn entries_written_at_one_time_hang_on_one_another() {
        let (_folder, store) = with_entries(0).await;
        let writes = (1..=20).map(|number| {
            let store = store.clone();
            tokio::spawn(async move { write(&store, number, "at once").await })
        });
        for task in writes.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(store.walk_audit(Vec::new()).await.unwrap().unwrap().head.number, 20);
    }

    #[tokio::test]
    async fn pages_are_narrowed_newest_first() {
        let (_folder, store) = with_entries(6).await;
        let numbers = async |filter: AuditFilter, before| -> Vec<u64> {
            let rows = store.audit_page(&filter, before, 2).await.unwrap();
            rows.into_iter().map(|row| row.number).collect()
        };
        assert_eq!(numbers(AuditFilter::default(), None).await, [6, 5]);
        assert_eq!(numbers(AuditFilter::default(), Some(5)).await, [4, 3]);
        let of = AuditFilter { person: Some(PersonId(1)), ..AuditFilter::default() };
        assert_eq!(numbers(of, Some(6)).await, [4, 2]);
        let thing = AuditFilter { thing: Some("site 3".into()), ..AuditFilter::default() };
        assert_eq!(numbers(thing, None).await, [3]);
        let range =
            AuditFilter { from: Some(WallMs(1_002)), to: Some(WallMs(1_004)), ..AuditFilter::default() };
        assert_eq!(numbers(range, None).await, [3, 2]);
        assert_eq!(store.audit_actions().await.unwrap(), ["place_show"]);
    }
}
