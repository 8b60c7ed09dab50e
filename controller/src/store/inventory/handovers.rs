//! Hand-overs in the registry: offered, answered, taken back.
//!
//! Enters: what `protocol::custody::handover` decided, and who says so. Leaves: hand-overs and, with the answer, each
//! item's event, all in one transaction. An item is in one open hand-over at a time, and only its custodian offers it.

use std::collections::BTreeSet;

use holdfast_protocol::custody::handover::{Answer, Handover, HandoverId, HandoverRefusal, Purpose, Stage};
use holdfast_protocol::custody::{What, table};
use holdfast_protocol::ids::{ItemId, PartyId, PersonId};
use holdfast_protocol::time::WallMs;

use super::custody::{Act, CustodyError, record_one};
use super::items::state_of;
use crate::store::{Store, StoreError};

/// A hand-over as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHandover {
    /// The hand-over.
    pub handover: Handover,
    /// Who offered it.
    pub offered_by: PersonId,
    /// Who answered it or took it back.
    pub ended_by: Option<PersonId>,
    /// A remark of who offered.
    pub note: String,
    /// Order of lists.
    pub number: i64,
}

/// Why a hand-over cannot be.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// There is none of this id.
    #[error("there is no such hand-over")]
    Nothing,
    /// The machine refused it.
    #[error(transparent)]
    Refused(#[from] HandoverRefusal),
    /// The giver does not have this item.
    #[error("the giver does not have this item")]
    NotTheirs {
        /// Which.
        item: ItemId,
    },
    /// The item waits in another hand-over.
    #[error("the item waits in another hand-over; have that answered or taken back first")]
    InAnother {
        /// Which item.
        item: ItemId,
    },
    /// The item cannot be handed over as it stands.
    #[error("an item that is \"{state}\" cannot be handed over")]
    State {
        /// Which item.
        item: ItemId,
        /// Where it stands.
        state: &'static str,
    },
    /// An item's event was refused.
    #[error(transparent)]
    Custody(#[from] CustodyError),
}

impl From<StoreError> for HandoverError {
    fn from(error: StoreError) -> Self {
        Self::Custody(error.into())
    }
}

impl From<sqlx::Error> for HandoverError {
    fn from(error: sqlx::Error) -> Self {
        Self::Custody(error.into())
    }
}

type Row = (Vec<u8>, i64, i64, i64, String, i64, i64, i64, String, String, Option<i64>);

impl Store {
    /// Keeps an offer. The same offer again is done.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn offer(
        &self,
        handover: &Handover,
        by: PersonId,
        note: &str,
        now: WallMs,
    ) -> Result<(), HandoverError> {
        let mut tx = self.write().await?;
        if let Some(found) = load(&mut tx, handover.id).await? {
            let same = found.handover.items == handover.items
                && (found.handover.giver, found.handover.taker) == (handover.giver, handover.taker);
            return if same { Ok(()) } else { Err(CustodyError::OtherAct.into()) };
        }
        for item in &handover.items {
            may_be_offered(&mut tx, handover, *item, now).await?;
        }
        sqlx::query(
            "INSERT INTO handovers (id, number, giver, taker, purpose, offered_ms, ends_ms, offered_by, note, stage, open) \
             VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM handovers), $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        )
        .bind(handover.id.0.as_slice())
        .bind(handover.giver.0)
        .bind(handover.taker.0)
        .bind(purpose_key(handover.purpose))
        .bind(handover.offered.0)
        .bind(handover.ends.0)
        .bind(by.0)
        .bind(note.trim())
        .bind(stage_text(&handover.stage)?)
        .execute(&mut *tx)
        .await?;
        for item in &handover.items {
            sqlx::query("INSERT INTO handover_items (handover_id, item_id) VALUES ($1, $2)")
                .bind(handover.id.0.as_slice())
                .bind(item.0)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the taker's answer and what it means for each item, all or nothing.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn answer(
        &self,
        id: HandoverId,
        answer: Answer,
        (party, by): (PartyId, PersonId),
        now: WallMs,
    ) -> Result<Handover, HandoverError> {
        let mut tx = self.write().await?;
        let found = load(&mut tx, id).await?.ok_or(HandoverError::Nothing)?;
        let (handover, effects) = found.handover.answer(answer, party, now)?;
        for (item, what) in effects {
            let act = Act { id: id.0, what, happened: now, by, note: String::new() };
            record_one(&mut tx, item, &act, now).await?;
        }
        end(&mut tx, &handover, by).await?;
        tx.commit().await?;
        Ok(handover)
    }

    /// Keeps that the giver took an offer back.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn withdraw(
        &self,
        id: HandoverId,
        (party, by): (PartyId, PersonId),
        now: WallMs,
    ) -> Result<Handover, HandoverError> {
        let mut tx = self.write().await?;
        let found = load(&mut tx, id).await?.ok_or(HandoverError::Nothing)?;
        let handover = found.handover.withdraw(party, now)?;
        end(&mut tx, &handover, by).await?;
        tx.commit().await?;
        Ok(handover)
    }

    /// One hand-over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn handover(&self, id: HandoverId) -> Result<Option<StoredHandover>, StoreError> {
        let mut connection = self.read().acquire().await?;
        load(&mut connection, id).await
    }

    /// Hand-overs, newest first, before `before`; of one party on either side, if one is named; only open ones, if so asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn handovers(
        &self,
        before: Option<i64>,
        party: Option<PartyId>,
        open_at: Option<WallMs>,
        most: i64,
    ) -> Result<Vec<StoredHandover>, StoreError> {
        let mut connection = self.read().acquire().await?;
        let ids: Vec<(Vec<u8>,)> = sqlx::query_as(
            "SELECT id FROM handovers WHERE number < $1 AND ($2 IS NULL OR giver = $2 OR taker = $2) \
             AND ($3 IS NULL OR (open = 1 AND ends_ms > $3)) ORDER BY number DESC LIMIT $4",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(party.map(|party| party.0))
        .bind(open_at.map(|now| now.0))
        .bind(most)
        .fetch_all(&mut *connection)
        .await?;
        let mut found = Vec::with_capacity(ids.len());
        for (id,) in ids {
            let id = <[u8; 16]>::try_from(id).map_err(|_| StoreError::Value { what: "handovers.id" })?;
            found.extend(load(&mut connection, HandoverId(id)).await?);
        }
        Ok(found)
    }
}

async fn may_be_offered(
    tx: &mut sqlx::SqliteConnection,
    handover: &Handover,
    item: ItemId,
    now: WallMs,
) -> Result<(), HandoverError> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT state, custodian FROM items WHERE id = $1")
        .bind(item.0)
        .fetch_optional(&mut *tx)
        .await?;
    let (state, custodian) = row.ok_or(CustodyError::NoItem { item })?;
    if custodian != handover.giver.0 {
        return Err(HandoverError::NotTheirs { item });
    }
    let state = state_of(&state)?;
    let (custodian, id) = (handover.taker, handover.id);
    let meant = match handover.purpose {
        Purpose::Delivery => What::Accepted { custodian, handover: id },
        Purpose::Return => What::Returned { custodian, handover: id },
    };
    if table::next(state, &meant).is_none() {
        return Err(HandoverError::State { item, state: state.word() });
    }
    let (others,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM handover_items x JOIN handovers h ON h.id = x.handover_id \
         WHERE x.item_id = $1 AND h.open = 1 AND h.ends_ms > $2",
    )
    .bind(item.0)
    .bind(now.0)
    .fetch_one(tx)
    .await?;
    if others > 0 { Err(HandoverError::InAnother { item }) } else { Ok(()) }
}

async fn end(tx: &mut sqlx::SqliteConnection, handover: &Handover, by: PersonId) -> Result<(), StoreError> {
    sqlx::query("UPDATE handovers SET stage = $2, ended_by = $3, open = 0 WHERE id = $1")
        .bind(handover.id.0.as_slice())
        .bind(stage_text(&handover.stage)?)
        .bind(by.0)
        .execute(tx)
        .await?;
    Ok(())
}

async fn load(
    connection: &mut sqlx::SqliteConnection,
    id: HandoverId,
) -> Result<Option<StoredHandover>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, number, giver, taker, purpose, offered_ms, ends_ms, offered_by, note, stage, ended_by FROM handovers \
         WHERE id = $1",
    )
    .bind(id.0.as_slice())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((_, number, giver, taker, purpose, offered, ends, offered_by, note, stage, ended_by)) = row
    else {
        return Ok(None);
    };
    let items: Vec<(i64,)> = sqlx::query_as("SELECT item_id FROM handover_items WHERE handover_id = $1")
        .bind(id.0.as_slice())
        .fetch_all(connection)
        .await?;
    let handover = Handover {
        id,
        giver: PartyId(giver),
        taker: PartyId(taker),
        purpose: if purpose == purpose_key(Purpose::Return) { Purpose::Return } else { Purpose::Delivery },
        items: items.into_iter().map(|(item,)| ItemId(item)).collect::<BTreeSet<_>>(),
        offered: WallMs(offered),
        ends: WallMs(ends),
        stage: serde_json::from_str::<Stage>(&stage)
            .map_err(|_| StoreError::Value { what: "handovers.stage" })?,
    };
    Ok(Some(StoredHandover {
        handover,
        offered_by: PersonId(offered_by),
        ended_by: ended_by.map(PersonId),
        note,
        number,
    }))
}

fn stage_text(stage: &Stage) -> Result<String, StoreError> {
    serde_json::to_string(stage).map_err(|_| StoreError::Value { what: "handovers.stage" })
}

const fn purpose_key(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Delivery => "delivery",
        Purpose::Return => "return",
    }
}
