//! Packing lists in the registry: what was sent, how it is read, and the one transaction that makes its items.
//!
//! Enters: checked values, and the items of a list that was judged. Leaves: rows. A commit makes every item by the function
//! that makes them one by one ([`super::custody`]), with the lines it needs, or nothing; the same file makes items once for a
//! donation. Says how far it is and stops when asked; then nothing is kept.

use std::collections::{BTreeMap, HashMap};

use holdfast_protocol::custody::What;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{DonationId, ItemCode, ItemId, LineId, ModelId, PartyId, PersonId};
use holdfast_protocol::time::WallMs;
use ring::digest::{SHA256, digest};
use sqlx::{QueryBuilder, Sqlite};

use super::custody::{Act, CustodyError, NewItem, register};
use super::donations::{NewLine, insert_line};
use crate::import::judge::{Carriers, Key};
use crate::import::report::NewRow;
use crate::import::{Progress, Settings};
use crate::store::{Store, StoreError};

/// Keys of one question: three values each, of the 32,766 that SQLite takes.
const KEYS_A_QUESTION: usize = 2_000;

/// Names a list in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId(pub i64);

/// How far a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportState {
    /// It can be read, and committed.
    Open,
    /// Its items are made. Terminal.
    Committed,
    /// Somebody took it back. Terminal.
    Withdrawn,
    /// A day went by. Terminal.
    Expired,
}

impl ImportState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Committed, Self::Withdrawn, Self::Expired];

    /// Its stable word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Committed => "committed",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// What a list is when it comes.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// For which donation.
    pub donation: DonationId,
    /// Whose form of list it is.
    pub sender: PartyId,
    /// Who has the things.
    pub custodian: PartyId,
    /// Who sent it in.
    pub by: PersonId,
    /// The file's name.
    pub file_name: String,
    /// The file's hash.
    pub file_sha256: [u8; 32],
    /// The file's size.
    pub file_bytes: usize,
    /// How it is read.
    pub settings: Settings,
}

/// A list as stored.
#[derive(Debug, Clone)]
pub struct Import {
    /// Number.
    pub id: ImportId,
    /// What it was when it came; the settings as they are now.
    pub new: NewImport,
    /// How far it is.
    pub state: ImportState,
    /// How many items came of it.
    pub items: u32,
    /// When it came.
    pub made: WallMs,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// It is over, or another list with the same bytes was faster.
    #[error("the same file made its items already")]
    Known,
    /// It is not open any more.
    #[error("the list is not open any more")]
    Over,
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
    /// An item cannot be made: what was judged has changed.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The registry.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

type ImportRow = (i64, i64, i64, i64, i64, String, Vec<u8>, i64, String, String, i64, i64);

macro_rules! select_import {
    ($end:expr) => {
        concat!(
            "SELECT id, donation_id, sender, custodian, by_person, file_name, file_sha256, file_bytes, settings, state, \
             items, made_ms FROM imports ",
            $end
        )
    };
}

impl Store {
    /// Keeps that a list came.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert_import(&self, new: &NewImport, now: WallMs) -> Result<ImportId, StoreError> {
        let mut tx = self.write().await?;
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO imports (donation_id, sender, custodian, by_person, file_name, file_sha256, file_bytes, settings, \
             state, items, made_ms, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, $9, $9) RETURNING id",
        )
        .bind(new.donation.0)
        .bind(new.sender.0)
        .bind(new.custodian.0)
        .bind(new.by.0)
        .bind(&new.file_name)
        .bind(new.file_sha256.as_slice())
        .bind(i64::try_from(new.file_bytes).unwrap_or(i64::MAX))
        .bind(written(&new.settings)?)
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(ImportId(id))
    }

    /// A list.
    ///
    /// # Errors
    /// What the database says.
    pub async fn import(&self, id: ImportId) -> Result<Option<Import>, StoreError> {
        let row: Option<ImportRow> =
            sqlx::query_as(select_import!("WHERE id = $1")).bind(id.0).fetch_optional(self.read()).await?;
        row.map(import).transpose()
    }

    /// Lists, the newest first, behind `before`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn imports(&self, before: Option<ImportId>, most: i64) -> Result<Vec<Import>, StoreError> {
        let rows: Vec<ImportRow> = sqlx::query_as(select_import!("WHERE id < $1 ORDER BY id DESC LIMIT $2"))
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(most)
            .fetch_all(self.read())
            .await?;
        rows.into_iter().map(import).collect()
    }

    /// How many lists there are, and how many of them are open.
    ///
    /// # Errors
    /// What the database says.
    pub async fn import_counts(&self) -> Result<(u64, u64), StoreError> {
        let (all, open): (i64, i64) =
            sqlx::query_as("SELECT COUNT(*), COUNT(*) FILTER (WHERE state = 'open') FROM imports")
                .fetch_one(self.read())
                .await?;
        Ok((u64::try_from(all).unwrap_or_default(), u64::try_from(open).unwrap_or_default()))
    }

    /// The list whose items the same file made for a donation.
    ///
    /// # Errors
    /// What the database says.
    pub async fn import_of_file(
        &self,
        donation: DonationId,
        file_sha256: &[u8; 32],
    ) -> Result<Option<ImportId>, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as(
            "SELECT id FROM imports WHERE donation_id = $1 AND file_sha256 = $2 AND state = 'committed'",
        )
        .bind(donation.0)
        .bind(file_sha256.as_slice())
        .fetch_optional(self.read())
        .await?;
        Ok(row.map(|(id,)| ImportId(id)))
    }

    /// Keeps how an open list is read; false when it is not open.
    ///
    /// # Errors
    /// What the database says.
    pub async fn change_import(
        &self,
        id: ImportId,
        settings: &Settings,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done =
            sqlx::query("UPDATE imports SET settings = $2, changed_ms = $3 WHERE id = $1 AND state = 'open'")
                .bind(id.0)
                .bind(written(settings)?)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends an open list without items; false when it is not open.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_import(
        &self,
        id: ImportId,
        state: ImportState,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done =
            sqlx::query("UPDATE imports SET state = $2, changed_ms = $3 WHERE id = $1 AND state = 'open'")
                .bind(id.0)
                .bind(state.key())
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Open lists: all whose files may be there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open_imports(&self) -> Result<Vec<(ImportId, WallMs)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT id, made_ms FROM imports WHERE state = 'open'")
            .fetch_all(self.read())
            .await?;
        Ok(rows.into_iter().map(|(id, made)| (ImportId(id), WallMs(made))).collect())
    }

    /// How a sender's list with these headings was read the last time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remembered(
        &self,
        sender: PartyId,
        fingerprint: &[u8; 32],
    ) -> Result<Option<Settings>, StoreError> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT settings FROM import_mappings WHERE sender = $1 AND fingerprint = $2")
                .bind(sender.0)
                .bind(fingerprint.as_slice())
                .fetch_optional(self.read())
                .await?;
        // Settings of an older form are found anew.
        Ok(row.and_then(|(text,)| serde_json::from_str(&text).ok()))
    }

    /// Which items carry which of these identifiers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn carriers(&self, keys: &[Key]) -> Result<Carriers, StoreError> {
        let mut out = Carriers::new();
        for some in keys.chunks(KEYS_A_QUESTION) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
                "SELECT d.kind, d.value, d.scope, i.id, i.code FROM item_identifiers d JOIN items i ON i.id = d.item_id \
                 WHERE (d.kind, d.value, d.scope) IN (",
            );
            query.push_values(some, |mut row, (kind, value, scope)| {
                row.push_bind(kind.word()).push_bind(value).push_bind(*scope);
            });
            query.push(")");
            let rows: Vec<(String, String, i64, i64, String)> =
                query.build_query_as().fetch_all(self.read()).await?;
            for (kind, value, scope, item, code) in rows {
                let (Some(kind), Ok(code)) = (Kind::from_word(&kind), code.parse::<ItemCode>()) else {
                    continue;
                };
                out.insert((kind, value, scope), (ItemId(item), code.shown()));
            }
        }
        Ok(out)
    }

    /// The items that carry one of these identifiers, whatever their model.
    ///
    /// # Errors
    /// What the database says.
    pub async fn carried_by(
        &self,
        carried: &[(Kind, String)],
    ) -> Result<HashMap<(Kind, String), Vec<ItemId>>, StoreError> {
        let mut out: HashMap<(Kind, String), Vec<ItemId>> = HashMap::new();
        for some in carried.chunks(KEYS_A_QUESTION) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
                "SELECT kind, value, item_id FROM item_identifiers WHERE (kind, value) IN (",
            );
            query.push_values(some, |mut row, (kind, value)| {
                row.push_bind(kind.word()).push_bind(value);
            });
            query.push(")");
            let rows: Vec<(String, String, i64)> = query.build_query_as().fetch_all(self.read()).await?;
            for (kind, value, item) in rows {
                if let Some(kind) = Kind::from_word(&kind) {
                    out.entry((kind, value)).or_default().push(ItemId(item));
                }
            }
        }
        Ok(out)
    }

    /// Makes the items of a list, the lines that are to be added, and what is remembered: all or nothing.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn commit_import(
        &self,
        import: &Import,
        (rows, codes): (&[NewRow], &[ItemCode]),
        (mut lines, added): (BTreeMap<ModelId, LineId>, &[(ModelId, u32)]),
        (fingerprint, settings): (&[u8; 32], &Settings),
        (by, now): (PersonId, WallMs),
        progress: &Progress,
    ) -> Result<u32, CommitError> {
        let mut tx = self.write().await?;
        let state: Option<(String,)> = sqlx::query_as("SELECT state FROM imports WHERE id = $1")
            .bind(import.id.0)
            .fetch_optional(&mut *tx)
            .await?;
        if state.is_none_or(|(state,)| state != ImportState::Open.key()) {
            return Err(CommitError::Over);
        }
        for (model, quantity) in added {
            let line = NewLine { model: *model, quantity: *quantity, note: String::new() };
            lines.insert(*model, insert_line(&mut tx, import.new.donation, &line).await?);
        }
        let act = Act { id: act_of(import.id), what: What::Counted, happened: now, by, note: String::new() };
        progress.begin(rows.len());
        for (done, (row, code)) in rows.iter().zip(codes).enumerate() {
            if progress.is_stopped() {
                return Err(CommitError::Stopped);
            }
            let new = NewItem {
                code: *code,
                name: row.name.clone(),
                model: row.model,
                line: lines.get(&row.model).copied(),
                identifiers: row.identifiers.clone(),
                custodian: import.new.custodian,
            };
            let from = format!("list {}, row {}", import.id.0, row.row);
            let note = if row.note.is_empty() { from } else { format!("{from}; {}", row.note) };
            register(&mut tx, &new, &Act { note, ..act.clone() }, now).await?;
            progress.reached(done.saturating_add(1));
        }
        let items = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let done =
            sqlx::query("UPDATE imports SET state = 'committed', items = $2, changed_ms = $3 WHERE id = $1")
                .bind(import.id.0)
                .bind(i64::from(items))
                .bind(now.0)
                .execute(&mut *tx)
                .await
                .map_err(StoreError::from);
        match done {
            Err(StoreError::Conflict(_)) => return Err(CommitError::Known),
            other => other?,
        };
        sqlx::query(
            "INSERT INTO import_mappings (sender, fingerprint, settings, changed_ms) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (sender, fingerprint) DO UPDATE SET settings = excluded.settings, changed_ms = excluded.changed_ms",
        )
        .bind(import.new.sender.0)
        .bind(fingerprint.as_slice())
        .bind(written(settings)?)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(items)
    }
}

/// The act of a list: of its number, so that it is one act however often it is tried.
fn act_of(import: ImportId) -> [u8; 16] {
    let mut id = [0_u8; 16];
    let hash = digest(&SHA256, format!("import {}", import.0).as_bytes());
    id.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
    id
}

fn written(settings: &Settings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|_| StoreError::Value { what: "imports.settings" })
}

fn import(row: ImportRow) -> Result<Import, StoreError> {
    let (id, donation, sender, custodian, by, file_name, sha, bytes, settings, state, items, made) = row;
    let bad = |what| StoreError::Value { what };
    let new = NewImport {
        donation: DonationId(donation),
        sender: PartyId(sender),
        custodian: PartyId(custodian),
        by: PersonId(by),
        file_name,
        file_sha256: <[u8; 32]>::try_from(sha).map_err(|_| bad("imports.file_sha256"))?,
        file_bytes: usize::try_from(bytes).unwrap_or_default(),
        settings: serde_json::from_str(&settings).map_err(|_| bad("imports.settings"))?,
    };
    let state = ImportState::ALL.into_iter().find(|known| known.key() == state);
    Ok(Import {
        id: ImportId(id),
        new,
        state: state.ok_or(bad("imports.state"))?,
        items: u32::try_from(items).unwrap_or(u32::MAX),
        made: WallMs(made),
    })
}
