//! Custody in the registry: an item is registered, and what happens to it is recorded. The only writer of an item's state.
//!
//! Enters: what happened, who says so, when. Leaves: the item's events and standing, or which event was refused and why.
//! For each item in one transaction: its events are read and folded (`protocol::custody`), the new one is added to them,
//! written, and what they add up to is written beside it. Several items are all or nothing. An event that is there already
//! under its id, saying the same, is done: sending twice is sending once.

use holdfast_protocol::custody::{Event, EventId, Refusal, Standing, What, fold, standing};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ItemCode, ItemId, LineId, ModelId, PartyId, PersonId};
use holdfast_protocol::time::WallMs;
use ring::digest::{SHA256, digest};

use super::acts::{Once, keep, made};
use super::items::{IDENTIFIERS_MAX, scope};
use crate::store::people::fold as fold_name;
use crate::store::{Store, StoreError};

/// Most items that one act may touch: a packing list of a convoy.
pub const ITEMS_AN_ACT_MAX: usize = 10_000;

/// An item to be registered.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// What will be on its label.
    pub code: ItemCode,
    /// What people call it, or empty.
    pub name: String,
    /// Which model.
    pub model: ModelId,
    /// Under which line of a donation.
    pub line: Option<LineId>,
    /// What it carries, in canonical form.
    pub identifiers: Vec<(Kind, String)>,
    /// Who has it.
    pub custodian: PartyId,
}

/// What can be changed of an item; its state only by events.
#[derive(Debug, Clone)]
pub struct ItemValues {
    /// What people call it, or empty.
    pub name: String,
    /// Under which line of a donation.
    pub line: Option<LineId>,
    /// What it carries, in canonical form.
    pub identifiers: Vec<(Kind, String)>,
}

/// What is to be recorded.
#[derive(Debug, Clone)]
pub struct Act {
    /// Names the act: the same id again is the same act.
    pub id: [u8; 16],
    /// What happened.
    pub what: What,
    /// When, as the person says.
    pub happened: WallMs,
    /// Who records it.
    pub by: PersonId,
    /// A remark.
    pub note: String,
}

/// What an item has to be for an act to touch it, asked in the act's own transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Only {
    /// At this version.
    pub version: Option<i64>,
    /// In this party's custody.
    pub held_by: Option<PartyId>,
}

impl Only {
    async fn check(self, tx: &mut sqlx::SqliteConnection, item: ItemId) -> Result<(), CustodyError> {
        let found: Option<(i64, i64)> = sqlx::query_as("SELECT version, custodian FROM items WHERE id = $1")
            .bind(item.0)
            .fetch_optional(tx)
            .await?;
        let (version, custodian) = found.ok_or(CustodyError::NoItem { item })?;
        if self.version.is_some_and(|wanted| wanted != version) {
            return Err(CustodyError::Stale { item });
        }
        if self.held_by.is_some_and(|party| party.0 != custodian) {
            return Err(CustodyError::NotHeld { item });
        }
        Ok(())
    }
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The event.
    pub event: Event,
    /// A remark.
    pub note: String,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The item is not there.
    #[error("there is no such item")]
    NoItem {
        /// Which.
        item: ItemId,
    },
    /// The event may not be.
    #[error("{refusal}")]
    Refused {
        /// To which item.
        item: ItemId,
        /// Why.
        refusal: Refusal,
    },
    /// It has moved on.
    #[error("the item was changed by somebody else; read it again")]
    Stale {
        /// Which.
        item: ItemId,
    },
    /// Somebody else has it.
    #[error("the item is not in your party's custody")]
    NotHeld {
        /// Which.
        item: ItemId,
    },
    /// Another item carries this identifier.
    #[error("another item carries this {}", .kind.word())]
    Taken {
        /// Which kind.
        kind: Kind,
        /// Which item.
        by: ItemId,
    },
    /// Another act has this id and says something else.
    #[error("another act was recorded under this id")]
    OtherAct,
    /// Too many at one time, or too many identifiers, or a note that does not fit.
    #[error("{0}")]
    Limit(&'static str),
    /// The registry.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CustodyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Registers items, all or none.
    ///
    /// # Errors
    /// [`CustodyError::Taken`], [`CustodyError::Limit`]; [`StoreError::Missing`] for a model, line or party that is not there;
    /// [`StoreError::Conflict`] for a code that is taken.
    pub async fn register_items(
        &self,
        items: &[NewItem],
        act: &Act,
        now: WallMs,
        once: Option<&Once>,
    ) -> Result<Vec<ItemId>, CustodyError> {
        if items.is_empty() || items.len() > ITEMS_AN_ACT_MAX {
            return Err(CustodyError::Limit("1 to 10,000 items can be registered at one time"));
        }
        let mut tx = self.write().await?;
        if let Some(ids) = made(&mut tx, once).await? {
            return Ok(ids.into_iter().map(ItemId).collect());
        }
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            ids.push(register(&mut tx, item, act, now).await?);
        }
        let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
        keep(&mut tx, once, &numbers, now).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Records that something happened to items, all or none, if each is as the condition says.
    ///
    /// # Errors
    /// [`CustodyError`].
    pub async fn record(
        &self,
        items: &[ItemId],
        act: &Act,
        only: Only,
        now: WallMs,
    ) -> Result<Vec<Standing>, CustodyError> {
        if items.is_empty() || items.len() > ITEMS_AN_ACT_MAX {
            return Err(CustodyError::Limit("an act touches 1 to 10,000 items"));
        }
        let mut tx = self.write().await?;
        let mut standings = Vec::with_capacity(items.len());
        for item in items {
            if only != Only::default() && !is_done(&mut tx, *item, act).await? {
                only.check(&mut tx, *item).await?;
            }
            standings.push(record_one(&mut tx, *item, act, now).await?);
        }
        tx.commit().await?;
        Ok(standings)
    }

    /// Changes what an item is called, its line and what it carries, if it is still at this version.
    ///
    /// # Errors
    /// [`CustodyError::Stale`], [`CustodyError::Taken`], [`CustodyError::Limit`]; [`StoreError::Missing`] for a line that is
    /// not there.
    pub async fn change_item(
        &self,
        id: ItemId,
        version: i64,
        values: &ItemValues,
        now: WallMs,
    ) -> Result<(), CustodyError> {
        let mut tx = self.write().await?;
        let row: Option<(i64,)> = sqlx::query_as(
            "UPDATE items SET name = $3, name_fold = $4, line_id = $5, changed_ms = $6, version = version + 1 \
             WHERE id = $1 AND version = $2 RETURNING model_id",
        )
        .bind(id.0)
        .bind(version)
        .bind(values.name.trim())
        .bind(fold_name(&values.name))
        .bind(values.line.map(|line| line.0))
        .bind(now.0)
        .fetch_optional(&mut *tx)
        .await?;
        let (model,) = row.ok_or(CustodyError::Stale { item: id })?;
        sqlx::query("DELETE FROM item_identifiers WHERE item_id = $1").bind(id.0).execute(&mut *tx).await?;
        carry(&mut tx, id, ModelId(model), &values.identifiers).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The events of an item, in the order in which they were recorded.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item_events(&self, item: ItemId) -> Result<Vec<Recorded>, StoreError> {
        let mut connection = self.read().acquire().await?;
        events(&mut connection, item).await
    }

    /// Makes again what an item's events add up to, and says whether the row said the same. For a check of the registry.
    ///
    /// # Errors
    /// [`CustodyError::NoItem`], [`CustodyError::Refused`] when the events themselves do not fit.
    pub async fn item_adds_up(&self, item: ItemId) -> Result<bool, CustodyError> {
        let mut connection = self.read().acquire().await?;
        let recorded = events(&mut connection, item).await?;
        if recorded.is_empty() {
            return Err(CustodyError::NoItem { item });
        }
        let life = fold(recorded.iter().map(|one| &one.event))
            .map_err(|refusal| CustodyError::Refused { item, refusal })?;
        let stored = self.item(item, super::items::Whose::All).await?.ok_or(CustodyError::NoItem { item })?;
        let standing = life.standing();
        Ok(stored.state == standing.state
            && stored.custodian == standing.custodian
            && stored.allocated_to == standing.allocated_to
            && stored.container == standing.container
            && stored.site == standing.site
            && stored.node == standing.node
            && stored.since == standing.since)
    }
}

/// The id of an act's event for one item.
fn event_id(act: [u8; 16], item: ItemId) -> EventId {
    let mut text = act.to_vec();
    text.extend_from_slice(&item.0.to_be_bytes());
    let mut id = [0_u8; 16];
    id.iter_mut().zip(digest(&SHA256, &text).as_ref()).for_each(|(to, from)| *to = *from);
    EventId(id)
}

async fn is_done(tx: &mut sqlx::SqliteConnection, item: ItemId, act: &Act) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT id FROM item_events WHERE event_id = $1")
        .bind(event_id(act.id, item).0.as_slice())
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Makes one item with its first event inside a transaction.
///
/// # Errors
/// [`CustodyError`]; then the transaction must not be committed.
pub(super) async fn register(
    tx: &mut sqlx::SqliteConnection,
    item: &NewItem,
    act: &Act,
    now: WallMs,
) -> Result<ItemId, CustodyError> {
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO items (code, name, name_fold, model_id, line_id, made_ms, state, custodian, since_ms, changed_ms, \
         events) VALUES ($1, $2, $3, $4, $5, $6, 'registered', $7, $8, $6, 0) RETURNING id",
    )
    .bind(item.code.to_string())
    .bind(item.name.trim())
    .bind(fold_name(&item.name))
    .bind(item.model.0)
    .bind(item.line.map(|line| line.0))
    .bind(now.0)
    .bind(item.custodian.0)
    .bind(act.happened.0)
    .fetch_one(&mut *tx)
    .await?;
    let id = ItemId(id);
    carry(tx, id, item.model, &item.identifiers).await?;
    let act = Act { what: What::Registered { custodian: item.custodian }, ..act.clone() };
    // It has no event yet: 10,000 items are as many questions less.
    record_after(tx, id, &[], &act, now).await?;
    Ok(id)
}

/// Keeps what an item carries.
async fn carry(
    tx: &mut sqlx::SqliteConnection,
    id: ItemId,
    model: ModelId,
    identifiers: &[(Kind, String)],
) -> Result<(), CustodyError> {
    if identifiers.len() > IDENTIFIERS_MAX {
        return Err(CustodyError::Limit("an item carries at most 32 identifiers"));
    }
    for (kind, value) in identifiers {
        let row: Option<(i64,)> = sqlx::query_as(
            "INSERT INTO item_identifiers (item_id, kind, value, scope) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (kind, value, scope) DO NOTHING RETURNING item_id",
        )
        .bind(id.0)
        .bind(kind.word())
        .bind(value)
        .bind(scope(*kind, model))
        .fetch_optional(&mut *tx)
        .await?;
        if row.is_none() {
            let by = carrier(tx, *kind, value, model).await?;
            return Err(CustodyError::Taken { kind: *kind, by });
        }
    }
    Ok(())
}

async fn carrier(
    tx: &mut sqlx::SqliteConnection,
    kind: Kind,
    value: &str,
    model: ModelId,
) -> Result<ItemId, StoreError> {
    let (id,): (i64,) =
        sqlx::query_as("SELECT item_id FROM item_identifiers WHERE kind = $1 AND value = $2 AND scope = $3")
            .bind(kind.word())
            .bind(value)
            .bind(scope(kind, model))
            .fetch_one(tx)
            .await?;
    Ok(ItemId(id))
}

/// Records one event of one item inside a transaction: the only place that writes an item's state.
///
/// # Errors
/// [`CustodyError`]; then the transaction must not be committed.
pub(super) async fn record_one(
    tx: &mut sqlx::SqliteConnection,
    item: ItemId,
    act: &Act,
    now: WallMs,
) -> Result<Standing, CustodyError> {
    let before = events(tx, item).await?;
    record_after(tx, item, &before, act, now).await
}

/// Records one event behind those that the item has.
async fn record_after(
    tx: &mut sqlx::SqliteConnection,
    item: ItemId,
    before: &[Recorded],
    act: &Act,
    now: WallMs,
) -> Result<Standing, CustodyError> {
    if !standing::note_fits(&act.note) {
        return Err(CustodyError::Limit("a note has at most 500 characters and no control characters"));
    }
    let refused = |refusal| CustodyError::Refused { item, refusal };
    let event = Event {
        id: event_id(act.id, item),
        happened: act.happened,
        recorded: now,
        by: act.by,
        what: act.what.clone(),
    };
    if let Some(same) = before.iter().find(|one| one.event.id == event.id) {
        // Who said no time means the moment of sending, which is another one when it is sent again.
        let moved = same.event.happened != event.happened && act.happened != now;
        if same.event.what != event.what || moved {
            return Err(CustodyError::OtherAct);
        }
        let life = fold(before.iter().map(|one| &one.event)).map_err(refused)?;
        return Ok(life.standing());
    }
    let life = fold(before.iter().map(|one| &one.event).chain([&event])).map_err(refused)?;
    insert_event(tx, item, &event, &act.note).await?;
    let standing = life.standing();
    let done = sqlx::query(
        "UPDATE items SET state = $2, custodian = $3, allocated_to = $4, container_id = $5, site_id = $6, node_id = $7, \
         since_ms = $8, changed_ms = $9, events = events + 1, version = version + 1 WHERE id = $1",
    )
    .bind(item.0)
    .bind(standing.state.word())
    .bind(standing.custodian.0)
    .bind(standing.allocated_to.map(|party| party.0))
    .bind(standing.container.map(|container| container.0))
    .bind(standing.site.map(|site| site.0))
    .bind(standing.node.map(|node| node.to_string()))
    .bind(standing.since.0)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CustodyError::NoItem { item });
    }
    if !before.is_empty() || standing.site.is_some() {
        keep_deployments(tx, item, life.steps()).await?;
    }
    Ok(standing)
}

async fn insert_event(
    tx: &mut sqlx::SqliteConnection,
    item: ItemId,
    event: &Event,
    note: &str,
) -> Result<(), CustodyError> {
    let what =
        serde_json::to_string(&event.what).map_err(|_| StoreError::Value { what: "item_events.what" })?;
    sqlx::query(
        "INSERT INTO item_events (item_id, event_id, happened_ms, recorded_ms, by_person, what, note) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(item.0)
    .bind(event.id.0.as_slice())
    .bind(event.happened.0)
    .bind(event.recorded.0)
    .bind(event.by.0)
    .bind(what)
    .bind(note.trim())
    .execute(tx)
    .await?;
    Ok(())
}

/// A deployment lasts from the first standing at a site to the first that is not there.
async fn keep_deployments(
    tx: &mut sqlx::SqliteConnection,
    item: ItemId,
    steps: impl Iterator<Item = Standing>,
) -> Result<(), StoreError> {
    let mut spans: Vec<(Standing, Option<WallMs>)> = Vec::new();
    for standing in steps {
        let place = (standing.site, standing.node);
        match spans.last_mut().filter(|(_, to)| to.is_none()) {
            Some((open, _)) if (open.site, open.node) == place => {}
            Some((_, to)) => {
                *to = Some(standing.since);
                if standing.site.is_some() {
                    spans.push((standing, None));
                }
            }
            None if standing.site.is_some() => spans.push((standing, None)),
            None => {}
        }
    }
    sqlx::query("DELETE FROM deployments WHERE item_id = $1").bind(item.0).execute(&mut *tx).await?;
    for (number, (standing, to)) in (0_i64..).zip(spans) {
        sqlx::query(
            "INSERT INTO deployments (item_id, number, site_id, node_id, from_ms, to_ms) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(item.0)
        .bind(number)
        .bind(standing.site.map(|site| site.0))
        .bind(standing.node.map(|node| node.to_string()))
        .bind(standing.since.0)
        .bind(to.map(|to| to.0))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn events(connection: &mut sqlx::SqliteConnection, item: ItemId) -> Result<Vec<Recorded>, StoreError> {
    let rows: Vec<(Vec<u8>, i64, i64, i64, String, String)> = sqlx::query_as(
        "SELECT event_id, happened_ms, recorded_ms, by_person, what, note FROM item_events WHERE item_id = $1 ORDER BY id",
    )
    .bind(item.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|(id, happened, recorded, by, what, note)| {
            Ok(Recorded { event: event(id, (*happened, *recorded), *by, what)?, note: note.clone() })
        })
        .collect()
}

/// An event as its row says.
pub(super) fn event(
    id: &[u8],
    (happened, recorded): (i64, i64),
    by: i64,
    what: &str,
) -> Result<Event, StoreError> {
    let id = <[u8; 16]>::try_from(id).map_err(|_| StoreError::Value { what: "item_events.event_id" })?;
    let what = serde_json::from_str(what).map_err(|_| StoreError::Value { what: "item_events.what" })?;
    let (happened, recorded) = (WallMs(happened), WallMs(recorded));
    Ok(Event { id: EventId(id), happened, recorded, by: PersonId(by), what })
}
